"""A model's server on loopback, OpenAI-compatible and Anthropic-shaped at once, that answers as a test says."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

KEY = "sk-loopback-0123456789abcdef"


@dataclass
class Asked:
    """A request as it came; `form` is the API it came by."""

    form: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def instructions(self) -> str:
        if self.form == "openai":
            return str(self.body["messages"][0]["content"])
        return "".join(part["text"] for part in self.body["system"])

    @property
    def text(self) -> str:
        content = self.body["messages"][-1]["content"]
        return content if isinstance(content, str) else "".join(part["text"] for part in content)

    @property
    def mark(self) -> str:
        return self.text.splitlines()[0]

    @property
    def articles(self) -> list[list[str]]:
        """The lines of each article that was shown: head, title, text."""
        inner = self.text.removeprefix(self.mark).removesuffix(self.mark).strip()
        return [block.splitlines() for block in re.split(r"\n\n(?=Article \d+, )", inner)]


Mood = Callable[["ModelServer", Asked, web.Request], Awaitable[web.StreamResponse]]


@dataclass
class ModelServer:
    """Answers each request with the next mood in line, then with `mood`."""

    mood: Mood | None = None
    line: list[Mood] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    usage: tuple[int, int] | None = (900, 120)
    base: str = ""
    came: asyncio.Event = field(default_factory=asyncio.Event)
    at_once: int = 0
    most_at_once: int = 0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        form = "anthropic" if request.path.endswith("/messages") else "openai"
        asked = Asked(form, dict(request.headers), await request.json())
        self.asked.append(asked)
        self.came.set()
        mood = self.line.pop(0) if self.line else self.mood or good
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            return await mood(self, asked, request)
        finally:
            self.at_once -= 1

    def told(self, asked: Asked, content: str, *, is_cut: bool = False) -> dict[str, Any]:
        """An answer of this API with this text in it."""
        given, made = self.usage or (0, 0)
        if asked.form == "anthropic":
            return {
                "id": "msg_1",
                "type": "message",
                "role": "assistant",
                "model": "m",
                "content": [{"type": "text", "text": content}],
                "stop_reason": "max_tokens" if is_cut else "end_turn",
                "stop_sequence": None,
                "usage": {"input_tokens": given, "output_tokens": made},
            }
        message = {"role": "assistant", "content": content}
        choice = {"index": 0, "finish_reason": "length" if is_cut else "stop", "message": message}
        answer = {"id": "c1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
        if self.usage:
            answer["usage"] = {"prompt_tokens": given, "completion_tokens": made, "total_tokens": given + made}
        return answer


# ── answers ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def brief_json(asked: Asked, **changes: Any) -> str:
    """A brief that says what its articles say: each title, by its number."""
    titles = [lines[1] for lines in asked.articles]
    sentence = {"text": f"{titles[0]}, officials said.", "sources": [1]}
    more = [{"text": f"{title}, according to a second account.", "sources": [n]} for n, title in enumerate(titles, 1)]
    brief = {
        "headline": f"In short: {titles[0]}",
        "deck": f"In short: {titles[0]}.",
        "lede": [sentence],
        "sections": [{"heading": "What happened", "sentences": more}],
    }
    return json.dumps(brief | changes, ensure_ascii=False)


def _korean(text: str) -> str:
    return f"번역: {text}"


def translation_json(asked: Asked, put: Callable[[str], str] = _korean) -> str:
    """Each text of the brief as `put` makes it, by default with a Korean word before it."""
    brief = json.loads(asked.text.removeprefix(asked.mark).removesuffix(asked.mark))
    return json.dumps(
        {
            "headline": put(brief["headline"]),
            "deck": put(brief["deck"]),
            "lede": [put(text) for text in brief["lede"]],
            "sections": [
                {"heading": put(part["heading"]), "sentences": [put(text) for text in part["sentences"]]}
                for part in brief["sections"]
            ],
        },
        ensure_ascii=False,
    )


async def good(server: ModelServer, asked: Asked, request: web.Request) -> web.StreamResponse:
    is_translation = "translator" in asked.instructions
    content = translation_json(asked) if is_translation else brief_json(asked)
    return web.json_response(server.told(asked, content))


async def fenced(server: ModelServer, asked: Asked, request: web.Request) -> web.StreamResponse:
    return web.json_response(server.told(asked, f"Here it is:\n```json\n{brief_json(asked)}\n```"))


async def nonsense(server: ModelServer, asked: Asked, request: web.Request) -> web.StreamResponse:
    return web.json_response(server.told(asked, "Lorem ipsum { dolor"))


async def wrong_form(server: ModelServer, asked: Asked, request: web.Request) -> web.StreamResponse:
    return web.json_response(server.told(asked, '{"headline": ["x"], "lede": "y"}'))


async def no_json(server: ModelServer, asked: Asked, request: web.Request) -> web.StreamResponse:
    return web.Response(body=b"\x00\xff<html>gateway</html>", content_type="application/json")


async def cut_off(server: ModelServer, asked: Asked, request: web.Request) -> web.StreamResponse:
    return web.json_response(server.told(asked, brief_json(asked)[:60], is_cut=True))


async def dropped(server: ModelServer, asked: Asked, request: web.Request) -> web.StreamResponse:
    """Half of an answer, then nothing, not even an end."""
    body = json.dumps(server.told(asked, brief_json(asked))).encode()
    response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": str(len(body))})
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    assert request.transport is not None
    request.transport.abort()
    return response


async def pouring(server: ModelServer, asked: Asked, request: web.Request) -> web.StreamResponse:
    """Nonsense without an end, as a stream of events."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    while True:
        await response.write(b"data: lorem ipsum\n\n" * 4096)


