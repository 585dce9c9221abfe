"""What a sentence tells of an event, and the heading over its kind. Pure."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """In the order in which a brief tells them."""

    HAPPENED = "happened"
    VOICES = "voices"
    NEXT = "next"


_NEXT: Final = re.compile(
    r"\b(?:will|would|plans? to|planned|expects?|expected|due|scheduled|set to|by 20\d\d"
    r"|from (?:january|february|march|april|may|june|july|august|september|october|november|december)|next (?:week|month|year|spring|summer|autumn|winter)"
    r"|in the coming|could|may|begins?)\b"
    r"|예정|계획|전망|내년|다음\s?(?:주|달)|방침|목표|하기로|予定|計画|方針|見込|見通し|来年|来週|目指す|期待",
    re.IGNORECASE,
)
_VOICES: Final = re.compile(
    r"[\"“”]|\b(?:said|says|told|called|warned|argued|asked|welcomed|criticised|criticized|according to|apologised)\b"
    r"|말했다|밝혔다|설명했다|주장했다|강조했다|지적했다|전했다|따르면|「|と(?:述べ|話し|語っ|説明|発表|強調)|によると",
    re.IGNORECASE,
)

_HEADINGS: Final[dict[Kind, dict[str, str]]] = {
    Kind.HAPPENED: {
        "en": "What happened",
        "ko": "무슨 일이 있었나",
        "ja": "何があったか",
        "de": "Was geschah",
        "fr": "Les faits",
        "es": "Los hechos",
        "pt": "Os fatos",
        "zh": "事件经过",
    },
    Kind.VOICES: {
        "en": "What they say",
        "ko": "각계의 말",
        "ja": "関係者の声",
        "de": "Was die Beteiligten sagen",
        "fr": "Les réactions",
        "es": "Las reacciones",
        "pt": "As reações",
        "zh": "各方说法",
    },
    Kind.NEXT: {
        "en": "What comes next",
        "ko": "앞으로의 전망",
        "ja": "今後の見通し",
        "de": "Wie es weitergeht",
        "fr": "La suite",
        "es": "Qué viene ahora",
        "pt": "O que vem a seguir",
        "zh": "后续",
    },
}


def kind_of(sentence: str) -> Kind:
    """What a sentence tells: a voice before a plan, since who says it matters more than when."""
    if re.search(r"[\"“「]", sentence):
        return Kind.VOICES
    if _NEXT.search(sentence):
        return Kind.NEXT
    return Kind.VOICES if _VOICES.search(sentence) else Kind.HAPPENED


def heading(kind: Kind, language: str) -> str:
    """The heading in this language, in English where we have none."""
    names = _HEADINGS[kind]
    return names.get(language, names["en"])
