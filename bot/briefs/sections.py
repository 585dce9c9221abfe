"""What a sentence tells of an event, and the heading over its kind. Pure."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

QUOTE_SHARE: Final = 0.75
"""A sentence is a voice when less than this of it stands outside its quotations."""


class Kind(StrEnum):
    """In the order in which a brief tells them."""

    HAPPENED = "happened"
    MEANS = "means"
    VOICES = "voices"
    NEXT = "next"
    DIFFER = "differ"
    CHANGED = "changed"
    """These two are never the kind of a single sentence: see `differences.py`."""


_QUOTED: Final = re.compile(r"[\"“][^\"“”]{3,}[\"”]|「[^」]{3,}」")
_NEXT: Final = re.compile(
    r"\b(?:will(?! (?:of|to)\b)|plans? to|expects?|(?:is|are|was|were) (?:expected|due|scheduled|set|poised"
    r"|likely) to|scheduled for|next (?:week|month|year|spring|summer|autumn|fall|winter)"
    r"|later this (?:week|month|year)|in the coming|by (?:the end of )?20\d\d|by (?:mon|tues|wednes|thurs|fri"
    r"|satur|sun)day|vowed to|(?:from|until) (?:at least )?(?:next|mon|tues|wednes|thurs|fri|satur|sun)\w*"
    r"|could \w+ (?:by|in|next|as early)|from (?:january|february|march|april|may|june|july|august|september"
    r"|october|november|december))\b"
    r"|예정|계획이|계획을|방침|전망[이된]|내년|다음\s?(?:주|달)|하기로|내다봤|予定|計画|方針|見込|見通し|来年"
    r"|来月|来週|目指す"
)
_VOICES: Final = re.compile(
    r"\b(?:warned|argued|urged|welcomed|criticis?z?ed|apologis?z?ed|praised|denounced|condemned|defended"
    r"|blamed|insisted|accused \w+(?: \w+)? of|dismissed|slammed|called (?:it|the|for|on|him|her|them))\b"
    r"|말했다|주장했다|강조했다|지적했다|비판했다|호소했다|촉구했다|と(?:述べ|話し|語っ|強調し|批判し|訴え|主張し)"
)
_MEANS: Final = re.compile(
    r"\b(?:means? that|meaning|as a result|in response to|(?:the|for the) first (?:time|since|in)|(?:largest"
    r"|biggest|worst|lowest|highest|fastest|most)\b.{0,40}\bsince"
    r"|analysts?|economists?|experts?|impacts?|affects?|raising (?:fears|concerns|questions)|fears? (?:of"
    r"|that)|consequences?|unprecedented|signal(?:s|led)"
    r"|a (?:blow|boost|shift|victory|test|setback) (?:to|for|in)|another setback|underscor\w+|paves? the way"
    r"|cost\w* .{0,40} a (?:year|month))\b"
    r"|의미|영향|우려|분석|때문|배경|처음으로|이후\s?처음|만에\s?(?:처음|최[고저대])|影響|懸念|背景|意味"
    r"|ため、|受けて|初めて|専門家|以来"
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
    Kind.MEANS: {
        "en": "What it means",
        "ko": "무엇을 뜻하나",
        "ja": "何を意味するか",
        "de": "Was es bedeutet",
        "fr": "Ce que cela signifie",
        "es": "Qué significa",
        "pt": "O que significa",
        "zh": "意味着什么",
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
    Kind.DIFFER: {
        "en": "Where sources differ",
        "ko": "매체마다 다른 점",
        "ja": "情報源で異なる点",
        "de": "Wo sich die Quellen unterscheiden",
        "fr": "Où les sources divergent",
        "es": "En qué difieren las fuentes",
        "pt": "Onde as fontes divergem",
        "zh": "各来源的分歧",
    },
    Kind.CHANGED: {
        "en": "How the figures changed",
        "ko": "달라진 숫자",
        "ja": "数字の変化",
        "de": "Wie sich die Zahlen änderten",
        "fr": "L’évolution des chiffres",
        "es": "Cómo cambiaron las cifras",
        "pt": "Como os números mudaram",
        "zh": "数字的变化",
    },
}


def kind_of(sentence: str) -> Kind:
    """What a sentence tells: a voice before a plan, since who says it matters more than when."""
    if _QUOTED.search(sentence) and len(_QUOTED.sub("", sentence)) < QUOTE_SHARE * len(sentence):
        return Kind.VOICES
    # In small letters, among which the patterns find their words several times as fast as in either case.
    told = _QUOTED.sub("", sentence).lower()
    for kind, pattern in ((Kind.NEXT, _NEXT), (Kind.MEANS, _MEANS), (Kind.VOICES, _VOICES)):
        if pattern.search(told):
            return kind
    return Kind.HAPPENED


def heading(kind: Kind, language: str) -> str:
    """The heading in this language, in English where we have none."""
    names = _HEADINGS[kind]
    return names.get(language, names["en"])
