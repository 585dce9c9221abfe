"""What a digest told, as it is read elsewhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from bot.caveat import Caveat
from bot.models.briefs import BriefText, Correction, VersionKind

_WEB: Final = re.compile(r"https?://[^\s<>\"]+", re.I)


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """A brief as an edition told it."""

    edition_id: int
    brief_id: int
    on: date
    posted_at: datetime
    text: BriefText
    """Its words as they stand now for the digest's workspace."""
    caveat: Caveat
    correction: Correction | None = None
    """What a manager laid over it."""
    note: str = ""
    """What is said of that above its words."""

    @property
    def guid(self) -> str:
        """The same for as long as the edition is kept, whatever becomes of its words."""
        return f"urn:briefbot:edition:{self.edition_id}:brief:{self.brief_id}"

    @property
    def is_retracted(self) -> bool:
        return self.correction is not None and self.correction.kind is VersionKind.RETRACTED

    @property
    def updated_at(self) -> datetime:
        return max(self.posted_at, self.correction.at) if self.correction else self.posted_at

    @property
    def link(self) -> str:
        """The first source that has an address; empty without one."""
        return next((source.url for source in self.text.sources if _WEB.fullmatch(source.url)), "")

    @property
    def caveat_text(self) -> str:
        return f"{self.caveat.text} {self.caveat.note}".strip()


@dataclass(frozen=True, kw_only=True, slots=True)
class Channel:
    """A digest with what it told, the newest first."""

    digest_id: int
    name: str
    language: str
    """In which what it says by itself is said."""
    zone: str
    items: Sequence[Item]
    made_at: datetime

    @property
    def updated_at(self) -> datetime:
        return max((item.updated_at for item in self.items), default=self.made_at)
