"""What of an article tells its event: weighted terms, with names and numbers among them. Pure."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from bot.text.words import terms

LEAD_TERMS: Final = 150
"""Terms of the text that count: the event is told first, the background after it."""
LEAD_CHARS: Final = 6000
"""Characters that are read for them, so that a very long page costs no more than any other."""
TITLE_WEIGHT: Final = 1.5
"""How much more a term of the headline counts."""
PAIR_WEIGHT: Final = 0.7
"""How much two words that stand together count beside one: names and turns that two reports of one event share."""
NUMBER_WEIGHT: Final = 1.5
"""How much more a number in a text counts: look-alike events differ by it. In a mere headline it is one word more."""
BRIEF_TERMS: Final = 12
"""With fewer terms of text, an article is little more than its headline."""

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

_ENDING: Final = re.compile(
    r"(?:ational|ization|ations|ation|ements|ement|ments|ment|ings|ing|edly|ers|ed|er|ly|ions|ion|al|ity|ies|es|s|e)$"
)
_THOUSANDS: Final = re.compile(r"(?<=\d),(?=\d{3})")
_POINT: Final = re.compile(r"(?<=\d)[.,](?=\d)")
"""Numbers stay whole: `120,000` is 120000, and 3.25 is neither 3 nor 25."""
_PLURAL: Final = re.compile(r"(?:'s|ies|es|s)$")


@dataclass(frozen=True, slots=True)
class Features:
    """Terms and how much each counts within the article, before rarity is known."""

    weights: dict[str, float]
    is_brief: bool
    """Little more than a headline."""


def features(title: str, text: str) -> Features:
    """The features of an article: its headline, and the first terms of its text; pairs of words are joined by `_`."""
    head, body = _roots(title[:LEAD_CHARS]), _roots(text[:LEAD_CHARS])[:LEAD_TERMS]
    is_brief = len(body) < BRIEF_TERMS
    # A word said twice counts more than once, but never twice.
    weights = {term: 2 * count / (count + 1) for term, count in Counter(body).items()}
    for term, count in Counter(head).items():
        weights[term] = weights.get(term, 0.0) + TITLE_WEIGHT * 2 * count / (count + 1)
    if not is_brief:
        for term in weights:
            if term[0].isdigit():
                weights[term] *= NUMBER_WEIGHT
    for words, weight in ((body, PAIR_WEIGHT), (head, TITLE_WEIGHT * PAIR_WEIGHT)):
        for pair in pairwise(words):
            weights["_".join(pair)] = weight
    return Features(weights, is_brief=is_brief)


def _roots(text: str) -> list[str]:
    text = _POINT.sub("p", _THOUSANDS.sub("", text))
    return [root(term) for term in terms(text) if term not in STOP_WORDS and (len(term) > 1 or term.isdigit())]


@lru_cache(maxsize=8192)
def root(term: str) -> str:
    """An English word without its usual endings, so that `resigns`, `resigned` and `resignation` meet."""
    word = term.removesuffix("'s")
    if len(word) < 5 or not word.isascii() or word[0].isdigit():
        return stem(term)
    bare = _ENDING.sub("", word)
    return bare if len(bare) >= 4 else stem(term)


@lru_cache(maxsize=8192)
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
