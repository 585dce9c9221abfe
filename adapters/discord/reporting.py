"""The entry "Report" in the menu of a message (Apps): which briefs stand in it, and what is asked about them. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from bot.commands.invoke import Reply
from bot.documents.build import notice
from bot.documents.nodes import Action, Actions
from bot.errors import UsageError
from bot.saying import say

MESSAGE_COMMAND: Final = 3
MOST: Final = 25
_NAMES: Final = {
    "ko": "브리핑 신고",
    "ja": "ブリーフを報告",
    "de": "Kurzbericht melden",
    "fr": "Signaler une synthèse",
    "es-ES": "Denunciar un resumen",
    "es-419": "Denunciar un resumen",
    "pt-BR": "Denunciar um resumo",
    "zh-CN": "举报简报",
}
_SHOWS: Final = re.compile(r"v1(?:\.\d+)?:run:brief (?:read|related) (b\d{1,18})")


def menu() -> list[dict[str, Any]]:
    """What is registered beside the commands that are typed."""
    return [
        {
            "type": MESSAGE_COMMAND,
            "name": "Report a brief",
            "name_localizations": _NAMES,
            "default_member_permissions": None,
            "integration_types": [0],
            "contexts": [0],
        }
    ]


def asked_about(data: Mapping[str, Any], own_id: str) -> list[str]:
    """The briefs of the message whose menu was used, each once; UsageError where it shows none of ours."""
    found = data.get("resolved", {}).get("messages", {}).get(str(data.get("target_id")), {})
    is_ours = str(found.get("author", {}).get("id")) == own_id
    briefs = list(dict.fromkeys(_briefs(found.get("components", ())))) if is_ours else []
    if not briefs:
        raise UsageError(say("this message shows no brief of Briefbot"), example="/brief latest")
    return briefs[:MOST]


def which(briefs: list[str]) -> Reply:
    """Asks which of several is meant."""
    buttons = tuple(Action(say("Report {brief}", brief=brief), f"brief report {brief}", asks=True) for brief in briefs)
    return Reply(document=notice(say("Which brief is wrong?"), Actions(buttons)))


def _briefs(components: Any) -> list[str]:
    """The briefs that buttons open."""
    found: list[str] = []
    for component in components:
        if shown := _SHOWS.fullmatch(str(component.get("custom_id", ""))):
            found.append(shown[1])
        if "accessory" in component:
            found += _briefs([component["accessory"]])
        found += _briefs(component.get("components", ()))
    return found
