"""What `bot.ports.Adapter` promises, held by every adapter."""

from __future__ import annotations

import asyncio
import inspect
import io
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path

import pytest

from adapters.console import ConsoleAdapter
from adapters.discord.adapter import DiscordAdapter
from adapters.slack.adapter import SlackAdapter
from bot.caveat import CAVEATS, caveat_for
from bot.documents.build import notice
from bot.documents.nodes import Document, Heading, Kind, Paragraph, Text
from bot.host import Host, ServingAdapter
from bot.models import LOCAL_WORKSPACE, ChannelRef, WorkspaceId
from bot.ports import Adapter, CaveatMissing, Gone, Outgoing, Payload, Sent
from bot.store import Store
from tests.fakes import FakeClock
from tests.harbour import harbour, settings_for
from tests.loopback import FakeDiscord
from tests.loopback_slack import FakeSlack
from tests.office import Office
from tests.recorder import RecordingAdapter
from tests.wharf import settings_for as slack_settings
from tests.wharf import wharf


@dataclass(frozen=True, kw_only=True)
class Bench:
    """One kind of adapter, connected to its platform, or to ours in its place."""

    make: Callable[[], ServingAdapter]
    """As it is when it serves; each call as in another process."""
    fresh: Callable[[], ServingAdapter]
    """As it is made."""
    channel: ChannelRef
    other: ChannelRef
    shown: Callable[[], list[str]]
    """What readers see in the channel now, by message."""
    workspace: WorkspaceId = LOCAL_WORKSPACE

    def outgoing(self, payload: Payload) -> Outgoing:
        since = datetime.now(UTC) - timedelta(minutes=5)
        return Outgoing(channel=self.channel, payload=payload, key="bb-1", since=since)


@asynccontextmanager
async def console(folder: Path, store: Store) -> AsyncIterator[Bench]:
    terminal = io.StringIO()

    def make() -> ServingAdapter:
        return ConsoleAdapter(terminal, outbox=folder / "outbox.jsonl")

    def shown() -> list[str]:
        """What was shown last, since a terminal takes nothing back."""
        return [part for part in terminal.getvalue().split("─" * 72) if part.strip()][-1:]

    yield Bench(
        make=make, fresh=make, channel=ChannelRef("console:news"), other=ChannelRef("console:other"), shown=shown
    )


@asynccontextmanager
async def recorder(folder: Path, store: Store) -> AsyncIterator[Bench]:
    def make() -> RecordingAdapter:
        return RecordingAdapter(folder / "channel.jsonl")

    yield Bench(
        make=make,
        fresh=make,
        channel=ChannelRef("console:news"),
        other=ChannelRef("console:other"),
        shown=lambda: [message["text"] for message in make().messages()],
    )


@asynccontextmanager
async def discord(folder: Path, store: Store) -> AsyncIterator[Bench]:
    async with FakeDiscord() as fake, harbour(fake, store) as first, harbour(fake, store) as second:
        other = fake.add_channel(first.guild, "other")
        await fake.tell_guild(first.guild)
        await first.settled()
        connected = cycle((first.adapter, second.adapter))
        yield Bench(
            make=lambda: next(connected),
            fresh=lambda: DiscordAdapter(settings_for(fake), ready_s=0.05),
            channel=first.ref(),
            other=first.ref(other),
            workspace=first.workspace,
            shown=lambda: [str(message) for message in first.channel.messages],
        )


@asynccontextmanager
async def slack(folder: Path, store: Store) -> AsyncIterator[Bench]:
    async with FakeSlack() as fake, wharf(fake, store) as first, wharf(fake, store, team=first.team) as second:
        fake.person(first.team, "Ann", is_owner=True)
        connected = cycle((first.adapter, second.adapter))
        yield Bench(
            make=lambda: next(connected),
            fresh=lambda: SlackAdapter(slack_settings(fake, first.team), ping_s=0.2),
            channel=first.ref(),
            other=first.ref(fake.add_channel(first.team, "other")),
            workspace=first.workspace,
            shown=lambda: [str(message) for message in first.channel.messages],
        )


@pytest.fixture(params=[console, recorder, discord, slack], ids=["console", "recorder", "discord", "slack"])
async def bench(request: pytest.FixtureRequest, tmp_path: Path, sqlite_store: Store) -> AsyncIterator[Bench]:
    async with request.param(tmp_path, sqlite_store) as made:
        yield made


def document(*, language: str = "en", words: str = "more") -> Document:
    blocks = (Heading("News", level=1), Paragraph((Text(f"@everyone <!channel> & {words}"),)))
    return Document(kind=Kind.DIGEST, title="News", blocks=blocks, caveat=caveat_for(language, "Ask the desk."))


def test_every_method_of_the_protocol_has_a_case() -> None:
    methods = {name for name, _ in inspect.getmembers(Adapter, inspect.isfunction) if not name.startswith("_")}
    text = Path(__file__).read_text(encoding="utf-8")
    assert all(f".{name}(" in text for name in methods)


async def test_render_is_pure_and_carries_the_caveat(bench: Bench) -> None:
    adapter = bench.fresh()
    for language in CAVEATS:
        payloads = adapter.render(document(language=language))
        assert payloads == adapter.render(document(language=language))
        assert payloads
        for payload in payloads:
            assert (payload.caveat, payload.title) == (CAVEATS[language], "News")
            assert CAVEATS[language] in payload.to_json()


