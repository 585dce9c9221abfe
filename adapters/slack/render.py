"""Documents as Slack messages of blocks, the caveat in small print at the end of each. Pure.

50 blocks in a message, 3,000 characters in a text, 150 in a header, 75 on a button, 2,000 behind one. Slack also
refuses a message whose blocks hold too much together and does not say where that begins; it was seen from 11,300
characters on, so we end at 10,000.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from adapters.slack.actions import Element, option, select
from adapters.slack.mrkdwn import entities, line, ping, words_of
from adapters.slack.parts import ROW, Json, body_text, context, drawn, heading_text, section, title
from bot.documents.clip import clip, longest
from bot.documents.fit import Limits, fit
from bot.documents.kept import kept
from bot.documents.mentioned import related_in
from bot.documents.nodes import (
    Actions,
    Block,
    Bullets,
    Card,
    Divider,
    Document,
    Heading,
    Inline,
    Kind,
    Link,
    Note,
    Paragraph,
    RelatedList,
    Sources,
    Text,
)
from bot.documents.text import block_text, harmless
from bot.ports import Payload
from bot.saying import speaking

# Of 50 blocks there stand beside those of the document: a user group, the select, the page number, the caveat and its
# line, and below them the button that shares an answer. Their characters, and those that a button of ours adds, are
# what the limit leaves of 10,000.
LIMITS: Final = Limits(message_chars=9_500, block_chars=2_900, blocks=44)
TEXT_LIMIT: Final = 4_000
SECTION_LIMIT: Final = 3_000
MOST_OPTIONS: Final = 100
GENERATED: Final = "briefbot_ai_generated"


def render(document: Document) -> tuple[Payload, ...]:
    """The messages of a document, in order, each within Slack's limits and with the whole caveat."""
    caveat = document.caveat.text if document.caveat else ""
    with speaking(document.language):
        return tuple(
            Payload(body=message(page), caveat=caveat, title=line(document.title), page=page)
            for page in fit(document, LIMITS, measure, _weigher(document.kind))
        )


def message(page: Document) -> Json:
    """The body of one message; what is on the page fits."""
    blocks = _with_select(list(_grouped(page.blocks, page.kind)), page) or [section("…")]
    role = ping(page.ping)
    body: Json = {
        "blocks": [*([section(role)] if role else []), *blocks, *_ending(page)],
        "text": fallback(page),
        "unfurl_links": False,
        "unfurl_media": False,
    }
    if page.caveat is not None:
        body["metadata"] = {"event_type": GENERATED, "event_payload": {"kind": str(page.kind)}}
    return body


@kept
def measure(block: Block) -> int:
    """How many characters of a message a block takes, those of the select that it adds to included."""
    # A heading may be joined to what follows it by a line break.
    return sum(map(_chars, drawn(block))) + sum(map(_chars, _options([block]))) + isinstance(block, Heading)


def _weigher(kind: Kind) -> Callable[[Sequence[Block]], int]:
    return lambda blocks: sum(1 for _ in _grouped(blocks, kind))


def _chars(value: object) -> int:
    """The characters of all texts and values."""
    if isinstance(value, dict):
        return sum(
            len(part) if key in ("text", "value") and isinstance(part, str) else _chars(part)
            for key, part in value.items()
        )
    return sum(map(_chars, value)) if isinstance(value, list) else 0


# ── blocks beside each other ──────────────────────────────────────────────────────────────────────────────────────────


def _grouped(blocks: Sequence[Block], kind: Kind) -> Iterator[Json]:
    """The blocks of a message; how a smaller heading is drawn depends on what it is a heading of."""
    waiting: Heading | None = None
    previous: Block | None = None
    for block in blocks:
        if _is_apart(previous, block):
            yield {"type": "divider"}
        previous = block
        if waiting is not None and (joined := _joined(waiting, block, kind)):
            yield joined
            waiting = None
            continue
        if waiting is not None:
            yield from _heading(waiting, block, kind)
            waiting = None
        if isinstance(block, Heading) and block.level > 1:
            waiting = block if heading_text(block) else None
        else:
            yield from drawn(block)
    if waiting is not None:
        yield from drawn(waiting)


