"""What `bot.ports.Adapter` promises, held by every adapter."""

from __future__ import annotations

import asyncio
import inspect
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.console import ConsoleAdapter
from bot.caveat import CAVEATS, caveat_for
from bot.documents.build import notice
from bot.documents.nodes import Document, Heading, Kind, Paragraph, Text
from bot.models import LOCAL_WORKSPACE, ChannelRef
from bot.ports import Adapter, CaveatMissing, Outgoing, Payload, Sent
from bot.store import Store
from bot.tenants import Tenants
from tests.fakes import FakeClock
from tests.office import Office
from tests.recorder import RecordingAdapter

CHANNEL = ChannelRef("console:news")
FACTORIES: list[Callable[[Path], Adapter]] = [
    lambda folder: ConsoleAdapter(io.StringIO(), outbox=folder / "outbox.jsonl"),
    lambda folder: RecordingAdapter(folder / "channel.jsonl"),
]
Make = Callable[[], Adapter]


@pytest.fixture(params=FACTORIES, ids=["console", "recorder"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """Makes the adapter anew, as a process does that starts again."""
    return lambda: request.param(tmp_path)


def document(*, language: str = "en") -> Document:
    blocks = (Heading("News", level=1), Paragraph((Text("@everyone <!channel> & more"),)))
    return Document(kind=Kind.DIGEST, title="News", blocks=blocks, caveat=caveat_for(language, "Ask the desk."))


def outgoing(payload: Payload) -> Outgoing:
    return Outgoing(channel=CHANNEL, payload=payload, key="bb-1", since=datetime(2026, 1, 15, tzinfo=UTC))


def test_every_method_of_the_protocol_has_a_case() -> None:
    methods = {name for name, _ in inspect.getmembers(Adapter, inspect.isfunction) if not name.startswith("_")}
    text = Path(__file__).read_text(encoding="utf-8")
    assert all(f".{name}(" in text for name in methods)


def test_render_is_pure_and_carries_the_caveat(make: Make) -> None:
    adapter = make()
    for language in CAVEATS:
        payloads = adapter.render(document(language=language))
        assert payloads == adapter.render(document(language=language))
        assert payloads
        for payload in payloads:
            assert payload.caveat == CAVEATS[language]
            assert CAVEATS[language] in payload.to_json()


def test_render_pings_nobody(make: Make) -> None:
    for payload in make().render(document()):
        assert "@everyone" not in payload.to_json()
        assert "<!channel>" not in payload.to_json()


async def test_message_is_found_after_it_was_sent_also_by_the_next_process(make: Make) -> None:
    adapter = make()
    [payload, *_] = adapter.render(document())
    message = outgoing(payload)
    assert await adapter.find(message) is None
    sent = await adapter.send(message)
    assert isinstance(sent, Sent)
    for one in (adapter, make()):
        assert await one.find(message) == sent.ref
        assert await one.find(replace(message, key="bb-2")) is None
        assert await one.find(replace(message, channel=ChannelRef("console:other"))) is None


async def test_payload_without_its_caveat_is_not_sent(make: Make) -> None:
    adapter = make()
    with pytest.raises(CaveatMissing):
        await adapter.send(outgoing(bare := Payload(body={"text": "News."}, caveat=CAVEATS["en"])))
    assert await adapter.find(outgoing(bare)) is None


async def test_managers_are_told(make: Make) -> None:
    assert await make().tell(LOCAL_WORKSPACE, notice("The channel is gone"))


async def test_serving_ends_when_it_is_told_to(make: Make, sqlite_store: Store, clock: FakeClock) -> None:
    office = Office(sqlite_store, clock)
    stop = asyncio.Event()
    serving = asyncio.create_task(make().serve(Tenants("console", office.commands, sqlite_store, clock), stop))
    await asyncio.sleep(0.01)
    assert not serving.done()
    stop.set()
    await asyncio.wait_for(serving, timeout=5)


async def test_close_can_be_called_twice(make: Make) -> None:
    adapter = make()
    await adapter.close()
    await adapter.close()


async def test_console_takes_up_an_outbox_whose_last_line_was_cut(tmp_path: Path) -> None:
    outbox = tmp_path / "outbox.jsonl"
    outbox.write_text('{"channel": "console:news", "key": "bb-1"}\n{"channel": "cons', encoding="utf-8")
    adapter = ConsoleAdapter(io.StringIO(), outbox=outbox)
    assert await adapter.find(outgoing(Payload(body={}, caveat=""))) == "bb-1"
