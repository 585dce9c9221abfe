"""Outside text made harmless: HTML becomes plain paragraphs, and characters that deceive the eye are taken out."""

from __future__ import annotations

import re
import unicodedata
from html import unescape
from typing import Final

import nh3

TITLE_LIMIT: Final = 400
TEXT_LIMIT: Final = 40_000
_HTML_LIMIT: Final = 200_000
_DEEPEST: Final = 200

_BLOCKS: Final = frozenset(
    {
        "p",
        "br",
        "div",
        "li",
        "ul",
        "ol",
        "dl",
        "dt",
        "dd",
        "tr",
        "table",
        "blockquote",
        "pre",
        "hr",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "section",
        "article",
        "header",
        "footer",
        "aside",
    }
)
_GONE_WITH_CONTENT: Final = frozenset(
    {
        "script",
        "style",
        "noscript",
        "iframe",
        "svg",
        "math",
        "object",
        "template",
        "figcaption",
        "button",
        "select",
        "textarea",
        "audio",
        "video",
        "title",
    }
)
_CELLS: Final = frozenset({"td", "th"})
_cleaner = nh3.Cleaner(
    tags=set(_BLOCKS | _CELLS),
    clean_content_tags=set(_GONE_WITH_CONTENT),
    attributes={},
    link_rel=None,
)

_TAG: Final = re.compile(r"<[^<>]*>")
_CELL_TAG: Final = re.compile(r"</?t[dh]>")
_OPEN_OR_CLOSE: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*+)([^<>]*+)>")
_VOID: Final = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"}
)
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")
_BARE_NAMES: Final = """
    quot apos nbsp hellip middot bull ndash mdash lsquo rsquo sbquo ldquo rdquo bdquo laquo raquo rarr larr uarr darr
    uuml ouml auml eacute egrave agrave ccedil ntilde
"""
_BARE_DOUBTFUL: Final = "amp lt gt #39 #039 #34 #034 #160 #8216 #8217 #8220 #8221 #8230"
"""Of what may be a word or a number of its own some side must touch another sign: "see #39; then" stays."""
_BARE_SIGNS: Final = tuple(f"{name};" for name in (*_BARE_NAMES.split(), *_BARE_DOUBTFUL.split()))
_SURE, _DOUBTFUL = "|".join(_BARE_NAMES.split()), "|".join(_BARE_DOUBTFUL.split())
_BARE: Final = re.compile(rf"(?<![A-Za-z_&#])(?:{_SURE}|(?<=\S)(?:{_DOUBTFUL})|(?:{_DOUBTFUL})(?=;\S));")
"""Entities that a feed's own system has robbed of their ampersand. Names that are words (`times;`) stay."""
_IN_ANGLES: Final = re.compile(r"(?<![A-Za-z_&])lt;(?=\S)([^;&<>\n]{1,80})gt;")
_MARKUP: Final = re.compile(
    r"</[a-zA-Z][a-zA-Z0-9]*\s*>|<(?:p|br|hr|img|b|i|em|strong|div|span|a|li|ul)(?:\s[^<>]*)?/?>|<!--|<!\[CDATA\[",
    re.IGNORECASE,
)

# Controls, bidi marks, overrides and isolates, zero-width and filler characters, tags, non-characters, lone surrogates.
_UNSEEN_CLASS: Final = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b"
    "\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\ud800-\udfff"
    "\U000e0000-\U000e0fff"
)
_UNSEEN: Final = re.compile(f"[{_UNSEEN_CLASS}]")
# A joiner stays where it does its work: between emoji, and inside scripts that are written joined.
_JOINED: Final = "\u0600-\u08ff\u0900-\u0dff\ufb50-\ufdff\ufe70-\ufeff"
_LOOSE_JOINER: Final = re.compile(
    rf"(?<![{_JOINED}])\u200c|\u200c(?![{_JOINED}])"
    rf"|(?<![{_JOINED}\u2600-\u27bf\ufe0f\U0001f000-\U0001faff])\u200d|\u200d(?![{_JOINED}\u2600-\u27bf\u2190-\u21ff\u2b00-\u2bff\U0001f000-\U0001faff])"
)
_COMBINING: Final = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff"
_STACKED: Final = re.compile(f"([{_COMBINING}]{{3}})[{_COMBINING}]+")
_TO_LOOK_AT: Final = re.compile(f"[{_UNSEEN_CLASS}\u200c\u200d{_COMBINING}]")
"""What one of these changes; hardly a text has any of it."""
_UNSEEN_ASCII: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LINE_END: Final = re.compile("[\r\n\x85\u2028\u2029]+")
_RARE_LINE_ENDS: Final = "\r\x85\u2028\u2029"
_RARE_SPACES: Final = "".join(filter(str.isspace, map(chr, range(0x3001)))).replace(" ", "").replace("\n", "")
_BLANK_LINES: Final = re.compile("\n{3,}")
_WRAPPED: Final = re.compile(r"(?<![.!?:;。！？…\"”’)\]다요])\n(?![^\S\n]*+[-•*·▲■◆○])")

