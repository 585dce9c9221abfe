"""One sentence against the sources that it cites: what in it they do not say. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from itertools import islice
from typing import Final

from bot.briefs.grounding import dates, directions, numbers, quotations
from bot.briefs.grounding.facts import FITS, weigh
from bot.briefs.grounding.faults import Fault, FaultKind
from bot.briefs.grounding.lines import MAX_CHARS, Line, tidy
from bot.briefs.grounding.named import is_known, occurrences
from bot.briefs.grounding.names import Name, find_names
from bot.briefs.grounding.names import is_same as is_same_name
from bot.briefs.grounding.sources import ReadSource, SourceLine, names_in, plain
from bot.saying import marked

NEAREST: Final = 5
"""Sentences of the sources that a claim is laid beside."""
SURE: Final = 3
"""Words on each side of a fact that must stand with it in a source for it to need no weighing."""
NEXT: Final = 2
"""The same for words of direction and denial in a claim that is nearly word for word."""
WORD_FOR_WORD: Final = 0.6
"""Share of a claim's words in one sentence of a source from which it counts as that sentence with changes."""

_NOWHERE: Final = marked("'{token}' stands in no source that is cited")
_INSTEAD: Final = marked("'{token}' stands in no source that is cited; there it says '{rival}'")
_OTHERWISE: Final = marked("the source says '{rival}', not '{token}'")
_PUT_IN: Final = marked("the sentence adds '{token}', which turns what the source says")
_LEFT_OUT: Final = marked("the sentence leaves out '{token}', which turns what the source says")


class Claim(Line):
    """A sentence to be checked, with its facts and the sentences of its sources that are most like it."""

    def __init__(self, text: str, cited: Sequence[ReadSource], *, is_title: bool = False) -> None:
        super().__init__(tidy(text), is_title=is_title)
        self.cited = [source for source in cited if source.is_cjk == _is_cjk(self)] or list(cited)
        self.is_foreign = all(source.is_cjk != _is_cjk(self) for source in self.cited)

    @cached_property
    def lines(self) -> list[SourceLine]:
        return [line for source in self.cited for line in source.lines]

    @cached_property
    def nearest(self) -> list[SourceLine]:
        shared = [(len(self.stems & line.stems), number) for number, line in enumerate(self.lines)]
        most = sorted(shared, key=lambda pair: -pair[0])[:NEAREST]
        # A short sentence that stands wholly in the claim shares few words with it, and yet is what it was made of.
        whole = sorted(shared, key=lambda pair: -pair[0] / (len(self.lines[pair[1]].stems) or 99))[:NEAREST]
        return [self.lines[number] for count, number in dict.fromkeys(most + whole) if count > 1 or len(self.stems) < 3]

    @cached_property
    def close(self) -> list[SourceLine]:
        """Those of the nearest that share half of the words of one of the two, so that places can be compared."""
        own = len(self.stems)
        return [
            line
            for line in self.nearest
            if 2 * (shared := len(self.stems & line.stems)) >= own
            or (not line.is_title and shared >= WORD_FOR_WORD * len(line.stems))
        ]

    @cached_property
    def model(self) -> Line | None:
        """The sentence of the sources that it is most like, or two of them in its own order."""
        chosen: list[SourceLine] = []
        left = set(self.stems)
        for _ in range(2):
            rest = [line for line in self.nearest if line not in chosen]
            best = max(rest, key=lambda line: _share(left, line), default=None)
            if best is None or not self._is_made_of(best, left):
                break
            chosen.append(best)
            left -= best.stems
        chosen.sort(key=self._place)
        return chosen[0] if len(chosen) == 1 else Line(" ".join(line.text for line in chosen)) if chosen else None

    def _is_made_of(self, line: SourceLine, left: set[str]) -> bool:
        shared = len(left & line.stems)
        return shared >= max(2, len(self.stems) / 4) or (shared > 0 and shared >= WORD_FOR_WORD * len(line.stems))

    def _place(self, line: SourceLine) -> float:
        """Where in the claim the words of a line stand, on average."""
        places = [number for number, token in enumerate(self.tokens) if token.stem in line.stems]
        return sum(places) / (len(places) or 1)

    @cached_property
    def dates(self) -> list[dates.When]:
        return dates.find_dates(self.text)

    @cached_property
    def numbers(self) -> list[numbers.Number]:
        return numbers.find_numbers(self.text, tuple((when.start, when.end) for when in self.dates))

    @cached_property
    def quotations(self) -> list[quotations.Quotation]:
        return quotations.find_quotations(self.text)

    @cached_property
    def names(self) -> list[Name]:
        known = frozenset().union(*(source.name_words[0] for source in self.cited))
        lower = frozenset().union(*(source.name_words[1] for source in self.cited))
        return find_names(self, known, lower)

    def is_said(self, start: int, end: int, reach: int) -> bool:
        """Whether the words from `start` to `end` stand in a source together with `reach` more on each side."""
        run = self.run(start, end, reach)
        return any(run in source.words for source in self.cited)

    @cached_property
    def cover(self) -> float:
        """The share of its words that up to three sentences of its sources have."""
        return cover(self, self.nearest)


