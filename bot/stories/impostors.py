"""Names of publishers that could be taken for somebody else's, with the site that really speaks behind them. Pure.

Anybody may call a feed "Reuters", or "Rеuters" with a Cyrillic letter. What a host says of itself decides nothing, so
a name that claims a known house, hides in letters that look like others, or is itself an address is shown with the
domain it stands on. A publisher on its own site keeps its name as it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Final

from bot.stories.owners import AGGREGATORS, is_placeholder, publisher_key, registrable_domain
from bot.topics.catalogue import known_topics

_AGENCIES: Final = {
    "reuters.com": ("Reuters", "ロイター", "로이터"),
    "apnews.com": ("AP", "AP News", "Associated Press"),
    "afp.com": ("AFP", "Agence France-Presse"),
    "bloomberg.com": ("Bloomberg",),
    "cnn.com": ("CNN",),
    "kyodonews.net": ("Kyodo News", "共同通信"),
    "jiji.com": ("時事通信",),
    "yna.co.kr": ("Yonhap News", "Yonhap News Agency", "연합뉴스"),
}
"""Houses that the feeds of the catalogue do not name."""

_ALIKE: Final = (
    "аa вb ԁd еe ѕs іi їi јj кk мm нh оo рp сc тt уy хx ԝw һh ӏl ԛq ѵv "  # Cyrillic, large letters and small ones
    "αa βb εe ηh ιi κk μm νv οo ρp τt υy χx ոn սu օo հh ցg "  # Greek, Armenian
    "ɑa ɡg ɩi ıi ȷj ʀr 0o 1l 5s |l il"  # what Latin letters and digits have among themselves
)
_LOOKS_LIKE: Final = str.maketrans({pair[0]: pair[1].replace("i", "l") for pair in _ALIKE.split()})
_WORD: Final = re.compile(r"[^\W\d_]+")
_SITE: Final = re.compile(r"(?<![\w-])[^\W_][\w-]{0,62}(?:\.[\w-]{1,63}){0,8}\.[a-z]{2,12}(?![\w-])")
_SCRIPTS: Final = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC")
"""Those whose letters look like each other's; Latin beside Korean or Japanese is no disguise."""


def shown_publisher(name: str, url: str) -> str:
    """The name of an article's publisher as readers are shown it; the article is at `url`."""
    domain = registrable_domain(url)
    if not domain or name.endswith(f"({domain})") or not _is_doubtful(name, domain):
        return name
    return f"{name} ({domain})"


@lru_cache(maxsize=4096)
def _is_doubtful(name: str, domain: str) -> bool:
    """Whether a name is, or looks like, that of somebody who is not at this domain."""
    if _mixes_scripts(name):
        return True
    key = publisher_key(name)
    exact, alike = _known()
    carries_others = domain in AGGREGATORS or is_placeholder(domain)
    if key in exact:
        return domain not in exact[key] and not carries_others
    if (look := _look(key)) in alike:
        return domain not in alike[look]
    return not carries_others and any(site != domain for site in _sites(name, domain))


def _mixes_scripts(name: str) -> bool:
    """Whether one word has letters of two scripts that look alike."""
    for word in _WORD.findall(unicodedata.normalize("NFKC", name)):
        scripts = {unicodedata.name(letter, "").partition(" ")[0] for letter in word}
        if len(scripts.intersection(_SCRIPTS)) > 1:
            return True
    return False


def _sites(name: str, domain: str) -> Iterator[str]:
    """The domains that a name names, but for its own in pieces: `Le Monde.fr` of lemonde.fr."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    if _letters(domain) not in _letters(folded):
        yield from (registrable_domain(f"https://{found[0]}") for found in _SITE.finditer(folded))


@cache
def _known() -> tuple[Mapping[str, frozenset[str]], Mapping[str, frozenset[str]]]:
    """The domains of each known house: by its name, and by what its name looks like."""
    exact: dict[str, frozenset[str]] = {}
    for name, domain in _houses():
        key = publisher_key(name)
        exact[key] = exact.get(key, frozenset()) | {domain}
    alike: dict[str, frozenset[str]] = {}
    for key, domains in exact.items():
        alike[_look(key)] = alike.get(_look(key), frozenset()) | domains
    return exact, alike


def _houses() -> Iterator[tuple[str, str]]:
    for domain, names in _AGENCIES.items():
        yield from ((name, registrable_domain(f"https://{domain}")) for name in names)
    for topic in known_topics().values():
        for feed in topic.feeds:
            if (domain := registrable_domain(feed.url)) not in AGGREGATORS:
                yield feed.title, domain
                # Their section stands behind a space: `조선일보 국제`.
                if feed.language in ("ko", "ja"):
                    yield feed.title.split()[0], domain


def _look(text: str) -> str:
    """What a name looks like: without accents, each letter as the Latin one that it resembles."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return bare.translate(_LOOKS_LIKE).replace("rn", "m").replace("vv", "w")


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))