# What publishing systems put below a text, and what a shortened one ends in.
_FOOT: Final = re.compile(
    r"(?:^|(?<=\s))(?:"
    r"(?-i:The post) (?:(?!The post ).){1,400}? (?:first )?appeared (?:first )?on .{1,200}"
    r"|(?-i:Der Beitrag) .{1,400}? erschien zuerst auf .{1,200}"
    r"|(?-i:L['’]article) .{1,400}? est apparu en premier sur .{1,200}"
    r"|(?-i:La entrada) .{1,400}? (?:se publicó primero en|aparece primero en) .{1,200}"
    r"|(?-i:O post) .{1,400}? apareceu primeiro em .{1,200}"
    r"|投稿 .{1,400}? は .{1,200} に最初に表示されました。"
    r")$"
    r"|(?:^|(?<=[.!?…。」』\])”\"]\s)|(?<=[…。\]]))(?:"
    r"continue reading|read (?:the )?(?:full|rest of the|whole|entire) (?:story|article|post|entry)|read more"
    r"|weiterlesen|lire la suite|leer más|continuar leyendo|leia mais"
    r"|더 ?보기|기사 ?(?:전문|원문) ?보기|続きを読む|もっと読む|阅读全文|閱讀全文)"
    r"(?: (?:at|on|about|of|here)(?: .{0,160})?| .{0,160}(?:→|»|›|>>))?[\s.…→»›>:]*$"
    r"|^comments$",
    re.IGNORECASE,
)
_FOOT_SIGNS: Final = """appeared|erschien|est apparu|primero en|apareceu|に最初|continue reading|read |weiterlesen
lire la suite|leer más|continuar leyendo|leia mais|보기|続きを読む|もっと読む|阅读全文|閱讀全文|comments"""
_FOOT_HINTS: Final = tuple(re.split(r"[|\n]", _FOOT_SIGNS))
"""One of these stands, in small letters, in each foot, and all are quicker to look for than it is."""
_CUT_MARK: Final = re.compile(r"(?<!\s)\s*+(?:\[(?:…|\.\.\.|&hellip;)\]|\(more…?\))\s*$")


def looks_like_html(text: str) -> bool:
    """Whether text that claims to be plain holds markup or entities all the same."""
    return ("<" in text and _MARKUP.search(text) is not None) or ("&" in text and _ENTITY.search(text) is not None)


def paragraphs(text: str, *, is_html: bool, is_wrapped: bool = True) -> str:
    """Harmless plain text, paragraphs divided by one newline; at most 40,000 characters, cut between paragraphs.

    Entities are decoded once; a second time only where a publisher escaped a whole text twice. `is_wrapped`: a line
    end of plain text may be only the end of its line, and not of a paragraph.
    """
    if is_html or looks_like_html(text):
        plain = _from_html(text)
    else:
        plain = harmless(text[:_HTML_LIMIT])
        plain = _unwrapped(plain) if is_wrapped else plain
    return _without_foot(_tidy_lines(_with_entities(plain)))


def one_line(text: str, *, is_html: bool) -> str:
    """A title as one harmless line of at most 400 characters."""
    plain = _from_html(text[:_HTML_LIMIT]) if is_html or looks_like_html(text) else harmless(text[:_HTML_LIMIT])
    return clipped(" ".join(_with_entities(plain).split()), TITLE_LIMIT)


