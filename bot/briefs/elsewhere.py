"""Briefs written elsewhere, read from JSON lines, Markdown or a plain page. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from bot.briefs.elsewhere_jsonl import read_jsonl
from bot.briefs.elsewhere_markdown import read_markdown
from bot.briefs.elsewhere_page import read_page
from bot.briefs.parts import ElsewhereBrief, RejectedPart

__all__ = ["ElsewhereBrief", "RejectedPart", "read_briefs"]

MAX_BYTES: Final = 5_000_000
_NO_TEXT: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_END_OF_FILE: Final = "\x1a"
"""Which DOS wrote behind a text."""
Reader = Callable[[str], list[ElsewhereBrief | RejectedPart]]
_READERS: Final[dict[str, Reader]] = {
    "jsonl": read_jsonl,
    "ndjson": read_jsonl,
    "md": read_markdown,
    "markdown": read_markdown,
    "txt": read_page,
}


def read_briefs(name: str, data: bytes) -> list[ElsewhereBrief | RejectedPart]:
    """The briefs of a file, told by its suffix, or by its beginning when there is none that we know.

    One page a `.txt` or `.md`, one brief a line in `.jsonl`. What cannot be read is named with its line; the rest is.
    """
    if len(data) > MAX_BYTES:
        return [RejectedPart(line=1, reason=f"the file has {len(data)} bytes; allowed are {MAX_BYTES}")]
    text = _decoded(data)
    if isinstance(text, RejectedPart):
        return [text]
    if not text.strip():
        return [RejectedPart(line=1, reason="the file is empty; a brief needs a headline and a paragraph")]
    return _READERS.get(name.rpartition(".")[2].lower(), _sniffed(text))(text)


def _sniffed(text: str) -> Reader:
    begin = text.lstrip()
    if begin.startswith("{"):
        return read_jsonl
    return read_markdown if begin.startswith(("---\n", "# ")) else read_page


def _decoded(data: bytes) -> str | RejectedPart:
    """UTF-8, or what an older editor on Windows writes; a program, a picture or an archive is neither."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError:
            return _no_text(data.count(b"\n", 0, error.start))
    text = text.replace("\r\n", "\n").replace("\r", "\n").rstrip(_END_OF_FILE)
    if found := _NO_TEXT.search(text):
        return _no_text(text.count("\n", 0, found.start()))
    return text


def _no_text(lines_before: int) -> RejectedPart:
    return RejectedPart(line=lines_before + 1, reason="this is no text; save it as plain text in UTF-8")
