"""What was drawn of a block, kept: the stories of a morning are the same blocks in the messages of many digests."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Final, TypeVar

from bot.documents.nodes import Block
from bot.saying import spoken

T = TypeVar("T")

MOST: Final = 512
"""Blocks kept for each thing that is drawn of them; an edition has a dozen."""


def kept(draw: Callable[[Block], T]) -> Callable[[Block], T]:
    """The same function, which must be pure, remembering what it gave for a block in the language in effect.

    What it gives is shared by all who ask: nobody may change it.
    """

    @lru_cache(maxsize=MOST)
    def remembered(block: Block, language: str) -> T:
        return draw(block)

    @wraps(draw)
    def asked(block: Block) -> T:
        return remembered(block, spoken())

    return asked
