"""A message that stands in a channel, told anew with some of its stories corrected. Pure.

The other stories stay word for word as they were told, and it stays one message: where the corrected words need more
room than the old ones had, they are clipped, the longest text first; the caveat is no block and is always there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.documents.build import brief_blocks, card
from bot.documents.clip import clip, longest
from bot.documents.corrected import label_of, retracted_headline
from bot.documents.nodes import (
    Actions,
    Block,
    Card,
    Code,
    Divider,
    Document,
    Heading,
    Kind,
    Note,
    RelatedItem,
    RelatedList,
    Text,
)
from bot.models import Brief, VersionKind, Workspace, public_id
from bot.saying import say

_WHOLE: Final = 4000
"""Characters of one text that are more than any message holds."""
_LEAST: Final = 2
"""Blocks of a corrected story that stay in any case: its headline and what was changed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """A story as a message told it."""

    brief: str
    """Its public id, `b3`."""
    headline: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """What became of a story that was told."""

    kind: VersionKind
    words: str
    """"Corrected 14:05: the toll is 12"."""
    brief: Brief
    """As it is read now."""

    @property
    def is_retracted(self) -> bool:
        return self.kind is VersionKind.RETRACTED


@dataclass(frozen=True, kw_only=True, slots=True)
class Copy:
    """A message as it was told: its document, those of the messages before it, and its stories in order."""

    page: Document
    before: Sequence[Document] = ()
    told: Sequence[Told] = ()


def amended(
    copy: Copy, marks: Mapping[str, Mark], workspace: Workspace, *, is_one: Callable[[Document], bool]
) -> Document | None:
    """The message with its marked stories told anew (`marks` by the public id that it told).

    The same document when none of them stands in it; None when even the shortest words do not fit. `is_one` tells
    whether a document is drawn as one message.
    """
    draft = _Draft(copy, marks, workspace)
    whole = draft.drawn(draft.blocks, _WHOLE)
    if whole == copy.page or is_one(whole):
        return whole
    kept = longest(lambda count: is_one(draft.drawn(max(count, _LEAST), _WHOLE)), draft.blocks)
    if kept >= _LEAST:
        return draft.drawn(kept, _WHOLE)
    size = longest(lambda count: is_one(draft.drawn(_LEAST, count)), _WHOLE)
    shortest = draft.drawn(_LEAST, size)
    return shortest if is_one(shortest) else None


