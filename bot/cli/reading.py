"""`import`, `add-brief` and `poll`: news comes in and is carried on to its briefs."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, Final

from rich.console import Console
from rich.progress import Progress

from bot.app import App
from bot.briefs.elsewhere import ElsewhereBrief, RejectedPart, read_briefs
from bot.cli.running import opened, say, say_json
from bot.config import Settings
from bot.errors import Conflict, UsageError
from bot.ingest.articles_file import RejectedLine, read_articles
from bot.ingest.pipeline import PollReport
from bot.models import Draft, Source, public_id
from bot.text.urls import normal_feed_url

_BATCH = 500
_TOLD: Final = ("new", "updated", "duplicate", "error", "is_unchanged")
"""What `poll --json` tells of each feed (docs/operate.md); the rest of a report is ours."""


async def import_articles(settings: Settings, file: str, *, as_json: bool) -> int:
    """Takes articles in through the same way as a feed's; 1 when lines were rejected and none was read."""
    counts = {"read": 0, "new": 0, "duplicate": 0, "rejected": 0}
    with _open(file) as stream:
        async with opened(settings) as app:
            source = await app.store.sources.for_import(app.clock.now())
            for batch in _batches(read_articles(stream), _BATCH):
                await _take(app, source, batch, counts, as_json=as_json)
            written = await app.write_briefs()
    if as_json:
        say_json({**counts, "briefs": written})
    else:
        say(
            f"{counts['read']} read, {counts['new']} new, {counts['duplicate']} duplicate, "
            f"{counts['rejected']} rejected; {written} briefs written"
        )
    return 1 if counts["rejected"] and not counts["read"] else 0


async def _take(
    app: App, source: Source, batch: Sequence[Draft | RejectedLine], counts: dict[str, int], *, as_json: bool
) -> None:
    drafts = [item for item in batch if isinstance(item, Draft)]
    report = await app.ingest.take(source, drafts, is_first=False)
    counts["read"] += len(drafts)
    counts["new"] += report.new
    counts["duplicate"] += report.duplicate + report.updated
    for item in batch:
        if isinstance(item, RejectedLine):
            counts["rejected"] += 1
            _reject(f"line {item.line}", item.reason, {"line": item.line}, as_json=as_json)


async def add_briefs(settings: Settings, files: Sequence[str], *, as_json: bool) -> int:
    """Stores briefs written elsewhere; what could not be read is named, the rest goes in.

    2 when a file could not be read at all, 1 when parts were rejected and none was stored.
    """
    added = rejected = unread = 0
    async with opened(settings) as app:
        for file in files:
            try:
                with _open(file) as stream:
                    parts = read_briefs(file, stream.read())
            except (UsageError, OSError) as error:
                unread += 1
                reason = error.problem if isinstance(error, UsageError) else str(error.strerror)
                _reject(file, reason, {"file": file}, as_json=as_json)
                continue
            for part in parts:
                is_added = await _add(app, file, part, as_json=as_json)
                added, rejected = added + is_added, rejected + (not is_added)
    if not as_json:
        say(f"{added} added, {rejected + unread} rejected")
    return 2 if unread else 1 if rejected and not added else 0


async def _add(app: App, file: str, part: ElsewhereBrief | RejectedPart, *, as_json: bool) -> bool:
    """Whether a brief was stored; one that was not is named."""
    if isinstance(part, RejectedPart):
        _reject(f"{file}, line {part.line}", part.reason, {"file": file, "line": part.line}, as_json=as_json)
        return False
    try:
        [brief] = await app.writer.add_elsewhere([part])
    except Conflict as conflict:
        _reject(file, conflict.message, {"file": file}, as_json=as_json)
        return False
    if as_json:
        say_json({"brief": brief.ref, "headline": brief.text.headline})
    else:
        say(f"{brief.ref}  {brief.text.headline}")
    return True


