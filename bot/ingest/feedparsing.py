"""feedparser, told to do once what it does again for each tag and each line; what it reads stays the same.

Its reader of XML hands over text in pieces, one for each line and each entity; each tag begins by joining the address
that it starts from with itself; each text is gone through letter by letter for 32 characters that it hardly ever has;
and dates are read that we read ourselves. These take a third of its time.
"""

from __future__ import annotations

import re
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, Final
from xml.sax.expatreader import ExpatParser

import feedparser
import feedparser.api
import feedparser.datetimes
import feedparser.encodings
import feedparser.mixin
import feedparser.sanitizer
from feedparser.util import FeedParserDict

from bot.errors import FeedError
from bot.saying import marked
from bot.text.urls import is_plain_address

_WHOLE: Final = 1 << 16
"""Characters of one text that are handed over at once."""
_LONGEST_NAME: Final = 500
_TO_BE_MAPPED: Final = re.compile("[\x80-\x9f]")
_DECLARED: Final = re.compile(rb"^<\?[^>]{0,500}?encoding=['\"]([^'\"]{0,100})['\"][^>]{0,500}\?>")
"""The character set that a declaration names; the library's own pattern takes the cube of the document's length."""
_ENTITY: Final = re.compile(rb"^[ \t\r]*<!ENTITY([^>]{0,1000}?)>", re.MULTILINE)
_DOCTYPE: Final = re.compile(rb"^[ \t\r]*<!DOCTYPE([^>]{0,1000}?)>", re.MULTILINE)
"""Its own look through all that follows from each of many empty lines, and from each declaration that has no end."""
_FAR_REFERENCE: Final = re.compile(r"&#(?:[0-9]{5,}|[xX][0-9a-fA-F]{4,});?")


class _WholeTexts(ExpatParser):
    """The standard library's reader of XML, but a text between two tags comes whole."""

    def reset(self) -> None:
        super().reset()
        expat: Any = vars(self)["_parser"]
        expat.buffer_size, expat.buffer_text = _WHOLE, True


def create_parser() -> ExpatParser:
    """What `xml.sax.make_parser` asks of a module that has a reader."""
    return _WholeTexts()


class _Text(str):
    """A text that is not gone through for what is not in it."""

    __slots__ = ()

    def translate(self, table: Any, /) -> str:
        return str.translate(self, table) if _TO_BE_MAPPED.search(self) else str(self)


_sync_author: Final = feedparser.mixin._FeedParserMixin._sync_author_detail


def _sync_author_with_address(self: Any, key: str = "author") -> None:
    """Its search for an address in a name takes the square of the name's length, and most names have none."""
    context = self._get_context()
    name, parts = str(context.get(key) or ""), context.get(f"{key}s")
    if (parts and parts[-1]) or ("@" in name and len(name) <= _LONGEST_NAME):
        _sync_author(self, key)


def _as_text(element: str, data: str) -> str:
    return _Text(data)


_urljoin: Final = lru_cache(maxsize=1024)(feedparser.mixin._urljoin)


def _joined(base: str, uri: str) -> str:
    return uri if is_plain_address(uri) else _urljoin(base, uri)


_OLD_NAMES: Final = FeedParserDict.keymap.keys() | {"category", "enclosures", "license", "updated", "updated_parsed"}
"""What a member may be asked for by, where more is done than to look it up."""
_get, _item, _contains = FeedParserDict.get, FeedParserDict.__getitem__, FeedParserDict.__contains__


def _looked_up(self: FeedParserDict, key: str, default: Any = None) -> Any:
    return _get(self, key, default) if key in _OLD_NAMES else dict.get(self, key, default)


def _looked_up_at_once(self: FeedParserDict, key: str) -> Any:
    return _item(self, key) if key in _OLD_NAMES else dict.__getitem__(self, key)


def _has(self: FeedParserDict, key: str) -> bool:
    return bool(_contains(self, key)) if key in _OLD_NAMES else dict.__contains__(self, key)


FeedParserDict.get = _looked_up
FeedParserDict.__getitem__ = _looked_up_at_once
FeedParserDict.__contains__ = _has
feedparser.api.PREFERRED_XML_PARSERS = [__name__]
feedparser.mixin.make_safe_absolute_uri = lru_cache(maxsize=256)(feedparser.mixin.make_safe_absolute_uri)
feedparser.mixin._urljoin = _joined
feedparser.mixin._FeedParserMixin.decode_entities = staticmethod(_as_text)
feedparser.mixin._FeedParserMixin._sync_author_detail = _sync_author_with_address
feedparser.datetimes._date_handlers.clear()
feedparser.encodings.RE_XML_PI_ENCODING = _DECLARED
feedparser.sanitizer.RE_ENTITY_PATTERN, feedparser.sanitizer.RE_DOCTYPE_PATTERN = _ENTITY, _DOCTYPE
# What it copies are the few words that it noted of an element, one beside the other.
feedparser.mixin.copy = SimpleNamespace(deepcopy=FeedParserDict)


def read(text: str, url: str) -> Any:
    """What feedparser finds in a document that was found at this address; its own cleaning is off. Raises FeedError."""
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": url}
    body = _FAR_REFERENCE.sub(_character_or_none, text).encode("utf-8", "replace")
    try:
        return feedparser.parse(body, response_headers=headers, sanitize_html=False, resolve_relative_uris=False)
    except Exception as error:  # the library's own errors, where elements are nested as nothing should be
        raise FeedError(marked("It is XML, but too broken to be read as a feed.")) from error


def _character_or_none(found: re.Match[str]) -> str:
    """A reference to a character; a mark for one that there is not, lest feedparser gives up the whole feed."""
    digits = found[0][2:].rstrip(";").lower()
    number = int(digits[1:], 16) if digits.startswith("x") else int(digits[:9])
    return "\ufffd" if number > 0x10FFFF or 0xD800 <= number <= 0xDFFF else found[0]