def _is_apart(previous: Block | None, block: Block) -> bool:
    """Whether a rule stands between: before each card of several, and before the sources."""
    if isinstance(block, Sources):
        return previous is not None and not isinstance(previous, Sources | Divider)
    return isinstance(block, Card) and isinstance(previous, Card | Note)


def _joined(heading: Heading, block: Block, kind: Kind) -> Json | None:
    """A heading and its paragraph in one section, where there is no gap between them."""
    if not isinstance(block, Paragraph | Bullets) or _is_headline(heading, kind):
        return None
    words = f"{heading_text(heading)}\n{body_text(block)}"
    return section(words) if len(words) <= SECTION_LIMIT and body_text(block) else None


def _heading(heading: Heading, block: Block, kind: Kind) -> list[Json]:
    """Over cards and headlines, which are bold themselves, a small line below a rule."""
    if isinstance(block, Card | Heading):
        return [{"type": "divider"}, context(heading_text(heading))]
    return title(heading) if _is_headline(heading, kind) else drawn(heading)


def _is_headline(heading: Heading, kind: Kind) -> bool:
    """A digest of whole briefs has their headlines at this level, and their sections below it."""
    return kind is Kind.DIGEST and heading.level == 2


def _with_select(blocks: list[Json], page: Document) -> list[Json]:
    """The blocks and the briefs to open from here, beside the last buttons where these stand last."""
    options = _options(page.blocks)[:MOST_OPTIONS]
    if not options:
        return blocks
    last = blocks[-1] if blocks else {}
    if last.get("type") == "actions" and len(last["elements"]) < ROW:
        return [*blocks[:-1], last | {"elements": [*last["elements"], select(options)]}]
    return [*blocks, {"type": "actions", "elements": [select(options)]}]


def _options(blocks: Sequence[Block]) -> list[Element]:
    """The related briefs of these blocks, each once."""
    options: dict[str, Element] = {}
    for brief, headline, blurb in related_in(blocks):
        if brief not in options and (element := option(brief, headline, blurb)):
            options[brief] = element
    return list(options.values())


def _ending(page: Document) -> Iterator[Json]:
    """What stands below the matter: which part this is, the caveat."""
    if page.parts > 1:
        yield context(f"{page.part}/{page.parts}")
    if page.caveat is not None:
        yield {"type": "divider"}
        yield context(f"{page.caveat.text} {words_of(page.caveat.note)}".strip())


# ── the text for notifications and screen readers ─────────────────────────────────────────────────────────────────────


def fallback(page: Document) -> str:
    """What is read aloud in place of the blocks: the words without addresses and buttons, the caveat last and whole."""
    ending = ""
    if page.caveat is not None:
        ending = entities(f"{page.caveat.text} {harmless(page.caveat.note)}".strip())
    words = "\n\n".join(text for block in page.blocks if (text := _spoken(block).strip())) or harmless(page.title)
    room = TEXT_LIMIT - len(ending) - 2
    count = longest(lambda size: len(entities(clip(words, size))) <= room, len(words))
    return "\n\n".join(filter(None, (entities(clip(words, count)), ending)))


@kept
def _spoken(block: Block) -> str:
    match block:
        case Actions() | Divider() | Note(is_hint=True):
            return ""
        case Card():
            return block_text(replace(block, sources=(), related=()))
        case Sources():
            return block_text(Sources(tuple(replace(item, url="") for item in block.items)))
        case RelatedList():
            return block_text(RelatedList(tuple(replace(item, url="") for item in block.items)))
        case Paragraph():
            return block_text(Paragraph(_unlinked(block.spans)))
        case Note():
            return block_text(Note(_unlinked(block.spans)))
        case Bullets():
            return block_text(Bullets(tuple(map(_unlinked, block.items))))
        case _:
            return block_text(block)


def _unlinked(spans: Sequence[Inline]) -> tuple[Inline, ...]:
    return tuple(Text(span.text) if isinstance(span, Link) else span for span in spans)
