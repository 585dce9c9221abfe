"""Cuts a document into messages within a platform's limits. Pure.

Text is cut as raw text at a leaf and measured as it will be drawn, since `&` may be drawn as five characters; what is
drawn is never cut. Each message carries the whole caveat. What does not fit moves to the next message; only a single
leaf that is longer than a message by itself loses its end, and shows an ellipsis there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from bot.documents.nodes import Block, Document, Heading, Note, Text
from bot.documents.pieces import Measure, pieces


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What one message of a platform may hold."""

    message_chars: int
    block_chars: int
    blocks: int
    """Blocks of a message by their weight, the caveat's included."""


def _one(block: Block) -> int:
    return 1


def fit(
    document: Document, limits: Limits, measure: Measure, weigh: Callable[[Block], int] = _one
) -> tuple[Document, ...]:
    """The messages of a document, in order; together they say all it says, each with its caveat.

    `weigh`: how many of the platform's own parts a block takes. ValueError when the limits leave no room beside the
    caveat.
    """
    room = limits.message_chars - caveat_chars(document, measure)
    size = min(limits.block_chars, room)
    if size < 40 or limits.blocks < 3:
        raise ValueError(f"limits that leave {size} characters beside the caveat cannot hold a document")
    small = [piece for block in document.blocks for piece in pieces(block, size, measure)]
    pages = _pages(small, _Room(room, limits.blocks - 1), measure, weigh)
    return tuple(
        replace(document, blocks=tuple(page), ping=document.ping if part == 1 else "", part=part, parts=len(pages))
        for part, page in enumerate(pages, start=1)
    )


def caveat_chars(document: Document, measure: Measure) -> int:
    """What the caveat takes when drawn, as the small print that it is."""
    if document.caveat is None:
        return 0
    words = " ".join(part for part in (document.caveat.text, document.caveat.note) if part)
    return measure(Note((Text(words),)))


@dataclass(frozen=True, slots=True)
class _Room:
    """Characters and weight, of a page or of what is to stand on one."""

    chars: int
    weight: int

    def holds(self, *parts: _Room) -> bool:
        return sum(part.chars for part in parts) <= self.chars and sum(part.weight for part in parts) <= self.weight


def _pages(blocks: Sequence[Block], room: _Room, measure: Measure, weigh: Callable[[Block], int]) -> list[list[Block]]:
    """Blocks page by page; a heading goes with what follows it."""
    pages: list[list[Block]] = [[]]
    used: list[_Room] = []
    for group in _groups(blocks):
        sizes = [_Room(measure(block), weigh(block)) for block in group]
        parts = [(group, sizes)] if room.holds(*sizes) else [([b], [s]) for b, s in zip(group, sizes, strict=True)]
        for part, taken in parts:
            if pages[-1] and not room.holds(*used, *taken):
                pages.append([])
                used = []
            pages[-1] += part
            used += taken
    return pages


def _groups(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    """Headings with the block that follows them."""
    group: list[Block] = []
    for block in blocks:
        group.append(block)
        if not isinstance(block, Heading):
            yield group
            group = []
    if group:
        yield group
