"""From the picks of an edition to its document. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby

from bot.digests.news import credited
from bot.documents import wording
from bot.documents.build import about_briefs, brief_blocks, card, cited, read_one
from bot.documents.nodes import Block, Bullets, Divider, Document, Heading, Kind, Note, Paragraph, Text
from bot.models import Pick, Style, Workspace
from bot.saying import say, say_count


@dataclass(frozen=True, kw_only=True, slots=True)
class Issue:
    """What an edition's document says beside its stories."""

    name: str
    """The digest's."""
    on: date
    """The local date it is for."""
    style: Style = Style.SUMMARIES
    late_by: timedelta | None = None
    is_week: bool = False
    """It tells of the seven days up to its date."""
    quiet: str = ""
    """What to say of a time without news: in the place of stories, or before the best of the week."""


def compose(issue: Issue, picks: Sequence[Pick], workspace: Workspace, *, now: datetime) -> Document:
    """The document of an edition: its stories under their topics, each in the digest's style."""
    return around(issue, picks, stories(issue.style, picks, workspace, now=now), workspace)


def around(issue: Issue, picks: Sequence[Pick], told: Iterable[Block], workspace: Workspace) -> Document:
    """The document of an edition whose picks are told in these blocks."""
    blocks = [*_head(issue, picks), *_body(issue, picks, told)]
    return _document(issue, blocks, workspace, is_first=bool(picks))


def threaded(issue: Issue, picks: Sequence[Pick], told: Iterable[Block], workspace: Workspace) -> tuple[Document, ...]:
    """The same as two documents: what it is and its headlines, and all the rest for a thread of it.

    One alone where there are no stories.
    """
    if not picks:
        return (around(issue, picks, told, workspace),)
    head = [*_head(issue, picks), *_headlines(picks), Note((Text(say("The stories are in the thread.")),))]
    return (
        _document(issue, head, workspace, is_first=True),
        _document(issue, _body(issue, picks, told), workspace, is_first=False),
    )


def stories(style: Style, picks: Sequence[Pick], workspace: Workspace, *, now: datetime) -> tuple[Block, ...]:
    """The picks under their topics. The name and the date of an edition change nothing in it, nor does the workspace
    but for its language and its zone."""
    blocks: list[Block] = []
    for topic, of_topic in groupby(picks, key=lambda pick: pick.topic):
        if topic:
            blocks.append(Heading(topic, level=2))
        blocks += _stories(style, list(of_topic), workspace, now)
    return tuple(blocks)


def _head(issue: Issue, picks: Sequence[Pick]) -> list[Block]:
    blocks: list[Block] = [Heading(issue.name, level=1), Note((Text(_subtitle(issue, picks)),))]
    if issue.late_by is not None:
        blocks.append(Note((Text(_late(issue.late_by)),)))
    if issue.quiet and picks:
        blocks.append(Note((Text(issue.quiet),)))
    return blocks


def _headlines(picks: Sequence[Pick]) -> Iterable[Block]:
    for topic, of_topic in groupby(picks, key=lambda pick: pick.topic):
        if topic:
            yield Heading(topic, level=2)
        yield Bullets(tuple((Text(_headline(pick)),) for pick in of_topic))


def _body(issue: Issue, picks: Sequence[Pick], told: Iterable[Block]) -> list[Block]:
    if not picks:
        return [Paragraph((Text(issue.quiet or say("Nothing new since the last edition.")),))]
    return [*told, Note(read_one(picks[0].brief), is_hint=True)]


def _document(issue: Issue, blocks: Sequence[Block], workspace: Workspace, *, is_first: bool) -> Document:
    ping = workspace.ping_role if is_first else ""
    return about_briefs(Kind.DIGEST, f"{issue.name} · {_when(issue)}", blocks, workspace, ping=ping)


def _late(by: timedelta) -> str:
    return say("Late by {length}: the bot was not running at the set time.", length=wording.span(by))


def _subtitle(issue: Issue, picks: Sequence[Pick]) -> str:
    parts = [_when(issue)]
    if picks:
        parts.append(say_count("{n} story", "{n} stories", len(picks)))
        names = {source.publisher for pick in picks for source in pick.brief.text.sources}
        parts.append(say_count("{n} publisher", "{n} publishers", len(names)))
    return " · ".join(parts)


def _when(issue: Issue) -> str:
    if not issue.is_week:
        return wording.long_date(issue.on)
    first = issue.on - timedelta(days=6)
    return say("The week of {first} to {last}", first=wording.long_date(first), last=wording.long_date(issue.on))


def _stories(style: Style, picks: Sequence[Pick], workspace: Workspace, now: datetime) -> Iterable[Block]:
    for number, pick in enumerate(picks):
        if style is Style.FULL:
            if number:
                yield Divider()
            yield from _whole(pick, workspace, now)
        else:
            label = say("Update") if pick.is_update else ""
            short = card(pick.brief, workspace, now=now, label=label, with_deck=style is Style.SUMMARIES)
            yield replace(short, deck=_news(pick)) if pick.news and style is Style.SUMMARIES else short


def _news(pick: Pick) -> str:
    """What is new, each sentence with who says it: a card has no numbered sources to point to."""
    text = pick.brief.text
    return " ".join(f"{one.text} ({credited(text, one)})" for one in pick.new_sentences)


def _whole(pick: Pick, workspace: Workspace, now: datetime) -> Iterable[Block]:
    yield Heading(_headline(pick), level=2)
    if pick.news:
        yield Heading(say("New since it was last told here"), level=3)
        yield Paragraph(cited(pick.new_sentences))
        yield Heading(say("The whole story"), level=3)
    yield from brief_blocks(pick.brief, workspace, now=now, level=3)


def _headline(pick: Pick) -> str:
    headline = pick.brief.text.headline
    return say("Update: {headline}", headline=headline) if pick.is_update else headline
