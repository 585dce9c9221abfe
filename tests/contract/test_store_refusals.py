"""What a database says when it will not or cannot: in our words, without what was asked; and jobs go on afterwards."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from sqlalchemy import event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import create_async_engine

from bot.errors import StoreBusy, StoreError, StoreUnreachable
from bot.models import WorkspaceId
from bot.schedule import Job, Schedule
from bot.store import Store
from bot.store.database import Database
from bot.store.schema import installations
from tests.fakes import FakeClock
from tests.waiting import until

HARBOUR = WorkspaceId("slack:T1")
SEALED = "gAAAA-sealed-token"


async def execute(url: str, *statements: str) -> None:
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        for statement in statements:
            await connection.execute(text(statement))
    await engine.dispose()


def whole(error: BaseException) -> str:
    """All that a traceback shows of it."""
    return "".join(traceback.format_exception(error))


async def test_error_tells_nothing_of_what_was_to_be_written(store: Store, clock: FakeClock) -> None:
    async def write() -> None:
        row = {"workspace_id": HARBOUR, "sealed": SEALED, "created_at": clock.now(), "updated_at": clock.now()}
        async with store.database.writing() as connection:
            await connection.execute(installations.insert(), {**row, "platform": None})

    with pytest.raises(IntegrityError, match="platform") as caught:
        await write()
    assert SEALED not in whole(caught.value)


async def test_statement_that_fails_tells_none_of_its_parameters(store: Store) -> None:
    async def ask() -> None:
        async with store.database.reading() as connection:
            await connection.execute(text("SELECT * FROM nowhere WHERE token = :token"), {"token": SEALED})

    with pytest.raises(Exception, match="nowhere") as caught:
        await ask()
    assert SEALED not in whole(caught.value)


# ── PostgreSQL refuses ────────────────────────────────────────────────────────────────────────────────────────────────


async def test_server_that_takes_no_writes_is_named_and_written_to_when_it_does(
    postgres_url: str, clock: FakeClock
) -> None:
    """As after a failover: the first one has become a standby, and then another one is the first."""
    name = make_url(postgres_url).database
    store = await Store.open(postgres_url)
    await store.workspaces.ensure(HARBOUR, now=clock.now())
    await store.database.engine.dispose()
    await execute(postgres_url, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    with pytest.raises(StoreUnreachable, match=r"takes no writes.*goes on by itself"):
        await store.workspaces.ensure(WorkspaceId("slack:T2"), now=clock.now())
    assert (await store.workspaces.get(HARBOUR)).id == HARBOUR
    await execute(postgres_url, "SET default_transaction_read_only = off", f"ALTER DATABASE {name} RESET ALL")
    # Over a new connection, without anybody having closed the old one.
    await store.workspaces.ensure(WorkspaceId("slack:T2"), now=clock.now())
    await store.close()


@pytest.mark.parametrize(
    ("setting", "words"), [("lock_timeout", "busy with another process"), ("statement_timeout", "busy with another")]
)
async def test_wait_that_the_server_cuts_short_is_told_to_try_again(
    postgres_url: str, clock: FakeClock, setting: str, words: str
) -> None:
    store, holder = await Store.open(postgres_url), create_async_engine(postgres_url)
    await store.workspaces.ensure(HARBOUR, now=clock.now())
    async with holder.begin() as other:
        await other.execute(text("LOCK TABLE workspaces IN ACCESS EXCLUSIVE MODE"))

        async def wait() -> None:
            async with store.database.writing() as connection:
                await connection.execute(text(f"SET LOCAL {setting} = '50ms'"))
                await connection.execute(text("SELECT * FROM workspaces"))

        with pytest.raises(StoreBusy, match=words):
            await wait()
    await holder.dispose()
    await store.close()


async def test_more_at_once_than_there_are_connections_is_told_to_try_again(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = await Store.open(postgres_url)
    monkeypatch.setattr(store.database.engine.pool, "_timeout", 0.05)
    async with AsyncExitStack() as held:
        for _ in range(20):
            await held.enter_async_context(store.database.reading())
        with pytest.raises(StoreBusy, match=r"All connections .* in use"):
            await store.require_unchanged()
    await store.require_unchanged()
    await store.close()


@pytest.mark.parametrize(
    ("changed", "error", "words"),
    [
        ({"database": "no_such_store"}, StoreError, '"no_such_store" does not exist'),
        ({"username": "nobody_here"}, StoreError, '"nobody_here" does not exist'),
        ({"username": "guest"}, StoreError, "permission denied"),
        ({"username": "crowded"}, StoreUnreachable, "has no connection left"),
    ],
)
async def test_server_that_lets_us_not_in_is_told_with_what_to_check(
    postgres_url: str, changed: dict[str, str], error: type[StoreError], words: str
) -> None:
    for role, limit in (("guest", -1), ("crowded", 0)):
        await execute(postgres_url, f"DROP ROLE IF EXISTS {role}", f"CREATE ROLE {role} LOGIN CONNECTION LIMIT {limit}")
    url = make_url(postgres_url).set(**changed, password="fake-secret")  # type: ignore[arg-type]
    with pytest.raises(error, match=words) as caught:
        await Store.open(url.render_as_string(hide_password=False))
    assert "fake-secret" not in whole(caught.value)


# ── PostgreSQL vanishes ───────────────────────────────────────────────────────────────────────────────────────────────


class Ice:
    """Stands before a server; the connections that are open when it freezes stay open, and nothing comes through."""

    def __init__(self) -> None:
        self.url = ""
        self._thawed: list[asyncio.Event] = []

    def freeze(self) -> None:
        for one in self._thawed:
            one.clear()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, thawed: asyncio.Event) -> None:
        try:
            while data := await reader.read(65536):
                await thawed.wait()
                writer.write(data)
        finally:
            writer.close()

    def passes(self) -> asyncio.Event:
        self._thawed.append(asyncio.Event())
        self._thawed[-1].set()
        return self._thawed[-1]


@asynccontextmanager
async def icy(url: str) -> AsyncIterator[Ice]:
    ice, behind = Ice(), make_url(url)
    place, tasks = str(behind.query["host"]), set[asyncio.Task[object]]()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, here = await asyncio.open_unix_connection(f"{place}/.s.PGSQL.5432")
        thawed = ice.passes()
        tasks.update(asyncio.ensure_future(ice.carry(*way, thawed)) for way in ((reader, here), (there, writer)))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    query = {"sslmode": "disable"}  # as libpq writes it
    ice.url = behind.set(host="127.0.0.1", port=port, query=query).render_as_string(hide_password=False)
    yield ice
    server.close()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_jobs_go_on_after_a_server_vanished_without_a_word(
    postgres_url: str, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.store.engine.ANSWER_S", 0.3)
    monkeypatch.setattr("bot.store.engine.PING_S", 0.1)
    ended, stop = {"idle": 0, "midst": 0, "cut": 0}, asyncio.Event()
    async with icy(postgres_url) as ice:
        store = await Store.open(ice.url)

        async def look() -> None:
            await store.workspaces.here("slack")
            ended["idle"] += 1

        async def write() -> None:
            async with store.database.writing() as connection:
                for _ in range(5):
                    await connection.execute(text("SELECT 1"))
                    await asyncio.sleep(0.02)
            ended["midst"] += 1

        async def beat() -> None:
            try:
                async with asyncio.timeout(0.2):
                    await write()
            finally:
                ended["cut"] += 1

        jobs = [Job(name=work.__name__, every_s=0.05, run=work) for work in (look, write, beat)]
        schedule = Schedule(jobs)
        running = asyncio.create_task(schedule.run(stop))
        await until(lambda: min(ended.values()) > 1)
        ice.freeze()
        before = dict(ended)
        await until(lambda: all(ended[name] > before[name] + 1 for name in ended), within_s=8)
        await until(lambda: not schedule.troubles, within_s=8)
        stop.set()
        await running
        await store.close()


async def test_connection_is_made_once_and_used_again(store: Store) -> None:
    """A new one takes PostgreSQL twenty milliseconds, and asks for the shapes of all it is told."""
    made = []
    event.listen(store.database.engine.sync_engine, "connect", lambda *_: made.append(1))
    for _ in range(3):
        await store.workspaces.here("slack")
        async with store.database.writing() as connection:
            await connection.execute(text("SELECT 1"))
    assert len(made) <= 1


async def test_fault_of_our_question_is_not_taken_for_a_dead_server(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would be told by nothing but the time that a new connection takes."""

    async def fail(*_: object, **__: object) -> None:
        raise AttributeError("no status")

    store = await Store.open(postgres_url)
    await store.workspaces.here("slack")
    monkeypatch.setattr("asyncpg.connection.Connection.fetchval", fail)
    with pytest.raises(AttributeError, match="no status"):
        await store.workspaces.here("slack")
    await store.close()


async def test_patient_one_waits_for_what_takes_long(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """To migrate, to copy: a statement takes as long as it takes."""
    monkeypatch.setattr("bot.store.engine.ANSWER_S", 0.1)

    async def sleep(*, is_patient: bool) -> None:
        database = Database(postgres_url, is_patient=is_patient)
        try:
            async with database.reading() as connection:
                await connection.execute(text("SELECT pg_sleep(0.4)"))
        finally:
            await database.close()

    await sleep(is_patient=True)
    with pytest.raises(StoreUnreachable, match="does not answer"):
        await sleep(is_patient=False)
