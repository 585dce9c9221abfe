"""Cuts raw text without cutting a character that people see as one. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Final

ELLIPSIS: Final = "…"
_JOINER: Final = "\u200d"


def clip(text: str, size: int) -> str:
    """The text, or its beginning of at most `size` code points with an ellipsis at its end; between words if it can."""
    if len(text) <= size:
        return text
    if size < 1:
        return ""
    end = boundary(text, size - 1)
    space = text.rfind(" ", max(0, end - 30), end)
    if space > end // 2:
        end = space
    return text[:end].rstrip() + ELLIPSIS


def boundary(text: str, at: int) -> int:
    """The last place at or before `at` where a text can be cut."""
    while 0 < at < len(text) and not _is_boundary(text, at):
        at -= 1
    return at


def longest(fits: Callable[[int], bool], most: int) -> int:
    """The largest number from 0 to `most` that fits, where every smaller one does too."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if fits(middle):
            low = middle
        else:
            high = middle - 1
    return low


def _is_boundary(text: str, at: int) -> bool:
    before, after = text[at - 1], text[at]
    if unicodedata.combining(after) or _JOINER in (after, before):
        return False
    if "\ufe00" <= after <= "\ufe0f" or "\U0001f3fb" <= after <= "\U0001f3ff" or "\U000e0020" <= after <= "\U000e007f":
        return False
    if unicodedata.category(after) in ("Mn", "Me", "Mc"):
        return False
    return not (_is_flag(before) and _is_flag(after) and _flags_before(text, at) % 2)


def _is_flag(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _flags_before(text: str, at: int) -> int:
    count = 0
    while at > count and _is_flag(text[at - 1 - count]):
        count += 1
    return count
