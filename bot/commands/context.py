"""What a command is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from bot.briefs.model.view import ModelView
from bot.commands.catalogue.spec import Command
from bot.digests.dispatch import Dispatcher
from bot.documents.nodes import Document
from bot.errors import BriefbotError
from bot.ingest.parsed import ParsedFeed
from bot.models import Change, ChannelRef, Workspace, WorkspaceId
from bot.saying import spoken_of
from bot.store import Store

T = TypeVar("T")


class FeedReader(Protocol):
    """Reads a feed without storing anything; raises FetchError and FeedError. `Ingest` is the one there is."""

    async def try_feed(self, url: str) -> ParsedFeed: ...

    def refusal(self, url: str) -> str:
        """Why an address is never read, as far as it shows without asking anybody; empty when it may be."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Who asks."""

    id: str
    name: str
    is_manager: bool = False
    """By the platform's own rights; the admin role of the workspace makes one, too."""
    roles: frozenset[str] = frozenset()
    """Their roles or groups, named as the adapter names roles."""
    zone: str = ""
    """Their own time zone; empty where the platform does not say."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Invocation:
    """Who asks, and where."""

    workspace_id: WorkspaceId
    person: Person
    channel: ChannelRef
    sees_all: bool = False
    """At the command line, which is the operator's: every brief is there."""
    is_direct: bool = False
    """In a direct message or a person's own page, where no digest belongs."""
    read_file: Callable[[str], str] | None = None
    """Reads a file that is named instead of attached; only for the operator at their own machine."""
    locale: str = ""
    """The language of who asks, as the platform tells it; empty where all read the answer."""

    def language(self, workspace: Workspace) -> str:
        """What the answer is in: the reader's language where we speak it, else the workspace's."""
        return spoken_of(self.locale) or workspace.language


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """The answer to one command. `files` are names and texts to hand over with it."""

    document: Document
    is_private: bool = True
    files: tuple[tuple[str, str], ...] = ()
    changes: tuple[Change, ...] = ()
    """For the audit trail: what a managers' command changed that is no setting; those are compared anyway."""
    wrong_option: str = ""
    """The option whose value was wrong, where a form can point at its field; empty for an answer that is no mistake."""
    error: BriefbotError | None = None
    """What the answer tells of, when it is a mistake."""


@dataclass(frozen=True, slots=True)
class Arguments:
    """The values of a command, read and looked up; an option that was not given is not there."""

    values: Mapping[str, object]

    def get(self, name: str, kind: type[T]) -> T | None:
        value = self.values.get(name)
        if value is not None and not isinstance(value, kind):
            raise TypeError(f"{name} is a {type(value).__name__}, not a {kind.__name__}")
        return value

    def need(self, name: str, kind: type[T]) -> T:
        """A required value; the parser saw to it that it is there."""
        value = self.get(name, kind)
        if value is None:
            raise TypeError(f"{name} is not given")
        return value

    def many(self, name: str, kind: type[T]) -> tuple[T, ...] | None:
        """The members of a list; empty when it was taken away, None when it was not given."""
        values = self.get(name, tuple)
        if values is None:
            return None
        for value in values:
            if not isinstance(value, kind):
                raise TypeError(f"{name} holds a {type(value).__name__}, not a {kind.__name__}")
        return values

    def __bool__(self) -> bool:
        return bool(self.values)


@dataclass(frozen=True, kw_only=True, slots=True)
class Context:
    """All that a handler may use. `feeds` is None where this process reads no feeds."""

    store: Store
    dispatcher: Dispatcher
    feeds: FeedReader | None
    model: ModelView
    workspace: Workspace
    invocation: Invocation
    command: Command
    arguments: Arguments
    typed: Mapping[str, str]
    """The texts of the arguments."""
    is_manager: bool = False
    """Whether who asks may give the managers' commands here, and the answer is for them alone."""
    is_operator: bool = False
    """Whether who asks runs the bot."""
    now: datetime
    pepper: bytes = b""
    """With which a person is turned into what is kept of them: a hash that nobody can read back."""
