"""Documents of hostile text, cut to limits: always within them, always the whole caveat, nothing lost silently."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.documents.clip import ELLIPSIS, boundary, clip
from bot.documents.fit import Limits, caveat_chars, fit
from bot.documents.nodes import Action, Actions, Block, Document, Heading, Kind, Note, Paragraph, Text
from bot.documents.pieces import Measure
from bot.documents.text import block_text
from tests import hostile


def slack_like(block: Block) -> int:
    """Slack's mrkdwn escapes `&`, `<` and `>` as entities."""
    return len(html.escape(block_text(block), quote=False)) + 2


def discord_like(block: Block) -> int:
    """Discord's markdown takes a backslash before each of its marks."""
    return len(re.sub(r"([\\*_~`|>#\[\]()<@-])", r"\\\1", block_text(block))) + 2


def plain(block: Block) -> int:
    return len(block_text(block)) + 2


PLATFORMS: list[tuple[str, Limits, Measure]] = [
    ("plain", Limits(message_chars=1_500, block_chars=1_500, blocks=60), plain),
    ("slack", Limits(message_chars=3_000, block_chars=900, blocks=12), slack_like),
    ("discord", Limits(message_chars=1_200, block_chars=1_000, blocks=8), discord_like),
]


def check(document: Document, limits: Limits, measure: Measure) -> None:
    parts = fit(document, limits, measure)
    for number, part in enumerate(parts, start=1):
        assert part.caveat == document.caveat
        assert sum(map(measure, part.blocks)) + caveat_chars(part, measure) <= limits.message_chars
        assert len(part.blocks) <= limits.blocks
        assert all(measure(block) <= limits.block_chars for block in part.blocks)
        assert (part.part, part.parts) == (number, len(parts))
        assert part.ping == (document.ping if number == 1 else "")


@pytest.mark.parametrize(("name", "limits", "measure"), PLATFORMS, ids=[platform[0] for platform in PLATFORMS])
@settings(max_examples=25)
@given(document=hostile.documents)
def test_parts_are_within_limits_and_carry_the_caveat(
    name: str, limits: Limits, measure: Measure, document: Document
) -> None:
    check(replace(document, ping="role"), limits, measure)


@given(text=hostile.texts, size=st.integers(1, 200))
def test_clip_is_a_beginning_and_never_splits_what_people_see_as_one(text: str, size: int) -> None:
    short = clip(text, size)
    assert len(short) <= max(size, len(text) if len(text) <= size else 0)
    if short != text:
        assert short.endswith(ELLIPSIS)
        assert text.startswith(short[:-1])


@pytest.mark.parametrize("whole", ["👩‍👩‍👧", "🇰🇷", "e\u0301", "👍🏽", "❤️"])
def test_boundary_is_never_inside_a_character_of_several_code_points(whole: str) -> None:
    text = f"a{whole}b"
    assert {boundary(text, at) for at in range(len(text))} <= {0, 1, 1 + len(whole)}


def test_long_paragraph_is_divided_at_sentences_and_loses_no_word() -> None:
    told = " ".join(f"Sentence number {number} says something." for number in range(200))
    document = Document(kind=Kind.NOTICE, title="t", blocks=(Paragraph((Text(told),)),))
    parts = fit(document, Limits(message_chars=500, block_chars=500, blocks=9), plain)
    again = " ".join(block_text(block).strip() for part in parts for block in part.blocks)
    assert again == told
    assert all(block_text(part.blocks[-1]).strip().endswith(".") for part in parts)


def test_character_of_thousands_of_marks_is_cut_in_a_few_pieces() -> None:
    measured = 0

    def counted(block: Block) -> int:
        nonlocal measured
        measured += 1
        return plain(block)

    told = "a" + "\u0301" * 5_000
    document = Document(kind=Kind.NOTICE, title="t", blocks=(Paragraph((Text(told),)),))
    parts = fit(document, Limits(message_chars=500, block_chars=500, blocks=9), counted)
    assert "".join(block_text(block) for part in parts for block in part.blocks) == told
    assert measured < 1_000


def test_heading_stays_with_what_follows_it() -> None:
    filler = tuple(Paragraph((Text("x" * 100),)) for _ in range(3))
    blocks: tuple[Block, ...] = (*filler, Heading("Next"), Paragraph((Text("y" * 150),)))
    document = Document(kind=Kind.NOTICE, title="t", blocks=blocks)
    first, second = fit(document, Limits(message_chars=400, block_chars=400, blocks=9), plain)
    assert second.blocks[0] == Heading("Next")
    assert Heading("Next") not in first.blocks


def test_limits_without_room_beside_the_caveat_are_refused() -> None:
    document = Document(kind=Kind.NOTICE, title="t", blocks=())
    with pytest.raises(ValueError, match="cannot hold a document"):
        fit(document, Limits(message_chars=30, block_chars=30, blocks=9), plain)


def test_command_too_long_for_a_message_is_left_out_whole() -> None:
    limits = Limits(message_chars=200, block_chars=100, blocks=9)
    items = (Action("Read " * 40, "brief read b1"), Action("Other", "x" * 300))
    [page] = fit(Document(kind=Kind.NOTICE, title="t", blocks=(Actions(items),)), limits, plain)
    first, second = page.blocks
    assert isinstance(first, Actions)
    assert first.items[0].command == "brief read b1"
    assert first.items[0].label.endswith(ELLIPSIS)
    assert second == Note((Text("Other"),))
