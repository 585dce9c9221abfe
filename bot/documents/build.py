"""From values to documents: a brief, a list of briefs, a notice, an error. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot.caveat import Caveat, caveat_for
from bot.documents import wording
from bot.documents.corrected import (
    correction_words,
    flag_words,
    history_rows,
    marked_card,
    retracted_headline,
)
from bot.documents.nodes import (
    Action,
    Actions,
    Block,
    Card,
    Cite,
    Code,
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
from bot.documents.phrases import phrase
from bot.documents.retelling import retold
from bot.errors import BriefbotError, UsageError
from bot.models import Brief, Digest, Origin, Sentence, SourceChange, Version, Workspace, public_id
from bot.saying import in_effect, say, spoken
from bot.text.urls import untracked

CARD_RELATED = 2
"""Related briefs that a card names; the brief itself lists all."""


_FLAGS: Final = 3


def caveat_of(workspace: Workspace) -> Caveat:
    """The caveat in the language of its readers, with their admin's words behind it."""
    return caveat_for(language_of(workspace), workspace.caveat_note)


def language_of(workspace: Workspace) -> str:
    """The language that is spoken now, where none was set the workspace's own."""
    return in_effect(workspace.language)


def about_briefs(kind: Kind, title: str, blocks: Sequence[Block], workspace: Workspace, *, ping: str = "") -> Document:
    """A document that shows briefs to a workspace: in the language that is spoken, under the workspace's caveat."""
    caveat, language = caveat_of(workspace), language_of(workspace)
    return Document(kind=kind, title=title, blocks=tuple(blocks), caveat=caveat, language=language, ping=ping)


@dataclass(frozen=True, kw_only=True, slots=True)
class Past:
    """What happened to a brief: its versions, the first one first, what sources did to their articles, its course."""

    versions: Sequence[Version] = ()
    changes: Sequence[SourceChange] = ()
    timeline: Sequence[Block] = ()


_NO_PAST: Final = Past()


def brief_document(
    brief: Brief, workspace: Workspace, *, now: datetime, past: Past = _NO_PAST, actions: Sequence[Action] = ()
) -> Document:
    """A brief whole, as its page; of a retracted one what was done and when, and its sources.

    How it became known stands before its sources. `actions` are for this reader alone.
    """
    if brief.is_retracted:
        return _retracted_document(brief, workspace, past)
    body = brief_blocks(brief, workspace, now=now)
    end = next((place for place, block in enumerate(body) if isinstance(block, Sources)), len(body))
    blocks = [
        Heading(brief.text.headline, level=1),
        *_flags(past, workspace),
        *body[:end],
        *past.timeline,
        *body[end:],
        *_history(past, workspace),
        Actions(
            (
                Action(say("Related"), f"brief related {brief.ref}"),
                Action(say("Report"), f"brief report {brief.ref}", asks=True),
                *actions,
            )
        ),
    ]
    return about_briefs(Kind.BRIEF, brief.text.headline, blocks, workspace)


def _flags(past: Past, workspace: Workspace) -> list[Block]:
    """What sources changed, each on a line; of many the newest."""
    return [Note((Text(flag_words(change, workspace.zone)),)) for change in past.changes[:_FLAGS]]


def _history(past: Past, workspace: Workspace) -> list[Block]:
    """The versions of a brief that has more than one."""
    if len(past.versions) < 2:
        return []
    rows = [f"{number} · {why}" for number, why in history_rows(past.versions, workspace.zone)]
    return [Note((Text(row),)) for row in rows]


def _retracted_document(brief: Brief, workspace: Workspace, past: Past) -> Document:
    assert brief.correction is not None
    words = correction_words(brief.correction, workspace.zone)
    blocks: list[Block] = [Heading(retracted_headline(), level=1), Paragraph((Text(words, strong=True),))]
    blocks.append(Note((Text(brief.ref),)))
    if brief.text.sources:
        blocks.append(
            Sources(tuple(_source_item(brief, number, workspace) for number in range(len(brief.text.sources))))
        )
    blocks += _history(past, workspace)
    return about_briefs(Kind.BRIEF, retracted_headline(), blocks, workspace)


