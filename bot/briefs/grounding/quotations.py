"""Quotations, and who is named as their speaker. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from bot.briefs.grounding.lines import Line
from bot.briefs.grounding.names import Name

_QUOTED: Final = re.compile(r"“([^“”\n]{1,600})”|\"([^\"\n]{1,600})\"|「([^「」\n]{1,600})」|『([^『』\n]{1,600})』")
_GAP: Final = re.compile(r"\.\.\.|…|\[[^\]]{0,60}\]")
_SPEECH_WORDS: Final = """
    said says say told tell tells asked ask asks wrote writes write added adds tweeted tweets tweet warned warns
    argued argues called calls stated states explained explains announced declared declares insisted insists noted
    notes claimed claims replied responded acknowledged admitted confirmed denied promised vowed recalled
    testified remarked shouted joked lamented boasted complained concluded suggested continued saying telling
    writing adding calling quoted posted posts stressed urged describing described denounced dismissed slammed
    blasted
"""
_SPEECH: Final = frozenset(_SPEECH_WORDS.split())
_SUBJECT: Final = re.compile(r"([^\s,.、。“”「」『』\"]{2,24}?)(?:은|는|이|가|は|が|も)(?=[\s、,]|$|「|“|\")")
_CJK: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
NEAR: Final = 7
"""Tokens between a speaker and the word that says so."""


class Quotation(NamedTuple):
    text: str
    start: int
    end: int


def find_quotations(text: str) -> list[Quotation]:
    """What stands between quotation marks, without them."""
    return [
        Quotation(next(part for part in match.groups() if part is not None), match.start(), match.end())
        for match in _QUOTED.finditer(text)
    ]


def stands_in(quotation: str, words: str) -> bool:
    """Whether a quotation stands in a text, given as `Line.words`; "…" and "[…]" may leave words out."""
    at = 0
    for piece in _GAP.split(quotation):
        wanted = Line(piece).words.strip()
        if not wanted:
            continue
        found = _place(wanted, words, at)
        if found < 0:
            return False
        at = found
    return True


def _place(wanted: str, words: str, at: int) -> int:
    found = words.find(f" {wanted} ", max(0, at - 1))
    return found + len(wanted) + 1 if found >= 0 else -1


def speaker(line: Line, names: Sequence[Name], quotations: Sequence[Quotation], said: Quotation) -> Name | None:
    """The name that stands with a word of speaking around a quotation; None when there is none such."""
    first, last = _bounds(line.text, said)
    verbs = [
        number
        for number, token in enumerate(line.tokens)
        if first <= token.start < last and _says(line, number) and not _is_inside(token.start, quotations)
    ]
    best, nearest = None, NEAR
    for name in names:
        if not first <= name.start < last or _is_inside(name.start, quotations):
            continue
        begin, end = line.index(name.start), line.index(name.end)
        for verb in verbs:
            # The name before the verb is its subject more often than the one behind.
            gap = verb - end if verb >= end else begin - verb + (0 if _follows(line, verb, quotations) else 2)
            if 0 <= gap < nearest:
                best, nearest = name, gap
    return best


def _bounds(text: str, said: Quotation) -> tuple[int, int]:
    """From the end of the sentence before a quotation to the end of its own."""
    before = max(text.rfind(mark, 0, said.start) for mark in (". ", "; ", "! ", "? ", "” “", '" "'))
    ends = [at for mark in (". ", "; ") if (at := text.find(mark, said.end)) >= 0]
    return before + 1, min(ends, default=len(text))


def _says(line: Line, number: int) -> bool:
    low = line.tokens[number].low
    return low in _SPEECH or (low == "to" and number > 0 and line.tokens[number - 1].low == "according")


def _is_inside(at: int, quotations: Sequence[Quotation]) -> bool:
    return any(one.start < at < one.end for one in quotations)


def _follows(line: Line, verb: int, quotations: Sequence[Quotation]) -> bool:
    """Whether a verb stands right behind a quotation, so that its subject comes after it."""
    if line.tokens[verb].low == "to":
        return True
    start = line.tokens[verb].start
    return any(q.end <= start and not line.text[q.end : start].strip(" ,") for q in quotations)


def subjects(text: str, quotation: Quotation) -> list[str]:
    """Who a Korean or Japanese sentence names as its subject before a quotation."""
    if not _CJK.search(text):
        return []
    before = text[max(0, quotation.start - 80) : quotation.start]
    return [match[1] for match in _SUBJECT.finditer(before)]
