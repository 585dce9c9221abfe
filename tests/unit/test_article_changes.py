"""How an article is compared with what it was: nobody is answered meanwhile, so its time grows with its text alone."""

from __future__ import annotations

import random
import time

from bot.briefs.changes import Wording, change_of


def rewritten(sentences: int) -> tuple[Wording, Wording]:
    """An article and itself with every word exchanged."""
    chance = random.Random(sentences)
    texts = (
        " ".join(f"{''.join(chance.choices('abcdefgh', k=12)).capitalize()} went home." for _ in range(sentences))
        for _ in range(2)
    )
    before, after = (Wording(title="A long one", text=text, language="en") for text in texts)
    return before, after


def took(sentences: int) -> float:
    before, after = rewritten(sentences)
    began = time.thread_time()
    change_of(before, after)
    return time.thread_time() - began


def test_article_that_is_rewritten_whole_takes_no_longer_than_its_length() -> None:
    assert min(took(8_000) for _ in range(2)) < 8 * min(took(2_000) for _ in range(2))