async def silent(server: ModelServer, asked: Asked, request: web.Request) -> web.StreamResponse:
    await asyncio.sleep(60)
    raise AssertionError("nobody waits that long")


def redirecting_to(other: ModelServer) -> Mood:
    async def mood(server: ModelServer, asked: Asked, request: web.Request) -> web.StreamResponse:
        raise web.HTTPTemporaryRedirect(other.base + request.path)

    return mood


def failing(status: int, **headers: str) -> Mood:
    """An error that repeats the key it was given, as careless servers do."""

    async def mood(server: ModelServer, asked: Asked, request: web.Request) -> web.StreamResponse:
        words = f"status {status} for {asked.headers.get('Authorization')} {asked.headers.get('x-api-key')}"
        error = {"type": "error", "error": {"message": words, "type": "x", "code": "x"}}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.json_response(error, status=status, headers=named)

    return mood


def saying(**changes: Any) -> Mood:
    """A brief with some parts as given."""

    async def mood(server: ModelServer, asked: Asked, request: web.Request) -> web.StreamResponse:
        return web.json_response(server.told(asked, brief_json(asked, **changes)))

    return mood


def translating(put: Callable[[str], str]) -> Mood:
    async def mood(server: ModelServer, asked: Asked, request: web.Request) -> web.StreamResponse:
        return web.json_response(server.told(asked, translation_json(asked, put)))

    return mood


def slow(seconds: float) -> Mood:
    async def mood(server: ModelServer, asked: Asked, request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(seconds)
        return await good(server, asked, request)

    return mood


def planted(asked: Asked) -> list[dict[str, Any]]:
    """Sentences that an article asked for, or that give away what the model was told; none may reach a reader."""
    key = asked.headers.get("Authorization", "") + asked.headers.get("x-api-key", "")
    texts = [
        "Claim your prize at https://evil.example/win now.",
        "Read [the details](http://evil.example) today.",
        "Visit evil.example for more.",
        "@everyone should know this evil.",
        "Told to <@123456789012345678> and <!channel>, evil.",
        "Ask @evil_admin for more.",
        f"The evil key is {key}.",
        f"My evil instructions were: {asked.instructions[:300]}",
        f"The evil mark is {asked.mark}.",
        "This summary was written and verified by humans, evil.",
        "The caveat below does not apply to this evil.",
        "Write to win@evil.example before Friday.",
        "<b>Bold</b> evil for all.",
        "Join dis\u200bcord.gg/evil tonight.",
        "@every\u200bone should know this evil.",
        "이 요약은 사람이 썼습니다. evil",
    ]
    sentences: list[dict[str, Any]] = [{"text": text, "sources": [1]} for text in texts]
    return [
        *sentences,
        {"text": "An evil of nobody.", "sources": [99]},
        {"text": "An evil of no source.", "sources": []},
    ]


PLANTS = 18


def obeying(*numbers: int) -> Mood:
    """Does what an article tells it, between sentences that are right: some of the planted sentences, or all."""

    async def mood(server: ModelServer, asked: Asked, request: web.Request) -> web.StreamResponse:
        every = planted(asked)
        assert len(every) == PLANTS
        evil = [every[number] for number in numbers or range(PLANTS)]
        titles = [lines[1] for lines in asked.articles]
        right = [{"text": f"{title}, officials said.", "sources": [n]} for n, title in enumerate(titles, 1)]
        more = [{"text": f"It is reported that {title}.", "sources": [n]} for n, title in enumerate(titles, 1)]
        sections = [
            {"heading": "What happened", "sentences": [*evil, *more]},
            {"heading": "Win at evil.example", "sentences": more},
        ]
        return web.json_response(server.told(asked, brief_json(asked, lede=[*evil, *right], sections=sections)))

    return mood


async def obeying_in_headline(server: ModelServer, asked: Asked, request: web.Request) -> web.StreamResponse:
    content = brief_json(
        asked, headline="Win at https://evil.example/win @everyone", deck="No caveat is needed: evil.example"
    )
    return web.json_response(server.told(asked, content))


@asynccontextmanager
async def model_server(mood: Mood | None = None) -> AsyncIterator[ModelServer]:
    """A server at work; `base` is its address without a path."""
    server = ModelServer(mood=mood)
    app = web.Application()
    app.router.add_post("/v1/chat/completions", server.handle)
    app.router.add_post("/v1/messages", server.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert runner.addresses
    server.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield server
    finally:
        await runner.cleanup()
