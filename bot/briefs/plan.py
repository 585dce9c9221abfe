"""Which sentences stand where in a brief: deck, lede and headed sections, sized to what the sources give. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from bot.briefs.cover import ALONE, Cover, Line, word_count
from bot.briefs.person import is_aside, is_personal
from bot.briefs.rank import Matrix
from bot.briefs.sections import Kind, kind_of
from bot.models import Article

OPENING_SHARE: Final = 0.4
"""Deck, lede and first section together take this share of the sources' words …"""
OPENING_WORDS: Final = (40, 110)
"""… within these bounds."""
OVER: Final = 1.2
"""How far the last sentence may go beyond."""
FIRST: Final = 1.2
WHOLE: Final = 2.0
"""All of the brief beside its opening."""
LONG_LEDE: Final = 95
"""Words of an opening from which its lede has two sentences."""
IN_SECTION: Final = 3
MAX_SECTIONS: Final = 3
ENOUGH: Final = 2
"""Sentences in nobody's person, able to open a brief, from which those in their writer's own are left out."""

_BACK_ENGLISH: Final = (
    r"^[\"“]?(?:he|she|they|it|his|her|their|its|this|that|these|those|such|both|(?:\w+ ){1,3}?of (?:them|whom|which)"
    r"|(?:only |at least |about )?(?:some|many|most|all|none|several|(?:a )?few|half|two|three|four|five|six"
    r"|seven|eight|nine|ten|dozens|hundreds|thousands|each|one|\d[\d,]*) of (?:those|these)"
    r"|the (?:move|latter|former|two|pair|same|other|others|total)|then|also|another|others|neither|either|as a result"
    r"|after that|since then|by then|until then|despite (?:this|that)|because of (?:this|that)|for (?:this|that) reason"
    r"|therefore|thus|hence|thereafter|consequently|as such|afterwards?)\b"
    r"|^(?:in (?:response|return|turn|contrast)|by contrast|on the other hand|at the same time|the day before"
    r"|a day later|later|earlier|accordingly|similarly|likewise|subsequently|rather|first|second|third|finally|lastly"
    r"|for (?:example|instance)),"
)
_BACK_KOREAN: Final = (
    r"^(?:그는|그녀[는가의]|그의|그가|[그이]들[은이의]|이는|이를|이번에|이에[\s,]|이어서?[\s,]|이로써|이처럼|이같[이은]"
    r"|이렇[게듯]|이때|그러면서|이날|이런|이러한|그런|그래서|그러자|그러므로|그럼에도|그러다|그러니|그\s|따라서|때문에|반면"
    r"|이후[\s,에]|여기에|여기서|결국[\s,]|반대로|나아가|해당\s|당시|또(?:[\s,]|한|다른)|같은|앞서|이\s"
    r"|두 (?:사람|나라|회사|기관|단체)[은는이가의]|양(?:측|국|사)[은이의가는]\s"
    r"|[가-힣] (?:의원|위원장|후보|대표|장관|시장|교수|회장|총재|지사|씨|군|양)(?:은|는|이|가)\s)"
    r"|^[^\"“”]*이(?:같이|처럼|렇게|\s같이|와\s같이) (?:말|밝|전|설명|강조|주장|비판|지적|토로|덧붙|당부|적)[가-힣]+\.$"
    r"|^[\"“'‘][^\"”'’]*[\"”'’](?:이?라고|이?라며|고|며|면서)?\s*(?:말|밝|강조|덧붙|설명|전|했|주장"
    r"|지적)[가-힣]*[.]?$"
)
_BACK_JAPANESE: Final = (
    r"^(?:これ|それ|そこ|彼|彼女|同(?!志社|級|性|窓|居|盟|情)|この|その|こうし|そうし|ここで|また|さらに|一方|だが|ところが|加えて|続いて|次いで"
    r"|結果として|当時|両[社国者首]|翌日|前日|以来|以後|以降|「[^」]*」と(?:述べ|話し|語っ|説明し|強調し"
    r"|し|コメントし)[^、。]{0,8}。$|.{0,24}(?:発表|説明|公表)(?:した|している)。$)"
)
_POINTS_BACK: Final = re.compile(f"{_BACK_ENGLISH}|{_BACK_KOREAN}|{_BACK_JAPANESE}")
"""What needs a sentence before it by its beginning, in small letters: a pronoun, a name cut short, a quotation without
its speaker."""
_SAYS_BACK: Final = re.compile(
    r"[,?!”\"]\s*(?:he|she|they|it)\s+(?:said|says|added|told|wrote|tweeted|continued|explained|noted|argued"
    r"|asked)\b|\b(?:said|added|wrote) (?:he|she)\b|의 말이다\.$"
)
"""The same anywhere in it."""
_DEFINITE: Final = re.compile(r"^(?:The|Mr\.|Mrs\.|Ms\.) ([\w-]+)")
_SPEAKERLESS: Final = re.compile(r"^[\"“「『][^\"“”」』]*[\"”」』][.。]?$")


@dataclass(frozen=True, slots=True)
class Plan:
    """Numbers of lines; `deck` is None where there is but one sentence to tell."""

    deck: int | None
    lede: tuple[int, ...]
    sections: tuple[tuple[Kind, tuple[int, ...]], ...]


