"""Whether a brief is about a topic, and why, in words for a reader.

Every part of a rule that is not empty must hold: any of the words, none of the excluded ones, any of the sources and
not only those that are left out, any of the languages, and enough independent publishers. Words are looked for in the
headline, the deck, the text and the titles of the articles:

- a word stands by itself, in singular or plural: `tariff` finds "Tariffs" and "tariff's", not "antitariff";
- two to four capitals are a name and keep their case: `US` finds "US", not "us";
- several words are a phrase: `Korea Japan` finds "Korea–Japan";
- words joined by `+` or `AND` must all be there, anywhere: `Korea + Japan`;
- Chinese, Japanese and Korean are found inside longer runs, whose spaces do not count.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from bot.models import Brief, TopicRule
from bot.saying import marked, say, say_count
from bot.text.words import CJK, fold, is_cjk

if TYPE_CHECKING:
    from bot.store.briefs import BriefFacts

_LETTER: Final = rf"[^\W_{CJK}]"
"""What a word may not border on; a Korean particle after a Latin name is no part of the name."""
_GAP: Final = r"[\s\-‐-―/·]+"
_POSSESSIVE: Final = r"(?:['’]s?)?"
_NAME: Final = re.compile(r"[A-Z][A-Z0-9&]{1,3}")
_NO_PLURALS: Final = frozenset(("news", "mars", "wales", "series", "species"))
"""Whose singular would be another word."""
_AND: Final = re.compile(r"(?<!\s)\s++(?:\+|AND)\s+|(?<=\w)\+(?=\w)")
"""Between words that must all be there; the plus of a name ("C++", "Disney+") is a part of it."""
_PLACES: Final = (
    marked("matches '{word}' in the headline"),
    marked("matches '{word}' in the summary"),
    marked("matches '{word}' in the text"),
    marked("matches '{word}' in the title of a source"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """What rules ask of one brief, made ready once for any number of rules."""

    language: str
    publishers: int
    source_ids: frozenset[int]
    cased: tuple[str, ...]
    """The places to look in, in the order of `_PLACES`, as written."""
    folded: tuple[str, ...]
    all_cased: str
    all_folded: str

    def has_words(self, rule: TopicRule) -> bool:
        """Whether any word of the rule is there, also of those that must all be there."""
        return any(word.place(self) is not None for joined in _ready(rule.words) for word in joined)


def subject_of(brief: Brief, facts: BriefFacts) -> Subject:
    """The brief as rules see it."""
    text = brief.text
    body = "\n".join([*(sentence.text for sentence in text.sentences), *(part.heading for part in text.sections)])
    places = (text.headline, text.deck, body, "\n".join(facts.article_titles))
    cased = tuple(unicodedata.normalize("NFKC", place) for place in places)
    folded = tuple(fold(place) for place in places)
    return Subject(
        language=text.language.partition("-")[0].lower(),
        publishers=brief.publishers,
        source_ids=facts.source_ids,
        cased=cased,
        folded=folded,
        all_cased="\n".join(cased),
        all_folded="\n".join(folded),
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
    if rule.excluded and _found(rule.excluded, subject):
        return None
    if not rule.words:
        return _plain_reason(rule, subject)
    found = _found(rule.words, subject)
    return _told(found) if found else None


def obstacles(rule: TopicRule, subject: Subject) -> tuple[str, ...]:
    """Every part of the rule that keeps a brief out, in words; none of a brief that matches. For a near miss."""
    found = []
    if subject.publishers < rule.min_publishers:
        found.append(say_count("has only {n} publisher", "has only {n} publishers", subject.publishers))
    if rule.source_ids and subject.source_ids.isdisjoint(rule.source_ids):
        found.append(say("comes from none of the rule's sources"))
    if _is_left_out(rule, subject.source_ids):
        found.append(say("comes only from sources that are left out"))
    if rule.languages and subject.language not in rule.languages:
        found.append(say("is in another language ({language})", language=subject.language))
    if rule.excluded and (out := _found(rule.excluded, subject)):
        found.append(say("excluded by “{word}”", word=out[0].word))
    if rule.words and not _found(rule.words, subject):
        found.append(_missing(rule.words, subject))
    return tuple(found)


def words_stand_in(words: tuple[str, ...], text: str) -> bool:
    """As `has_any`, for a text that is no whole brief."""
    cased, folded = unicodedata.normalize("NFKC", text), fold(text)
    one = Subject(
        language="",
        publishers=1,
        source_ids=frozenset(),
        cased=(cased,),
        folded=(folded,),
        all_cased=cased,
        all_folded=folded,
    )
    return has_any(words, one)


def has_any(words: tuple[str, ...], subject: Subject) -> bool:
    """Whether a subject has one of these words, as a rule finds them."""
    return bool(_found(words, subject))


def _told(found: Sequence[_Hit]) -> str:
    """Of one word, or of all that had to be there, where each stands."""
    return ", ".join(say(hit.place, word=hit.word) for hit in found)


def _may_match(rule: TopicRule, language: str, publishers: int, source_ids: frozenset[int]) -> bool:
    """All that costs nothing to ask."""
    if publishers < rule.min_publishers:
        return False
    if rule.source_ids and source_ids.isdisjoint(rule.source_ids):
        return False
    if rule.excluded_source_ids and _is_left_out(rule, source_ids):
        return False
    return not rule.languages or language.partition("-")[0].lower() in rule.languages


def _plain_reason(rule: TopicRule, subject: Subject) -> str:
    if rule.source_ids:
        return say("comes from a source of this topic")
    if rule.languages:
        return say("is in a language of this topic ({language})", language=subject.language)
    if rule.min_publishers > 1:
        return say_count("has {n} publisher", "has {n} publishers", subject.publishers)
    return say("this topic takes everything")


def _is_left_out(rule: TopicRule, source_ids: frozenset[int]) -> bool:
    """Whether all of a brief's articles are from sources that the rule leaves out; one written elsewhere has none."""
    return bool(source_ids) and source_ids <= set(rule.excluded_source_ids)


