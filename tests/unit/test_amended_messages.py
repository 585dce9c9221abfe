"""A message told anew: the corrected story only, in the same one message, also where it has no room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from adapters.discord import render as discord_render
from adapters.slack import render as slack_render
from bot.delivery.amended import Copy, Mark, Told, amended
from bot.digests.compose import Issue, compose
from bot.documents.build import brief_document
from bot.documents.nodes import Card, Document
from bot.documents.stored import from_json, to_json
from bot.documents.text import plain_text
from bot.models import (
    LOCAL_WORKSPACE,
    Brief,
    BriefText,
    Citation,
    Origin,
    Pick,
    Section,
    Sentence,
    Style,
    VersionKind,
    Workspace,
)
from bot.ports import Payload
from tests.hostile import MENTIONS

NOW = datetime(2026, 1, 15, 9, tzinfo=UTC)
HERE = Workspace(id=LOCAL_WORKSPACE, created_at=NOW, ping_role="77")
RENDER = {"discord": discord_render.render, "slack": slack_render.render}
PLATFORMS = pytest.mark.parametrize("platform", RENDER)


def brief(number: int, *, sentences: int = 3, headline: str = "", word: str = "pier") -> Brief:
    told = tuple(
        Sentence(text=f"Sentence {at} of story {number} tells of a {word}. " * 3, sources=(1,))
        for at in range(sentences)
    )
    text = BriefText(
        headline=headline or f"Headline of story {number}",
        deck=f"Deck of story {number} {'and more ' * 12}",
        lede=told[:1],
        sections=(Section(heading="Background", sentences=told[1:]),) if told[1:] else (),
        sources=(Citation(n=1, publisher="House", url="https://house.example/1"),),
        language="en",
        written_by="extractive",
    )
    return Brief(
        id=number,
        story_id=number,
        version=1,
        origin=Origin.WRITTEN,
        text=text,
        published_at=NOW,
        news_at=NOW,
        created_at=NOW,
        updated_at=NOW,
    )


def posted(briefs: Sequence[Brief], style: Style, platform: str) -> list[Payload]:
    picks = [Pick(brief=one, topic="World" if one.id % 2 else "Ports", why="") for one in briefs]
    picks.sort(key=lambda pick: pick.topic)
    issue = Issue(name="Morning", on=date(2026, 1, 15), style=style)
    return list(RENDER[platform](compose(issue, picks, HERE, now=NOW)))


def told_anew(
    messages: Sequence[Payload], marks: dict[str, Mark], briefs: Sequence[Brief], platform: str
) -> list[Document]:
    """Each message as it stands after the edit."""
    pages = [from_json(to_json(message.page)) for message in messages if message.page]
    told = [Told(brief=one.ref, headline=one.text.headline) for one in sorted(briefs, key=lambda one: one.id % 2)]
    found = []
    for number, page in enumerate(pages):
        copy = Copy(page=page, before=pages[:number], told=told)
        new = amended(copy, marks, HERE, is_one=lambda document: len(RENDER[platform](document)) == 1)
        assert new is not None
        assert (new.caveat, new.part, new.parts, new.ping) == (page.caveat, page.part, page.parts, page.ping)
        [payload] = RENDER[platform](new)
        assert payload.caveat in str(payload.body)
        found.append(new)
    return found


def mark(of: Brief, kind: VersionKind, note: str = "a note") -> dict[str, Mark]:
    return {f"b{of.id}": Mark(kind=kind, words=f"Changed 14:05: {note}", brief=of)}


@PLATFORMS
@pytest.mark.parametrize("style", Style)
@pytest.mark.parametrize("gone", [1, 4, 12])
def test_retracted_story_leaves_no_word_and_the_others_stay_word_for_word(
    platform: str, style: Style, gone: int
) -> None:
    briefs = [brief(number, sentences=9) for number in range(1, 13)]
    messages = posted(briefs, style, platform)
    after = told_anew(messages, mark(briefs[gone - 1], VersionKind.RETRACTED), briefs, platform)
    before = "\n".join(plain_text(message.page) for message in messages if message.page)
    text = "\n".join(map(plain_text, after))
    assert f"story {gone} " not in text.replace("\n", " ")
    assert "Changed 14:05: a note" in text
    for other in (one for one in briefs if one.id != gone):
        for words in (f"Headline of story {other.id}\n", f"of story {other.id} tells", f"Deck of story {other.id} "):
            assert text.count(words) == before.count(words), words
    assert len(after) == len(messages)


@PLATFORMS
@pytest.mark.parametrize("style", Style)
def test_correction_that_grew_is_clipped_and_loses_no_other_story(platform: str, style: Style) -> None:
    briefs = [brief(number, sentences=6) for number in range(1, 17)]
    messages = posted(briefs, style, platform)
    long = brief(6, sentences=200, headline="A new headline " * 12)
    long = replace(long, text=replace(long.text, deck="Long. " * 900))
    after = told_anew(messages, mark(long, VersionKind.EDITED, "why " * 120), briefs, platform)
    text = "\n".join(map(plain_text, after))
    assert "A new headline" in text
    assert "Changed 14:05" in text
    for other in (one for one in briefs if one.id != 6):
        assert f"Headline of story {other.id}" in text


@PLATFORMS
@pytest.mark.parametrize("evil", [*MENTIONS, "&" * 200, "\u202e<b>[x](y)", "👩‍👩‍👧" * 30])
def test_hostile_words_of_a_correction_change_nothing_but_their_story(platform: str, evil: str) -> None:
    briefs = [brief(number) for number in range(1, 5)]
    messages = posted(briefs, Style.SUMMARIES, platform)
    bad = brief(2, headline=(evil * 40)[:200] or "x")
    [page] = told_anew(messages, mark(bad, VersionKind.EDITED, evil), briefs, platform)
    cards = {block.brief: block for block in page.blocks if isinstance(block, Card)}
    old = {block.brief: block for block in messages[0].page.blocks if isinstance(block, Card)}  # type: ignore[union-attr]
    assert {ref: card for ref, card in cards.items() if ref != "b2"} == {
        ref: card for ref, card in old.items() if ref != "b2"
    }


@PLATFORMS
def test_message_without_the_story_stays_as_it_is(platform: str) -> None:
    briefs = [brief(number) for number in range(1, 5)]
    messages = posted(briefs, Style.SUMMARIES, platform)
    after = told_anew(messages, mark(brief(9), VersionKind.RETRACTED), briefs, platform)
    assert after == [message.page for message in messages]


@PLATFORMS
def test_shared_page_of_a_retracted_brief_says_only_that(platform: str) -> None:
    one = brief(3, sentences=120)
    messages = list(RENDER[platform](brief_document(one, HERE, now=NOW)))
    assert len(messages) > 1
    after = told_anew(messages, mark(one, VersionKind.RETRACTED), [one], platform)
    text = "\n".join(map(plain_text, after))
    assert "story 3" not in text
    assert text.count("Changed 14:05: a note") == len(messages)
