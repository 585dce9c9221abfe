"""How well articles are grouped into stories: B-cubed, pairwise F1 and ARI, beside a TF-IDF online centroid."""

from __future__ import annotations

import argparse
import json
import math
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from bot.models import Article
from bot.stories.group import StoryIndex
from bot.words import terms


def main(args: list[str]) -> int:
    """`python -m evals stories FILE …`: files in the import format with the gold `story` of each article."""
    parser = argparse.ArgumentParser(prog="python -m evals stories", description=main.__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    columns = ("B3 P", "B3 R", "B3 F1", "pairF1", "ARI", "stories", "art/s")
    print(f"{'set':20} {'way':22} " + " ".join(f"{column:>7}" for column in columns))
    for file in parser.parse_args(args).files:
        articles, gold = read_articles(file)
        print(f"{file.stem:20} {'(gold)':22} {'':42}{len(set(gold)):6}")
        _row(file.stem, "briefbot, online", articles, gold, _ours)
        best = max(
            (_centroid(articles, threshold / 100) for threshold in range(6, 42, 3)),
            key=lambda found: bcubed(found, gold)[2],
        )
        _figures(file.stem, "TF-IDF centroid, tuned", best, gold, 0.0)
    return 0


def _row(name: str, way: str, articles: Sequence[Article], gold: Sequence[str], group: object) -> None:
    assert callable(group)
    started = time.perf_counter()
    found = group(articles)
    _figures(name, way, found, gold, len(articles) / (time.perf_counter() - started))


def _figures(name: str, way: str, found: Sequence[int], gold: Sequence[str], rate: float) -> None:
    precision, recall, f1 = bcubed(found, gold)
    pairs, ari = pairwise(found, gold)
    figures = (precision, recall, f1, pairs, ari)
    shown = " ".join(f"{figure:7.3f}" for figure in figures)
    print(f"{name:20} {way:22} {shown} {len(set(found)):7} {rate:7.0f}")


def _ours(articles: Sequence[Article]) -> list[int]:
    """The product's own way: place, then add, one by one."""
    index = StoryIndex()
    found = []
    for number, article in enumerate(articles, start=1):
        story = index.place(article).story_id or number
        index.add(article, story)
        found.append(story)
    return found


def _centroid(articles: Sequence[Article], threshold: float) -> list[int]:
    """The baseline: nearest centroid above a fixed threshold, TF-IDF over the whole file."""
    bags = [Counter(terms(f"{article.title} {article.text}")) for article in articles]
    frequency: Counter[str] = Counter(term for bag in bags for term in bag)
    centroids: list[dict[str, float]] = []
    by_term: dict[str, set[int]] = defaultdict(set)
    found = []
    for bag in bags:
        vector = _unit({t: (1 + math.log(c)) * math.log(len(bags) / frequency[t]) for t, c in bag.items()})
        near: dict[int, float] = defaultdict(float)
        for term in sorted(vector, key=lambda t: -vector[t])[:25]:
            for cluster in by_term[term]:
                near[cluster] += 0.0
        for cluster in near:
            near[cluster] = sum(w * centroids[cluster].get(t, 0.0) for t, w in vector.items())
        best = max(near, key=lambda cluster: near[cluster], default=-1)
        if best < 0 or near[best] < threshold:
            best = len(centroids)
            centroids.append({})
        merged = Counter(centroids[best])
        merged.update(vector)
        centroids[best] = _unit(dict(merged))
        for term in vector:
            by_term[term].add(best)
        found.append(best)
    return found


def _unit(weights: dict[str, float]) -> dict[str, float]:
    norm = math.sqrt(sum(w * w for w in weights.values())) or 1.0
    return {term: weight / norm for term, weight in weights.items()}


def bcubed(found: Sequence[int], gold: Sequence[str]) -> tuple[float, float, float]:
    """Precision, recall and F1 of the clustering, averaged over articles."""
    both = Counter(zip(found, gold, strict=True))
    of_found, of_gold = Counter(found), Counter(gold)
    precision = sum(n * n / of_found[f] for (f, _), n in both.items()) / len(gold)
    recall = sum(n * n / of_gold[g] for (_, g), n in both.items()) / len(gold)
    return precision, recall, 2 * precision * recall / (precision + recall)


def pairwise(found: Sequence[int], gold: Sequence[str]) -> tuple[float, float]:
    """F1 over pairs of articles, and the adjusted Rand index."""
    together = _pairs(Counter(zip(found, gold, strict=True)).values())
    ours, theirs = _pairs(Counter(found).values()), _pairs(Counter(gold).values())
    f1 = 2 * together / (ours + theirs) if ours + theirs else 1.0
    expected = ours * theirs / _pairs([len(gold)])
    return f1, (together - expected) / ((ours + theirs) / 2 - expected)


def _pairs(sizes: Iterable[int]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes)


def read_articles(file: Path) -> tuple[list[Article], list[str]]:
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    rows.sort(key=lambda row: row["published_at"])
    articles = [
        Article(
            id=number,
            source_id=1,
            url=row["url"],
            title=row["title"],
            text=row["text"],
            publisher=row["publisher"],
            owner=row["publisher"],
            language=row["language"],
            published_at=(at := datetime.fromisoformat(row["published_at"]).astimezone(UTC)),
            seen_at=at,
        )
        for number, row in enumerate(rows, start=1)
    ]
    return articles, [row["story"] for row in rows]
