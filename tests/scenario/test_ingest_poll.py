"""Feeds polled over loopback, through the real fetcher, worker process and store."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime
from ipaddress import ip_network
from pathlib import Path

import pytest
from aiohttp import web
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from bot.config import Settings, load
from bot.errors import FeedError
from bot.ingest.fetch import Fetched, Fetcher
from bot.ingest.parser import Parser
from bot.ingest.pipeline import BEGIN_S, UNDATED_FLOOD, Ingest, PollReport
from bot.models import Article, Draft, Source
from bot.store import Store
from tests.fakes import FakeClock

SENTENCES = (
    "The new bridge over the Lorne opened to traffic on Monday after four years of work. "
    "It carries two lanes, a tram and a cycle path, and cost 84 million crowns. "
    "The mayor called it the largest building in the town since the harbour of 1911. "
    "Ferries that crossed the river until now will stop at the end of the month."
)


@dataclass
class Paper:
    """A newspaper's web server: what its addresses answer can be changed between polls."""

    address: str = ""
    bodies: dict[str, str] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    when_asked: Callable[[], object] = lambda: None

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        self.when_asked()
        if request.path in self.moved:
            raise web.HTTPMovedPermanently(self.moved[request.path])
        status = self.statuses.get(request.path, 200 if request.path in self.bodies else 404)
        body = self.bodies.get(request.path, "")
        if status == 200 and request.headers.get("If-None-Match") == f'"{hash(body)}"':
            return web.Response(status=304)
        return web.Response(text=body, status=status, headers={"ETag": f'"{hash(body)}"'}, content_type="text/html")


@dataclass
class Desk:
    """The ingest with what a test looks at and turns."""

    store: Store
    ingest: Ingest
    clock: FakeClock
    paper: Paper

    async def add(self, path: str = "/feed") -> Source:
        return await self.store.sources.add(self.paper.address + path, workspace=None, now=self.clock.now())

    async def poll(self, source: Source) -> PollReport:
        self.clock.advance(3600)
        return await self.ingest.poll(await self.store.sources.get(source.id))

    async def articles(self) -> list[Article]:
        return await self.store.articles.ungrouped(limit=1000)

    def item(self, name: str = "bridge", *, hours_old: float | None = 1.0, text: str = SENTENCES, **parts: str) -> str:
        """An entry; `hours_old` None leaves it without a date."""
        fields = {"title": f"Title of {name}", "link": f"{self.paper.address}/{name}", "guid": f"tag:{name}"} | parts
        if hours_old is not None:
            fields["pubDate"] = format_datetime(self.clock.now() - timedelta(hours=hours_old))
        tags = "".join(f"<{tag}>{value}</{tag}>" for tag, value in fields.items() if value)
        return f"<item>{tags}<description>{text}</description></item>"


def feed(*items: str, title: str = "The Paper") -> str:
    return f"<rss version='2.0'><channel><title>{title}</title><language>en</language>{''.join(items)}</channel></rss>"


