"""The settings: one typed table, read from the environment and `.env`; each secret may also be a file (`NAME_FILE`).

`.env.example` is written from this table (`python -m bot.config`), and a test keeps the two equal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, Any, Final, Literal

from pydantic import (
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_serializer,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot import setting_rules as rules
from bot.env_file import given_names
from bot.errors import ConfigError
from bot.secret_files import secrets_from_files
from bot.vault import problem_with, split_keys

Network = IPv4Network | IPv6Network
_LOGIN: Final = re.compile(r"//[^/\s]*@")
DEFAULT_DATABASE_URL: Final = "sqlite+aiosqlite:///briefbot.db"


def _networks(value: object) -> object:
    """`10.0.0.0/8, fd00::/8` as networks; a bare address is a network of one."""
    if isinstance(value, str):
        return tuple(ip_network(part.strip(), strict=False) for part in value.split(",") if part.strip())
    return value


def _names(value: object) -> object:
    """`discord:123, slack:T1/U2` as a tuple."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _setting(default: Any, env: str, help_: str) -> Any:
    return Field(default, validation_alias=env, description=help_)


class Settings(BaseSettings):
    """Everything that can be set; nothing has to be (law 10)."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8-sig", extra="ignore", frozen=True, populate_by_name=True
    )

    database_url: str = _setting(
        DEFAULT_DATABASE_URL,
        "BRIEFBOT_DATABASE_URL",
        "Where everything is kept: a SQLite file or postgresql+asyncpg://user:password@host/name.",
    )
    secret_key: SecretStr = _setting(
        SecretStr(""),
        "BRIEFBOT_SECRET_KEY",
        "Seals the tokens of installed workspaces: 16 characters or more (openssl rand -hex 32); NEW,OLD to change it.",
    )
    operators: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_names)] = _setting(
        (),
        "BRIEFBOT_OPERATORS",
        "Who may use /brief-admin operator in chat, beside the console: discord:USER, slack:WORKSPACE/USER.",
    )
    log_level: str = _setting("info", "BRIEFBOT_LOG_LEVEL", "debug, info, warning or error; logs go to stderr.")
    log_format: str = _setting("auto", "BRIEFBOT_LOG_FORMAT", "text, json, or auto: text on a terminal, else json.")

    allow_private_sources: Annotated[tuple[Network, ...], NoDecode, BeforeValidator(_networks)] = _setting(
        (),
        "BRIEFBOT_ALLOW_PRIVATE_SOURCES",
        "Networks a feed may live in although they are private, such as 127.0.0.0/8,10.1.2.0/24.",
    )
    user_agent: str = _setting(
        "", "BRIEFBOT_USER_AGENT", "How we name ourselves to publishers; empty: Briefbot, its version and address."
    )
    fetch_timeout_s: float = _setting(20.0, "BRIEFBOT_FETCH_TIMEOUT", "Seconds a feed or page may take, in all.")
    max_feed_bytes: int = _setting(5_000_000, "BRIEFBOT_MAX_FEED_BYTES", "Bytes of a feed we read, after unpacking.")
    max_page_bytes: int = _setting(3_000_000, "BRIEFBOT_MAX_PAGE_BYTES", "Bytes of an article's page we read.")
    read_pages: bool = _setting(True, "BRIEFBOT_READ_PAGES", "Read an article's page when its feed gives too little.")
    poll_interval_s: int = _setting(900, "BRIEFBOT_POLL_INTERVAL", "Seconds between polls of a feed, before jitter.")
    source_patience_days: int = _setting(
        7,
        "BRIEFBOT_SOURCE_PATIENCE",
        "Days a feed may fail until those who follow it are told; after as many more it is switched off.",
    )
    news_window_h: int = _setting(
        48, "BRIEFBOT_NEWS_WINDOW", "Hours: what was older when a source was added is kept, but is no news."
    )
    story_window_h: int = _setting(72, "BRIEFBOT_STORY_WINDOW", "Hours within which articles may form one story.")

    discord_token: SecretStr = _setting(SecretStr(""), "DISCORD_TOKEN", "Bot token of the Discord application.")
    discord_api: str = _setting("", "BRIEFBOT_DISCORD_API", "Another address of the Discord API (a proxy).")
    discord_gateway: str = _setting("", "BRIEFBOT_DISCORD_GATEWAY", "Another address of the Discord gateway.")
    discord_shards: str = _setting(
        "", "BRIEFBOT_DISCORD_SHARDS", "Shards of this process, as 0-3/16; empty: all of them, as many as Discord says."
    )

    slack_bot_token: SecretStr = _setting(SecretStr(""), "SLACK_BOT_TOKEN", "xoxb-… token of one Slack workspace.")
    slack_app_token: SecretStr = _setting(SecretStr(""), "SLACK_APP_TOKEN", "xapp-… token for Socket Mode.")
    slack_signing_secret: SecretStr = _setting(
        SecretStr(""), "SLACK_SIGNING_SECRET", "Signing secret, for HTTP mode instead of Socket Mode."
    )
    slack_client_id: str = _setting("", "SLACK_CLIENT_ID", "For installation by many workspaces (OAuth).")
    slack_client_secret: SecretStr = _setting(
        SecretStr(""), "SLACK_CLIENT_SECRET", "For installation by many workspaces (OAuth)."
    )
    slack_listen: str = _setting(
        "127.0.0.1:3000", "BRIEFBOT_SLACK_LISTEN", "HTTP mode: host:port to listen at, behind a proxy that speaks TLS."
    )
    public_url: str = _setting(
        "", "BRIEFBOT_PUBLIC_URL", "HTTP mode: the https:// address under which Slack and installers reach us."
    )
    slack_api: str = _setting("", "BRIEFBOT_SLACK_API", "Another address of the Slack API (a proxy).")

    model: str = _setting(
        "", "BRIEFBOT_MODEL", "Writes the briefs: openai:NAME or anthropic:NAME; empty: they are extracted."
    )
    model_base_url: str = _setting(
        "", "BRIEFBOT_MODEL_BASE_URL", "Another server for it, OpenAI-compatible for openai:NAME (Ollama, vLLM)."
    )
    model_api_key: SecretStr = _setting(SecretStr(""), "BRIEFBOT_MODEL_API_KEY", "Key for the model's provider.")
    model_timeout_s: float = _setting(60.0, "BRIEFBOT_MODEL_TIMEOUT", "Seconds the model may take for one answer.")
    model_retries: int = _setting(2, "BRIEFBOT_MODEL_RETRIES", "Further tries after a failed call, 0 to 5.")
    model_answer_tokens: int = _setting(
        4000, "BRIEFBOT_MODEL_ANSWER_TOKENS", "Tokens one answer may have, the model's thinking included."
    )
    model_daily_tokens: int = _setting(
        500_000, "BRIEFBOT_MODEL_DAILY_TOKENS", "Tokens the model may use in a UTC day; then briefs are extracted."
    )

    health_listen: str = _setting(
        "",
        "BRIEFBOT_HEALTH_LISTEN",
        "host:port for /healthz, /metrics and /feeds, as 127.0.0.1:9091; empty: none. They ask for no password.",
    )

    @field_validator("log_level")
    @classmethod
    def _level(cls, value: str) -> str:
        return _one_of(value.lower(), "debug", "info", "warning", "error")

    @field_validator("log_format")
    @classmethod
    def _format(cls, value: str) -> str:
        return _one_of(value.lower(), "auto", "text", "json")

    @field_validator("operators")
    @classmethod
    def _people(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            if not re.fullmatch(r"discord:\d{1,20}|slack:[TE]\w{1,20}/[UW]\w{1,20}", name):
                raise ValueError(f"{name!r} is nobody's id; example: discord:80351110224678912,slack:T02/U02")
        return value

    @field_validator("discord_shards")
    @classmethod
    def _shards(cls, value: str) -> str:
        if value and read_shards(value) is None:
            raise ValueError(f"{value!r} is no range of shards; example: 0-3/16")
        return value

    @field_validator("secret_key")
    @classmethod
    def _keys(cls, value: SecretStr) -> SecretStr:
        for problem in filter(None, map(problem_with, split_keys(value.get_secret_value()))):
            raise ValueError(problem)
        return value

    @field_validator("slack_listen")
    @classmethod
    def _listen(cls, value: str) -> str:
        if read_listen(value) is None:
            raise ValueError(f"{value!r} is no host:port; example: 127.0.0.1:3000 or [::]:3000")
        return value

    @field_validator("health_listen")
    @classmethod
    def _health(cls, value: str) -> str:
        if value and read_listen(value) is None:
            raise ValueError(f"{value!r} is no host:port; example: 127.0.0.1:9091")
        return value

    @field_validator("public_url")
    @classmethod
    def _public(cls, value: str) -> str:
        if value and not re.fullmatch(r"https://[\w.-]+(:\d{1,5})?(/[\w./~-]*)?", value):
            raise ValueError("it must be an https:// address without ? and #; example: https://briefbot.example.org")
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        from bot.store.address import problem_with as problem_with_address  # the default needs no such look

        if problem := problem_with_address(value):
            raise ValueError(problem)
        return value

    @field_validator("model")
    @classmethod
    def _model_name(cls, value: str) -> str:
        if value and not re.fullmatch(r"(openai|anthropic):[\w.:/@-]{1,150}", value):
            raise ValueError(f"{value!r} is neither openai:NAME nor anthropic:NAME; example: openai:gpt-5-mini")
        return value

    @field_validator("model_base_url")
    @classmethod
    def _model_server(cls, value: str) -> str:
        if value and not re.fullmatch(r"https?://[^\s/@?#]+(/[^\s@?#]*)?", value):
            # The value may hold a password, so it is not repeated.
            raise ValueError("it must be an http(s):// address; example: http://127.0.0.1:11434/v1")
        return value.rstrip("/")

    @field_validator("model_retries")
    @classmethod
    def _few(cls, value: int) -> int:
        if not 0 <= value <= 5:
            raise ValueError("it must be from 0 to 5")
        return value

    @field_validator(*rules.BOUNDED)
    @classmethod
    def _bounded(cls, value: float, info: ValidationInfo) -> float:
        rules.require_bounds(name := str(info.field_name), value, cls.model_fields[name].default)
        return value

    @field_validator(*rules.ADDRESSES)
    @classmethod
    def _address(cls, value: str, info: ValidationInfo) -> str:
        rules.require_address(str(info.field_name), value)
        return value

    @field_validator("discord_token", "slack_bot_token", "slack_app_token", "slack_signing_secret")
    @classmethod
    def _token(cls, value: SecretStr) -> SecretStr:
        rules.require_one_word(value.get_secret_value())
        return value

    @model_validator(mode="after")
    def _slack_is_whole(self) -> Settings:
        app, bot = self.slack_app_token.get_secret_value(), self.slack_bot_token.get_secret_value()
        if not self.slack_api:
            rules.require_kinds(app, bot)
        id_, secret = self.slack_client_id, self.slack_client_secret.get_secret_value()
        if app and not bot:
            raise ValueError("SLACK_APP_TOKEN is set without SLACK_BOT_TOKEN; Socket Mode needs both")
        if bool(id_) != bool(secret):
            names = ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET")
            there, missing = names if id_ else reversed(names)
            raise ValueError(f"{there} is set without {missing}; installation by many workspaces needs both")
        if id_ and not app and not self.slack_signing_secret.get_secret_value():
            raise ValueError("SLACK_CLIENT_ID is set without SLACK_SIGNING_SECRET; installation needs HTTP mode")
        if self.slack_mode() == "oauth" and not split_keys(self.secret_key.get_secret_value()):
            raise ValueError(
                "SLACK_CLIENT_ID is set without BRIEFBOT_SECRET_KEY, which seals the tokens of installed workspaces; "
                "make one with: openssl rand -hex 32"
            )
        return self

    @model_validator(mode="after")
    def _model_is_whole(self) -> Settings:
        if self.model and not self.model_base_url and not self.model_api_key.get_secret_value():
            raise ValueError(
                "BRIEFBOT_MODEL is set without BRIEFBOT_MODEL_API_KEY; "
                "for a server of your own set BRIEFBOT_MODEL_BASE_URL instead"
            )
        return self

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        """For repr and str, which end in tracebacks: without the password of the database and of a proxy."""
        for name, value in super().__repr_args__():
            yield name, _LOGIN.sub("//********@", value) if isinstance(value, str) else value

    @field_serializer("database_url", "discord_api", "discord_gateway", "slack_api")
    def _without_login(self, value: str) -> str:
        return _LOGIN.sub("//********@", value)

    def slack_mode(self) -> Literal["socket", "http", "oauth", ""]:
        """How Slack is reached: over a socket, by HTTP as one workspace or as many; empty: not at all.

        An app-level token wins, since the other credentials stand on the same page of every app and do no harm there.
        """
        bot = self.slack_bot_token.get_secret_value()
        if bot and self.slack_app_token.get_secret_value():
            return "socket"
        if not self.slack_signing_secret.get_secret_value():
            return ""
        return "oauth" if self.slack_client_id else "http" if bot else ""

    def platforms(self) -> tuple[str, ...]:
        """The platforms whose tokens are set, `("console",)` when none is."""
        wanted = {
            "discord": self.discord_token.get_secret_value(),
            "slack": self.slack_bot_token.get_secret_value() or self.slack_mode(),
        }
        return tuple(name for name, token in wanted.items() if token) or ("console",)


def read_shards(text: str) -> tuple[range, int] | None:
    """The shards and their count in `0-3/16` or `5/16`; None for anything else."""
    found = re.fullmatch(r"(\d{1,5})(?:-(\d{1,5}))?/(\d{1,5})", text.strip())
    if not found:
        return None
    first, last, count = int(found[1]), int(found[2] or found[1]), int(found[3])
    return (range(first, last + 1), count) if first <= last < count else None


def read_listen(text: str) -> tuple[str, int] | None:
    """The host and port in `127.0.0.1:3000` or `[::1]:3000`; None for anything else."""
    found = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+)\]|([\w.-]+)):(\d{1,5})", text.strip())
    if not found or int(found[3]) > 65535:
        return None
    return found[1] or found[2], int(found[3])


def _one_of(value: str, *allowed: str) -> str:
    if value not in allowed:
        raise ValueError(f"{value!r} is not one of {', '.join(allowed)}")
    return value


def load(env_file: str | None = ".env", **overrides: Any) -> Settings:
    """The settings of this process; ConfigError names each wrong one without showing a secret.

    `overrides` are fields by name and win over the environment.
    """
    secrets = secrets_from_files(Settings.model_fields, given_names(env_file))
    try:
        return Settings(_env_file=env_file, **(secrets | overrides))  # type: ignore[call-arg]
    except ValidationError as error:
        raise ConfigError(rules.told(error, Settings.model_fields)) from None


def env_example() -> str:
    """The text of `.env.example`: each setting with its help and default."""
    lines = [
        "# Every setting of Briefbot with its default; none is needed. Copy to .env and change what you want.",
        "# A secret can also be read from a file: set NAME_FILE=/run/secrets/name instead of NAME.",
        "",
    ]
    for field in Settings.model_fields.values():
        default = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
        shown = "" if default == () else str(default).lower() if isinstance(default, bool) else str(default)
        lines += [f"# {field.description}", f"# {field.validation_alias}={shown}", ""]
    return "\n".join(lines)


if __name__ == "__main__":
    import sys

    sys.stdout.write(env_example())
