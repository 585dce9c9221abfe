"""Slack's commands, interactions and events, each bound to what answers it."""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from functools import wraps
from typing import Any, Final

import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from adapters.slack import replies, reporting
from adapters.slack.answering import Answers
from adapters.slack.events import Events
from adapters.slack.forms import CALLBACK
from adapters.slack.manifest import REPORT
from adapters.slack.mistakes import apologise, words_of
from adapters.slack.responding import Respond
from adapters.slack.scopes import BOT_EVENTS, ORGANIZATION_EVENTS

log = structlog.get_logger(__name__)

Json = Mapping[str, Any]
Next = Callable[[], Awaitable[Any]]
Answer = Callable[..., Coroutine[Any, Any, None]]

REMEMBERED: Final = 10_000
"""Events and actions that are known to have been taken, so that one which comes again is taken once."""
_OURS: Final = re.compile(r"^v1:")


class Once:
    """Whether something that has an id of Slack's came before."""

    def __init__(self, most: int = REMEMBERED) -> None:
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._most = most

    def is_new(self, id_: str) -> bool:
        if id_ in self._seen:
            return False
        self._seen[id_] = None
        if len(self._seen) > self._most:
            self._seen.popitem(last=False)
        return True


class Busy:
    """The answers that are being given."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def __enter__(self) -> None:
        if task := asyncio.current_task():
            self._tasks.add(task)

    def __exit__(self, *_: object) -> None:
        if task := asyncio.current_task():
            self._tasks.discard(task)

    def __len__(self) -> int:
        return len(self._tasks)

    def counting(self, answer: Answer) -> Answer:
        """The answer as one that is being given until it ends; a middleware of Bolt ends before the answer begins."""

        @wraps(answer)
        async def counted(**given: Any) -> None:
            with self:
                await answer(**given)

        return counted

    async def wait(self) -> None:
        await asyncio.gather(*self._tasks, return_exceptions=True)


def wire(app: AsyncApp, answers: Answers, events: Events, busy: Busy) -> None:
    """Binds everything; whatever goes wrong is told to the person and never to Slack."""
    once = Once()

    @app.middleware
    async def only_once(body: Json, next: Next, ack: Any, context: AsyncBoltContext) -> Any:  # noqa: A002 - Bolt's
        id_ = body.get("event_id") or body.get("trigger_id")
        if id_ and not once.is_new(str(id_)):
            log.info("slack.repeated", kind=body.get("type", "command"))
            return await ack()
        if context.is_enterprise_install:
            await events.seen(context.enterprise_id, context.team_id)
        context["respond"] = Respond(body, context.client)
        return await next()

    _wire_commands(app, answers, busy)
    _wire_forms(app, answers, events, busy)
    _wire_events(app, events, busy)


def _wire_commands(app: AsyncApp, answers: Answers, busy: Busy) -> None:
    @app.command(re.compile(r"^/.*brief"))
    @busy.counting
    async def command(ack: Any, respond: Any, body: Json) -> None:
        try:
            await answers.command(ack, respond, body)
        except Exception as error:
            await ack()
            await apologise(respond, error)

    @app.action(re.compile(r".*"))
    @busy.counting
    async def action(ack: Any, respond: Any, body: Json) -> None:
        try:
            await answers.action(ack, respond, body)
        except Exception as error:
            await ack()
            await apologise(respond if body.get("response_url") else None, error)

    @app.options(re.compile(r".*"))
    @busy.counting
    async def suggestion(ack: Any, body: Json) -> None:
        try:
            await answers.suggestion(ack, body)
        except Exception as error:
            await ack(options=[])
            await apologise(None, error)


def _wire_forms(app: AsyncApp, answers: Answers, events: Events, busy: Busy) -> None:
    @app.view(CALLBACK)
    @busy.counting
    async def submission(ack: Any, body: Json) -> None:
        try:
            if await answers.submission(ack, body):
                await events.draw_home(body["team"]["id"], body["user"]["id"])
        except Exception as error:
            await ack(response_action="update", view=replies.view(replies.failed(words_of(error))))
            await apologise(None, error)

    @app.shortcut(REPORT)
    @busy.counting
    async def report(ack: Any, respond: Any, body: Json) -> None:
        await ack()
        try:
            await events.open_report(body)
        except Exception as error:
            await apologise(respond, error)

    @app.view(reporting.CALLBACK)
    @busy.counting
    async def reported(ack: Any, body: Json) -> None:
        try:
            await ack(response_action="update", view=replies.view(await events.report(body)))
        except Exception as error:
            await ack(response_action="update", view=replies.view(replies.failed(words_of(error))))
            await apologise(None, error)


def _wire_events(app: AsyncApp, events: Events, busy: Busy) -> None:
    @app.event(re.compile("|".join((*BOT_EVENTS, *ORGANIZATION_EVENTS))))
    @busy.counting
    async def event(event: Json, body: Json) -> None:
        try:
            await events.take(event, body)
        except Exception as error:
            await apologise(None, error)
