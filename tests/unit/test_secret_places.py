"""Where a secret could lie open: settings that print, logs, files that others can read, memory images, images."""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
from pathlib import Path

import pytest
import structlog
import typer

from bot import config, health, logs
from bot.cli import operating, program

ROOT = Path(__file__).parents[2]
PASSWORD = "pass-of-the-database"
URL = f"postgresql+asyncpg://briefbot:{PASSWORD}@db.example/briefbot"
SECRETS = {
    "discord_token": "discord-0123456789",
    "slack_bot_token": "xoxb-0123456789-abc",
    "slack_app_token": "xapp-1-A012-0123456789",
    "slack_signing_secret": "signing-0123456789",
    "model_api_key": "sk-0123456789abcdef",
}


def test_settings_print_no_secret_in_any_form() -> None:
    settings = config.load(env_file=None, database_url=URL, slack_api=f"http://me:{PASSWORD}@proxy:1/", **SECRETS)
    shown = f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
    for secret in (PASSWORD, *SECRETS.values()):
        assert secret not in shown
    assert settings.database_url == URL


def test_log_line_is_one_line_without_secrets_whatever_stands_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(config.load(env_file=None, database_url=URL, log_format="text", **SECRETS))
    forged = (
        "x\n2026-01-01 [info     ] all.well \x1b[2K\x9b1A \u202egnihton \u2028 https://me:feed-pw@paper.example/feed"
    )
    held = SECRETS["model_api_key"]
    try:
        raise RuntimeError(f"no answer from https://me:feed-pw@paper.example/ with {held}")
    except RuntimeError:
        structlog.get_logger("t").exception("source.crashed", title=forged, parts=[held, {"deep": held}])
    err = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().err)
    assert "2026-01-01 [info" in err.splitlines()[0]
    assert not set(err) & set("\x1b\x9b\u202e\u2028")
    assert "Traceback" in err
    for secret in (PASSWORD, "feed-pw", *SECRETS.values()):
        assert secret not in err


def modes(folder: Path) -> set[str]:
    return {oct(path.stat().st_mode & 0o777) for path in folder.glob("b.db*")}


async def test_database_is_for_its_owner_and_check_tells_what_is_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = os.umask(0o022)
    try:
        settings = config.load(env_file=None, database_url="sqlite+aiosqlite:///b.db")
        [found] = [finding for finding in await health.check(settings) if finding.area == "files"]
        assert found.state == "ok"
        assert modes(tmp_path) == {"0o600"}
        (tmp_path / ".env").write_text("DISCORD_TOKEN=x")
        (tmp_path / "b.db").chmod(0o640)
        [found] = [finding for finding in await health.check(settings) if finding.area == "files"]
        assert found.state == "warning"
        assert "chmod 600 .env b.db" in found.says
    finally:
        os.umask(before)


def test_what_a_command_writes_is_for_its_owner(tmp_path: Path) -> None:
    code = "import os; from bot.cli import main\ntry: main(['--version'])\nfinally: print(oct(os.umask(0)))"
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout.split()[-1] == "0o77"


def test_process_that_runs_leaves_no_image_of_its_memory() -> None:
    before = resource.getrlimit(resource.RLIMIT_CORE)
    try:
        operating._leave_no_core()
        assert resource.getrlimit(resource.RLIMIT_CORE)[0] == 0
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, before)


def test_no_secret_need_stand_in_the_arguments_of_a_process() -> None:
    """Other users see them in `ps`: an address that may hold a password has a variable."""
    for name, command in typer.main.get_command(program.app).commands.items():  # type: ignore[attr-defined]
        for given in command.params:
            words = f"{given.name} {getattr(given, 'help', '')}".lower()
            assert not re.search(r"token|secret|password|api.?key", words) or "discord_token" in words, (name, words)
            if "database" in words:
                assert given.envvar, (name, words)


def test_container_is_nobody_on_a_root_that_cannot_be_written() -> None:
    image = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    last = image[image.rindex("\nFROM ") :]
    user = re.findall(r"^USER (\S+)", last, re.MULTILINE)
    assert user
    assert user[-1] not in ("root", "0")
    assert last.rindex("USER ") > last.rindex("\nRUN ")
    assert not re.search(r"^(?:ARG|ENV) .*(?:TOKEN|SECRET|KEY|PASSWORD)", image, re.MULTILINE)
    assert (ROOT / ".dockerignore").read_text(encoding="utf-8").startswith("*\n")
    for file in ROOT.glob("compose*.y*ml"):
        text = file.read_text(encoding="utf-8")
        assert "read_only: true" in text, file
        assert re.search(r"cap_drop: \[\"?ALL\"?\]", text), file
        assert "no-new-privileges:true" in text, file
        assert not re.search(r"privileged: *true|network_mode: *\"?host|docker\.sock", text), file
        for port in re.findall(r"ports: *\[(.*?)\]", text):
            assert "127.0.0.1:" in port, (file, port)


def test_every_package_of_the_image_is_pinned_by_its_hash() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    blocks = re.split(
        r"\n(?=[a-z0-9])", re.sub(r"^\s*#.*\n", "", lock, flags=re.MULTILINE).strip(), flags=re.IGNORECASE
    )
    assert len(blocks) > 30
    assert not [block for block in blocks if "==" not in block or "--hash=sha256:" not in block]
    assert "--require-hashes -r requirements.lock" in (ROOT / "Dockerfile").read_text(encoding="utf-8")


def test_what_asks_for_no_password_listens_nowhere_unless_it_is_told_to() -> None:
    assert config.Settings.model_fields["health_listen"].default == ""
    assert config.Settings.model_fields["slack_listen"].default.startswith("127.0.0.1:")
