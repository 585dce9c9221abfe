"""A SQLite store as one file, taken while the bot is at work, and put back in its place.

For PostgreSQL there is `pg_dump`, which does this better than we could.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import quote

from sqlalchemy import make_url, text
from sqlalchemy.engine import URL

from bot.errors import Conflict, StoreError, UsageError
from bot.store.database import Database
from bot.store.engine import BUSY_TIMEOUT_S
from bot.store.heartbeats import ALIVE, Heartbeat, Heartbeats
from bot.store.migrate import migrate, refuse_unknown
from bot.store.opened import Store

_PAGES: Final = 2000
"""Copied in one step, between which progress is told."""
_BESIDE: Final = ("-wal", "-shm")
_TAKEN_BACK: Final = (
    # The processes of then are not at work now.
    "DELETE FROM heartbeats",
    # What waited then was probably sent since: look for it before it is sent.
    "UPDATE deliveries SET attempts = CASE WHEN attempts < 1 THEN 1 ELSE attempts END, state = 'sending' "
    "WHERE state IN ('pending', 'sending')",
)

Progress = Callable[[float], None]
"""Told the share that is copied, from 0 to 1."""


@dataclass(frozen=True, kw_only=True)
class Copied:
    """A store that was copied whole and checked."""

    file: Path
    revision: str
    rows: int
    size: int
    aside: Path | None = None
    """Where the store is that stood in its place before."""


def back_up(url: str, file: Path, progress: Progress) -> Copied:
    """The store as it is at this instant, in a new file that only its owner may read; blocks.

    Writers do not wait meanwhile. Raises UsageError for PostgreSQL and for a file that exists, StoreError when the copy
    is not sound or cannot be written; then there is no file.
    """
    source = _sqlite_file(url)
    if not source.is_file():
        raise StoreError(f"There is no database at {source}.")
    if file.is_dir():
        raise UsageError(f"{file} is a folder", allowed="a new file", example="briefbot backup briefbot-2026-01-15.db")
    if file.exists():
        raise Conflict(f"{file} is there already", allowed="a new name", example=f"briefbot backup {file}.2")
    with (
        _plain_errors(file, read=source),
        _part(file) as part,
        closing(_opened(source)) as old,
        closing(_opened(part)) as new,
    ):
        # All that is read within one transaction is of one instant, whatever others write.
        old.execute("BEGIN")
        counts = _counts(old)
        old.backup(new, pages=_PAGES, progress=lambda _, left, all_: progress(1 - left / max(all_, 1)))
        new.execute("PRAGMA journal_mode=DELETE")
        revision = _sound(new, source)
        if (found := _counts(new)) != counts:
            raise StoreError(f"The copy has {sum(found.values())} rows of {sum(counts.values())}; nothing was kept.")
        size = part.stat().st_size
    return Copied(file=file, revision=revision, rows=sum(counts.values()), size=size)


async def put_back(url: str, file: Path, *, now: datetime, is_forced: bool) -> Copied:
    """Puts a back-up in the place of the store, brought to this version's schema; what was there stays beside it.

    Raises UsageError for PostgreSQL, and when there is a store and it is not `is_forced`; StoreError while a process is
    at work, and for a file that is no sound store of this or an earlier version. Then all is as it was.
    """
    target = _sqlite_file(url)
    if _is_there(target):
        await _require_nobody(url, now)
    _require_wanted(file, target, is_forced=is_forced)
    with _plain_errors(file), _part(target) as part:
        _copy(file, part)
        with closing(_opened(part)) as copy:
            refuse_unknown(_sound(copy, file))
        revision = await migrate(make_url(url).set(database=str(part)).render_as_string())
        with closing(_opened(part)) as copy:
            for statement in _TAKEN_BACK:
                copy.execute(statement)
            copy.execute("PRAGMA journal_mode=DELETE")
            rows, size = sum(_counts(copy).values()), part.stat().st_size
        aside = _set_aside(target, f"{now:%Y%m%d-%H%M%S}")
    return Copied(file=target, revision=revision, rows=rows, size=size, aside=aside)


async def mark_put_back(store: Store, *, now: datetime) -> None:
    """Does to the rows of a store that other tools put back what `put_back` does.

    Raises StoreError while a process is at work.
    """
    _require_idle(await store.heartbeats.all(), now)
    async with store.database.writing() as connection:
        for statement in _TAKEN_BACK:
            await connection.execute(text(statement))


def _sqlite_file(url: str) -> Path:
    place = make_url(url)
    if place.get_backend_name() == "sqlite":
        return Path(str(place.database))
    raise UsageError(
        "this is for SQLite; PostgreSQL has its own tools",
        allowed=f"pg_dump --format=custom --file=briefbot.dump {_for_postgres(place)}, and back again: "
        f"pg_restore --clean --if-exists --no-owner --dbname={_for_postgres(place)} briefbot.dump; "
        "then: briefbot pass-over",
    )


def _for_postgres(place: URL) -> str:
    """The address as PostgreSQL's own tools take it, without its password."""
    shown = URL.create("postgresql", place.username, None, place.host, place.port, place.database)
    return shown.render_as_string()


