"""Briefs that are wrong, in Discord: corrected and retracted where they are read, and in every copy that was posted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.caveat import CAVEATS
from bot.models import Style
from bot.store import Store
from tests.fakes import FakeClock
from tests.harbour import Harbour, harbour
from tests.loopback import FakeDiscord
from tests.scenario.test_discord_digests import digest, pass_time, texts


@pytest.fixture
async def port(sqlite_store: Store) -> AsyncIterator[Harbour]:
    """The bot, with some briefs to post, and a clock that a test moves."""
    clock = FakeClock(datetime.now(UTC).replace(hour=10, minute=0))
    async with FakeDiscord() as fake, harbour(fake, sqlite_store, clock) as made:
        source = await made.office.follow("https://harbour.example/feed", workspace=made.workspace, title="Harbour")
        for headline in ("Ferry service resumes", "Lighthouse restored", "Otters return to the bay"):
            await made.office.report(source, headline)
        yield made


async def test_retracted_brief_leaves_all_lists_and_each_copy_says_so(port: Harbour) -> None:
    ola, mina = port.fake.manager(port.guild), port.fake.person(port.guild)
    news, whole = port.channel, port.fake.add_channel(port.guild, "whole")
    await port.fake.hub.tell(port.guild.id, "CHANNEL_CREATE", whole.to_json())
    await port.settled()
    await digest(port, news)
    await digest(port, whole, name="Whole", style=Style.FULL)
    await pass_time(port)
    [before], [before_whole] = texts(news), texts(whole)
    opened = await port.fake.slash(mina, news, "brief read", {"brief": "b2"})
    shared_id = next(one for one in opened.ids if one.startswith("v1:share"))
    await port.fake.press(mina, news, opened.messages[0], shared_id)

    asked = await port.fake.slash(ola, news, "brief-admin retract", {"brief": "b2"})
    done = await port.fake.submit(ola, news, asked, {"reason": "It was another lighthouse"})
    assert "posted messages are being edited" in done.texts
    await port.amender.drain()

    assert len(news.messages) == 2
    [after, shared], [after_whole] = texts(news), texts(whole)
    for text in (after, after_whole, shared):
        assert "Lighthouse" not in text.replace("It was another lighthouse", "")
        assert "Retracted 10:01: It was another lighthouse" in text
        assert text.endswith(CAVEATS["en"])
    for text, old in ((after, before), (after_whole, before_whole)):
        for headline in ("Ferry service resumes", "Otters return to the bay"):
            assert text.count(headline) == old.count(headline)
    for path, values in (
        ("latest", {}),
        ("today", {}),
        ("search", {"query": "lighthouse"}),
        ("related", {"brief": "b1"}),
    ):
        answer = await port.fake.slash(mina, news, f"brief {path}", values)
        assert "Lighthouse restored" not in answer.texts, path
    read = await port.fake.slash(mina, news, "brief read", {"brief": "b2"})
    assert "This brief was retracted" in read.texts
    assert "It was another lighthouse" in read.texts
    assert "Harbour Courier" in read.texts
    assert "officials said" not in read.texts
