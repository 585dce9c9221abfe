"""Feeds of a folder served on loopback, polled and stored: nothing lost, nothing twice, nothing that stops us.

`python -m evals feeds FOLDER`, where FOLDER holds feed files (beside it FOLDER.jsonl with `expected` fields of other
parsers' suites), or days of feed files below `snapshots/`, or such folders. In a folder named `malformed` the limits of
time and memory are bars too. Exit code 1 when a bar is missed.

Titles are compared as words: markup, entities and white space aside, since the suites keep them raw and we never do.
Links are compared as whole addresses, dates as instants. Where a feed names the original address behind a counting
redirect (`feedburner:origLink`), that is the link expected, whichever the suite kept.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import feedparser
from aiohttp import web

from bot.config import load
from bot.errors import Conflict, FeedError
from bot.ingest.dates import parse_date
from bot.ingest.feeds import parse_feed
from bot.ingest.fetch import Fetcher
from bot.ingest.parser import Parser
from bot.ingest.pipeline import Ingest, PollReport
from bot.logs import configure
from bot.models import Article, Draft
from bot.store import Store
from bot.stories.duplicates import article_keys
from bot.stories.owners import owner_of
from bot.text.clean import one_line
from bot.text.urls import absolute, canonical

EQUAL_BAR = 0.99
SECONDS_BAR = 2.0
MEGABYTES_BAR = 200


def main(args: list[str]) -> int:
    if len(args) != 1 or not Path(args[0]).is_dir():
        print("usage: python -m evals feeds FOLDER")
        return 2
    missed = [bar for folder in _folders(Path(args[0])) for bar in asyncio.run(_evaluate(folder))]
    for bar in missed:
        print(f"MISSED: {bar}")
    return 1 if missed else 0


def _folders(folder: Path) -> list[Path]:
    if (folder / "snapshots").is_dir() or any(
        entry.is_file() for entry in folder.iterdir() if entry.suffix != ".jsonl"
    ):
        return [folder]
    return [entry for entry in sorted(folder.iterdir()) if entry.is_dir()]


async def _evaluate(folder: Path) -> list[str]:
    print(f"── {folder.name}")
    if (folder / "snapshots").is_dir():
        return await _days(folder / "snapshots")
    return await _polls(folder)


# ── the bench: a server, a clock, a store ─────────────────────────────────────────────────────────────────────────────


class _Clock:
    """A clock that the evaluation sets."""

    def __init__(self, now: datetime) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


@dataclass
class _Bench:
    store: Store
    ingest: Ingest
    clock: _Clock
    address: str
    files: dict[str, Path] = field(default_factory=dict)
    bytes_sent: int = 0
    statuses: Counter[int] = field(default_factory=Counter)

    def answer(self, request: web.Request) -> web.Response:
        path = self.files.get(request.match_info["name"])
        if path is None:
            return web.Response(status=404)
        body = path.read_bytes()
        etag = f'"{sha256(body).hexdigest()[:20]}"'
        if request.headers.get("If-None-Match") == etag:
            self.statuses[304] += 1
            return web.Response(status=304, headers={"ETag": etag})
        self.statuses[200] += 1
        self.bytes_sent += len(body)
        return web.Response(body=body, headers={"ETag": etag, "Content-Type": "application/xml"})

    async def poll(self, name: str, *, conditional: bool = True) -> PollReport:
        with suppress(Conflict):
            await self.store.sources.add(self.address + name, workspace=None, now=self.clock.now())
        source = await self.store.sources.by_url(self.address + name)
        assert source is not None
        if not conditional:
            source = replace(source, etag="", last_modified="", body_hash="")
        return await self.ingest.poll(source)

    async def articles(self) -> list[Article]:
        return await self.store.articles.ungrouped(limit=1_000_000)


@asynccontextmanager
async def _bench(now: datetime) -> AsyncIterator[_Bench]:
    settings = load(None, log_level="error", allow_private_sources=(ip_network("127.0.0.0/8"),), read_pages=False)
    configure(settings)
    clock = _Clock(now)
    with tempfile.TemporaryDirectory() as folder:
        store = await Store.open(f"sqlite+aiosqlite:///{folder}/store.db")
        fetcher, parser = Fetcher(settings, clock, gap_s=0.0), Parser(workers=1)
        bench = _Bench(store, Ingest(store, fetcher, parser, settings, clock), clock, "")
        try:
            async with _served(bench):
                yield bench
        finally:
            parser.close()
            await fetcher.close()
            await store.close()


@asynccontextmanager
async def _served(bench: _Bench) -> AsyncIterator[None]:
    async def handler(request: web.Request) -> web.Response:
        return bench.answer(request)

    app = web.Application()
    app.router.add_get("/{name}", handler)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    bench.address = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    try:
        yield
    finally:
        await runner.cleanup()


# ── a folder of feeds, polled three times ─────────────────────────────────────────────────────────────────────────────


def _files(folder: Path) -> dict[str, Path]:
    return {path.name: path for path in sorted(folder.iterdir()) if path.is_file()}


async def _polls(folder: Path) -> list[str]:
    files = _files(folder)
    async with _bench(datetime.now(UTC)) as bench:
        bench.files = files
        seconds: dict[str, float] = {}
        first: dict[str, PollReport] = {}
        for name in files:
            started = time.perf_counter()
            first[name] = await bench.poll(name)
            seconds[name] = time.perf_counter() - started
        second = [await bench.poll(name, conditional=False) for name in files]
        bench.bytes_sent, bench.statuses = 0, Counter()
        for name, report in first.items():
            if not report.error:
                await bench.poll(name)
        missed = await _stored_once(bench, files, first)
        print(
            f"second poll, all sent again: {sum(report.new for report in second)} new, "
            f"{sum(report.updated for report in second)} updated"
        )
        print(f"third poll, conditional: {bench.bytes_sent:,} bytes, answers {dict(bench.statuses)}")
        missed += _bar(not any(report.new for report in second), "a second poll stores nothing new")
        missed += _bar(bench.bytes_sent == 0, "a conditional poll downloads nothing")
        if folder.name == "malformed":
            missed += _limits(seconds)
        missed += _reasons(files, first) + _compare(folder, bench.address)
    return missed


async def _stored_once(bench: _Bench, files: dict[str, Path], reports: dict[str, PollReport]) -> list[str]:
    articles = await bench.articles()
    addresses = Counter(address for article in articles if (address := _own_address(article.url)))
    twice = [address for address, count in addresses.items() if count > 1]
    drafts = {name: _drafts(path, bench.address + name) for name, path in files.items()}
    lost = 0
    for name, found in drafts.items():
        source = await bench.store.sources.by_url(bench.address + name)
        assert source is not None
        for draft in found:
            owner = owner_of(draft.publisher, draft.url or source.url)
            lost += not await bench.store.articles.known(article_keys(draft, owner, source.id))
    entries = sum(map(len, drafts.values()))
    read = sum(not report.error for report in reports.values())
    print(
        f"{len(files)} files, {read} read as feeds, {len(files) - read} with a reason, {entries} entries, "
        f"{len(articles)} articles stored (entries of the same article: {entries - len(articles)})"
    )
    return _bar(lost == 0, f"no entry is lost ({lost} are)") + _bar(
        not twice, f"no article is stored twice ({twice[:3]})"
    )


def _own_address(url: str) -> str:
    """The address in the form that all of one page share; empty for a front page, which several entries may name."""
    address = canonical(url)
    parts = urlsplit(address)
    return address if parts.path or parts.query else ""


def _drafts(path: Path, url: str) -> tuple[Draft, ...]:
    try:
        return parse_feed(path.read_bytes(), url=url, content_type="application/xml").drafts
    except FeedError:
        return ()


def _limits(seconds: dict[str, float]) -> list[str]:
    import resource

    slowest = max(seconds, key=seconds.__getitem__)
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    worker = _worker_megabytes()
    print(f"slowest poll {seconds[slowest]:.2f} s ({slowest}); memory: worker {worker:.0f} MB, bot {megabytes:.0f} MB")
    return _bar(seconds[slowest] <= SECONDS_BAR, f"no file takes over {SECONDS_BAR} s") + _bar(
        worker <= MEGABYTES_BAR, f"no file takes over {MEGABYTES_BAR} MB"
    )


def _worker_megabytes() -> float:
    """The most memory that a worker, still alive, has held; 0 where the system does not say."""
    highest = 0.0
    for status in Path("/proc").glob("[0-9]*/status"):
        with suppress(OSError, IndexError):
            if b"bot.ingest.worker" in (status.parent / "cmdline").read_bytes() and _is_ours(status):
                highest = max(highest, float(status.read_text().split("VmHWM:")[1].split()[0]) / 1024)
    return highest


def _is_ours(status: Path) -> bool:
    import os

    return f"PPid:\t{os.getpid()}\n" in status.read_text()


def _reasons(files: dict[str, Path], reports: dict[str, PollReport]) -> list[str]:
    """The reasons of what was refused, and a bar: whatever feedparser alone finds entries in was not refused."""
    reasons = Counter(report.error for report in reports.values() if report.error)
    for reason, count in reasons.most_common():
        print(f"  {count:3} × {reason}")
    lost = [name for name, report in reports.items() if report.error and _baseline(files[name])]
    return _bar(not lost, f"what a lenient reader shows is recovered (not {lost[:3]})")


def _bar(is_met: bool, what: str) -> list[str]:
    return [] if is_met else [what]


# ── equal to what other parsers' suites expect ────────────────────────────────────────────────────────────────────────


def _compare(folder: Path, address: str) -> list[str]:
    listing = folder.parent / f"{folder.name}.jsonl"
    if not listing.exists():
        return []
    ours: Counter[tuple[str, bool]] = Counter()
    theirs: Counter[tuple[str, bool]] = Counter()
    for line in listing.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        expected = case.get("expected", {}).get("items")
        if expected:
            path, url = folder / case["file"], address + case["file"]
            for item in expected:
                item["link"] = _origins(path).get(item.get("link"), item.get("link"))
            ours.update(_judged(expected, [_fields(draft) for draft in _drafts(path, url)], url, case["file"]))
            theirs.update(_judged(expected, _baseline(path), url, ""))
    missed = []
    for name in ("title", "link", "published"):
        share, base = _share(ours, name), _share(theirs, name)
        print(f"{name:10} equal {share:.2%} of {ours[name, True] + ours[name, False]} (feedparser alone {base:.2%})")
        missed += _bar(share >= EQUAL_BAR, f"{name} equal in {EQUAL_BAR:.0%}")
    return missed


def _share(counts: Counter[tuple[str, bool]], name: str) -> float:
    total = counts[name, True] + counts[name, False]
    return counts[name, True] / total if total else 1.0


def _judged(
    expected: list[dict[str, Any]], found: list[dict[str, Any]], url: str, shown_as: str
) -> Iterator[tuple[str, bool]]:
    """For each field that the suite expects: its name, and whether ours is the same. Entries go by their place."""
    for place, wanted in enumerate(expected):
        got = found[place] if place < len(found) else {}
        for name in ("title", "link", "published"):
            if not wanted.get(name):
                continue
            is_same = _normal(name, wanted[name], url) == _normal(name, got.get(name), url)
            if not is_same and shown_as:
                print(f"  {shown_as} #{place} {name}: expected {wanted[name]!r}, found {got.get(name)!r}")
            yield name, is_same


def _normal(name: str, value: Any, url: str) -> object:
    match name:
        case "title":
            return one_line(str(value or ""), is_html=True)
        case "link":
            return absolute(str(value or ""), url)
        case _:
            return value if isinstance(value, datetime) else parse_date(str(value or ""))


@cache
def _origins(path: Path) -> dict[str, str]:
    """Counting redirects in a feed, and where they lead."""
    entries = feedparser.parse(path.read_bytes()).entries
    return {entry.link: entry.feedburner_origlink for entry in entries if entry.get("feedburner_origlink")}


def _fields(draft: Draft) -> dict[str, Any]:
    return {"title": draft.title, "link": draft.url, "published": draft.published_at}


def _baseline(path: Path) -> list[dict[str, Any]]:
    entries = feedparser.parse(path.read_bytes()).entries
    return [
        {name: entry.get(name) for name in ("title", "published")}
        | {"link": entry.get("feedburner_origlink", entry.get("link"))}
        for entry in entries
    ]


# ── the same feeds on several days ────────────────────────────────────────────────────────────────────────────────────


async def _days(folder: Path) -> list[str]:
    days = _folders(folder)
    links: set[str] = set()
    async with _bench(datetime.now(UTC)) as bench:
        for day in days:
            bench.clock.time = datetime.fromisoformat(day.name).replace(tzinfo=UTC) + timedelta(hours=24)
            bench.files = _files(day)
            reports = [await bench.poll(name) for name in bench.files]
            for name, path in bench.files.items():
                links |= {draft.url for draft in _drafts(path, bench.address + name)}
            counts = {name: sum(getattr(r, name) for r in reports) for name in ("new", "updated", "duplicate")}
            errors = [report.error for report in reports if report.error] or "none"
            print(f"{day.name}: {len(reports)} feeds, {counts}, errors: {errors}")
        stored = [article.url for article in await bench.articles()]
        names = await bench.store.articles.known([f"url:{canonical(link)}" for link in links])
    unique = {canonical(link): link for link in links}
    kept = Counter(map(canonical, stored))
    lost = sorted(address for address in unique if f"url:{address}" not in names)
    moved = sorted(set(unique) - set(kept) - set(lost))
    twice = [link for link, count in kept.items() if count > 1]
    print(
        f"{len(links)} unique links ({len(unique)} unique addresses), {len(stored)} articles stored, {len(lost)} lost, "
        f"{len(twice)} twice, {len(moved)} the new address of an article that moved"
    )
    for address in moved[:10]:
        print(f"  moved: {unique[address]}")
    for link in lost[:10]:
        print(f"  lost: {unique[link]}")
    return _bar(not lost, "every link is stored") + _bar(not twice, "no link is stored twice")
