"""`correct` and `retract`: what the operator does about a brief, for every workspace; and the versions of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.app import App
from bot.briefs.wire import version_json
from bot.caveat import caveat_for
from bot.cli.running import draw, opened, say_json
from bot.commands.catalogue import BY_NAME
from bot.commands.invoke import Invocation, Person
from bot.config import Settings
from bot.documents.build import version_document
from bot.documents.nodes import Kind
from bot.errors import UsageError
from bot.models import LOCAL_WORKSPACE, Brief, ChannelRef, Version

_OPERATOR = Person(id="operator", name="operator", is_manager=True)
_EXAMPLES: Final = {
    "brief-admin correct": 'briefbot correct b12 --headline "The new headline" --note "What changed and why"',
    "brief-admin retract": 'briefbot retract b12 "Its only source withdrew the article"',
}


async def give(settings: Settings, command: str, values: Mapping[str, str]) -> int:
    """Gives a manager's command in the local workspace, whose corrections hold for all.

    What was posted is edited by the bot that runs. Raises whatever refused it, with an example for the command line.
    """
    here = Invocation(
        workspace_id=LOCAL_WORKSPACE,
        person=_OPERATOR,
        channel=ChannelRef("console:general"),
        sees_all=True,
        locale="en",  # as all that the command line says
    )
    async with opened(settings) as app:
        given = {name: text for name, text in values.items() if text}
        reply = await app.commands.call(BY_NAME[command], given, here)
    if isinstance(reply.error, UsageError):
        raise UsageError(reply.error.problem, allowed=reply.error.allowed, example=_EXAMPLES[command])
    if reply.error:
        raise reply.error
    draw(reply.document)
    return 1 if reply.document.kind is Kind.ERROR else 0


async def show_version(app: App, brief: Brief, number: int, *, as_json: bool) -> None:
    """A brief as it was at a version: when and why, its words with their sources, and the caveat."""
    version = _version(await app.store.briefs.history(brief.id, workspace=LOCAL_WORKSPACE), number)
    if as_json:
        say_json(version_json(version, caveat_for(version.text.language)))
    else:
        draw(version_document(brief, version, await app.store.workspaces.get(LOCAL_WORKSPACE)))


def _version(versions: list[Version], number: int) -> Version:
    """The version of this number; UsageError names those there are."""
    found = next((one for one in versions if one.number == number), None)
    if found is None:
        numbers = ", ".join(str(one.number) for one in versions)
        raise UsageError(f"there is no version {number}", allowed=numbers, example=f"--version {versions[-1].number}")
    return found
