"""Settings: a table that is told apart from its secrets, and errors that name the setting."""

from __future__ import annotations

import io
import json
import logging
from pathlib import Path

import pytest
import structlog
from sqlalchemy import make_url

from bot import config, health, logs
from bot.errors import ConfigError
from bot.store.address import for_driver

ROOT = Path(__file__).parents[2]
SECRET = "xoxb-very-secret-token"
OAUTH = {"slack_client_id": "1.2", "slack_client_secret": SECRET}


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
        ("BRIEFBOT_DATABASE_URL", "postgresql+asyncpg://bb:p@ss:pw-secret@localhost/x", "@ is written as %40"),
        ("BRIEFBOT_DATABASE_URL", "postgresql+asyncpg://bb:pw@pw-secret@localhost/x", "more than one @"),
        ("BRIEFBOT_DATABASE_URL", "postgresql+asyncpg://bb:pw@s?pw-secret=1@localhost/x", "more than one @"),
        ("BRIEFBOT_DATABASE_URL", "postgresql+asyncpg://localhost:pw-secret/x", "host or port cannot be read"),
        ("BRIEFBOT_DATABASE_URL", "postgresql+asyncpg://..pw-secret/x", "host or port cannot be read"),
        ("BRIEFBOT_DATABASE_URL", "postgresql+asyncpg://h/x?pw-secret=1", "an option after ? that is none"),
        ("BRIEFBOT_DATABASE_URL", "postgresql+asyncpg://h/x?password=pw-secret", "the option password; allowed: ssl,"),
        ("BRIEFBOT_DATABASE_URL", "postgresql+asyncpg://h/x?channel_binding=require", "the option channel_binding;"),
        ("BRIEFBOT_DATABASE_URL", "postgresql+asyncpg://h/x?sslmode=yes", "sslmode must be one of disable,"),
        ("BRIEFBOT_DATABASE_URL", "postgresql+asyncpg:///x?host=h&port=pw-secret", "port must be a number"),
        ("BRIEFBOT_DATABASE_URL", "sqlite+aiosqlite://home:pw-secret", "a file has three slashes"),
        ("BRIEFBOT_FETCH_TIMEOUT", "-1", "BRIEFBOT_FETCH_TIMEOUT: it must be from 0.01 to 3600"),
        ("BRIEFBOT_FETCH_TIMEOUT", "nan", "it must be from 0.01 to 3600; example: 20.0"),
        ("BRIEFBOT_MODEL_TIMEOUT", "inf", "it must be from 1 to 3600"),
        ("BRIEFBOT_STORY_WINDOW", "99999999999", "it must be from 1 to 8760; example: 72"),
        ("BRIEFBOT_NEWS_WINDOW", "99999999999", "it must be from 0 to 8760; example: 48"),
        ("BRIEFBOT_NEWS_WINDOW", "-1", "it must be from 0 to 8760"),
        ("BRIEFBOT_SOURCE_PATIENCE", "99999999999", "it must be from 1 to 3650"),
        ("BRIEFBOT_POLL_INTERVAL", "15m", "BRIEFBOT_POLL_INTERVAL: it must be a whole number; example: 900"),
        ("BRIEFBOT_POLL_INTERVAL", "9" * 14, "BRIEFBOT_POLL_INTERVAL: it must be from 1 to 604800; example: 900"),
        ("BRIEFBOT_MAX_FEED_BYTES", "5MB", "BRIEFBOT_MAX_FEED_BYTES: it must be a whole number; example: 5000000"),
        ("BRIEFBOT_READ_PAGES", "maybe", "BRIEFBOT_READ_PAGES: it must be true or false; example: true"),
        ("BRIEFBOT_MODEL_TIMEOUT", "nan", "BRIEFBOT_MODEL_TIMEOUT: it must be from 1 to 3600; example: 60.0"),
        ("BRIEFBOT_MODEL_TIMEOUT", "a minute", "BRIEFBOT_MODEL_TIMEOUT: it must be a number; example: 60.0"),
        ("BRIEFBOT_MODEL_ANSWER_TOKENS", "1", "BRIEFBOT_MODEL_ANSWER_TOKENS: it must be from 200 to 1000000"),
        ("BRIEFBOT_DISCORD_API", "nope", "BRIEFBOT_DISCORD_API: it must be an address that begins with https:// or"),
        ("BRIEFBOT_DISCORD_GATEWAY", "http://u:pw-secret@x", "BRIEFBOT_DISCORD_GATEWAY: it must be an address that"),
        ("BRIEFBOT_SLACK_API", "zzz", "BRIEFBOT_SLACK_API: it must be an address that begins with https:// or http://"),
        ("DISCORD_TOKEN", "pw-secret of mine", "DISCORD_TOKEN: there is a space or a new line in it; copy it again"),
        ("SLACK_BOT_TOKEN", "xapp-pw-secret", "SLACK_BOT_TOKEN must begin with xoxb-; the one that begins with xapp-"),
        ("BRIEFBOT_ALLOW_PRIVATE_SOURCES", "10.0.0.0/99", "BRIEFBOT_ALLOW_PRIVATE_SOURCES"),
        ("SLACK_APP_TOKEN", SECRET, "SLACK_BOT_TOKEN"),
        ("SLACK_CLIENT_ID", "1.2", "SLACK_CLIENT_ID is set without SLACK_CLIENT_SECRET"),
        ("SLACK_CLIENT_SECRET", SECRET, "SLACK_CLIENT_SECRET is set without SLACK_CLIENT_ID"),
        ("BRIEFBOT_SECRET_KEY", "pw-secret", "BRIEFBOT_SECRET_KEY: each key needs 16 characters"),
        ("BRIEFBOT_SECRET_KEY", f"{SECRET}{SECRET},{'a' * 20}", "BRIEFBOT_SECRET_KEY: a key repeats too few"),
        ("BRIEFBOT_SLACK_LISTEN", "3000", "BRIEFBOT_SLACK_LISTEN: '3000' is no host:port"),
        ("BRIEFBOT_SLACK_LISTEN", "localhost:99999", "BRIEFBOT_SLACK_LISTEN"),
        ("BRIEFBOT_PUBLIC_URL", "http://briefbot.example.org", "BRIEFBOT_PUBLIC_URL: it must be an https:// address"),
        ("BRIEFBOT_PUBLIC_URL", "https://x.example/?a=b", "BRIEFBOT_PUBLIC_URL"),
        ("BRIEFBOT_MODEL", "gpt-5", "BRIEFBOT_MODEL: 'gpt-5' is neither openai:NAME nor anthropic:NAME"),
        ("BRIEFBOT_MODEL", "openai:gpt-5", "BRIEFBOT_MODEL is set without BRIEFBOT_MODEL_API_KEY"),
        ("BRIEFBOT_MODEL_BASE_URL", "http://u:pw-secret@h/v1", "BRIEFBOT_MODEL_BASE_URL: it must be an http(s)://"),
        ("BRIEFBOT_MODEL_RETRIES", "9", "BRIEFBOT_MODEL_RETRIES: it must be from 0 to 5"),
        ("BRIEFBOT_MODEL_TIMEOUT", "0", "BRIEFBOT_MODEL_TIMEOUT: it must be from 1 to 3600"),
        ("BRIEFBOT_MODEL_DAILY_TOKENS", "0", "BRIEFBOT_MODEL_DAILY_TOKENS: it must be from 1 to"),
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


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+asyncpg://briefbot:p%40ss%3Aw%2Frd@db.example:5432/briefbot",
        "postgresql+asyncpg://briefbot:it's:odd/but?right@db.example/briefbot",
        "postgresql+asyncpg://briefbot@[::1]:5432/briefbot?sslmode=verify-full",
        "postgresql+asyncpg:///briefbot?host=/run/postgresql&port=5433",
        "postgresql+asyncpg:///briefbot?host=a.example:5432&host=b.example:5432&target_session_attrs=read-write",
        "sqlite+aiosqlite:////var/lib/bot@home/store.db",
    ],
)
def test_address_of_a_database_may_have_all_that_the_driver_knows(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("BRIEFBOT_DATABASE_URL", url)
    assert config.load(env_file=None).database_url == url
    query = for_driver(make_url(url)).query
    assert "sslmode" not in query
    assert query.get("ssl") == ("verify-full" if "sslmode" in url else None)


def test_secret_comes_from_a_file_and_does_not_print(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "token").write_text(f"{SECRET}\n", encoding="utf-8")
    monkeypatch.setenv("SLACK_BOT_TOKEN_FILE", str(tmp_path / "token"))
    settings = config.load(env_file=None)
    assert settings.slack_bot_token.get_secret_value() == SECRET
    assert SECRET not in repr(settings)
    assert settings.platforms() == ("slack",)


def test_secret_comes_from_a_file_that_dotenv_names_unless_the_environment_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "token").write_text(f"{SECRET}\n", encoding="utf-8")
    # With the mark at its beginning that editors on Windows leave.
    (tmp_path / ".env").write_text(f"\ufeffSLACK_BOT_TOKEN_FILE={tmp_path}/token\n", encoding="utf-8")
    env_file = str(tmp_path / ".env")
    assert config.load(env_file=env_file).slack_bot_token.get_secret_value() == SECRET
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-of-the-environment")
    assert config.load(env_file=env_file).slack_bot_token.get_secret_value() == "xoxb-of-the-environment"
    monkeypatch.delenv("SLACK_BOT_TOKEN")
    (tmp_path / "token").write_text("\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"SLACK_BOT_TOKEN_FILE: .*token is empty"):
        config.load(env_file=env_file)
    (tmp_path / "token").unlink()
    with pytest.raises(ConfigError, match=r"SLACK_BOT_TOKEN_FILE: .*token cannot be read"):
        config.load(env_file=env_file)


@pytest.mark.parametrize(
    ("text", "words"), [(b"# a\nDISCORD_TOKEN=caf\xe9\n", "line 2: it is not UTF-8"), (b"\xff", "line 1: it is not")]
)
def test_dotenv_that_is_no_text_is_refused_with_its_line(tmp_path: Path, text: bytes, words: str) -> None:
    (tmp_path / ".env").write_bytes(text)
    with pytest.raises(ConfigError, match=words):
        config.load(env_file=str(tmp_path / ".env"))


async def test_check_warns_of_what_is_no_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = (
        f"DISCORD_TOKN={SECRET}",
        f"garbage {SECRET} without equals",
        f'BRIEFBOT_MODEL_API_KEY="{SECRET}',
        "BRIEFBOT_POLL_INTERVALL=3",
        "SLACK_WEBHOOK=x",
        "DISCORD_TOKEN_FILE=",
        "briefbot_log_level=info",
        "POSTGRES_PASSWORD=x",
    )
    (tmp_path / ".env").write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SLACK_HOME", "of another program")
    monkeypatch.setenv("BRIEFBOT_PORT_80_TCP_ADDR", "10.0.0.1")
    monkeypatch.setenv("BRIEFBOT_OPERATOR", "discord:1")
    findings = await health.check(config.load(database_url=f"sqlite+aiosqlite:///{tmp_path / 'x.db'}"))
    says = [one.says for one in findings if one.area == "settings" and one.state == "warning"]
    assert [line for line in says if "BRIEFBOT_SOAK" not in line] == [
        ".env, line 2 sets nothing: it has no = or a quotation mark that is never closed",
        ".env, line 3 sets nothing: it has no = or a quotation mark that is never closed",
        ".env sets DISCORD_TOKN, which is no setting; did you mean DISCORD_TOKEN?",
        ".env sets BRIEFBOT_POLL_INTERVALL, which is no setting; did you mean BRIEFBOT_POLL_INTERVAL?",
        ".env sets SLACK_WEBHOOK, which is no setting; .env.example lists all",
        "the environment sets BRIEFBOT_OPERATOR, which is no setting; did you mean BRIEFBOT_OPERATORS?",
    ]
    assert SECRET not in str(findings)


KEY = "a passphrase for tests"
FOREIGN = "xoxe.xoxb-1-a-token-of-a-workspace"


@pytest.mark.parametrize(
    ("given", "mode", "platforms"),
    [
        ({}, "", ("console",)),
        ({"slack_bot_token": SECRET}, "", ("slack",)),
        ({"slack_signing_secret": SECRET}, "", ("console",)),
        ({"slack_bot_token": SECRET, "slack_app_token": "xapp-1"}, "socket", ("slack",)),
        ({"slack_bot_token": SECRET, "slack_signing_secret": SECRET}, "http", ("slack",)),
        ({"slack_signing_secret": SECRET, **OAUTH, "secret_key": KEY}, "oauth", ("slack",)),
        # Every app has these credentials; over a socket they are not used.
        (
            {"slack_bot_token": SECRET, "slack_app_token": "xapp-1", "slack_signing_secret": SECRET, **OAUTH},
            "socket",
            ("slack",),
        ),
    ],
)
def test_mode_of_slack_follows_from_what_is_set(given: dict[str, str], mode: str, platforms: tuple[str, ...]) -> None:
    settings = config.load(env_file=None, **given)
    assert (settings.slack_mode(), settings.platforms()) == (mode, platforms)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (OAUTH, "SLACK_CLIENT_ID is set without SLACK_SIGNING_SECRET"),
        ({**OAUTH, "slack_signing_secret": SECRET}, "SLACK_CLIENT_ID is set without BRIEFBOT_SECRET_KEY"),
    ],
)
def test_installation_by_many_says_what_it_lacks(given: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        config.load(env_file=None, **given)
    assert message in str(caught.value)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "state", "says"),
    [
        ({}, "off", "set SLACK_BOT_TOKEN and SLACK_APP_TOKEN"),
        ({"slack_bot_token": SECRET}, "warning", "needs SLACK_APP_TOKEN or SLACK_SIGNING_SECRET"),
        ({"slack_signing_secret": SECRET}, "warning", "needs SLACK_BOT_TOKEN, or SLACK_CLIENT_ID"),
        ({"slack_bot_token": SECRET, "slack_app_token": "xapp-1"}, "ok", "Socket Mode"),
        ({"slack_bot_token": SECRET, "slack_signing_secret": SECRET}, "ok", "HTTP mode at 127.0.0.1:3000"),
        (
            {**OAUTH, "slack_signing_secret": SECRET, "secret_key": KEY, "public_url": "https://b.example/"},
            "ok",
            "https://b.example/slack/install",
        ),
    ],
)
async def test_check_says_how_slack_is_reached(tmp_path: Path, given: dict[str, str], state: str, says: str) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'x.db'}"
    findings = await health.check(config.load(env_file=None, database_url=url, **given))
    [found] = [finding for finding in findings if finding.area == "slack"]
    assert found.state == state
    assert says in found.says
    assert SECRET not in found.says


