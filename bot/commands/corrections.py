"""What managers do about a brief that is wrong: their words over it, without a source, or taken back."""

from __future__ import annotations

from typing import Final

from bot.briefs.revised import Edit, doubts, edited, lede_words, owner_of_source, rewritten, without_owners
from bot.commands.context import Context, Reply
from bot.commands.values import is_none
from bot.documents.build import notice
from bot.documents.corrected import correction_words
from bot.documents.nodes import Action, Actions, Block, Bullets, Note, Paragraph, Text
from bot.documents.retelling import retold
from bot.errors import UsageError
from bot.models import LOCAL_WORKSPACE, TAKEN_BACK, Brief, Correction, Refusal, VersionKind
from bot.models import Change as Noted
from bot.saying import say, say_count
from bot.store.corrections import Change

_FIELDS: Final = ("headline", "deck", "lede")


async def correct(context: Context) -> Reply:
    brief = context.arguments.need("brief", Brief)
    given = [name for name in ("undo", "without", *_FIELDS) if name in context.arguments.values]
    _refuse_two_ways(context, brief)
    if "undo" in given:
        return await _drop(context, brief)
    _refuse_retracted(brief)
    if "without" in given:
        return await _rewrite(context, brief)
    return await _edit(context, brief)


def _refuse_two_ways(context: Context, brief: Brief) -> None:
    """UsageError for words beside `undo` or `without`, of which one would be lost; a form sends them as they are."""
    way = next((name for name in ("undo", "without") if name in context.arguments.values), "")
    now = current_words(brief, len(lede_words(brief.text)))
    typed = {name: context.arguments.get(name, str) for name in _FIELDS}
    others = [name for name, text in typed.items() if text is not None and text.split() != now[name].split()]
    if way == "undo" and "without" in context.arguments.values:
        others.append("without")
    if way and others:
        raise UsageError(
            say("{option} cannot stand beside {other}", option=others[0], other=way),
            allowed=say("one of the two"),
            example=f"/brief-admin correct {brief.ref} {others[0]}:…",
        )


async def retract(context: Context) -> Reply:
    brief = context.arguments.need("brief", Brief)
    if brief.is_retracted:
        raise UsageError(say("{brief} was retracted already", brief=brief.ref), example=f"/brief read {brief.ref}")
    change = Change(kind=VersionKind.RETRACTED, note=context.arguments.need("reason", str), who=_who(context))
    correction, copies = await _lay(context, brief, change)
    return _done(context, brief, correction, copies)


async def _edit(context: Context, brief: Brief) -> Reply:
    edit = Edit(
        headline=context.arguments.get("headline", str),
        deck=_emptied(context.arguments.get("deck", str)),
        lede=context.arguments.get("lede", str),
    )
    text = edited(brief.text, edit)
    if text == brief.text:
        raise UsageError(
            say("nothing to change in {brief}", brief=brief.ref),
            allowed="headline, deck, lede, without, undo",
            example=context.command.right,
        )
    note = _note(context)
    change = Change(kind=VersionKind.EDITED, text=text, note=note, who=_who(context))
    correction, copies = await _lay(context, brief, change)
    story = await context.store.stories.get(brief.story_id)
    return _done(context, brief, correction, copies, _warned(doubts(brief.text, text, story)))


async def _rewrite(context: Context, brief: Brief) -> Reply:
    number = context.arguments.need("without", int)
    story = await context.store.stories.get(brief.story_id)
    before = brief.correction.without if brief.correction else ()
    owner = owner_of_source(brief.text, story, number)
    if not owner:
        numbers = ", ".join(str(source.n) for source in brief.text.sources)
        raise UsageError(
            say("{brief} has no source {number} that could be left out", brief=brief.ref, number=number),
            allowed=numbers,
            example=f"/brief-admin correct {brief.ref} without:1",
        )
    owners = tuple(dict.fromkeys((*before, owner)))
    rest = without_owners(story, owners)
    if not rest.articles:
        raise UsageError(
            say("{brief} has no other source; retract it instead", brief=brief.ref),
            example=f"/brief-admin retract {brief.ref} …",
        )
    text, _ = rewritten(rest)
    named = next(source.publisher for source in brief.text.sources if source.n == number)
    note = context.arguments.get("note", str) or say("without what {publisher} reported", publisher=named)
    change = Change(kind=VersionKind.REWRITTEN, text=text, note=note, who=_who(context), without=owners)
    correction, copies = await _lay(context, brief, change)
    return _done(context, brief, correction, copies)


