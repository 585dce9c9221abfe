"""What the values of settings must be, and how a wrong one is told: what is allowed and an example, never the value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

_WEEK_S: Final = 604_800
_YEAR_H: Final = 8760
"""Far beyond what is of use, and well before no date could be that far away."""
_BOUNDS: Final[Mapping[str, tuple[float, int]]] = {
    "fetch_timeout_s": (0.01, 3600),
    "news_window_h": (0, _YEAR_H),
    "story_window_h": (1, _YEAR_H),
    "poll_interval_s": (1, _WEEK_S),
    "source_patience_days": (1, 3650),
    "max_feed_bytes": (1000, 1_000_000_000),
    "max_page_bytes": (1000, 1_000_000_000),
    "model_timeout_s": (1, 3600),
    "model_answer_tokens": (200, 1_000_000),
    "model_daily_tokens": (1, 1_000_000_000_000),
}
BOUNDED: Final = tuple(_BOUNDS)
_SCHEMES: Final = {
    "discord_api": (("https", "http"), "https://proxy.example.org/api"),
    "discord_gateway": (("wss", "ws"), "wss://proxy.example.org"),
    "slack_api": (("https", "http"), "https://proxy.example.org/api"),
}
ADDRESSES: Final = tuple(_SCHEMES)
_KINDS: Final = {"bool": "true or false", "int": "a whole number", "float": "a number"}


def require_bounds(name: str, value: float, default: object) -> None:
    """ValueError for a number, by the field's name, that no bot could work with; not a number is out of all bounds."""
    least, most = _BOUNDS[name]
    if not least <= value <= most:
        raise ValueError(f"it must be from {least} to {most}; example: {default}")


def require_address(name: str, value: str) -> None:
    """ValueError unless it is empty or an address of these kinds; it may hold a password, so it is not repeated."""
    schemes, example = _SCHEMES[name]
    if value and not re.fullmatch(rf"(?:{'|'.join(schemes)})://[^\s/?#]+(?:/[^\s?#]*)?", value):
        begin = " or ".join(f"{scheme}://" for scheme in schemes)
        raise ValueError(f"it must be an address that begins with {begin}; example: {example}")


def require_one_word(token: str) -> None:
    """ValueError for a secret with a space or a line in it, which no platform gives out."""
    if re.search(r"\s", token):
        raise ValueError("there is a space or a new line in it; copy it again")


def require_kinds(app: str, bot: str) -> None:
    """ValueError for the tokens of Slack in each other's place, or others that do not belong there."""
    if app and not app.startswith("xapp-"):
        raise ValueError("SLACK_APP_TOKEN must begin with xapp-; the one that begins with xoxb- is SLACK_BOT_TOKEN")
    if bot and not bot.startswith(("xoxb-", "xoxe.xoxb-")):
        raise ValueError("SLACK_BOT_TOKEN must begin with xoxb-; the one that begins with xapp- is SLACK_APP_TOKEN")


def told(error: ValidationError, fields: Mapping[str, FieldInfo]) -> str:
    """What pydantic found, as words for an operator: each setting's name and what is wrong, never its value."""
    return "; ".join(_plain(problem, fields) for problem in error.errors())


def _plain(problem: ErrorDetails, fields: Mapping[str, FieldInfo]) -> str:
    where = str(problem["loc"][0]) if problem["loc"] else ""
    field = fields.get(where) or next((one for one in fields.values() if one.validation_alias == where), None)
    name = str(field.validation_alias) if field else where
    what = str(problem["msg"]).removeprefix("Value error, ")
    kind = _KINDS.get(str(problem["type"]).partition("_")[0])
    if kind and field:
        default = str(field.default).lower() if isinstance(field.default, bool) else field.default
        what = f"it must be {kind}; example: {default}"
    return f"{name}: {what}" if name else what
