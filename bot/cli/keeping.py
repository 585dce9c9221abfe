"""`backup`, `restore` and `pass-over`: the store as one file, and back."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from bot.app import PLATFORMS
from bot.cli.running import say
from bot.config import Settings
from bot.digests.passing import pass_over
from bot.store import Store
from bot.store.backup import Copied, back_up, mark_put_back, put_back


async def backup(settings: Settings, file: Path) -> None:
    """Copies the store into a new file, while the bot may go on."""
    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
        bar = progress.add_task(file.name, total=1.0)
        copied = await asyncio.to_thread(
            back_up, settings.database_url, file, lambda share: progress.update(bar, completed=share)
        )
    say(_words(copied))


async def restore(settings: Settings, file: Path, *, is_forced: bool, posts_due: bool) -> None:
    """Puts a back-up in the place of the store; says what of the time since then is not posted."""
    now = datetime.now(UTC)
    copied = await put_back(settings.database_url, file, now=now, is_forced=is_forced)
    say(_words(copied))
    if copied.aside:
        say(f"what was there before is kept as {copied.aside}")
    if posts_due:
        return
    store = await Store.open(settings.database_url)
    try:
        count = await pass_over(store, list(PLATFORMS), now)
    finally:
        await store.close()
    if count:
        say(f"{_skipped(count)}; --post-due posts them")


async def pass_over_due(settings: Settings) -> None:
    """What `restore` does after the copy, for a store that other tools put back."""
    now = datetime.now(UTC)
    store = await Store.open(settings.database_url)
    try:
        await mark_put_back(store, now=now)
        count = await pass_over(store, list(PLATFORMS), now)
    finally:
        await store.close()
    say(_skipped(count))


def _skipped(count: int) -> str:
    return f"{count} editions due since the back-up are skipped, as they may have been posted"


def _words(copied: Copied) -> str:
    size = copied.size / 1e6
    return f"{copied.file}: {copied.rows:,} rows, {size:,.1f} MB, schema {copied.revision}, checked"
