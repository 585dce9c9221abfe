"""Which other briefs a reader of one would want: the same people, places and themes, but not the same story. Pure."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import nlargest
from typing import Final

from bot.models import Brief, BriefText, Related
from bot.stories.analyse import STOP_WORDS, stem
from bot.words import bigrams, is_cjk

LIMIT: Final = 5
CAPACITY: Final = 5000
"""Briefs that are looked through, the newest; what is older is history, not related news."""
MIN_SCORE: Final = 0.07
MIN_SHARED: Final = 2
CROWD: Final = 300
PRIOR_BRIEFS: Final = 200
FADE: Final = timedelta(days=20)
NAMED: Final = 2
"""Things in common that the reason names."""

# Words that many briefs share and that relate none of them: times, amounts, the trade's own words.
_COMMON: Final = frozenset(
    """monday tuesday wednesday thursday friday saturday sunday january february march april june july august september
    october november december today yesterday tomorrow morning evening night week month year spring summer autumn winter
    million billion percent hundred thousand half first second third last next early late news report statement
    home people man woman men women company government minister ministry president prime chief executive leader lead
    official spokesman researcher member country city state court vote win plan day time number group part cost price
    내년 올해 지난해 오늘 내일 어제 오전 오후 야간 하루 이번 다음 정부 관계자 발표 계획 예정 처음 최초
    来年 今年 昨年 今日 明日 午前 午後 発表 予定 計画 政府 関係者 担当者 初めて""".split()  # noqa: SIM905
)

_HANGUL_PARTICLE: Final = re.compile(
    r"(?:으로|에서|에게|까지|부터|이라고|라고|은|는|이|가|을|를|의|에|와|과|도|로|만)$"
)
_KANA_ONLY: Final = re.compile(r"^[\u3040-\u309f]+$")
_SCRIPTS: Final = re.compile(r"[\u30a0-\u30ff]+|[\u4e00-\u9fff]+|[\u3040-\u309f]+")
_REASONS: Final = {"ko": ("‘{}’ 관련", "’·‘"), "ja": ("「{}」に関する記事", "」「")}


@dataclass(frozen=True, slots=True)
class _Entry:
    brief: Brief
    things: dict[str, float]
    """What it is about: folded word → how much it counts."""
    names: dict[str, str]
    """Folded word → as it stands in the brief."""
    norm: float
    """Length of `things` as a vector, by how rare each was when the brief was added."""


class RelatedIndex:
    """The newest briefs by what they are about."""

    def __init__(self, *, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._entries: dict[int, _Entry] = {}
        self._by_thing: dict[str, dict[int, None]] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, brief: Brief) -> None:
        """Takes a brief in, in place of its earlier version."""
        self._drop(brief.id)
        things, names = _things(brief.text)
        self._entries[brief.id] = _Entry(brief, things, names, self._norm(things))
        for thing in things:
            self._by_thing.setdefault(thing, {})[brief.id] = None
        while len(self._entries) > self._capacity:
            self._drop(next(iter(self._entries)))

    def find(self, text: BriefText, *, story_id: int, now: datetime, limit: int = LIMIT) -> tuple[Related, ...]:
        """At most `limit` other briefs, the nearest first, each with a reason; none rather than a far-fetched one."""
        things, names = _things(text)
        norm = self._norm(things)
        scored = []
        for id_, shared in self._sharing(things).items():
            entry = self._entries[id_]
            if entry.brief.story_id == story_id or len(shared) < MIN_SHARED:
                continue
            age = max(now - entry.brief.published_at, timedelta())
            score = self._score(things, norm, entry, shared) * math.exp(-age / FADE)
            if score >= MIN_SCORE:
                scored.append((score, id_))
        best = nlargest(limit, scored)
        return tuple(self._link(things, names, score, self._entries[id_], text.language) for score, id_ in best)

    def get(self, brief_id: int) -> Brief | None:
        """A brief of the index as it was last added."""
        entry = self._entries.get(brief_id)
        return entry.brief if entry else None

    def _sharing(self, things: dict[str, float]) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        for thing in things:
            briefs = self._by_thing.get(thing, {})
            if len(briefs) <= CROWD:
                for id_ in briefs:
                    found.setdefault(id_, []).append(thing)
        return found

    def _score(self, things: dict[str, float], norm: float, entry: _Entry, shared: Iterable[str]) -> float:
        """Cosine over what both are about, rare things first; 0 to 1."""
        dot = sum(things[thing] * entry.things[thing] * self._rarity(thing) ** 2 for thing in shared)
        return dot / (norm * entry.norm or 1.0)

    def _norm(self, things: dict[str, float]) -> float:
        return math.sqrt(sum((weight * self._rarity(thing)) ** 2 for thing, weight in things.items()))

    def _rarity(self, thing: str) -> float:
        return math.log((PRIOR_BRIEFS + len(self._entries)) / (1 + len(self._by_thing.get(thing, ()))))

    def _link(
        self, things: dict[str, float], names: dict[str, str], score: float, entry: _Entry, language: str
    ) -> Related:
        shared = [thing for thing in things if thing in entry.things]
        telling = nlargest(
            NAMED, shared, key=lambda thing: (names[thing][0].isupper(), self._rarity(thing) * things[thing], thing)
        )
        brief = entry.brief
        return Related(
            brief_id=brief.id,
            headline=brief.text.headline,
            blurb=brief.text.summary,
            score=round(min(score, 1.0), 4),
            reason=_reason([names[thing] for thing in telling], language),
        )

    def _drop(self, brief_id: int) -> None:
        entry = self._entries.pop(brief_id, None)
        for thing in entry.things if entry else ():
            briefs = self._by_thing[thing]
            del briefs[brief_id]
            if not briefs:
                del self._by_thing[thing]


def _things(text: BriefText) -> tuple[dict[str, float], dict[str, str]]:
    """What a brief is about, with the spelling of each; headline and deck count more than the rest."""
    counts: Counter[str] = Counter()
    names: dict[str, str] = {}
    body = " ".join(sentence.text for sentence in text.sentences)
    for part, weight in ((text.headline, 3), (text.deck, 2), (body, 1)):
        for shown in _words(part):
            thing = stem(shown.casefold())
            if thing in _COMMON:
                continue
            counts[thing] += weight
            # A spelling with a capital tells a name, also where a headline or a sentence begins with it.
            if thing not in names or (names[thing].islower() and weight == 1):
                names[thing] = shown
    return {thing: 1 + math.log(count) for thing, count in counts.items()}, names


def _words(text: str) -> Iterable[str]:
    """Words worth sharing, as they are spelt: no common ones, no bare numbers; CJK words without their endings."""
    for word in re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", text):
        if is_cjk(word):
            yield from _cjk_words(word)
        elif len(word) > 2 and not word[0].isdigit() and word.casefold().replace("’", "'") not in STOP_WORDS:
            yield word.removesuffix("'s").removesuffix("’s")


def _cjk_words(word: str) -> Iterable[str]:
    if re.match(r"[\uac00-\ud7a3]", word):
        bare = _HANGUL_PARTICLE.sub("", word) if len(word) > 2 else word
        if len(bare) > 1 and not any(pair in STOP_WORDS for pair in bigrams(bare)[-1:]):
            yield bare
        return
    for part in _SCRIPTS.findall(word):
        if len(part) > 1 and not _KANA_ONLY.match(part):
            yield part


def _reason(names: list[str], language: str) -> str:
    if language in _REASONS:
        pattern, joint = _REASONS[language]
        return pattern.format(joint.join(names))
    return "also about " + " and ".join(names)
