"""An interaction and its answer: read, run by the core, and given within the three seconds that Discord waits."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import discord
import structlog

from adapters.discord import forms
from adapters.discord.buttons import Press, read_press
from adapters.discord.here import channels_of, guild_of, invocation_of, reader_of
from adapters.discord.incoming import Asked, in_guild, read_command, read_line
from adapters.discord.native import RawModal
from adapters.discord.replies import Drafts, answer_with, takes_its_place
from adapters.discord.reporting import MESSAGE_COMMAND, asked_about, which
from bot.commands.catalogue.spec import Command, OptionType
from bot.commands.describe import as_typed
from bot.commands.forms import asked_for, wants_form
from bot.commands.invoke import Commands, Invocation, Reply
from bot.commands.lookup import FILE_LIMIT
from bot.commands.sharing import shareable, shared_by
from bot.commands.values import parts
from bot.documents.build import error_document
from bot.documents.verbs import Verb
from bot.errors import BriefbotError, UsageError
from bot.ingest.charset import decode
from bot.saying import say, speaking

log = structlog.get_logger(__name__)

DEFER_S: Final = 1.5
"""Half of the time that Discord gives; what takes longer says "thinking" until it is done."""
Interaction = discord.Interaction[Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """A command that somebody gave, and how its answer is to be shown."""

    asked: Asked
    verb: Verb = Verb.RUN
    form: str = ""
    """The words of the form that it came from."""


class Answers:
    """Answers everything that people do with the bot in a guild."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands
        self._drafts = Drafts()

    async def answer(self, interaction: Interaction) -> None:
        """Answers one interaction, in its person's language; never raises."""
        with speaking(await self._commands.language(reader_of(interaction))):
            await self._answer_or_apologise(interaction)

    async def _answer_or_apologise(self, interaction: Interaction) -> None:
        try:
            await self._answer(interaction)
        except BriefbotError as error:
            await self._apologise(interaction, Reply(document=error_document(error)))
        except discord.NotFound as error:
            # 10062: the three seconds or the fifteen minutes were over, or the message was deleted meanwhile.
            log.info("interaction.expired", code=error.code)
        except discord.HTTPException as error:
            log.warning("interaction.refused", status=error.status, code=error.code, reason=error.text[:300])
            await self._apologise(interaction, _failed(say("Discord did not take the answer. Please try again.")))
        except Exception:
            log.exception("interaction.failed", kind=interaction.type.name)
            await self._apologise(interaction, _failed(say("Something went wrong on our side. Please try again.")))

    async def _apologise(self, interaction: Interaction, reply: Reply) -> None:
        if interaction.type is discord.InteractionType.autocomplete:
            return
        try:
            await answer_with(interaction, reply)
        except (discord.HTTPException, discord.ClientException, OSError) as error:
            log.info("interaction.unanswered", reason=str(error)[:200])

    async def _answer(self, interaction: Interaction) -> None:
        guild_id = guild_of(interaction)
        if not guild_id:
            await answer_with(interaction, _failed(say("Briefbot answers in servers, not in direct messages.")))
            return
        match interaction.type:
            case discord.InteractionType.application_command if _data(interaction).get("type") == MESSAGE_COMMAND:
                await self._reported(interaction, guild_id)
            case discord.InteractionType.application_command:
                await self._command(interaction, read_command(_data(interaction), guild_id))
            case discord.InteractionType.autocomplete:
                await self._complete(interaction, read_command(_data(interaction), guild_id))
            case discord.InteractionType.component:
                await self._pressed(interaction)
            case discord.InteractionType.modal_submit:
                await self._filled_in(interaction)

    # ── commands ──────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _command(self, interaction: Interaction, asked: Asked) -> None:
        if wants_form(asked.command, asked.values, forms.FORMS):
            await self._open_form(interaction, asked, as_typed(asked.command.name, asked.values))
        elif asked.attachments:
            await self._run(interaction, Call(asked=asked), self._with_files(interaction, asked))
        else:
            await self._run(interaction, Call(asked=asked))

    async def _reported(self, interaction: Interaction, guild_id: int) -> None:
        """The menu of a message: the form for a report, or first the question which of its briefs is meant."""
        briefs = asked_about(_data(interaction), str(interaction.application_id))
        if len(briefs) > 1:
            await answer_with(interaction, which(briefs))
            return
        words = f"brief report {briefs[0]}"
        await self._open_form(interaction, read_line(words, guild_id), words)

    async def _run(self, interaction: Interaction, call: Call, work: Awaitable[Reply] | None = None) -> None:
        """Runs a command and shows its answer, late answers as a promise first."""
        task = asyncio.ensure_future(work or self._reply(interaction, call))
        done, _ = await asyncio.wait({task}, timeout=DEFER_S)
        if not done:
            await _defer(interaction, call.verb)
        reply = await task
        if call.form:
            reply = self._drafts.noted(interaction, call.form, call.asked.values, reply)
        with speaking(reply.document.language):
            messages = await answer_with(
                interaction, reply, verb=call.verb, words=shareable(call.asked.command, call.asked.values, reply)
            )
        if call.verb is Verb.SHARE:
            await self._commands.note_shared(reply.document, messages, await invocation_of(interaction))

    async def _reply(self, interaction: Interaction, call: Call) -> Reply:
        asked, here = call.asked, await invocation_of(interaction, is_for_all=call.verb is Verb.SHARE)
        if asked.command.is_danger and call.verb is not Verb.DO:
            return await self._commands.question(asked.command, asked.values, here)
        reply = await self._commands.call(asked.command, asked.values, here)
        if call.verb is not Verb.SHARE:
            return reply
        with speaking(reply.document.language):
            return shared_by(interaction.user.display_name, reply)

    async def _with_files(self, interaction: Interaction, asked: Asked) -> Reply:
        """A command with the contents of the files that were attached to it."""
        try:
            texts = {name: await _content(interaction, name, file) for name, file in asked.attachments.items()}
        except UsageError as error:
            return Reply(document=error_document(error))
        return await self._commands.call(asked.command, {**asked.values, **texts}, await invocation_of(interaction))

    async def _complete(self, interaction: Interaction, asked: Asked) -> None:
        option = asked.command.option(asked.focused)
        found: Sequence[tuple[str, str]] = ()
        if option is not None:
            text = asked.values.get(option.name, "")
            here = await invocation_of(interaction)
            found = await self._commands.complete(asked.command, option, text, here)
        choices = [discord.app_commands.Choice(name=label, value=value) for label, value in found if label.strip()]
        await interaction.response.autocomplete(choices)

    # ── components ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _pressed(self, interaction: Interaction) -> None:
        data, guild_id = _data(interaction), guild_of(interaction)
        press = read_press(str(data.get("custom_id", "")))
        if press is None:
            raise UsageError(say("this button is of another version of Briefbot"), example="/brief help")
        match press.verb:
            case Verb.OPEN:
                chosen = str(next(iter(data.get("values", ())), ""))
                await self._run(interaction, Call(asked=read_line(f"brief read {chosen}", guild_id)))
            case Verb.FORM:
                await self._open_form(interaction, _asked_by_form(press.words, guild_id), press.words)
            case Verb.SHARE if not interaction.permissions.send_messages:
                raise UsageError(say("you may not write in this channel, so nothing was shared in it"))
            case _:
                asked = read_line(press.words, guild_id)
                if wants_form(asked.command, asked.values, forms.FORMS):
                    await self._open_form(interaction, asked, press.words)
                else:
                    await self._run(interaction, Call(asked=asked, verb=press.verb))

    # ── forms ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _open_form(self, interaction: Interaction, asked: Asked, words: str) -> None:
        """Shows the form of a command, with what is set now, was given, or was typed into it before."""
        here = await invocation_of(interaction)
        filled = await self._commands.filled(asked.command, asked.values, here)
        if isinstance(filled, Reply):
            await answer_with(interaction, filled)
            return
        typed = self._drafts.take(interaction, words)
        shown = asked_for(asked.command, asked.values, forms.FORMS)
        values = {**filled, **{name: text for name, text in typed.items() if name in shown}}
        choices = await self._choices(asked.command, values, here)
        if here.is_direct:
            # Where Discord knows of no channels to pick from.
            choices["channel"] = channels_of(interaction, values.get("channel", ""))
        fields = {option.name for option in forms.fields(asked.command, values, choices)}
        unseen = {name: values[name] for name in asked.values if name not in fields}
        press = _carrying(interaction, words, as_typed(asked.command.name, unseen))
        if press is None:
            # More was given than a form can carry beside its fields; in words, nothing is lost and nothing sent unseen.
            await self._run(interaction, Call(asked=asked))
            return
        await interaction.response.send_modal(RawModal(forms.form(asked.command, values, choices, press)))

    async def _choices(
        self, command: Command, values: dict[str, str], here: Invocation
    ) -> dict[str, Sequence[tuple[str, str]]]:
        """The topics that a digest may be of, for its form to show; those that are chosen become ids in `values`."""
        found: dict[str, Sequence[tuple[str, str]]] = {}
        for name in asked_for(command, values, forms.FORMS):
            option = command.option(name)
            if option is not None and option.type is OptionType.TOPIC:
                chosen = list(parts(values.get(name, "")))
                offered = await self._commands.offered(command, option, chosen, here)
                found[name], values[name] = offered.options, ", ".join(offered.chosen)
        return found

    async def _filled_in(self, interaction: Interaction) -> None:
        data, guild_id = _data(interaction), guild_of(interaction)
        press = read_press(str(data.get("custom_id", "")))
        if press is None or press.verb is not Verb.FORM:
            raise UsageError(say("this form is of another version of Briefbot"), example="/brief help")
        asked = _asked_by_form(press.words, guild_id)
        values = forms.filled_in(asked.command, asked.values, data.get("components", ()))
        asked = replace(asked, values=in_guild(asked.command, values, guild_id))
        await self._run(interaction, Call(asked=asked, form=press.words))


