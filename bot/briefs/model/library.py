"""pydantic-ai: the only module that imports it, so that a bot without a model never loads it.

An answer is asked for in words ("one JSON object of this form"), which every server understands; fenced or not, it is
read and checked against the form. The library and the SDKs below it try nothing again by themselves.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final, TypeVar

import httpx2
from anthropic import AsyncAnthropic
from pydantic import BaseModel
from pydantic_ai import Agent, PromptedOutput
from pydantic_ai.exceptions import (
    AgentRunError,
    ModelAuthenticationError,
    ModelConnectionError,
    ModelHTTPError,
    ModelNotFoundError,
    ModelQuotaExceededError,
    OutputTokenLimitExceeded,
    UnexpectedModelBehavior,
)
from pydantic_ai.models import Model
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.profiles.openai import OpenAIModelProfile
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider
from pydantic_ai.settings import ModelSettings
from pydantic_ai.usage import RunUsage

from bot.briefs.model.choice import Choice
from bot.briefs.model.outcome import Answered, CallFailed, Useless
from bot.briefs.model.prompt import Prompt
from bot.store.spend import Usage

T = TypeVar("T", bound=BaseModel)

MAX_ANSWER_BYTES: Final = 1_000_000
"""Of one HTTP answer; the longest brief is a hundredth of it."""
CONNECT_S: Final = 10.0
_PROVIDERS: Final = {"openai": "https://api.openai.com/v1", "anthropic": "https://api.anthropic.com"}
_RETRIED: Final = frozenset({408, 409, 425, 429})
_NOT_SENT: Final = frozenset({"pool", "connect"})


class Library:
    """A model behind pydantic-ai."""

    def __init__(self, choice: Choice) -> None:
        self._choice = choice
        # Redirects are not followed: they could carry the key to somewhere else.
        self._http = httpx2.AsyncClient(
            timeout=httpx2.Timeout(choice.timeout_s, connect=CONNECT_S),
            follow_redirects=False,
            event_hooks={"response": [_bound]},
        )
        self._model = _model(choice, self._http)
        self._settings = ModelSettings(max_tokens=choice.answer_tokens, max_retries=0)

    async def run(self, prompt: Prompt, form: type[T]) -> Answered[T]:
        """One request and its answer; raises CallFailed."""
        agent = Agent(
            self._model,
            output_type=PromptedOutput(form, template=False),
            instructions=prompt.instructions,
            retries=0,
        )
        usage = RunUsage()
        try:
            result = await agent.run(prompt.text, usage=usage, model_settings=self._settings)
        except AgentRunError as error:
            raise _failure(error, _used(usage)) from None
        except Exception as error:
            # An SDK that met an answer nobody foresaw; its words may repeat what was sent, so only its kind is told.
            raise CallFailed(f"the answer could not be read ({type(error).__name__})", usage=_used(usage)) from None
        return Answered(output=result.output, usage=_used(usage))

    async def close(self) -> None:
        await self._http.aclose()


def _model(choice: Choice, http: httpx2.AsyncClient) -> Model:
    # Addresses are given always: the SDKs would take another one, and send it our key, from variables of their own.
    key, base_url = choice.key.get_secret_value(), choice.base_url or _PROVIDERS[choice.provider]
    if choice.provider == "anthropic":
        client = AsyncAnthropic(api_key=key, base_url=base_url, http_client=http, max_retries=0)
        return AnthropicModel(choice.name, provider=AnthropicProvider(anthropic_client=client))
    if base_url == _PROVIDERS["openai"]:
        first_hand = OpenAIProvider(base_url=base_url, api_key=key, http_client=http)
        return OpenAIChatModel(choice.name, provider=first_hand)
    # Ollama and others accept OpenAI's newer name of the limit and ignore it (ollama/ollama#7125).
    profile = OpenAIModelProfile(openai_chat_supports_max_completion_tokens=False)
    own = OpenAICompatibleProvider("own", base_url=base_url, api_key=key, http_client=http, profile=profile)
    return OpenAIChatModel(choice.name, provider=own)


def _used(usage: RunUsage) -> Usage | None:
    """What the server said it used; None when it said nothing, as some servers of one's own do."""
    if not usage.input_tokens and not usage.output_tokens:
        return None
    return Usage(input_tokens=usage.input_tokens, output_tokens=usage.output_tokens)


def _failure(error: AgentRunError, usage: Usage | None) -> CallFailed:
    match error:
        case ModelQuotaExceededError():
            return CallFailed("the account's quota is used up", usage=Usage(), may_retry=False, is_certain=True)
        case ModelAuthenticationError():
            words = "the server refuses our key (BRIEFBOT_MODEL_API_KEY)"
            return CallFailed(words, usage=Usage(), may_retry=False, is_certain=True)
        case ModelNotFoundError():
            words = "the server does not know the model (BRIEFBOT_MODEL, BRIEFBOT_MODEL_BASE_URL)"
            return CallFailed(words, usage=Usage(), may_retry=False, is_certain=True)
        case ModelHTTPError(status_code=status):
            # A call that ends in an error status is not charged for.
            may_retry = status >= 500 or status in _RETRIED
            words = f"the server answered with status {status}"
            return CallFailed(words, usage=Usage(), may_retry=may_retry, after_s=error.retry_after)
        case ModelConnectionError(phase=phase):
            is_sent = phase not in _NOT_SENT
            words = "the connection broke off" if is_sent else "the server cannot be reached"
            return CallFailed(words, usage=None if is_sent else Usage())
        case OutputTokenLimitExceeded():
            return Useless("the answer was cut off (BRIEFBOT_MODEL_ANSWER_TOKENS)", usage=usage)
        case UnexpectedModelBehavior():
            return Useless("the answer is not of the form that was asked for", usage=usage)
        case _:
            return CallFailed(f"the call failed ({type(error).__name__})", usage=usage)


async def _bound(response: httpx2.Response) -> None:
    if isinstance(response.stream, httpx2.AsyncByteStream):
        response.stream = _Bounded(response.stream)


class _Bounded(httpx2.AsyncByteStream):
    """A body that breaks off where no answer is so long: a server that sends without end must not fill the memory."""

    def __init__(self, inner: httpx2.AsyncByteStream) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = MAX_ANSWER_BYTES
        async for part in self._inner:
            left -= len(part)
            if left < 0:
                raise httpx2.ReadError("the answer is too long")
            yield part

    async def aclose(self) -> None:
        await self._inner.aclose()
