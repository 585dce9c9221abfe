"""Which option a word without a name is for, told by its shape alone."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final
from zoneinfo import available_timezones

from bot.commands import spoken
from bot.commands.catalogue.spec import Option, OptionType

_DAY: Final = r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*"
_TIME: Final = r"(?:\d{1,2}[:.]\d{2}(?:\s?[ap]\.?m\.?)?|\d{1,2}\s?[ap]\.?m\.?|noon|midnight)"
# A bare `금` or `화목` is a word as well (gold, harmony).
_EASTERN_DAYS: Final = (
    rf"{spoken.DAY}{spoken.NAMED}?(?:[,・~〜～-]{spoken.DAY}{spoken.NAMED}?)+"
    rf"|{spoken.DAY}{spoken.NAMED}|{spoken.DAY}{{3,7}}|토일|土日"
)
_SHAPES: Final = {
    OptionType.INTEGER: re.compile(r"-?\d{1,6}"),
    OptionType.BRIEF: re.compile(r"#?b?\d{1,18}", re.IGNORECASE),
    OptionType.SOURCE: re.compile(r"src\d{1,18}", re.IGNORECASE),
    OptionType.TIME: re.compile(rf"{_TIME}(?:(?:,\s?|\s){_TIME})*", re.IGNORECASE),
    OptionType.DAYS: re.compile(
        rf"daily|everyday|weekdays|weekends|{_DAY}(?:[,–-]{_DAY})*|{_EASTERN_DAYS}", re.IGNORECASE
    ),
    OptionType.SINCE: re.compile(r"\d{1,5}[hdw]|\d{4}-\d{1,2}-\d{1,2}|yesterday|today", re.IGNORECASE),
    OptionType.DATE: re.compile(r"\d{4}-\d{1,2}-\d{1,2}|tomorrow", re.IGNORECASE),
    OptionType.URL: re.compile(r"<?https?://\S+", re.IGNORECASE),
    OptionType.CHANNEL: re.compile(r"#\S+|<#\S+"),
}


def has_shape(option: Option, word: str) -> bool:
    """Whether a word can hardly mean anything but a value of this option; it may be a wrong one, such as `25:00`."""
    if option.type is OptionType.CHOICE:
        return word.lower() in option.choices
    if option.type is OptionType.ZONE:
        return word.casefold() in _zones()
    if option.type is OptionType.TIME:
        word = spoken.clock(word)
    shape = None if option.is_list and option.type is not OptionType.TIME else _SHAPES.get(option.type)
    return shape is not None and shape.fullmatch(word) is not None


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(name.casefold() for name in available_timezones() if "/" in name or name == "UTC")
