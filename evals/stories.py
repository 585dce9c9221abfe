"""How well articles are grouped into stories: B-cubed, pairwise F1, ARI, beside batch average link and a centroid."""

from __future__ import annotations

import argparse
import json
import math
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.models import Article
from bot.stories.group import StoryIndex
from bot.text.words import terms

_WINDOW_S: Final = 72 * 3600


def main(args: list[str]) -> int:
    """`python -m evals stories FILE …`: files in the import format with the gold `story` of each article."""
    parser = argparse.ArgumentParser(prog="python -m evals stories", description=main.__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--threshold", type=float, help="of both baselines; without it the best for each file")
    options = parser.parse_args(args)
    columns = ("B3 P", "B3 R", "B3 F1", "pairF1", "ARI", "stories", "art/s")  # of one core, also when others use it
    print(f"{'set':20} {'way':28} " + " ".join(f"{column:>7}" for column in columns))
    for file in options.files:
        articles, gold = read_articles(file)
        print(f"{file.stem:20} {'(gold)':28} {'':40}{len(set(gold)):7}")
        started = time.process_time()
        found = grouped(articles)
        _figures(file.stem, "briefbot, online", found, gold, len(articles) / (time.process_time() - started))
        for way, clusterings in (("average link, batch", _average_link), ("TF-IDF centroid, online", _centroid)):
            _best(file.stem, way, clusterings(articles, _thresholds(options.threshold)), gold)
    return 0


def grouped(articles: Sequence[Article]) -> list[int]:
    """The product's own way, one by one: the story in which each article is when the last one has come."""
    index = StoryIndex()
    story_of: dict[int, int] = {}
    for article in articles:
        story_of[article.id], moves = index.take(article, new_story=article.id)
        story_of |= {move.article_id: move.to_story for move in moves}
    return [story_of[article.id] for article in articles]


def _thresholds(fixed: float | None) -> list[float]:
    return [fixed] if fixed is not None else [0.01, 0.02, 0.03, *(step / 100 for step in range(6, 42, 3))]


def _best(name: str, way: str, clusterings: dict[float, list[int]], gold: Sequence[str]) -> None:
    threshold = max(clusterings, key=lambda one: bcubed(clusterings[one], gold)[2])
    _figures(name, f"{way}, at {threshold:g}", clusterings[threshold], gold, 0.0)


def _figures(name: str, way: str, found: Sequence[int], gold: Sequence[str], rate: float) -> None:
    precision, recall, f1 = bcubed(found, gold)
    pairs, ari = pairwise(found, gold)
    shown = " ".join(f"{figure:7.3f}" for figure in (precision, recall, f1, pairs, ari))
    print(f"{name:20} {way:28} {shown} {len(set(found)):7} {rate:7.0f}")


def _vectors(articles: Sequence[Article]) -> list[dict[str, float]]:
    """TF-IDF over the whole file."""
    bags = [Counter(terms(f"{article.title} {article.text}")) for article in articles]
    frequency: Counter[str] = Counter(term for bag in bags for term in bag)
    return [_unit({t: (1 + math.log(c)) * math.log(len(bags) / frequency[t]) for t, c in bag.items()}) for bag in bags]


def _average_link(articles: Sequence[Article], thresholds: Sequence[float]) -> dict[float, list[int]]:
    """The batch baseline: average-link clustering of all pairs at most three days apart, cut at each threshold."""
    vectors = _vectors(articles)
    places: dict[str, int] = {}
    matrix = np.zeros((len(vectors), len({term for vector in vectors for term in vector})), np.float32)
    for row, vector in enumerate(vectors):
        matrix[row, [places.setdefault(term, len(places)) for term in vector]] = list(vector.values())
    near = (matrix @ matrix.T).astype(np.float64)
    at = np.array([article.published_at.timestamp() for article in articles])
    near[np.abs(at[:, None] - at[None, :]) > _WINDOW_S] = 0.0
    joins = _joins(near)
    return {threshold: _cut(joins, len(vectors), threshold) for threshold in thresholds}


def _joins(near: NDArray[np.float64]) -> list[tuple[float, int, int]]:
    """The nearest two clusters again and again: how near, which, and which goes into it."""
    np.fill_diagonal(near, -9.0)
    sizes = np.ones(len(near))
    joins = []
    best = near.argmax(axis=1)
    values = near[np.arange(len(near)), best]
    for _ in range(len(near) - 1):
        one = int(values.argmax())
        other = int(best[one])
        joins.append((float(values[one]), one, other))
        near[one] = (sizes[one] * near[one] + sizes[other] * near[other]) / (sizes[one] + sizes[other])
        sizes[one] += sizes[other]
        near[:, one] = near[one]
        near[one, one] = near[other] = near[:, other] = values[other] = best[other] = -9
        stale = np.flatnonzero((best == one) | (best == other) | (np.arange(len(near)) == one))
        stale = stale[near[stale].max(axis=1) > -9]
        best[stale] = near[stale].argmax(axis=1)
        values[stale] = near[stale, best[stale]]
    return joins


def _cut(joins: Sequence[tuple[float, int, int]], count: int, threshold: float) -> list[int]:
    into = list(range(count))
    for value, one, other in joins:
        if value >= threshold:
            into[other] = one
    for row in range(count):
        end = row
        while into[end] != end:
            end = into[end]
        into[row] = end
    return into


def _centroid(articles: Sequence[Article], thresholds: Sequence[float]) -> dict[float, list[int]]:
    """The online baseline: the nearest centroid above a fixed threshold."""
    vectors = _vectors(articles)
    return {threshold: _nearest_centroids(vectors, threshold) for threshold in thresholds}


def _nearest_centroids(vectors: Sequence[dict[str, float]], threshold: float) -> list[int]:
    centroids: list[dict[str, float]] = []
    by_term: dict[str, set[int]] = defaultdict(set)
    found = []
    for vector in vectors:
        telling = sorted(vector, key=lambda t: -vector[t])[:25]
        near = {cluster: _dot(vector, centroids[cluster]) for term in telling for cluster in by_term[term]}
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


def _dot(one: dict[str, float], other: dict[str, float]) -> float:
    return sum(weight * other.get(term, 0.0) for term, weight in one.items())


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
