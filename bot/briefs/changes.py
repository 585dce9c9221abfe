"""What a source changed in an article that it had published: a fact, or that it says itself that it was wrong. Pure.

A typo, a sentence more and a "last updated" are no change. Sentences that are gone are laid beside those that are new;
of a pair that says nearly the same, the numbers, dates, names and denials must be the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz, process

from bot.briefs.grounding.dates import find_dates
from bot.briefs.grounding.directions import count_cjk_negations, has_denial
from bot.briefs.grounding.lines import Line
from bot.briefs.grounding.names import find_names
from bot.briefs.grounding.numbers import find_numbers
from bot.models import ArticleChange, ChangeKind
from bot.text.sentences import split_all

ALIKE: Final = 65
"""Likeness (of 100) from which a new sentence stands in the place of an old one."""
TYPO: Final = 80
"""Likeness from which two names are one, spelt better."""
_HEAD: Final = 400
"""Where an article says that it was corrected: in its first characters, or in a note at its end."""
_SHOWN: Final = 300
_COMPARED: Final = 200
"""So many sentences are laid side by side: each with each, while nobody else is answered. An article has fewer."""
_STAMP: Final = re.compile(
    r"^\W*(?:last |최종 ?|最終)?(?:updated?|modified|published|입력|수정|업데이트|更新|配信).{0,80}$", re.IGNORECASE
)
_WITHDRAWN: Final = re.compile(
    r"^\W*(?:retracted|withdrawn|retraction)\s*[\]:—–-]"
    r"|\bthis (?:article|story|report) (?:was|has been) (?:retracted|withdrawn)"
    r"|\[(?:retracted|withdrawn)\]|기사를? ?(?:철회|삭제)|記事を?(?:取り消|撤回|削除)",
    re.IGNORECASE,
)
_CORRECTED: Final = re.compile(
    r"\bcorrection\s*[:—–-]|\[correct(?:ion|ed)\]|\bcorrects\b.{0,40}\bstory\b"
    r"|\bthis (?:article|story|report) (?:was|has been) corrected\b"
    r"|\[정정\]|정정 ?보도|바로잡습니다|\(정정\)|【訂正】|訂正(?:して|:|：|し?ます|$)|お詫びと訂正",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Wording:
    """An article's title and text."""

    title: str
    text: str
    language: str


def change_of(before: Wording, after: Wording) -> ArticleChange | None:
    """What a reader of the old article should know; None when it is no more than better words or more of them."""
    pair = next(_changed(before, after), None)
    for kind, said in ((ChangeKind.WITHDRAWN, _WITHDRAWN), (ChangeKind.CORRECTED, _CORRECTED)):
        if (note := _noted(said, after)) and not _noted(said, before):
            was, now = pair or ("", note)
            return ArticleChange(kind=kind, was=was, now=now)
    return ArticleChange(kind=ChangeKind.CHANGED, was=pair[0], now=pair[1]) if pair else None


def _noted(said: re.Pattern[str], wording: Wording) -> str:
    """The sentence in which an article says so of itself."""
    ends = f"{wording.title}\n{wording.text[:_HEAD]}\n{wording.text[_HEAD:][-_HEAD:]}"
    found = next((line for line in ends.splitlines() if said.search(line)), "")
    return found.strip()[:_SHOWN]


def _changed(before: Wording, after: Wording) -> Iterator[tuple[str, str]]:
    """Sentences with a fact that is another one now, the title first."""
    is_same_title = before.title == after.title or fuzz.ratio(before.title, after.title) < ALIKE
    if not is_same_title and _differ(before.title, after.title):
        yield before.title[:_SHOWN], after.title[:_SHOWN]
    old, new = (split_all(one.text, one.language) for one in (before, after))
    kept = set(old) & set(new)
    gone, come = ([one for one in each if one not in kept and not _STAMP.match(one)][:_COMPARED] for each in (old, new))
    for sentence in gone:
        near = process.extractOne(sentence, come, scorer=fuzz.ratio, score_cutoff=ALIKE)
        if near and _differ(sentence, near[0]):
            yield sentence[:_SHOWN], near[0][:_SHOWN]


def _differ(one: str, other: str) -> bool:
    """Whether two sentences that are nearly the same state other facts."""
    left, right = Line(one), Line(other)
    if _figures(one) != _figures(other) or has_denial(left) != has_denial(right):
        return True
    if count_cjk_negations(one) != count_cjk_negations(other):
        return True
    names, others = ({" ".join(name.words) for name in find_names(line)} for line in (left, right))
    # Only a name in another's place: one that is added or left out may be said in other words.
    lost, won = names - others, others - names
    return bool(lost and won) and not all(
        any(fuzz.ratio(name, new) >= TYPO or name in new or new in name for new in won) for name in lost
    )


def _figures(text: str) -> tuple[object, object]:
    dates = find_dates(text)
    numbers = find_numbers(text, tuple((date.start, date.end) for date in dates))
    return (
        sorted((sorted(number.values), number.unit) for number in numbers if not number.is_weak),
        sorted(str((date.year, date.month, date.day, date.weekday, date.offset)) for date in dates),
    )
