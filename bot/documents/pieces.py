"""Blocks that are too large, as several that are not; raw text is cut, and measured as it will be drawn. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from bot.documents.clip import boundary, clip, longest
from bot.documents.nodes import (
    Action,
    Actions,
    Block,
    Bullets,
    Card,
    Cite,
    Facts,
    Heading,
    Inline,
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

Measure = Callable[[Block], int]
"""How many characters a block takes when drawn, its separators included."""


def pieces(block: Block, size: int, measure: Measure) -> Iterator[Block]:
    """A block as blocks of at most this size."""
    if measure(block) <= size:
        yield block
        return
    if halves := _halved(block):
        for half in halves:
            yield from pieces(half, size, measure)
        return
    match block:
        case Heading():
            yield _clipped(block.text, lambda text: replace(block, text=text), size, measure)
        case Paragraph():
            yield from _spans(block.spans, Paragraph, size, measure)
        case Note():
            yield from _spans(block.spans, lambda spans: replace(block, spans=spans), size, measure)
        case Bullets():
            yield from _spans(block.items[0] if block.items else (), Paragraph, size, measure)
        case _:
            yield _smaller(block, size, measure)


def _halved(block: Block) -> tuple[Block, ...]:
    """A block of several items as two of half as many; empty for any other."""
    items = block.rows if isinstance(block, Facts) else getattr(block, "items", ())
    middle = len(items) // 2
    if not middle:
        return ()
    match block:
        case Bullets():
            return Bullets(block.items[:middle]), Bullets(block.items[middle:])
        case Facts():
            return Facts(block.rows[:middle]), Facts(block.rows[middle:])
        case Sources():
            return Sources(block.items[:middle]), Sources(block.items[middle:])
        case RelatedList():
            return RelatedList(block.items[:middle]), RelatedList(block.items[middle:])
        case Actions():
            return Actions(block.items[:middle]), Actions(block.items[middle:])
        case _:
            return ()


def _spans(
    spans: Sequence[Inline], build: Callable[[tuple[Inline, ...]], Block], size: int, measure: Measure
) -> Iterator[Block]:
    """Inline parts in blocks of at most this size; a text is divided at a sentence, a word, or where it must be."""
    waiting: list[Inline] = []
    for span in _divided(spans, build, size, measure):
        if waiting and measure(build((*waiting, span))) > size:
            yield build(tuple(waiting))
            waiting = []
        waiting.append(span)
    if waiting:
        yield build(tuple(waiting))


def _divided(
    spans: Sequence[Inline], build: Callable[[tuple[Inline, ...]], Block], size: int, measure: Measure
) -> Iterator[Inline]:
    """The inline parts, those cut that fill a block by themselves."""
    for span in spans:
        rest = span
        while measure(build((rest,))) > size:
            if not isinstance(rest, Text):
                # Cutting a link's address or a command would break it; its words may be cut, an address may not.
                rest = _short_inline(rest, build, size, measure)
                break
            head, rest = _cut(rest, build, size, measure)
            yield head
        if not isinstance(rest, Text) or rest.text:
            yield rest


def _cut(span: Text, build: Callable[[tuple[Inline, ...]], Block], size: int, measure: Measure) -> tuple[Text, Text]:
    text = span.text
    most = longest(lambda count: measure(build((replace(span, text=text[:count]),))) <= size, len(text))
    # Where all of it is one character with thousands of marks it is cut between two marks.
    end = boundary(text, max(most, 1)) or max(most, 1)
    for mark in (". ", "。", " "):
        place = text.rfind(mark, end // 2, end)
        if place > 0:
            end = place + len(mark)
            break
    return replace(span, text=text[:end]), replace(span, text=text[end:])


def _short_inline(span: Inline, build: Callable[[tuple[Inline, ...]], Block], size: int, measure: Measure) -> Inline:
    """A link with fewer words, or, where its address alone is too long, only its words; a command as far as it goes."""
    if isinstance(span, Cite | Mention):
        return Text("")
    if isinstance(span, Link) and measure(build((Link("", span.url),))) <= size // 2:
        count = longest(lambda n: measure(build((Link(clip(span.text, n), span.url),))) <= size, len(span.text))
        return Link(clip(span.text, count), span.url)
    count = longest(lambda n: measure(build((Text(clip(span.text, n)),))) <= size, len(span.text))
    return Text(clip(span.text, count))


def _smaller(block: Block, size: int, measure: Measure) -> Block:
    """A block of one item that is too large by itself: its least important parts go first, then leaves are clipped."""
    match block:
        case Card():
            return _smaller_card(block, size, measure)
        case Sources((item,)):
            return _smaller_source(item, size, measure)
        case RelatedList((item,)):
            return _smaller_related(item, size, measure)
        case Actions((action,)):
            return _smaller_action(action, size, measure)
        case Facts(((name, value),)):
            if isinstance(value, Mention) or measure(Facts(((clip(name, 60), ""),))) > size:
                return _clipped(name, lambda text: Facts(((text, ""),)), size, measure)
            return _clipped(value, lambda text: Facts(((clip(name, 60), text),)), size, measure)
        case _:
            return block


def _smaller_action(action: Action, size: int, measure: Measure) -> Block:
    """A command is whole or not there: half of one would do something else."""
    if measure(Actions((replace(action, label=""),))) <= size:
        return _clipped(action.label, lambda text: Actions((replace(action, label=text),)), size, measure)
    return _clipped(action.label, lambda text: Note((Text(text),)), size, measure)


def _smaller_card(card: Card, size: int, measure: Measure) -> Block:
    for leaner in (replace(card, related=()), replace(card, related=(), sources=())):
        if measure(leaner) <= size:
            return leaner
    bare = replace(card, related=(), sources=(), byline=tuple(clip(fact, 80) for fact in card.byline[:3]))
    if measure(replace(bare, deck="")) > size:
        bare = replace(bare, deck="", byline=())
        return _clipped(card.headline, lambda text: replace(bare, headline=text), size, measure)
    return _clipped(card.deck, lambda text: replace(bare, deck=text), size, measure)


def _smaller_source(item: SourceItem, size: int, measure: Measure) -> Block:
    if measure(Sources((replace(item, title="", publisher=""),))) > size:
        item = replace(item, url="")
    named = replace(item, publisher=clip(item.publisher, 60), title="")
    if measure(Sources((named,))) > size:
        return _clipped(item.publisher, lambda text: Sources((replace(named, publisher=text),)), size, measure)
    return _clipped(item.title, lambda text: Sources((replace(named, title=text),)), size, measure)


def _smaller_related(item: RelatedItem, size: int, measure: Measure) -> Block:
    bare = replace(item, blurb="", reason=clip(item.reason, 80))
    if measure(RelatedList((replace(bare, headline=""),))) > size:
        bare = replace(bare, url="", reason="")
    if measure(RelatedList((bare,))) > size:
        return _clipped(item.headline, lambda text: RelatedList((replace(bare, headline=text),)), size, measure)
    return _clipped(item.blurb, lambda text: RelatedList((replace(bare, blurb=text),)), size, measure)


def _clipped(text: str, build: Callable[[str], Block], size: int, measure: Measure) -> Block:
    """The block with as much of a text as fits."""
    return build(clip(text, longest(lambda count: measure(build(clip(text, count))) <= size, len(text))))
