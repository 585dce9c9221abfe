"""document → channel on Discord: posts once, finds what was posted, says why something cannot be posted."""

from __future__ import annotations

import asyncio
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, TypeVar

import discord
import structlog

from adapters.discord import permissions
from adapters.discord.incoming import read_channel
from adapters.discord.native import FAILURES, parameters
from adapters.discord.pacing import Pacer
from adapters.discord.render import CONTAINER
from adapters.discord.seeing import OUTAGE, hidden, lacks
from adapters.discord.thread_tags import tags_for
from bot.models import ChannelRef
from bot.ports import Gone, LookupUnavailable, Outgoing, Rejected, Retry, SendResult, Sent, require_caveat
from bot.saying import marked

log = structlog.get_logger(__name__)
K = TypeVar("K")
V = TypeVar("V")

NAME_LIMIT: Final = 100
_PAGE: Final = 100
_MOST_PAGES: Final = 30
_NEWEST_POSTS: Final = 10
"""Of a forum so many posts of ours are looked at, however wrong our clock was."""
_SLACK: Final = timedelta(minutes=2)
"""How far the clocks of Discord and of this machine may be apart."""
NONCE_S: Final = 60.0
"""For at least so long Discord remembers a nonce; it says "a few minutes"."""
ELSEWHERE_S: Final = 600.0
"""For so long we believe what we were told of a channel that we hear nothing of."""
_MOST_KEPT: Final = 3000
"""More than is posted while a nonce counts: 45 a second, for a minute."""
_OWN_IDS: Final = 1_000_000
"""Above the ids that Discord gives to components by itself."""
_GONE: Final[Mapping[int, str]] = {
    10003: marked("the channel was deleted; choose another with /brief-admin digest edit"),
    10004: marked("Briefbot is not in this server any more"),
    10008: marked("the message was deleted"),
    40067: marked(
        "the forum asks for a tag on each post and has none that Briefbot may use; add one, or make tags optional"
    ),
    50005: marked("the message is not Briefbot's own, so it cannot change it"),
    50083: marked("the thread is archived and Briefbot may not open it again"),
    160005: marked("the thread is locked; unlock it, or choose another channel with /brief-admin digest edit"),
}
_THREAD_EXISTS: Final = 160004
_THREAD_MINUTES: Final = 1440
"""A thread in which nobody writes for a day is folded away; it stays readable."""
_NO_ANSWER: Final = marked("no answer from Discord ({kind})")
_NOT_NOW: Final = marked("Discord does not take it now ({code})")
_REFUSED: Final = marked("Discord refuses this message ({code}): {words}")
_PASSING: Final = frozenset((160006, 160007, 130000, 20016, 20028))
"""Too many threads, overloaded, slow down: what a while mends."""


