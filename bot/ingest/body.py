"""A response's body, unpacked as it comes and never beyond a cap."""

from __future__ import annotations

import zlib
from typing import Final, NamedTuple, Protocol

import aiohttp
import brotli

from bot.errors import FetchError
from bot.saying import marked

CHUNK: Final = 65_536
_GZIP: Final = b"\x1f\x8b"


class Body(NamedTuple):
    """What was read; not whole when its packing broke off, or when it was cut at the cap as wished."""

    data: bytes
    is_whole: bool


class Unpacker(Protocol):
    """Turns packed chunks into plain ones: `feed` gives at most `most` bytes (1 or more) and drops the rest."""

    def feed(self, data: bytes, most: int) -> bytes: ...

    @property
    def is_done(self) -> bool:
        """Whether the packed data came to its own end."""
        ...


async def read_body(response: aiohttp.ClientResponse, max_bytes: int, *, may_be_cut: bool = False) -> Body:
    """The unpacked body. Holds at most the cap and one chunk.

    FetchError when it is larger than the cap, unless it may be cut there, or when its packing is broken from the start.
    """
    declared = response.content_length
    if declared is not None and declared > max_bytes and not may_be_cut:
        raise _too_large(max_bytes)
    encoding = response.headers.get("Content-Encoding", "").lower()
    unpacker = _unpacker(encoding)
    found, received = bytearray(), 0
    try:
        async for chunk in response.content.iter_chunked(CHUNK):
            found += unpacker.feed(chunk, max_bytes - len(found) + 1)
            received += len(chunk)
            # Packed data that unpacks to nothing is endless too.
            if len(found) > max_bytes or received > max_bytes + CHUNK:
                if may_be_cut:
                    return Body(bytes(found[:max_bytes]), is_whole=False)
                raise _too_large(max_bytes)
    except (zlib.error, brotli.error) as error:
        if not found:
            raise FetchError(marked("its {encoding} packing is broken").format(encoding=encoding)) from error
        # A lenient reader shows what it has.
        return Body(bytes(found), is_whole=False)
    return Body(bytes(found), is_whole=unpacker.is_done)


def _too_large(max_bytes: int) -> FetchError:
    return FetchError(marked("it is larger than {n} MB").format(n=f"{max_bytes / 1e6:g}"))


def _unpacker(encoding: str) -> Unpacker:
    match [name for part in encoding.split(",") if (name := part.strip()) not in ("", "identity")]:
        case []:
            return _Plain()
        case ["gzip" | "x-gzip" | "deflate" as name]:
            return _Zlib(name)
        case ["br"]:
            return _Brotli()
    words = marked("it is packed as '{encoding}', which was not asked for")
    raise FetchError(words.format(encoding=encoding[:40]))


class _Plain:
    is_done = True

    def feed(self, data: bytes, most: int) -> bytes:
        return data[:most]


class _Zlib:
    """gzip and deflate, told apart by their first two bytes: servers confuse them, and claim them for plain bodies."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._head = b""
        self._inner: Unpacker | None = None

    @property
    def is_done(self) -> bool:
        return self._inner is None or self._inner.is_done

    def feed(self, data: bytes, most: int) -> bytes:
        if self._inner is None:
            data = self._head = self._head + data
            if len(data) < 2:
                return b""
            self._inner = self._choose(data)
        return self._inner.feed(data, most)

    def _choose(self, head: bytes) -> Unpacker:
        if head.startswith(_GZIP):
            return _Members()
        if head[0] & 15 == 8 and int.from_bytes(head[:2], "big") % 31 == 0:
            return _Stream(zlib.MAX_WBITS)
        return _Plain() if "gzip" in self._name else _Stream(-zlib.MAX_WBITS)


class _Stream:
    def __init__(self, window: int) -> None:
        self._stream = zlib.decompressobj(window)

    @property
    def is_done(self) -> bool:
        return self._stream.eof

    def feed(self, data: bytes, most: int) -> bytes:
        return b"" if self._stream.eof else self._stream.decompress(data, most)


class _Members:
    """gzip: one member after another, and whatever else follows is padding."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(16 + zlib.MAX_WBITS)
        self.is_done = False

    def feed(self, data: bytes, most: int) -> bytes:
        plain = bytearray()
        while data and len(plain) < most:
            if self.is_done:
                if data[:1] != _GZIP[:1]:
                    break
                self._stream = zlib.decompressobj(16 + zlib.MAX_WBITS)
            plain += self._stream.decompress(data, most - len(plain))
            self.is_done = self._stream.eof
            data = self._stream.unused_data
        return bytes(plain)


class _Brotli:
    def __init__(self) -> None:
        self._stream = brotli.Decompressor()

    @property
    def is_done(self) -> bool:
        return bool(self._stream.is_finished())

    def feed(self, data: bytes, most: int) -> bytes:
        if self.is_done:
            return b""
        plain: bytes = self._stream.process(data, output_buffer_limit=most)
        return plain
