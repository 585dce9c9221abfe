"""Briefs that are wrong, in Slack: the copies in channels and threads, shared answers, reports and forms."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.caveat import CAVEATS
from bot.models import Style
from bot.store import Store
from tests.dock import bring_news, digest, pass_time
from tests.fakes import FakeClock
from tests.loopback_slack import FakeSlack
from tests.loopback_slack.rules import texts_of
from tests.wharf import Wharf, wharf


@pytest.fixture
async def dock(sqlite_store: Store) -> AsyncIterator[Wharf]:
    """The bot, with news to post, and a clock that a test moves."""
    clock = FakeClock(datetime.now(UTC).replace(hour=10, minute=0, second=0, microsecond=0))
    async with FakeSlack() as fake, wharf(fake, sqlite_store, clock) as made:
        await bring_news(made, count=14)
        yield made


def words(message: dict[str, object]) -> str:
    return "\n".join(texts_of(message["blocks"]))


async def test_every_copy_is_edited_in_its_place_and_no_other_story_is_touched(dock: Wharf) -> None:
    ola, mina = dock.fake.manager(dock.team), dock.fake.person(dock.team)
    thread = dock.fake.add_channel(dock.team, "threads")
    await digest(dock)
    await digest(dock, thread, style=Style.FULL, name="Whole")
    await pass_time(dock)
    before = [words(message) for message in (*dock.channel.messages, *thread.messages)]
    assert len(thread.messages) > 2
    opened = await dock.fake.slash(mina, dock.channel, "/brief", "read b3")
    await dock.fake.press(mina, opened.messages[0], opened.labels["Share in this channel"])
    shared = dock.channel.messages[-1]
    assert "Board meets for the 2. time" in words(shared)

    asked = await dock.fake.slash(ola, dock.channel, "/brief-admin", "correct b3")
    assert asked.view["title"]["text"] == "Correct a brief"
    values = {"headline": "Board meets twice", "note": "It met twice"}
    done = await dock.fake.submit(ola, asked.view, values)
    assert "posted messages are being edited" in done.texts
    await dock.amender.drain()

    after = [words(message) for message in (*dock.channel.messages[:-1], *thread.messages)]
    assert len(after) == len(before), "nothing was posted"
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert len(changed) == 2, "one message in each channel"
    for old, new in changed:
        assert "Board meets twice" in new
        assert "Corrected 10:01: It met twice" in new
        for number in range(14):
            assert number == 2 or new.count(f"for the {number}. time") == old.count(f"for the {number}. time")
    for message in (*dock.channel.messages, *thread.messages):
        assert CAVEATS["en"] in words(message)
        assert message["metadata"]["event_type"] == "briefbot_ai_generated"
    assert "Board meets twice" in words(shared)

    form = await dock.fake.slash(ola, dock.channel, "/brief-admin", "retract b3")
    await dock.fake.submit(ola, form.view, {"reason": "It never met"})
    await dock.amender.drain()
    for message in (*dock.channel.messages, *thread.messages):
        assert "Board meets twice" not in words(message) + str(message["text"])
    assert "Retracted 10:01: It never met" in words(shared)


async def test_report_by_shortcut_and_button_reaches_the_managers_once(dock: Wharf) -> None:
    owner, mina = dock.fake.person(dock.team, "Ann", is_owner=True), dock.fake.person(dock.team)
    await digest(dock)
    await pass_time(dock)
    form = await dock.fake.shortcut(mina, "report", dock.channel.messages[0])
    thanks = await dock.fake.submit(mina, form.view, {"brief": "b2", "why": "The toll is wrong"})
    assert "Thank you" in thanks.texts
    opened = await dock.fake.slash(mina, dock.channel, "/brief", "read b2")
    asked = await dock.fake.press(mina, opened.messages[0], opened.labels["Report"])
    await dock.fake.submit(mina, asked.view, {"reason": "Really"})
    await dock.notifier.drain()
    [told] = dock.fake.direct_messages(owner)
    assert "A reader reported b2" in words(told)
    assert "The toll is wrong" in words(told) or "Really" in words(told)
    assert mina.id not in str(told)
