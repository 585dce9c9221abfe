"""A store with a few briefs of two workspaces in it, put back as it was after each input."""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
from collections.abc import Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

from bot.errors import FeedError, FetchError
from bot.ingest.parsed import ParsedFeed
from bot.models import LOCAL_WORKSPACE, BriefText, Draft, Sentence, WorkspaceId
from bot.store import Store
from tests.fakes import FakeClock
from tests.office import Office
from tests.office_store import brief as stored_brief

T = TypeVar("T")

OTHER: Final = WorkspaceId("slack:T0OTHER")
SLACK: Final = WorkspaceId("slack:T0HERE")
TEXTS: Final = (
    ("en", "Veltria's bank raises rates", "The bank of Veltria raised its rate to four percent on Monday."),
    ("en", "Ferry crews walk out", "Crews of the island ferries walked out over pay, and the river life stopped."),
    ("en", "A life beside the water", "A river runs by the town, where life is slow and the banks are green."),
    ("ko", "벨트리아 은행, 기준금리 인상", "벨트리아 중앙은행이 기준금리를 4퍼센트로 인상했다고 밝혔다."),
    ("ko", "섬 여객선 파업", "섬을 오가는 여객선 선원들이 임금을 두고 파업에 들어갔다."),
    ("ja", "北浜原発が再稼働", "北浜原発は十年ぶりに再稼働し、電気料金の値上げは見送られた。"),
    (
        "de",
        "Über Nacht: 40 000 Haushalte ohne Strom",
        "In Köln fiel der Strom aus; O'Brien's “Café” blieb hell: -0.9%.",
    ),
)
_RAM: Final = Path("/dev/shm")  # noqa: S108 - the store is thrown away, and need not reach a disk


class FeedsByName:
    """Feeds that are what their host says: `good.example`, `page.example`, and none elsewhere."""

    def refusal(self, url: str) -> str:
        return "it is private" if "//10." in url else ""

    async def try_feed(self, url: str) -> ParsedFeed:
        if "//good.example" in url:
            draft = Draft(url="https://good.example/1", title="Told", text="", publisher="Good", language="en")
            return ParsedFeed(title="Good [news] *today*", publisher="Good", language="en", drafts=(draft,))
        if "//page.example" in url:
            raise FeedError("It is a web page.", feeds=('https://good.example/a?b=c&d="', "https://good.example/b"))
        raise FetchError("its host name is not known")


class Bench:
    """The store, and the loop in which it is asked."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="briefbot-fuzz-", dir=_RAM if _RAM.is_dir() else None)
        self.clock = FakeClock()
        self._runner = asyncio.Runner()
        file = Path(self._folder.name) / "store.db"
        self.store = self.run(self._filled(f"sqlite+aiosqlite:///{file}"))
        self._live = sqlite3.connect(file)
        self._kept = sqlite3.connect(":memory:")
        self.keep()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    def version(self) -> int:
        """Another one whenever something was written."""
        return int(self._live.execute("PRAGMA data_version").fetchone()[0])

    def keep(self) -> None:
        """What is stored now is what is put back from here on."""
        self._live.backup(self._kept)
        self._version = self.version()

    def put_back(self) -> None:
        """Undoes whatever was written."""
        if self.version() != self._version:
            self._kept.backup(self._live)
            self._version = self.version()

    async def _filled(self, url: str) -> Store:
        store = await Store.open(url)
        await fill(store, self.clock)
        return store

    def close(self) -> None:
        self.run(self.store.close())
        self._runner.close()
        self._live.close()
        self._kept.close()
        self._folder.cleanup()


async def fill(store: Store, clock: FakeClock) -> dict[WorkspaceId, set[int]]:
    """Briefs of two workspaces; gives their numbers by workspace."""
    seen: dict[WorkspaceId, set[int]] = {}
    for at, workspace in enumerate((LOCAL_WORKSPACE, OTHER)):
        await store.workspaces.ensure(workspace, now=clock.now())
        for number, (language, headline, body) in enumerate(TEXTS):
            text = BriefText(
                headline=headline,
                deck="",
                lede=(Sentence(text=body, sources=()),),
                language=language,
                written_by="extractive",
            )
            when = clock.now() - timedelta(hours=number)
            made = await stored_brief(store, when, 100 * at + number, text, workspace=workspace)
            seen.setdefault(workspace, set()).add(made.id)
    return seen


async def furnish(office: Office) -> None:
    """A topic, a digest and a followed story to name."""
    for line in (
        'brief-admin topic add "Korea Japan" words:"한일, bank"',
        "brief-admin topic add Ferries words:ferry,여객선",
        'brief-admin digest add "Morning briefing" at:08:00 zone:Asia/Seoul topics:Ferries',
        "brief-admin story follow b1 channel:#general",
    ):
        reply = await office.reply(line)
        assert reply.document.kind.value != "error", reply.document.title
