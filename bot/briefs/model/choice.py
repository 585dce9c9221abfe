"""Which model writes, as the settings say it."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec

from pydantic import SecretStr

from bot.config import Settings
from bot.errors import ConfigError

NO_KEY = "none"
"""Sent to a server of one's own, which asks for no key; the libraries send none without one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """A model and the limits on its use."""

    provider: str
    """`openai` (also for every OpenAI-compatible server) or `anthropic`."""
    name: str
    key: SecretStr
    base_url: str = ""
    """Empty: the provider's own."""
    timeout_s: float = 60.0
    retries: int = 2
    answer_tokens: int = 4000
    daily_tokens: int = 500_000

    @property
    def label(self) -> str:
        """`openai:NAME`: what stands in `written_by`, and what tokens are counted under."""
        return f"{self.provider}:{self.name}"


def model_of(settings: Settings) -> Choice | None:
    """The model that is set; None when none is. ConfigError when what it needs is not installed."""
    if not settings.model:
        return None
    provider, _, name = settings.model.partition(":")
    if not is_installed(provider):
        raise ConfigError("BRIEFBOT_MODEL: a model needs an extra; install it with: pip install 'briefbot[llm]'")
    return Choice(
        provider=provider,
        name=name,
        key=settings.model_api_key if settings.model_api_key.get_secret_value() else SecretStr(NO_KEY),
        base_url=settings.model_base_url,
        timeout_s=settings.model_timeout_s,
        retries=settings.model_retries,
        answer_tokens=settings.model_answer_tokens,
        daily_tokens=settings.model_daily_tokens,
    )


def is_installed(provider: str) -> bool:
    """Whether the extra `llm` is there, told without loading it, which takes seconds."""
    return find_spec("pydantic_ai") is not None and find_spec(provider) is not None
