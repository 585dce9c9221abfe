"""What of an article tells its event: weighted terms, with names and numbers among them. Pure."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from typing import Final

from bot.words import terms

LEAD_TERMS: Final = 120
"""Terms of the text that count: the event is told first, the background after it."""
TITLE_WEIGHT: Final = 2.5
"""How much more a term of the headline counts."""

# The commonest words, which an index of few articles would take for rare ones; document frequency tells the rest.
_STOP: Final = """
    a about after again against all also am an and any are as at be because been before being between both but by can
    could did do does doing down during each few for from further get got had has have having he her here hers him his
    how i if in into is it its it's just like may me might more most much my new no nor not now of off on once one only or
    other our out over own said same say says she should so some such than that the their them then there these they
    this those through to too two under until up us very was we were what when where which while who whom why will with would
    you your mr mrs ms dr inc ltd http https www com html amp
    이다 있다 했다 한다 하는 하고 에서 으로 에게 까지 부터 지난 대한 위해 위한
    통해 따르 르면 밝혔 혔다 이번 오는 것으 것이 등을 라고
    した して する ます です いる ある こと から まで など これ それ ため
    れた され ては とい いう った いて につ つい おり
    der die das und ist von mit den dem ein eine für auf im le la les des et est un une dans pour que qui sur el los las
    y en por con para del o os da do em um uma no na
"""
STOP_WORDS: Final = frozenset(_STOP.split())

_PLURAL: Final = re.compile(r"(?:'s|ies|es|s)$")


@dataclass(frozen=True, slots=True)
class Features:
    """Terms and how much each counts within the article, before rarity is known."""

    weights: dict[str, float]
    is_brief: bool
    """Little more than a headline."""


def features(title: str, text: str) -> Features:
    """The features of an article: its headline, and the first terms of its text."""
    head = Counter(_stems(title))
    body = _stems(text)[:LEAD_TERMS]
    counts = Counter(body)
    weights = {term: 1 + math.log(count) for term, count in counts.items()}
    for term, count in head.items():
        weights[term] = weights.get(term, 0.0) + TITLE_WEIGHT * (1 + math.log(count))
    return Features(weights, is_brief=len(body) < 12)


def _stems(text: str) -> list[str]:
    return [stem(term) for term in terms(text) if term not in STOP_WORDS and (len(term) > 1 or term.isdigit())]


def stem(term: str) -> str:
    """An English plural or possessive without its ending; anything else as it is."""
    if len(term) < 4 or not term.isascii():
        return term
    found = _PLURAL.search(term)
    if not found or term.endswith("ss"):
        return term
    if found[0] == "ies":
        return term[:-3] + "y"
    if found[0] == "es" and not term.endswith(("ses", "xes", "zes", "ches", "shes")):
        return term[:-1]
    return term[: found.start()]
