"""What people do with the bot in Slack, run by the core and answered within the three seconds that Slack waits."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack import forms, replies
from adapters.slack.actions import Press, read_press
from adapters.slack.files import content_of
from adapters.slack.forms import CALLBACK, FORMS, Origin
from adapters.slack.incoming import Asked, channel_ref, in_workspace, read_line, typed, workspace_of
from adapters.slack.mistakes import errors_at_fields, show, told, with_another_try
from adapters.slack.pacing import Pacer
from adapters.slack.people import People
from adapters.slack.posting import ClientOf
from adapters.slack.sharing import cut_off, share
from bot.commands.catalogue.spec import Command, OptionType, Role
from bot.commands.context import Person
from bot.commands.describe import as_typed
from bot.commands.forms import asked_for, wants_form
from bot.commands.invoke import Commands, Invocation, Reply
from bot.commands.parse import UnknownCommand
from bot.commands.sharing import shareable, shared_by
from bot.documents.build import error_document
from bot.documents.nodes import Kind
from bot.documents.verbs import Verb
from bot.errors import BriefbotError, UsageError
from bot.saying import say, speaking

Json = Mapping[str, Any]
Ack = Callable[..., Awaitable[Any]]
Respond = Callable[..., Awaitable[Any]]

DEFER_S: Final = 1.5
"""Half of the time that Slack gives; what takes longer is answered afterwards."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Here:
    """Where somebody did something, and how Slack can be asked there."""

    team_id: str
    user_id: str
    user_name: str
    channel_id: str
    client: AsyncWebClient
    locale: str = ""


