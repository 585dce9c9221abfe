"""Numbers with their units: digits, words, magnitudes, percent and money, in English, Korean and Japanese. Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from bot.briefs.grounding.units import CURRENCY_SIGNS, UNITS

_ONES: Final = dict(
    zip(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ],
        range(20),
        strict=False,
    )
)
_TENS: Final = {
    w: 10 * n for n, w in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)
}
_ORDINALS: Final = {
    w: n
    for n, w in enumerate(
        [
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
            "eleventh",
            "twelfth",
            "thirteenth",
            "fourteenth",
            "fifteenth",
            "sixteenth",
            "seventeenth",
            "eighteenth",
            "nineteenth",
            "twentieth",
        ],
        1,
    )
}
_LARGE: Final = {
    "hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "dozen": 12.0,
    "hundreds": 1e2, "thousands": 1e3, "millions": 1e6, "billions": 1e9, "trillions": 1e12, "dozens": 12.0,
}  # fmt: skip
_LETTERS: Final = {"k": 1e3, "m": 1e6, "mn": 1e6, "mln": 1e6, "bn": 1e9, "b": 1e9, "bln": 1e9, "tn": 1e12, "trn": 1e12}
_CJK: Final = {
    "십": 1e1, "백": 1e2, "천": 1e3, "만": 1e4, "억": 1e8, "조": 1e12,
    "十": 1e1, "百": 1e2, "千": 1e3, "万": 1e4, "萬": 1e4, "億": 1e8, "兆": 1e12,
}  # fmt: skip
_KANJI: Final = {w: n for n, w in enumerate("〇一二三四五六七八九")}
_COUNTERS: Final = "人名件年月日時分回度歳割倍台円億万兆位社校戸票歳か％%"
_HANGUL_NUMBERS: Final = {
    "한": 1, "두": 2, "세": 3, "네": 4, "다섯": 5, "여섯": 6, "일곱": 7, "여덟": 8, "아홉": 9, "열": 10,
}  # fmt: skip

_WORDS: Final = "|".join(sorted([*_ONES, *_TENS, "hundred", "thousand", "million", "billion", "dozen"], key=len)[::-1])
_NUMBER: Final = re.compile(
    rf"(?P<sign>(?<![\w.])[-−](?=\d)|[{re.escape(CURRENCY_SIGNS)}]\s?)?"
    r"(?P<digits>(?<!\d)(?<!\d[.,])\d+(?:[.,]\d+)*"
    r"(?:\s?[십백천만억조十百千万萬億兆](?:\s?\d+(?:[.,]\d+)*(?=\s?[십백천만억조十百千万萬億兆]))?)*)"
    rf"|\b(?P<words>(?:{_WORDS})(?:(?:[\s-]|\sand\s)(?:{_WORDS}))*)\b"
    rf"|\b(?P<ordinal>{'|'.join(sorted(_ORDINALS, key=len)[::-1])})\b"
    rf"|(?P<kanji>(?<![〇一二三四五六七八九十百千])[〇一二三四五六七八九十百千]++)(?=[{_COUNTERS}])"
    rf"|(?<![가-힣])(?P<hangul>{'|'.join(_HANGUL_NUMBERS)})(?=\s(?:명|번|개|차례|가지|달|살|배|시간|곳|대|건))"
    r"|\b(?P<loose>hundreds|thousands|millions|billions|trillions|dozens|half|twice|double|triple|quarter)\b",
    re.IGNORECASE,
)
_TAIL: Final = re.compile(
    r"[\s-]?(?P<large>hundred|thousand|million|billion|trillion|dozen)s?\b|(?P<letter>k|mn|mln|m|bn|bln|b|tn|trn)\b"
    r"|(?P<nth>st|nd|rd|th)\b",
    re.IGNORECASE,
)
_UNIT: Final = re.compile(
    r"[\s-]*(?:(?:more|other|full|straight|consecutive|additional|new|us|u\.s\.|american|square|cubic)[\s-])?"
    r"(%p|%\s?(?:포인트|ポイント)|퍼센트포인트|퍼센트|パーセント|percentage[\s-]points?|per\s?cent|%|[가-힣]{1,3}|[ァ-ヴー]+|[\u4e00-\u9fff]"
    r"|[^\W\d_]+)",
    re.IGNORECASE,
)
_RANGE: Final = re.compile(r"\s?(?:-|–|—|~|to|and|or|에서|から)\s?$", re.IGNORECASE)


class Number(NamedTuple):
    values: frozenset[float]
    """More than one where a range leaves open what the first is counted in: "2 to 3 million"."""
    unit: str
    """`%`, `pp`, `usd`, `day`, …; empty for things that are counted."""
    is_weak: bool
    """"One", "first" and the like, which are often no statement of a number."""
    start: int
    end: int


def find_numbers(text: str, taken: tuple[tuple[int, int], ...] = ()) -> list[Number]:
    """The numbers of a sentence in order, leaving out the places in `taken` (dates)."""
    found: list[Number] = []
    for match in _NUMBER.finditer(text):
        if any(start < match.end() and match.start() < end for start, end in taken):
            continue
        if found and match.start() < found[-1].end:
            # The magnitude or unit of the number before it.
            continue
        number = _read(text, match)
        if found and _RANGE.match(text, found[-1].end, number.start):
            found[-1] = _as_range(found[-1], number, text)
        found.append(number)
    return found


def is_same(claim: Number, source: Number) -> bool:
    """Whether a number of a source is the claim's, in the claim's unit where it names one."""
    return bool(claim.values & source.values) and (not claim.unit or claim.unit == source.unit)


def _read(text: str, match: re.Match[str]) -> Number:
    end, unit, weak = match.end(), "", False
    if digits := match["digits"]:
        value = _digits(digits)
    elif words := match["words"]:
        value, weak = _spelled(words.casefold()), words.casefold() in ("one", "zero")
    elif match["ordinal"]:
        value, unit, weak = float(_ORDINALS[match["ordinal"].casefold()]), "nth", True
    elif match["kanji"]:
        value = _kanji(match["kanji"])
    elif match["hangul"]:
        value = float(_HANGUL_NUMBERS[match["hangul"]])
    else:
        return _loose(match)
    if tail := _TAIL.match(text, end):
        value, end, unit, weak = _scaled(value, tail, unit, weak)
    sign = (match["sign"] or "").strip()
    if sign and sign in CURRENCY_SIGNS:
        return Number(frozenset({_rounded(value)}), CURRENCY_SIGNS_UNIT[sign], False, match.start(), end)
    named, end = _unit(text, end)
    if sign:
        value = -value
    return Number(frozenset({_rounded(value)}), named or unit, weak and not named, match.start(), end)


CURRENCY_SIGNS_UNIT: Final = dict(zip(CURRENCY_SIGNS, ("usd", "eur", "pound", "yen", "won", "inr", "ils"), strict=True))


def _loose(match: re.Match[str]) -> Number:
    word = match["loose"].casefold()
    value = -_LARGE[word] if word in _LARGE else {"half": 0.5, "quarter": 0.25, "triple": 3.0}.get(word, 2.0)
    return Number(frozenset({value}), "", True, match.start(), match.end())


def _scaled(value: float, tail: re.Match[str], unit: str, weak: bool) -> tuple[float, int, str, bool]:
    if tail["nth"]:
        return value, tail.end(), "nth", False
    by = _LARGE[tail["large"].casefold()] if tail["large"] else _LETTERS[tail["letter"].casefold()]
    return value * by, tail.end(), unit, False


def _unit(text: str, end: int) -> tuple[str, int]:
    found = _UNIT.match(text, end)
    if not found:
        return "", end
    word = " ".join(found[1].casefold().replace("-", " ").split())
    unit = UNITS.get(word) or UNITS.get(word.removesuffix("s")) or _cjk_unit(word)
    return (unit, found.end(1)) if unit else ("", end)


def _cjk_unit(word: str) -> str:
    """A Korean unit with its particle: 원을, 명이."""
    return next((UNITS[word[:n]] for n in (3, 2, 1) if "가" <= word[0] <= "힣" and word[:n] in UNITS), "")


def _as_range(first: Number, second: Number, text: str) -> Number:
    """ "2 to 3 million dollars": the first number is counted in what the second is."""
    if first.unit and first.unit != second.unit:
        return first
    scale = next((by for word, by in _LARGE.items() if word in text[second.start : second.end].casefold()), 1.0)
    values = first.values | {_rounded(value * scale) for value in first.values}
    return first._replace(values=values, unit=first.unit or second.unit)


@lru_cache(maxsize=4_000)
def _digits(text: str) -> float:
    """`1,200,000`, `3.25`, `12만 3000`, `1조 2000억`."""
    total = rest = 0.0
    for part in re.finditer(r"\d+(?:[.,]\d+)*|[^\d\s.,]", text):
        if part[0] in _CJK:
            by = _CJK[part[0]]
            if by >= 1e4:
                total, rest = total + (rest or 1.0) * by, 0.0
            else:
                rest = (rest or 1.0) * by
        else:
            rest += _plain(part[0])
    return total + rest


def _plain(text: str) -> float:
    """Commas divide thousands where three digits follow each; a comma with one or two behind it is a decimal one."""
    text = text[:40]
    if re.fullmatch(r"\d+(?:,\d{3})+(?:\.\d+)?", text):
        return float(text.replace(",", ""))
    if re.fullmatch(r"\d+[.,]\d+", text):
        return float(text.replace(",", "."))
    return float(re.sub(r"[.,]", "", text))


def _spelled(words: str) -> float:
    total = current = 0.0
    for word in re.split(r"[\s-]+", words):
        if word in _LARGE:
            by = _LARGE[word]
            current = (current or 1.0) * by
            if by >= 1e3:
                total, current = total + current, 0.0
        else:
            current += _ONES.get(word, _TENS.get(word, 0))
    return total + current


def _kanji(text: str) -> float:
    total = current = 0.0
    for sign in text:
        if sign in _CJK:
            total, current = total + (current or 1.0) * _CJK[sign], 0.0
        else:
            current = current * 10 + _KANJI[sign]
    return total + current


def _rounded(value: float) -> float:
    return float(f"{value:.9g}")
