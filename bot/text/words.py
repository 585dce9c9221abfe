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
"""The same in a text of ASCII, in a third of the time."""
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
    text = fold(text)
    return _PLAIN_TOKEN.findall(text) if text.isascii() else _TOKEN.findall(text.replace("’", "'"))


def terms(text: str) -> list[str]:
    """The words of a text in order, folded, with each CJK run as its overlapping bigrams."""
    words = runs(text)
    # Most texts that are not of ASCII have a dash or an accent, and no letter of these.
    if text.isascii() or max(words, default="") < _FIRST_CJK:
        return words
    return [term for run in words for term in (bigrams(run) if is_cjk(run) else (run,))]


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
