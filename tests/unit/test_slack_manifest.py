"""The manifest of the Slack app: what Slack's schema allows, the commands we have, and a reason for each permission."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
import yaml
from typer.testing import CliRunner

from adapters.slack.manifest import manifest, manifest_text
from adapters.slack.scopes import BOT_EVENTS, BOT_SCOPES
from bot import config
from bot.cli.program import app
from bot.commands.catalogue import COMMANDS
from bot.commands.catalogue.spec import Role
from bot.config import Settings

ROOT = Path(__file__).parents[2]
SCHEMA = ROOT.parent / "shared" / "specs" / "slack-manifest.schema.json"
URL = "https://briefbot.example.org/news"
NEEDS = {
    "app_mention": "app_mentions:read",
    "channel_unarchive": "channels:read",
    "group_unarchive": "groups:read",
    "member_joined_channel": "channels:read",
}
"""What Slack asks for before it sends an event; the others need nothing."""


@pytest.fixture
def settings() -> Settings:
    return config.load(env_file=None)


@pytest.fixture
def logging_as_before() -> Iterator[None]:
    yield
    structlog.reset_defaults()
    logging.basicConfig(force=True)


@pytest.mark.parametrize("made", [manifest(public_url=None), manifest(public_url=URL, model="openai:gpt-5")])
def test_manifest_is_what_slack_publishes(made: dict[str, Any]) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    if not SCHEMA.exists():
        pytest.skip("Slack's schema is not at hand")
    jsonschema.validate(made, json.loads(SCHEMA.read_text(encoding="utf-8")))


def test_limits_hold_without_the_schema() -> None:
    made = manifest(public_url=URL, model="anthropic:" + "x" * 60)
    about, features = made["display_information"], made["features"]
    assert 174 < len(about["long_description"]) <= 4000
    assert len(about["description"]) <= 140
    assert all(len(one["name"]) <= 24 for one in features["shortcuts"])
    assert "may be inaccurate" in about["long_description"]
    assert "anthropic:xxx" in about["long_description"]


def test_socket_mode_needs_no_address() -> None:
    made = manifest(public_url=None)
    assert made["settings"]["socket_mode_enabled"]
    assert not made["settings"]["token_rotation_enabled"]
    assert "://" not in json.dumps(made)


def test_http_mode_has_its_address_everywhere() -> None:
    made = manifest(public_url=f"{URL}/")
    there = f"{URL}/slack/events"
    assert [one["url"] for one in made["features"]["slash_commands"]] == [there, there]
    assert made["settings"]["event_subscriptions"]["request_url"] == there
    assert made["settings"]["interactivity"]["request_url"] == there
    assert made["settings"]["interactivity"]["message_menu_options_url"] == there
    assert made["oauth_config"]["redirect_urls"] == [f"{URL}/slack/oauth_redirect"]
    assert not made["settings"]["socket_mode_enabled"]
    assert made["settings"]["token_rotation_enabled"]


def test_hints_name_commands_that_there_are() -> None:
    for told in manifest(public_url=None)["features"]["slash_commands"]:
        root = told["command"][1:]
        # What operators may ask is nothing to suggest to everybody.
        shown = [command for command in COMMANDS if command.role is not Role.OPERATOR]
        there = {command.path[0] for command in shown if command.root == root}
        assert {part.split()[0] for part in told["usage_hint"].split(" · ")} == there
        assert told["should_escape"]


def test_every_event_can_be_sent_with_our_scopes() -> None:
    assert {NEEDS[event] for event in BOT_EVENTS if event in NEEDS} <= set(BOT_SCOPES)
    assert set(NEEDS) <= set(BOT_EVENTS)


def test_text_reads_as_the_same_manifest_with_a_reason_for_each_permission(settings: Settings) -> None:
    shown = manifest_text(settings)
    assert yaml.safe_load(shown) == manifest(public_url=None)
    for name, why in (*BOT_SCOPES.items(), *BOT_EVENTS.items()):
        assert re.search(rf"^ *# {re.escape(why)}\n *- {re.escape(name)}$", shown, re.MULTILINE), name
    assert "#" not in manifest_text(settings, with_reasons=False).replace("#1d2b3a", "")
    assert json.loads(manifest_text(settings, as_json=True)) == manifest(public_url=None)


def test_token_in_the_settings_does_not_end() -> None:
    settings = config.load(env_file=None, public_url=URL, slack_bot_token="xoxb-1", slack_signing_secret="s" * 32)
    made = yaml.safe_load(manifest_text(settings))
    assert made["settings"]["token_rotation_enabled"] is False
    assert made["settings"]["socket_mode_enabled"] is False


def test_page_says_why_as_the_manifest_does() -> None:
    page = (ROOT / "docs" / "slack.md").read_text(encoding="utf-8")
    for scope, why in BOT_SCOPES.items():
        assert f"| `{scope}` | {why} |" in page


@pytest.mark.usefixtures("logging_as_before")
def test_command_prints_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    printed = CliRunner().invoke(app, ["slack-manifest"])
    assert (printed.exit_code, yaml.safe_load(printed.stdout)) == (0, manifest(public_url=None))
    printed = CliRunner().invoke(app, ["slack-manifest", "--http", URL, "--json"])
    assert (printed.exit_code, json.loads(printed.stdout)) == (0, manifest(public_url=URL))
    wrong = CliRunner().invoke(app, ["slack-manifest", "--http", "briefbot.example.org"])
    assert "--http: it must be an https:// address" in str(wrong.exception)
