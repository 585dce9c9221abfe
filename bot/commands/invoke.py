"""How a command runs: read, allowed, looked up, handled; whatever goes wrong becomes an answer, never a traceback."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import uuid4

import structlog

from bot.briefs.model.view import ModelView
from bot.commands import admin_digests, admin_sources, topic_preview
from bot.commands.audit_trail import AuditTrail
from bot.commands.catalogue import BY_NAME
from bot.commands.catalogue.spec import Command, Option, Role
from bot.commands.complete import Offered, completions, offered
from bot.commands.context import Context, FeedReader, Invocation, Person, Reply
from bot.commands.current import current
from bot.commands.forms import changes_something
from bot.commands.handlers import HANDLERS
from bot.commands.lookup import Lookup
from bot.commands.parse import MisspeltOption, UnknownCommand, parse, taken_apart
from bot.commands.question import question_document
from bot.digests.dispatch import Dispatcher
from bot.documents.build import error_document
from bot.documents.mentioned import briefs_in
from bot.documents.nodes import Action, Actions, Document
from bot.errors import BriefbotError, NotAllowed, NotFound, StoreBusy, StoreError
from bot.models import LOCAL_WORKSPACE, Workspace
from bot.ports import Clock, Payload
from bot.saying import marked, say, speaking, spoken_of
from bot.store import Store

__all__ = ["Commands", "Invocation", "Person", "Reply"]

log = structlog.get_logger(__name__)

LANGUAGE_S: Final = 0.5
"""How long an answer waits to know its language; after that it is in English."""
_OURS: Final = marked(
    "Something went wrong on our side (ref {ref}). Please try again; if it stays, tell whoever runs Briefbot."
)
_NO_STORE: Final = marked(
    "Briefbot cannot use its database just now and changed nothing. Please try again later; "
    "whoever runs Briefbot finds the reason in its log."
)
_FOR_MANAGERS: Final = marked(
    "/{command} is for managers of this place and for those with the admin role. Ask one of them; "
    "what everybody can ask is in /brief help."
)


class Commands:
    """Answers commands for every platform. `feeds` None: this process reads no feeds, so `source add` tries none."""

    def __init__(
        self,
        store: Store,
        feeds: FeedReader | None,
        dispatcher: Dispatcher,
        clock: Clock,
        model: ModelView | None = None,
        operators: frozenset[str] = frozenset(),
    ) -> None:
        self._store, self._feeds, self._dispatcher = store, feeds, dispatcher
        self._clock, self._model = clock, model or ModelView(store, None)
        self.operators = operators
        """Who runs the bot: `discord:ID`, `slack:TEAM/USER`; on the local console whoever is at it."""
        self._trail = AuditTrail(store)
        # Never kept, so that what is stored of a person cannot be read back by trying ids.
        self._pepper = secrets.token_bytes(32)

    async def run(self, line: str, invocation: Invocation) -> Reply:
        """The answer to a typed line; what is wrong with it is the answer, too."""
        language = await self.language(invocation)
        with speaking(language):
            try:
                parsed = parse(_storable(line))
            except BriefbotError as error:
                log.info("command.misread", workspace=invocation.workspace_id)
                return _failed(error)
        return await self._call(parsed.command, parsed.values, invocation, language)

    async def call(self, command: Command, values: Mapping[str, str], invocation: Invocation) -> Reply:
        """The answer to a command whose values a platform took apart itself; never raises."""
        return await self._call(command, _all_storable(values), invocation, await self.language(invocation))

    async def _call(self, command: Command, values: Mapping[str, str], invocation: Invocation, language: str) -> Reply:
        began = time.monotonic()
        outcome = "done"
        try:
            with speaking(language):
                return await self._answer(command, taken_apart(command, values), invocation)
        except BriefbotError as error:
            outcome = type(error).__name__
            with speaking(language):
                return _failed(error)
        except Exception:
            outcome = "crashed"
            with speaking(language):
                return _crashed(command)
        finally:
            log.info(
                "command.run",
                command=command.name,
                workspace=invocation.workspace_id,
                outcome=outcome,
                duration_ms=round((time.monotonic() - began) * 1000),
            )

    async def complete(
        self, command: Command, option: Option, text: str, invocation: Invocation
    ) -> list[tuple[str, str]]:
        """At most 25 values that an option may be meant to have, as (what to show, what to send); best first.

        Nothing for a person who may not give the command.
        """
        if not await self._may(command, invocation):
            return []
        with speaking(await self.language(invocation)):
            return await completions(self._store, invocation.workspace_id, option, _storable(text))

    async def offered(self, command: Command, option: Option, chosen: Sequence[str], invocation: Invocation) -> Offered:
        """What a form may offer for an option that names rows, what is chosen first; nothing as of `complete`."""
        if not await self._may(command, invocation):
            return Offered(options=(), chosen=())
        return await offered(self._store, invocation.workspace_id, option, chosen)

    async def filled(
        self, command: Command, values: Mapping[str, str], invocation: Invocation
    ) -> Mapping[str, str] | Reply:
        """What a form for a command is filled with: what is set now, under what was given. Or why there is no form."""
        with speaking(await self.language(invocation)):
            return await self._filled(command, _all_storable(values), invocation)

    async def _filled(
        self, command: Command, values: Mapping[str, str], invocation: Invocation
    ) -> Mapping[str, str] | Reply:
        required = {option.name for option in command.options if option.is_required}
        try:
            if not changes_something(command) and required:
                # What a form is about must be there, before anybody fills it in.
                await (await self._lookup(command, invocation)).refuse_strangers(values)
                return values
            known = {name: text for name, text in values.items() if name in required}
            context = await self._context(command, known, invocation)
        except BriefbotError as error:
            return _failed(error)
        found = await current(context)
        # What it is about stands there by its id, which is short and stays when its name is changed.
        return {**found, **{name: text for name, text in values.items() if name not in required & found.keys()}}

    async def preview(self, command: Command, values: Mapping[str, str], invocation: Invocation) -> Reply:
        """What the digest of a form would post now, or its topic would take, before it is saved."""
        values = _all_storable(values)
        with speaking(await self.language(invocation)):
            try:
                if "topic" in command.path:
                    command = BY_NAME["brief-admin topic preview"]
                    return await topic_preview.preview(await self._context(command, values, invocation))
                return await admin_digests.preview_unsaved(await self._context(command, values, invocation))
            except BriefbotError as error:
                return _failed(error)

    async def question(self, command: Command, values: Mapping[str, str], invocation: Invocation) -> Reply:
        """What to ask a person before a command that takes something away, with the button that does it."""
        values = _all_storable(values)
        with speaking(await self.language(invocation)):
            try:
                context = await self._context(command, values, invocation)
            except BriefbotError as error:
                return _failed(error)
            return Reply(document=question_document(context))

    async def language(self, invocation: Invocation) -> str:
        """The language of an answer: the reader's where we speak it, else the workspace's.

        Never raises, and never waits long: platforms count the seconds, and what is wrong with the store is told by
        whatever asks it next.
        """
        if code := spoken_of(invocation.locale):
            return code
        asked = asyncio.ensure_future(self._store.workspaces.get(invocation.workspace_id))
        asked.add_done_callback(lambda task: task.cancelled() or task.exception())
        await asyncio.wait({asked}, timeout=LANGUAGE_S)
        if not asked.done() or asked.cancelled() or asked.exception():
            return ""
        return asked.result().language

    async def note_shared(
        self, document: Document, messages: Sequence[tuple[str, Payload]], invocation: Invocation
    ) -> None:
        """Remembers an answer that was shown to all, so that it is edited when a brief in it is corrected."""
        ids = briefs_in(document)
        workspace = invocation.workspace_id
        versions = await self._store.briefs.versions_of(ids, workspace=workspace)
        told = [(id_, versions[id_]) for id_ in ids if id_ in versions]
        await self._store.shares.add(workspace, invocation.channel, messages, told, now=self._clock.now())

    async def _answer(self, command: Command, values: Mapping[str, str], invocation: Invocation) -> Reply:
        context = await self._context(command, values, invocation)
        answer = HANDLERS[command.name]
        return await (self._trail.noting(answer, context) if command.is_audited else answer(context))

    async def _context(self, command: Command, values: Mapping[str, str], invocation: Invocation) -> Context:
        """All that the command's handler needs; raises the BriefbotError of whoever may not, or of a wrong value."""
        lookup = await self._lookup(command, invocation)
        workspace = lookup.workspace
        return Context(
            store=self._store,
            dispatcher=self._dispatcher,
            feeds=self._feeds,
            model=self._model,
            workspace=workspace,
            invocation=invocation,
            command=command,
            arguments=await lookup.arguments(values),
            typed=values,
            now=lookup.now,
            pepper=self._pepper,
            is_manager=is_manager(invocation.person, workspace),
            is_operator=is_operator(invocation, self.operators),
        )

    async def _lookup(self, command: Command, invocation: Invocation) -> Lookup:
        """What reads the values of a command for somebody who may give it."""
        workspace = await self._require_role(command, invocation)
        now = self._clock.now()
        return Lookup(store=self._store, workspace=workspace, invocation=invocation, command=command, now=now)

    async def _require_role(self, command: Command, invocation: Invocation) -> Workspace:
        """The one place where it is decided who may do what; NotAllowed for the others."""
        workspace = await self._workspace(invocation, self._clock.now())
        if command.role is Role.MANAGER and not is_manager(invocation.person, workspace):
            raise NotAllowed(say(_FOR_MANAGERS, command=command.name))
        if command.role is Role.OPERATOR and not is_operator(invocation, self.operators):
            raise NotAllowed(
                say(
                    "/{command} is for those who run Briefbot, since it concerns all workspaces. What managers can ask "
                    "is in /brief-admin help.",
                    command=command.name,
                )
            )
        return workspace

    async def _may(self, command: Command, invocation: Invocation) -> bool:
        try:
            await self._require_role(command, invocation)
        except NotAllowed:
            return False
        return True

    async def manages(self, invocation: Invocation) -> bool:
        """Whether who asks may give the managers' commands there."""
        return is_manager(invocation.person, await self._workspace(invocation, self._clock.now()))

    async def _workspace(self, invocation: Invocation, now: datetime) -> Workspace:
        """The workspace, made when it is new; only then does a question have to wait for a writer."""
        try:
            return await self._store.workspaces.get(invocation.workspace_id)
        except NotFound:
            return await self._store.workspaces.ensure(invocation.workspace_id, now=now)


