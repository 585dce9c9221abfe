"""From what people call a time zone to the one that is meant. Pure."""

from __future__ import annotations

from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from rapidfuzz import fuzz, process

from bot.documents.clip import clip
from bot.errors import UsageError
from bot.models.zones import is_zone
from bot.saying import say

_LIKE: Final = 70
"""How alike a name must be, of 100, to be offered."""
_PLACES: Final = {
    "kst": "Asia/Seoul",
    "korea": "Asia/Seoul",
    "한국": "Asia/Seoul",
    "서울": "Asia/Seoul",
    "ソウル": "Asia/Seoul",
    "jst": "Asia/Tokyo",
    "日本": "Asia/Tokyo",
    "東京": "Asia/Tokyo",
    "일본": "Asia/Tokyo",
    "도쿄": "Asia/Tokyo",
    "eat": "Africa/Nairobi",
    "hkt": "Asia/Hong_Kong",
    "hst": "Pacific/Honolulu",
    "ict": "Asia/Bangkok",
    "msk": "Europe/Moscow",
    "pht": "Asia/Manila",
    "pkt": "Asia/Karachi",
    "sast": "Africa/Johannesburg",
    "sgt": "Asia/Singapore",
    "wat": "Africa/Lagos",
    "wib": "Asia/Jakarta",
}
"""Names that mean one place, or places that have the same time all year."""
_EAST, _CENTRAL, _MOUNTAIN, _WEST = (
    ("America/New_York",),
    ("America/Chicago",),
    ("America/Denver", "America/Phoenix"),
    ("America/Los_Angeles",),
)
_MIDDLE_EUROPE, _EAST_EUROPE = ("Europe/Berlin", "Europe/Paris"), ("Europe/Athens", "Europe/Helsinki")
_HOURS: Final = {
    **dict.fromkeys(("est", "edt", "et"), _EAST),
    **dict.fromkeys(("cdt", "ct"), _CENTRAL),
    "cst": (*_CENTRAL, "Asia/Shanghai"),
    **dict.fromkeys(("mst", "mdt", "mt"), _MOUNTAIN),
    **dict.fromkeys(("pst", "pdt", "pt"), _WEST),
    **dict.fromkeys(("cet", "cest", "met", "mest"), _MIDDLE_EUROPE),
    **dict.fromkeys(("eet", "eest"), _EAST_EUROPE),
    **dict.fromkeys(("wet", "west"), ("Europe/Lisbon",)),
    "bst": ("Europe/London",),
    "ist": ("Asia/Kolkata", "Asia/Jerusalem", "Europe/Dublin"),
    **dict.fromkeys(("aest", "aedt"), ("Australia/Sydney", "Australia/Brisbane")),
    **dict.fromkeys(("nzst", "nzdt"), ("Pacific/Auckland",)),
}
"""Names of an hour: whoever types one wants the summer time of a place, which it does not tell. Some are zones, too."""


def zone_named(text: str) -> ZoneInfo:
    """The IANA zone of a name in any case, `Asia/Seoul`, `seoul` or `KST`; UsageError offers the nearest names."""
    wanted = text.strip().casefold().replace(" ", "_")
    names = _zones()
    if places := _HOURS.get(wanted):
        words = say("'{text}' names an hour and no place, so it does not tell when summer time is", text=text)
        raise UsageError(words, allowed=", ".join(places), example=f"zone:{places[0]}")
    if known := names.get(wanted) or _PLACES.get(wanted):
        return ZoneInfo(known)
    # Not `Etc/GMT+9`, which is nine hours behind.
    cities = [name for key, name in names.items() if key.rpartition("/")[2] == wanted and not key.startswith("etc/")]
    if len(cities) == 1:
        return ZoneInfo(cities[0])
    nearest = cities or nearest_zones(text)
    raise UsageError(
        say("'{text}' is no time zone", text=clip(text, 60)),
        allowed=", ".join(nearest) or say("the name of a city such as {zone}", zone="Asia/Seoul"),
        example=f"zone:{nearest[0] if nearest else 'Asia/Seoul'}",
    )


def nearest_zones(text: str, limit: int = 3) -> list[str]:
    """The names of zones that look most like the text; none when no one does."""
    wanted = text.strip().casefold().replace(" ", "_")[:100]
    names = [name for key, name in _zones().items() if "/" in key and not key.startswith("etc/")]
    found = process.extract(wanted, names, scorer=_likeness, limit=limit, score_cutoff=_LIKE)
    return [name for name, _, _ in found]


def _likeness(wanted: str, name: str, **_: object) -> float:
    """How much a text is like a zone's name or, a little less, like that of its city."""
    key = name.casefold()
    return max(fuzz.ratio(wanted, key), fuzz.ratio(wanted, key.rpartition("/")[2]) * 0.95)


@cache
def _zones() -> dict[str, str]:
    """Every zone by its name in small letters."""
    found = {}
    for name in sorted(available_timezones()):
        if name.startswith(("posix/", "right/")) or name in ("Factory", "localtime"):
            continue
        if is_zone(name):
            found[name.casefold()] = name
    return found
