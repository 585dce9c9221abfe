"""`check --sources`: every feed is tried from here, and nothing of it is stored."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import config, logs
from bot.app import build
from bot.cli.reading import poll
from bot.cli.trying import candidates, check_sources
from bot.config import Settings
from bot.models import LOCAL_WORKSPACE
from bot.topics.catalogue import known_topics
from tests.feed_server import FeedServer, http, redirect, serving

FEED = b"""<rss version="2.0"><channel><title>Port News</title>
<item><title>Ferries run again</title><link>https://port.example/1</link>
<pubDate>Wed, 14 Jan 2026 08:00:00 GMT</pubDate></item>
<item><title>Lighthouse restored</title><link>https://port.example/2</link>
<pubDate>Thu, 15 Jan 2026 09:30:00 GMT</pubDate></item>
</channel></rss>"""
PATHS = {
    "/good": http(FEED),
    "/empty": http(),
    "/old": redirect("/good", "301 Moved Permanently"),
    "/gone": http(b"", status="410 Gone"),
    "/page": http(b"<html><body>Hello</body></html>", Content_Type="text/html"),
}


async def settings_with(server: FeedServer, folder: Path, paths: list[str]) -> Settings:
    """A store that follows these feeds, and one that a password belongs to."""
    settings = config.load(
        env_file=None,
        database_url=f"sqlite+aiosqlite:///{folder / 'b.db'}",
        allow_private_sources=("127.0.0.1/32",),
        log_level="error",
    )
    app = await build(settings, adapters={})
    for path in paths:
        url = f"{server.base}{path}"
        await app.store.sources.add(url, workspace=LOCAL_WORKSPACE, now=app.clock.now(), title=path)
    await app.close()
    return settings


async def stored(settings: Settings) -> tuple[int, list[datetime | None]]:
    app = await build(settings, adapters={})
    try:
        sources = await app.store.sources.followed(None)
        return await app.store.articles.count(), [source.last_polled_at for source in sources]
    finally:
        await app.close()


async def test_each_feed_is_told_of_and_nothing_is_stored(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with serving() as server:
        server.answers = dict(PATHS)
        settings = await settings_with(server, tmp_path, list(PATHS))
        code = await check_sources(settings, with_catalogue=False, as_json=True)
        lines = {line["title"]: line for line in map(json.loads, capsys.readouterr().out.splitlines())}
        await check_sources(settings, with_catalogue=False, as_json=False)
        told = capsys.readouterr().out

    assert code == 1
    assert {title: line["state"] for title, line in lines.items()} == {
        "/good": "ok",
        "/empty": "ok",
        "/old": "moved",
        "/gone": "failing",
        "/page": "failing",
    }
    assert lines["/good"]["entries"] == 2
    assert datetime.fromisoformat(lines["/good"]["newest_at"]) == datetime(2026, 1, 15, 9, 30, tzinfo=UTC)
    assert lines["/old"]["moved_to"].endswith("/good")
    assert "gone" in lines["/gone"]["reason"].lower()
    assert lines["/page"]["reason"]
    assert "2 entries, the newest of 2026-01-15 09:30 UTC" in told
    assert "it has moved to" in told
    assert "5 feeds: 2 ok, 1 moved, 2 failing" in told
    assert await stored(settings) == (0, [None] * len(PATHS))


async def test_all_is_well_when_no_feed_fails_and_they_are_read_side_by_side(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    waiting = 0
    most = 0

    async def slow(writer: asyncio.StreamWriter) -> None:
        nonlocal waiting, most
        waiting += 1
        most = max(most, waiting)
        await asyncio.sleep(0.1)
        waiting -= 1
        writer.write(http(FEED))

    async with serving() as server:
        paths = [f"/feed{number}" for number in range(6)]
        server.answers = dict.fromkeys(paths, slow)
        settings = await settings_with(server, tmp_path, paths)
        assert await check_sources(settings, with_catalogue=False, as_json=True) == 0
    assert len(capsys.readouterr().out.splitlines()) == 6
    assert most > 1


async def test_feed_that_is_polled_by_its_address_becomes_a_source_of_all_when_it_is_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with serving() as server:
        server.answers = dict(PATHS)
        settings = await settings_with(server, tmp_path, [])
        logs.configure(settings)
        good, page = f"{server.base}/good", f"{server.base}/page"
        assert await poll(settings, [good, page, good], as_json=False) == 1
        told = capsys.readouterr().out
        assert await shared(settings) == [good]
        server.answers["/page"] = http(FEED)
        assert await poll(settings, [good, page], as_json=True) == 0
        again = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert "it is now src1, a source of all workspaces; take it back with: " in told
    assert "/brief-admin operator unshare src1" in told
    assert "src2" not in told
    assert "2 polled, 2 new articles" in told
    assert [(line["source"], line["added"]) for line in again] == [("src1", False), ("src2", True)]
    assert await shared(settings) == [good, page]


async def shared(settings: Settings) -> list[str]:
    app = await build(settings, adapters={})
    try:
        return sorted(source.url for source in await app.store.sources.followed(LOCAL_WORKSPACE))
    finally:
        await app.close()


async def test_catalogue_is_tried_too_when_asked_for(tmp_path: Path) -> None:
    async with serving() as server:
        settings = await settings_with(server, tmp_path, ["/good"])
    app = await build(settings, adapters={})
    try:
        followed = await candidates(app, with_catalogue=False)
        everything = await candidates(app, with_catalogue=True)
    finally:
        await app.close()
    assert [feed.title for feed in followed] == ["/good"]
    assert everything[0] == followed[0]
    urls = {feed.url for feed in everything}
    assert {feed.url for topic in known_topics().values() for feed in topic.feeds} < urls
    assert len(urls) == len(everything)
