"""Which letters of what the bot shows are not its own words as `say` gives them, and nothing from outside either."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.caveat import CAVEATS
from bot.commands.catalogue import COMMANDS
from bot.documents.nodes import Block, Document, Facts, Mention, Text
from bot.topics.catalogue import known_topics

OURS = re.compile(r"⟦[^⟧]*(?:⟧|$)")
_EXAMPLE = re.compile(r"⟦Example: ⟧.*")
_CODE = re.compile(r"`[^`]*`")
_OUTSIDE = re.compile(
    r"(?:https?|ftp)://\S+|<[#@!][^>]*>|/brief(?:-admin)?(?: [a-z]+)*|\b[A-Z]\w+/[A-Z]\w+|\bUTC\b"
    r"|\b(?:b|t|d|s|src)\d+\b|\b[CGUDST]\d\w+\b|\b[0-9a-f]{8}\b"
)
_COMMAND_WORDS = {"brief", "admin", *CAVEATS} | {word for command in COMMANDS for word in command.path}
_TOPIC_WORDS = {
    word
    for topic in known_topics().values()
    for text in (topic.id, topic.names["en"])
    if " " not in text
    for word in text.lower().split("-")
}
"""Ids of the catalogue and names of one word, which are typed."""
_OPTION_WORDS = {word for command in COMMANDS for option in command.options for word in (option.name, *option.choices)}
_KNOWN_WORDS = _COMMAND_WORDS | _OPTION_WORDS | _TOPIC_WORDS | {word.upper() for word in _OPTION_WORDS}
_NOT_READ = frozenset(("custom_id", "action_id", "block_id", "value", "private_metadata", "callback_id", "type", "url"))


def escapes(text: str, known: Sequence[str] = ()) -> str:
    """What is left of a text without our words, commands, ids, addresses and known words: empty if all is well."""
    rest = OURS.sub(" ", _EXAMPLE.sub(" ", text.replace("\\", "")))
    for words in (*CAVEATS.values(), *(command.right for command in COMMANDS), *known):
        rest = rest.replace(words, " ")
    rest = _OUTSIDE.sub(" ", _CODE.sub(" ", rest))
    found = [word for word in re.findall(r"[A-Za-z_]{2,}", rest) if not {word, word.lower()} & _KNOWN_WORDS]
    return f"{' '.join(found)}  in  {text}" if found else ""


def texts_of(value: Any, key: str = "") -> Iterator[str]:
    """The texts of a payload that a person can read."""
    match value:
        case str() if key in ("content", "label", "placeholder", "title", "description", "text"):
            yield value
        case Mapping():
            for name, part in value.items():
                if name not in _NOT_READ:
                    yield from texts_of(part, name)
        case list() | tuple():
            for part in value:
                yield from texts_of(part, key)


def words_of(document: Document) -> Iterator[str]:
    """The words of a document as a terminal shows them, without commands and mentions."""
    yield document.title
    for block in document.blocks:
        yield from _block_words(block)


def _block_words(block: Block) -> Iterator[str]:
    if isinstance(block, Facts):
        for name, value in block.rows:
            yield from (name, "" if isinstance(value, Mention) else value)
    spans = [*getattr(block, "spans", ())]
    for item in getattr(block, "items", ()):
        spans += item if isinstance(item, tuple) else []
        yield from (str(getattr(item, name)) for name in ("label", "reason", "when") if hasattr(item, name))
    yield from (span.text for span in spans if isinstance(span, Text))
    yield from (str(getattr(block, name)) for name in ("text", "label") if hasattr(block, name))
    yield from getattr(block, "byline", ())