def check(text: str, cited: Sequence[ReadSource], *, is_title: bool = False) -> list[Fault]:
    """What a sentence says that the sources it cites do not; empty when it stands in them word for word."""
    said = plain(text)
    if any(source.says(said) for source in cited):
        return []
    if len(text) > MAX_CHARS:
        long = marked("it has {n} characters; a sentence has at most {most}")
        return [Fault.of(FaultKind.SOURCE, "", long, n=len(text), most=MAX_CHARS)]
    claim = Claim(text, cited, is_title=is_title)
    if not claim.lines:
        return [Fault.of(FaultKind.SOURCE, "", marked("its source has no text to find it in"))]
    steps = _FOREIGN if claim.is_foreign else _TITLE if is_title else _STEPS
    return [fault for step in steps for fault in islice(step(claim), 3)]


def cover(claim: Line, lines: Sequence[SourceLine]) -> float:
    """The share of a claim's words that the best three of these sentences have together."""
    left = set(claim.stems)
    total = len(left) or 1
    for _ in range(3):
        best = max(lines, key=lambda line: len(left & line.stems), default=None)
        if best is None or not left & best.stems:
            break
        left -= best.stems
    return 1 - len(left) / total


def _numbers(claim: Claim) -> Iterator[Fault]:
    everywhere = [(line, number) for line in claim.lines for number in line.numbers]
    near = [(line, number) for line in claim.close for number in line.numbers]
    for number in claim.numbers:
        if claim.is_said(number.start, number.end, SURE):
            continue
        verdict = weigh(
            claim, number, claim.numbers, everywhere, near, lambda one, other, _: numbers.is_same(one, other)
        )
        token = claim.text[number.start : number.end].strip()
        if not verdict.is_found and not number.is_weak and not _is_year(number, claim):
            yield Fault.of(FaultKind.NUMBER, token, _INSTEAD if verdict.rival else _NOWHERE, rival=verdict.rival)
        elif verdict.rival:
            of_other = marked("'{token}' is said of something else; here it is '{rival}'")
            yield Fault.of(FaultKind.NUMBER, token, of_other, rival=verdict.rival)


def _dates(claim: Claim) -> Iterator[Fault]:
    everywhere = [(line, when) for line in claim.lines for when in line.dates]
    nearest = [(line, when) for line in claim.close for when in line.dates]
    for when in claim.dates:
        if claim.is_said(when.start, when.end, SURE):
            continue
        near = [(line, other) for line, other in nearest if dates.is_alike(when, other)]
        verdict = weigh(claim, when, claim.dates, everywhere, near, _is_same_date)
        token = claim.text[when.start : when.end].strip()
        if verdict.rival:
            other = marked("'{token}' is not when: the source says '{rival}'")
            yield Fault.of(FaultKind.DATE, token, other, rival=verdict.rival)
        elif not verdict.is_found and not _is_told_otherwise(when, claim, has_other=bool(near)):
            yield Fault.of(FaultKind.DATE, token, _NOWHERE)


def _is_year(number: numbers.Number, claim: Claim) -> bool:
    """ "2,000" where the source has "2000", which looks like a year."""
    return any(when.year in number.values and when.month is None for line in claim.lines for when in line.dates)


