"""What docs/operate.md tells an operator to type, typed: an upgrade from an earlier version, a back-up, a restore."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.store.database import Database
from bot.store.migrate import apply_to, head

ROOT = Path(__file__).parents[2]
ROWS = (
    "workspaces (id, created_at) VALUES ('console:local', :now)",
    "sources (id, url, created_at) VALUES (1, 'https://harbour.example/feed', :now)",
    "workspace_sources (workspace_id, source_id, added_at) VALUES ('console:local', 1, :now)",
    "topics (id, workspace_id, name, name_key, rule, created_at) "
    "VALUES (1, 'console:local', 'Port', 'port', '{}', :now)",
    "digests (id, workspace_id, name, name_key, at, zone, days, topic_ids, style, created_at) "
    "VALUES (1, 'console:local', 'Morning', 'morning', '08:00', 'UTC', '[0]', '[]', 'full', :now)",
    "stories (id, changed_at) VALUES (1, :now)",
    "articles (id, source_id, story_id, url, title, text, language, published_at, seen_at) "
    "VALUES (1, 1, 1, 'https://harbour.example/1', 'Otters return', 'Otters are back.', 'en', :now, :now)",
    "briefs (id, story_id, body, published_at, news_at, created_at, updated_at) "
    "VALUES (1, 1, :body, :now, :now, :now, :now)",
    'editions (id, workspace_id, digest_id, "on", channel, due_at, state, created_at) '
    "VALUES (1, 'console:local', 1, '2026-01-15', 'console:news', :now, 'delivered', :now)",
)
BODY = '{"headline": "Otters return", "deck": "", "lede": [], "language": "en", "written_by": "extractive"}'
SHIMS = {
    # No other user, no systemd and no package index here: only these are others than the operator's.
    "sudo": 'if [ "$1" = -u ]; then shift 2; fi; exec "$@"',
    "pip": 'echo "$@" >> {root}/pip.log',
    "briefbot": 'PYTHONPATH={checkout} exec {python} -m bot "$@"',
    "systemctl": "cd {root}/etc/briefbot; case $1 in\n"
    "start) setsid {root}/opt/briefbot/bin/briefbot run >>{root}/bot.log 2>&1 </dev/null & echo $! > {root}/pid;;\n"
    "stop) kill -TERM $(cat {root}/pid) || exit 0; while kill -0 $(cat {root}/pid) 2>/dev/null; do sleep 0.1; done;;\n"
    "esac",
}


class Machine:
    """The folders that the page names, under one of ours, and an operator's shell."""

    def __init__(self, root: Path) -> None:
        self.root, self.store = root, root / "var/lib/briefbot/briefbot.db"
        for folder in ("etc/briefbot", "opt/briefbot/bin", "var/lib/briefbot"):
            (root / folder).mkdir(parents=True)
        self.url = f"sqlite+aiosqlite:///{self.store}"
        (root / "etc/briefbot/.env").write_text(f"BRIEFBOT_DATABASE_URL={self.url}\n")
        places = {"root": root, "checkout": ROOT, "python": sys.executable}
        for name, script in SHIMS.items():
            file = root / "opt/briefbot/bin" / name
            moved = re.sub(r"\{(root|checkout|python)\}", lambda found: str(places[found[1]]), script)
            file.write_text(f"#!/bin/sh\n{moved}\n")
            file.chmod(0o755)

    def type(self, title: str) -> str:
        """Does a block of the page, line by line; a line that fails ends it."""
        page = (ROOT / "docs/operate.md").read_text(encoding="utf-8")
        [block] = re.findall(rf"<!-- tested: {title} -->\n```sh\n(.*?)```", page, re.DOTALL)
        moved = re.sub(r"/(etc|opt|var)/(?=briefbot|lib)", rf"{self.root}/\1/", block)
        path = f"{self.root}/opt/briefbot/bin:{os.environ['PATH']}"
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", moved],
            cwd=ROOT,
            env={"PATH": path, "HOME": str(self.root)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"{moved}\n{done.stdout}\n{done.stderr}\n{self.log()}"
        return done.stdout

    def log(self) -> str:
        file = self.root / "bot.log"
        return file.read_text() if file.exists() else ""

    def stop(self) -> None:
        subprocess.run([self.root / "opt/briefbot/bin/systemctl", "stop"], check=True, timeout=60)

    def rows(self) -> dict[str, int]:
        """Rows of what people set and what was written; what a running bot adds by itself is left out."""
        names = [row.partition(" ")[0] for row in ROWS]
        with closing(sqlite3.connect(self.store)) as connection:
            return {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}


@pytest.mark.soak
async def test_steps_of_the_page_lose_nothing(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    database, values = Database(machine.url), {"now": time.time_ns() // 1000, "body": BODY}
    async with database.writing() as connection:
        await connection.run_sync(apply_to, "0012")
        for row in ROWS:
            await connection.execute(text(f"INSERT INTO {row}"), values)
    await database.close()
    before = machine.rows()
    assert min(before.values()) == 1
    # The first lines stop a bot of the version before; here there is none yet.
    (tmp_path / "pid").write_text("999999999")
    said = machine.type("upgrade")
    assert f"the database is at revision {head()}" in said
    assert "--require-hashes -r requirements.lock" in (tmp_path / "pip.log").read_text()
    with closing(sqlite3.connect(tmp_path / "var/lib/briefbot/before-upgrade.db")) as saved:
        assert saved.execute("SELECT version_num FROM alembic_version").fetchone() == ("0012",)

    machine.type("back-up")
    machine.stop()
    assert machine.rows() == before
    machine.store.write_bytes(b"\xff" * 100_000)
    machine.type("restore")
    machine.stop()
    assert machine.rows() == before
    assert "Traceback" not in machine.log()
