"""Words with commands and links in their midst, so that each language says where these stand. Pure."""

from __future__ import annotations

from string import Formatter

from bot.documents.nodes import Inline, Text


def phrase(words: str, /, **parts: Inline) -> tuple[Inline, ...]:
    """The words with these parts at their {names}: `phrase(say("Read one with {command}"), command=Code("…"))`."""
    spans: list[Inline] = []
    for text, name, _, _ in Formatter().parse(words):
        if text:
            spans.append(Text(text))
        if name is not None:
            spans.append(parts[name])
    return tuple(spans)
