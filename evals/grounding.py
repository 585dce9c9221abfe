"""Errors planted one at a time in faithful sentences: how many the gate catches, and how many true ones it refuses."""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.briefs.gate import ground
from bot.briefs.grounding.sources import SourceText
from bot.models import BriefText, Sentence
from bot.text.sentences import split, split_all
from bot.text.words import terms
from evals._faithful import VARIANTS
from evals._planting import PLANTERS, planted

IN_ARTICLE = 6
"""Sentences taken of each article."""


@dataclass
class Told:
    """A story with its sources, each under its number."""

    language: str
    sources: dict[int, SourceText]
    tokens: set[str] = field(default_factory=set)

    def refused(self, text: str, cited: tuple[int, ...]) -> str:
        """Why the gate does not let the sentence through as it is with these sources; empty when it does."""
        brief = BriefText(
            headline="",
            deck="",
            lede=(Sentence(text=text, sources=cited),),
            language=self.language,
            written_by="a writer",
        )
        return "; ".join(f"{one.kind}: {one.reason}" for one in ground(brief, self.sources).refusals)

    def has_all(self, text: str) -> bool:
        """The baseline: every word and number stands somewhere in the story."""
        return set(terms(text)) <= self.tokens


class Figures:
    """How many of each kind, and of how many the gate and the baseline said no."""

    def __init__(self) -> None:
        self.rows: dict[str, Counter[str]] = defaultdict(Counter)
        self.samples: dict[str, list[str]] = defaultdict(list)

    def add(
        self, kind: str, story: Told, text: str, cited: tuple[int, ...], note: str = "", wanted: bool = False
    ) -> None:
        reason = story.refused(text, cited)
        self.rows[kind] += Counter(all=1, ours=bool(reason), base=not story.has_all(text))
        if bool(reason) is wanted:
            self.samples[kind].append(f"{text}   << {reason or note}")

    def show(self, kinds: Sequence[str], title: str, total: str) -> None:
        print(f"\n{title:34} {'sentences':>9} {'ours':>8} {'bag of tokens':>14}")
        whole: Counter[str] = Counter()
        for kind in (kind for kind in kinds if self.rows[kind]["all"]):
            whole += self.rows[kind]
            self._row(kind, self.rows[kind])
        self._row(total, whole)

    def _row(self, name: str, row: Counter[str]) -> None:
        count = row["all"] or 1
        print(f"{name:34} {row['all']:9} {100 * row['ours'] / count:7.1f}% {100 * row['base'] / count:13.1f}%")


def main(args: list[str]) -> int:
    """`python -m evals grounding ARTICLES [--references FILE]`: articles with their story; an editor's summaries."""
    parser = argparse.ArgumentParser(prog="python -m evals grounding", description=main.__doc__)
    parser.add_argument("articles", type=Path)
    parser.add_argument("--references", type=Path)
    parser.add_argument("--stories", type=int, default=400, help="stories that are read, in the order of their names")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=0, help="wrongly judged sentences printed of each kind")
    given = parser.parse_args(args)
    stories = _stories(given.articles, given.stories)
    figures, rng = Figures(), random.Random(given.seed)
    begun = time.process_time()
    for story in stories.values():
        _try(story, figures, rng)
    if given.references:
        _summaries(given.references, stories, figures, rng)
    spent = time.process_time() - begun
    faithful = ["word for word", *VARIANTS]
    figures.show([*PLANTERS, "source number"], "planted, caught", "all planted")
    figures.show(faithful, "faithful, refused", "all faithful")
    if given.references:
        figures.show(["an editor's summaries"], "in other words, refused", "all of them")
        figures.show([f"{kind}, in an editor's" for kind in PLANTERS], "in other words, planted, caught", "all of them")
    count = sum(row["all"] for row in figures.rows.values())
    print(
        f"\n{len(stories)} stories, {count} sentences, {1000 * spent / count:.2f} ms a sentence with its sources read"
    )
    for kind, samples in figures.samples.items() if given.show else ():
        print(f"\n── {kind}", *rng.sample(samples, min(given.show, len(samples))), sep="\n   ")
    return 0


def _try(story: Told, figures: Figures, rng: random.Random) -> None:
    """Every sentence of a story as it is, changed faithfully, and with an error of each kind."""
    texts = [source.text for source in story.sources.values()]
    for number, source in story.sources.items():
        said = split(source.text, story.language)[:IN_ARTICLE]
        for text in said:
            figures.add("word for word", story, text, (number,), wanted=True)
            forms = [text]
            for kind, change in VARIANTS.items():
                if (changed := change(text, said)) and changed != text:
                    figures.add(kind, story, changed, (number,), text, wanted=True)
                    forms.append(changed)
            for kind in PLANTERS:
                form = rng.choice(forms)
                if wrong := planted(kind, form, texts, rng):
                    figures.add(kind, story, wrong, (number,), form)
            others = [n for n, other in story.sources.items() if n != number and text not in other.text]
            if others:
                figures.add("source number", story, rng.choice(forms), (rng.choice(others),), str(number))


def _summaries(file: Path, stories: dict[str, Told], figures: Figures, rng: random.Random) -> None:
    """An editor's sentences whose numbers and names all stand somewhere in the story; errors in those that pass."""
    for row in map(json.loads, file.read_text("utf-8").splitlines()):
        story = stories.get(row["story"])
        for text in split_all(row["summary"], "en") if story else ():
            assert story
            facts = [word for word in text.split()[1:] if word[0].isupper() or any(c.isdigit() for c in word)]
            if not set(terms(" ".join(facts))) <= story.tokens:
                continue
            cited = tuple(story.sources)
            figures.add("an editor's summaries", story, text, cited, wanted=True)
            if story.refused(text, cited):
                continue
            said = [f"{source.title}. {source.text}" for source in story.sources.values()]
            for kind in PLANTERS:
                if wrong := planted(kind, text, said, rng):
                    figures.add(f"{kind}, in an editor's", story, wrong, cited, text)


def _stories(file: Path, limit: int) -> dict[str, Told]:
    found: dict[str, Told] = {}
    for name, rows in list(_grouped(file))[:limit]:
        sources = {
            number: SourceText(
                title=row["title"],
                text=row["text"],
                publisher=row["publisher"],
                published_at=datetime.fromisoformat(row["published_at"].replace("Z", "+00:00")).astimezone(UTC),
            )
            for number, row in enumerate(rows[:6], 1)
        }
        tokens = {term for source in sources.values() for term in terms(f"{source.title} {source.text}")}
        found[name] = Told(rows[0]["language"], sources, tokens)
    return found


def _grouped(file: Path) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """By story; articles without one are three and three together, so that there are other sources to confuse."""
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for at, row in enumerate(rows):
        groups[row.get("story") or f"{at // 3:06}"].append(row)
    yield from sorted(groups.items())
