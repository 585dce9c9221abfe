"""Patterns of what news count of an event: people killed, hurt, missing, held, moved, in three languages. Pure."""

from __future__ import annotations

import re
from typing import Final

_TO_TWENTY: Final = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen twenty"
)
_TENS: Final = {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
WORDS: Final = {word: value for value, word in enumerate(_TO_TWENTY.split())} | _TENS
"""English numbers that news write out."""

NUMBER_EN: Final = (
    r"(?:(?<![\w.,$€£¥-])\d[\d,]*(?:\.\d+)?(?:\s(?:thousand|million|billion|trillion)\b)?|\b(?:"
    + "|".join(sorted(WORDS, key=len, reverse=True))
    + r")\b)(?![\w-]|[.,]\d|\s?%|\spercent)"
)
NUMBER_KO: Final = r"(?<![\d.,])\d[\d,]*+(?:\.\d++)?\s?[만억조천]?(?:\s?\d[\d,]*+[만천]?)?"
NUMBER_JA: Final = r"(?<![\d.,])\d[\d,]*+(?:\.\d++)?[万億兆千]?(?:\d[\d,]*+[万千]?)?"

_BOUND_EN: Final = (
    r"(?:(?P<bound>at least|more than|over|nearly|almost|about|around|some|up to|as many as|roughly|approximately"
    r"|fewer than|less than)\s)?"
)
_BOUND_KO: Final = r"(?:(?P<bound>최소|적어도|약|최대|무려)\s?)?"
_BOUND_JA: Final = r"(?:(?P<bound>少なくとも|約|およそ|最大)\s?)?"
_STOP: Final = (
    r"and|or|who|whom|that|which|after|before|when|while|as|by|to|of|in|on|at|from|with|for|than|percent"
    r"|years?|months?|weeks?|days?"
    r"|hours?|minutes?|miles?|km|times|was|is|times"
)
_BETWEEN: Final = rf"(?P<noun>(?:\s(?!(?:{_STOP})\b)[A-Za-z][\w'’-]*){{0,3}}?)"
_HAVE: Final = (
    r"(?:\s(?:were|are|have been|had been|have|had|remain(?:ed)?|still|also|reportedly|confirmed|feared|reported))*"
)


def _english(after: str, before: str, noun: str = "") -> tuple[re.Pattern[str], ...]:
    number = rf"{_BOUND_EN}(?P<n>{NUMBER_EN})"
    found = [rf"{number}{_BETWEEN}{_HAVE}\s(?:{after})\b", rf"\b(?:{before})\s{number}{_BETWEEN}(?=[\s,.;]|$)"]
    if noun:
        found.append(rf"\b{noun}(?:\s[a-z]+){{0,8}}?\s{number}(?P<noun>)")
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in found)


def _korean(after: str, noun: str) -> tuple[re.Pattern[str], ...]:
    number = rf"{_BOUND_KO}(?P<n>{NUMBER_KO})\s?(?:여\s?)?명"
    return (
        re.compile(
            rf"{number}(?P<noun>)(?:이|은|의)?(?:\s(?!다치|부상|숨|사망"
            rf"|실종)[가-힣]{{1,4}}){{0,1}}\s?(?:{after})[가-힣]*"
        ),
        re.compile(
            rf"(?:{noun})(?:\s?수)?(?:는|가|은|이)?\s(?:[가-힣]+\s){{0,2}}?{number}(?P<noun>)(?:으로|에"
            rf"|이)?(?:\s?[가-힣]+)?"
        ),
    )