def _is_told_otherwise(when: dates.When, claim: Claim, *, has_other: bool) -> bool:
    """The day of publication, where no other day is told, or a number of the sources that only looks like a year."""
    if not has_other and any(dates.is_publication_day(when, source.published_at) for source in claim.cited):
        return True
    is_year = when.year is not None and when.month is None
    return is_year and any(when.year in number.values for line in claim.lines for number in line.numbers)


def _is_same_date(claim: dates.When, source: dates.When, line: SourceLine) -> bool:
    return dates.is_same(claim, source, line.source.published_at)


def _names(claim: Claim) -> Iterator[Fault]:
    near = names_in(claim.close)
    told = {one.start for one in claim.numbers} | {one.start for one in claim.dates}
    for name in claim.names:
        is_number = len(name.words) == 1 and name.start in told
        if is_number or claim.is_said(name.start, name.end, SURE):
            continue
        token = claim.text[name.start : name.end]
        if not is_known(name, claim.cited):
            yield Fault.of(FaultKind.NAME, token, marked("the name '{token}' stands in no source that is cited"))
            continue
        verdict = weigh(claim, name, claim.names, occurrences(name, claim.cited), near, _is_same_name)
        if verdict.rival:
            other = marked("the source names '{rival}' here, not '{token}'")
            yield Fault.of(FaultKind.NAME, token, other, rival=verdict.rival)


def _is_same_name(claim: Name, source: Name, _line: SourceLine) -> bool:
    return is_same_name(claim.words, source.words)


def _directions(claim: Claim) -> Iterator[Fault]:
    told = directions.find_directions(claim)
    axes = {one.axis for one in told}
    if not told:
        return
    everywhere = [(line, one) for line in claim.lines for one in line.directions if one.axis in axes]
    near = [(line, one) for line in claim.close for one in line.directions]
    for one in told:
        if claim.is_said(one.start, one.end, SURE):
            continue
        same_axis = [(line, other) for line, other in near if other.axis == one.axis]
        if not any(other.is_positive != one.is_positive for _, other in same_axis):
            continue
        verdict = weigh(claim, one, told, everywhere, same_axis, lambda a, b, _: directions.is_same(a, b))
        if not verdict.is_found and one.axis in directions.PLAIN_AXES:
            token = claim.text[one.start : one.end]
            yield Fault.of(FaultKind.DIRECTION, token, marked("no source says '{token}', and one says the opposite"))
        elif verdict.rival:
            token = claim.text[one.start : one.end]
            yield Fault.of(FaultKind.DIRECTION, token, _OTHERWISE, rival=verdict.rival)
            return


def _changes(claim: Claim) -> Iterator[Fault]:
    """A claim that is nearly a source's sentence, or two: words of direction and denial that were changed in it."""
    line = claim.model
    if line is None or len(claim.stems & line.stems) < WORD_FOR_WORD * len(claim.stems):
        return
    for change in directions.changes(claim, line):
        if claim.is_said(change.start, change.end, NEXT):
            continue
        if turned := directions.turned(change):
            was = " ".join(token.low for token in change.source)
            yield Fault.of(FaultKind.DIRECTION, turned.low, _OTHERWISE, rival=was)
        elif denial := directions.denial(change) or directions.softened(change):
            word, is_put_in = denial
            yield Fault.of(FaultKind.NEGATION, word, _PUT_IN if is_put_in else _LEFT_OUT)


def _negations(claim: Claim) -> Iterator[Fault]:
    """Words that are denied in the claim and nowhere in its sources, or the other way round."""
    if claim.cover < FITS:
        return
    told = directions.denied(claim)
    close = {token.stem for line in claim.nearest for token, _ in directions.denied(line)}
    anywhere = {token.stem for line in claim.lines for token, is_denied in directions.denied(line, 3) if is_denied}
    free = {token.stem for line in claim.lines for token, is_denied in directions.denied(line) if not is_denied}
    if any(is_denied for _, is_denied in told) and not any(directions.has_denial(line) for line in claim.nearest[:3]):
        denied = marked("the sentence denies something, which no source near it does")
        yield Fault.of(FaultKind.NEGATION, "", denied)
        return
    for token, is_denied in told:
        if token.stem not in close or claim.is_said(token.start, token.end, NEXT):
            continue
        if is_denied and token.stem not in anywhere:
            yield Fault.of(FaultKind.NEGATION, token.low, marked("'{token}' is denied, which no source does"))
        elif not is_denied and token.stem not in free and not any(denied for _, denied in told):
            asserted = marked("every source denies '{token}', the sentence does not")
            yield Fault.of(FaultKind.NEGATION, token.low, asserted)