class Posts:
    """Sends and finds messages with the bot's connection; without one everything waits."""

    def __init__(self, client: discord.Client, pacer: Pacer) -> None:
        self._client, self._pacer = client, pacer
        self._nonce_at: dict[str, float] = {}
        """Since when Discord may know the nonce of a message."""
        self._elsewhere: dict[int, tuple[float, Any]] = {}
        self.blocked: set[int] = set()
        """Guilds in which something could not be posted."""

    async def send(self, message: Outgoing) -> SendResult:
        """Posts a message; what happened, never an exception for what Discord answers."""
        require_caveat(message.payload)
        place = read_channel(message.channel)
        if place is None:
            return Gone(reason=marked("this is no channel of Discord; choose one with /brief-admin digest edit"))
        if unready := self._unready():
            return unready
        result = self._obstacle(*place, in_thread=message.in_thread) or await self._posted(message, *place)
        if isinstance(result, Gone):
            self.blocked.add(place[0])
        return result

    def _unready(self) -> Retry | None:
        """Why no request may be made now."""
        if not self._client.is_ready() or self._client.is_closed():
            return Retry(reason=marked("Discord is not connected"), after_s=5)
        if self._pacer.is_exhausted:
            words = marked("Discord refused too many requests; waiting, so that it does not ban us")
            return Retry(reason=words, after_s=60)
        return None

    def _obstacle(self, guild_id: int, channel_id: int, *, in_thread: bool) -> SendResult | None:
        """What is known to keep us from posting there, without asking Discord."""
        guild = self._client.get_guild(guild_id)
        if guild is None:
            return None if self._is_elsewhere(guild_id) else Gone(reason=_GONE[10004])
        if guild.unavailable:
            return Retry(reason=OUTAGE, after_s=60)
        channel = guild.get_channel_or_thread(channel_id)
        if channel is None:
            return None
        if isinstance(channel, discord.Thread) and channel.locked:
            return Gone(reason=_GONE[160005])
        allowed = channel.permissions_for(guild.me).value
        if missing := permissions.lacking(channel.type.value, allowed, in_thread=in_thread):
            return Gone(reason=permissions.advice(missing, channel_id))
        return None

    def obstacle(self, channel: ChannelRef, *, in_thread: bool = False) -> str:
        """What an admin must mend before a message, or one and its thread, can be posted there; empty if unknown."""
        place = read_channel(channel)
        is_known = place is not None and self._client.is_ready()
        found = self._obstacle(*place, in_thread=in_thread) if place is not None and is_known else None
        return found.reason if isinstance(found, Gone) else ""

    def shortfall(self, channel: ChannelRef) -> str:
        """What an admin should mend there although it can be posted to, as far as it is known; empty otherwise."""
        place = read_channel(channel)
        guild = self._client.get_guild(place[0]) if place is not None and self._client.is_ready() else None
        if place is None or guild is None or guild.unavailable or self.obstacle(channel):
            return ""
        found = guild.get_channel_or_thread(place[1])
        return permissions.blindness(found.permissions_for(guild.me).value) if found is not None else ""

    def _is_elsewhere(self, guild_id: int) -> bool:
        """Whether a shard of another process has this guild."""
        count, ids = self._client.shard_count, getattr(self._client, "shard_ids", None)
        return bool(count and ids and (guild_id >> 22) % count not in ids)

    async def _posted(self, message: Outgoing, guild_id: int, channel_id: int) -> SendResult:
        try:
            ref = await self._post(message, guild_id, channel_id)
        except FAILURES as error:
            return _failed(error, channel_id)
        return Sent(ref=ref)

    async def _post(self, message: Outgoing, guild_id: int, channel_id: int) -> str:
        body = _marked(message)
        if message.first_ref:
            channel_id, is_thread = await self._continued_in(message, guild_id)
            if is_thread:
                await self._open_thread(message, guild_id)
        channel = await self._channel(guild_id, channel_id)
        if isinstance(channel, discord.ForumChannel):
            return await self._post_in_forum(message, channel, body)
        posted = await self._post_with_nonce(message.key, channel_id, body)
        ref = f"{channel_id}/{posted['id']}"
        if message.publish and channel is not None and channel.type is discord.ChannelType.news:
            await self._publish(ref)
        return ref

    async def _post_with_nonce(self, key: str, channel_id: int, body: Mapping[str, Any]) -> Any:
        """Posts a message by whose nonce Discord knows it again for a while; a post in a forum cannot have one."""
        if not self._is_guarded(key):
            # Of several tries the first counts: the message may be from then.
            _keep(self._nonce_at, key, asyncio.get_running_loop().time())
        params = parameters(dict(body) | {"nonce": key, "enforce_nonce": True})
        return await self._client.http.send_message(channel_id, params=params)

    async def _continued_in(self, message: Outgoing, guild_id: int) -> tuple[int, bool]:
        """The channel in which the first message goes on, and whether that is a thread of that message.

        A thread of a message has the message's own id. A post in a forum is one already, and threads have no threads.
        """
        channel_id, message_id = _read_ref(message.first_ref) or (0, 0)
        if not message.in_thread or channel_id == message_id:
            return channel_id, False
        channel = await self._channel(guild_id, channel_id)
        return (channel_id, False) if isinstance(channel, discord.Thread) else (message_id, True)

    async def _open_thread(self, message: Outgoing, guild_id: int) -> None:
        """Starts the thread of the first message, unless it is there already."""
        channel_id, message_id = _read_ref(message.first_ref) or (0, 0)
        guild = self._client.get_guild(guild_id)
        if guild is not None and guild.get_thread(message_id) is not None:
            return
        name = message.payload.title[:NAME_LIMIT] or "News"
        try:
            await self._client.http.start_thread_with_message(
                channel_id, message_id, name=name, auto_archive_duration=_THREAD_MINUTES
            )
        except discord.HTTPException as error:
            if error.code != _THREAD_EXISTS:
                raise

    async def _post_in_forum(self, message: Outgoing, forum: discord.ForumChannel, body: Mapping[str, Any]) -> str:
        name = message.payload.title[:NAME_LIMIT] or "News"
        params = parameters({"name": name, "message": body, "applied_tags": tags_for(forum, name)})
        thread = await self._client.http.start_thread_in_forum(forum.id, params=params)
        return f"{thread['id']}/{thread['id']}"

    async def edit(self, ref: str, message: Outgoing) -> SendResult:
        """Puts a payload in the place of a message of ours; what happened, as of `send`."""
        require_caveat(message.payload)
        place, where = read_channel(message.channel), _read_ref(ref)
        if place is None or where is None:
            return Gone(reason=marked("this is no message in Discord"))
        if unready := self._unready():
            return unready
        if self._client.get_guild(place[0]) is None and not self._is_elsewhere(place[0]):
            return Gone(reason=_GONE[10004])
        try:
            # Discord notifies nobody of an edit; that no mention is allowed makes it so whatever Discord does.
            body = _marked(message) | {"allowed_mentions": {"parse": []}}
            await self._client.http.edit_message(*where, params=parameters(body))
        except FAILURES as error:
            return _failed(error, where[0])
        return Sent(ref=ref)

    async def _publish(self, ref: str) -> None:
        """Publishes a message to those who follow its channel; it stands in the channel whether that works or not."""
        channel_id, _, message_id = ref.partition("/")
        try:
            await self._client.http.publish_message(int(channel_id), int(message_id))
        except FAILURES as error:
            if getattr(error, "code", 0) != 40033:  # published already
                log.warning("discord.unpublished", channel=channel_id, reason=str(error)[:200])

    async def _channel(self, guild_id: int, channel_id: int) -> Any:
        """The channel as we know it; None when it is not known. Of a server on another process's shard we must ask."""
        if guild := self._client.get_guild(guild_id):
            return guild.get_channel_or_thread(channel_id)
        if not self._is_elsewhere(guild_id):
            return None
        now = asyncio.get_running_loop().time()
        asked_at, channel = self._elsewhere.get(channel_id, (-ELSEWHERE_S, None))
        if now - asked_at >= ELSEWHERE_S:
            channel = await self._client.fetch_channel(channel_id)
            _keep(self._elsewhere, channel_id, (now, channel))
        return channel

    # ── find ──────────────────────────────────────────────────────────────────────────────────────────────────────────

    async def find(self, message: Outgoing) -> str | None:
        """The reference of a message with this key, None when it is not there; LookupUnavailable when we cannot see."""
        place = read_channel(message.channel)
        if place is None or not self._client.is_ready() or self._client.is_closed():
            raise LookupUnavailable(marked("Discord is not connected"))
        try:
            ref = await self._found(message, *place)
        except discord.Forbidden:
            ref = self._unseen(message.key, lacks(permissions.VIEW_CHANNEL, place[1]))
        except discord.NotFound:
            # Nothing stands in a channel that is not there.
            return None
        except FAILURES as error:
            raise LookupUnavailable(type(error).__name__) from None
        if ref and message.publish:
            await self._publish(ref)
        return ref

    def _is_guarded(self, key: str) -> bool:
        """Whether Discord would still know its nonce, so that sending again cannot double it."""
        at = self._nonce_at.get(key)
        return at is not None and asyncio.get_running_loop().time() - at < NONCE_S

    def _unseen(self, key: str, reason: str) -> str | None:
        """Of what we may not read: None where sending again cannot double it, else LookupUnavailable."""
        if self._is_guarded(key):
            return None
        raise LookupUnavailable(reason)

    async def _found(self, message: Outgoing, guild_id: int, channel_id: int) -> str | None:
        is_thread = False
        if message.first_ref:
            channel_id, is_thread = await self._continued_in(message, guild_id)
        # A thread of a message need not be there yet; its channel rules in it.
        ruling_id = (_read_ref(message.first_ref) or (0, 0))[0] if is_thread else channel_id
        if reason := await hidden(self._client, guild_id, ruling_id):
            return self._unseen(message.key, reason)
        if is_thread:
            return await self._found_in(message, channel_id)
        channel = await self._channel(guild_id, channel_id)
        if isinstance(channel, discord.ForumChannel):
            return await self._found_in_forum(message, channel)
        return await self._found_in(message, channel_id)

    async def _found_in(self, message: Outgoing, channel_id: int) -> str | None:
        """Looks through what was written there back to when the message can have been sent, the newest first.

        The newest page is read whole: our clock may have been ahead when it said since when.
        """
        since = discord.utils.time_snowflake(message.since - _SLACK)
        before: int | None = None
        for _ in range(_MOST_PAGES):
            page = await self._client.http.logs_from(channel_id, _PAGE, before=before)
            for written in page:
                if self._is_ours(written, message.key):
                    return f"{channel_id}/{written['id']}"
            before = min((int(written["id"]) for written in page), default=0)
            if len(page) < _PAGE or before < since:
                return None
        raise LookupUnavailable(marked("too much was written in the channel since"))

    async def _found_in_forum(self, message: Outgoing, forum: discord.ForumChannel) -> str | None:
        """Looks at the first messages of the posts that we made since then, and of the newest whenever that was."""
        after = discord.utils.time_snowflake(message.since - _SLACK)
        http = self._client.http
        active = await http.get_active_threads(forum.guild.id)
        archived = await http.get_public_archived_threads(forum.id)
        me = str(self._client.user.id) if self._client.user else ""
        threads = {int(thread["id"]): thread for thread in [*active["threads"], *archived["threads"]]}
        ours = [
            threads[id_]
            for id_ in sorted(threads, reverse=True)
            if str(threads[id_].get("parent_id")) == str(forum.id) and str(threads[id_].get("owner_id")) == me
        ]
        for place, thread in enumerate(ours):
            if place < _NEWEST_POSTS or int(thread["id"]) > after:
                page = await http.logs_from(int(thread["id"]), 1, around=int(thread["id"]))
                if any(self._is_ours(written, message.key) for written in page):
                    return f"{thread['id']}/{thread['id']}"
        return None

    def _is_ours(self, written: Mapping[str, Any], key: str) -> bool:
        is_mine = self._client.user is not None and written["author"]["id"] == str(self._client.user.id)
        return is_mine and any(
            component.get("type") == CONTAINER and component.get("id") == _own_id(key)
            for component in written.get("components", ())
        )


