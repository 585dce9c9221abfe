"""Fixtures of the scenarios."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.store import Store
from tests.desk import Desk, open_desk
from tests.fakes import FakeClock


@pytest.fixture
async def desk(sqlite_store: Store, clock: FakeClock, tmp_path: Path) -> Desk:
    return await open_desk(sqlite_store, clock, tmp_path)
