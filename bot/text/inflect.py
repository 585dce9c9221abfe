"""Korean and Japanese words without the particles and endings that change from sentence to sentence. Pure.

No dictionary: what may be an ending is taken off as long as two characters stay. That can take too much (`제주도` →
`제주`), which for a search means to find more, never less.
"""

from __future__ import annotations

import re
from typing import Final

_KOREAN: Final = re.compile(
    r"(?:으로부터|이라고|라고|에게서|에서|에게|께서|까지|부터|처럼|보다|마다|조차|마저|이나|이란|에는|으로|한테|이며|와의|과의"
    r"|하였다|했다가|했다|한다고|한다|하는|하기로|하기|하고|하며|하면서|하면|하자|하지|하게|해야|해서|하라|할|해"
    r"|됐다|되었다|된다|되는|되고|되며|돼|된|될|됨|였다|이다|입니다|합니다|됩니다|했습니다|들의|들이|들은|들을|들"
    r"|은|는|이|가|을|를|의|에|와|과|도|로|만|나|서|며)$"
)
_HANGUL: Final = re.compile(r"[\uac00-\ud7a3]")
_SCRIPTS: Final = re.compile(
    r"[\u30a0-\u30ff]+|[\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+|[\u3040-\u309f]+"
)
_HIRAGANA: Final = re.compile(r"[\u3040-\u309f]")


def cores(run: str) -> tuple[str, ...]:
    """What stays of a CJK word in whatever form it stands: `인상하기로` → `인상`, `値上げした` → `値上`.

    A Japanese run gives each of its words in Kanji or Katakana; one of Hiragana alone stays as it is.
    """
    if _HANGUL.search(run):
        return (korean_core(run),)
    parts = [part for part in _SCRIPTS.findall(run) if not _HIRAGANA.match(part)]
    # One character alone begins very many words; it counts only where there is nothing longer.
    return tuple([part for part in parts if len(part) > 1] or parts or [run])


def korean_core(word: str) -> str:
    """A Korean word without particles and verbal endings, of which there may be two in a row: `정부에서는` → `정부`."""
    for _ in range(2):
        bare = _KOREAN.sub("", word)
        if len(bare) < 2 or bare == word:
            break
        word = bare
    return word