def test_place_to_listen_is_read() -> None:
    assert config.read_listen("127.0.0.1:3000") == ("127.0.0.1", 3000)
    assert config.read_listen("[::1]:0") == ("::1", 0)
    assert config.read_listen(":3000") is None


def test_secret_file_that_is_no_text_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "token"
    file.write_bytes("fake-secret-é".encode("latin-1"))
    monkeypatch.setenv("SLACK_BOT_TOKEN_FILE", str(file))
    with pytest.raises(ConfigError, match=r"SLACK_BOT_TOKEN_FILE: .*token is no text in UTF-8") as caught:
        config.load(env_file=None)
    assert "fake-secret" not in str(caught.value)


def test_secret_file_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN_FILE", "/nowhere/token")
    with pytest.raises(ConfigError, match="DISCORD_TOKEN_FILE: /nowhere/token cannot be read"):
        config.load(env_file=None)


def test_logs_are_json_on_stderr_without_the_secret(capsys: pytest.CaptureFixture[str]) -> None:
    settings = config.load(
        env_file=None,
        slack_bot_token=SECRET,
        log_format="json",
        secret_key=f"another passphrase of ours,{KEY}",
        database_url="postgresql+asyncpg://briefbot:database-pw@host/name",
    )
    logs.configure(settings)
    try:
        raise RuntimeError(f"refused {SECRET} and {FOREIGN}, sealed with {KEY}")
    except RuntimeError:
        structlog.get_logger("t").exception("send.failed", url=f"https://x/{SECRET}", parts=[{"pw": "database-pw"}])
    out, err = capsys.readouterr()
    assert out == ""
    event = json.loads(err)
    assert event["event"] == "send.failed"
    assert SECRET not in err
    assert "database-pw" not in err
    assert FOREIGN not in err
    assert KEY not in err


def test_logs_go_to_what_is_stderr_now(monkeypatch: pytest.MonkeyPatch) -> None:
    gone, now = io.StringIO(), io.StringIO()
    monkeypatch.setattr("sys.stderr", gone)
    logs.configure(config.load(env_file=None, log_format="json"))
    structlog.get_logger("t").warning("feed.first")
    assert "feed.first" in gone.getvalue()
    gone.close()
    monkeypatch.setattr("sys.stderr", now)
    structlog.get_logger("t").warning("feed.second")
    logging.getLogger("a.library").warning("and others")
    assert [json.loads(line)["event"] for line in now.getvalue().splitlines()] == ["feed.second", "and others"]


def test_operators_are_ids_of_people() -> None:
    assert config.load(env_file=None, operators="discord:12, slack:T1/U2").operators == ("discord:12", "slack:T1/U2")
    for wrong in ("mina", "slack:U2", "discord:1/2"):
        with pytest.raises(ConfigError, match=r"BRIEFBOT_OPERATORS.*nobody's id; example: discord:"):
            config.load(env_file=None, operators=wrong)
