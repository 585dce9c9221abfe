"""Story → brief: the words, where they come from, and how they were put right."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.models.sources import Article, ChangeKind
from bot.models.values import Value, public_id


@dataclass(frozen=True, kw_only=True, slots=True)
class Story(Value):
    """The articles that report one event."""

    id: int
    articles: tuple[Article, ...]
    """Oldest first."""
    brief_id: int | None = None
    is_due: bool = False
    """Its articles changed after its brief was written."""

    @property
    def last_at(self) -> datetime:
        return max(article.published_at for article in self.articles)

    @property
    def titles(self) -> list[str]:
        return [article.title for article in self.articles]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sentence:
    """A sentence and the numbers of the sources it came from."""

    text: str
    sources: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    heading: str
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Citation(Value):
    """A numbered source of a brief; `url` is empty when only a name is known."""

    n: int
    publisher: str
    title: str = ""
    url: str = ""
    published_at: datetime | None = None
    language: str = ""
    """Two-letter code; empty when it is not known."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Related:
    """A link to another brief of the store (`brief_id`), to an address outside it (`url`), or only words."""

    brief_id: int | None = None
    url: str = ""
    headline: str
    blurb: str
    score: float = 0.0
    """0 to 1."""
    reason: str = ""
    """What the two have in common, for a reader: "also about Greenland tariffs"."""


class Origin(StrEnum):
    WRITTEN = "written"
    IMPORTED = "imported"


@dataclass(frozen=True, kw_only=True, slots=True)
class BriefText(Value):
    """The words of a brief: what a writer makes of a story, or what was written elsewhere."""

    headline: str
    deck: str
    lede: tuple[Sentence, ...]
    sections: tuple[Section, ...] = ()
    sources: tuple[Citation, ...] = ()
    language: str
    written_by: str
    """`extractive`, `openai:…`, or for an imported brief the publisher it names (`imported` when it names none)."""
    disclosure: str = ""
    """The caveat that an imported brief came with, kept as its source's words; ours is shown all the same."""
    differs: bool = False
    """Its sources give different numbers for one thing; which, a section of it says."""

    @property
    def summary(self) -> str:
        """The deck; of a brief without one its first sentence, unless that only repeats the headline."""
        first = self.lede[0].text if self.lede and not self.deck else self.deck
        return "" if first.rstrip(".。") == self.headline.rstrip(".。") else first

    @property
    def source_languages(self) -> tuple[str, ...]:
        """Of its sources, each once, the most frequent first; unknown ones left out."""
        counts = Counter(source.language for source in self.sources if source.language not in ("", "und"))
        return tuple(language for language, _ in counts.most_common())

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        return self.lede + tuple(s for section in self.sections for s in section.sentences)


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal(Value):
    """A sentence that its sources do not carry, and what became of it."""

    sentence: str
    place: str
    """`headline`, `deck`, `lede`, `heading` or `section`."""
    kind: str
    """`number`, `date`, `name`, `quotation`, `speaker`, `direction`, `negation` or `source`."""
    token: str = ""
    """The words at fault; empty when it is the whole."""
    reason: str
    is_repaired: bool
    """False when it was dropped."""
    became: str = ""
    """What stands in its place; the same words when only the sources it cites were put right."""
    sources: tuple[int, ...] = ()
    """What it cites now."""


class VersionKind(StrEnum):
    """Why there is a version of a brief."""

    NEWS = "news"
    """Its story has other articles than before."""
    REWORDED = "reworded"
    """A model tells the same in better words."""
    SOURCE = "source"
    """A source changed or withdrew its article."""
    EDITED = "edited"
    """A manager changed its words."""
    REWRITTEN = "rewritten"
    """A manager had it written again without one of its sources."""
    RETRACTED = "retracted"
    """A manager took it back: its words are not shown any more."""
    DROPPED = "dropped"
    """A manager took their correction back."""
    RESTORED = "restored"
    """A manager took their retraction back."""


CORRECTIONS = (VersionKind.EDITED, VersionKind.REWRITTEN, VersionKind.RETRACTED)
"""What lies over a brief's own words."""
TAKEN_BACK = (VersionKind.DROPPED, VersionKind.RESTORED)
"""Nothing lies over them any more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Correction(Value):
    """What a manager had a workspace read in place of a brief's own words; the operator's holds for all."""

    kind: VersionKind
    version: int
    based_on: int
    """The version of the brief's own words that it was made over, or of which managers were told since."""
    note: str = ""
    """What changed and why, in their words."""
    at: datetime
    is_for_all: bool = False
    without: tuple[str, ...] = ()
    """Owners whose articles are kept out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceChange(Value):
    """What a source did to an article under a brief."""

    id: int
    brief_id: int
    kind: ChangeKind
    publisher: str
    was: str
    now: str
    at: datetime
    brief_version: int
    """The version of the brief that was written after it; 0 while it is not."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Version(Value):
    """One version of a brief: when, why, in whose words, and the words."""

    number: int
    kind: VersionKind
    note: str
    at: datetime
    text: BriefText
    is_for_all: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Brief(Value):
    """A stored brief at its newest version, as its viewer reads it: with the correction that lies over it."""

    id: int
    story_id: int
    version: int
    origin: Origin
    text: BriefText
    refusals: tuple[Refusal, ...] = ()
    """What the gate changed in it or kept out of it."""
    related: tuple[Related, ...] = ()
    publishers: int = 1
    """Independent ones, counted by owner."""
    article_count: int = 0
    published_at: datetime
    """Its newest article; for an imported one its own date, or when it was added."""
    news_at: datetime
    """When we last had news of it: its newest article that is news was seen, or it was added. Digests select by it."""
    is_news: bool = True
    correction: Correction | None = None
    created_at: datetime
    updated_at: datetime

    @property
    def ref(self) -> str:
        return public_id("b", self.id)

    @property
    def is_retracted(self) -> bool:
        return self.correction is not None and self.correction.kind is VersionKind.RETRACTED

    @property
    def is_single_source(self) -> bool:
        return self.publishers <= 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A search result; the higher the score the better."""

    brief: Brief
    score: float
    article_urls: tuple[str, ...] = ()
