"""ROUGE of headline and brief against references, beside first sentences and LexRank."""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from bot.briefs.extractive import write_brief
from bot.briefs.rank import Matrix, similarities
from bot.models import Story
from bot.text.sentences import split
from bot.text.words import runs
from evals.stories import read_articles


def main(args: list[str]) -> int:
    """`python -m evals summaries REFERENCES ARTICLES`: story, headline, summary a line; articles with their story."""
    parser = argparse.ArgumentParser(prog="python -m evals summaries", description=main.__doc__)
    parser.add_argument("references", type=Path)
    parser.add_argument("articles", type=Path)
    given = parser.parse_args(args)
    references = {row["story"]: row for row in map(json.loads, given.references.read_text("utf-8").splitlines())}
    articles, gold = read_articles(given.articles)
    stories = [
        (references[name], Story(id=1, articles=tuple(a for a, of in zip(articles, gold, strict=True) if of == name)))
        for name in dict.fromkeys(gold)
        if name in references
    ]
    print(f"{len(stories)} stories; F1 of ROUGE-1, -2 and -L, in percent")
    print(f"{'way':34} {'R1':>6} {'R2':>6} {'RL':>6}  words")
    for name, summarise in WAYS.items():
        _row(name, [(reference["summary"], summarise(story)) for reference, story in stories])
    _row("headline: ours", [(reference["headline"], write_brief(story).headline) for reference, story in stories])
    by_chance = [(r["headline"], article.title) for r, story in stories for article in story.articles]
    _row("headline: of a source by chance", by_chance)
    _row("headline: the best, were it known", [_nearest(reference["headline"], story) for reference, story in stories])
    started = time.process_time()
    for _, story in stories:
        write_brief(story)
    count = sum(len(story.articles) for _, story in stories)
    print(f"written: {count / (time.process_time() - started):.0f} articles a second of processor time")
    return 0


def _nearest(wanted: str, story: Story) -> tuple[str, str]:
    """The sources' headline with the highest ROUGE-1: what no choice among them can beat."""
    titles = [article.title for article in story.articles]
    return wanted, max(titles, key=lambda title: rouge(runs(wanted), runs(title))[0])


def _ours(story: Story) -> str:
    text = write_brief(story)
    first = text.sections[0].sentences if text.sections else ()
    return " ".join([text.deck, *(sentence.text for sentence in (*text.lede, *first))])


def _short(story: Story) -> str:
    text = write_brief(story)
    return " ".join([text.deck, *(sentence.text for sentence in text.lede)])


def _firsts(story: Story) -> str:
    return " ".join(sentences[0] for article in story.articles if (sentences := split(article.text, "en")))


def _lexrank(story: Story) -> str:
    sentences = [sentence for article in story.articles for sentence in split(article.text, "en")]
    if not sentences:
        return ""
    best = np.argsort(-centrality(similarities(sentences)), kind="stable")[:3]
    return " ".join(sentences[int(number)] for number in sorted(best))


def centrality(cosine: Matrix) -> Matrix:
    """LexRank: how much the other sentences say the same."""
    rows = cosine.sum(axis=1, keepdims=True)
    walk = cosine / np.where(rows == 0, 1, rows)
    rank = np.full(len(cosine), 1 / len(cosine))
    for _ in range(12):
        rank = 0.15 / len(cosine) + 0.85 * (walk.T @ rank)
    return rank


WAYS: dict[str, Callable[[Story], str]] = {
    "briefbot: deck + lede + section": _ours,
    "briefbot: deck + lede": _short,
    "first sentence of each article": _firsts,
    "LexRank, 3 sentences": _lexrank,
}


def _row(name: str, pairs: Sequence[tuple[str, str]]) -> None:
    words = sum(len(runs(found)) for _, found in pairs) / len(pairs)
    figures = [rouge(runs(wanted), runs(found)) for wanted, found in pairs]
    means = [100 * sum(one[n] for one in figures) / len(pairs) for n in range(3)]
    print(f"{name:34} " + " ".join(f"{mean:6.1f}" for mean in means) + f" {words:6.0f}")


def rouge(wanted: Sequence[str], found: Sequence[str]) -> tuple[float, float, float]:
    """F1 of shared words, of shared pairs of words, and of the longest common subsequence."""
    return (
        _overlap(Counter(wanted), Counter(found)),
        _overlap(Counter(pairwise(wanted)), Counter(pairwise(found))),
        _f1(_common(wanted, found), len(wanted), len(found)),
    )


def _overlap(wanted: Counter[object], found: Counter[object]) -> float:
    return _f1((wanted & found).total(), wanted.total(), found.total())


def _f1(shared: int, wanted: int, found: int) -> float:
    return 2 * shared / (wanted + found) if shared else 0.0


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    row = [0] * (len(other) + 1)
    for word in one:
        diagonal = 0
        for place, against in enumerate(other, start=1):
            above = row[place]
            row[place] = diagonal + 1 if word == against else max(row[place - 1], above)
            diagonal = above
    return row[-1]
