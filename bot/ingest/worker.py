"""The process that reads outside bytes (`python -m bot.ingest.worker`), so that no feed can stop or swell the bot.

It answers one request after another on its standard input and output, each a length and as many bytes: a line of JSON,
and for a request the body after it. It ends when its input does, so it never outlives the bot for longer than one
reading, and that is limited by the processor time it may use.
"""

from __future__ import annotations

import json
import struct
import sys
from dataclasses import asdict, fields
from datetime import datetime
from typing import IO, Any, Final

from bot.errors import FeedError
from bot.ingest.pages import PageText
from bot.ingest.parsed import ParsedFeed
from bot.models import Draft

_LENGTH: Final = struct.Struct(">I")
_DRAFT_FIELDS: Final = tuple(field.name for field in fields(Draft))

MEMORY_LIMIT: Final = 1 << 30
"""Bytes of address space: a reading takes 60 to 150 MB, and the libraries reserve more than they use."""


def write_frame(stream: IO[bytes], head: dict[str, Any], body: bytes = b"") -> None:
    """Sends a message; OSError when nobody reads it."""
    line = json.dumps(head, ensure_ascii=False).encode("utf-8", "replace")
    stream.write(_LENGTH.pack(len(line)) + line + _LENGTH.pack(len(body)) + body)
    stream.flush()


def read_frame(stream: IO[bytes]) -> tuple[dict[str, Any], bytes]:
    """The next message; EOFError when there is none, or half of one."""
    head = json.loads(_read_part(stream))
    return head, _read_part(stream)


def _read_part(stream: IO[bytes]) -> bytes:
    size = stream.read(_LENGTH.size)
    if len(size) < _LENGTH.size:
        raise EOFError
    (length,) = _LENGTH.unpack(size)
    body = stream.read(length)
    if len(body) < length:
        raise EOFError
    return body


def feed_from_wire(values: dict[str, Any]) -> ParsedFeed:
    """A feed as the worker sent it."""
    drafts = tuple(Draft(**(dict(zip(_DRAFT_FIELDS, row, strict=True)) | _dates(row))) for row in values.pop("drafts"))
    return ParsedFeed(**values, drafts=drafts)


def page_from_wire(values: dict[str, Any]) -> PageText:
    """A page as the worker sent it."""
    return PageText(**(values | {"published_at": _instant(values["published_at"])}))


def _dates(row: list[Any]) -> dict[str, datetime | None]:
    return {"published_at": _instant(row[_DRAFT_FIELDS.index("published_at")])}


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _feed_to_wire(feed: ParsedFeed) -> dict[str, Any]:
    rows = [[_plain(getattr(draft, name)) for name in _DRAFT_FIELDS] for draft in feed.drafts]
    return {
        "title": feed.title,
        "publisher": feed.publisher,
        "language": feed.language,
        "ttl_s": feed.ttl_s,
        "drafts": rows,
    }


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def answer(request: dict[str, Any], body: bytes) -> dict[str, Any]:
    """What a request comes to; whatever goes wrong while reading is an answer too."""
    try:
        return _read(request, body)
    except FeedError as error:
        return {"error": error.reason, "feeds": error.feeds}
    except MemoryError:
        return {"error": "It needs too much memory to be read.", "feeds": []}
    except Exception as error:  # no bytes from outside may end this process
        return {"error": f"It cannot be read ({type(error).__name__}).", "feeds": []}


def _read(request: dict[str, Any], body: bytes) -> dict[str, Any]:
    kind = request.pop("kind")
    if kind == "feed":
        from bot.ingest.feeds import parse_feed

        return {"feed": _feed_to_wire(parse_feed(body, **request))}
    from bot.ingest.pages import read_page

    page = read_page(body, **request)
    return {"page": {name: _plain(value) for name, value in asdict(page).items()} if page else None}


def _limit(cpu_s: int) -> None:
    """Caps memory for good and processor time for the reading at hand, where the system can do so."""
    try:
        import resource
    except ImportError:  # Windows: the bot's own time limit has to do
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime)
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (spent + cpu_s + 1, most))
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, most))


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Answers until the other side is gone."""
    while True:
        try:
            request, body = read_frame(requests)
            _limit(int(request.pop("limit_s")))
            write_frame(answers, answer(request, body))
        except (EOFError, OSError):
            return


def main() -> None:
    """Serves on standard input and output; nothing that a library prints may get between the answers."""
    answers = sys.stdout.buffer
    sys.stdout = sys.stderr
    serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
