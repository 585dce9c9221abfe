"""Who answers for a text: the key by which publishers are counted, so that one house or wire is not five sources."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from rapidfuzz import fuzz
from tld import get_tld

from bot.models import Article
from bot.text.words import fold, terms

AGGREGATORS: Final = frozenset(
    {
        "google.com",
        "yahoo.com",
        "msn.com",
        "naver.com",
        "daum.net",
        "feedburner.com",
        "smartnews.com",
        "news.google.com",
    }
)
"""Registrable domains that carry other people's texts: the publisher's name counts there, not the address."""

_HOUSES: Final = {
    "bbc.com": "bbc.co.uk",
    "bbci.co.uk": "bbc.co.uk",
    "guardian.co.uk": "theguardian.com",
    "guardianapis.com": "theguardian.com",
    "nyti.ms": "nytimes.com",
    "yonhapnews.co.kr": "yna.co.kr",
    "chosun.com": "chosun.com",
    "dowjones.io": "wsj.com",
    "nikkei.co.jp": "nikkei.com",
}
"""Other domains of the same house."""

_SECTION: Final = re.compile(r"\s*(?:[|>»·:–—]|\s-\s).*$")
_TAIL: Final = re.compile(r"\s+(?:news|online|rss|feed|latest|top stories|home|world|뉴스|전체기사|ニュース)$")
_WIRE: Final = re.compile(
    r"[(\[【（]\s*(reuters|ap|afp|dpa|upi|xinhua|kyodo|yonhap|associated press|bloomberg|"
    r"(?:[^\s()\[\]]{1,12}=)?(?:연합뉴스|뉴시스|뉴스1)|(?:[^\s()\[\]]{1,12})?(?:共同|時事|ロイター)(?:通信)?)\s*[)\]】）]",
    re.IGNORECASE,
)
_WIRE_NAMES: Final = (
    ("reuters", ("reuters", "ロイター")),
    ("ap", ("ap", "associated press")),
    ("yonhap", ("yonhap", "연합뉴스")),
    ("newsis", ("뉴시스",)),
    ("news1", ("뉴스1",)),
    ("kyodo", ("kyodo", "共同")),
    ("jiji", ("時事",)),
)
_SAME_TEXT: Final = 90.0
"""Similarity of leads, 0 to 100, from which two are one text; the same wire cut in two houses stays above it."""
_LEAD: Final = 600


def owner_of(publisher: str, url: str) -> str:
    """The key of the house behind an article: its registrable domain and, where one host carries several, its name."""
    domain = registrable_domain(url)
    name = publisher_key(publisher)
    if not domain:
        return name or "unknown"
    if domain in AGGREGATORS or is_placeholder(domain):
        return name or domain
    return domain


@lru_cache(maxsize=4096)
def publisher_key(publisher: str) -> str:
    """A publisher's name without its section, case or "News": `BBC News - Asia` and `BBC` are one."""
    name = _SECTION.sub("", fold(publisher).strip()) or fold(publisher).strip()
    return _TAIL.sub("", " ".join(name.split())).removeprefix("the ")


def _domain_of_host(host: str) -> str:
    found = get_tld(f"https://{host}", fail_silently=True, as_object=True)
    domain = str(found.fld) if found is not None and not isinstance(found, str) else ".".join(host.split(".")[-2:])
    return _HOUSES.get(domain, domain)


def registrable_domain(url: str) -> str:
    """`https://edition.cnn.com/…` → `cnn.com`; empty when there is no host."""
    # All addresses of a site begin alike, up to the third stroke.
    return _domain_of_site("/".join(url.split("/", 3)[:3]))


@lru_cache(maxsize=4096)
def _domain_of_site(url: str) -> str:
    try:
        host = (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""
    return _domain_of_host(host) if host else ""


def is_placeholder(domain: str) -> bool:
    """Whether a domain is one reserved for examples and tests, where nobody publishes."""
    # Import files may put articles of many publishers on one host reserved for examples.
    return domain.endswith((".example", ".invalid", ".test", ".localhost")) or domain in ("localhost", "example.com")


def wire_of(text: str) -> str:
    """The news agency that a text credits in its first lines, empty when it credits none."""
    found = _WIRE.search(text[:200])
    if not found:
        return ""
    credit = fold(found[1])
    return next(
        (wire for wire, names in _WIRE_NAMES if any(credit.endswith(n) or n in credit.split("=") for n in names)),
        credit,
    )


def independent_publishers(articles: Sequence[Article]) -> tuple[str, ...]:
    """A display name for each independent owner, the earliest article's first.

    Articles are not independent when their owner is the same, when both credit the same news agency, or when one text
    is nearly the other's.
    """
    kept: list[Article] = []
    keys: set[str] = set()
    for article in sorted(articles, key=lambda one: (one.published_at, one.id)):
        own = {f"owner:{article.owner}"}
        if wire := wire_of(article.text):
            own.add(f"wire:{wire}")
        if keys & own or any(_is_copy(article, other) for other in kept):
            keys |= own
            continue
        keys |= own
        kept.append(article)
    return tuple(article.publisher or article.owner for article in kept)


def _is_copy(article: Article, other: Article) -> bool:
    lead, known = _lead(article.text), _lead(other.text)
    if min(len(lead), len(known)) < 20:
        return False
    return fuzz.ratio(lead, known, score_cutoff=_SAME_TEXT) > 0


def _lead(text: str) -> list[str]:
    return terms(text[:_LEAD])
