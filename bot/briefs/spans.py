"""The part of a sentence that can be quoted for a number in it. Pure."""

from __future__ import annotations

import re
from typing import Final

MAX_SPAN: Final = 140
_BREAK: Final = re.compile(r"[,;:—–、。，；]\s*|\s-{1,2}\s|\.\s*$")
_QUOTE: Final = re.compile(r"[\"“”「」『』‘()（）]")


def quotable(sentence: str, start: int, end: int) -> str:
    """The clause around `start` to `end`, or these characters alone where the clause is long or holds a quotation."""
    breaks = [(0, 0), *((found.start(), found.end()) for found in _BREAK.finditer(sentence)), (len(sentence),) * 2]
    first = max(after for _, after in breaks if after <= start)
    last = min(before for before, _ in breaks if before >= end)
    clause = sentence[first:last].strip()
    if len(clause) <= MAX_SPAN and not _QUOTE.search(clause):
        return clause
    part = _words_around(sentence, max(first, start - MAX_SPAN // 2), start, end, min(last, end + MAX_SPAN // 2))
    return part if not _QUOTE.search(part) else sentence[start:end].strip(" \"“”'’")


def _words_around(sentence: str, first: int, start: int, end: int, last: int) -> str:
    """Whole words between `first` and `last`; where words have no spaces, from `start` to `end`."""
    if sentence[first:last].count(" ") < 3:
        return sentence[start:end]
    if first > 0 and sentence[first - 1 : first + 1].strip() == sentence[first - 1 : first + 1]:
        first = sentence.find(" ", first, start) + 1 or start
    while first > 1 and sentence[first - 1] == " " and sentence[first - 2].isdigit():
        # "1.5 million" is one number.
        first = sentence.rfind(" ", 0, first - 1) + 1
    if last < len(sentence) and sentence[last].isalnum() and sentence[last - 1].isalnum():
        last = max(end, sentence.rfind(" ", end, last))
    return sentence[first:last].strip()