async def test_render_pings_nobody(bench: Bench) -> None:
    for payload in bench.fresh().render(document()):
        assert "@everyone" not in payload.to_json()
        assert "<!channel>" not in payload.to_json()


async def test_message_is_found_after_it_was_sent_also_by_the_next_process(bench: Bench) -> None:
    adapter = bench.make()
    [payload, *_] = adapter.render(document())
    message = bench.outgoing(payload)
    assert await adapter.find(message) is None
    sent = await adapter.send(message)
    assert isinstance(sent, Sent)
    for one in (adapter, bench.make()):
        assert await one.find(message) == sent.ref
        assert await one.find(replace(message, key="bb-2")) is None
        assert await one.find(replace(message, channel=bench.other)) is None


async def test_payload_without_its_caveat_is_not_sent(bench: Bench) -> None:
    adapter = bench.make()
    [payload, *_] = adapter.render(document())
    bare = json.loads(payload.to_json().replace(CAVEATS["en"], "Trust us."))
    message = bench.outgoing(replace(payload, body=bare))
    with pytest.raises(CaveatMissing):
        await adapter.send(message)
    assert await adapter.find(message) is None


async def test_edited_message_stands_once_in_its_place_and_is_found_as_before(bench: Bench) -> None:
    adapter = bench.make()
    [payload, *_] = adapter.render(document())
    [better, *_] = adapter.render(document(words="corrected"))
    message = bench.outgoing(payload)
    sent = await adapter.send(message)
    assert isinstance(sent, Sent)
    # Also by the next process, and twice.
    for one in (adapter, bench.make()):
        assert await one.edit(sent.ref, replace(message, payload=better)) == sent
        [shown] = bench.shown()
        assert "corrected" in shown
        assert CAVEATS["en"] in shown
        assert await one.find(message) == sent.ref


async def test_edit_without_the_caveat_is_not_made(bench: Bench) -> None:
    adapter = bench.make()
    [payload, *_] = adapter.render(document())
    message = bench.outgoing(payload)
    sent = await adapter.send(message)
    assert isinstance(sent, Sent)
    before = bench.shown()
    bare = json.loads(payload.to_json().replace(CAVEATS["en"], "Trust us."))
    with pytest.raises(CaveatMissing):
        await adapter.edit(sent.ref, replace(message, payload=replace(payload, body=bare)))
    assert bench.shown() == before


async def test_edit_of_what_is_not_there_says_so(bench: Bench) -> None:
    adapter = bench.make()
    [payload, *_] = adapter.render(document())
    message = bench.outgoing(payload)
    sent = await adapter.send(message)
    assert isinstance(sent, Sent)
    place, slash, _ = sent.ref.rpartition("/")
    for ref in (f"{place}{slash}1", "nothing"):
        assert isinstance(await adapter.edit(ref, message), Gone)


async def test_managers_are_told(bench: Bench) -> None:
    assert await bench.make().tell(bench.workspace, notice("The channel is gone"))


async def test_nothing_is_in_the_way_of_a_channel_that_can_be_posted_to(bench: Bench) -> None:
    assert bench.make().obstacle(bench.channel) == ""
    assert bench.make().shortfall(bench.channel) == ""


async def test_account_is_the_same_in_each_process_and_not_its_token(bench: Bench) -> None:
    [account] = {bench.fresh().account(), bench.make().account()}
    assert (account == "") is (bench.workspace == LOCAL_WORKSPACE)
    for name in ("discord_token", "slack_bot_token", "slack_app_token"):
        settings = getattr(bench.fresh(), "_settings", None)
        token = getattr(settings, name).get_secret_value() if settings else ""
        assert not token or (token not in account and token.rpartition("-")[2] not in account)


async def test_serving_ends_when_it_is_told_to(bench: Bench, sqlite_store: Store, clock: FakeClock) -> None:
    office, adapter, stop = Office(sqlite_store, clock), bench.fresh(), asyncio.Event()
    serving = asyncio.create_task(adapter.serve(Host("console", office.commands, sqlite_store, clock), stop))
    await asyncio.sleep(0.2)
    assert not serving.done()
    stop.set()
    await asyncio.wait_for(serving, timeout=5)
    await adapter.close()


async def test_close_can_be_called_twice(bench: Bench) -> None:
    adapter = bench.fresh()
    await adapter.close()
    await adapter.close()


async def test_console_takes_up_an_outbox_whose_last_line_was_cut(tmp_path: Path) -> None:
    outbox = tmp_path / "outbox.jsonl"
    outbox.write_text('{"channel": "console:news", "key": "bb-1"}\n{"channel": "cons', encoding="utf-8")
    adapter = ConsoleAdapter(io.StringIO(), outbox=outbox)
    message = Outgoing(
        channel=ChannelRef("console:news"), payload=Payload(body={}, caveat=""), key="bb-1", since=datetime.now(UTC)
    )
    assert await adapter.find(message) == "bb-1"


async def test_adapter_is_connected_while_it_serves_and_not_before(bench: Bench) -> None:
    assert await bench.make().is_connected()
    if bench.make().platform != "console":
        assert not await bench.fresh().is_connected()
