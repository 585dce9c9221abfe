"""The command line as scripts and people use it: exit codes, JSON on stdout alone, and errors without a traceback."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import structlog

from bot.caveat import CAVEATS
from bot.cli import main, operating
from bot.config import load
from bot.errors import ConfigError, UsageError
from tests.born import briefbot

ARTICLES = [
    {
        "url": f"https://{paper}.example/rate",
        "title": f"Central bank of Veltria holds its rate, {paper} reports",
        "text": f"The central bank of Veltria left its rate at 3.25 percent, {paper} wrote. A cut in spring is likely.",
        "publisher": paper,
        "language": "en",
        "published_at": "2026-01-15T08:00:00+00:00",
        "unknown": 1,
    }
    for paper in ("Courier", "Post")
]


class Cli:
    """Runs `briefbot` in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *args: str, stdin: str = "", **env: str) -> subprocess.CompletedProcess[str]:
        return briefbot(args, folder=self.folder, env=_clean() | env, stdin=stdin)

    def fresh(self, *args: str) -> subprocess.CompletedProcess[str]:
        """In an interpreter of its own, as a shell starts it."""
        return subprocess.run(
            [sys.executable, "-m", "bot", *args],
            cwd=self.folder,
            env=_clean() | {"PYTHONPATH": str(Path(__file__).parents[2])},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def json(self, *args: str, stdin: str = "") -> list[dict[str, Any]]:
        done = self(*args, "--json", stdin=stdin)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]


def _clean() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.startswith(("BRIEFBOT", "DISCORD", "SLACK"))}


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    return Cli(tmp_path)


@pytest.fixture
def filled(cli: Cli) -> Cli:
    lines = "\n".join([json.dumps(ARTICLES[0]), '{"title": "no address or', json.dumps(ARTICLES[1])])
    [rejected, counts] = cli.json("import", "-", stdin=lines)
    assert rejected["line"] == 2
    assert {key: counts[key] for key in ("read", "new", "duplicate", "rejected")} == {
        "read": 2,
        "new": 2,
        "duplicate": 0,
        "rejected": 1,
    }
    return cli


def test_articles_become_a_story_and_a_brief_that_is_found(filled: Cli) -> None:
    [story] = filled.json("stories")
    assert sorted(story["articles"]) == [article["url"] for article in ARTICLES]
    [brief] = filled.json("brief", "--all")
    assert (brief["brief"], brief["story"]) == (story["brief"], story["story"])
    assert brief["caveat"] == CAVEATS["en"]
    [same] = filled.json("brief", str(brief["brief"]))
    assert same == brief
    [found] = filled.json("search", "veltria rate", "--limit", "5")
    assert found["brief"] == brief["brief"]
    assert sorted(found["articles"]) == sorted(story["articles"])
    [counts] = filled.json("import", "-", stdin=json.dumps(ARTICLES[0]))
    assert (counts["new"], counts["duplicate"]) == (0, 1)


def test_older_version_is_shown_with_its_sources_and_the_caveat(filled: Cli) -> None:
    [brief] = filled.json("brief", "--all")
    fixed = filled("correct", brief["brief"], "--headline", "Veltria keeps its rate", "--note", "Shorter")
    assert fixed.returncode == 0, fixed.stdout
    [was] = filled.json("brief", brief["brief"], "--version", "1")
    assert {key: was[key] for key in ("version", "headline", "caveat", "sources")} == {
        "version": 1,
        "headline": brief["headline"],
        "caveat": CAVEATS["en"],
        "sources": brief["sources"],
    }
    drawn = filled("brief", brief["brief"], "--version", "1").stdout
    assert "Version 1 · " in drawn
    assert "first version" in drawn
    assert "[1]" in drawn
    assert brief["sources"][0]["url"] in drawn
    assert CAVEATS["en"] in " ".join(drawn.split())
    edited = filled("brief", brief["brief"], "--version", "2").stdout
    assert "corrected by a manager: Shorter" in edited


def test_brief_written_elsewhere_is_in_todays_digest_with_its_caveat(cli: Cli) -> None:
    (cli.folder / "page.txt").write_text(
        "A pact of two harbours\nThe mayors signed it.\nIt ends a quarrel. According to Meridian, all is well.\n"
        "This text is AI-generated.\nRelated Articles\nFares doubled since 2019, a study finds.\n",
        encoding="utf-8",
    )
    [added] = cli.json("add-brief", "page.txt")
    [payload] = cli.json("try", "/brief today")
    assert "A pact of two harbours" in str(payload["text"])
    assert CAVEATS["en"] in str(payload["text"])
    again = cli("add-brief", "page.txt")
    assert again.returncode == 1
    assert "was added already" in again.stdout
    [brief] = cli.json("brief", str(added["brief"]))
    assert brief["related"][0]["url"] is None
    assert f"Example: briefbot brief {added['brief']}" in " ".join(cli("brief", "b99").stderr.split())


