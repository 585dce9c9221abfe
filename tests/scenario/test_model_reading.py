"""What people see of a model: briefs in their language once they are there, what it spent, and clear errors."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import Pace, build
from bot.briefs.model.view import ModelView
from bot.caveat import CAVEATS
from bot.commands.invoke import Commands, Invocation, Person
from bot.config import load
from bot.digests.dispatch import Dispatcher
from bot.documents.text import plain_text
from bot.models import LOCAL_WORKSPACE, ChannelRef
from bot.store import Store
from tests import model_server
from tests.fakes import FakeClock
from tests.model_server import KEY, ModelServer
from tests.newsroom import RATE, Newsroom, choice_of
from tests.recorder import RecordingAdapter
from tests.waiting import until

ROOT = Path(__file__).parents[2]


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    async with model_server.model_server() as running:
        yield running


class Reader:
    """Someone in a workspace whose language is Korean."""

    def __init__(self, room: Newsroom, server: ModelServer, folder: Path) -> None:
        self._view = ModelView(room.store, choice_of(server, daily_tokens=200_000))
        adapter = RecordingAdapter(folder / "channel")
        self.dispatcher = Dispatcher(room.store, {"console": adapter}, room.clock, self._view)
        self._commands = Commands(room.store, None, self.dispatcher, room.clock, self._view)

    async def ask(self, line: str) -> str:
        person = Person(id="u1", name="Mina", is_manager=True)
        here = Invocation(workspace_id=LOCAL_WORKSPACE, person=person, channel=ChannelRef("console:x"))
        return plain_text((await self._commands.run(line, here)).document)


async def korean_room(store: Store, clock: FakeClock) -> Newsroom:
    room = await Newsroom(store, clock).open()
    workspace = await store.workspaces.get(LOCAL_WORKSPACE)
    await store.workspaces.save(replace(workspace, language="ko"))
    return room


async def test_brief_is_read_in_the_readers_language_once_it_is_translated(
    store: Store, clock: FakeClock, server: ModelServer, tmp_path: Path
) -> None:
    room = await korean_room(store, clock)
    first = await room.report(RATE)
    reader, writer = Reader(room, server, tmp_path), room.model(server)
    assert "번역" not in await reader.ask(f"brief read {first.ref}")
    await writer.drain()
    text = await reader.ask(f"brief read {first.ref}")
    assert f"번역: In short: {RATE}" in text
    assert CAVEATS["ko"] in text
    assert "https://house0.example/1" in text
    today = await reader.ask("brief today")
    assert f"번역: In short: {RATE}" in today
    assert len(server.asked) == 2
    clock.advance(timedelta(minutes=30).total_seconds())
    changed = await room.report(f"{RATE} after a long night", story=first.story_id)
    assert "번역" not in await reader.ask(f"brief read {changed.ref}")
    await writer.drain()
    assert "번역" in await reader.ask(f"brief read {changed.ref}")
    await writer.close()


async def test_translation_is_refused_that_is_none(
    store: Store, clock: FakeClock, server: ModelServer, tmp_path: Path
) -> None:
    room = await korean_room(store, clock)
    first = await room.report(RATE)
    reader, writer = Reader(room, server, tmp_path), room.model(server, retries=0)
    await writer.drain()
    for mood in (
        model_server.saying(headline="English again"),
        model_server.translating(lambda text: f"번역: {text} https://evil.example"),
        model_server.translating(lambda text: f"번역: {text} @everyone"),
        model_server.translating(lambda text: "이 요약은 사람이 썼습니다."),
        model_server.translating(lambda text: ""),
    ):
        await reader.ask(f"brief read {first.ref}")
        server.mood = mood
        clock.advance(timedelta(hours=7).total_seconds())
        before = len(server.asked)
        await writer.drain()
        assert len(server.asked) == before + 1
        assert "번역" not in await reader.ask(f"brief read {first.ref}")
    await writer.close()


async def test_without_a_model_nothing_is_asked_of_it(store: Store, clock: FakeClock, tmp_path: Path) -> None:
    room = await korean_room(store, clock)
    first = await room.report(RATE)
    view = ModelView(store, None)
    assert await view.in_language([first], "ko", clock.now()) == [first]
    assert await view.state(clock.now()) is None
    assert await store.attempts.claim_due(clock.now(), since=clock.now(), lease_s=1) is not None
    assert await store.attempts.claim_due(clock.now(), since=clock.now(), lease_s=1) is None


async def test_status_tells_what_the_model_spent_and_left(
    store: Store, clock: FakeClock, server: ModelServer, tmp_path: Path
) -> None:
    room = await Newsroom(store, clock).open()
    reader, writer = Reader(room, server, tmp_path), room.model(server, daily_tokens=200_000)
    await room.report(RATE)
    await writer.drain()
    server.mood, server.usage = model_server.nonsense, (11_000, 320)
    await room.report("Item 2")
    await writer.drain()
    for number in range(2):
        await room.report(f"Item {number}")
    status = await reader.ask("brief-admin status")
    assert "openai:tiny: 23,660 of 200,000 tokens today, 3 briefs by extraction since" in status
    assert "1 of them after a failure" in status
    await writer.close()


async def test_whole_bot_upgrades_its_briefs_while_it_runs(
    tmp_path: Path, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load(
        env_file=None,
        database_url=f"sqlite+aiosqlite:///{tmp_path / 'x.db'}",
        model="openai:tiny",
        model_base_url=f"{server.base}/v1",
        model_api_key=KEY,
    )
    clock = FakeClock()
    app = await build(settings, clock=clock, adapters={"console": RecordingAdapter(tmp_path / "channel")})
    room = await Newsroom(app.store, clock).open()
    first = await room.report(RATE)
    stop = asyncio.Event()
    running = asyncio.ensure_future(app.run(stop, frozenset({"ingest"}), Pace(model_s=0.1)))

    async def is_upgraded() -> bool:
        return (await room.brief(first.id)).version == 2

    # Loading the model library takes seconds, and many on a busy machine.
    await until(is_upgraded, within_s=90, each_s=0.1)
    stop.set()
    await asyncio.wait_for(running, 10)
    assert (await room.brief(first.id)).text.written_by == "openai:tiny"
    await app.close()


_WITHOUT_THE_EXTRA = "import sys; sys.modules['pydantic_ai'] = None; from bot.cli import main; main(sys.argv[1:])"
_WHAT_IS_LOADED = (
    "import sys; from bot.cli import main\n"
    "try: main(['stories'])\nexcept SystemExit: pass\n"
    "print([name for name in ('pydantic_ai', 'openai', 'anthropic', 'httpx2') if name in sys.modules])"
)


def run_python(folder: Path, code: str, *args: str, **env: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BRIEFBOT", "DISCORD", "SLACK"))}
    return subprocess.run(
        [sys.executable, "-c", code, *args],
        cwd=folder,
        env=kept | {"PYTHONPATH": str(ROOT)} | env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_missing_extra_is_a_mistake_of_configuration_that_says_how_to_install(tmp_path: Path) -> None:
    env = {"BRIEFBOT_MODEL": "openai:tiny", "BRIEFBOT_MODEL_API_KEY": KEY}
    done = run_python(tmp_path, _WITHOUT_THE_EXTRA, "run", **env)
    assert done.returncode == 2
    assert "BRIEFBOT_MODEL: a model needs an extra" in done.stderr
    assert "pip install 'briefbot[llm]'" in done.stderr
    assert "Traceback" not in done.stderr
    check = run_python(tmp_path, _WITHOUT_THE_EXTRA, "check", "--json", **env)
    assert check.returncode == 1
    findings = {one["area"]: one for one in map(json.loads, check.stdout.splitlines())}
    assert findings["model"]["state"] == "broken"
    assert KEY not in done.stderr + check.stdout + check.stderr
    assert run_python(tmp_path, _WITHOUT_THE_EXTRA, "stories").returncode == 0


@pytest.mark.parametrize("env", [{}, {"BRIEFBOT_MODEL": "openai:tiny", "BRIEFBOT_MODEL_API_KEY": KEY}])
def test_model_library_is_not_loaded_before_it_is_asked(tmp_path: Path, env: dict[str, str]) -> None:
    done = run_python(tmp_path, _WHAT_IS_LOADED, **env)
    assert done.stdout.splitlines()[-1] == "[]", done.stderr