def _failed(error: Exception, channel_id: int) -> SendResult:
    """What a refusal of Discord, or its silence, means for a message."""
    if isinstance(error, discord.RateLimited):
        # The library tries again by itself after some errors of the server; the first of its tries may have got there.
        return Retry(reason=marked("Discord asks us to slow down"), after_s=error.retry_after, is_unknown=True)
    if not isinstance(error, discord.HTTPException):
        return Retry(reason=_NO_ANSWER.format(kind=type(error).__name__), is_unknown=True)
    if error.status >= 500:
        return Retry(reason=marked("Discord answered {status}").format(status=error.status), is_unknown=True)
    if error.code in _GONE:
        return Gone(reason=_GONE[error.code])
    if error.status == 403:
        return Gone(reason=permissions.advice([], channel_id))
    if error.status in (401, 429) or error.code in _PASSING:
        return Retry(reason=_NOT_NOW.format(code=f"{error.status} {error.code}"), after_s=30)
    return Rejected(reason=_REFUSED.format(code=error.code, words=error.text[:300]))


def _read_ref(ref: str) -> tuple[int, int] | None:
    """The channel and the message of a reference of ours."""
    found = re.fullmatch(r"(\d{1,20})/(\d{1,20})", ref)
    return (int(found[1]), int(found[2])) if found else None


def _keep(known: dict[K, V], key: K, value: V) -> None:
    """Notes a value and forgets the oldest of too many."""
    known[key] = value
    while len(known) > _MOST_KEPT:
        del known[next(iter(known))]


def _marked(message: Outgoing) -> dict[str, Any]:
    """The body with the id on its card by which it is found again."""
    components = list(_with_id(message.payload.body.get("components", ()), _own_id(message.key)))
    return dict(message.payload.body) | {"components": components}


def _with_id(components: Sequence[Mapping[str, Any]], number: int) -> Iterator[dict[str, Any]]:
    for component in components:
        yield dict(component) | ({"id": number} if component.get("type") == CONTAINER else {})


def _own_id(key: str) -> int:
    """A component's id has 32 bits; far more than the messages that one channel is looked through for."""
    return _OWN_IDS + zlib.crc32(key.encode()) % 2_000_000_000
