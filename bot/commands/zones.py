"""A time zone to begin with, guessed from what a platform tells of a person; shown to them, who may change it. Pure."""

from __future__ import annotations

from typing import Final
from zoneinfo import available_timezones

from bot.commands.context import Invocation

_OF_LOCALE: Final = {
    "bg": "Europe/Sofia",
    "cs": "Europe/Prague",
    "da": "Europe/Copenhagen",
    "de": "Europe/Berlin",
    "el": "Europe/Athens",
    "en": "America/New_York",
    "en-AU": "Australia/Sydney",
    "en-CA": "America/Toronto",
    "en-GB": "Europe/London",
    "en-IN": "Asia/Kolkata",
    "en-NZ": "Pacific/Auckland",
    "es": "Europe/Madrid",
    "es-419": "America/Mexico_City",
    "fi": "Europe/Helsinki",
    "fr": "Europe/Paris",
    "hi": "Asia/Kolkata",
    "hr": "Europe/Zagreb",
    "hu": "Europe/Budapest",
    "id": "Asia/Jakarta",
    "it": "Europe/Rome",
    "ja": "Asia/Tokyo",
    "ko": "Asia/Seoul",
    "lt": "Europe/Vilnius",
    "nl": "Europe/Amsterdam",
    "no": "Europe/Oslo",
    "pl": "Europe/Warsaw",
    "pt": "America/Sao_Paulo",
    "pt-PT": "Europe/Lisbon",
    "ro": "Europe/Bucharest",
    "ru": "Europe/Moscow",
    "sv": "Europe/Stockholm",
    "th": "Asia/Bangkok",
    "tr": "Europe/Istanbul",
    "uk": "Europe/Kyiv",
    "vi": "Asia/Ho_Chi_Minh",
    "zh": "Asia/Shanghai",
    "zh-HK": "Asia/Hong_Kong",
    "zh-TW": "Asia/Taipei",
}
"""Where most people live who have their client speak it; Discord has these, Slack some of them."""


def guessed_zone(here: Invocation, workspace_zone: str) -> str:
    """The workspace's zone when one was set, else the person's own, else the one of their locale."""
    if workspace_zone != "UTC":
        return workspace_zone
    if here.person.zone in available_timezones():
        return here.person.zone
    locale = here.locale.replace("_", "-")
    return _OF_LOCALE.get(locale) or _OF_LOCALE.get(locale.partition("-")[0].lower()) or workspace_zone
