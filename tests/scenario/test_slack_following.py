"""A story that is followed in Slack: its brief in the channel, what is new in the thread of that message."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.caveat import CAVEATS
from bot.store import Store
from tests.fakes import FakeClock
from tests.followed import Plot
from tests.loopback_slack import FakeSlack
from tests.wharf import wharf


async def test_what_is_new_of_a_followed_story_is_a_reply_to_its_first_post(sqlite_store: Store) -> None:
    clock = FakeClock(datetime.now(UTC) - timedelta(hours=12))
    async with FakeSlack() as fake, wharf(fake, sqlite_store, clock) as dock:
        fake.limits.off()
        story = Plot(dock, dock.adapter, clock)
        source = await dock.office.follow("https://harbour.example/feed", workspace=dock.workspace)
        ref = await dock.office.report(source, "Ferry runs aground")
        await story.ask(f"/brief-admin story follow {ref} until:tomorrow")
        await story.pass_time(0)
        await story.goes_on(source, ref, "Forty people were brought ashore.")
        await story.pass_time()
        await story.goes_on(source, ref, "The captain was arrested.")
        await story.die_after_sending()
        for _ in range(2):
            await story.pass_time(2 * 86400)
        first, *updates, last = dock.channel.messages
        assert "until" in str(first["blocks"])
        assert ["Forty people" in str(one["blocks"]) for one in updates] == [True, False]
        assert ["captain" in str(one["blocks"]) for one in updates] == [False, True]
        assert "not followed here any more" in str(last["blocks"])
        assert {one["thread_ts"] for one in (*updates, last)} == {first["ts"]}
        assert all(CAVEATS["en"] in str(one["blocks"]) for one in (first, *updates))
