"""Every benchmark that gives figures, into the table and the plots of docs/benchmarks.md."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import pkgutil
import platform
import sqlite3
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from benchmarks._figures import Figure, shown

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
    parser.add_argument("--one", nargs=2, metavar=("NAME", "SIZE"), help=argparse.SUPPRESS)
    given = parser.parse_args(args)
    if given.one:
        name, size = given.one
        found = importlib.import_module(f"benchmarks.{name}").figures(int(size))
        print("\n" + json.dumps([asdict(figure) for figure in found]))
        return 0
    kept: dict[str, dict[str, object]] = json.loads(_KEPT.read_text()) if _KEPT.exists() else {}
    for name, sizes in [] if given.page else _asked(given.only):
        for size in [size for size in sizes if size <= given.largest]:
            _measure(name, size, kept)
            _KEPT.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n")
    figures = [Figure(**one) for run in kept.values() for one in run["figures"]]  # type: ignore[attr-defined]
    _write_page(figures, str(max((run["measured"] for run in kept.values()), default="", key=str)))
    return 1 if any(figure.passed is False for figure in figures) else 0


def _asked(only: Sequence[str]) -> Iterable[tuple[str, Sequence[int]]]:
    for found in sorted(pkgutil.iter_modules([str(Path(__file__).parent)]), key=lambda one: one.name):
        if found.name.startswith("_") or (only and found.name not in only):
            continue
        module = importlib.import_module(f"benchmarks.{found.name}")
        if hasattr(module, "figures"):
            yield found.name, module.SIZES


def _measure(name: str, size: int, kept: dict[str, dict[str, object]]) -> None:
    began = time.monotonic()
    print(f"{name} at {size:,} …", end=" ", flush=True, file=sys.stderr)
    command = [sys.executable, "-m", "benchmarks", "all", "--one", name, str(size)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"\n{done.stderr}\n{name} at {size} failed with {done.returncode}")
    figures = json.loads(done.stdout.strip().splitlines()[-1])
    kept[f"{name} {size}"] = {"figures": figures, "measured": datetime.now(UTC).date().isoformat()}
    print(f"{time.monotonic() - began:.0f} s", file=sys.stderr)


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
            f"| {figure.name} | {figure.size:,} {figure.of} | {shown(figure.value)} {figure.unit} | {bare} | {ratio} "
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
