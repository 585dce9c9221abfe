"""The connection to Discord: tells the core where the bot is and what people do, and keeps the commands registered."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

import discord
import structlog
from discord.http import Route

from adapters.discord.answering import Answers
from adapters.discord.catalogue import fingerprint, registration
from adapters.discord.greeting import greet
from adapters.discord.incoming import workspace_of
from adapters.discord.native import FAILURES
from adapters.discord.pacing import WINDOW_MOST, Pacer
from adapters.discord.posting import Posts
from adapters.discord.reporting import menu
from bot.config import Settings, read_shards
from bot.host import Host

log = structlog.get_logger(__name__)

RATE_WAIT_S: Final = 30.0
READY_S: Final = 2.0
"""How long to wait for more servers before the bot counts as ready."""
GREETED_AFTER: Final = timedelta(days=1)
"""So long after the bot was added its people are still greeted, when it was not running then."""
_UNCOMPARED: Final = frozenset(("id", "application_id", "version", "nsfw", "dm_permission", "handler"))
"""What Discord adds to a command that was registered."""


# Neither voice library is wanted, so that they are missing is no news.
discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False


class _Brief(logging.Filter):
    """Keeps what discord.py says of lost connections, which it mends by itself, and drops the pages of traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.exc_info = None
        return True


for _name in ("discord.client", "discord.shard", "discord.gateway"):
    logging.getLogger(_name).addFilter(_Brief())


class Client(discord.AutoShardedClient):
    """discord.py's client with nothing cached that a slash-command bot does not need."""

    def __init__(self, settings: Settings, *, ready_s: float = READY_S) -> None:
        shards = read_shards(settings.discord_shards)
        # The limit is the token's, so processes that share it have of the limit what they have of the shards.
        share = len(shards[0]) / shards[1] if shards else 1.0
        self._has_operators = any(name.startswith("discord:") for name in settings.operators)
        self._busy: set[asyncio.Task[None]] = set()
        pacer = Pacer(self._busy, most=max(1, int(WINDOW_MOST * share)))
        options: dict[str, Any] = {"shard_ids": list(shards[0]), "shard_count": shards[1]} if shards else {}
        super().__init__(
            # Servers, channels and roles; no member list, no messages, nothing privileged.
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_messages=None,
            chunk_guilds_at_startup=False,
            guild_ready_timeout=ready_s,
            max_ratelimit_timeout=RATE_WAIT_S,
            http_trace=pacer.trace(),
            **options,
        )
        self._is_whole = shards is None
        self._host: Host | None = None
        self._answers: Answers | None = None
        self._unseen: set[int] = set()
        """Servers that had an outage when we came."""
        self.posts = Posts(self, pacer)
        self.up = asyncio.Event()
        """Set when the bot knows its servers for the first time."""

    def attend(self, host: Host) -> None:
        """From now on people are answered."""
        self._host, self._answers = host, Answers(host.commands)

    def is_connected(self) -> bool:
        """Whether every shard of ours hears Discord now."""
        return self.up.is_set() and not self.is_closed() and not any(one.is_closed() for one in self.shards.values())

    async def finish(self) -> None:
        """Waits for the answers that are being given."""
        await asyncio.gather(*self._busy, return_exceptions=True)

    # ── what Discord tells ────────────────────────────────────────────────────────────────────────────────────────────

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        if self._answers is None:
            return
        task = asyncio.ensure_future(self._answers.answer(interaction))
        self._busy.add(task)
        task.add_done_callback(self._busy.discard)
        await asyncio.shield(task)

    async def on_ready(self) -> None:
        self.up.set()
        log.info("discord.ready", guilds=len(self.guilds), shards=self.shard_count)
        if self._host is not None:
            # Of a server with an outage nothing is known but its id, not even who we are in it.
            self._unseen = {guild.id for guild in self.guilds if guild.unavailable}
            names = {workspace_of(guild.id): None if guild.unavailable else guild.name for guild in self.guilds}
            places = {workspace_of(guild.id): guild for guild in self.guilds}
            for id_ in await self._host.present(names, is_all=self._is_whole):
                await self._greet_late(places[id_])

    async def _greet_late(self, guild: discord.Guild) -> None:
        """Greets where the bot was added while we were away; older servers are only new to this database."""
        if (at := guild.me.joined_at) and discord.utils.utcnow() - at < GREETED_AFTER:
            await greet(self, guild)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        if self._host is not None:
            for _ in await self._host.present({workspace_of(guild.id): guild.name}, is_all=False):
                await greet(self, guild)
        await self._reachable(guild)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        if self._host is not None:
            await self._host.absent(workspace_of(guild.id))

    async def on_guild_available(self, guild: discord.Guild) -> None:
        if self._host is not None and guild.id in self._unseen:
            new = await self._host.present({workspace_of(guild.id): guild.name}, is_all=False)
            self._unseen.discard(guild.id)
            for _ in new:
                await self._greet_late(guild)
        await self._reachable(guild)

    async def on_guild_channel_create(self, channel: discord.abc.GuildChannel) -> None:
        await self._reachable(channel.guild)

    async def on_guild_channel_update(self, _: discord.abc.GuildChannel, channel: discord.abc.GuildChannel) -> None:
        await self._reachable(channel.guild)

    async def on_thread_update(self, _: discord.Thread, thread: discord.Thread) -> None:
        await self._reachable(thread.guild)

    async def on_guild_role_update(self, _: discord.Role, role: discord.Role) -> None:
        await self._reachable(role.guild)

    async def on_member_update(self, _: discord.Member, member: discord.Member) -> None:
        if self.user is not None and member.id == self.user.id:
            await self._reachable(member.guild)

    async def _reachable(self, guild: discord.Guild) -> None:
        """Something changed where we could not post: try again now."""
        if guild.id in self.posts.blocked and self._host is not None:
            self.posts.blocked.discard(guild.id)
            await self._host.reachable(workspace_of(guild.id))

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        log.exception("discord.event_failed", event_name=event_method)

    # ── commands ──────────────────────────────────────────────────────────────────────────────────────────────────────

    async def setup_hook(self) -> None:
        try:
            await self._register()
        except FAILURES as error:
            # Those that were registered before still work.
            log.error("discord.unregistered", reason=str(error)[:500])

    async def _register(self) -> None:
        """Registers the commands when those that Discord has are not ours; it allows few changes a day."""
        assert self.application_id is not None
        ours = [*registration(for_operators=self._has_operators), *menu()]
        route = Route("GET", "/applications/{application_id}/commands", application_id=self.application_id)
        theirs = await self.http.request(route, params={"with_localizations": "true"})
        if fingerprint(_compared(theirs)) == fingerprint(_compared(ours)):
            return
        await self.http.bulk_upsert_global_commands(self.application_id, ours)
        log.info("discord.registered", commands=[command["name"] for command in ours])


def _compared(commands: Sequence[Any]) -> list[Any]:
    """Commands with what we set and nothing that Discord adds."""
    return sorted((_plain(command) for command in commands), key=lambda command: str(command.get("name")))


def _plain(value: Any) -> Any:
    match value:
        case dict():
            kept = {name: _plain(part) for name, part in value.items() if name not in _UNCOMPARED}
            if kept.get("default_member_permissions") is not None:
                # Asked for as a number, given back as a text.
                kept["default_member_permissions"] = str(kept["default_member_permissions"])
            return {name: part for name, part in kept.items() if part not in (None, "", [], {}, False)}
        case list():
            return [_plain(part) for part in value]
        case _:
            return value
