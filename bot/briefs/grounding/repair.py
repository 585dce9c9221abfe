"""What may stand in place of a sentence that failed: less of it, or the source's own words. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from typing import Final

from bot.briefs.grounding.faults import Fault
from bot.briefs.grounding.lines import Line, tidy
from bot.briefs.grounding.sources import ReadSource, plain
from bot.models import Sentence

ALIKE: Final = 0.5
"""Share of words that both must have of each other."""
LEAST_WORDS: Final = 6
_LAST: Final = re.compile(r"^(.+?)[,;]\s[^,;]+?([.!?][\"”]?)$")


def closest(text: str, cited: Mapping[int, ReadSource], told: Set[str]) -> Sentence | None:
    """The source's sentence that is most like a failed one and is not told yet; None when none is like it."""
    claim = Line(tidy(text))
    best, highest = None, ALIKE
    for number, source in cited.items():
        for candidate in source.candidates:
            stems = Line(tidy(candidate)).stems
            shared = 2 * len(claim.stems & stems) / ((len(claim.stems) + len(stems)) or 1)
            if shared > highest and plain(candidate) not in told:
                best, highest = Sentence(text=candidate, sources=(number,)), shared
    return best


def without_last_clause(text: str, faults: Sequence[Fault]) -> str:
    """A sentence without what stands behind its last comma, where the fault is there; empty when it is not."""
    found = _LAST.match(text)
    if not found or '"' in text or "“" in text:
        return ""
    kept = found[1]
    if len(kept.split()) < LEAST_WORDS or any(not fault.token or fault.token in kept for fault in faults):
        return ""
    return kept + found[2]
