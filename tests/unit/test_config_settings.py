"""Settings: a table that is told apart from its secrets, and errors that name the setting."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
import structlog

from bot import config, logs
from bot.errors import ConfigError

ROOT = Path(__file__).parents[2]
SECRET = "xoxb-very-secret-token"


@pytest.fixture(autouse=True)
def _logging_as_before() -> object:
    yield
    structlog.reset_defaults()
    logging.basicConfig(force=True)


def test_example_file_lists_every_setting_as_it_is() -> None:
    assert (ROOT / ".env.example").read_text(encoding="utf-8") == config.env_example(), (
        "run: python -m bot.config > .env.example"
    )


def test_every_setting_is_read_from_the_environment_under_its_name() -> None:
    names = [str(field.validation_alias) for field in config.Settings.model_fields.values()]
    assert len(names) == len(set(names))
    assert all(name.startswith(("BRIEFBOT_", "DISCORD_", "SLACK_")) for name in names)
    assert all(field.description for field in config.Settings.model_fields.values())


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("BRIEFBOT_LOG_LEVEL", "loud", "BRIEFBOT_LOG_LEVEL: 'loud' is not one of debug, info"),
        ("BRIEFBOT_DATABASE_URL", "mysql://u:pw-secret@h/d", "sqlite+aiosqlite:///briefbot.db"),
        ("BRIEFBOT_FETCH_TIMEOUT", "-1", "BRIEFBOT_FETCH_TIMEOUT: it must be more than 0"),
        ("BRIEFBOT_POLL_INTERVAL", "often", "BRIEFBOT_POLL_INTERVAL"),
        ("BRIEFBOT_ALLOW_PRIVATE_SOURCES", "10.0.0.0/99", "BRIEFBOT_ALLOW_PRIVATE_SOURCES"),
        ("SLACK_APP_TOKEN", SECRET, "SLACK_BOT_TOKEN"),
    ],
)
def test_wrong_setting_is_named_and_its_value_is_not_shown_when_it_may_be_secret(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError) as caught:
        config.load(env_file=None)
    assert message in str(caught.value)
    assert "pw-secret" not in str(caught.value)
    assert SECRET not in str(caught.value)


def test_secret_comes_from_a_file_and_does_not_print(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "token").write_text(f"{SECRET}\n", encoding="utf-8")
    monkeypatch.setenv("SLACK_BOT_TOKEN_FILE", str(tmp_path / "token"))
    settings = config.load(env_file=None)
    assert settings.slack_bot_token.get_secret_value() == SECRET
    assert SECRET not in repr(settings)
    assert settings.platforms() == ("slack",)


def test_secret_file_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN_FILE", "/nowhere/token")
    with pytest.raises(ConfigError, match="DISCORD_TOKEN_FILE: /nowhere/token cannot be read"):
        config.load(env_file=None)


def test_logs_are_json_on_stderr_without_the_secret(capsys: pytest.CaptureFixture[str]) -> None:
    settings = config.load(
        env_file=None,
        slack_bot_token=SECRET,
        log_format="json",
        database_url="postgresql+asyncpg://briefbot:database-pw@host/name",
    )
    logs.configure(settings)
    try:
        raise RuntimeError(f"refused {SECRET}")
    except RuntimeError:
        structlog.get_logger("t").exception("send.failed", url=f"https://x/{SECRET}", parts=[{"pw": "database-pw"}])
    out, err = capsys.readouterr()
    assert out == ""
    event = json.loads(err)
    assert event["event"] == "send.failed"
    assert SECRET not in err
    assert "database-pw" not in err
