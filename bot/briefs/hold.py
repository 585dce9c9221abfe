"""A written brief on its way into the store: held to its story's articles, or written anew word for word. Pure."""

from __future__ import annotations

from dataclasses import replace

from bot.briefs.extractive import write_brief
from bot.briefs.gate import ground
from bot.briefs.grounding.sources import sources_of
from bot.models import BriefText, Refusal, Story


def hold_to_sources(text: BriefText, story: Story) -> tuple[BriefText, tuple[Refusal, ...]]:
    """The brief as its sources carry it, with what was refused; where its lede is lost, the extractive brief instead.

    The extractive one passes the same gate. Should even that lose its lede, it keeps nothing but the lede's first
    sentence, which stands in its source word for word.
    """
    held = ground(text, sources_of(text, story))
    if held.text is not None:
        return held.text, held.refusals
    plainer = write_brief(story)
    again = ground(plainer, sources_of(plainer, story))
    kept = again.text or replace(plainer, deck="", lede=plainer.lede[:1], sections=())
    return kept, held.refusals + again.refusals
