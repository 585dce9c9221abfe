"""What is shipped around the program: its version in one place, the image, the compose files and the systemd unit."""

from __future__ import annotations

import configparser
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

import bot

ROOT = Path(__file__).parents[2]
STOP_S = 10
"""Seconds that a stop may take; see `bot.stopping`."""
COMPOSE = {"compose.yaml": ["briefbot"], "deploy/compose.postgres.yaml": ["briefbot", "migrate"]}


def test_version_stands_in_one_place_and_the_changelog_begins_with_it() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["dynamic"] == ["version"]
    assert project["tool"]["hatch"]["version"]["path"] == "bot/__init__.py"
    first = re.search(r"^## (\S+) \((unreleased|\d{4}-\d{2}-\d{2})\)$", (ROOT / "CHANGELOG.md").read_text(), re.M)
    assert first is not None
    assert first[1] == bot.__version__
    said = subprocess.run([sys.executable, "-m", "bot", "--version"], cwd=ROOT, capture_output=True, check=True)
    assert said.stdout.decode() == f"briefbot {bot.__version__}\n"


def lines(file: str) -> list[tuple[str, str]]:
    text = re.sub(r"\\\n\s*", "", (ROOT / file).read_text(encoding="utf-8"))
    return [line.partition(" ")[::2] for line in text.splitlines() if line and not line.startswith("#")]


def test_image_takes_only_what_is_locked_and_runs_without_rights() -> None:
    said = lines("Dockerfile")
    installs = [words for verb, words in said if verb == "RUN" and " install " in words and "/bin/pip" in words]
    for words in installs:
        assert "--require-hashes" in words or "--no-index" in words, words
    last = dict(said)
    assert last["USER"] == "10001:10001"
    assert last["STOPSIGNAL"] == "SIGTERM"
    assert json.loads(last["HEALTHCHECK"].partition("CMD ")[2]) == ["briefbot", "check", "--alive"]
    bases = [words for verb, words in said if verb == "FROM"]
    assert all(words.startswith("${PYTHON}") for words in bases)
    assert "latest" not in last["ARG"]
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copies = [words.split()[:-1] for verb, words in said if verb == "COPY" and "--from" not in words]
    assert {source for words in copies for source in words} == allowed


@pytest.mark.parametrize("file", COMPOSE)
def test_compose_runs_the_bot_without_rights_and_lets_it_stop(file: str) -> None:
    services: dict[str, Any] = yaml.safe_load((ROOT / file).read_text(encoding="utf-8"))["services"]
    for name in COMPOSE[file]:
        service = services[name]
        assert service["read_only"] is True
        assert service["user"].split(":")[0] not in ("", "0", "root")
        assert service["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in service["security_opt"]
        assert any(place.startswith("/tmp") for place in service["tmpfs"])
        assert "privileged" not in service
    main = services["briefbot"]
    assert int(main["stop_grace_period"].removesuffix("s")) > STOP_S
    assert main["restart"] == "unless-stopped"
    assert "healthcheck" not in main, "the image's own tells the truth"


def test_replicas_on_postgres_wait_for_the_schema_and_share_no_secret_in_the_file() -> None:
    text = (ROOT / "deploy/compose.postgres.yaml").read_text(encoding="utf-8")
    whole = yaml.safe_load(text)
    services = whole["services"]
    assert services["briefbot"]["deploy"]["replicas"] == 2
    waits = services["briefbot"]["depends_on"]
    assert waits["migrate"]["condition"] == "service_completed_successfully"
    assert services["migrate"]["depends_on"]["postgres"]["condition"] == "service_healthy"
    assert (services["migrate"]["command"], services["migrate"]["restart"]) == (["migrate"], "no")
    assert services["briefbot"]["environment"] == {"BRIEFBOT_DATABASE_URL_FILE": "/run/secrets/database_url"}
    # A second replica could not have the same name or port of the machine.
    assert not {"container_name", "ports", "hostname"} & services["briefbot"].keys()
    assert set(whole["secrets"]) == {name for one in services.values() for name in one.get("secrets", [])}
    code = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    assert not re.search(r"PASSWORD: |://[^/\s]+:[^/\s]+@", code)


def test_unit_may_write_one_folder_and_lets_the_bot_stop() -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(ROOT / "deploy/briefbot.service", encoding="utf-8")
    service = dict(unit["Service"])
    assert int(service["TimeoutStopSec"]) > STOP_S
    assert service["User"] == "briefbot"
    assert (service["ProtectSystem"], service["StateDirectory"], service["UMask"]) == ("strict", "briefbot", "0077")
    assert "ReadWritePaths" not in service
    assert service["CapabilityBoundingSet"] == ""
    for name in ("NoNewPrivileges", "PrivateTmp", "ProtectHome", "MemoryDenyWriteExecute", "RestrictNamespaces"):
        assert service[name] == "yes", name
    # We do not tell systemd of ourselves: a watchdog would kill a bot that is well.
    assert service["Type"] == "exec"
    assert "WatchdogSec" not in service
    assert service["RestartPreventExitStatus"] == "2", "wrong settings do not mend themselves"