def brief_blocks(brief: Brief, workspace: Workspace, *, now: datetime, level: int = 2) -> list[Block]:
    """What stands under a brief's headline; `level` is that of its section headings."""
    facts = [*wording.byline(brief, language_of(workspace), now), *_version(brief), brief.ref]
    notes = [" · ".join(facts)]
    if brief.correction:
        notes.append(correction_words(brief.correction, workspace.zone))
    return _told(brief, workspace, notes, level=level)


def version_document(brief: Brief, version: Version, workspace: Workspace) -> Document:
    """A brief as it was at a version: when and why, its words with their sources, and the caveat."""
    was = replace(brief, text=version.text, related=())
    [(number, why)] = history_rows([version], workspace.zone)
    blocks = [
        Heading(version.text.headline, level=1),
        *_told(was, workspace, [f"{number} · {why} · {brief.ref}"], level=2),
    ]
    return about_briefs(Kind.BRIEF, version.text.headline, blocks, workspace)


def _told(brief: Brief, workspace: Workspace, notes: Sequence[str], *, level: int) -> list[Block]:
    """A brief's words below its headline, with their sources; the notes stand behind its deck."""
    text = brief.text
    blocks: list[Block] = [Paragraph((Text(text.deck, strong=True),))] if text.deck else []
    blocks += [Note((Text(note),)) for note in notes]
    blocks += _paragraphs(text.lede)
    for section in text.sections:
        blocks.append(Heading(section.heading, level=level))
        blocks += _paragraphs(section.sentences)
    if text.sources:
        blocks.append(Sources(tuple(_source_item(brief, number, workspace) for number in range(len(text.sources)))))
    if brief.related:
        blocks.append(RelatedList(tuple(_related_items(brief))))
    if brief.origin is Origin.IMPORTED and text.disclosure:
        blocks.append(Note((Text(say("Its author says: {words}", words=text.disclosure)),)))
    return blocks


def for_all(document: Document) -> Document:
    """As it is shown to all: without what is for who asked alone."""
    return replace(document, blocks=tuple(map(_for_all, document.blocks)))


def _for_all(block: Block) -> Block:
    if not isinstance(block, Actions):
        return block
    return Actions(tuple(action for action in block.items if not action.is_personal))


def list_document(
    title: str,
    briefs: Sequence[Brief],
    workspace: Workspace,
    *,
    now: datetime,
    note: Sequence[Inline] = (),
    actions: Sequence[Action] = (),
    empty: str = "",
) -> Document:
    """Briefs in short, one below the other; `empty` is what to say when there are none."""
    blocks: list[Block] = [Heading(title, level=1)]
    blocks += [card(brief, workspace, now=now) for brief in briefs]
    if not briefs:
        blocks.append(Paragraph((Text(empty or say("Nothing here yet.")),)))
    if note:
        blocks.append(Note(tuple(note)))
    elif briefs:
        blocks.append(Note(read_one(briefs[0]), is_hint=True))
    if actions:
        blocks.append(Actions(tuple(actions)))
    return about_briefs(Kind.LIST, title, blocks, workspace)


def related_document(brief: Brief, workspace: Workspace, *, now: datetime) -> Document:
    """What a brief is related to, each with its blurb and why."""
    title = say("Related to {headline}", headline=brief.ref if brief.is_retracted else brief.text.headline)
    blocks: list[Block] = [Heading(title, level=1)]
    if brief.related:
        blocks.append(RelatedList(tuple(_related_items(brief))))
    else:
        blocks.append(Paragraph((Text(say("No other brief has enough in common with it.")),)))
    blocks.append(Note((Text(f"{brief.ref} · {wording.age(brief.published_at, now)}"),)))
    return about_briefs(Kind.LIST, title, blocks, workspace)