async def _drop(context: Context, brief: Brief) -> Reply:
    """Takes back what this workspace laid over a brief; what the operator did is the operator's."""
    found = brief.correction
    if found is None or (found.is_for_all and context.workspace.id != LOCAL_WORKSPACE):
        problem = (
            say(
                "{brief} was corrected for everybody by whoever runs Briefbot; only they can take it back",
                brief=brief.ref,
            )
            if found
            else say("{brief} has no correction", brief=brief.ref)
        )
        raise UsageError(problem, example=f"/brief read {brief.ref}")
    note = context.arguments.get("note", str) or ""
    kind = VersionKind.RESTORED if brief.is_retracted else VersionKind.DROPPED
    change = Change(kind=kind, note=note, who=_who(context))
    correction, copies = await _lay(context, brief, change)
    return _done(context, brief, correction, copies)


async def _lay(context: Context, brief: Brief, change: Change) -> tuple[Correction, int]:
    own = await context.store.briefs.get(brief.id, workspace=None, is_raw=True)
    return await context.store.corrections.lay(context.workspace.id, own, change, based_on=own.version, now=context.now)


def _done(context: Context, brief: Brief, correction: Correction, copies: int, warned: tuple[Block, ...] = ()) -> Reply:
    words = correction_words(correction, context.workspace.zone, told_at=context.now)
    told = say_count("{n} posted message is being edited.", "{n} posted messages are being edited.", copies)
    buttons = [Action(say("Read"), f"brief read {brief.ref}")]
    if correction.kind not in TAKEN_BACK:
        buttons.append(Action(say("Take it back"), f"brief-admin correct {brief.ref} undo:drop"))
    return Reply(
        changes=(Noted(what=brief.ref, field=str(correction.kind), new=correction.note),),
        document=notice(
            f"{brief.ref} · {words}",
            Paragraph((Text(told if copies else say("It was posted nowhere, so nothing has to be edited.")),)),
            *warned,
            Actions(tuple(buttons)),
        ),
    )


def _warned(found: tuple[Refusal, ...]) -> tuple[Block, ...]:
    if not found:
        return ()
    items = tuple((Text(f"“{one.sentence}”: {retold(one.reason)}"),) for one in found)
    head = say("It stands as you wrote it, marked as a manager's. The sources of this brief do not carry all of it:")
    return (Note((Text(head),)), Bullets(items))


def _refuse_retracted(brief: Brief) -> None:
    if brief.is_retracted:
        raise UsageError(
            say("{brief} was retracted; take that back first", brief=brief.ref),
            example=f"/brief-admin correct {brief.ref} undo:drop",
        )


def _note(context: Context) -> str:
    note = context.arguments.get("note", str)
    if note:
        return note
    error = UsageError(
        say("note is missing: what changed, for those who read it before"), example=context.command.right
    )
    error.option = "note"
    raise error


def _emptied(deck: str | None) -> str | None:
    return "" if deck is not None and is_none(deck) else deck


def _who(context: Context) -> str:
    return context.invocation.person.id


def current_words(brief: Brief, most: int) -> dict[str, str]:
    """What a form for a correction is filled with; an opening that is too long for it is left to be typed."""
    lede = lede_words(brief.text)
    found = {"brief": brief.ref, "headline": brief.text.headline, "deck": brief.text.deck}
    return found | ({"lede": lede} if len(lede) <= most else {})
