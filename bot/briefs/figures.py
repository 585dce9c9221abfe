"""The numbers in a sentence, and what each counts. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from bot.briefs.tolls import BACKGROUND, HINTS, NUMBER_EN, NUMBER_JA, NUMBER_KO, PARTS, TOLLS, WORDS
from bot.text.analyse import stem

_SCALE: Final = {
    **{"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12},
    **{"천": 1e3, "만": 1e4, "억": 1e8, "조": 1e12, "千": 1e3, "万": 1e4, "億": 1e8, "兆": 1e12},
}
MAX_CHARS: Final = 500
"""Nothing longer is a sentence or a headline, and patterns take their time with a wall of digits."""
_WIDE: Final = str.maketrans("０１２３４５６７８９，．‚", "0123456789,.,")
_PART: Final = re.compile(
    r"(\d[\d,]*(?:\.\d+)?)\s?(thousand|million|billion|trillion|[천만억조千万億兆])?", re.IGNORECASE
)
_TIMES_AND_PLACES: Final = """
    year years day days hour hours minute minutes month months week weeks second seconds old a.m p.m am pm
    january february march april may june july august september october november december
    percent per cent point points times the and or of to in on at for from by as is are was were with who
    that than th st nd rd degrees o'clock
    일 월 년 시 분 초 세 살 주 개월 차 번 위 회 호 층 학 대 개 日 月 年 時 分 秒 歳 位 回 番 代 週 階 号
"""
_NOT_COUNTED: Final = frozenset(_TIMES_AND_PLACES.split())
_UNIT_EN: Final = re.compile(rf"(?P<cur>[$€£¥])?(?P<n>{NUMBER_EN})\s(?P<noun>[a-z]{{3,}}(?:\s[a-z]{{3,}})?)")
_UNIT: Final = {
    "ko": re.compile(
        rf"(?P<n>{NUMBER_KO})\s?(?:여\s?)?(?P<noun>가구|명|원|달러|채|건|곳|톤|마리|편|석|척"
        rf"|대(?=[가이를의 ,])|ha|㏊|km|㎜|m|ℓ)"
    ),
    "ja": re.compile(
        rf"(?P<n>{NUMBER_JA})(?P<noun>世帯|人|円|ドル|棟|台|件|カ所|か所|箇所|トン|戸|隻|便|頭|社|校|キロ"
        rf"|ミリ|メートル)"
    ),
}
_ANY_NUMBER: Final = re.compile(rf"\d|\b(?:{'|'.join(WORDS)})\b", re.IGNORECASE)
_APPROXIMATE: Final = re.compile(
    r"(?:about|around|some|nearly|almost|roughly|approximately|more than|over|up to|as many as|약|최대|約"
    r"|およそ|最大)\s?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that counts something: `killed`, or a unit such as `home`."""

    counts: str
    value: float
    start: int
    end: int
    is_toll: bool = False
    is_rough: bool = False


@lru_cache(maxsize=2048)
def figures(sentence: str, language: str) -> tuple[Figure, ...]:
    """What a sentence counts: tolls first, then numbers with their unit.

    Kept for a while, as are its tolls: while a brief is written, they are asked for again and again.
    """
    text = sentence.translate(_WIDE)
    if len(text) > MAX_CHARS or not _ANY_NUMBER.search(text) or BACKGROUND.search(text.lower()):
        return ()
    tolls = _tolls(text, language)
    units = [one for one in _units(text, language) if not any(t.start < one.end and one.start < t.end for t in tolls)]
    return (*tolls, *units)


def tolls(sentence: str, language: str) -> set[tuple[str, float]]:
    """The victims that a sentence counts."""
    text = sentence.translate(_WIDE)
    return (
        {(one.counts, one.value) for one in _tolls(text, language)}
        if len(text) <= MAX_CHARS and _ANY_NUMBER.search(text)
        else set()
    )


def values(text: str) -> set[float]:
    """Every number of a text, written out or in digits."""
    folded = text.translate(_WIDE)
    found = {value_of(number) for number in set(_NUMBERS.findall(folded))}
    return found | {float(WORDS[word]) for word in WORDS.keys() & set(_WORD.findall(folded.casefold()))}


_WORD: Final = re.compile(r"[a-z]+")
_NUMBERS: Final = re.compile(
    r"\d[\d,]*(?:\.\d+)?(?:\s(?:thousand|million|billion|trillion)\b"
    r"|\s?[천만억조千万億兆])?(?:\s?\d[\d,]*[만천万千]?)?",
    re.IGNORECASE,
)


def value_of(number: str) -> float:
    """`5만2000` → 52000; `1.2 million` → 1200000; `twelve` → 12."""
    if number.isdecimal():
        return float(number)
    if (word := number.casefold().strip()) in WORDS:
        return float(WORDS[word])
    total = 0.0
    for digits, scale in _PART.findall(number):
        total += float(digits.replace(",", "")) * _SCALE.get(scale.casefold(), 1.0)
    return total


@lru_cache(maxsize=2048)
def _tolls(text: str, language: str) -> tuple[Figure, ...]:
    return tuple(_found_tolls(text, language))


def _found_tolls(text: str, language: str) -> Iterator[Figure]:
    low = text.lower()
    for counted, patterns in TOLLS.get(language, {}).items():
        if not any(hint in low for hint in HINTS[language][counted]):
            continue
        for match in (match for pattern in patterns for match in pattern.finditer(text)):
            words = [word for word in match["noun"].casefold().split() if word in PARTS]
            rough = (match["bound"] or "").casefold() not in ("", "at least", "최소", "적어도", "少なくとも")
            name = " ".join([counted, *words[:1]])
            yield Figure(name, value_of(match["n"]), match.start(), match.end(), is_toll=True, is_rough=rough)


def _units(text: str, language: str) -> Iterator[Figure]:
    for match in _UNIT.get(language, _UNIT_EN).finditer(text):
        noun = match["noun"].split()[0]
        if noun.casefold() in _NOT_COUNTED:
            continue
        rough = bool(_APPROXIMATE.search(text[: match.start()]))
        yield Figure(stem(noun.casefold()), value_of(match["n"]), match.start(), match.end(), is_rough=rough)