def clipped(text: str, limit: int) -> str:
    """The text itself, or its beginning up to the last whole word within the limit and an ellipsis."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    head, _, tail = cut.rpartition(" ")
    return (head if head and len(tail) < 40 else cut).rstrip() + "…"


def harmless(text: str) -> str:
    """NFC, without control, bidirectional and unseen characters; line ends become newlines."""
    if text.isascii() and text.isprintable():
        return text
    if any(map(text.__contains__, _RARE_LINE_ENDS)):
        text = _LINE_END.sub(_as_newlines, text)
    elif "\n\n\n" in text:
        text = _BLANK_LINES.sub("\n\n", text)
    if text.isascii():
        return _UNSEEN_ASCII.sub("", text)
    if _TO_LOOK_AT.search(text):
        text = _LOOSE_JOINER.sub("", _UNSEEN.sub("", text))
        return _STACKED.sub(r"\1", unicodedata.normalize("NFC", text))
    # To be composed a text needs no mark: some letters are written as another.
    return unicodedata.normalize("NFC", text)


def _as_newlines(found: re.Match[str]) -> str:
    return "\n\n" if found[0].replace("\r\n", "\n") not in ("\n", "\r", "\x85", "\u2028") else "\n"


def _from_html(html: str) -> str:
    text = _flat(html[:_HTML_LIMIT])
    if "<" not in html and looks_like_html(text):
        text = _flat(text)
    return harmless(text)


def _flat(html: str) -> str:
    """The words of some HTML, a newline at each block; nothing of scripts, styles, captions and comments."""
    if html.count("<") > _DEEPEST and _is_deep(html):
        return unescape(_TAG.sub("\n", html))
    # The newlines of the source mean nothing; the cleaner leaves block tags only, and escapes every other "<".
    kept = _cleaner.clean(html.replace("\r", " ").replace("\n", " "))
    if "<td" in kept or "<th" in kept:
        kept = _CELL_TAG.sub(" ", kept)
    return unescape(_TAG.sub("\n", kept))


def _with_entities(text: str) -> str:
    """Some feeds lose the ampersand of an entity on their way: `quot;` is a quotation mark all the same."""
    if ";" not in text or not any(map(text.__contains__, _BARE_SIGNS)):
        return text
    text = _IN_ANGLES.sub(r"<\1>", text)
    return harmless(_BARE.sub(lambda found: unescape(f"&{found[0]}"), text))


def _is_deep(html: str) -> bool:
    """Whether tags nest so deep that the cleaner would take seconds: its time grows with the square of the depth."""
    depth = 0
    for close, name, rest in _OPEN_OR_CLOSE.findall(html):
        if close:
            depth = max(0, depth - 1)
        elif not rest.endswith("/") and name.lower() not in _VOID and name.lower() not in ("p", "li", "td", "tr"):
            depth += 1
        if depth > _DEEPEST:
            return True
    return False


def _unwrapped(text: str) -> str:
    """Plain text with its paragraphs: blank lines divide them, or else line ends that follow the end of a sentence."""
    if "\n" not in text:
        return text
    parts = re.split(r"\n[ \t]*\n\s*", text.strip())
    if len(parts) > 1:
        return "\n".join(part.replace("\n", " ") for part in parts)
    return _WRAPPED.sub(" ", text)


def _tidy_lines(text: str) -> str:
    lines: list[str] = []
    left = TEXT_LIMIT
    # A text of many words is seldom spaced in any other way than by one space each.
    is_plain = "  " not in text and not any(map(text.__contains__, _RARE_SPACES))
    for raw in text.split("\n"):
        line = raw.strip() if is_plain else " ".join(raw.split())
        if not line or (lines and line == lines[-1]):
            continue
        if len(line) > left:
            lines.extend([clipped(line, left)] if left > 1000 else [])
            break
        lines.append(line)
        left -= len(line) + 1
    return "\n".join(lines)


def _without_foot(text: str) -> str:
    while text:
        head, newline, last = text.rpartition("\n")
        end = last[-700:]
        low = end.lower()
        if any(hint in low for hint in _FOOT_HINTS):
            end = _FOOT.sub("", end)
        if end.rstrip().endswith(("]", ")")):
            end = _CUT_MARK.sub("…", end)
        kept = (last[:-700] + end).rstrip()
        if kept == last:
            return text
        text = (head + newline + kept if kept.strip("… ") else head).rstrip()
    return text
