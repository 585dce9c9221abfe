"""A document as plain text: the fallback for notifications and screen readers, and what has no markup. Pure.

Outside text is shown as it is, but for what a chat would take for a mention, and for control characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, assert_never
from urllib.parse import urlsplit

from bot.documents.kept import kept
from bot.documents.nodes import (
    Actions,
    Block,
    Bullets,
    Card,
    Cite,
    Code,
    Divider,
    Document,
    Facts,
    Heading,
    Inline,
    Link,
    Mention,
    Note,
    Paragraph,
    RelatedItem,
    RelatedList,
    SourceItem,
    Sources,
    Text,
)
from bot.saying import say
from bot.text.urls import without_login

_UNSAFE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e001f]"
)
_SITE: Final = re.compile(r"(?<![\w-])[^\W_][\w-]{0,62}(?:\.[\w-]{1,63}){0,8}\.[a-z]{2,24}(?![\w-])")
_DOTS: Final = str.maketrans("。｡．․", "....")
_MENTION: Final = re.compile(r"@(?=everyone|here|channel|&?\d)|<(?=[@!#&])", re.IGNORECASE)


def plain_text(document: Document) -> str:
    """The whole document, its caveat last and whole."""
    parts = [text for block in document.blocks if (text := block_text(block))]
    if document.parts > 1:
        parts.append(f"({document.part}/{document.parts})")
    if document.caveat is not None:
        parts.append(" ".join(filter(None, (document.caveat.text, harmless(document.caveat.note)))))
    return "\n\n".join(parts)


@kept
def block_text(block: Block) -> str:
    """One block; empty for what has no words."""
    match block:
        case Heading():
            return harmless(block.text)
        case Paragraph() | Note():
            return inline_text(block.spans)
        case Bullets():
            return "\n".join(f"• {inline_text(item)}" for item in block.items)
        case Card():
            return _card(block)
        case Sources():
            return "\n".join([say("Sources"), *(source_line(item) for item in block.items)])
        case RelatedList():
            return "\n".join([say("Related"), *(_related(item) for item in block.items)])
        case Facts():
            return "\n".join(f"{harmless(name)}: {fact_text(value)}" for name, value in block.rows)
        case Divider():
            return "———"
        case Actions():
            return "\n".join(f"{harmless(action.label)}: /{harmless(action.command)}" for action in block.items)
    assert_never(block)


def inline_text(spans: Sequence[Inline]) -> str:
    """Inline parts in a row; an address stands behind the words it belongs to."""
    return "".join(_inline(span) for span in spans)


def fact_text(value: str | Mention) -> str:
    """The value of a fact; a channel or role by its name as far as its reference tells."""
    return mention_text(value) if isinstance(value, Mention) else harmless(value)


def mention_text(mention: Mention) -> str:
    """`#general` for the console's `console:general`; a role as it is named."""
    if mention.name:
        return harmless(mention.name)
    return harmless(mention.ref) if mention.is_role else "#" + harmless(mention.ref.partition(":")[2])


def source_line(item: SourceItem) -> str:
    """`[1] Publisher: Title (when) address`."""
    title = f": {harmless(item.title)}" if item.title else ""
    when = f" ({item.when})" if item.when else ""
    url = f" {safe_url(item.url)}" if safe_url(item.url) else ""
    return f"[{item.n}] {harmless(item.publisher)}{title}{when}{url}"


def harmless(text: str) -> str:
    """Outside text on its way out: no control or direction characters, nothing that a chat takes for a mention."""
    text = _UNSAFE.sub("", text).replace("\u2028", " ").replace("\u2029", " ")
    return _MENTION.sub(lambda found: f"{found[0]}\u200b", text)


def safe_url(url: str) -> str:
    """An absolute http(s) address without spaces or control characters, else nothing."""
    return without_login(url) if re.fullmatch(r"https?://[^\s\x00-\x1f\x7f<>\"`{}|\\^]+", url) else ""


@lru_cache(maxsize=2048)
def link_words(text: str, url: str) -> str:
    """The words of a link, with the host that it leads to behind them where they name another one.

    `https://bank.example/login` that leads to evil.example says so.
    """
    if "." not in text.translate(_DOTS):
        return text
    host = (urlsplit(safe_url(url)).hostname or "").rstrip(".")
    folded = unicodedata.normalize("NFKC", harmless(text).translate(_DOTS)).casefold()
    named = {found[0].removeprefix("www.") for found in _SITE.finditer(folded)}
    own = host.removeprefix("www.")
    is_honest = all(name == own or own.endswith(f".{name}") or name.endswith(f".{own}") for name in named)
    return text if is_honest or not host else f"{text} ({host})"


def _inline(span: Inline) -> str:
    match span:
        case Text() | Code():
            return harmless(span.text)
        case Link():
            url = safe_url(span.url)
            return f"{harmless(span.text)} ({url})" if url else harmless(span.text)
        case Cite():
            return " " + "".join(f"[{number}]" for number in span.numbers) if span.numbers else ""
        case Mention():
            return mention_text(span)
    assert_never(span)


def _card(card: Card) -> str:
    label = f"{harmless(card.label)}: " if card.label else ""
    lines = [f"{label}{harmless(card.headline)} ({card.brief})"]
    if card.deck:
        lines.append(harmless(card.deck))
    if card.byline:
        lines.append(" · ".join(harmless(fact) for fact in card.byline))
    for number, link in enumerate(card.sources, start=1):
        lines.append(f"[{number}] {harmless(link.text)} {safe_url(link.url)}".rstrip())
    lines += [f"→ {harmless(headline)} {f'({brief})' if brief else ''}".rstrip() for brief, headline in card.related]
    return "\n".join(lines)


def _related(item: RelatedItem) -> str:
    where = f" ({item.brief})" if item.brief else f" {safe_url(item.url)}" if safe_url(item.url) else ""
    lines = [f"• {harmless(item.headline)}{where}"]
    if item.blurb and item.blurb != item.headline:
        lines.append(f"  {harmless(item.blurb)}")
    if item.reason:
        lines.append(f"  {harmless(item.reason)}")
    return "\n".join(lines)