class Answers:
    """Answers commands, buttons, selects and forms of all workspaces."""

    def __init__(self, commands: Commands, people: People, client_of: ClientOf, pacer: Pacer) -> None:
        self._commands, self._people, self._client_of, self._pacer = commands, people, client_of, pacer

    # ── commands ──────────────────────────────────────────────────────────────────────────────────────────────────────

    async def command(self, ack: Ack, respond: Respond, body: Json) -> None:
        """A slash command; its answer comes with the acknowledgement when there is one by then."""
        here = await self._here(body)
        with speaking(await self._language(here)):
            await self._command(ack, respond, body, here)

    async def _command(self, ack: Ack, respond: Respond, body: Json, here: Here) -> None:
        line = f"{body['command']} {typed(body.get('text', ''))}"
        try:
            asked = read_line(line, here.team_id)
        except UnknownCommand:
            # The core says which command was meant, one press away.
            reply = await self._commands.run(line, await self._invocation(here, None))
            await ack(**_first(replies.messages(reply)))
            return
        except UsageError as error:
            await ack(**_first(replies.messages(Reply(document=error_document(error)))))
            return
        if wants_form(asked.command, asked.values, FORMS):
            await ack()
            await self._open_form(here, body["trigger_id"], asked, as_typed(asked.command.name, asked.values), respond)
            return
        task = asyncio.ensure_future(self._reply(here, asked, Verb.RUN))
        done, _ = await asyncio.wait({task}, timeout=DEFER_S)
        if not done:
            await ack()
        reply = await task
        messages = replies.messages(reply, shareable(asked.command, asked.values, reply))
        if done and len(messages) == 1:
            await ack(**_first(messages))
            return
        # What comes with the acknowledgement may be shown after what is sent behind it.
        await ack()
        for message in messages:
            await respond(**message)

    async def _reply(self, here: Here, asked: Asked, verb: Verb) -> Reply:
        """The answer of the core, or its question before it takes something away."""
        try:
            invocation = await self._invocation(here, asked.command)
        except BriefbotError as error:
            return Reply(document=error_document(error))
        if verb is Verb.SHARE:
            invocation = replace(invocation, locale="")
        if asked.command.is_danger and verb is not Verb.DO:
            return await self._commands.question(asked.command, asked.values, invocation)
        reply = await self._commands.call(asked.command, asked.values, invocation)
        if verb is Verb.SHARE:
            with speaking(reply.document.language):
                return shared_by(here.user_name, reply)
        return await replies.hand_over(here.client, here.user_id, reply)

    # ── buttons and selects ───────────────────────────────────────────────────────────────────────────────────────────

    async def action(self, ack: Ack, respond: Respond, body: Json) -> None:
        """A button or a select in a message, a window or the Home tab."""
        await ack()
        here = await self._here(body)
        with speaking(await self._language(here)):
            await self._action(respond, body, here)

    async def _action(self, respond: Respond, body: Json, here: Here) -> None:
        pressed = body["actions"][0]
        press = read_press(pressed["action_id"], _value(pressed))
        if press is None:
            # A field of a form that tells each change, or a button of another version.
            return
        if press.verb is Verb.PREVIEW:
            await self._preview(here, body)
            return
        words = f"brief read {press.words}" if press.verb is Verb.OPEN else press.words
        asked = read_line(words, here.team_id)
        is_form = press.verb is Verb.FORM or wants_form(asked.command, asked.values, FORMS)
        if is_form and asked.command.name in FORMS:
            view = body.get("view", {})
            is_home = view.get("type") == "home"
            window = str(view["id"]) if view.get("callback_id") == replies.SHOWN else ""
            await self._open_form(here, body["trigger_id"], asked, words, respond, is_home=is_home, window=window)
        elif press.verb is Verb.TURN and body.get("view", {}).get("callback_id") == replies.SHOWN:
            reply = await told(self._reply(here, asked, press.verb))
            await show(here.client, body["view"]["id"], reply)
        elif "view" in body:
            await self._show_window(here, body, self._reply(here, asked, press.verb))
        else:
            await self._answer_press(here, respond, body, asked, press)

    async def _answer_press(self, here: Here, respond: Respond, body: Json, asked: Asked, press: Press) -> None:
        reply = await self._reply(here, asked, press.verb)
        is_own = bool(body.get("container", {}).get("is_ephemeral"))
        is_shared = press.verb is Verb.SHARE
        if is_shared and await self._post_to_all(here, respond, asked.command, reply):
            return
        words = "" if is_shared else shareable(asked.command, asked.values, reply)
        replaces = is_own and press.verb in (Verb.TURN, Verb.DO)
        for message in replies.messages(reply, words, is_private=not is_shared, replaces=replaces):
            await respond(**message)

    async def _post_to_all(self, here: Here, respond: Respond, command: Command, reply: Reply) -> bool:
        """Posts a shared answer as messages of our own, which can be edited later; False where we may not post.

        What is shown through the address of an interaction stands there as well, but Slack does not say where.
        """
        shared = await share(here.client, self._pacer, (here.team_id, here.channel_id), reply.document)
        if shared.posted:
            invocation = await self._invocation(here, command)
            await self._commands.note_shared(reply.document, shared.posted, invocation)
        if shared.missing and not shared.is_refused:
            await respond(**replies.messages(cut_off(shared.missing))[0])
        return not shared.is_refused

    async def _show_window(self, here: Here, body: Json, work: Awaitable[Reply]) -> None:
        """Where no message was pressed, the answer gets a window; a late one after a promise."""
        open_ = here.client.views_push if body["view"]["type"] == "modal" else here.client.views_open
        task = asyncio.ensure_future(told(work))
        done, _ = await asyncio.wait({task}, timeout=DEFER_S)
        if done:
            await open_(trigger_id=body["trigger_id"], view=replies.view(await task))
            return
        opened = await open_(trigger_id=body["trigger_id"], view=replies.waiting_view(say("This takes a moment.")))
        await show(here.client, opened["view"]["id"], await task)

    # ── forms ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _open_form(
        self,
        here: Here,
        trigger_id: str,
        asked: Asked,
        words: str,
        respond: Respond,
        *,
        is_home: bool = False,
        window: str = "",
    ) -> None:
        """Shows the form of a command, with what is set now or was given; says in words why there is none.

        `window` is the one that it takes the place of, of which Slack piles up no more than three.
        """
        try:
            invocation = await self._invocation(here, asked.command)
            filled = await self._commands.filled(asked.command, asked.values, invocation)
        except BriefbotError as error:
            filled = Reply(document=error_document(error))
        if isinstance(filled, Reply):
            if window:
                await here.client.views_update(view_id=window, view=replies.view(filled))
            elif is_home:
                await here.client.views_open(trigger_id=trigger_id, view=replies.view(filled))
            else:
                await respond(**replies.messages(filled)[0])
            return
        origin = Origin(words=words or asked.command.name, channel_id=here.channel_id, is_home=is_home)
        labels = await self._labels(here, asked.command, filled, invocation)
        view = forms.form(asked.command, filled, labels, origin)
        if window:
            await here.client.views_update(view_id=window, view=view)
        else:
            await here.client.views_open(trigger_id=trigger_id, view=view)

    async def _labels(
        self, here: Here, command: Command, values: Mapping[str, str], invocation: Invocation
    ) -> dict[str, dict[str, str]]:
        """What the values that are set now are called, for the selects that show them."""
        found: dict[str, dict[str, str]] = {}
        for name in asked_for(command, values, FORMS):
            option = command.option(name)
            if option is None or not values.get(name):
                continue
            if option.type in (OptionType.TOPIC, OptionType.SOURCE):
                one = replace(option, is_list=False)
                found[name] = {
                    value: label for label, value in await self._commands.complete(command, one, "", invocation)
                }
            elif option.type is OptionType.ROLE:
                groups = await self._people.groups(here.client, here.team_id)
                found[name] = {group.id: group.name for group in groups}
        return found

    async def suggestion(self, ack: Ack, body: Json) -> None:
        """Somebody types in a select of a form."""
        here = await self._here(body)
        with speaking(await self._language(here)):
            await self._suggestion(ack, body, here)

    async def _suggestion(self, ack: Ack, body: Json, here: Here) -> None:
        origin = forms.unpacked(body.get("view", {}).get("private_metadata", ""))
        if origin is None:
            await ack(options=[])
            return
        asked = read_line(origin.words, here.team_id)
        option = asked.command.option(body["action_id"])
        found: list[tuple[str, str]] = []
        if option is not None and option.type is OptionType.ROLE:
            text = body["value"].casefold()
            groups = await self._people.groups(here.client, here.team_id)
            found = [(group.name, group.id) for group in groups if text in group.name.casefold()][:25]
        elif option is not None:
            one = replace(option, is_list=False)
            invocation = await self._invocation(here, asked.command)
            found = await self._commands.complete(asked.command, one, body["value"], invocation)
        await ack(options=forms.options(found))

    async def _preview(self, here: Here, body: Json) -> None:
        """What the digest of the form would post now, in a window above the form."""
        asked, values = self._filled_in(here, body["view"])
        values.setdefault("name", say("Preview"))
        invocation = await self._invocation(here, asked.command)
        await self._show_window(here, body, self._commands.preview(asked.command, values, invocation))

    def _filled_in(self, here: Here, view: Json) -> tuple[Asked, dict[str, str]]:
        origin = forms.unpacked(view.get("private_metadata", ""))
        if origin is None or view.get("callback_id") != CALLBACK:
            raise UsageError(say("this form is of another version of Briefbot"), example="/brief help")
        asked = read_line(origin.words, here.team_id)
        fields = asked_for(asked.command, asked.values, FORMS)
        known = {name: text for name, text in asked.values.items() if name not in fields}
        values = forms.filled_in(asked.command, known, view)
        return asked, in_workspace(asked.command, values, here.team_id)

    async def submission(self, ack: Ack, body: Json) -> bool:
        """A form that was sent: its mistakes are shown at their fields, its answer in its place. True when it is done
        and the Home tab it came from should be drawn anew."""
        here = await self._here(body)
        with speaking(await self._language(here)):
            return await self._submission(ack, body, here)

    async def _submission(self, ack: Ack, body: Json, here: Here) -> bool:
        view = body["view"]
        asked, values = self._filled_in(here, view)
        origin = forms.unpacked(view["private_metadata"])
        assert origin is not None
        here = replace(here, channel_id=origin.channel_id or here.channel_id)
        task = asyncio.ensure_future(told(self._submitted(here, replace(asked, values=values), view)))
        done, _ = await asyncio.wait({task}, timeout=DEFER_S)
        if not done:
            await ack(response_action="update", view=replies.waiting_view(say("This takes a moment.")))
            reply = with_another_try(await task, asked, values)
            await show(here.client, view["id"], reply)
        elif (reply := await task).document.kind is Kind.ERROR and (errors := errors_at_fields(reply, view)):
            await ack(response_action="errors", errors=errors)
        else:
            await ack(response_action="update", view=replies.view(reply))
        return origin.is_home and reply.document.kind is not Kind.ERROR

    async def _submitted(self, here: Here, asked: Asked, view: Json) -> Reply:
        values = dict(asked.values)
        try:
            for name, file_id in forms.files_in(asked.command, view).items():
                values[name] = await content_of(here.client, file_id)
        except UsageError as error:
            return Reply(document=error_document(error))
        return await self._reply(here, replace(asked, values=values), Verb.DO)

    # ── who and where ─────────────────────────────────────────────────────────────────────────────────────────────────

    async def _here(self, body: Json) -> Here:
        """Where something was done; BriefbotError when the app is not installed there."""
        team = body.get("team") or {}
        user = body.get("user") or {}
        team_id = str(body.get("team_id") or team.get("id") or user.get("team_id"))
        client = await self._client_of(team_id)
        if client is None:
            raise BriefbotError(say("Briefbot is not installed in this workspace any more."))
        channel = body.get("channel") or {}
        user_id = str(body.get("user_id") or user.get("id"))
        return Here(
            team_id=team_id,
            user_id=user_id,
            user_name=str(body.get("user_name") or user.get("name") or user.get("username") or ""),
            channel_id=str(body.get("channel_id") or channel.get("id") or ""),
            client=client,
            locale=await self._people.locale(client, team_id, user_id),
        )

    async def _language(self, here: Here) -> str:
        return await self._commands.language(await self._invocation(here, None))

    async def _invocation(self, here: Here, command: Command | None) -> Invocation:
        """Who asks, and where; Slack is asked about a person's rights only for what needs them."""
        person: Person = self._people.reader(here.user_id, here.user_name)
        if command is not None and command.role is not Role.MEMBER:
            person = await self._people.person(here.client, here.team_id, here.user_id)
        # In the Home tab there is no channel; what is set up there names one.
        channel = channel_ref(here.team_id, here.channel_id or here.user_id)
        return Invocation(
            workspace_id=workspace_of(here.team_id),
            person=person,
            channel=channel,
            is_direct=not here.channel_id.startswith(("C", "G")),
            locale=here.locale,
        )


def _value(pressed: Json) -> str:
    option = pressed.get("selected_option") or {}
    return str(pressed.get("value") or option.get("value") or "")


def _first(messages: list[dict[str, Any]]) -> dict[str, Any]:
    """What an acknowledgement may carry of the first message."""
    return {name: messages[0][name] for name in ("response_type", "blocks", "text")}
