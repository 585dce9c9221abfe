"""Every benchmark that gives figures, into the table and the plots of docs/benchmarks.md."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import pkgutil
import platform
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks._figures import Figure, shown
from benchmarks.synthetic import STORES

_DOCS = Path(__file__).parent.parent / "docs"
_KEPT, _PAGE = _DOCS / "benchmarks.json", _DOCS / "benchmarks.md"
_BEGIN, _END = "<!-- measured: python -m benchmarks all -->", "<!-- end of what was measured -->"


def main(args: list[str]) -> int:
    """`python -m benchmarks all [--only NAME …] [--largest N]`: measures, keeps docs/benchmarks.json, writes the page.

    Each size of each benchmark runs in a process of its own, so that none is measured with another's memory.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks all")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="measure these; keep the others' figures")
    parser.add_argument("--largest", type=int, default=1_000_000, help="leave out greater sizes")
    parser.add_argument("--page", action="store_true", help="measure nothing; write the page from what is kept")
    parser.add_argument(
        "--grow", type=int, default=0, metavar="TURNS", help="measure sizes not kept yet, by turns with the size before"
    )
    parser.add_argument("--one", nargs=2, metavar=("NAME", "SIZE"), help=argparse.SUPPRESS)
    given = parser.parse_args(args)
    if given.one:
        name, size = given.one
        found = importlib.import_module(f"benchmarks.{name}").figures(int(size))
        print("\n" + json.dumps([asdict(figure) for figure in found]))
        return 0
    kept = json.loads(_KEPT.read_text()) if _KEPT.exists() else {}
    if not given.page:
        _measure_all(given, kept)
    figures = [Figure(**one) for run in kept.values() for one in run["figures"]]
    _write_page(figures, str(max((run["measured"] for run in kept.values()), default="", key=str)))
    return 1 if any(figure.passed is False for figure in figures) else 0


Kept = dict[str, Any]
"""Of "NAME SIZE" the figures of that run and the day on which it was."""


def _measure_all(given: argparse.Namespace, kept: Kept) -> None:
    with tempfile.TemporaryDirectory() as stores:
        os.environ.setdefault(STORES, stores)
        for name, sizes in _asked(given.only):
            for size in [size for size in sizes if size <= given.largest]:
                if given.grow and f"{name} {size}" in kept:
                    continue
                found = _grown(name, size, kept, given.grow) if given.grow else _run(name, size)
                measured = datetime.now(UTC).date().isoformat()
                kept[f"{name} {size}"] = {"figures": [asdict(figure) for figure in found], "measured": measured}
                _KEPT.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n")


def _asked(only: Sequence[str]) -> Iterable[tuple[str, Sequence[int]]]:
    for found in sorted(pkgutil.iter_modules([str(Path(__file__).parent)]), key=lambda one: one.name):
        if found.name.startswith("_") or (only and found.name not in only):
            continue
        module = importlib.import_module(f"benchmarks.{found.name}")
        if hasattr(module, "figures"):
            yield found.name, module.SIZES


def _run(name: str, size: int) -> list[Figure]:
    began = time.monotonic()
    print(f"{name} at {size:,} …", end=" ", flush=True, file=sys.stderr)
    command = [sys.executable, "-m", "benchmarks", "all", "--one", name, str(size)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"\n{done.stderr}\n{name} at {size} failed with {done.returncode}")
    print(f"{time.monotonic() - began:.0f} s", file=sys.stderr)
    return [Figure(**one) for one in json.loads(done.stdout.strip().splitlines()[-1])]


def _grown(name: str, size: int, kept: Kept, turns: int) -> list[Figure]:
    """What is kept of the size before, times today's growth from that to this one, both measured by turns.

    So a machine that is slower today than when the others were measured, or busy for a while, draws no false slope.
    """
    sizes = [int(run.partition(" ")[2]) for run in kept if run.startswith(f"{name} ")]
    known = max((one for one in sizes if one < size), default=0)
    if not known:
        raise SystemExit(f"{name} has no smaller size in {_KEPT.name} to grow from: measure it without --grow.")
    before = {one["name"]: Figure(**one) for one in kept[f"{name} {known}"]["figures"]}
    pairs = [({one.name: one for one in _run(name, known)}, _run(name, size)) for _ in range(turns)]
    found = []
    for number, one in enumerate(pairs[0][1]):
        value = statistics.median(large[number].value / small[one.name].value for small, large in pairs)
        bares = [(large[number].bare or 0) / (small[one.name].bare or 1) for small, large in pairs]
        was = before[one.name]
        bare = was.bare * statistics.median(bares) if was.bare else None
        found.append(replace(one, value=was.value * value, bare=bare, grown_from=known))
    return found


# ── the page ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _write_page(figures: list[Figure], measured: str) -> None:
    """Between its two marks, the page's table and plots are what was measured; the words around them are kept."""
    before, _, rest = _PAGE.read_text(encoding="utf-8").partition(_BEGIN)
    _, _, after = rest.partition(_END)
    lines = [_BEGIN, "", _machine(measured), "", *_table(figures), "", *_plots(figures), _END]
    _PAGE.write_text(before + "\n".join(lines) + after, encoding="utf-8")


def _machine(measured: str) -> str:
    cores = os.cpu_count()
    return (
        f"Last measured {measured} on {cores} cores ({platform.machine()}), {platform.system()}, "
        f"CPython {platform.python_version()}, SQLite {sqlite3.sqlite_version}."
    )


def _table(figures: list[Figure]) -> list[str]:
    """A row for each figure at its greatest size, and at the greatest that has a bar."""
    last: dict[tuple[str, bool], Figure] = {}
    for figure in sorted(figures, key=lambda one: (one.name, one.size)):
        last[figure.name, figure.passed is None] = figure
    rows = ["| figure | at | measured | bare | ratio | bar | |", "|---|--:|--:|--:|--:|---|---|"]
    for figure in last.values():
        bare = f"{shown(figure.bare)} {figure.unit}" if figure.bare else ""
        ratio = shown(figure.judged) if figure.bare else ""
        verdict = {None: "", True: "✓", False: "**above its bar**" if figure.most else "**below its bar**"}
        rows.append(
            f"| {figure.name} | {figure.size:,} {figure.of}{'*' if figure.grown_from else ''} | {shown(figure.value)} {figure.unit} | {bare} | {ratio} "
            f"| {figure.bar} | {verdict[figure.passed]} |"
        )
    return rows


def _plots(figures: list[Figure]) -> list[str]:
    """A picture for each group of figures that were measured at more than one size; the group is the name's first word."""
    groups: dict[str, dict[str, list[Figure]]] = defaultdict(lambda: defaultdict(list))
    for figure in sorted(figures, key=lambda one: one.size):
        groups[figure.name.split(",")[0]][figure.name].append(figure)
    lines = []
    for group, named in sorted(groups.items()):
        grown = {name: found for name, found in named.items() if len(found) > 1}
        if grown:
            from benchmarks._plot import plot

            file = f"images/growth-{group.replace(' ', '-')}.svg"
            plot(grown, _DOCS / file)
            lines += [f"![{group} by size]({file})", ""]
    return lines
