"""What a brief is about: the names, themes and words that it could share with another. Pure."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import pairwise
from typing import Final, NamedTuple

from bot.models import BriefText
from bot.text.analyse import STOP_WORDS, stem
from bot.text.inflect import korean_core
from bot.text.words import is_cjk

MOST: Final = 120
"""Things of a brief that are kept: what its headline, deck and repetitions make much of."""

# Words that many briefs share and that relate none of them: times, amounts, the trade's own words.
COMMON: Final = frozenset(
    """monday tuesday wednesday thursday friday saturday sunday january february march april june july august september
    october november december jan feb aug sept oct nov dec today yesterday tomorrow morning evening afternoon night week
    month year spring summer autumn winter million billion trillion percent hundred thousand dozen half first second
    third last next early earlier late later recent recently news report reporter reporting statement told asked added
    called wrote according home people man woman men women company government minister ministry president prime chief
    executive leader lead official spokesman spokeswoman spokesperson researcher member country city state court vote
    win plan day time number group part cost price thing way lot one two three four five six seven eight nine ten
    including include made make take took taken used using use show showed come came see seen know known think want need
    going well even still since back many much another around without within among per long high low old young senior
    big small full good great press conference interview tuesday's every however although though whether never always
    already yet ago least likely say saying tell telling put set let right left top end world american americans
    spoke speaking held hold face facing move moved work working call calling continue continued become became
    party office administration announce republican democrat democratic gop house senate presidential political united
    campaign probe highest level legal blow election
    내년 올해 지난해 오늘 내일 어제 오전 오후 야간 하루 이번 다음 정부 관계자 발표 계획 예정 처음 최초 이날 당시 현재
    기자 뉴스 사진 대한 관련 위해
    가운데 이후 이상 이하 모두 가장 경우 때문 최근 지난 그는 우리 자신 따르면
    来年 今年 昨年 今日 明日 午前 午後 発表 予定 計画 政府 関係者 担当者 初めて 記者
    同日 現在 今回 可能性 必要""".split()  # noqa: SIM905
)
_TITLES: Final = frozenset(
    """president vice prime minister sen senator rep representative gov governor mr mrs ms dr judge justice secretary
    attorney chief chairman chairwoman former king queen prince general colonel captain mayor republican republicans
    democrat democrats democratic gop sir lord pope speaker""".split()  # noqa: SIM905
)
_TIMES: Final = frozenset(
    """monday tuesday wednesday thursday friday saturday sunday january february march april june july august september
    october november december jan feb aug sept oct nov dec today yesterday tomorrow""".split()  # noqa: SIM905
)
_OURSELVES: Final = frozenset(("us", "u.s", "usa", "u.s.a", "uk", "eu", "un", "u.n"))
"""Names that are in too many stories to relate any."""
_JOINTS: Final = frozenset(("of", "for", "de", "la", "del", "van", "von", "bin", "the"))
_TOKEN: Final = re.compile(r"[^\W_]+(?:['’.&-][^\W_]+)*")
_BEGINS_ANEW: Final = re.compile(r"[.!?:;“\"‘]")
_OWNER: Final = re.compile(r"['’]s?$")
_VERBAL: Final = re.compile(
    r"(?:다|했던|하는|하고|하며|하면|하기|하지|하게|해서|되는|되고|되며|있는|없는|라며|라고|지만|면서)$"
)
_SCRIPTS: Final = re.compile(r"[\u30a0-\u30ff]+|[\u3005-\u3007\u4e00-\u9fff]+|[\u3040-\u309f]+")
_SAYS: Final = r"(?:, according to )?(?<!\w)(?:{})(?:에 따르면|によると、?|(?![a-zA-Z0-9]))"
_HANGUL: Final = re.compile(r"^[\uac00-\ud7a3]")


class Kind(IntEnum):
    """How much a thing tells by itself."""

    PART = 0
    """A word of a longer name, or a common one: it makes two briefs alike, but says nothing by itself."""
    WORD = 1
    NAME = 2
    """One word that is a name."""
    PHRASE = 3
    """A name or theme of several words."""


@dataclass(frozen=True, slots=True)
class Thing:
    """`shown`: as it stands in the brief; `weight`: how much the brief makes of it."""

    shown: str
    kind: Kind
    weight: float


@dataclass(slots=True)
class _Tally:
    counts: Counter[str] = field(default_factory=Counter)
    shown: dict[str, tuple[str, Kind]] = field(default_factory=dict)

    def add(self, key: str, shown: str, kind: Kind, weight: int) -> None:
        self.counts[key] += weight
        if key not in self.shown or kind > self.shown[key][1]:
            self.shown[key] = (shown, kind)

    def is_kept(self, key: str) -> bool:
        """Two words side by side are a theme only where they come again; most such pairs are chance."""
        shown, kind = self.shown[key]
        return kind is not Kind.PHRASE or self.counts[key] > 1 or not shown.islower()


class _Word(NamedTuple):
    text: str
    low: str
    root: str
    is_capital: bool
    is_first: bool
    follows: bool
    """Whether only a space stands before it."""


def things_of(text: BriefText) -> dict[str, Thing]:
    """What a brief is about, by a folded key; headline and deck count more than the rest."""
    tally = _Tally()
    told = _without_publishers(text, [text.deck, *(sentence.text for sentence in text.sentences)])
    parts = zip([text.headline, *told], (3, 2, *(1 for _ in text.sentences)), strict=True)
    read = [(_words(part), weight) for part, weight in parts]
    names = _names([words for words, weight in read if weight < 3])
    for words, weight in read:
        for word in words:
            if is_cjk(word.text):
                _add_cjk(tally, word.text, weight)
        _add_words(tally, [word for word in words if not is_cjk(word.text)], names, weight)
        _add_korean_pairs(tally, words, weight)
    best = sorted(
        filter(tally.is_kept, tally.counts), key=lambda key: (-tally.counts[key] * (2 + tally.shown[key][1]), key)
    )[:MOST]
    return {key: Thing(*tally.shown[key], 1 + math.log(tally.counts[key])) for key in best}


def _without_publishers(text: BriefText, told: Sequence[str]) -> Sequence[str]:
    """ "according to the Post" does not make a brief one about the Post."""
    all_told = " ".join(told)
    named = [source.publisher for source in text.sources if source.publisher and source.publisher in all_told]
    if not named:
        return told
    says = re.compile(_SAYS.format("|".join(map(re.escape, named))))
    return [says.sub("", one) for one in told]


def _words(text: str) -> list[_Word]:
    found = []
    end, starts = 0, True
    for match in _TOKEN.finditer(text):
        between = text[end : match.start()]
        starts = starts or (between != " " and _BEGINS_ANEW.search(between) is not None)
        word = match[0] if match[0].isalnum() else _OWNER.sub("", match[0])
        low = word.casefold()
        found.append(_Word(word, low, stem(low), word[:1].isupper(), starts, between == " "))
        end, starts = match.end(), False
    return found


# ── languages with capitals ───────────────────────────────────────────────────────────────────────────────────────────


def _names(sentences: Sequence[Sequence[_Word]]) -> dict[str, str]:
    """Folded name → the fullest form that the text has of it, for every run of capitals that is a name."""
    sure = {word.text for words in sentences for word in words if word.is_capital and not word.is_first}
    forms = Counter(" ".join(run) for words in sentences for run in _runs(words, sure))
    names = {form.casefold(): form for form in forms}
    for form in sorted(forms, key=len, reverse=True):
        if len(form.split()) < 2 or _is_institution(form):
            continue
        # "Sanders" alone is the Bernie Sanders of the sentence before.
        names[form.rsplit(maxsplit=1)[-1].casefold()] = form
    return names


def _is_institution(form: str) -> bool:
    return form.rsplit(maxsplit=1)[-1].casefold() in COMMON or " of " in form or " for " in form


def _runs(words: Sequence[_Word], sure: set[str]) -> Iterator[list[str]]:
    run: list[_Word] = []
    for word in [*words, _Word("", "", "", False, True, False)]:
        is_joint = word.text in _JOINTS and word.follows and bool(run)
        is_part = word.is_capital and (not word.is_first or word.text in sure or len(word.text) > 1)
        if run and not ((is_part or is_joint) and word.follows):
            yield from _trimmed(run, sure)
            run = []
        if is_part or is_joint:
            run.append(word)


def _trimmed(run: list[_Word], sure: set[str]) -> Iterator[list[str]]:
    """A run without titles, times and joints at its ends; none when a sentence merely begins with a capital."""
    kept = list(run)
    while kept and (_is_edge(kept[0]) or (kept[0].is_first and kept[0].text not in sure and len(kept) < 2)):
        kept.pop(0)
    while kept and _is_edge(kept[-1]):
        kept.pop()
    is_common = len(kept) == 1 and (kept[0].root in COMMON or "-" in kept[0].text[:2] or kept[0].text == "New")
    if kept and not is_common and len(kept) <= 5 and any(len(word.text) > 1 for word in kept):
        yield [word.text for word in kept]


def _is_edge(word: _Word) -> bool:
    """What stands beside names but is no part of them: titles, times, the "The" that begins a sentence."""
    folded = word.low
    if folded in _OURSELVES or folded in _TIMES or folded in _JOINTS or folded in _TITLES or folded[0].isdigit():
        return True
    return folded in STOP_WORDS and folded != "new" and not word.text.isupper()


def _add_words(tally: _Tally, words: Sequence[_Word], names: dict[str, str], weight: int) -> None:
    place = 0
    previous: _Word | None = None
    while place < len(words):
        length = _name_at(words, place, names)
        if length:
            form = names[" ".join(word.text for word in words[place : place + length]).casefold()]
            kind = Kind.PHRASE if " " in form else Kind.NAME
            tally.add(form.casefold(), form, kind, weight)
            for word in words[place : place + length]:
                _add_word(tally, word, weight, Kind.PART if length > 1 or " " in form else Kind.NAME)
            place, previous = place + length, None
            continue
        word = words[place]
        if _add_word(tally, word, weight) and not word.text[0].isdigit():
            if previous and word.follows:
                tally.add(f"{previous.root} {word.root}", f"{previous.text} {word.text}".lower(), Kind.PHRASE, weight)
            previous = word
        else:
            previous = None
        place += 1


def _name_at(words: Sequence[_Word], place: int, names: dict[str, str]) -> int:
    """How many words from here on are a name."""
    if not words[place].is_capital:
        return 0
    for length in range(min(5, len(words) - place), 0, -1):
        if " ".join(word.text for word in words[place : place + length]).casefold() in names:
            return length
    return 0


def _add_word(tally: _Tally, word: _Word, weight: int, kind: Kind = Kind.WORD) -> bool:
    """Counts a word; whether it may be part of a theme."""
    root = word.root
    if len(word.text) < 2 or word.low in STOP_WORDS:
        return False
    is_common = len(word.text) < 3 or word.text[0].isdigit() or root in COMMON
    shown = word.text.lower() if kind is Kind.WORD else word.text
    # A name of one word is counted by itself already.
    if kind is not Kind.NAME or word.low != root:
        tally.add(root, shown, Kind.PART if is_common else min(kind, Kind.WORD), weight)
    return not is_common


# ── Korean and Japanese ───────────────────────────────────────────────────────────────────────────────────────────────


def _add_cjk(tally: _Tally, word: str, weight: int) -> None:
    for shown in _korean(word) if _HANGUL.match(word) else _japanese(word):
        kind = Kind.NAME if len(shown) > 2 else Kind.WORD
        tally.add(shown, shown, kind, weight)


def _korean(word: str) -> Iterable[str]:
    core = korean_core(word)
    if len(core) > 1 and core not in COMMON and word not in COMMON and not _VERBAL.search(word):
        yield core


def _japanese(word: str) -> Iterable[str]:
    parts = [part for part in _SCRIPTS.findall(word) if not "\u3040" <= part[0] <= "\u309f"]
    yield from (part for part in parts if len(part) > 1 and part not in COMMON)
    # Katakana beside Kanji is one thing: ウクライナ侵攻.
    yield from re.findall(r"(?<![\u30a0-\u30ff])[\u30a0-\u30ff]{2,}+[\u4e00-\u9fff]{2,4}(?![\u4e00-\u9fff])", word)


def _add_korean_pairs(tally: _Tally, words: Sequence[_Word], weight: int) -> None:
    """Two nouns side by side, of which the first has no ending: `기준금리 인상`."""
    for one, next_ in pairwise(words):
        if next_.follows and _HANGUL.match(one.text) and _HANGUL.match(next_.text):
            first, second = list(_korean(one.text)), list(_korean(next_.text))
            if first and second and first[0] == one.text:
                tally.add(f"{first[0]} {second[0]}", f"{first[0]} {second[0]}", Kind.PHRASE, weight)
