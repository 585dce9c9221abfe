"""Each node as Slack's blocks. Pure.

Text stands in sections, small print in contexts. `verbatim` stops Slack from making links and names of bare words;
`expand` from hiding the end of a long paragraph behind "See more".
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final, assert_never

from adapters.slack.actions import button, numbered, plain_text
from adapters.slack.mrkdwn import bold, code, escaped, inline, link, mention, plain, words_of
from bot.documents.kept import kept
from bot.documents.nodes import (
    Action,
    Actions,
    Block,
    Bullets,
    Card,
    Divider,
    Facts,
    Heading,
    Mention,
    Note,
    Paragraph,
    RelatedItem,
    RelatedList,
    SourceItem,
    Sources,
)
from bot.saying import say

Json = dict[str, Any]

HEADER_LIMIT: Final = 150
ROW: Final = 25
FIELDS: Final = 10
FIELD_LIMIT: Final = 60
"""Fields stand two in a row; longer values read better on lines of their own."""


@kept
def drawn(block: Block) -> list[Json]:
    """The blocks of a node that does not depend on what stands beside it."""
    match block:
        case Heading():
            return title(block) if block.level == 1 else [section(heading_text(block))]
        case Paragraph() | Bullets():
            return [section(words)] if (words := body_text(block)) else []
        case Note():
            return [context(words)] if not block.is_hint and (words := inline(block.spans)) else []
        case Card():
            return _card(block)
        case Sources() | RelatedList():
            return [context(words)] if (words := list_text(block, _list_title(block))) else []
        case Facts():
            return _facts(block)
        case Actions():
            return list(_actions(block))
        case Divider():
            return [{"type": "divider"}]
    assert_never(block)


def title(heading: Heading) -> list[Json]:
    """A large heading; one that is too long for Slack's is bold, not cut."""
    words = plain(heading.text)
    if not words:
        return []
    if len(words) > HEADER_LIMIT:
        return [section(heading_text(heading))]
    return [{"type": "header", "text": plain_text(words)}]


def heading_text(heading: Heading) -> str:
    return bold(heading.text)


@lru_cache(maxsize=2048)
def body_text(block: Paragraph | Bullets) -> str:
    if isinstance(block, Paragraph):
        return inline(block.spans)
    return "\n".join(f"• {words}" for item in block.items if (words := inline(item)))


def section(words: str, accessory: Json | None = None) -> Json:
    text: Json = {"type": "section", "text": _mrkdwn(words), "expand": True}
    return text | ({"accessory": accessory} if accessory else {})


def context(words: str) -> Json:
    return {"type": "context", "elements": [_mrkdwn(words)]}


def _mrkdwn(words: str) -> Json:
    return {"type": "mrkdwn", "text": words, "verbatim": True}


# ── cards and lists ───────────────────────────────────────────────────────────────────────────────────────────────────


@lru_cache(maxsize=2048)
def _card_texts(card: Card) -> tuple[str, str]:
    """What is read, and the small line below it."""
    label = f"{code(card.label)}  " if card.label else ""
    words = "\n".join(filter(None, (f"{label}{bold(card.headline)}".strip(), words_of(card.deck))))
    sources = (link(f"[{number}] {source.text}", source.url) for number, source in enumerate(card.sources, start=1))
    facts = "  ·  ".join(
        filter(None, (" · ".join(filter(None, map(words_of, card.byline))), " · ".join(filter(None, sources))))
    )
    return words or card.brief, facts


def _card(card: Card) -> list[Json]:
    """A brief in short, beside the button that opens it."""
    words, facts = _card_texts(card)
    read = button(Action(say("Read"), f"brief read {card.brief}"))
    return [section(words, read), *([context(facts)] if facts else [])]


@lru_cache(maxsize=512)
def list_text(block: Sources | RelatedList, title: str) -> str:
    """Numbered sources, or related briefs, in one small text."""
    if isinstance(block, Sources):
        return "\n".join([f"*{title}*", *map(_source, block.items)]) if block.items else ""
    return "\n".join([f"*{title}*", *map(_related, block.items)]) if block.items else ""


def _list_title(block: Sources | RelatedList) -> str:
    return say("Sources") if isinstance(block, Sources) else say("Related")


def _source(item: SourceItem) -> str:
    publisher = words_of(item.publisher)
    named = link(item.title, item.url)
    if not named:
        named, publisher = link(item.publisher, item.url), ""
    # A date that does not fit moves to the next line whole.
    when = words_of(item.when).replace(" ", "\u00a0")
    return f"[{item.n}]  " + " · ".join(filter(None, (bold(publisher), named, when)))


def _related(item: RelatedItem) -> str:
    """A related brief with its blurb; what can be opened here is in the select below, too."""
    head = link(item.headline, item.url) if item.url else bold(item.headline)
    blurb = words_of(item.blurb) if item.blurb != item.headline else ""
    return "→  " + " · ".join(filter(None, (head, blurb, words_of(item.reason))))


# ── facts and buttons ─────────────────────────────────────────────────────────────────────────────────────────────────


def _facts(facts: Facts) -> list[Json]:
    rows = [(bold(name), _value(value)) for name, value in facts.rows]
    rows = [row for row in rows if any(row)]
    if not rows:
        return []
    if all(len(part) <= FIELD_LIMIT for row in rows for part in row) and len(rows) > 1:
        return list(_fields(rows))
    return [section("\n".join("  ".join(filter(None, row)) for row in rows))]


def _fields(rows: list[tuple[str, str]]) -> Iterator[Json]:
    for start in range(0, len(rows), FIELDS):
        fields = [_mrkdwn("\n".join(filter(None, row))) for row in rows[start : start + FIELDS]]
        yield {"type": "section", "fields": fields}


def _value(value: str | Mention) -> str:
    return mention(value) if isinstance(value, Mention) else words_of(value)


def _actions(actions: Actions) -> Iterator[Json]:
    typed = [_typed(action) for action in actions.items if button(action) is None]
    if words := "\n".join(filter(None, typed)):
        yield context(words)
    buttons = [element for action in actions.items if (element := button(action))]
    for start in range(0, len(buttons), ROW):
        yield {"type": "actions", "elements": numbered(buttons[start : start + ROW])}


def _typed(action: Action) -> str:
    """An action that no button can hold, as the words to type."""
    return (
        f"{escaped(action.label).strip()}: {code('/' + action.command)}" if action.command else words_of(action.label)
    )