def test_files_that_cannot_be_read_are_named_and_the_others_go_in(cli: Cli) -> None:
    (cli.folder / "page.txt").write_text("A pact of two harbours\nThe mayors signed it.\n", encoding="utf-8")
    (cli.folder / "noise.md").write_bytes(bytes(range(1, 256)))
    (cli.folder / "folder").mkdir()
    done = cli("add-brief", "nope.md", "noise.md", "folder", "page.txt", "--json")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 2
    assert [line.get("file") for line in lines] == ["nope.md", "noise.md", "folder", None]
    assert "nope.md cannot be read (No such file or directory)" in lines[0]["reason"]
    assert "this is no text" in lines[1]["reason"]
    assert lines[3]["headline"] == "A pact of two harbours"
    assert cli("add-brief", "noise.md").returncode == 1


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (("brief",), 2, "Example: briefbot brief b12"),
        (("brief", "zebra"), 2, "'zebra' is no brief's id"),
        (("brief", "b99"), 2, "no brief b99 here. Allowed: none, since no brief is written yet."),
        (("import", "missing.jsonl"), 2, "missing.jsonl cannot be read"),
        (("import", ""), 2, "an empty name is no file"),
        (("try", "/brief latest", "--as", "king"), 2, "--as 'king' is no role"),
        (("try", "/brief latest", "--workspace", "here"), 2, "--workspace 'here' is no workspace"),
        (("try", "/brief latest", "--workspace", "discord:abc"), 2, "--workspace 'discord:abc' is no workspace"),
        (("try", "/brief latest", "--workspace", "console:other"), 2, "console:local"),
        (("export", "--workspace", "discord:999999"), 2, "no workspace 'discord:999999'"),
        (("export", "--workspace", "slack:T9", "--digest", "d1"), 2, "no workspace 'slack:T9'"),
        (("preview", "d1", "--workspace", "discord:999999"), 2, "no workspace 'discord:999999'"),
        (("try", "/brief latest", "--platform", "irc"), 2, "there is no adapter for 'irc'"),
        (("run", "--only", "everything"), 2, "--only 'everything' is no part of the bot"),
        (("poll", "ftp://example.org/feed"), 2, "ftp://example.org/feed"),
        (("unknown",), 2, "No such command"),
        (("brief", "--all", "--version", "2"), 2, "--version is of one brief"),
        (("check", "--alive", "--sources"), 2, "--alive looks at no source"),
        (("export", "--format", "rss"), 2, "--format is of a digest"),
        (("export", "--digest", "M", "--out", "folder"), 2, "--out is for all data of a workspace"),
        (("discord-invite", "0"), 2, "0 is no application's id"),
        (("discord-invite", "9" * 26), 2, "is no application's id"),
        (("run", "--shards", "1"), 2, "briefbot: --shards: '1' is no range of shards; example: 0-3/16"),
        (("slack-manifest", "--http", "foo"), 2, "briefbot: --http: it must be an https:// address"),
        (("correct", "zz", "--drop"), 2, 'Example: briefbot correct b12 --headline "The new'),
        (("retract", "b1", ""), 2, "Example: briefbot retract b12 "),
        (("search", ""), 2, "query '' has no word to look for"),
        (("search", "word", "--nonsense"), 2, "--nonsense"),
    ],
)
def test_wrong_usage_says_what_is_wrong_and_exits_with_2(
    cli: Cli, args: tuple[str, ...], code: int, words: str
) -> None:
    done = cli(*args)
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("only", "shards", "given", "words"),
    [
        ({"discord"}, "", {}, "--only discord: DISCORD_TOKEN is not set"),
        ({"ingest", "slack"}, "", {"discord_token": "t"}, "--only slack: SLACK_BOT_TOKEN is not set"),
        ({"console"}, "", {"discord_token": "t"}, "--only console: the token of another platform is set"),
        (set(), "0-3/16", {}, "--shards 0-3/16: DISCORD_TOKEN is not set"),
        ({"ingest"}, "0-3/16", {"discord_token": "t"}, "--shards 0-3/16 is for Discord, and --only leaves it out"),
    ],
)
async def test_run_refuses_a_platform_that_it_could_only_wait_for(
    only: set[str], shards: str, given: dict[str, str], words: str, tmp_path: Path
) -> None:
    settings = load(env_file=None, database_url=f"sqlite+aiosqlite:///{tmp_path / 'x.db'}", **given)
    with pytest.raises((ConfigError, UsageError), match=re.escape(words)):
        async with asyncio.timeout(20):
            await operating.run(settings, frozenset(only), shards=shards)


