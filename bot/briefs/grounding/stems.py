"""Words reduced to what they have in common: "denied" and "deny", "rose" and "rises". Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from bot.text.analyse import STOP_WORDS

_IRREGULAR: Final = """
    arose=arise became=become began=begin begun=begin bought=buy broke=break broken=break brought=bring built=build came=come
    chose=choose chosen=choose cuts=cut cutting=cut dealt=deal did=do done=do drew=draw drawn=draw drove=drive driven=drive
    fell=fall fallen=fall felt=feel fought=fight found=find fled=flee flew=fly flown=fly forbade=forbid forbidden=forbid
    froze=freeze frozen=freeze gave=give given=give went=go gone=go grew=grow grown=grow held=hold hid=hide hidden=hide
    kept=keep knew=know known=know laid=lay led=lead left=leave lent=lend lost=lose made=make meant=mean met=meet paid=pay
    ran=run rose=rise risen=rise said=say saw=see seen=see sold=sell sent=send shot=shoot shrank=shrink shrunk=shrink
    sank=sink sunk=sink spoke=speak spoken=speak spent=spend stood=stand stole=steal stolen=steal struck=strike swore=swear
    sworn=swear took=take taken=take taught=teach told=tell thought=think threw=throw thrown=throw understood=understand
    won=win withdrew=withdraw withdrawn=withdraw wrote=write written=write overthrew=overthrow overtook=overtake
    upheld=uphold withheld=withhold men=man women=woman children=child feet=foot dying=die lying=lie leaves=leave
    better=good best=good worse=bad worst=bad lives=life died=die dies=die tied=tie
"""
IRREGULAR: Final = dict(pair.split("=") for pair in _IRREGULAR.split())
_ENDING: Final = re.compile(r"(?:ing|ed|es|s)$")
_HANGUL_ENDING: Final = re.compile(
    r"(?:으로부터|에서는|에게는|으로는|라고|이라고|에서|에게|까지|부터|으로|이나|은|는|이|가|을|를|의|에|와|과|도|로|만)$"
)
_FUNCTION: Final = STOP_WORDS - {"new", "most", "more", "against", "under", "over", "before", "after", "up", "down"}


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """The stem of a folded English word; a Korean one without its particle; any other as it is."""
    if not word.isascii():
        return _HANGUL_ENDING.sub("", word) if len(word) > 2 and "가" <= word[0] <= "힣" else word
    word = word.removesuffix("'s").rstrip("'")
    if IRREGULAR.get(word, word) != word:
        return stem(IRREGULAR[word])
    if len(word) < 4 or word.endswith("ss"):
        return word
    found = _ENDING.search(word)
    if found and len(word) - len(found[0]) >= 3 and re.search("[aeiouy]", word[: found.start()]):
        word = word[: found.start()]
    if word.endswith("i"):
        word = word[:-1] + "y"
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsz":
        word = word[:-1]
    return word.removesuffix("e") if len(word) > 3 else word


def content(word: str) -> str:
    """The stem of a word that means something by itself; empty for the small words between them."""
    if word in _FUNCTION or (len(word) == 1 and word.isascii() and not word.isdigit()):
        return ""
    if "\u3040" <= word[0] <= "\u309f":
        # Hiragana between the characters that mean something are endings and particles.
        return ""
    return stem(word)