@dataclass(frozen=True, slots=True)
class _Word:
    """One word of a rule: `hint` stands in every text that `pattern` matches, and is far quicker to look for."""

    word: str
    hint: str
    pattern: re.Pattern[str]
    is_name: bool

    def is_likely(self, subject: Subject) -> bool:
        return self.hint in (subject.all_cased if self.is_name else subject.all_folded)

    def place(self, subject: Subject) -> int | None:
        """The first of `_PLACES` in which it stands."""
        texts = subject.cased if self.is_name else subject.folded
        return next((rank for rank, text in enumerate(texts) if self.pattern.search(text)), None)


@dataclass(frozen=True, slots=True)
class _Hit:
    """A word of a rule, as it is spelt there, and where it was found."""

    word: str
    place: str


def _found(words: tuple[str, ...], subject: Subject) -> tuple[_Hit, ...]:
    """What the subject has of these: one word, or all that are joined; those in the most telling place first."""
    best: tuple[int, tuple[_Hit, ...]] | None = None
    for joined in _ready(words):
        if not all(word.is_likely(subject) for word in joined):
            continue
        places = [word.place(subject) for word in joined]
        known = [place for place in places if place is not None]
        if len(known) == len(joined) and (best is None or max(known) < best[0]):
            hits = tuple(_Hit(word.word, _PLACES[place]) for word, place in zip(joined, known, strict=True))
            best = (max(known), hits)
            if not best[0]:
                break
    return best[1] if best else ()


def _missing(words: tuple[str, ...], subject: Subject) -> str:
    """What is missing of words that are joined, where the subject has some of them; else that it has none."""
    for joined in _ready(words):
        there = [word for word in joined if word.place(subject) is not None]
        if there:
            absent = next(word for word in joined if word not in there)
            return say("has “{word}”, but not “{other}”", word=there[0].word, other=absent.word)
    return say("has none of the words")


def divided(word: str) -> tuple[str, ...]:
    """The words that one entry of a rule joins: `Korea + Japan` → Korea, Japan."""
    return tuple(part.strip() for part in _AND.split(word) if part.strip())


@lru_cache(maxsize=4096)
def _ready(words: tuple[str, ...]) -> tuple[tuple[_Word, ...], ...]:
    """Some words made ready, those that are joined together; kept, since each rule is asked about many briefs."""
    entries = (tuple(_word(part) for part in divided(entry)) for entry in words)
    known = (tuple(word for word in entry if word is not None) for entry in entries)
    return tuple(entry for entry in known if entry)


def _word(word: str) -> _Word | None:
    is_name = _NAME.fullmatch(word.strip()) is not None
    text = unicodedata.normalize("NFKC", word) if is_name else fold(word)
    parts = [part for part in re.split(_GAP, text) if part]
    if not any(char.isalnum() for char in text):
        return None
    return _Word(word, _hint(parts), re.compile(_pattern(parts, is_name=is_name)), is_name)


def _hint(parts: list[str]) -> str:
    """What stands in every form of a phrase: its longest part, without an ending that may be another in the plural.

    Of Chinese, Japanese and Korean one letter, since spaces between them do not count.
    """
    if any(is_cjk(char) for part in parts for char in part):
        return next(char for part in parts for char in part if is_cjk(char))
    longest = max(parts, key=len)
    return longest if len(parts) > 1 and longest is not parts[-1] else re.sub("(?:ies|[sy])$", "", longest) or longest


def _pattern(parts: list[str], *, is_name: bool) -> str:
    """A word or phrase as a pattern."""
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
    if part in _NO_PLURALS or part.endswith("ics"):
        return part
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
