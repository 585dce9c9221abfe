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
    """Blocks of a message as they are weighed, the caveat's not included."""


Weigh = Callable[[Sequence[Block]], int]
"""How many of the platform's own parts the blocks of one message take."""


def fit(document: Document, limits: Limits, measure: Measure, weigh: Weigh = len) -> tuple[Document, ...]:
    """The messages of a document, in order; together they say all it says, each with its caveat.

    ValueError when the limits leave no room beside the caveat.
    """
    room = limits.message_chars - caveat_chars(document, measure)
    size = min(limits.block_chars, room)
    if size < 40 or limits.blocks < 2:
        raise ValueError(f"limits that leave {size} characters beside the caveat cannot hold a document")
    small = [piece for block in document.blocks for piece in pieces(block, size, measure)]
    pages = _pages(small, room, limits.blocks, measure, weigh)
    if len(pages) == 1 and document.parts > 1:
        # One message of several, drawn again: it stays the one that it was.
        return (replace(document, blocks=tuple(pages[0])),)
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


def _pages(blocks: Sequence[Block], room: int, count: int, measure: Measure, weigh: Weigh) -> list[list[Block]]:
    """Blocks page by page; a heading goes with what follows it."""
    if sum(map(measure, blocks)) <= room and weigh(blocks) <= count:
        # As most do; what is weighed block by block below is drawn anew for each.
        return [list(blocks)]
    pages: list[list[Block]] = [[]]
    used = 0
    for group in _groups(blocks):
        fits_together = sum(map(measure, group)) <= room and weigh(group) <= count
        for part in [group] if fits_together else [[block] for block in group]:
            size = sum(map(measure, part))
            if pages[-1] and (used + size > room or weigh([*pages[-1], *part]) > count):
                pages.append([])
                used = 0
            pages[-1] += part
            used += size
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