def _storable(text: str) -> str:
    """What was typed without the characters that a database refuses: NUL, and halves of surrogate pairs."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def _all_storable(values: Mapping[str, str]) -> dict[str, str]:
    return {name: _storable(text) for name, text in values.items()}


def is_manager(person: Person, workspace: Workspace) -> bool:
    """By the platform's rights, or by the admin role."""
    return person.is_manager or workspace.admin_role in person.roles


def is_operator(invocation: Invocation, operators: frozenset[str]) -> bool:
    """By the setting, or by being at the machine."""
    workspace, person = invocation.workspace_id, invocation.person
    if workspace == LOCAL_WORKSPACE:
        return person.is_manager
    # Discord's numbers of people are the same everywhere, Slack's are those of a workspace.
    is_everywhere = workspace.startswith("discord:")
    return (f"discord:{person.id}" if is_everywhere else f"{workspace}/{person.id}") in operators


def _failed(error: BriefbotError) -> Reply:
    """The answer to a mistake, with the command that was probably meant one press away."""
    if isinstance(error, StoreBusy):
        error = BriefbotError(say("Briefbot is busy just now and changed nothing. Please try again in a moment."))
    elif isinstance(error, StoreError):
        # Its words are for whoever runs the bot, and name their machines and folders.
        log.error("command.without_store", reason=error.message)
        error = BriefbotError(say(_NO_STORE))
    document = error_document(error)
    actions: tuple[Action, ...] = ()
    if isinstance(error, UnknownCommand):
        actions = (Action(f"/{error.nearest.name}", error.corrected),)
    elif isinstance(error, MisspeltOption) and error.corrected:
        actions = (Action(say("With {option}:", option=error.nearest), error.corrected),)
    elif isinstance(error, admin_sources.NoFeed):
        actions = tuple(
            Action(say("Follow {url}", url=url)[:80], f"brief-admin source add {url}") for url in error.feeds[:5]
        )
    return Reply(document=_with_actions(document, actions), wrong_option=getattr(error, "option", ""), error=error)


def _with_actions(document: Document, actions: tuple[Action, ...]) -> Document:
    return replace(document, blocks=(*document.blocks, Actions(actions))) if actions else document


def _crashed(command: Command) -> Reply:
    """A defect of ours: its id for the person, all the rest for the log."""
    ref = uuid4().hex[:8]
    log.exception("command.crashed", command=command.name, ref=ref)
    return Reply(document=error_document(BriefbotError(say(_OURS, ref=ref))))
