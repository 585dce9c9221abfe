"""What keeps a digest from a Slack channel: each thing has its own words, its way to be mended, and is told once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.caveat import CAVEATS
from bot.commands.context import Invocation, Person
from bot.documents.text import plain_text
from bot.models import EditionState
from bot.ports import Gone, Outgoing, Payload, Retry, Sent
from bot.store import Store
from tests.dock import bring_news, digest, edition, pass_time, state
from tests.fakes import FakeClock
from tests.loopback_slack import FakeSlack
from tests.loopback_slack import Person as SlackPerson
from tests.loopback_slack.world import ALL_SCOPES, PRIVATE
from tests.wharf import Wharf, wharf


@pytest.fixture
async def dock(sqlite_store: Store) -> AsyncIterator[Wharf]:
    """The bot, with news to post, and a clock that a test moves."""
    clock = FakeClock(datetime.now(UTC))
    async with FakeSlack() as fake, wharf(fake, sqlite_store, clock) as made:
        await bring_news(made)
        yield made


@pytest.fixture
def owner(dock: Wharf) -> SlackPerson:
    return dock.fake.person(dock.team, "Ann", is_owner=True)


def told(dock: Wharf, owner: SlackPerson) -> list[str]:
    return [str(message["blocks"]) for message in dock.fake.direct_messages(owner)]


async def status(dock: Wharf) -> str:
    person = Person(id="U1", name="Ann", is_manager=True)
    invocation = Invocation(workspace_id=dock.workspace, person=person, channel=dock.ref())
    return plain_text((await dock.commands.run("brief-admin status", invocation)).document)


# ── the channel ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_public_channel_that_we_left_is_joined_again(dock: Wharf, owner: SlackPerson) -> None:
    dock.fake.remove_bot(dock.channel)
    made = await digest(dock)
    await pass_time(dock)
    assert await state(dock, made) is EditionState.DELIVERED
    assert told(dock, owner) == []


async def test_not_in_channel_waits_for_the_invitation_and_is_told_once(dock: Wharf, owner: SlackPerson) -> None:
    dock.channel.is_member = False
    # An app from an older manifest, which may not join.
    dock.fake.set_scopes(dock.team, *(set(ALL_SCOPES) - {"chat:write.public", "channels:join"}))
    made = await digest(dock)
    await pass_time(dock)
    await pass_time(dock, 1000)
    [message] = told(dock, owner)
    assert "not in this channel" in message
    assert "/invite @Briefbot" in message
    assert "not in this channel" in await status(dock)
    dock.channel.is_member = True
    joined = {"type": "member_joined_channel", "user": dock.team.bot_user_id, "channel": dock.channel.id}
    await dock.fake.event(dock.team, joined)
    await pass_time(dock, 5)
    assert await state(dock, made) is EditionState.DELIVERED
    assert len(dock.channel.messages) == 1
    assert "not in this channel" not in await status(dock)


async def test_private_channel_that_we_were_removed_from(dock: Wharf, owner: SlackPerson) -> None:
    hidden = dock.fake.add_channel(dock.team, "hidden", kind=PRIVATE)
    made = await digest(dock, hidden)
    dock.fake.remove_bot(hidden)
    await pass_time(dock)
    await pass_time(dock, 1000)
    [message] = told(dock, owner)
    assert "does not see this channel" in message
    assert "/invite @Briefbot" in message
    hidden.is_member = True
    await dock.fake.event(dock.team, {"type": "member_joined_channel", "user": dock.team.bot_user_id})
    await pass_time(dock, 5)
    assert await state(dock, made) is EditionState.DELIVERED


async def test_deleted_channel_ends_in_a_reason_that_says_what_to_do(dock: Wharf, owner: SlackPerson) -> None:
    made = await digest(dock)
    dock.fake.delete_channel(dock.channel)
    await pass_time(dock)
    for _ in range(30):
        await pass_time(dock, 900)
    failed = await edition(dock, made)
    assert failed.state is EditionState.FAILED
    assert "does not see" in failed.reason
    assert len(told(dock, owner)) == 1
    assert "/brief-admin digest edit" in await status(dock)


async def test_archived_channel_waits_until_it_is_back(dock: Wharf, owner: SlackPerson) -> None:
    dock.fake.archive(dock.channel)
    made = await digest(dock)
    await pass_time(dock)
    await pass_time(dock, 1000)
    [message] = told(dock, owner)
    assert "archived; unarchive it" in message
    assert "archived" in await status(dock)
    dock.channel.is_archived = False
    await dock.fake.event(dock.team, {"type": "channel_unarchive", "channel": dock.channel.id, "user": owner.id})
    await pass_time(dock, 5)
    assert await state(dock, made) is EditionState.DELIVERED


async def test_restricted_channel_names_who_can_mend_it(dock: Wharf, owner: SlackPerson) -> None:
    dock.channel.is_restricted = True
    made = await digest(dock)
    await pass_time(dock)
    [message] = told(dock, owner)
    assert "an admin of the workspace restricts who may post" in message
    dock.channel.is_restricted = False
    await pass_time(dock, 1200)
    assert await state(dock, made) is EditionState.DELIVERED
    assert len(dock.channel.messages) == 1


async def test_one_channel_in_the_way_does_not_hold_up_another(dock: Wharf, owner: SlackPerson) -> None:
    dock.fake.archive(dock.channel)
    other = dock.fake.add_channel(dock.team, "other")
    await digest(dock)
    made = await digest(dock, other, name="Other")
    await pass_time(dock)
    assert await state(dock, made) is EditionState.DELIVERED


async def test_installer_who_is_gone_does_not_keep_the_owner_from_being_told(dock: Wharf, owner: SlackPerson) -> None:
    gone = dock.fake.person(dock.team, "Left", is_deleted=True)

    async def installer(team_id: str) -> str:
        return gone.id

    assert dock.adapter._clients is not None
    dock.adapter._clients.installer = installer  # type: ignore[method-assign]
    dock.fake.archive(dock.channel)
    await digest(dock)
    await pass_time(dock)
    assert len(told(dock, owner)) == 1


# ── the token ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("trouble", ["account_inactive", "token_revoked", "app_uninstalled"])
async def test_token_that_is_good_no_more_marks_the_workspace_as_left(dock: Wharf, trouble: str) -> None:
    made = await digest(dock)
    dock.fake.spoil(dock.team, trouble)
    await pass_time(dock)
    assert dock.channel.messages == []
    assert dock.workspace not in await dock.store.workspaces.here("slack")
    assert "install it again" in await status(dock)
    # Nothing is planned for a workspace that the bot has left; its digests stay as they were set up.
    await pass_time(dock, 86_400)
    [kept] = await dock.store.digests.list(dock.workspace)
    assert (kept.id, kept.is_paused, kept.next_due_at) != (made.id, True, None)
    assert (await dock.store.editions.recent(dock.workspace, limit=9))[1:] == []


async def test_address_that_is_not_allowed_does_not_count_as_a_removal(dock: Wharf) -> None:
    made = await digest(dock)
    dock.fake.faults.error("invalid_auth")
    await pass_time(dock)
    assert dock.workspace in await dock.store.workspaces.here("slack")
    assert "allowed addresses" in await status(dock)
    await pass_time(dock, 1200)
    assert await state(dock, made) is EditionState.DELIVERED


# ── edits ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def outgoing(dock: Wharf, text: str = "Old") -> Outgoing:
    blocks = [{"type": "section", "text": {"type": "plain_text", "text": f"{text}. {CAVEATS['en']}"}}]
    body = {"text": f"{text}. {CAVEATS['en']}", "blocks": blocks, "unfurl_links": False, "unfurl_media": False}
    payload = Payload(body=body, caveat=CAVEATS["en"])
    return Outgoing(channel=dock.ref(), payload=payload, key="bb-7", since=dock.clock.now())


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("message_not_found", "deleted"),
        ("cant_update_message", "not Briefbot's own"),
        ("edit_window_closed", "only for a while"),
        ("is_inactive", "unarchive it"),
        ("channel_not_found", "/invite"),
        ("account_inactive", "install it again"),
    ],
)
async def test_edit_that_cannot_be_made_says_why(dock: Wharf, code: str, words: str) -> None:
    sent = await dock.adapter.send(outgoing(dock))
    assert isinstance(sent, Sent)
    dock.fake.faults.error(code, "chat.update")
    result = await dock.adapter.edit(sent.ref, outgoing(dock, "New"))
    assert isinstance(result, Gone)
    assert words in result.reason


async def test_edit_waits_when_slack_says_so_and_changes_nothing_twice(dock: Wharf) -> None:
    sent = await dock.adapter.send(outgoing(dock))
    assert isinstance(sent, Sent)
    new = outgoing(dock, "New")
    dock.fake.faults.limit(7, "chat.update")
    assert await dock.adapter.edit(sent.ref, new) == Retry(reason="Slack asks us to slow down", after_s=7.0)
    assert isinstance(waiting := await dock.adapter.edit(sent.ref, new), Sent | Retry)
    dock.adapter._pacer._rests.clear()
    dock.fake.faults.lose_after("chat.update")
    lost = await dock.adapter.edit(sent.ref, new)
    assert isinstance(lost, Retry)
    assert lost.is_unknown
    assert isinstance(await dock.adapter.edit(sent.ref, new), Sent), waiting
    [message] = dock.channel.messages
    assert message["text"].startswith("New")
    assert message["edited"]


async def test_edit_in_an_archived_channel_is_not_tried_for_ever(dock: Wharf) -> None:
    sent = await dock.adapter.send(outgoing(dock))
    assert isinstance(sent, Sent)
    dock.channel.is_archived = True
    assert isinstance(await dock.adapter.edit(sent.ref, outgoing(dock, "New")), Gone)


# ── what cannot be looked up ──────────────────────────────────────────────────────────────────────────────────────────


async def test_without_the_history_a_miss_is_told_rather_than_posted_twice(dock: Wharf) -> None:
    # An app from an older manifest, which may not read what is written in channels.
    dock.fake.set_scopes(dock.team, *(set(ALL_SCOPES) - {"channels:history"}))
    dock.fake.faults.lose_after()
    made = await digest(dock)
    await pass_time(dock)
    for _ in range(9):
        await pass_time(dock, made.catch_up_s / 8)
    assert len(dock.channel.messages) == 1
    assert await state(dock, made) is EditionState.FAILED
    shown = await status(dock)
    assert "lacks the scope channels:history" in shown
    assert "install the app again" in shown


async def test_with_the_history_a_lost_response_is_looked_up(dock: Wharf) -> None:
    dock.fake.faults.lose_after()
    made = await digest(dock)
    await pass_time(dock)
    await pass_time(dock)
    assert len(dock.channel.messages) == 1
    assert await state(dock, made) is EditionState.DELIVERED
