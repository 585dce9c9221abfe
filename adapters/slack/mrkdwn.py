"""Outside text as Slack shows it word for word: no markup, no mention, no link that we did not make. Pure.

Slack's mrkdwn has no backslash: a mark that would format is drawn as its look-alike of the same width, which people
read as the same and no client formats. Marks inside a word (`snake_case`, `2*3`) never format and stay. Zero-width
characters would do less: clients do not agree on which of them end a word. Rich text needs no escaping, but neither
small print nor a section with a button can hold it, and two ways to draw the same words would have to agree.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final, assert_never

from bot.documents.nodes import Cite, Code, Inline, Link, Mention, Text
from bot.documents.text import harmless, link_words, safe_url

_SPACE: Final = re.compile(r"\s+")
_MARK: Final = re.compile(r"(?<![A-Za-z0-9])[*_~]|[*_~](?![A-Za-z0-9])|`")
# One or two digits between colons are a time, as in 10:30:00, and no emoji's name.
_EMOJI: Final = re.compile(r":(?=(?!\d\d?:)[\w+'-]+:)")
_LOOKS_LIKE: Final = str.maketrans({"*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ", ":": "∶"})
_QUOTE: Final = re.compile(r"^(\s*)>")
_ADDRESS: Final = str.maketrans({"<": "%3C", ">": "%3E", "|": "%7C"})
_ADDRESS_LIMIT: Final = 1000
_CHANNEL: Final = re.compile(r"[CG][A-Z0-9]{2,20}")
_GROUP: Final = re.compile(r"S[A-Z0-9]{2,20}")


def line(text: str) -> str:
    """Outside text on one line, without what moves, hides or pings; empty when there is nothing to see in it."""
    words = _SPACE.sub(" ", harmless(text)).strip()
    return words if any(unicodedata.category(character)[0] not in "CZ" for character in words) else ""


def plain(text: str) -> str:
    """Outside text for `plain_text`, where nothing is live but clients do not agree on `<` and `>`."""
    return line(text).replace("<", "‹").replace(">", "›")


def entities(text: str) -> str:
    """The three characters that Slack reads as its own."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escaped(text: str) -> str:
    """Outside text that reads as it was written, wherever in a line it stands."""
    words = _SPACE.sub(" ", harmless(text))
    # At the start of a line, where this may come to stand, even `&gt;` is a quotation.
    words = _QUOTE.sub(r"\1›", words)
    for live in (_MARK, _EMOJI):
        words = live.sub(lambda found: found[0].translate(_LOOKS_LIKE), words)
    return entities(words)


def words_of(text: str) -> str:
    """Escaped text without space around it; empty when there is nothing to see in it."""
    return escaped(text).strip() if line(text) else ""


def link(text: str, url: str) -> str:
    """Words that lead to an address, or only the words where the address is none."""
    address = entities(safe_url(url.translate(_ADDRESS)))
    if not address or len(address) > _ADDRESS_LIMIT:
        return words_of(text)
    words = words_of(link_words(text, url))
    return f"<{address}|{words}>" if line(text) else ""


def code(text: str) -> str:
    """Something to copy; a backtick would end it, so it becomes its look-alike."""
    words = entities(line(text).replace("`", "ˋ"))
    return f"`{words}`" if words else ""


def bold(text: str) -> str:
    words = words_of(text)
    return f"*{words}*" if words else ""


def identifier(ref: str) -> str:
    """Slack's own id in a reference: `C42` of `slack:T1.C42`."""
    return ref.rpartition(".")[2].rpartition(":")[2]


def ping(ref: str) -> str:
    """The live mention of a user group, empty where the reference is none; the only thing of ours that pings."""
    group = identifier(ref)
    return f"<!subteam^{group}>" if _GROUP.fullmatch(group) else ""


def mention(node: Mention) -> str:
    """A channel as a live name, which pings nobody; a user group as its id, since its live name would ping."""
    if node.name:
        # A live name of a person may ping.
        return escaped(node.name)
    name = identifier(node.ref)
    if node.is_role:
        return code(name)
    return f"<#{name}>" if _CHANNEL.fullmatch(name) else words_of(node.ref)


def inline(spans: Sequence[Inline]) -> str:
    """Inline parts in a row."""
    done = ""
    for span in spans:
        words = _inline(span)
        # A mark formats at the edge of a word only; this makes an edge where the next part goes on without a space.
        is_marked = (done[-1:] in ("*", "`")) or words[:1] in ("*", "`")
        if done and words and is_marked and not done[-1].isspace() and not words[0].isspace():
            done += "\u200b"
        done += words
    return done.strip()


def _inline(span: Inline) -> str:
    match span:
        case Text(strong=True):
            return _spaced(span.text, bold(span.text))
        case Text():
            return escaped(span.text)
        case Link():
            return link(span.text, span.url)
        case Code():
            return code(span.text)
        case Cite():
            return " " + "".join(f"[{number}]" for number in span.numbers) if span.numbers else ""
        case Mention():
            return mention(span)
    assert_never(span)


def _spaced(text: str, drawn: str) -> str:
    """What is drawn with the space that stood around its text: `* so*` would not be bold."""
    if not drawn:
        return " " if text else ""
    return f"{' ' * text[0].isspace()}{drawn}{' ' * text[-1].isspace()}"
