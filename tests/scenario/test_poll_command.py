"""`poll --json`: a line for each feed, with what its readers may rely on and nothing of how it is kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot import logs
from bot.cli.reading import poll
from tests.feed_server import serving
from tests.scenario.test_check_sources import PATHS, settings_with


async def test_poll_tells_of_each_feed_what_came_of_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fields = {"url", "source", "added", "new", "updated", "duplicate", "error", "is_unchanged"}
    async with serving() as server:
        server.answers = dict(PATHS)
        settings = await settings_with(server, tmp_path, ["/good"])
        logs.configure(settings)
        told = []
        # Those that are due, then these: the two ways of polling tell the same.
        for urls, ends in (([], 0), ([f"{server.base}/good", f"{server.base}/gone"], 1)):
            assert await poll(settings, urls, as_json=True) == ends
            told.append([json.loads(line) for line in capsys.readouterr().out.splitlines()])
        assert await poll(settings, [f"{server.base}/gone"], as_json=True) == 1
    [due], [good, gone] = told
    assert due == {**due, "url": f"{server.base}/good", "new": 2, "updated": 0, "error": ""}
    assert (good["new"], good["duplicate"]) == (0, 2) or good["is_unchanged"]
    assert "410" in gone["error"]
    assert [set(one) for one in (due, good, gone)] == [fields] * 3
