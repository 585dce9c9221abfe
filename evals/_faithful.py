"""Faithful sentences: a source's own, and lightly changed ones that say nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

_FULL = re.compile(r"(?<=[a-z,] )([A-Z][a-z]+) ([A-Z][a-z]{2,})\b(?! [A-Z])")
_LAST = re.compile(r"^(.{40,}?), [^,]{12,}([.!?])$")
_SPELLED = {
    "2": "two",
    "3": "three",
    "4": "four",
    "5": "five",
    "6": "six",
    "7": "seven",
    "8": "eight",
    "9": "nine",
    "10": "ten",
    "12": "twelve",
}
_DIGITS = {word: digit for digit, word in _SPELLED.items()}


def clause_dropped(text: str, _others: Sequence[str]) -> str | None:
    """Without what stands behind the last comma."""
    found = _LAST.match(text)
    if not found or '"' in text or "“" in text:
        return None
    return found[1] + found[2]


def surname(text: str, _others: Sequence[str]) -> str | None:
    """The surname alone, where the full name stands after a title or a verb."""
    found = re.search(
        r"(?:(?:President|Sen\.|Secretary|Minister|Rep\.|Gov\.|Senator|Coach|candidate|told|by|with|that) )([A-Z][a-z]+) ([A-Z][a-z]{2,})(?=[ ,.’'](?![A-Z]))",
        text,
    )
    return text[: found.start(1)] + text[found.start(2) :] if found else None


def other_form(text: str, _others: Sequence[str]) -> str | None:
    """A number in another form that is the same number."""
    if re.search('["“„`]', text):
        return None
    ways: list[tuple[str, str | Callable[[re.Match[str]], str]]] = [
        (r"(?<=\d) percent\b", "%"),
        (r"(?<=\d)%(?=[ ,.])", " percent"),
        (r"\$(\d+(?:\.\d+)?) (million|billion)(?= (?:in|for|to|of|on)\b)", r"\1 \2 dollars"),
        (r"(?<![\d,.])(\d{1,3}),(\d{3})(?![\d,])", r"\1\2"),
        (
            r"(?<![\w.,$€£:/-])(?<!\. )(?<!-)(?<!ty )(?<!ber )(?:[2-9]|10|12)(?= (?!dozen|hundred|thousand|million|billion)[a-z]{4,})",
            lambda m: _SPELLED[m[0]],
        ),
        (
            rf"(?<!-)(?<!ty )\b(?:{'|'.join(_DIGITS)})\b(?= (?!dozen|hundred|thousand|million|billion)[a-z]{{4,}})",
            lambda m: _DIGITS[m[0]],
        ),
        (r"\b(\d\.\d) million\b", lambda m: f"{round(float(m[1]) * 1_000_000):,}"),
        (
            r"\b(January|February|March|April|June|July|August|September|October|November|December) (\d{1,2})\b(?!\d|st|th)",
            r"\2 \1",
        ),
        (r"(\d)만\b", r"\g<1>0000"),
    ]
    for pattern, by in ways:
        if re.search(pattern, text):
            return re.sub(pattern, by, text, count=1)
    return None


def merged(text: str, others: Sequence[str]) -> str | None:
    """Two sentences of one source as one."""
    if not others or text not in others:
        return None
    if len(text.split()) < 6 or text.count("`") or re.search(r"\b[A-Z]\.$", text):
        return None
    at = others.index(text)
    if at + 1 >= len(others) or '"' in text + others[at + 1] or "“" in text + others[at + 1]:
        return None
    return f"{text.rstrip('.')}; {others[at + 1]}" if text.endswith(".") else None


VARIANTS: dict[str, Callable[[str, Sequence[str]], str | None]] = {
    "clause dropped": clause_dropped,
    "surname alone": surname,
    "another form of a number": other_form,
    "two sentences in one": merged,
}
