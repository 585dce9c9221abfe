"""Texts into sentences fit to stand in a brief: whole, without datelines, bylines and calls to read on. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

MIN_CHARS: Final = 25
MIN_CHARS_CJK: Final = 12
MAX_CHARS: Final = 420

_ABBREVIATIONS: Final = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "dr",
        "prof",
        "sen",
        "rep",
        "gov",
        "gen",
        "lt",
        "col",
        "sgt",
        "capt",
        "st",
        "mt",
        "vs",
        "etc",
        "jr",
        "sr",
        "inc",
        "ltd",
        "co",
        "corp",
        "no",
        "vol",
        "approx",
        "dept",
        "est",
        "fig",
        "jan",
        "feb",
        "mar",
        "apr",
        "jun",
        "jul",
        "aug",
        "sep",
        "sept",
        "oct",
        "nov",
        "dec",
        "u.s",
        "u.k",
        "u.n",
        "e.u",
        "a.m",
        "p.m",
        "e.g",
        "i.e",
        "d.c",
        "ph.d",
    ]
)
_END: Final = re.compile(r"[.!?]+[\"”’')\]]*(?=\s+[\"“‘'(\[]?[A-Z0-9À-Þ]|\s*$)")
_END_CJK: Final = re.compile(r"[。！？](?![」』”’）)])[」』”’）)]*")
_END_KOREAN: Final = re.compile(r"(?:다|요|까|죠|음|함|됨|임)[.!?]+[\"”’')\]]*(?=\s|$)|[!?][\"”’']*(?=\s|$)")
_DATELINE: Final = re.compile(
    r"^(?:"
    r"[A-ZÀ-Þ][A-ZÀ-Þ .,'’-]{2,40}(?:,\s*[A-Z][a-z]+\.?(?:\s\d{1,2})?)?\s*(?:\([^)]{2,40}\))?\s*(?:--|[-–—])\s+"
    r"|\([^)]{2,40}\)\s*(?:--|[-–—])\s+"
    r"|[\[(【（][^\])】）]{2,30}[\])】）]\s*(?:[가-힣]{2,4}\s*(?:특파원|기자|통신원|인턴기자)?\s*=\s*)?"
    r"|[가-힣]{2,4}\s*(?:특파원|기자)\s*=\s*"
    r")"
)
_BOILERPLATE: Final = re.compile(
    r"sign up (?:for|to)|subscribe|newsletter|read more|click here|follow us|download (?:our|the) app|all rights reserved"
    r"|cookie|advertisement|photo(?:graph)?(?: credit)?:|image(?: credit)?:|this article (?:was|originally)|share this"
    r"|related (?:stories|articles)|^(?:by|from) [A-Z][a-z]+ [A-Z]|editing by|reporting by|watch (?:live|the video)"
    r"|무단\s*전재|재배포\s*금지|ⓒ|저작권자|구독|기사\s*제보|카카오톡|[\w.]+@[\w.]+|사진\s*=|무断|無断転載|続きを読む|会員限定",
    re.IGNORECASE,
)
_TOKENISED: Final = re.compile(r" ([.,;:!?%)\]”’])|([(\[“‘]) | ('s|n't|'re|'ve|'ll)\b")
_CJK: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")


def split(text: str, language: str) -> list[str]:
    """The sentences of a text in order, cleaned; those that say nothing of the event are left out."""
    found: list[str] = []
    for paragraph in text.split("\n"):
        start = _DATELINE.sub("", " ".join(paragraph.split()), count=1)
        found += [sentence for sentence in _cut(start, language) if is_fit(sentence)]
    return found


def split_all(text: str, language: str) -> list[str]:
    """Every sentence of a text in order, as it stands: for texts whose author chose each of them."""
    return [sentence for paragraph in text.split("\n") for sentence in _cut(" ".join(paragraph.split()), language)]


def is_fit(sentence: str) -> bool:
    """Whether a sentence can stand in a brief: neither a scrap nor a page, no boilerplate, and it ends."""
    least = MIN_CHARS_CJK if _CJK.search(sentence) else MIN_CHARS
    if not least <= len(sentence) <= MAX_CHARS or _BOILERPLATE.search(sentence):
        return False
    if not sentence.rstrip("\"”’')]」』）").endswith((".", "!", "?", "。", "！", "？")):
        return False
    return _quotes_match(sentence)


def ends_well(text: str) -> str:
    """A headline or scrap as a sentence: with a full stop where it has no end of its own."""
    text = text.strip()
    if text.endswith((".", "!", "?", "。", "！", "？", "…", "”", '"', "」")):
        return text
    return text + ("。" if re.search(r"[\u3040-\u30ff]", text) else ".")


def untokenise(text: str) -> str:
    """`( Reuters ) said , " no "` with its spaces as people set them; other texts are as they were."""
    if text.count(" , ") + text.count(" . ") < 2:
        return text
    return _TOKENISED.sub(lambda found: found[1] or found[2] or found[3], text)


def _cut(paragraph: str, language: str) -> Iterable[str]:
    paragraph = untokenise(paragraph)
    pattern = _END_KOREAN if language == "ko" else _END_CJK if language in ("ja", "zh") else _END
    start = 0
    for end in pattern.finditer(paragraph):
        if pattern is _END and _is_abbreviation(paragraph, end.start(), end[0]):
            continue
        piece = paragraph[start : end.end()]
        if len(piece) < MAX_CHARS and not _quotes_match(piece):
            # The sentence ends, the quotation that it stands in does not.
            continue
        yield piece.strip()
        start = end.end()
    if rest := paragraph[start:].strip():
        yield rest


def _is_abbreviation(text: str, at: int, mark: str) -> bool:
    if mark[0] != "." or at + len(mark) >= len(text):
        return False
    word = re.search(r"[\w.]+$", text[max(0, at - 12) : at])
    if not word:
        return False
    last = word[0].rstrip(".")
    return last.casefold() in _ABBREVIATIONS or (len(last) == 1 and last.isupper() and last != "I")


def _quotes_match(sentence: str) -> bool:
    """A quotation that opens or closes outside the sentence would be cut in half."""
    pairs = (("“", "”"), ("「", "」"), ("『", "』"), ("(", ")"))
    return sentence.count('"') % 2 == 0 and all(sentence.count(one) == sentence.count(other) for one, other in pairs)