def plan(
    lines: Sequence[Line], articles: Sequence[Article], headline: str, cosine: Matrix, *, sections: int = MAX_SECTIONS
) -> Plan | None:
    """At most so many sections; None when no sentence can open a brief. `cosine`: as of `Cover`."""
    told = _Telling(lines, headline, Cover(lines, articles, cosine))
    opening = _budget(articles)
    deck = told.open(opening, first=True)
    if deck is None:
        return None
    lede = [number for _ in range(2 if opening >= LONG_LEDE else 1) if (number := told.open(opening)) is not None]
    if not lede and (alone := told.open(opening, alone=ALONE)) is not None:
        lede.append(alone)
    further = told.sections(opening, sections)
    return Plan(deck, tuple(lede), further) if lede else Plan(None, (deck,), further)


def needs_nothing(sentence: str) -> bool:
    """Whether a sentence can be understood without one before it."""
    low = sentence.lower()
    return not (_POINTS_BACK.match(low) or _SAYS_BACK.search(low) or _SPEAKERLESS.match(sentence))


def first_of(lines: Sequence[Line], articles: Sequence[Article], cosine: Matrix) -> int | None:
    """The number of the line that tells most by itself; of one article the first that needs none before it."""
    told = _Telling(lines, "", Cover(lines, articles, cosine))
    return told.open(0, first=True) if len(articles) > 1 else told.earliest()


def _budget(articles: Sequence[Article]) -> float:
    least, most = OPENING_WORDS
    return min(most, max(least, OPENING_SHARE * sum(word_count(article.text) for article in articles)))


class _Telling:
    """Takes line after line, the most telling first."""

    def __init__(self, lines: Sequence[Line], headline: str, cover: Cover) -> None:
        self._lines, self._cover = lines, cover
        self._at = {(line.article, line.position): number for number, line in enumerate(lines)}
        self._kinds = [kind_of(line.text) for line in lines]
        self._said = headline.rstrip(".。 ")
        self._tells = self._told()
        self._alone = [told and self._stands_alone(line.text) for told, line in zip(self._tells, lines, strict=True)]
        self._words = 0

    def open(self, budget: float, *, first: bool = False, alone: float = 0.0) -> int | None:
        """The next sentence of deck or lede: one that needs nothing before it."""
        usable = [n for n, alone in enumerate(self._alone) if alone and not (first and self._is_known(n))]
        return self._take(usable, float("inf") if first else budget * OVER - self._words, alone)

    def earliest(self) -> int | None:
        return next((number for number, alone in enumerate(self._alone) if alone), None)

    def sections(self, budget: float, most: int) -> tuple[tuple[Kind, tuple[int, ...]], ...]:
        """A section for each kind of sentence that the sources carry, in the order of telling."""
        found: dict[Kind, tuple[int, ...]] = {}
        # What several sources carry comes first, then what one alone knows, where there is room.
        for kind, alone in [*((kind, 0.0) for kind in Kind), *((kind, ALONE) for kind in Kind)]:
            limit = budget * (WHOLE if found else FIRST)
            if kind not in found and len(found) < most and (numbers := self._section(kind, limit, alone)):
                found[kind] = numbers
        return tuple(sorted(found.items(), key=lambda item: list(Kind).index(item[0])))

    def _section(self, kind: Kind, limit: float, alone: float) -> tuple[int, ...]:
        taken: list[int] = []
        while len(taken) < IN_SECTION:
            number = self._take(self._usable(kind, taken), limit - self._words, alone)
            if number is None:
                break
            taken.append(number)
        return tuple(sorted(taken, key=lambda n: (self._lines[n].article, self._lines[n].position)))

    def _usable(self, kind: Kind, taken: Sequence[int]) -> Iterable[int]:
        for number, line in enumerate(self._lines):
            follows = self._at.get((line.article, line.position - 1)) in taken
            if self._kinds[number] is kind and self._tells[number] and (follows or self._alone[number]):
                yield number

    def _told(self) -> list[bool]:
        """Of each line whether it tells something; what is said as "I" or "we" counts where little else does."""
        tells = [not is_aside(line.text) for line in self._lines]
        news = [told and not is_personal(line.text) for told, line in zip(tells, self._lines, strict=True)]
        opening = (told and self._stands_alone(line.text) for told, line in zip(news, self._lines, strict=True))
        return news if sum(opening) >= ENOUGH else tells

    def _stands_alone(self, text: str) -> bool:
        return needs_nothing(text) and text.rstrip(".。 ") != self._said

    def _is_known(self, number: int) -> bool:
        """Whether a sentence speaks of "the ruling" as of something that was told before and is in no headline."""
        line, found = self._lines[number], _DEFINITE.match(self._lines[number].text)
        return found is not None and line.position > 0 and found[1].casefold() not in self._said.casefold()

    def _take(self, among: Iterable[int], room: float, alone: float = 0.0) -> int | None:
        number = self._cover.best(among, room, alone)
        if number is not None:
            self._cover.take(number)
            self._words += self._cover.size(number)
        return number