@pytest.fixture
async def paper() -> AsyncIterator[Paper]:
    paper = Paper()
    app = web.Application()
    app.router.add_get("/{tail:.*}", paper.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    paper.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield paper
    await runner.cleanup()


@pytest.fixture
def settings() -> Settings:
    return load(None, allow_private_sources=(ip_network("127.0.0.0/8"),))


@pytest.fixture
async def desk(sqlite_store: Store, paper: Paper, settings: Settings, clock: FakeClock) -> AsyncIterator[Desk]:
    fetcher, parser = Fetcher(settings, clock, gap_s=0.0), Parser(workers=1)
    yield Desk(sqlite_store, Ingest(sqlite_store, fetcher, parser, settings, clock), clock, paper)
    parser.close()
    await fetcher.close()


async def test_entries_are_stored_once_when_a_feed_is_polled_again(desk: Desk) -> None:
    source = await desk.add()
    desk.paper.bodies["/feed"] = feed(desk.item("a"), desk.item("b"))
    assert (await desk.poll(source)).new == 2
    unchanged = await desk.poll(source)
    assert (unchanged.is_unchanged, unchanged.new) == (True, 0)
    desk.paper.bodies["/feed"] = feed(desk.item("c"), desk.item("a"), desk.item("b"))
    report = await desk.poll(source)
    assert (report.new, report.updated, report.duplicate) == (1, 0, 2)
    settled = await desk.store.sources.get(source.id)
    assert (settled.title, settled.publisher, settled.language, settled.last_error) == ("The Paper",) * 2 + ("en", "")
    assert settled.next_poll_at is not None
    assert settled.next_poll_at > desk.clock.now()


@pytest.mark.parametrize(
    "changed",
    [
        {"hours_old": 0.5},
        {"guid": "tag:other"},
        {"link": "https://paper.example/elsewhere", "guid": ""},
        {"link": "https://paper.example/elsewhere", "guid": "tag:other"},
        {"guid": ""},
    ],
    ids=["date", "id", "url", "url-and-id", "no-id"],
)
async def test_an_article_stays_one_when_its_feed_changes_what_names_it(desk: Desk, changed: dict[str, str]) -> None:
    source = await desk.add()
    desk.paper.bodies["/feed"] = feed(desk.item(link="https://paper.example/bridge"))
    await desk.poll(source)
    parts = {"link": "https://paper.example/bridge"} | changed
    desk.paper.bodies["/feed"] = feed(desk.item(**parts))  # type: ignore[arg-type]
    report = await desk.poll(source)
    assert (report.new, report.updated + report.duplicate, len(await desk.articles())) == (0, 1, 1)


async def test_nothing_of_a_poll_is_stored_when_it_cannot_be_settled(desk: Desk) -> None:
    source = await desk.add()
    desk.paper.bodies["/feed"] = feed(desk.item("a"))
    refuse = "CREATE TRIGGER refuse BEFORE UPDATE OF last_ok_at ON sources BEGIN SELECT RAISE(ABORT, 'refused'); END"
    async with desk.store.database.writing() as connection:
        await connection.execute(text(refuse))
    with pytest.raises(IntegrityError):
        await desk.poll(source)
    assert await desk.articles() == []
    async with desk.store.database.writing() as connection:
        await connection.execute(text("DROP TRIGGER refuse"))
    assert (await desk.poll(source)).new == 1


async def test_an_article_is_one_when_two_feeds_of_its_publisher_carry_it(desk: Desk) -> None:
    first, second = await desk.add("/world"), await desk.add("/politics")
    desk.paper.bodies["/world"] = feed(desk.item(link="https://paper.example/world/1", guid="w1"))
    desk.paper.bodies["/politics"] = feed(desk.item(link="https://www.paper.example/politics/1", guid="p1"))
    reports = [await desk.poll(first), await desk.poll(second)]
    assert [report.new for report in reports] == [1, 0]


async def test_a_corrected_text_updates_the_article(desk: Desk) -> None:
    source = await desk.add()
    desk.paper.bodies["/feed"] = feed(desk.item())
    await desk.poll(source)
    desk.paper.bodies["/feed"] = feed(desk.item(text=SENTENCES.replace("84", "86")))
    assert (await desk.poll(source)).updated == 1
    [article] = await desk.articles()
    assert "86 million" in article.text


async def test_two_entries_of_one_article_do_not_change_it_back_and_forth(desk: Desk) -> None:
    source = await desk.add()
    for extra in ("", desk.item("c"), desk.item("d")):
        desk.paper.bodies["/feed"] = feed(desk.item(guid="1"), desk.item(guid="2", title="Another title"), extra)
        report = await desk.poll(source)
    assert (report.new, report.updated, report.duplicate) == (1, 0, 2)


async def test_old_entries_are_stored_but_are_no_news(desk: Desk) -> None:
    source = await desk.add()
    desk.paper.bodies["/feed"] = feed(
        desk.item("new"), desk.item("old", hours_old=100), desk.item("undated", hours_old=None)
    )
    await desk.poll(source)
    assert {a.title: a.is_news for a in await desk.articles()} == {
        "Title of new": True,
        "Title of old": False,
        "Title of undated": False,
    }


async def test_an_undated_entry_is_news_when_it_appears_later(desk: Desk) -> None:
    source = await desk.add()
    desk.paper.bodies["/feed"] = feed(desk.item("a", hours_old=None))
    await desk.poll(source)
    late = [desk.item("b", hours_old=None), desk.item("c", hours_old=90), desk.item("d", hours_old=-500)]
    desk.paper.bodies["/feed"] = feed(desk.item("a", hours_old=None), *late)
    await desk.poll(source)
    found = {article.title: article for article in await desk.articles()}
    assert {title: article.is_news for title, article in found.items()} == {
        "Title of a": False,
        "Title of b": True,
        "Title of c": False,
        "Title of d": True,
    }
    future = found["Title of d"]
    assert future.published_at == future.seen_at


async def test_an_archive_that_comes_back_without_dates_is_no_news(desk: Desk) -> None:
    source = await desk.add()
    desk.paper.bodies["/feed"] = feed(desk.item("a"))
    await desk.poll(source)
    archive = [desk.item(f"n{n}", hours_old=None, text=f"Number {n}.") for n in range(UNDATED_FLOOD + 1)]
    desk.paper.bodies["/feed"] = feed(*archive)
    assert (await desk.poll(source)).new == UNDATED_FLOOD + 1
    assert [article.title for article in await desk.articles() if article.is_news] == ["Title of a"]


async def test_a_page_is_read_when_its_feed_gives_too_little(desk: Desk) -> None:
    source = await desk.add()
    text = "".join(f"<p>{sentence}.</p>" for sentence in SENTENCES.split(". "))
    page = f"<html><head><title>Bridge</title></head><body><nav>Home</nav><article>{text}</article></body></html>"
    desk.paper.bodies |= {
        "/bridge": page,
        "/feed": feed(desk.item(text="Short."), desk.item("old", hours_old=90, text="x")),
    }
    await desk.poll(source)
    by_title = {article.title: article.text for article in await desk.articles()}
    assert "two lanes, a tram and a cycle path" in by_title["Title of bridge"]
    assert "Home" not in by_title["Title of bridge"]
    desk.paper.bodies["/feed"] = feed(desk.item("c"), desk.item(text="Short."))
    report = await desk.poll(source)
    assert (report.updated, report.duplicate) == (0, 1)
    assert desk.paper.asked.count("/bridge") == 1
    assert "/old" not in desk.paper.asked


async def test_a_page_is_left_alone_when_robots_forbid_it(desk: Desk) -> None:
    source = await desk.add()
    desk.paper.bodies |= {
        "/robots.txt": "User-agent: *\nDisallow: /bridge",
        "/bridge": f"<article><p>{SENTENCES}</p></article>",
        "/feed": feed(desk.item(text="Short.")),
    }
    assert (await desk.poll(source)).new == 1
    assert "/bridge" not in desk.paper.asked


async def test_a_page_that_fails_does_not_fail_the_poll(desk: Desk) -> None:
    source = await desk.add()
    desk.paper.statuses["/bridge"] = 500
    desk.paper.bodies["/feed"] = feed(desk.item(text="Short."))
    report = await desk.poll(source)
    assert (report.new, report.error) == (1, "")
    [article] = await desk.articles()
    assert article.text == "Short."


async def test_a_failing_source_keeps_its_reason_and_recovers(desk: Desk) -> None:
    source = await desk.add()
    desk.paper.bodies["/feed"] = "<html><body>We are moving house</body></html>"
    report = await desk.poll(source)
    failing = await desk.store.sources.get(source.id)
    assert "web page, not a feed" in report.error
    assert (failing.failures, failing.last_error) == (1, report.error)
    desk.paper.statuses["/feed"] = 503
    await desk.poll(source)
    assert (await desk.store.sources.get(source.id)).failures == 2
    desk.paper.statuses.clear()
    desk.paper.bodies["/feed"] = feed(desk.item())
    assert (await desk.poll(source)).new == 1
    well = await desk.store.sources.get(source.id)
    assert (well.failures, well.last_error) == (0, "")


async def test_a_permanent_redirect_is_remembered(desk: Desk) -> None:
    source = await desk.add("/old")
    desk.paper.moved["/old"] = "/feed"
    desk.paper.bodies["/feed"] = feed(desk.item())
    assert (await desk.poll(source)).new == 1
    await desk.poll(source)
    assert desk.paper.asked == ["/old", "/feed", "/feed"]
    assert (await desk.store.sources.get(source.id)).fetch_url == f"{desk.paper.address}/feed"


async def test_each_due_source_is_polled_whatever_the_others_do(desk: Desk) -> None:
    desk.paper.bodies |= {"/a": feed(desk.item("a")), "/b": "no feed", "/c": feed(desk.item("c"), title="Other")}
    for path in ("/a", "/b", "/c", "/missing"):
        await desk.add(path)
    reports = await desk.ingest.poll_due()
    assert sorted((report.source.url.rpartition("/")[2], report.new, bool(report.error)) for report in reports) == [
        ("a", 1, False),
        ("b", 0, True),
        ("c", 1, False),
        ("missing", 0, True),
    ]
    assert await desk.ingest.poll_due() == []


async def test_source_whose_turn_comes_late_in_its_lease_is_left_to_the_next_look(desk: Desk) -> None:
    for path in ("/a", "/b", "/c"):
        desk.paper.bodies[path] = feed(desk.item(path[1:]))
        await desk.add(path)
    # What is asked from now on takes a minute of the clock.
    desk.paper.when_asked = lambda: desk.clock.advance(BEGIN_S)
    first = await desk.ingest.poll_due(concurrency=1)
    second = await desk.ingest.poll_due(concurrency=1)
    assert [len(first), len(second)] == [1, 1], "asked late in its lease, when another may ask soon"
    assert desk.paper.asked == ["/a", "/b"]


async def test_trying_an_address_stores_nothing_and_offers_a_pages_feeds(desk: Desk) -> None:
    desk.paper.bodies["/"] = '<html><head><link rel="alternate" type="application/rss+xml" href="/feed"></head></html>'
    desk.paper.bodies["/feed"] = feed(desk.item())
    with pytest.raises(FeedError) as caught:
        await desk.ingest.try_feed(desk.paper.address + "/")
    assert caught.value.feeds == (f"{desk.paper.address}/feed",)
    assert len((await desk.ingest.try_feed(caught.value.feeds[0])).drafts) == 1
    assert await desk.articles() == []


async def test_imported_drafts_go_the_same_way(desk: Desk) -> None:
    source = await desk.store.sources.for_import(desk.clock.now())
    draft = Draft(url="https://x.example/1", title="T", text=SENTENCES, publisher="X", language="en")
    first = await desk.ingest.take(source, [draft, draft], is_first=False)
    second = await desk.ingest.take(source, [draft], is_first=False)
    assert [(r.new, r.updated, r.duplicate) for r in (first, second)] == [(1, 0, 1), (0, 0, 1)]


# ── the worker ────────────────────────────────────────────────────────────────────────────────────────────────────────


sees_processes = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs Linux's /proc")


def _answer(body: bytes) -> Fetched:
    return Fetched(url="https://paper.example/feed", body=body)


def _children(pid: int) -> list[int]:
    found = []
    for thread in Path(f"/proc/{pid}/task").iterdir():
        # A thread may end while it is looked at.
        with contextlib.suppress(OSError):
            found += [int(child) for child in (thread / "children").read_text().split()]
    return found


def _environment(pid: int) -> bytes:
    return Path(f"/proc/{pid}/environ").read_bytes()


async def test_a_reading_that_takes_too_long_is_ended_and_the_next_one_works() -> None:
    parser = Parser(workers=1, limit_s=0.75)
    try:
        assert (await parser.feed(_answer(feed("<item><title>T</title></item>").encode()))).drafts
        with pytest.raises(FeedError, match="more than 1 s or too much memory"):
            await parser.feed(_answer(b"<rss><channel>" + b"<a>" * 1_500_000))
        assert (await parser.feed(_answer(feed("<item><title>T</title></item>").encode()))).drafts
    finally:
        parser.close()


@sees_processes
async def test_no_process_stays_when_the_parser_is_closed() -> None:
    before = set(_children(os.getpid()))
    parser = Parser(workers=2)
    body = _answer(feed("<item><title>T</title></item>").encode())
    await asyncio.gather(*(parser.feed(body) for _ in range(4)))
    assert len(set(_children(os.getpid())) - before) >= 1
    parser.close()
    parser.close()
    assert set(_children(os.getpid())) <= before


@sees_processes
def test_no_worker_outlives_a_bot_that_is_killed(tmp_path: Path) -> None:
    script = (
        "import asyncio, sys\n"
        "from bot.ingest.fetch import Fetched\n"
        "from bot.ingest.parser import Parser\n"
        "async def main():\n"
        "    await Parser(workers=1).feed(Fetched(url='https://x.example/', body=b'<rss><channel/></rss>'))\n"
        "    print('ready', flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    bot = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    assert bot.stdout is not None
    with bot.stdout:
        assert bot.stdout.readline() == b"ready\n"
    [worker] = _children(bot.pid)
    bot.send_signal(signal.SIGKILL)
    bot.wait()
    assert _until(lambda: not _is_alive(worker))


def _is_alive(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def _until(is_so: Callable[[], bool], seconds: float = 5.0) -> bool:
    import time

    end = time.monotonic() + seconds
    while not is_so() and time.monotonic() < end:
        time.sleep(0.02)
    return is_so()


@sees_processes
async def test_a_worker_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "very-secret")
    parser = Parser(workers=1)
    try:
        await parser.feed(_answer(b"<rss><channel/></rss>"))
        told = [_environment(pid) for pid in _children(os.getpid())]
        assert told
        assert not any(b"very-secret" in environment for environment in told)
    finally:
        parser.close()
