"""A digest as RSS 2.0, Atom, JSON Feed, Markdown or HTML, from what its editions told. Pure.

Each item carries the caveat in its text, in its language, since readers of feeds show items one by one (law 1): there
is no way to make an item's text without one. A brief that was corrected says so, and of one that was retracted nothing
is left but that and its sources, as in a channel: readers show an item anew when its words change under its id.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from email.utils import format_datetime
from typing import Final
from xml.etree import ElementTree as ET

from bot.documents.corrected import correction_words, retracted_headline
from bot.models import BriefText, Citation, Section
from bot.models.published import Channel, Item
from bot.saying import speaking

_ATOM: Final = "http://www.w3.org/2005/Atom"
_DC: Final = "http://purl.org/dc/elements/1.1/"
_XML_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
# What XML 1.0 cannot hold, not even escaped: control characters, lone surrogates, two non-characters.
_UNFIT: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_WEB: Final = re.compile(r"https?://[^\s<>\"]+", re.I)
_MARKS: Final = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~&])")


def _rss(channel: Channel) -> str:
    """RSS 2.0."""
    ET.register_namespace("dc", _DC)
    root = ET.Element("rss", version="2.0")
    top = ET.SubElement(root, "channel")
    _put(top, "title", channel.name)
    # RSS wants an address of a page; a digest has none but what its newest item leads to.
    _put(top, "link", next((item.link for item in channel.items if item.link), "about:blank"))
    _put(top, "description", channel.items[0].caveat_text if channel.items else channel.name)
    _put(top, "language", channel.language)
    _put(top, "lastBuildDate", format_datetime(channel.updated_at))
    for item in channel.items:
        entry = ET.SubElement(top, "item")
        _put(entry, "title", item.text.headline)
        if item.link:
            _put(entry, "link", item.link)
        _put(entry, "guid", item.guid).set("isPermaLink", "false")
        _put(entry, "pubDate", format_datetime(item.posted_at))
        _put(entry, f"{{{_DC}}}language", item.text.language)
        _put(entry, "description", _html_of(item))
    return _xml(root)


def _atom(channel: Channel) -> str:
    """Atom (RFC 4287)."""
    ET.register_namespace("", _ATOM)
    root = ET.Element(f"{{{_ATOM}}}feed", {_XML_LANG: channel.language})

    def put(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
        made = _put(parent, f"{{{_ATOM}}}{name}", text)
        made.attrib.update({key: _fit(value) for key, value in attributes.items()})
        return made

    put(root, "id", f"urn:briefbot:digest:{channel.digest_id}")
    put(root, "title", channel.name)
    put(root, "updated", channel.updated_at.isoformat())
    put(put(root, "author"), "name", "Briefbot")
    for item in channel.items:
        entry = put(root, "entry")
        entry.set(_XML_LANG, item.text.language)
        put(entry, "id", item.guid)
        put(entry, "title", item.text.headline)
        put(entry, "published", item.posted_at.isoformat())
        put(entry, "updated", item.updated_at.isoformat())
        if item.link:
            put(entry, "link", rel="alternate", href=item.link)
        put(entry, "content", _html_of(item), type="html")
    return _xml(root)


def _json_feed(channel: Channel) -> str:
    """JSON Feed 1.1."""
    items = [
        {
            "id": item.guid,
            "title": _fit(item.text.headline),
            "content_html": _html_of(item),
            "date_published": item.posted_at.isoformat(),
            "date_modified": item.updated_at.isoformat(),
            "language": item.text.language,
            **({"external_url": _fit(item.link)} if item.link else {}),
        }
        for item in channel.items
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": _fit(channel.name),
        "language": channel.language,
        "items": items,
    }
    return json.dumps(feed, ensure_ascii=False, indent=1)


def _markdown(channel: Channel) -> str:
    """Markdown, for an archive or a page."""
    lines = [f"# {_plain(channel.name)}", ""]
    for item in channel.items:
        lines += [f"## {_plain(item.text.headline)}", "", f"_{item.on.isoformat()}_", ""]
        if item.note:
            lines += [f"_{_plain(item.note)}_", ""]
        if item.text.deck:
            lines += [f"**{_plain(item.text.deck)}**", ""]
        for section in _sections(item.text):
            if section.heading:
                lines += [f"### {_plain(section.heading)}", ""]
            lines += [" ".join(_plain(sentence.text) for sentence in section.sentences), ""]
        for source in item.text.sources:
            name = _plain(_named(source))
            is_web = _WEB.fullmatch(source.url) is not None
            lines.append(f"{source.n}. [{name}](<{_fit(source.url)}>)" if is_web else f"{source.n}. {name}")
        lines += ["", f"> {_plain(item.caveat_text)}", ""]
    return "\n".join(lines)


def _page(channel: Channel) -> str:
    """One HTML page."""
    parts = "".join(
        f'<article lang="{_esc(item.text.language)}"><h2>{_esc(item.text.headline)}</h2>'
        f"<p><time>{item.on.isoformat()}</time></p>{_html_of(item)}</article>"
        for item in channel.items
    )
    title = _esc(channel.name)
    return (
        f'<!doctype html><html lang="{_esc(channel.language)}">'
        f'<head><meta charset="utf-8"><title>{title}</title></head>'
        f"<body><h1>{title}</h1>{parts}</body></html>\n"
    )


_FORMATS: Final[Mapping[str, Callable[[Channel], str]]] = {
    "rss": _rss,
    "atom": _atom,
    "jsonfeed": _json_feed,
    "markdown": _markdown,
    "html": _page,
}
FORMATS: Final = tuple(_FORMATS)


def written(channel: Channel, form: str) -> str:
    """The digest in one of `FORMATS`."""
    with speaking(channel.language):
        items = [_put_right(item, channel.zone) for item in channel.items]
        return _FORMATS[form](replace(channel, items=items))


def _put_right(item: Item, zone: str) -> Item:
    """The item as it says what was done to it; of a retracted one nothing but that, and its sources."""
    if item.correction is None:
        return item
    words = correction_words(item.correction, zone)
    if not item.is_retracted:
        return replace(item, note=words)
    return replace(item, text=replace(item.text, headline=retracted_headline(), deck=words, lede=(), sections=()))


def _html_of(item: Item) -> str:
    """The brief with its sources and, always, its caveat; everything that came from outside is escaped."""
    parts = [f"<p><em>{_esc(item.note)}</em></p>"] if item.note else []
    parts += [f"<p><strong>{_esc(item.text.deck)}</strong></p>"] if item.text.deck else []
    for section in _sections(item.text):
        heading = f"<h3>{_esc(section.heading)}</h3>" if section.heading else ""
        parts.append(f"{heading}<p>{' '.join(_esc(sentence.text) for sentence in section.sentences)}</p>")
    sources = "".join(f'<li value="{source.n}">{_source(source)}</li>' for source in item.text.sources)
    parts.append(f"<ol>{sources}</ol>" if sources else "")
    return "".join(parts) + f"<p><em>{_esc(item.caveat_text)}</em></p>"


def _sections(text: BriefText) -> Sequence[Section]:
    first = (Section(heading="", sentences=text.lede),) if text.lede else ()
    return (*first, *text.sections)


def _source(source: Citation) -> str:
    name = _esc(_named(source))
    return f'<a href="{_esc(source.url)}">{name}</a>' if _WEB.fullmatch(source.url) else name


def _named(source: Citation) -> str:
    return f"{source.publisher}: {source.title}" if source.title else source.publisher


def _plain(text: str) -> str:
    """Text that Markdown shows as it stands, on one line."""
    return _MARKS.sub(r"\\\1", " ".join(_fit(text).split()))


def _esc(text: str) -> str:
    return html.escape(_fit(text))


def _fit(text: str) -> str:
    return _UNFIT.sub("�", text)


def _put(parent: ET.Element, name: str, text: str = "") -> ET.Element:
    made = ET.SubElement(parent, name)
    made.text = _fit(text) or None
    return made


def _xml(root: ET.Element) -> str:
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"
