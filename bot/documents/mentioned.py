"""Which briefs a document shows. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from bot.documents.nodes import Actions, Block, Card, Document, RelatedList
from bot.models import parse_public_id
from bot.saying import say

_OF_BRIEF: Final = re.compile(r"brief (?:related|read) (b\d{1,18})")


def briefs_in(document: Document) -> list[int]:
    """Their numbers, each once: of a brief's page its own first, then in the order in which they stand."""
    own = [ref for block in document.blocks if isinstance(block, Actions) for ref in _of_actions(block)]
    refs = [*own, *(ref for block in document.blocks for ref in _shown(block))]
    numbers = (parse_public_id("b", ref) for ref in refs if ref)
    return list(dict.fromkeys(number for number in numbers if number))


def _of_actions(actions: Actions) -> Iterator[str]:
    for action in actions.items:
        if found := _OF_BRIEF.fullmatch(action.command):
            yield found[1]


def _shown(block: object) -> Iterator[str]:
    match block:
        case Card():
            yield block.brief
            yield from (brief for brief, _ in block.related)
        case RelatedList():
            yield from (item.brief for item in block.items)


def related_in(blocks: Sequence[Block]) -> Iterator[tuple[str, str, str]]:
    """The related briefs that these blocks name: number, headline, blurb; one may come more than once."""
    for block in blocks:
        match block:
            case RelatedList():
                yield from ((item.brief, item.headline, item.blurb) for item in block.items)
            case Card():
                yield from (
                    (brief, headline, say("Related to: {headline}", headline=block.headline))
                    for brief, headline in block.related
                )