class _Draft:
    """The message at different lengths."""

    def __init__(self, copy: Copy, marks: Mapping[str, Mark], workspace: Workspace) -> None:
        self._copy, self._marks, self._workspace = copy, marks, workspace
        self._headlines = {one.brief: one.headline for one in copy.told}
        self._segments = list(_segments(copy))
        texts = [len(self._text(mark)) for mark in marks.values()]
        self.blocks = max(texts, default=0)

    def drawn(self, keep: int, size: int) -> Document:
        """With at most `keep` blocks of each story that stands there whole, and `size` characters of each text."""
        blocks: list[Block] = []
        for brief, is_begun, of_it in self._segments:
            mark = self._marks.get(brief)
            if mark is None:
                blocks += [self._mentioning(block, size) for block in of_it]
            elif is_begun:
                blocks += [_clipped(block, size) for block in self._shown(mark, keep)]
            else:
                blocks.append(self._continued(mark))
        return replace(self._copy.page, title=self._title(), blocks=tuple(blocks))

    def _shown(self, mark: Mark, keep: int) -> list[Block]:
        text = self._text(mark)
        if keep >= len(text):
            return text
        return [*text[:keep], _whole_hint(mark.brief)]

    def _text(self, mark: Mark) -> list[Block]:
        """A story that stands there whole, told anew."""
        level = 1 if self._copy.page.kind is Kind.BRIEF else 2
        words = Note((Text(mark.words),))
        if mark.is_retracted:
            return [Heading(retracted_headline(), level=level), words]
        headline = Heading(mark.brief.text.headline, level=level)
        own = replace(mark.brief, correction=None)
        return [headline, words, *brief_blocks(own, self._workspace, now=mark.brief.updated_at, level=level + 1)]

    def _continued(self, mark: Mark) -> Block:
        """Where the rest of a story stood that began in a message before."""
        return Note((Text(mark.words),)) if mark.is_retracted else _whole_hint(mark.brief)

    def _title(self) -> str:
        title = self._copy.page.title
        for told, mark in self._marks.items():
            if self._headlines.get(told) and self._headlines[told] in title:
                new = retracted_headline() if mark.is_retracted else mark.brief.text.headline
                title = title.replace(self._headlines[told], new)
        return title

    # ── where a story stands in short ─────────────────────────────────────────────────────────────────────────────────

    def _mentioning(self, block: Block, size: int) -> Block:
        match block:
            case Card():
                return self._card(block, size)
            case RelatedList():
                return RelatedList(tuple(self._links(block.items)))
            case Heading() if block.level == 1:
                return replace(block, text=self._renamed(block.text))
            case _:
                return block

    def _card(self, told: Card, size: int) -> Card:
        related = tuple(self._pairs(told.related))
        mark = self._marks.get(told.brief)
        if mark is None:
            return told if related == told.related else replace(told, related=related)
        words, label = clip(mark.words, size), label_of(mark.kind)
        if mark.is_retracted:
            return Card(told.brief, retracted_headline(), deck=words, label=label, sources=told.sources)
        new = card(replace(mark.brief, correction=None), self._workspace, now=mark.brief.updated_at)
        deck = clip(new.deck, size) if told.deck else ""
        headline = clip(new.headline, max(size, 1))
        byline = (words, *told.byline)
        return replace(
            told, headline=headline, deck=deck, label=label, byline=byline, sources=new.sources, related=related
        )

    def _pairs(self, related: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
        for brief, headline in related:
            mark = self._marks.get(brief)
            if mark is None:
                yield brief, headline
            elif not mark.is_retracted:
                yield brief, mark.brief.text.headline

    def _links(self, items: Iterable[RelatedItem]) -> Iterator[RelatedItem]:
        for item in items:
            mark = self._marks.get(item.brief)
            if mark is None:
                yield item
            elif not mark.is_retracted:
                text = mark.brief.text
                yield replace(item, headline=text.headline, blurb=text.summary)

    def _renamed(self, text: str) -> str:
        """A title that names a story, as "Related to …"."""
        for told, mark in self._marks.items():
            headline = self._headlines.get(told, "")
            if headline and headline in text:
                text = text.replace(headline, retracted_headline() if mark.is_retracted else mark.brief.text.headline)
        return text


def _segments(copy: Copy) -> Iterator[tuple[str, bool, list[Block]]]:
    """The blocks of a message by the story that they tell whole (its public id), and whether it begins there.

    Empty for what belongs to no such story: titles, topics, cards, which name theirs themselves.
    """
    if copy.page.kind is Kind.BRIEF and copy.told:
        yield from _of_one(copy)
        return
    current = ""
    for page in copy.before:
        for block in page.blocks:
            current = _story(block, current, copy.told)
    begun = False
    waiting: list[Block] = []
    for block in copy.page.blocks:
        story = _story(block, current, copy.told)
        starts = bool(story) and _opens(block, copy.told) == story
        if (story != current or starts) and waiting:
            yield current, begun, waiting
            waiting = []
        if story != current or starts:
            current, begun = story, starts
        waiting.append(block)
    if waiting:
        yield current, begun, waiting


def _of_one(copy: Copy) -> Iterator[tuple[str, bool, list[Block]]]:
    """The page of one brief: all of it, but for who shared it."""
    blocks = list(copy.page.blocks)
    ends = [number for number, block in enumerate(blocks) if isinstance(block, Actions)]
    end = ends[-1] + 1 if ends else len(blocks)
    yield copy.told[0].brief, copy.page.part == 1, blocks[:end]
    if blocks[end:]:
        yield "", False, blocks[end:]


def _story(block: Block, current: str, told: Sequence[Told]) -> str:
    """The story that a block belongs to, after one of `current`."""
    match block:
        case Heading() if block.level <= 2:
            return _opens(block, told)
        case Divider() | Card() | Note(is_hint=True):
            return ""
        case _:
            return current


def _opens(block: Block, told: Sequence[Told]) -> str:
    """The story whose headline a block is; a long one may have lost its end."""
    if not isinstance(block, Heading) or block.level != 2:
        return ""
    text = block.text.rstrip("…").rstrip()
    return next((one.brief for one in told if one.headline and _is_headline(one.headline, text)), "")


def _is_headline(headline: str, text: str) -> bool:
    # "Update: …" may stand before it.
    return text.endswith(headline) or (len(text) > 40 and headline.startswith(text))


def _whole_hint(brief: Brief) -> Note:
    return Note((Text(say("Read it whole:") + " "), Code(f"/brief read {public_id('b', brief.id)}")))


def _clipped(block: Block, size: int) -> Block:
    match block:
        case Heading():
            return replace(block, text=clip(block.text, max(size, 1)))
        case Note((Text() as words,)):
            return replace(block, spans=(replace(words, text=clip(words.text, size)),))
        case _:
            return block
