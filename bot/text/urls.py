"""Addresses: which ones we open, how a person may type one, and when two of them mean the same page."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit, urlunsplit

from bot.errors import UsageError
from bot.saying import say

_LONGEST: Final = 4096

_TRACKING: Final = re.compile(
    r"utm_.*|mtm_.*|pk_.*|piwik_.*|at_(?:medium|campaign|custom\d|link.*|format|bbc_team|ptr.*)|ns_(?:campaign|mchannel|source|linkname|fee)"
    r"|fbclid|gclid|dclid|gbraid|wbraid|msclkid|twclid|ttclid|yclid|igshid|igsh|mc_[ce]id|_hsenc|_hsmi|mkt_tok|oly_\w+_id"
    r"|vero_id|wickedid|spm|cmpid|cmp|smid|smtyp|xtor|wt_?mc|wt\.(?:mc_id|tsrc)|ftag|__twitter_impression|guccounter|ocid|icid|ncid"
    r"|s_cid|sr_share|share_?id|feed_id|rss_?id|ito|sref|partner_?rss|cloc|amp(?:_.*)?|outputtype|__s",
    re.IGNORECASE,
)
_SOMETIMES_TRACKING: Final = frozenset(
    {"source", "src", "ref", "from", "partner", "via", "medium", "campaign", "origin"}
)
_WHERE_FROM: Final = re.compile(r"(?:rss|feed|atom|twitter|facebook|newsletter|email)", re.IGNORECASE)
_FRONT_HOST: Final = re.compile(r"^(?:(?:www\d?|m|mobile|mobil|amp|touch)\.)+(?=[^.]+\.[^.])")
_AMP_END: Final = re.compile(r"(?:/amp(?:/index\.html?)?|\.amp|/index\.(?:html?|php))$|\.amp(?=\.html?$)")
_UNSAFE: Final = re.compile(
    r"[\x00-\x1f\x7f\s<>\"\\^`{|}\ud800-\udfff\ufffe\uffff\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
"""Among it what is not seen, or turns what is seen around: an address that a reader checks must be the one it opens."""
_PLAIN: Final = re.compile(
    r"https?://[a-z0-9][a-z0-9.-]*(?::\d{1,4})?/[\w/.~!$&'()*,:@%+=-]*(?:\?[\w/.~!$&'()*,:@%+=?-]+)?(?:\#[\w/.~!?&=-]+)?",
    re.ASCII,
)
"""Addresses as most articles have them: whole, of letters that mean nothing but themselves."""
_SCHEME: Final = re.compile(r"([a-z][a-z0-9+.-]*):(?!\d+(?:/|$))", re.IGNORECASE)


@lru_cache(maxsize=8192)
def is_web_address(url: str) -> bool:
    """Whether this is a whole http(s) address that a reader can open."""
    if url[:4].lower() != "http" or len(url) > _LONGEST:
        return False
    if is_plain_address(url):
        return True
    if _UNSAFE.search(url):
        return False
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def is_plain_address(url: str) -> bool:
    """Whether there is nothing about a whole address that need be looked at; it is itself seen from anywhere."""
    return _PLAIN.fullmatch(url) is not None


def absolute(url: str, base: str) -> str:
    """The address seen from `base`, fit to be opened; empty when it is not http(s)."""
    if len(url) <= _LONGEST and is_plain_address(url):
        return url
    try:
        joined = urljoin(base, url.strip())
    except ValueError:
        return ""
    scheme, colon, rest = joined.partition(":")
    joined = _UNSAFE.sub(lambda found: quote(found[0], errors="replace"), scheme.lower() + colon + rest)
    return joined if is_web_address(joined) else ""


def without_login(url: str) -> str:
    """The address without the user and password in it, which open nothing for readers, and deceive or betray."""
    head, mark, rest = url.partition("://")
    end = min((place for place in map(rest.find, "/?#") if place >= 0), default=len(rest))
    return head + mark + rest[:end].rpartition("@")[2] + rest[end:] if "@" in rest[:end] else url


@lru_cache(maxsize=8192)
def canonical(url: str) -> str:
    """The form that all addresses of one page share; for identity, not for opening. Empty when it is not http(s).

    Scheme, user, default port, `www.`, mobile and AMP hosts and paths, fragment, tracking parameters and the order of
    parameters make no difference.
    """
    if not is_web_address(url):
        return ""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    path = _AMP_END.sub("", _percent(parts.path).rstrip("/")).rstrip("/")
    return f"https://{_bare_host(parts.hostname or '')}{port}{path}{_query(parts.query)}"


def untracked(url: str) -> str:
    """The address to open, without the parameters that only tell where its reader came from."""
    head, mark, query = url.partition("?")
    if not mark:
        return url
    query, hash_, fragment = query.partition("#")
    pairs = (pair for pair in query.split("&") if not _tracks(*(pair.partition("=")[::2])))
    kept = "&".join(pairs)
    return head + (mark if kept else "") + kept + hash_ + fragment


def _bare_host(host: str) -> str:
    return _FRONT_HOST.sub("", _ascii_host(host.rstrip(".")))


def _ascii_host(host: str) -> str:
    if host.isascii():
        return host.lower()
    try:
        return host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return host.lower()


def _percent(path: str) -> str:
    """The path with the same characters escaped, however its writer escaped them."""
    if "%" not in path and path.isascii():
        return path
    return quote(unquote(path, errors="surrogateescape").encode("utf-8", "surrogateescape"), safe="/:@!$&'()*+,;=~-._")


def _query(query: str) -> str:
    if not query:
        return ""
    # Bytes that are no UTF-8 stay as they are: of addresses in EUC-KR each would else be the same as any other.
    values = parse_qsl(query, keep_blank_values=True, errors="surrogateescape")
    kept = sorted((name, value) for name, value in values if not _tracks(name, value))
    return "?" + urlencode(kept, errors="surrogateescape") if kept else ""


def _tracks(name: str, value: str) -> bool:
    if _TRACKING.fullmatch(name):
        return True
    return name.lower() in _SOMETIMES_TRACKING and bool(_WHERE_FROM.match(value))


def normal_feed_url(text: str) -> str:
    """The address a person meant by what they typed: `example.org/rss`, `feed:…` and `<…>` are understood.

    UsageError for what is no http(s) address.
    """
    typed = text.strip().strip("<>").strip()
    url = re.sub(
        r"^feed:(//)?(?=https?:)|^feed:(//)?", lambda found: "" if found[1] or not found[2] else "https://", typed
    )
    scheme = _SCHEME.match(url)
    if scheme is None:
        url = "https://" + url.lstrip("/")
    elif scheme[1].lower() not in ("http", "https"):
        raise _no_address(typed, say("a feed's address begins with http:// or https://"))
    if not is_web_address(url):
        raise _no_address(typed, say("an http(s) address of a feed"))
    parts = urlsplit(url)
    host = _ascii_host(parts.hostname or "")
    user, at, _ = parts.netloc.rpartition("@")
    where = f"[{host}]" if ":" in host else host
    port = f":{parts.port}" if parts.port else ""
    address = urlunsplit((parts.scheme.lower(), f"{user}{at}{where}{port}", parts.path or "/", parts.query, ""))
    # Asked of the result: foreign letters of a host may stand for a space, a dot, a slash …
    if not is_web_address(address) or not _is_host(host):
        raise _no_address(typed, say("an http(s) address of a feed"))
    return address


def _is_host(host: str) -> bool:
    return ":" in host or host == "localhost" or re.fullmatch(r"[^\s/?#@]+\.[^\s/?#@.]+\.?", host) is not None


def _no_address(typed: str, allowed: str) -> UsageError:
    shown = typed if len(typed) <= 80 else typed[:79] + "…"
    problem = say("'{text}' is no address of a feed", text=shown)
    return UsageError(problem, allowed=allowed, example="https://example.org/feed.xml")
