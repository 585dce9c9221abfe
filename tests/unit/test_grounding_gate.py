"""The gate over a whole brief: what is repaired, what is dropped, and when the brief is lost."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.briefs.extractive import write_brief
from bot.briefs.gate import ground
from bot.briefs.grounding.sources import SourceText, sources_of
from bot.briefs.hold import hold_to_sources
from bot.models import BriefText, Section, Sentence, Story
from tests import hostile
from tests.unit.test_extractive_brief import stories

SOURCES = {
    1: SourceText(
        title="Harbour of Ferrow reopens",
        text=(
            "The harbour of Ferrow reopened on Monday after 12 days. Mayor Ida Quill thanked 300 workers. "
            "A storm had sunk four boats in the old basin."
        ),
        publisher="Courier",
        published_at=datetime(2026, 3, 10, tzinfo=UTC),
    ),
    2: SourceText(
        title="Fishers return to Ferrow",
        text="Fishers sold 40 tonnes of herring at the quay. Prices fell by a third within hours, Tom Ash said.",
        publisher="Post",
    ),
}
LEDE = Sentence(text="The harbour of Ferrow reopened on Monday after 12 days.", sources=(1,))


def brief(
    *section: Sentence,
    lede: tuple[Sentence, ...] = (LEDE,),
    headline: str = "Harbour of Ferrow reopens",
    deck: str = LEDE.text,
    language: str = "en",
) -> BriefText:
    sections = (Section(heading="What happened", sentences=section),) if section else ()
    return BriefText(
        headline=headline, deck=deck, lede=lede, sections=sections, language=language, written_by="openai:made-up"
    )


def test_faithful_brief_passes_as_it_is() -> None:
    text = brief(Sentence(text="Fishers sold 40 tonnes of herring at the quay.", sources=(2,)))
    held = ground(text, SOURCES)
    assert held.text is text
    assert held.refusals == ()


def test_wrong_source_number_is_put_right() -> None:
    held = ground(brief(Sentence(text="Fishers sold 40 tonnes of herring at the quay.", sources=(1,))), SOURCES)
    assert held.text is not None
    assert held.text.sections[0].sentences[0].sources == (2,)
    [refusal] = held.refusals
    assert (refusal.is_repaired, refusal.sources, refusal.place) == (True, (2,), "section")


def test_number_that_is_no_source_of_the_brief_is_put_right() -> None:
    held = ground(brief(Sentence(text="Fishers sold 40 tonnes of herring at the quay.", sources=(7,))), SOURCES)
    assert held.text is not None
    assert held.text.sections[0].sentences[0].sources == (2,)


def test_wrong_number_is_replaced_by_the_sources_own_sentence() -> None:
    held = ground(brief(Sentence(text="Mayor Ida Quill thanked 400 workers.", sources=(1,))), SOURCES)
    assert held.text is not None
    assert held.text.sections[0].sentences[0].text == "Mayor Ida Quill thanked 300 workers."
    [refusal] = held.refusals
    assert (refusal.kind, refusal.token, refusal.became) == ("number", "400", "Mayor Ida Quill thanked 300 workers.")


def test_clause_with_the_fault_is_left_out() -> None:
    wrong = "The harbour of Ferrow reopened on Monday after 12 days, Tilda Marsh said."
    held = ground(brief(lede=(Sentence(text=wrong, sources=(1,)),), deck=""), SOURCES)
    assert held.text is not None
    assert held.text.lede[0].text == LEDE.text


def test_sentence_that_nothing_is_like_is_dropped_with_its_section() -> None:
    held = ground(brief(Sentence(text="Zorvath Industries will open a mill in Lisbon.", sources=(2,))), SOURCES)
    assert held.text is not None
    assert held.text.sections == ()
    [refusal] = held.refusals
    assert not refusal.is_repaired
    assert "Zorvath" in refusal.token + refusal.reason


def test_brief_that_loses_its_lede_is_lost() -> None:
    held = ground(brief(lede=(Sentence(text="Zorvath Industries buys Lisbon.", sources=(1,)),)), SOURCES)
    assert held.text is None
    assert held.refusals[0].place == "lede"


def test_deck_and_headline_fall_back_to_what_is_told() -> None:
    held = ground(brief(deck="Marta Kroll bought Ferrow.", headline="Harbour of Ferrow sinks 90 boats"), SOURCES)
    assert held.text is not None
    assert held.text.deck == LEDE.text
    assert held.text.headline == "Harbour of Ferrow reopens"
    assert {refusal.place for refusal in held.refusals} == {"deck", "headline"}


@pytest.mark.parametrize("story", stories(), ids=lambda story: story.articles[0].title[:30])
def test_extractive_brief_passes_its_own_sources(story: Story) -> None:
    text = write_brief(story)
    assert ground(text, sources_of(text, story)).refusals == ()


def test_brief_that_is_lost_becomes_the_extractive_one() -> None:
    story = stories()[0]
    written = write_brief(story)
    wrong = replace(written, lede=(Sentence(text="Zorvath bought Lisbon.", sources=(1,)),), written_by="openai:x")
    text, refusals = hold_to_sources(wrong, story)
    assert text == written
    assert refusals[0].sentence == "Zorvath bought Lisbon."


@settings(max_examples=150)
@given(text=hostile.texts, source=hostile.texts, language=st.sampled_from(["en", "ko", "ja", "und"]))
def test_hostile_text_never_raises(text: str, source: str, language: str) -> None:
    told = brief(Sentence(text=text, sources=(1, 2)), lede=(Sentence(text=text, sources=(1,)),), language=language)
    held = ground(told, {1: SourceText(title=text, text=source), 2: SourceText(text=source)})
    assert held.text is None or held.text.lede


PIECES = [
    "1,",
    "1.",
    "one hundred and ",
    "“",
    '"',
    "‘a",
    "(R-",
    "A. ",
    "$1 ",
    "Van der ",
    "not ",
    "3월 ",
    "一二",
    "Xx & ",
]
PIECES += [" ,", "May 1, ", "a-", "'", "...", "[", "ア", "가", "0", " to "]


@pytest.mark.parametrize("piece", PIECES)
def test_time_grows_with_the_length_only(piece: str) -> None:
    def seconds(length: int) -> float:
        text = (piece * length)[:length]
        begun = time.process_time()
        ground(
            brief(lede=(Sentence(text=text + " x", sources=(1,)),)), {1: SourceText(title="t", text=text + "\nEnd.")}
        )
        return time.process_time() - begun

    assert seconds(40_000) < 4
