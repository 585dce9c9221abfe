"""Import files: one article a line, as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from bot.ingest.dates import parse_date
from bot.ingest.entry import name_of, title_from
from bot.models import Draft
from bot.text.clean import one_line, paragraphs
from bot.text.language import code_of, language_of
from bot.text.urls import is_web_address, without_login

LINE_LIMIT: Final = 2_000_000
"""Bytes of one line."""

_EXAMPLE: Final = '{"url": "https://example.org/a", "title": "…", "text": "…", "publisher": "Example"}'


@dataclass(frozen=True, kw_only=True, slots=True)
class RejectedLine:
    """A line that is no article, and why; lines are counted from 1."""

    line: int
    reason: str


def read_articles(lines: Iterable[bytes | str]) -> Iterator[Draft | RejectedLine]:
    """The articles of an import file, line by line; what is wrong with a line never stops the others.

    Keys: url, title, text, publisher, language, published_at; others are ignored, a title or a text is needed. Blank
    lines and a byte order mark mean nothing. A date without a zone is UTC; a missing language is told from the text.
    """
    for number, line in enumerate(lines, start=1):
        if len(line) > LINE_LIMIT:
            yield RejectedLine(line=number, reason=f"the line is longer than {LINE_LIMIT:,} bytes")
            continue
        try:
            text = (line.decode("utf-8") if isinstance(line, bytes) else line).lstrip("\ufeff").strip()
            if text:
                yield _draft(text)
        except UnicodeDecodeError:
            yield RejectedLine(line=number, reason="it is not UTF-8")
        except ValueError as error:
            yield RejectedLine(line=number, reason=str(error))


def _draft(line: str) -> Draft:
    """ValueError says what is wrong."""
    values = _object(line)
    url, publisher, said = (_text(values, name).strip() for name in ("url", "publisher", "language"))
    if url and not is_web_address(url):
        raise ValueError(f"url {_shown(url)} is no http(s) address")
    text = paragraphs(_text(values, "text"), is_html=False, is_wrapped=False)
    title = one_line(_text(values, "title"), is_html=False) or title_from(text)
    if not title:
        raise ValueError(f"there is neither title nor text. Example: {_EXAMPLE}")
    language = code_of(said)
    if said and not language and said != "und":
        raise ValueError(f"language {_shown(said)} is no two-letter code such as en, ko or ja")
    when = _text(values, "published_at").strip()
    published_at = parse_date(when)
    if when and published_at is None:
        raise ValueError(f"published_at {_shown(when)} is no date. Example: 2026-01-31T09:00:00+09:00")
    return Draft(
        url=without_login(url),
        title=title,
        text=text,
        publisher=name_of(publisher),
        language=language or language_of(f"{title} {text}"),
        published_at=published_at,
    )


def _object(line: str) -> dict[str, Any]:
    try:
        values = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError(f"it is no JSON. Example: {_EXAMPLE}") from None
    if not isinstance(values, dict):
        raise ValueError(f"it is JSON, but no object. Example: {_EXAMPLE}")
    return values


def _text(values: dict[str, Any], name: str) -> str:
    value = values.get(name)
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool) and name == "published_at":
        return str(int(value))
    if not isinstance(value, str):
        raise ValueError(f"{name} must be text, not {_shown(json.dumps(value, ensure_ascii=False))}")
    return value.encode("utf-8", "ignore").decode("utf-8")


def _shown(value: str) -> str:
    return repr(value if len(value) <= 60 else value[:59] + "…")
