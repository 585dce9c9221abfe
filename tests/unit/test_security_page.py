"""The page of threats tells the truth: each names a test that shows what stops it, and the test is there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def threats() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Each line of a table of threats with the tests that it names."""
    is_threat = False
    for line in (ROOT / "docs/security.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|"):
            is_threat = False
        elif cells[0] == "threat":
            is_threat = True
        elif is_threat and set(cells[0]) != {"-"}:
            assert len(cells) == 3, line
            yield cells[0], _TEST.findall(cells[2])


def names_in(file: Path) -> set[str]:
    if not file.is_file():
        return set()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_each_threat_names_tests_that_exist() -> None:
    found = list(threats())
    assert len(found) > 60
    known: dict[str, set[str]] = {}
    for threat, tests in found:
        assert tests, f"no test is named for: {threat}"
        for file, test in tests:
            assert test in known.setdefault(file, names_in(ROOT / file)), f"{file}::{test} does not exist"