def _asked_by_form(words: str, guild_id: int) -> Asked:
    asked = read_line(words, guild_id)
    if asked.command.name not in forms.FORMS:
        raise UsageError(say("this form is of another version of Briefbot"), example="/brief help")
    return asked


def _carrying(interaction: Interaction, *wordings: str) -> Press | None:
    """What a form says when it is sent: the first of these wordings of its command that it can carry."""
    guild_id = guild_of(interaction) if interaction.guild_id is None else 0
    presses = [Press(Verb.FORM, words, guild_id) for words in wordings if words]
    return next((press for press in presses if press.custom_id()), None)


def _data(interaction: Interaction) -> Mapping[str, Any]:
    return interaction.data or {}


async def _defer(interaction: Interaction, verb: Verb) -> None:
    """Promises an answer; one that takes the place of a message leaves it until then."""
    if takes_its_place(interaction, verb):
        await interaction.response.defer()
    else:
        await interaction.response.defer(ephemeral=verb is not Verb.SHARE, thinking=True)


def _failed(text: str) -> Reply:
    return Reply(document=error_document(BriefbotError(text)))


async def _content(interaction: Interaction, name: str, file: Mapping[str, Any]) -> str:
    """The text of an attached file."""
    size = int(file.get("size", 0))
    if size > FILE_LIMIT:
        raise UsageError(
            say("{name} has {n} kB", name=name, n=size // 1000),
            allowed=say("at most {n} MB", n=FILE_LIMIT // 10**6),
            example=say("an OPML file"),
        )
    described: Any = dict(file)
    attachment = discord.Attachment(data=described, state=interaction._state)
    raw = await attachment.read()
    return decode(raw)
