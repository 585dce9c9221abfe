"""A response's body, unpacked as it comes and never beyond a cap."""

from __future__ import annotations

import zlib
from typing import Final, Protocol

import aiohttp
import brotli

from bot.errors import FetchError

CHUNK: Final = 65_536


class Unpacker(Protocol):
    """Turns packed chunks into plain ones; `feed` gives at most `most` bytes more than it has room for."""

    def feed(self, data: bytes, most: int) -> bytes: ...


async def read_body(response: aiohttp.ClientResponse, max_bytes: int) -> bytes:
    """The unpacked body; FetchError when it is larger than the cap or broken. Holds at most the cap and one chunk."""
    declared = response.content_length
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if declared is not None and declared > max_bytes:
        raise _too_large(max_bytes)
    unpacker = _unpacker(encoding)
    found = bytearray()
    async for chunk in response.content.iter_chunked(CHUNK):
        try:
            found += unpacker.feed(chunk, max_bytes - len(found) + 1)
        except (zlib.error, brotli.error) as error:
            if found:
                # Cut short or damaged at the end: a lenient reader shows what it has.
                break
            raise FetchError(f"its {encoding} packing is broken") from error
        if len(found) > max_bytes:
            raise _too_large(max_bytes)
    return bytes(found)


def _too_large(max_bytes: int) -> FetchError:
    return FetchError(f"it is larger than {max_bytes / 1e6:g} MB")


def _unpacker(encoding: str) -> Unpacker:
    match encoding:
        case "" | "identity":
            return _Plain()
        case "gzip" | "x-gzip":
            return _Zlib(16 + zlib.MAX_WBITS)
        case "deflate":
            return _Zlib(zlib.MAX_WBITS)
        case "br":
            return _Brotli()
    raise FetchError(f"it is packed as {encoding!r}, which was not asked for")


class _Plain:
    def feed(self, data: bytes, most: int) -> bytes:
        return data[:most]


class _Zlib:
    """gzip or deflate; servers that claim them and send plain or raw data are understood."""

    def __init__(self, window: int) -> None:
        self._window = window
        self._stream = zlib.decompressobj(window)
        self._is_first = True

    def feed(self, data: bytes, most: int) -> bytes:
        try:
            plain = self._stream.decompress(data, most)
        except zlib.error:
            if not self._is_first:
                raise
            if self._window != zlib.MAX_WBITS:
                if data[:2] == b"\x1f\x8b":
                    raise
                self.feed = _Plain().feed  # type: ignore[method-assign]
                return data[:most]
            self._stream = zlib.decompressobj(-zlib.MAX_WBITS)
            plain = self._stream.decompress(data, most)
        self._is_first = False
        return plain


class _Brotli:
    def __init__(self) -> None:
        self._stream = brotli.Decompressor()

    def feed(self, data: bytes, most: int) -> bytes:
        plain: bytes = self._stream.process(data, output_buffer_limit=most)
        return plain