async def test_run_tells_of_a_misspelt_setting_before_it_misses_the_right_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("DISCORD_TOKN=secret", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with structlog.testing.capture_logs() as logged, pytest.raises(ConfigError):
        await operating.run(load(), frozenset({"discord"}))
    reason = ".env sets DISCORD_TOKN, which is no setting; did you mean DISCORD_TOKEN?"
    assert {"event": "settings.odd", "log_level": "warning", "reason": reason} in logged


def test_wrong_setting_exits_with_2_and_is_named(cli: Cli) -> None:
    done = cli("check", BRIEFBOT_LOG_LEVEL="loud")
    assert done.returncode == 2
    assert "BRIEFBOT_LOG_LEVEL" in done.stderr
    assert "Traceback" not in done.stderr


def test_database_of_a_newer_version_is_refused(cli: Cli) -> None:
    assert cli("migrate").returncode == 0
    with sqlite3.connect(cli.folder / "briefbot.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    done = cli("stories")
    assert done.returncode == 1
    assert "newer version" in done.stderr
    assert cli("check").returncode == 1


def test_check_names_what_each_feature_needs(cli: Cli) -> None:
    findings = {str(finding["area"]): finding for finding in cli.json("check")}
    assert findings["store"]["state"] == "ok"
    assert f"made just now: {cli.folder / 'briefbot.db'}" in str(findings["store"]["says"])
    assert "made just now" not in cli("check").stdout
    assert "DISCORD_TOKEN" in str(findings["discord"]["says"])
    assert "SLACK_APP_TOKEN" in str(findings["slack"]["says"])
    assert findings["model"]["state"] == "off"


def test_demo_shows_a_digest_of_many_publishers_with_its_caveat(cli: Cli) -> None:
    done = cli.fresh("demo")
    assert done.returncode == 0, done.stderr
    assert CAVEATS["en"].partition(";")[0] in " ".join(done.stdout.split())
    for words in ("publishers", "Helia", "対馬", "쓰시마", "→", "/brief read"):
        assert words in done.stdout
    assert not list(cli.folder.iterdir())


def test_new_store_is_told_of_since_the_folder_may_be_the_wrong_one(cli: Cli) -> None:
    done = cli("stories", "--json")
    assert (done.returncode, done.stdout) == (0, "")
    assert "store.new" in done.stderr
    assert str(cli.folder / "briefbot.db") in done.stderr
    assert "store.new" not in cli("stories").stderr


def test_export_makes_its_folder_and_replaces_only_what_it_is_told_to(cli: Cli) -> None:
    folder = cli.folder / "new" / "folder"
    assert cli("export", "--out", str(folder)).returncode == 0
    assert sorted(file.name for file in folder.iterdir()) == ["briefbot-sources.opml", "briefbot.json"]
    kept = cli.folder / "kept.json"
    kept.write_text("mine", encoding="utf-8")
    done = cli("export", "-o", "kept.json", "--out", "other")
    assert (done.returncode, kept.read_text(encoding="utf-8")) == (2, "mine")
    assert "kept.json is there already. Allowed: a new name, or --force, which replaces it." in done.stderr
    assert not (cli.folder / "other").exists()
    assert cli("export", "-o", "kept.json", "--force").returncode == 0
    assert json.loads(kept.read_text(encoding="utf-8"))["settings"]["workspace"] == "console:local"


def test_word_to_leave_out_is_no_option(filled: Cli) -> None:
    done = filled("search", "-quake")
    assert (done.returncode, done.stdout) == (1, "nothing found\n")


def test_wrong_correction_is_told_in_the_language_of_the_command_line(filled: Cli) -> None:
    assert filled("try", "/brief-admin settings language:ko", "--as", "admin").returncode == 0
    done = filled("correct", "b1")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1].startswith("briefbot: nothing to change in b1.")
    assert "Example: briefbot correct b12 --headline" in done.stderr


def test_import_of_nothing_but_broken_lines_fails(cli: Cli) -> None:
    done = cli("import", "-", stdin="nonsense\n")
    assert done.returncode == 1
    assert "rejected line 1" in done.stdout


def _unchanged(mask: int) -> int:
    return mask


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a file that is always full")
def test_output_that_cannot_be_written_is_told_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("os.umask", _unchanged)
    with Path("/dev/full").open("w", encoding="utf-8") as full, pytest.raises(SystemExit) as left:  # noqa: PT012
        monkeypatch.setattr("sys.stdout", full)
        main(["--version"])
    assert left.value.code == 1
    assert capsys.readouterr().err == "briefbot: input or output: No space left on device\n"


def test_closed_output_is_no_reason_to_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.umask", _unchanged)
    monkeypatch.setattr("sys.stdout", None)
    with pytest.raises(SystemExit) as left:
        main(["--version"])
    assert left.value.code == 0
    sys.stdout.close()
