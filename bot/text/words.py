"""Words as search, grouping and topics see them: folded, and CJK runs as overlapping bigrams.

Bigrams need no dictionary and find every Korean, Japanese and Chinese word of two or more characters; a run of one
character is kept as it is. Measured against trigrams and plain words in docs/design.md.
"""

from __future__ import annotations

import re
import unicodedata

CJK = (
    "\u1100-\u11ff\u3005-\u3007\u3040-\u30ff\u3130-\u318f\u31f0-\u31ff"  # jamo, iteration marks, kana
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff"  # ideographs, hangul
)
"""What stands inside a character class of a pattern for Chinese, Japanese and Korean letters."""
_TOKEN = re.compile(rf"[{CJK}]+|[^\W_{CJK}]+(?:'[^\W_{CJK}]+)*")
_PLAIN_TOKEN = re.compile(r"[a-z0-9]+(?:'[a-z0-9]+)*")
"""The same in a text of ASCII."""
_LOWERED = {code: chr(code).lower() if chr(code).isalnum() or chr(code) == "'" else " " for code in range(128)}
"""Whatever divides the words of such a text as a space: to split at spaces takes an eighth of a pattern's time."""
_DIVIDING_MARKS = "“”„«»–—…·\u00a0"
_LOOSE_APOSTROPHE = re.compile(r"(?<![a-z0-9])'|'(?![a-z0-9])")
_CJK_RUN = re.compile(rf"[{CJK}]+")
_FIRST_CJK = CJK[0]


def fold(text: str) -> str:
    """Compatibility-normalised and case-folded: half-width kana and full-width Latin become the common form."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()


def is_cjk(token: str) -> bool:
    """Whether a token begins with a Chinese, Japanese or Korean character."""
    # Nearly every other token is of letters that come before: no pattern need be asked.
    return token >= _FIRST_CJK and _CJK_RUN.match(token) is not None


def runs(text: str) -> list[str]:
    """The words of a text in order, folded; a CJK run stays whole."""
    plain = _plain(text)
    return _plain_words(plain) if plain.isascii() else _TOKEN.findall(fold(plain))


def terms(text: str) -> list[str]:
    """The words of a text in order, folded, with each CJK run as its overlapping bigrams."""
    plain = _plain(text)
    if plain.isascii():
        return _plain_words(plain)
    words = _TOKEN.findall(fold(plain))
    if max(words, default="") < _FIRST_CJK:
        return words
    return [term for run in words for term in (bigrams(run) if is_cjk(run) else (run,))]


def _plain(text: str) -> str:
    """The text with the marks that are all that keeps most English texts from being ASCII as plain ones."""
    if text.isascii():
        return text
    for mark in _DIVIDING_MARKS:
        text = text.replace(mark, " ")
    return text.replace("’", "'")


def _plain_words(text: str) -> list[str]:
    """The words of a text of ASCII."""
    lowered = text.translate(_LOWERED)
    if "'" in lowered and _LOOSE_APOSTROPHE.search(lowered):
        return _PLAIN_TOKEN.findall(lowered)
    return lowered.split()


def first_terms(text: str, count: int) -> list[str]:
    """The first `count` of `terms`; of a long text no more is read than it takes."""
    for chars in (8 * count, 32 * count):
        # The last term that was found may be a part of one.
        if len(text) > chars and len(found := terms(text[:chars])) > count + 1:
            return found[:count]
    return terms(text)[:count]


def bigrams(run: str) -> list[str]:
    """`도쿄전력` → `도쿄 쿄전 전력`; a single character stays itself."""
    return [run[i : i + 2] for i in range(len(run) - 1)] or [run]