def card(brief: Brief, workspace: Workspace, *, now: datetime, label: str = "", with_deck: bool = True) -> Card:
    """A brief in short."""
    named = list({source.publisher: source for source in reversed(brief.text.sources) if source.url}.values())[::-1]
    made = Card(
        brief=brief.ref,
        headline=brief.text.headline,
        deck=brief.text.summary if with_deck else "",
        label=label,
        byline=wording.byline(brief, language_of(workspace), now, is_named=not named),
        sources=tuple(Link(source.publisher, untracked(source.url)) for source in named[:4]),
        related=tuple(
            (public_id("b", link.brief_id), link.headline)
            for link in brief.related[: CARD_RELATED if with_deck else 0]
            if link.brief_id
        ),
    )
    return marked_card(made, brief.correction, workspace.zone) if brief.correction else made


def read_one(brief: Brief) -> tuple[Inline, ...]:
    """How to read one of several briefs."""
    return phrase(say("Read one whole with {command}"), command=Code(f"/brief read {brief.ref}"))


def notice(title: str, *blocks: Block) -> Document:
    """An answer that shows nothing of a brief."""
    return Document(kind=Kind.NOTICE, title=title, blocks=(Heading(title, level=1), *blocks))


def trouble_document(digest: Digest, reason: str) -> Document:
    """Tells managers why a digest cannot be posted, and what happens now."""
    why = retold(reason)
    rows: tuple[tuple[str, str | Mention], ...] = ((say("Where"), Mention(digest.channel)), (say("Why"), why))
    again = say("It is tried again until its time is over, and its next edition as usual. How it is: {command}")
    return notice(
        say("“{name}” could not be posted", name=digest.name),
        Facts(rows),
        Note(phrase(again, command=Code("/brief-admin status"))),
    )


def error_document(error: BriefbotError) -> Document:
    """What went wrong with which value, what is allowed, and an example of a right one."""
    if not isinstance(error, UsageError):
        return Document(kind=Kind.ERROR, title=error.message, blocks=(Paragraph((Text(error.message),)),))
    problem = error.sentence
    blocks: list[Block] = [Paragraph((Text(_capital(problem), strong=True),))]
    if error.allowed:
        blocks.append(Paragraph((Text(error.what_is_allowed),)))
    if error.example:
        blocks.append(Paragraph(phrase(say("Example: {command}"), command=Code(error.example))))
    return Document(kind=Kind.ERROR, title=problem, blocks=tuple(blocks))


def _capital(sentence: str) -> str:
    """With a capital where English begins with a word; an id or an address that stands first is told as it is."""
    first, _, _ = sentence.partition(" ")
    is_word = first.replace("'", "").isalpha()
    return sentence[0].upper() + sentence[1:] if spoken() == "en" and is_word else sentence


def cited(sentences: Sequence[Sentence]) -> tuple[Inline, ...]:
    """Sentences in a row, each with the numbers of its sources behind it."""
    spans: list[Inline] = []
    for sentence in sentences:
        joint = " " if spans else ""
        spans += [Text(joint + sentence.text), Cite(sentence.sources)]
    return tuple(spans)


def _paragraphs(sentences: Sequence[Sentence]) -> list[Block]:
    return [Paragraph(cited(sentences))] if sentences else []


def sources_of(brief: Brief, workspace: Workspace, numbers: Collection[int]) -> Sources:
    """The sources of a brief that have these numbers."""
    places = (place for place, source in enumerate(brief.text.sources) if source.n in numbers)
    return Sources(tuple(_source_item(brief, place, workspace) for place in places))


def _source_item(brief: Brief, place: int, workspace: Workspace) -> SourceItem:
    source = brief.text.sources[place]
    when = wording.local(source.published_at, workspace.zone) if source.published_at else ""
    return SourceItem(source.n, source.publisher, source.title, untracked(source.url), when)


def _related_items(brief: Brief) -> Iterable[RelatedItem]:
    for link in brief.related:
        ref = public_id("b", link.brief_id) if link.brief_id else ""
        yield RelatedItem(link.headline, link.blurb, ref, link.url, retold(link.reason))


def _version(brief: Brief) -> tuple[str, ...]:
    return (say("version {n}", n=brief.version),) if brief.version > 1 else ()
