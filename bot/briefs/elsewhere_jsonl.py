"""Briefs from JSON lines, in the shape that `briefbot brief --json` prints. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from bot.briefs.parts import ElsewhereBrief, Parts, RejectedPart, assemble, clean_line, related_link
from bot.models import Citation, Section, Sentence
from bot.text.urls import is_web_address

_EXAMPLE: Final = '{"headline": "Words", "deck": "One sentence.", "lede": ["A sentence."]}'


def _as_sentence(value: Any) -> Any:
    return {"text": value} if isinstance(value, str) else value


def _as_text(value: Any) -> Any:
    return "" if value is None else value


_Text = Annotated[str, BeforeValidator(_as_text)]


class _Sentence(BaseModel):
    text: str
    sources: list[int] = []


_Sentences = list[Annotated[_Sentence, BeforeValidator(_as_sentence)]]


class _Section(BaseModel):
    heading: str
    sentences: _Sentences = []


class _Source(BaseModel):
    n: int | None = None
    publisher: _Text = ""
    title: _Text = ""
    url: _Text = ""
    published_at: datetime | None = None


class _Related(BaseModel):
    headline: _Text = ""
    blurb: _Text = ""
    url: _Text = ""


class _Line(BaseModel):
    headline: str = Field(min_length=1)
    deck: _Text = ""
    lede: _Sentences = []
    sections: list[_Section] = []
    sources: list[_Source] = []
    related: list[_Related] = []
    caveat: _Text = ""
    language: _Text = ""
    published_at: datetime | None = None


def read_jsonl(text: str) -> list[ElsewhereBrief | RejectedPart]:
    """A brief a line; a line that is none is named, the others are read."""
    lines = ((number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip())
    return [_read(number, line) for number, line in lines]


def _read(number: int, line: str) -> ElsewhereBrief | RejectedPart:
    try:
        loaded = json.loads(line)
    except (ValueError, RecursionError):
        return RejectedPart(line=number, reason=f"this is no JSON; a right line is {_EXAMPLE}")
    if not isinstance(loaded, Mapping):
        return RejectedPart(line=number, reason=f"this is no JSON object; a right line is {_EXAMPLE}")
    try:
        return _brief(_Line.model_validate(loaded))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        return RejectedPart(line=number, reason=f"`{key}`: {first['msg'].lower()}; a right line is {_EXAMPLE}")
    except ValueError as error:
        return RejectedPart(line=number, reason=str(error))


def _brief(line: _Line) -> ElsewhereBrief:
    sources = [
        Citation(
            n=number,
            publisher=clean_line(source.publisher) or source.url,
            title=clean_line(source.title),
            url=source.url if is_web_address(source.url) else "",
            published_at=_aware(source.published_at),
        )
        for number, source in enumerate(line.sources, start=1)
    ]
    whole = assemble(
        Parts(
            headline=line.headline,
            deck=line.deck,
            lede=[sentence.text for sentence in line.lede],
            sections=[(part.heading, [sentence.text for sentence in part.sentences]) for part in line.sections],
            sources=sources,
            related=[related_link(link.headline, link.blurb, link.url) for link in line.related],
            disclosure=line.caveat,
            language=line.language[:2].lower(),
            published_at=_aware(line.published_at),
        )
    )
    if not sources:
        return whole
    numbers = {source.n or place: place for place, source in enumerate(line.sources, start=1)}
    text = replace(
        whole.text,
        lede=_tied(line.lede, numbers),
        sections=tuple(
            Section(heading=clean_line(part.heading), sentences=_tied(part.sentences, numbers))
            for part in line.sections
        ),
    )
    return replace(whole, text=text)


def _tied(sentences: _Sentences, numbers: Mapping[int, int]) -> tuple[Sentence, ...]:
    """Sentences with the source numbers their author gave; ValueError for a number that no source has."""
    found = []
    for sentence in sentences:
        unknown = [number for number in sentence.sources if number not in numbers]
        if unknown:
            raise ValueError(f"a sentence names source {unknown[0]}, but `sources` has {len(numbers)}")
        cited = tuple(sorted({numbers[number] for number in sentence.sources})) or tuple(numbers.values())
        found.append(Sentence(text=clean_line(sentence.text), sources=cited))
    return tuple(found)


def _aware(value: datetime | None) -> datetime | None:
    return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value
