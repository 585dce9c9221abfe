"""What `bot.ports.Adapter` promises, held by every adapter."""

from __future__ import annotations

import inspect
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.console import ConsoleAdapter
from bot.caveat import CAVEATS, caveat_for
from bot.documents.nodes import Document, Heading, Kind, Paragraph, Text
from bot.models import ChannelRef
from bot.ports import Adapter, CaveatMissing, Payload, Sent
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
    assert await adapter.find(CHANNEL, key="bb-1") is None
    sent = await adapter.send(CHANNEL, payload, key="bb-1")
    assert isinstance(sent, Sent)
    for one in (adapter, make()):
        assert await one.find(CHANNEL, key="bb-1") == sent.ref
        assert await one.find(CHANNEL, key="bb-2") is None
        assert await one.find(ChannelRef("console:other"), key="bb-1") is None


async def test_payload_without_its_caveat_is_not_sent(make: Make) -> None:
    adapter = make()
    with pytest.raises(CaveatMissing):
        await adapter.send(CHANNEL, Payload(body={"text": "News."}, caveat=CAVEATS["en"]), key="bb-3")
    assert await adapter.find(CHANNEL, key="bb-3") is None


async def test_close_can_be_called_twice(make: Make) -> None:
    adapter = make()
    await adapter.close()
    await adapter.close()


async def test_console_takes_up_an_outbox_whose_last_line_was_cut(tmp_path: Path) -> None:
    outbox = tmp_path / "outbox.jsonl"
    outbox.write_text('{"channel": "console:news", "key": "bb-1"}\n{"channel": "cons', encoding="utf-8")
    adapter = ConsoleAdapter(io.StringIO(), outbox=outbox)
    assert await adapter.find(CHANNEL, key="bb-1") == "bb-1"