def _japanese(after: str, noun: str) -> tuple[re.Pattern[str], ...]:
    number = rf"{_BOUND_JA}(?P<n>{NUMBER_JA})(?:人|名)"
    return (
        re.compile(
            rf"{number}(?P<noun>)(?:以上|余り|余)?(?:が"
            rf"|は)?(?:[一-鿿ァ-ヶ]{{0,4}}で)?(?:{after})[ぁ-んァ-ヶ一-鿿]{{0,6}}"
        ),
        re.compile(
            rf"(?:{noun})(?:数)?(?:は|が)(?:[ぁ-ん一-鿿]{{0,6}}で)?{number}(?P<noun>)(?:[にとが](?:なった"
            rf"|達した|上った|増えた|のぼった))?"
        ),
    )


TOLLS: Final[dict[str, dict[str, tuple[re.Pattern[str], ...]]]] = {
    "en": {
        "killed": _english(
            "killed|dead|died|deaths|fatalities", "killed|killing|kills|kill|claimed the lives of|claimed", "death toll"
        ),
        "hurt": _english(
            "injured|wounded|hurt|injuries", "injured|injuring|injures|wounded|wounding|wounds|hurt|hurting"
        ),
        "missing": _english("missing|unaccounted for", "missing"),
        "held": _english("arrested|detained|in custody", "arrested|arresting|detained|detaining|arrests|detains"),
        "moved": _english("evacuated|displaced", "evacuated|evacuating|displaced|displacing|evacuates"),
    },
    "ko": {
        "killed": _korean("숨지|숨졌|숨진|사망", "사망자|숨진 사람|희생자"),
        "hurt": _korean("다치|다쳤|다친|부상", "부상자|다친 사람"),
        "missing": _korean("실종", "실종자"),
        "held": _korean("체포|연행|구속", "체포된 사람|연행자"),
        "moved": _korean("대피", "대피한 주민|대피자|이재민"),
    },
    "ja": {
        "killed": _japanese("死亡|亡くな|犠牲", "死者|死亡した人"),
        "hurt": _japanese("負傷|重軽傷|軽傷|重傷|けが", "けが人|負傷者"),
        "missing": _japanese("行方不明|安否不明|不明", "行方不明者|安否不明者"),
        "held": _japanese("逮捕|拘束", "逮捕者"),
        "moved": _japanese("避難", "避難者"),
    },
}
"""What is counted → patterns with `n` (the number), `bound` ("at least") and `noun` (who, in English)."""
HINTS: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "en": {
        "killed": ("kill", "dead", "died", "death", "fatalit", "claim"),
        "hurt": ("injur", "wound", "hurt"),
        "missing": ("missing", "unaccounted"),
        "held": ("arrest", "detain", "custody"),
        "moved": ("evacuat", "displac"),
    },
    "ko": {
        "killed": ("숨", "사망", "희생"),
        "hurt": ("다치", "다쳤", "다친", "부상"),
        "missing": ("실종",),
        "held": ("체포", "연행", "구속"),
        "moved": ("대피", "이재민"),
    },
    "ja": {
        "killed": ("死", "亡くな", "犠牲"),
        "hurt": ("傷", "けが"),
        "missing": ("不明",),
        "held": ("逮捕", "拘束"),
        "moved": ("避難",),
    },
}
"""One of these stands, in small letters, in each text that such a pattern matches, and is far quicker to look for."""

_SOME_OF_ALL: Final = """
    children child women woman men man soldiers troops officers police students teachers staff civilians militants
    firefighters crew tourists foreigners journalists girls boys babies gunmen suspects homes animals horses dogs
"""
PARTS: Final = frozenset(_SOME_OF_ALL.split())
"""Of these a story may count some beside all: "12 people, 3 children among them"."""

BACKGROUND: Final = re.compile(
    r"\b(?:since|last (?:year|month|week)|previous|earlier this|a year ago|years? ago|in (?:19|20)\d\d"
    r"|history|anniversary|the worst|annual(?:ly)?|average)\b"
    r"|지난해|작년|지난달|지난주|\d{4}년|년\s?전|역대|이후|昨年|去年|先月|\d{4}年|年前|過去|以来"
)
"""What, in small letters, speaks of another event, or of a span of time."""
