"""When two items are one article: the names it goes by, and texts that are nearly the same. Pure.

MinHash with 21 bands of 3 rows finds near-identical texts among all that are stored without reading them: of two texts
that share 85 % of their shingles practically all share a band, of two that share a tenth one pair in fifty.
"""

from __future__ import annotations

import re
import zlib
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from bot.models import Article, Draft
from bot.store.articles import Incoming
from bot.text.urls import canonical
from bot.text.words import first_terms, terms

BANDS: Final = 21
ROWS: Final = 3
SHINGLE: Final = 3
"""Words (CJK: bigrams) in a shingle."""
MIN_TERMS: Final = 25
"""Shorter texts have too few shingles to be told apart by them."""
MAX_TERMS: Final = 600

_SEEDS: Final = np.random.default_rng(20260101)
_FACTORS: Final = _SEEDS.integers(1 << 62, 1 << 63, size=(BANDS * ROWS, 1), dtype=np.uint64) | np.uint64(1)
_OFFSETS: Final = _SEEDS.integers(0, 1 << 63, size=(BANDS * ROWS, 1), dtype=np.uint64)
_BAND_MIX: Final = np.array([[0x9E3779B97F4A7C15], [0xC2B2AE3D27D4EB4F], [0x165667B19E3779F9]], dtype=np.uint64)

_SAME_TEXT: Final = 90.0
_SAME_TITLE: Final = 80.0
_WAYS: Final = frozenset(("comments", "respond", "more", "rss", "feed", "top", "content", "main", "main-content"))
"""Fragments that say where in a page to begin, or where a reader came from."""
_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)*")


def article_keys(draft: Draft, owner: str, source_id: int) -> tuple[str, ...]:
    """Every name this item goes by, strongest first; two items that share one are one article.

    An entry id counts within its source only. An address that cannot be an article's own (a site's front page) does not
    count, and an id that such a feed repeats for each entry is told apart by the title.
    """
    keys = []
    address = canonical(draft.url)
    if address and _is_own(address):
        keys.append(f"url:{address}{_part_of(draft)}")
    if draft.entry_id and (not address or canonical(draft.entry_id) != address):
        keys.append(
            f"id:{source_id}:{draft.entry_id}" + ("" if _is_own_id(draft.entry_id) else f":{_plain(draft.title)}")
        )
    if not keys:
        day = draft.published_at.date().isoformat() if draft.published_at else ""
        keys.append(f"title:{owner}:{_plain(draft.title)}:{day}")
    return tuple(keys)


def bands(owner: str, title: str, text: str) -> tuple[int, ...]:
    """The MinHash bands of a text, as signed 64-bit numbers; none when it is too short to be known by them.

    Those of one house are near each other: only within a house is one text one article, and what is near is written to
    the same pages of the store.
    """
    words = first_terms(f"{title}\n{text}", MAX_TERMS)
    if len(words) < MIN_TERMS:
        return ()
    hashes = _shingles(words)
    # (a·x + b) mod 2**64 with an odd a is a permutation; the multiplication wraps around by itself.
    mixed = _FACTORS * hashes
    mixed += _OFFSETS
    smallest = mixed.min(axis=1).reshape(BANDS, ROWS)
    numbers = np.arange(1, BANDS + 1, dtype=np.uint64)
    folded = (smallest @ _BAND_MIX).reshape(BANDS) * np.uint64(0x27D4EB2F165667C5) + numbers
    house = (zlib.crc32(owner.encode()) - (1 << 31)) << 32
    return tuple(house + text for text in (folded >> np.uint64(32)).tolist())


def is_same(incoming: Incoming, article: Article) -> bool:
    """Whether an item is an article we have, under another name: the same house, nearly the same words.

    What recurs each day with other numbers (weather, markets) is an article of its own.
    """
    if incoming.owner != article.owner:
        return False
    draft = incoming.draft
    title, known = _plain(draft.title), _plain(article.title)
    if _NUMBER.findall(draft.title) != _NUMBER.findall(article.title):
        return False
    if title != known and fuzz.token_set_ratio(title, known) < _SAME_TITLE:
        return False
    one, other = first_terms(draft.text, MAX_TERMS), first_terms(article.text, MAX_TERMS)
    return fuzz.ratio(one, other, score_cutoff=_SAME_TEXT) > 0


def _shingles(words: list[str]) -> NDArray[np.uint64]:
    # crc32 rather than hash(): the same in every process and every version.
    codes = np.fromiter(map(zlib.crc32, map(str.encode, words)), np.uint64, len(words))
    count = len(codes) - SHINGLE + 1
    parts = [codes[start : start + count] * np.uint64(31 ** (2 * start) + start) for start in range(SHINGLE)]
    mixed: NDArray[np.uint64] = parts[0] ^ (parts[1] << np.uint64(7)) ^ (parts[2] << np.uint64(13))
    # One that stands there twice stays: the smallest of them is the same.
    return mixed % np.uint64((1 << 31) - 1)


def _plain(title: str) -> str:
    """A title's words in a row."""
    return " ".join(terms(title))


def _part_of(draft: Draft) -> str:
    """The part of the page that this entry is, as of a page of release notes; empty for the page itself."""
    part = draft.url.partition("#")[2]
    is_way = not draft.entry_id or "=" in part or part.lower() in _WAYS
    return "" if is_way or not part else f"#{part}"


def _is_own(address: str) -> bool:
    """A front page is no article's address; `address` as `canonical` gives it."""
    rest = address.removeprefix("https://")
    return "/" in rest or "?" in rest


def _is_own_id(entry_id: str) -> bool:
    address = canonical(entry_id)
    return not address or _is_own(address)
