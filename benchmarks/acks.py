"""Slack commands, from the press of Enter to the answer, idle and during a fan-out, beside a bare Bolt command."""

from __future__ import annotations

import argparse
import asyncio
import gc
import multiprocessing
import statistics
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.adapter import SlackAdapter
from adapters.slack.incoming import channel_ref, workspace_of
from benchmarks._figures import Figure
from bot import config, logs
from bot.app import App, build
from bot.models import Digest
from tests.loopback_slack import Channel, FakeSlack, Person, Team
from tests.office import Office
from tests.waiting import until

SIZES = (300,)


def main(args: list[str]) -> int:
    """`python -m benchmarks acks [--rounds N]`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks acks")
    parser.add_argument("--rounds", type=int, default=400)
    rounds = parser.parse_args(args).rounds
    print(f"{'way':36} {'p50 ms':>8} {'p99 ms':>8} {'ratio p50':>10} {'ratio p99':>10}")
    asyncio.run(_compare(rounds))
    return 0


def figures(size: int) -> list[Figure]:
    """p50 and p99 of so many rounds of each command, beside a bare Bolt command that says a word."""
    return [
        Figure(f"Slack ack, {name}, {kind}", ours, "ms", size, "rounds", bare=theirs, most=1.2)
        for name, found, bare in asyncio.run(_compare(size))
        if name.startswith("/")
        for kind, ours, theirs in zip(("p50", "p99"), found, bare, strict=True)
    ]


Row = tuple[str, tuple[float, float], tuple[float, float]]


async def _compare(rounds: int) -> list[Row]:
    """The bot in a process of its own, people and Slack in this one, for the bare bot and for ours."""
    rows: list[Row] = []
    async with FakeSlack() as fake:
        fake.limits.off()
        team, places, mina = _workspace(fake)
        async with _process(fake, bare_bot, fake.api, team.token, fake.app_token):
            bare = await _measure(fake, mina, places[0], "word", rounds)
            rows.append(_row("bare Bolt, a word", bare, bare))
            rows.append(_row("bare Bolt, a card", await _measure(fake, mina, places[0], "card", rounds), bare))
    with tempfile.TemporaryDirectory() as folder:
        async with FakeSlack() as fake:
            fake.limits.off()
            team, places, mina = _workspace(fake)
            app = await _bot(fake.api, team.token, fake.app_token, Path(folder))
            # After both idle turns: a round takes a little more than the 50 ms in which the fake gives its answers.
            await _digests(app, team, places, in_s=30 + 2 * rounds * 0.06)
            await app.close()
            async with _process(fake, our_bot, fake.api, team.token, fake.app_token, folder):
                for state in ("idle", "fan-out"):
                    if state == "fan-out":
                        await until(lambda: any(place.messages for place in places))
                    for text in ("latest", "read b1"):
                        found = await _measure(fake, mina, places[0], text, rounds)
                        rows.append(_row(f"/brief {text}, {state}", found, bare))
                print(f"  posted meanwhile: {sum(bool(place.messages) for place in places)}", flush=True)
    return rows


def _workspace(fake: FakeSlack) -> tuple[Team, list[Channel], Person]:
    team = fake.add_team()
    return team, [fake.add_channel(team, f"c{number}") for number in range(1000)], fake.person(team)


@asynccontextmanager
async def _process(fake: FakeSlack, target: Callable[..., None], *args: object) -> AsyncIterator[None]:
    """A bot in a new process, connected and warm."""
    process = multiprocessing.get_context("spawn").Process(target=target, args=args, daemon=True)
    process.start()
    await fake.hub.connected(within_s=60)
    await asyncio.sleep(3.0)
    yield
    process.kill()
    await asyncio.to_thread(process.join)


def _row(name: str, found: tuple[float, float], bare: tuple[float, float]) -> Row:
    ratios = [ours / theirs for ours, theirs in zip(found, bare, strict=True)]
    print(f"{name:36} {found[0]:8.1f} {found[1]:8.1f} {ratios[0]:10.2f} {ratios[1]:10.2f}", flush=True)
    return name, found, bare


async def _measure(fake: FakeSlack, person: Person, place: Channel, text: str, rounds: int) -> tuple[float, float]:
    """p50 and p99 until the acknowledgement, which carries the answer, in milliseconds.

    The collector rests here, in the process of Slack and the people, which holds what they saw of every round: looking
    through that takes longer than an answer. The bots have processes, and collectors, of their own.
    """
    taken = []
    gc.collect()
    gc.disable()
    for number in range(rounds + 10):
        answer = await fake.slash(person, place, "/brief", text)
        assert answer.ack, answer.error
        if number >= 10:
            taken.append(answer.first_s * 1000)
    gc.enable()
    return statistics.median(taken), statistics.quantiles(taken, n=100)[98]


def bare_bot(api: str, token: str, app_token: str) -> None:
    """A bot of Bolt's own example: one command that answers in its acknowledgement."""
    asyncio.run(_bare_bot(api, token, app_token))


async def _bare_bot(api: str, token: str, app_token: str) -> None:
    client = AsyncWebClient(token, base_url=api)
    app = AsyncApp(client=client, token=token)

    @app.command("/brief")
    async def say(ack: Any, command: dict[str, str]) -> None:
        if command["text"] == "word":
            await ack("pong")
        else:
            await ack(blocks=_CARD, text="pong")

    await AsyncSocketModeHandler(app, app_token, web_client=client).start_async()  # type: ignore[no-untyped-call]


_CARD = [
    {
        "type": "section",
        "text": {"type": "mrkdwn", "text": "A word of the harbour. " * 12},
        "accessory": {
            "type": "button",
            "action_id": f"read:{number}",
            "text": {"type": "plain_text", "text": "Read"},
        },
    }
    for number in range(5)
]


def our_bot(api: str, token: str, app_token: str, folder: str) -> None:
    """What `briefbot run` runs."""
    asyncio.run(_our_bot(api, token, app_token, Path(folder)))


async def _our_bot(api: str, token: str, app_token: str, folder: Path) -> None:
    app = await _bot(api, token, app_token, folder)
    await app.run(asyncio.Event(), frozenset(("schedule", "slack")))


async def _bot(api: str, token: str, app_token: str, folder: Path) -> App:
    settings = config.load(
        env_file=None,
        database_url=f"sqlite+aiosqlite:///{folder / 'bench.db'}",
        log_level="error",
        slack_api=api,
        slack_bot_token=SecretStr(token),
        slack_app_token=SecretStr(app_token),
    )
    logs.configure(settings)
    return await build(settings, adapters={"slack": SlackAdapter(settings)})


async def _digests(app: App, team: Team, places: list[Channel], *, in_s: float) -> None:
    """News, and a digest for each channel; all are due at the same moment, in so many seconds."""
    workspace = workspace_of(team.id)
    office = Office(app.store, app.clock)
    source = await office.follow("https://harbour.example/feed", workspace=workspace)
    for number in range(6):
        await office.report(source, f"Harbour board meets for the {number}. time", body="A word of the harbour. " * 8)
    now = datetime.now(UTC)
    for place in places:
        digest = Digest(
            id=0,
            workspace_id=workspace,
            name=place.name,
            channel=channel_ref(team.id, place.id),
            at=now.time().replace(second=0, microsecond=0),
            zone="UTC",
            next_due_at=now + timedelta(seconds=in_s),
            next_on=now.date(),
            created_at=now,
        )
        await app.store.digests.add(digest)
