"""How well related briefs are found: average precision, beside plain TF-IDF cosine and chance."""

from __future__ import annotations

import argparse
import json
import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.briefs.extractive import write_brief
from bot.models import Article, Brief, Origin, Story
from bot.stories.related import LIMIT, RelatedIndex
from bot.text.analyse import stem
from bot.text.words import terms
from evals.stories import read_articles

_TWIN = re.compile(r"(\d+)[a-z]+\d*")


@dataclass(frozen=True)
class Told:
    """A brief, and what its related briefs share with it."""

    brief: Brief
    topic: str


def main(args: list[str]) -> int:
    """`python -m evals related FILE …`: files in the import format with `topic`, `category` or `story` of each article.

    What is related is told by the file: briefs of the same `topic` or `category` where articles have such a key; else
    the two stories of a pair where the ids say so (`25ecb` and `25plus`: two events of one kind); else the story
    itself, cut into half-stories with a brief each, of which either is what belongs to the other. AP of the first five.
    """
    parser = argparse.ArgumentParser(prog="python -m evals related", description=main.__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    print(f"{'set':16} {'way':22} {'AP@5':>6} {'P@1':>6} {'found':>6}")
    for file in parser.parse_args(args).files:
        told, how = read_told(file)
        print(f"{file.stem}: {len(told)} briefs; related: {how}")
        for name, rank in (("Briefbot", _ours(told)), ("TF-IDF cosine", _cosine(told)), ("chance", _chance(told))):
            _figures(file.stem, name, told, rank)
    return 0


def read_told(file: Path) -> tuple[list[Told], str]:
    """The briefs of the stories of a file in order of time, each with its topic, and how topics are told."""
    articles, stories = read_articles(file)
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    said = {row["url"]: str(row.get("topic") or row.get("category") or "") for row in rows}
    members: dict[str, list[Article]] = defaultdict(list)
    for article, story in zip(articles, stories, strict=True):
        members[story].append(article)
    twins = Counter(found[1] for story in members if (found := _TWIN.fullmatch(story)))
    if all(said.values()):
        how, topics = "the same topic", {story: said[found[0].url] for story, found in members.items()}
    elif sum(twins.values()) == len(members) and max(twins.values(), default=0) > 1:
        how, topics = "the other event of the pair", {story: _number(story) for story in members}
    else:
        how, topics = "the other half of the story", {}
        members, topics = _halves(members)
    briefs = [(_brief(number, found), topics[story]) for number, (story, found) in enumerate(members.items(), 1)]
    briefs.sort(key=lambda pair: (pair[0].published_at, pair[0].id))
    return [Told(brief, topic) for brief, topic in briefs], how


def _number(story: str) -> str:
    found = _TWIN.fullmatch(story)
    assert found
    return found[1]


def _halves(members: dict[str, list[Article]]) -> tuple[dict[str, list[Article]], dict[str, str]]:
    halves, topics = {}, {}
    for story, found in members.items():
        for half in (0, 1):
            if found[half::2]:
                halves[f"{story} {half}"] = found[half::2]
                topics[f"{story} {half}"] = story
    return halves, topics


def _brief(number: int, articles: Sequence[Article]) -> Brief:
    story = Story(id=number, articles=tuple(articles))
    at = story.last_at
    return Brief(
        id=number,
        story_id=number,
        version=1,
        origin=Origin.WRITTEN,
        text=write_brief(story),
        published_at=at,
        news_at=at,
        created_at=at,
        updated_at=at,
    )


_Rank = Callable[[Told], list[int]]


def _figures(name: str, way: str, told: Sequence[Told], rank: _Rank) -> None:
    sizes = Counter(one.topic for one in told)
    topics = {one.brief.id: one.topic for one in told}
    asked = [one for one in told if sizes[one.topic] > 1]
    precisions, firsts, some = [], 0, 0
    for one in asked:
        hits = [topics[id_] == one.topic for id_ in rank(one)[:LIMIT]]
        gained = [sum(hits[: place + 1]) / (place + 1) for place, hit in enumerate(hits) if hit]
        precisions.append(sum(gained) / min(LIMIT, sizes[one.topic] - 1))
        firsts += bool(hits and hits[0])
        some += bool(hits)
    count = len(asked) or 1
    print(f"{name:16} {way:22} {sum(precisions) / count:6.3f} {firsts / count:6.3f} {some / count:6.3f}")


def _ours(told: Sequence[Told]) -> _Rank:
    """The product's own way, with every brief in the index."""
    index = RelatedIndex()
    for one in told:
        index.add(one.brief)

    def rank(one: Told) -> list[int]:
        found = index.find(one.brief.text, story_id=one.brief.story_id, now=one.brief.published_at)
        return [link.brief_id for link in found if link.brief_id]

    return rank


def _cosine(told: Sequence[Told]) -> _Rank:
    bags = {one.brief.id: Counter(map(stem, terms(_text(one.brief)))) for one in told}
    having = Counter(term for bag in bags.values() for term in bag)
    vectors = {}
    for id_, bag in bags.items():
        raw = {term: (1 + math.log(n)) * math.log(len(bags) / having[term]) for term, n in bag.items()}
        norm = math.sqrt(sum(w * w for w in raw.values())) or 1.0
        vectors[id_] = {term: w / norm for term, w in raw.items()}

    def rank(one: Told) -> list[int]:
        own = vectors[one.brief.id]
        near = {
            id_: sum(w * other.get(term, 0.0) for term, w in own.items())
            for id_, other in vectors.items()
            if id_ != one.brief.id
        }
        return sorted(near, key=lambda id_: (-near[id_], id_))

    return rank


def _chance(told: Sequence[Told]) -> _Rank:
    chance = random.Random(1)
    ids = [one.brief.id for one in told]
    return lambda one: chance.sample([id_ for id_ in ids if id_ != one.brief.id], min(LIMIT, len(ids) - 1))


def _text(brief: Brief) -> str:
    text = brief.text
    return " ".join((text.headline, text.deck, *(sentence.text for sentence in text.sentences)))
