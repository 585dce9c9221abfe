"""Documents as a person reads them in a terminal: colour, headings, numbered sources, the caveat at the end.

Outside text goes into `rich.text.Text` objects and never through markup, and control characters are taken out first, so
that a headline cannot move the cursor, colour the screen or draw a link to elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, assert_never

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.text import Text as Line

from bot.documents.nodes import (
    Actions,
    Block,
    Bullets,
    Card,
    Cite,
    Code,
    Divider,
    Document,
    Facts,
    Heading,
    Inline,
    Kind,
    Link,
    Mention,
    Note,
    Paragraph,
    RelatedItem,
    RelatedList,
    SourceItem,
    Sources,
    Text,
)
from bot.documents.text import fact_text, harmless, link_words, mention_text, safe_url
from bot.saying import say, speaking

WIDTH: Final = 96
"""Columns that a line of text fills at most; longer ones are hard to read."""

_HEADING: Final = {1: "bold bright_cyan", 2: "bold yellow", 3: "bold"}


def draw(document: Document, console: Console | None = None) -> None:
    """Draws a document on a console, by default standard output; without colour where that is no terminal."""
    console = console or Console(highlight=False)
    with speaking(document.language):
        console.print(renderable(document), width=min(WIDTH, console.width))


def renderable(document: Document) -> RenderableType:
    """The document, for rich."""
    is_error = document.kind is Kind.ERROR
    parts: list[RenderableType] = [Line("")]
    for block in document.blocks:
        parts += [*_block(block, is_error=is_error), Line("")]
    if document.caveat is not None:
        words = " ".join(filter(None, (document.caveat.text, harmless(document.caveat.note))))
        parts += [Rule(style="dim"), Line(words, style="dim italic"), Line("")]
    return Group(*parts)


def _block(block: Block, *, is_error: bool) -> Iterator[RenderableType]:
    match block:
        case Heading():
            yield Line(harmless(block.text), style=_HEADING[min(block.level, 3)])
        case Paragraph():
            yield _line(block.spans, style="red" if is_error else "")
        case Note():
            yield _line(block.spans, style="dim")
        case Card():
            yield from _card(block)
        case Facts():
            yield from _facts(block.rows)
        case Divider():
            yield Rule(style="dim")
        case Actions():
            yield from (_action(action.label, action.command) for action in block.items)
        case Bullets() | Sources() | RelatedList():
            yield from _list(block)
        case _:
            assert_never(block)


def _list(block: Bullets | Sources | RelatedList) -> Iterator[RenderableType]:
    """A block of items, each indented under what they are."""
    match block:
        case Bullets():
            lines = [Line("• ") + _line(item) for item in block.items]
        case Sources():
            yield Line(say("Sources"), style="bold")
            lines = [_source(item) for item in block.items]
        case RelatedList():
            yield Line(say("Related"), style="bold")
            lines = [_related(item) for item in block.items]
    yield from (Padding(line, (0, 0, 0, 2)) for line in lines)


def _line(spans: Sequence[Inline], style: str = "") -> Line:
    line = Line(style=style)
    for span in spans:
        match span:
            case Text():
                line.append(harmless(span.text), style="bold" if span.strong else None)
            case Code():
                line.append(harmless(span.text), style="cyan")
            case Link():
                line.append(harmless(link_words(span.text, span.url)), style=_linked(span.url))
            case Cite():
                line.append("".join(f" [{number}]" for number in span.numbers), style="dim cyan")
            case Mention():
                line.append(mention_text(span), style="bold")
            case _:
                assert_never(span)
    return line


def _linked(url: str) -> str:
    return f"underline link {safe_url(url)}" if safe_url(url) else ""


def _card(card: Card) -> Iterator[RenderableType]:
    head = Line()
    if card.label:
        head.append(f"{harmless(card.label)} ", style="bold magenta")
    head.append(harmless(card.headline), style="bold")
    head.append(f"  {card.brief}", style="cyan")
    yield head
    if card.deck:
        yield Padding(Line(harmless(card.deck)), (0, 0, 0, 2))
    if card.byline:
        yield Padding(Line(" · ".join(harmless(fact) for fact in card.byline), style="dim"), (0, 0, 0, 2))
    if card.sources:
        yield Padding(_links(card.sources), (0, 0, 0, 2))
    for brief, headline in card.related:
        yield Padding(Line(f"→ {harmless(headline)} ", style="dim").append(brief, style="cyan"), (0, 0, 0, 2))


def _links(links: Sequence[Link]) -> Line:
    """Numbered addresses, so that they can be followed also where a terminal knows no links."""
    line = Line()
    for number, link in enumerate(links, start=1):
        line.append(f"[{number}] ", style="dim cyan")
        line.append(f"{harmless(link.text)} ", style="dim")
        line.append(safe_url(link.url), style=f"dim {_linked(link.url)}")
        line.append("\n" if number < len(links) else "")
    return line


def _source(item: SourceItem) -> Line:
    line = Line(f"[{item.n}] ", style="cyan")
    line.append(harmless(item.publisher), style="bold")
    if item.title:
        line.append(f"  {harmless(item.title)}", style="default")
    if item.when:
        line.append(f"  {item.when}", style="dim")
    if url := safe_url(item.url):
        line.append(f"\n    {url}", style=f"dim {_linked(url)}")
    return line


def _related(item: RelatedItem) -> Line:
    line = Line("→ ").append(harmless(item.headline), style="bold")
    if item.brief or safe_url(item.url):
        line.append(f"  {item.brief or safe_url(item.url)}", style="cyan")
    if item.blurb and item.blurb != item.headline:
        line.append(f"\n  {harmless(item.blurb)}")
    if item.reason:
        line.append(f"\n  {harmless(item.reason)}", style="dim italic")
    return line


def _facts(rows: Sequence[tuple[str, str | Mention]]) -> Iterator[RenderableType]:
    width = max((len(name) for name, _ in rows), default=0)
    for name, value in rows:
        yield Line(f"{harmless(name):<{width}}  ", style="dim").append(fact_text(value), style="default")


def _action(label: str, command: str) -> Line:
    return Line(f"{harmless(label)}: ", style="dim").append(f"/{harmless(command)}", style="cyan")
