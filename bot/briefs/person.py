"""Whether a sentence asks, calls to its reader, or speaks in its writer's own person rather than of the news. Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_TAIL: Final = 16
"""Characters of an end by which a sentence asks or calls."""
_ASKS: Final = re.compile(
    # Korean and Japanese ask without a question mark, too.
    r"[?？][\"'”’」』)）]*$|(?:(?<!니)까|[습입합됩]니까|[인는은한던]가)\.$"
    r"|(?:だろう|でしょう|です|ます|ある|ない|の|た|う|る)か。$"
    r"|\bneed to know\.$|(?:해\s?보자|살펴보자|알아보자|[봅합]시다|하세요|[해보어]\s?주세요|바랍니다|십시오)\.$"
    r"|(?:ましょう|(?:て|で|ご覧|お読み|お待ち)ください)。$"
)
_CALLS: Final = re.compile(
    r"^(?:and |but |so |first, |now, )?(?:let(?:['’]s| us| me)|here(?:['’]s| is| are)|please|read (?:on|more|the)"
    r"|see (?:the|our|more|below|here|also)|click|take a (?:look|listen|closer)|look at|stay tuned|scroll"
    r"|check (?:out|back|it)|find out|tell us|join us|share your|keep (?:in mind|reading)|note that"
    r"|remember (?:that|when|the|how|this)|imagine (?:a|an|the|that|if|how|being)"
    r"|don['’]t (?:miss|forget|be|worry|expect|believe|let))(?![\w-])",
    re.IGNORECASE,
)
_SPEAKS: Final = re.compile(
    # "War I" and "(I-Vt.)" are nobody's "I"; "US" is a country.
    r"(?:^(?:[A-Z][a-z]+ )?|\b[a-z]+ |[^\w\s] ?)I(?=[ ,]|['’](?:m|ve|d|ll)\b)"
    # Large within a sentence they stand in a name: "the Our Town festival".
    r"|\b(?:we|ours?|you|yours?|me|my|myself|us|ourselves|yourself)\b|(?:^|[:.!?] )(?:We|Our|You|Your|My)\b"
)
_WORD: Final = re.compile(r"[A-Za-z]+")
_OWN: Final = "I we We our Our ours you You your Your yours me my My myself us ourselves yourself"
_SIGNS: Final = frozenset(_OWN.split())
"""One of these words stands in each sentence that `_SPEAKS` finds, and they are quicker to look for."""
_SPEAKS_CJK: Final = re.compile(
    r"^나는 |(?<![가-힣])(?:저는|내가|제가|우리[는가] |저희)"
    r"|(?:私|僕|筆者|我々|われわれ|私たち|私ども)(?:[はがもの]|に[はも])"
)
_QUOTED: Final = re.compile(
    # An apostrophe is no end of a quotation, a Korean particle begins behind one.
    r"[\"“「『][^\"“”」』]*[\"”」』]|``[^`]{0,400}''"
    r"|(?<![A-Za-z])['‘](?:[^'‘’]|['’](?=[A-Za-z])){0,400}['’](?![A-Za-z])"
)


def is_aside(sentence: str) -> bool:
    """Whether it asks something or calls to its reader: it tells nothing, whoever is named with it."""
    return bool(_ASKS.search(sentence[-_TAIL:]) or _CALLS.match(sentence))


@lru_cache(maxsize=2048)
def is_personal(sentence: str) -> bool:
    """Whether it says "I", "we" or "you" outside quotations: right in the mouth of its writer only.

    Kept for a while, since it is asked of each sentence more than once while a brief is written.
    """
    return _speaks(sentence) and _speaks(_QUOTED.sub("“”", sentence))


def _speaks(text: str) -> bool:
    if not _SIGNS.isdisjoint(_WORD.findall(text)) and _SPEAKS.search(text):
        return True
    return not text.isascii() and _SPEAKS_CJK.search(text) is not None
