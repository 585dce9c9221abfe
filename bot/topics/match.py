"""Whether a brief is about a topic, and why, in words for a reader.

Every part of a rule that is not empty must hold: any of the words, none of the excluded ones, any of the sources, any
of the languages, and enough independent publishers. Words are looked for in the headline, the deck, the text and the
titles of the articles:

- a word stands by itself, in singular or plural: `tariff` finds "Tariffs" and "tariff's", not "antitariff";
- two to four capitals are a name and keep their case: `US` finds "US", not "us";
- several words are a phrase: `Korea Japan` finds "Korea–Japan";
- Chinese, Japanese and Korean are found inside longer runs, whose spaces do not count.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from bot.models import Brief, TopicRule
from bot.words import CJK, fold, is_cjk

if TYPE_CHECKING:
    from bot.store.briefs import BriefFacts

_LETTER: Final = rf"[^\W_{CJK}]"
"""What a word may not border on; a Korean particle after a Latin name is no part of the name."""
_GAP: Final = r"[\s\-‐-―/·]+"
_POSSESSIVE: Final = r"(?:['’]s?)?"
_NAME: Final = re.compile(r"[A-Z][A-Z0-9&]{1,3}")
_PLACES: Final = ("in the headline", "in the summary", "in the text", "in the title of a source")


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """What rules ask of one brief, made ready once for any number of rules."""

    language: str
    publishers: int
    source_ids: frozenset[int]
    cased: tuple[str, ...]
    """The places to look in, in the order of `_PLACES`, as written."""
    folded: tuple[str, ...]


def subject_of(brief: Brief, facts: BriefFacts) -> Subject:
    """The brief as rules see it."""
    text = brief.text
    body = "\n".join([*(sentence.text for sentence in text.sentences), *(part.heading for part in text.sections)])
    places = (text.headline, text.deck, body, "\n".join(facts.article_titles))
    return Subject(
        language=text.language.partition("-")[0].lower(),
        publishers=brief.publishers,
        source_ids=facts.source_ids,
        cased=tuple(unicodedata.normalize("NFKC", place) for place in places),
        folded=tuple(fold(place) for place in places),
    )


def match(rule: TopicRule, brief: Brief, facts: BriefFacts) -> str | None:
    """Why the brief belongs to the topic ("matches 'Greenland' in the headline"); None when it does not."""
    if not _may_match(rule, brief.text.language, brief.publishers, facts.source_ids):
        return None
    return reason(rule, subject_of(brief, facts))


def reason(rule: TopicRule, subject: Subject) -> str | None:
    """As `match`, for a subject that many rules are asked about."""
    if not _may_match(rule, subject.language, subject.publishers, subject.source_ids):
        return None
    if rule.excluded and _words(rule.excluded).find(subject):
        return None
    if not rule.words:
        return _plain_reason(rule, subject)
    found = _words(rule.words).find(subject)
    return f"matches '{found[0]}' {found[1]}" if found else None


def _may_match(rule: TopicRule, language: str, publishers: int, source_ids: frozenset[int]) -> bool:
    """All that costs nothing to ask."""
    if publishers < rule.min_publishers:
        return False
    if rule.source_ids and source_ids.isdisjoint(rule.source_ids):
        return False
    return not rule.languages or language.partition("-")[0].lower() in rule.languages


def _plain_reason(rule: TopicRule, subject: Subject) -> str:
    if rule.source_ids:
        return "comes from a source of this topic"
    if rule.languages:
        return f"is in a language of this topic ({subject.language})"
    return f"has {subject.publishers} publishers" if rule.min_publishers > 1 else "this topic takes everything"


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of a rule as two patterns whose group `w3` stands for the fourth word."""

    words: tuple[str, ...]
    cased: re.Pattern[str] | None
    folded: re.Pattern[str] | None

    def find(self, subject: Subject) -> tuple[str, str] | None:
        """The word found, as the rule spells it, and where: the most telling place first."""
        for place, cased, folded in zip(_PLACES, subject.cased, subject.folded, strict=True):
            for pattern, text in ((self.folded, folded), (self.cased, cased)):
                found = pattern.search(text) if pattern else None
                if found and found.lastgroup:
                    return self.words[int(found.lastgroup[1:])], place
        return None


@lru_cache(maxsize=4096)
def _words(words: tuple[str, ...]) -> _Words:
    """The patterns of some words; kept, since each rule is asked about many briefs."""
    cased: list[str] = []
    folded: list[str] = []
    for number, word in enumerate(words):
        is_name = _NAME.fullmatch(word.strip()) is not None
        pattern = _pattern(unicodedata.normalize("NFKC", word) if is_name else fold(word), is_name=is_name)
        if pattern:
            (cased if is_name else folded).append(f"(?P<w{number}>{pattern})")
    return _Words(words, _any(cased), _any(folded))


def _any(patterns: list[str]) -> re.Pattern[str] | None:
    return re.compile("|".join(patterns)) if patterns else None


def _pattern(word: str, *, is_name: bool) -> str:
    """A word or phrase as a pattern, empty for one without a letter or a number."""
    parts = re.split(_GAP, word.strip(" \t\n-/·"))
    if not any(char.isalnum() for char in word):
        return ""
    pattern = ""
    for place, part in enumerate(parts):
        is_last = place == len(parts) - 1
        if place:
            pattern += r"\s*" if is_cjk(part) and is_cjk(parts[place - 1]) else _GAP
        pattern += _bounded(part, _plural(part) if is_last and not is_name else re.escape(part))
    return pattern


def _bounded(part: str, pattern: str) -> str:
    """The pattern of one part, kept from being found inside a longer Latin word."""
    before = "" if is_cjk(part[0]) else rf"(?<!{_LETTER})"
    after = "" if is_cjk(part[-1]) else rf"{_POSSESSIVE}(?!{_LETTER})"
    return f"{before}{pattern}{after}"


def _plural(part: str) -> str:
    """A folded word in singular and plural; light, since a reader who wants more can name more words."""
    if not (part.isascii() and part.isalpha() and len(part) > 2):
        return re.escape(part)
    if part.endswith("ies") and len(part) > 4:
        return part[:-3] + "(?:y|ies)"
    if part.endswith("y") and part[-2] not in "aeiou":
        return part[:-1] + "(?:y|ies)"
    if part.endswith("s"):
        is_plural = len(part) > 3 and not part.endswith(("ss", "us", "is"))
        return part[:-1] + "s?" if is_plural else part + "(?:es)?"
    return part + "(?:s|es)?"
