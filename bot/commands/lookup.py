"""The typed values of a command's options; what names a row is looked up in this workspace only (law 7)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.commands import values
from bot.commands.catalogue.spec import REFERENCES, Command, Option, OptionType
from bot.commands.context import Arguments, Invocation
from bot.errors import NotFound, UsageError
from bot.models import Brief, Workspace, parse_public_id, public_id
from bot.saying import say
from bot.store import Store
from bot.text.urls import normal_feed_url

FILE_LIMIT: Final = 2_000_000

_READERS: Final[Mapping[OptionType, Callable[[Option, str], object]]] = {
    OptionType.INTEGER: values.integer,
    OptionType.CHOICE: values.choice,
    OptionType.TIME: values.clock_time,
    OptionType.DAYS: values.weekdays,
    OptionType.ZONE: lambda _, text: values.zone(text),
    # Topics may be of any language; what we say ourselves is in those of the caveat.
    OptionType.LANGUAGE: lambda option, text: (values.language if option.is_list else values.caveat_language)(
        option, text
    ),
    OptionType.ROLE: values.role,
    OptionType.PING: values.ping,
    OptionType.URL: lambda _, text: normal_feed_url(text),
    OptionType.CATALOGUE: values.known_topic,
}
"""Values that need nothing but their text."""
_LISTS: Final = {
    OptionType.TOPIC: "/brief topics",
    OptionType.CAPS: "/brief topics",
    OptionType.DIGEST: "/brief-admin digest list",
    OptionType.SOURCE: "/brief-admin source list",
    OptionType.BRIEF: "/brief latest",
}
"""Which command shows what there is of a kind."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lookup:
    """Reads the values of one command."""

    store: Store
    workspace: Workspace
    invocation: Invocation
    command: Command
    now: datetime

    async def arguments(self, texts: Mapping[str, str]) -> Arguments:
        """Every value, or the UsageError of the first that is wrong."""
        self._refuse_unknown(texts)
        found: dict[str, object] = {}
        for option in self.command.options:
            text = texts.get(option.name, "")
            try:
                if text.strip():
                    found[option.name] = await self._value(option, text)
                elif option.is_missing(texts):
                    raise self._missing(option)
            except NotFound as error:
                raise self._with_example(option, error) from None
            except UsageError as error:
                error.option = option.name
                raise
        return Arguments(found)

    def _with_example(self, option: Option, error: NotFound) -> NotFound:
        """The error with an example that names what there is, or how to see it where the command takes it away."""
        example = error.example
        if not example and error.nearest and not self.command.takes_away:
            example = f"{option.name}:{error.nearest}" + ("=3" if option.type is OptionType.CAPS else "")
        told = NotFound(error.problem, allowed=error.allowed, example=example or _LISTS.get(option.type, ""))
        told.option = option.name
        return told

    async def refuse_strangers(self, texts: Mapping[str, str]) -> None:
        """NotFound when a value names something that is not kept here; what is missing or wrong else is let pass."""
        for option in self.command.options:
            if option.type in REFERENCES and not option.is_list and texts.get(option.name, "").strip():
                try:
                    await self._row(option, texts[option.name])
                except NotFound as error:
                    raise self._with_example(option, error) from None

    def _refuse_unknown(self, texts: Mapping[str, str]) -> None:
        for name in texts:
            if self.command.option(name) is None:
                allowed = ", ".join(option.name for option in self.command.options) or say("no options")
                problem = say("/{command} has no option '{option}'", command=self.command.name, option=name[:60])
                raise UsageError(problem, allowed=allowed, example=self.command.right)

    def _missing(self, option: Option) -> UsageError:
        problem = say("{option} is missing from /{command}", option=option.name, command=self.command.name)
        return UsageError(problem, allowed=say(option.summary), example=self.command.right)

    async def _value(self, option: Option, text: str) -> object:
        if option.type is OptionType.CAPS:
            named = values.caps(option, text)
            return tuple([(await self.store.topics.find(self.workspace.id, name), most) for name, most in named])
        if option.type is OptionType.TIME and option.is_list:
            return values.clock_times(option, text)
        if not option.is_list:
            return await self._one(option, text)
        if option.maximum and len(text) > option.maximum:
            values.plain(option, text, example=self.command.right)
        return tuple([await self._one(option, part) for part in values.parts(text)])

    async def _one(self, option: Option, text: str) -> object:
        if option.type in REFERENCES:
            return await self._row(option, text)
        return self._plain(option, text)

    async def _row(self, option: Option, text: str) -> object:
        match option.type:
            case OptionType.TOPIC:
                return await self.store.topics.find(self.workspace.id, text)
            case OptionType.DIGEST:
                return await self.store.digests.find(self.workspace.id, text)
            case OptionType.SOURCE:
                return await self.store.sources.find(self.workspace.id, text)
            case _:
                return await self._brief(text)

    async def _brief(self, text: str) -> Brief:
        number = parse_public_id("b", text)
        if number is None:
            raise NotFound(
                say("'{text}' is no id of a brief", text=text[:60]),
                allowed=say("an id as lists show it; /brief search finds briefs by words"),
                example=self.command.right,
            )
        viewer = None if self.invocation.sees_all else self.workspace.id
        try:
            return await self.store.briefs.get(number, workspace=viewer)
        except NotFound as error:
            error.nearest = "".join([public_id("b", one.id) for one in await self.store.briefs.latest(viewer, limit=1)])
            raise

    def _plain(self, option: Option, text: str) -> object:
        if read := _READERS.get(option.type):
            return read(option, text)
        match option.type:
            case OptionType.SINCE:
                return values.since(option, text, now=self.now, zone=self.workspace.zone)
            case OptionType.DATE:
                return values.coming_date(option, text, now=self.now, zone=self.workspace.zone)
            case OptionType.CHANNEL if option.name == "notices" and values.is_none(text):
                return ""
            case OptionType.CHANNEL:
                return values.channel(option, text, platform=self.workspace.platform)
            case OptionType.FILE:
                return self._file(option, text)
            case _:
                return values.plain(option, text, example=self.command.right)

    def _file(self, option: Option, text: str) -> str:
        """The content of a file: given as it is, or named by the operator on their own machine."""
        name = text.strip().strip('"')
        read = self.invocation.read_file
        if read and "\n" not in name and "<" not in name and "://" not in name:
            text = read(name)
        if len(text) > FILE_LIMIT:
            problem = say("{option} is too large", option=option.name)
            raise UsageError(problem, allowed=say("at most {n} MB of text", n=FILE_LIMIT // 10**6))
        return text