def _cjk_negations(claim: Claim) -> Iterator[Fault]:
    best = claim.model
    if claim.text.isascii() or best is None or claim.cover < 0.9 or len(best.stems) < 0.8 * len(claim.stems):
        return
    told, known = (directions.count_cjk_negations(text) for text in (claim.text, best.text))
    if told > known or (told < known and len(claim.text) >= 0.9 * len(best.text)):
        turned = marked("the sentence denies what the source does not, or the other way round")
        yield Fault.of(FaultKind.NEGATION, "", turned)


def _quotations(claim: Claim) -> Iterator[Fault]:
    for quotation in claim.quotations:
        token = quotation.text
        holders = [source for source in claim.cited if quotations.stands_in(token, source.words)]
        if not holders:
            yield Fault.of(FaultKind.QUOTATION, token, marked("these words stand in no source that is cited"))
        elif len(token.split()) > 2 or not token.isascii():
            yield from _speaker(claim, quotation, holders)


def _speaker(claim: Claim, quotation: quotations.Quotation, holders: Sequence[ReadSource]) -> Iterator[Fault]:
    name = quotations.speaker(claim, claim.names, claim.quotations, quotation)
    for subject in [] if name else quotations.subjects(claim.text, quotation)[-1:]:
        if not any(_is_near(subject, line, source) for source in holders for line in _saying(source, quotation.text)):
            unnamed = marked("the source does not name '{token}' with this quotation")
            yield Fault.of(FaultKind.SPEAKER, subject, unnamed)
    if name is None:
        return
    named: list[Name] = []
    for source in holders:
        for at in _saying(source, quotation.text):
            said_by = _speaker_at(source, at, quotation)
            named += said_by
            if any(is_same_name(name.words, other.words) for other in said_by):
                return
    if named:
        token = claim.text[name.start : name.end]
        yield Fault.of(FaultKind.SPEAKER, token, marked("the source does not give this quotation to '{token}'"))


def _speaker_at(source: ReadSource, at: int, said: quotations.Quotation) -> list[Name]:
    """Who may have said a quotation: the one named with it, else those named just before and after."""
    line = source.lines[at]
    quoted = quotations.find_quotations(line.text)
    start = next((one for one in quoted if quotations.stands_in(said.text, Line(one.text).words)), None)
    if start and (name := quotations.speaker(line, line.names, quoted, start)):
        return [name]
    return [name for other in source.lines[max(0, at - 3) : at + 2] for name in other.names]


def _saying(source: ReadSource, quotation: str) -> list[int]:
    return [at for at, line in enumerate(source.lines) if quotations.stands_in(quotation, line.words)]


def _is_near(subject: str, at: int, source: ReadSource) -> bool:
    return any(subject in line.text for line in source.lines[max(0, at - 2) : at + 1])


def _share(left: set[str], line: SourceLine) -> float:
    """How much of what is left of a claim a line has, and how much of the line that is."""
    shared = len(left & line.stems)
    return shared * (0.5 + shared / (len(line.stems) or 1))


def _is_cjk(line: Line) -> bool:
    words = [token.low for token in line.tokens if token.is_word]
    return sum(not word.isascii() and word.isalpha() for word in words) * 2 > len(words)


Step = Callable[[Claim], Iterator[Fault]]
_STEPS: Final[tuple[Step, ...]] = (
    _quotations,
    _numbers,
    _dates,
    _names,
    _changes,
    _directions,
    _negations,
    _cjk_negations,
)
_TITLE: Final[tuple[Step, ...]] = (_quotations, _numbers, _dates, _names, _changes, _directions)
_FOREIGN: Final[tuple[Step, ...]] = (_numbers, _dates)
