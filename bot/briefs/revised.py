"""A brief in a manager's words, and one without one of its sources. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from rapidfuzz import fuzz, process

from bot.briefs.extractive import write_brief
from bot.briefs.gate import ground
from bot.briefs.grounding.sources import sources_of
from bot.briefs.hold import hold_to_sources
from bot.models import BriefText, Refusal, Sentence, Story
from bot.text.sentences import split_all

ALIKE: Final = 60
"""From this likeness (of 100) on a new sentence stands for an old one, and keeps its sources."""

TOLD: Final = 75
"""The same of a brief's sentence and the source's, of which it may be a part."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Edit:
    """The new words; None: they stay."""

    headline: str | None = None
    deck: str | None = None
    lede: str | None = None


def lede_words(text: BriefText) -> str:
    """The opening paragraph as it is typed."""
    return " ".join(sentence.text for sentence in text.lede)


def edited(text: BriefText, edit: Edit) -> BriefText:
    """The brief with the manager's words. A sentence keeps the sources of the one it stands for, or cites none."""
    lede = text.lede
    if edit.lede is not None and edit.lede != lede_words(text):
        lede = tuple(_cited(one, text) for one in split_all(edit.lede, text.language) or [edit.lede])
    headline = text.headline if edit.headline is None else edit.headline
    deck = text.deck if edit.deck is None else edit.deck
    return replace(text, headline=headline, deck=deck, lede=lede)


def _cited(words: str, text: BriefText) -> Sentence:
    known = {sentence.text: sentence.sources for sentence in text.sentences}
    near = process.extractOne(words, list(known), scorer=fuzz.ratio, score_cutoff=ALIKE)
    return Sentence(text=words, sources=known[near[0]] if near else ())


def doubts(before: BriefText, after: BriefText, story: Story) -> tuple[Refusal, ...]:
    """What the gate says of the words that are new; a manager may know more than the sources."""
    sources = sources_of(after, story)
    if not sources:
        return ()
    # What a manager wrote cites nothing where it stands for nothing; any source may carry it.
    lede = tuple(one if one.sources else replace(one, sources=tuple(sources)) for one in after.lede)
    held = ground(replace(after, lede=lede, sections=()), sources)
    new = {after.headline, *split_all(after.deck, after.language), *(one.text for one in after.lede)}
    new -= {before.headline, *split_all(before.deck, before.language), *(one.text for one in before.sentences)}
    return tuple(one for one in held.refusals if one.sentence in new)


def without_owners(story: Story, owners: Sequence[str]) -> Story:
    """The story as the others report it."""
    return replace(story, articles=tuple(article for article in story.articles if article.owner not in owners))


def owner_of_source(text: BriefText, story: Story, number: int) -> str:
    """Who answers for a numbered source of a brief; empty when that is not known."""
    source = next((one for one in text.sources if one.n == number), None)
    if source is None:
        return ""
    of_url = (article.owner for article in story.articles if source.url and article.url == source.url)
    named = (article.owner for article in story.articles if article.publisher == source.publisher)
    return next(of_url, next(named, ""))


def rewritten(story: Story) -> tuple[BriefText, tuple[Refusal, ...]]:
    """The brief of what is left of a story, held to its sources like any other."""
    return hold_to_sources(write_brief(story), story)


def was_told(words: str, told: BriefText, now: BriefText) -> bool:
    """Whether a brief told what a source said before, and does not any more. Without words: whether it is another."""
    before, after = (
        [one.headline, *split_all(one.deck, one.language), *(s.text for s in one.sentences)] for one in (told, now)
    )
    lost = [one for one in before if one not in after]
    if not words:
        return bool(lost)
    return any(fuzz.partial_ratio(one, words) >= TOLD or fuzz.partial_ratio(words, one) >= TOLD for one in lost)