@contextmanager
def _part(file: Path) -> Iterator[Path]:
    """A new private file beside this one, which takes its name when the block ends well, and is gone otherwise."""
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        yield part
        _sync(part)
        part.replace(file)
        _sync(file.parent)
    finally:
        for end in ("", *_BESIDE):
            Path(f"{part}{end}").unlink(missing_ok=True)


def _sync(place: Path) -> None:
    """What was written there survives a power cut."""
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _opened(file: Path) -> sqlite3.Connection:
    """A connection that makes no file where there is none."""
    place = f"file:{quote(str(file.absolute()))}?mode=rw"
    return sqlite3.connect(place, uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None)


def _counts(connection: sqlite3.Connection) -> dict[str, int]:
    """The rows of every table, those of the search index included."""
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
    return {
        name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608 - names of our own tables
        for (name,) in names.fetchall()
    }


def _sound(connection: sqlite3.Connection, file: Path) -> str:
    """The revision of a store that is whole; StoreError otherwise."""
    wrong = [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
    wrong += [f"a row of {row[0]} misses its {row[2]}" for row in connection.execute("PRAGMA foreign_key_check")]
    if wrong:
        raise StoreError(f"{file} is damaged: {wrong[0]}")
    try:
        found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError:
        found = None
    if found is None:
        raise StoreError(f"{file} is no Briefbot database.")
    return str(found[0])


def _copy(file: Path, part: Path) -> None:
    """With what SQLite keeps beside a file that was copied by hand."""
    shutil.copyfile(file, part)
    if Path(f"{file}-wal").is_file():
        shutil.copyfile(f"{file}-wal", f"{part}-wal")


def _is_there(target: Path) -> bool:
    return target.is_file() and target.stat().st_size > 0


def _require_wanted(file: Path, target: Path, *, is_forced: bool) -> None:
    if not file.is_file():
        raise UsageError(f"there is no file {file}", example="briefbot restore briefbot-2026-01-15.db")
    if _is_there(target) and not is_forced:
        raise Conflict(
            f"there is a store at {target} already",
            allowed="--force, which keeps it beside under another name",
            example=f"briefbot restore {file} --force",
        )


async def _require_nobody(url: str, now: datetime) -> None:
    """As `_require_idle`; of a store that cannot be read nothing is known."""
    database = Database(url)
    try:
        hearts = await Heartbeats(database).all()
    except StoreError:
        return
    finally:
        await database.close()
    _require_idle(hearts, now)


def _require_idle(hearts: Sequence[Heartbeat], now: datetime) -> None:
    """StoreError while a process writes to the store."""
    if living := [heart for heart in hearts if now - heart.beat_at < ALIVE]:
        raise StoreError(
            f"{living[0].process} is at work with this store. Stop the bot first; of one that died, wait until its "
            f"last sign of life is {ALIVE.total_seconds():.0f} s old."
        )


def _set_aside(target: Path, stamp: str) -> Path | None:
    """Gives the store a second name, and takes from its place what would be read together with another file."""
    if not target.exists():
        return None
    aside = target.with_name(f"{target.name}.before-{stamp}")
    for end in _BESIDE:
        with contextlib.suppress(FileNotFoundError):
            Path(f"{target}{end}").rename(f"{aside}{end}")
    try:
        aside.hardlink_to(target)
    except OSError:
        # A file system without such links; then there is no store for a moment.
        target.rename(aside)
    return aside


@contextmanager
def _plain_errors(file: Path, *, read: Path | None = None) -> Iterator[None]:
    """`read` is what is read when it is another one than is written."""
    try:
        yield
    except sqlite3.Error as error:
        words = str(error)
        if "not a database" in words or "malformed" in words:
            raise StoreError(f"{read or file} is damaged or no Briefbot database.") from error
        raise StoreError(f"{file} could not be written or read: {words}") from error
    except OSError as error:
        raise StoreError(f"{file} could not be written or read: {error.strerror}") from error