async def poll(settings: Settings, urls: Sequence[str], *, as_json: bool) -> int:
    """Polls these feeds, or the sources that are due; 1 when one of these failed, or all of those that were due."""
    added: set[int] = set()
    async with opened(settings) as app:
        reports = await (_poll_these(app, urls, added) if urls else _poll_due(app))
        written = await app.write_briefs()
    for report in reports:
        _say_poll(report, as_json=as_json, is_added=report.source.id in added)
    if not as_json:
        say(f"{len(reports)} polled, {sum(report.new for report in reports)} new articles, {written} briefs written")
    failed = [report for report in reports if report.error]
    return 1 if failed and (urls or len(failed) == len(reports)) else 0


async def _poll_these(app: App, urls: Sequence[str], added: set[int]) -> list[PollReport]:
    """Polls feeds by address; `added` then has the ids of those that all workspaces have from now on."""
    sources = list({source.id: source for source in [await _source(app, url, added) for url in urls]}.values())
    reports = await poll_feeds(app, sources)
    for report in reports:
        if report.error and report.source.id in added:
            # What was no feed at its first look is not read again and again.
            await app.store.sources.unfollow(None, report.source.id)
            added.discard(report.source.id)
    return reports


async def poll_feeds(app: App, sources: Sequence[Source]) -> list[PollReport]:
    """Polls these sources side by side, with a progress bar on a terminal."""
    with progress_bar() as progress:
        task = progress.add_task("Reading feeds", total=len(sources))

        async def one(source: Source) -> PollReport:
            report = await app.ingest.poll(source)
            progress.advance(task)
            return report

        return list(await asyncio.gather(*(one(source) for source in sources)))


async def _poll_due(app: App) -> list[PollReport]:
    reports: list[PollReport] = []
    with progress_bar() as progress:
        task = progress.add_task("Reading feeds", total=None)
        while batch := await app.ingest.poll_due():
            reports += batch
            progress.update(task, completed=len(reports))
    return reports


async def _source(app: App, text: str, added: set[int]) -> Source:
    """The source of this address; one that nobody follows is shared with all workspaces and goes to `added`."""
    url = normal_feed_url(text)
    known = await app.store.sources.by_url(url)
    if known and (known.next_poll_at or known.switched_off_at):
        return known
    source = await app.store.sources.add(known.url if known else url, workspace=None, now=app.clock.now())
    added.add(source.id)
    return source


def _say_poll(report: PollReport, *, as_json: bool, is_added: bool = False) -> None:
    ref = public_id("src", report.source.id)
    if as_json:
        told = {name: getattr(report, name) for name in _TOLD}
        say_json({"url": report.source.shown_url, "source": ref, "added": is_added, **told})
    elif report.error:
        say(f"failed   {report.source.shown_url}: {report.error}")
    else:
        say(f"{report.new:4} new {report.source.shown_url}")
    if is_added and not as_json:
        back = f"briefbot try '/brief-admin operator unshare {ref}' --as admin"
        say(f"         it is now {ref}, a source of all workspaces; take it back with: {back}")


def _reject(where: str, reason: str, fields: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        say_json({"rejected": True, **fields, "reason": reason})
    else:
        say(f"rejected {where}: {reason}")


@contextmanager
def _open(file: str) -> Iterator[IO[bytes]]:
    """The bytes of a file, or of stdin for `-`; UsageError when it cannot be read."""
    if file == "-":
        yield sys.stdin.buffer
        return
    with _opened_file(file) as stream:
        yield stream


def _opened_file(file: str) -> IO[bytes]:
    if not file:
        raise UsageError("an empty name is no file", allowed="a file, or - for stdin")
    try:
        return Path(file).open("rb")
    except OSError as error:
        raise UsageError(f"{file} cannot be read ({error.strerror})", allowed="a file, or - for stdin") from None


def _batches(items: Iterable[Draft | RejectedLine], size: int) -> Iterator[list[Draft | RejectedLine]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def progress_bar() -> Progress:
    """A bar on a terminal, nothing elsewhere; on stderr, since stdout is for what was asked for."""
    console = Console(stderr=True)
    return Progress(console=console, transient=True, disable=not console.is_terminal)
