"""Digests elsewhere: feeds that others can parse, with the caveat in each item, at an address that can be revoked."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import UTC, date, datetime

import aiohttp
import feedparser
import pytest
from sqlalchemy import text as text_of

from bot.caveat import caveat_for
from bot.config import Settings
from bot.digests.elsewhere import FORMATS, written
from bot.ingest.dates import parse_date
from bot.listening import Endpoint
from bot.metrics import Metrics
from bot.models import LOCAL_WORKSPACE, BriefText, Citation, Sentence
from bot.models.published import Channel, Item
from bot.schedule import Schedule
from bot.signs import Signs
from bot.store import Store
from tests.fakes import FakeClock
from tests.office import Office
from tests.waiting import until

AT = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
HOSTILE = "]]> & <script>alert(1)</script> \x00\x1b \ud800 \ufffe \"quoted\" 'x'"
CAVEAT = caveat_for("ko", "Ask <us>")


def channel(text: str = HOSTILE) -> Channel:
    told = BriefText(
        headline=text,
        deck=text,
        lede=(Sentence(text=text, sources=(1,)),),
        sources=(
            Citation(n=1, publisher=text, title=text, url="javascript:alert(1)"),
            Citation(n=2, publisher="Courier", url="https://a.example/?a=1&b=2"),
        ),
        language="ko",
        written_by="extractive",
    )
    item = Item(edition_id=12, brief_id=34, on=date(2026, 1, 15), posted_at=AT, text=told, caveat=CAVEAT)
    return Channel(digest_id=1, name=text, language="ko", zone="Asia/Seoul", items=[item], made_at=AT)


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_hostile_words_make_a_sound_feed(form: str) -> None:
    feed = feedparser.parse(written(channel(), form).encode(), sanitize_html=False, resolve_relative_uris=False)
    assert not feed.bozo
    [entry] = feed.entries
    assert entry.id == "urn:briefbot:edition:12:brief:34"
    assert entry.link == "https://a.example/?a=1&b=2"
    assert parse_date(entry.published) == datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
    content = entry.content[0].value if form == "atom" else entry.summary
    assert CAVEAT.text in content
    assert "Ask &lt;us&gt;" in content
    assert "<script" not in content
    assert "javascript:" not in content
    assert "&lt;script&gt;alert(1)" in content


def test_json_feed_has_what_it_must() -> None:
    feed = json.loads(written(channel(), "jsonfeed").encode())
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["title"]
    [item] = feed["items"]
    assert item["id"] == "urn:briefbot:edition:12:brief:34"
    assert CAVEAT.text in item["content_html"]
    assert "<script" not in item["content_html"]
    assert item["language"] == "ko"
    assert datetime.fromisoformat(item["date_published"]) == AT


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_pages_carry_the_caveat_and_no_script(form: str) -> None:
    text = written(channel(), form).encode().decode()
    assert CAVEAT.text.split(".", maxsplit=1)[0] in text
    assert not re.search(r"(?<!\\)<script", text)
    assert "(javascript:" not in text


@pytest.mark.parametrize("form", FORMATS)
async def test_what_was_corrected_or_retracted_says_so_elsewhere_too(
    sqlite_store: Store, clock: FakeClock, form: str
) -> None:
    office = Office(sqlite_store, clock)
    source = await office.follow("https://first.example/feed")
    await office.report(source, "Otters return to the upper harbour", body="The otters of the harbour are back.")
    await office.report(source, "Toll of the long bridge rises to 12", body="The toll of the bridge is 12 from May.")
    await office.ask("/brief-admin digest add Morning at:08:00")
    await office.ask("/brief-admin digest send Morning")
    clock.advance(3600)
    await office.ask("/brief-admin retract b1 note:'there were none'")
    await office.ask("/brief-admin correct b2 note:'it is 14' headline:'Toll of the long bridge rises to 14'")

    [digest] = await sqlite_store.digests.list(LOCAL_WORKSPACE)
    told = written(await sqlite_store.published.channel(digest.id), form).replace("\\", "")
    assert told.count("Otters return") == 1  # its source's own title
    assert "are back" not in told
    assert "This brief was retracted" in told
    assert "there were none" in told
    assert "Toll of the long bridge rises to 14" in told
    assert "it is 14" in told
    assert caveat_for("en").text in told


async def test_feed_is_served_until_its_address_is_revoked(sqlite_store: Store, clock: FakeClock) -> None:
    office = Office(sqlite_store, clock)
    await office.report(await office.follow("https://first.example/feed"), "Otters return")
    await office.ask("/brief-admin digest add Morning at:08:00")
    assert "Morning" in await office.ask("/brief-admin digest send Morning")
    paths = re.findall(r"/feeds/[\w-]+\.\w+", await office.ask("/brief-admin digest feed Morning"))
    assert [path.rpartition(".")[2] for path in paths] == ["rss", "atom", "json"]
    assert paths[0] in await office.ask("/brief-admin digest feed Morning")
    assert "for managers" in await office.ask("/brief-admin digest feed Morning", is_manager=False)

    stop, settings = asyncio.Event(), Settings(health_listen="127.0.0.1:0", _env_file=None)  # type: ignore[call-arg]
    endpoint = Endpoint(settings, sqlite_store, clock, Metrics())
    running = asyncio.create_task(endpoint.run(Signs(Schedule([]), {}, clock), stop))
    async with asyncio.timeout(20), aiohttp.ClientSession() as session:
        await until(lambda: bool(endpoint.address))
        base = f"http://{endpoint.address}"
        for path in paths:
            async with session.get(base + path) as answer:
                assert answer.status == 200
                text, etag = await answer.text(), answer.headers["ETag"]
                assert answer.headers["Last-Modified"]
            assert "Otters return" in text
            assert caveat_for("en").text in text
            async with session.get(base + path, headers={"If-None-Match": etag}) as answer:
                assert answer.status == 304
        await office.ask("/brief-admin digest feed Morning address:renew")
        async with session.get(base + paths[0]) as answer:
            assert answer.status == 404
        [path, *_] = re.findall(r"/feeds/[\w-]+\.\w+", await office.ask("/brief-admin digest feed Morning"))
        await office.ask("/brief-admin digest feed Morning address:revoke")
        async with session.get(base + path) as answer:
            assert answer.status == 404
        async with sqlite_store.database.writing() as connection:
            await connection.execute(text_of("ALTER TABLE digests RENAME TO elsewhere"))
        async with session.get(base + path) as answer:
            assert answer.status == 503
            assert "Traceback" not in await answer.text()
    stop.set()
    await running
