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
_TOKEN = re.compile(rf"[{CJK}]+|[^\W_{CJK}]+(?:['’][^\W_{CJK}]+)*")
_CJK_RUN = re.compile(rf"[{CJK}]+")


def fold(text: str) -> str:
    """Compatibility-normalised and case-folded: half-width kana and full-width Latin become the common form."""
    return unicodedata.normalize("NFKC", text).casefold()


def is_cjk(token: str) -> bool:
    """Whether a token begins with a Chinese, Japanese or Korean character."""
    return _CJK_RUN.match(token) is not None


def runs(text: str) -> list[str]:
    """The words of a text in order, folded; a CJK run stays whole."""
    return [token.replace("’", "'") for token in _TOKEN.findall(fold(text))]


def terms(text: str) -> list[str]:
    """The words of a text in order, folded, with each CJK run as its overlapping bigrams."""
    return [term for run in runs(text) for term in (bigrams(run) if is_cjk(run) else (run,))]


def bigrams(run: str) -> list[str]:
    """`도쿄전력` → `도쿄 쿄전 전력`; a single character stays itself."""
    return [run[i : i + 2] for i in range(len(run) - 1)] or [run]
