"""Laws about the code itself: the core knows no platform, and what calls itself pure does no I/O."""

from __future__ import annotations

import ast
import graphlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CORE = sorted((ROOT / "bot").rglob("*.py"))
ALL = [*CORE, *sorted((ROOT / "adapters").rglob("*.py"))]
PLATFORMS = {"adapters", "discord", "slack_bolt", "slack_sdk"}
IO = {"aiohttp", "aiosqlite", "asyncio", "socket", "sqlalchemy", "subprocess", "http", "urllib.request", "structlog"}


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("file", CORE, ids=lambda file: str(file.relative_to(ROOT)))
def test_core_imports_no_platform(file: Path) -> None:
    names = {name.partition(".")[0] for name in imported(ast.parse(file.read_text(encoding="utf-8")))}
    assert not names & PLATFORMS


def test_modules_that_call_themselves_pure_do_no_io() -> None:
    pure = []
    for file in CORE:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        paragraphs = (ast.get_docstring(tree) or "").split("\n\n")
        if paragraphs[0].rstrip().endswith(("Pure.", "Pure, in memory.")):
            pure.append(file.stem)
            assert not {name for name in imported(tree) if name in IO or name.partition(".")[0] in IO}, file
    wanted = {"group", "related", "select", "compose", "calendar", "build", "fit", "extractive", "duplicates"}
    assert wanted <= set(pure)


def test_folders_lean_on_each_other_in_one_direction_only() -> None:
    modules = {".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file for file in ALL}
    leans: dict[Path, set[Path]] = {}
    for file in ALL:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [f"{node.module}.{alias.name}" for alias in node.names]
                found = [modules.get(name) or modules.get(node.module) for name in names]
                leans.setdefault(room(file), set()).update(room(one) for one in found if one)
    for folder, others in leans.items():
        others.discard(folder)
    graphlib.TopologicalSorter(leans).prepare()  # CycleError names the folders of a circle


def room(file: Path) -> Path:
    """The folder of a module; at the top of `bot/` each is a room of its own."""
    return file if file.parent == ROOT / "bot" else file.parent


def test_every_module_says_what_it_is() -> None:
    for file in ALL:
        assert ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))), file


def test_no_two_functions_do_the_same_with_other_names() -> None:
    alike: dict[str, list[str]] = {}
    for file in ALL:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                said = [
                    one for one in node.body if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))
                ]
                body = "\n".join(ast.unparse(Nameless().visit(one)) for one in said)
                # What is shorter is a call or two, and may well be the same.
                if len(body) > 90:
                    alike.setdefault(body, []).append(f"{file.relative_to(ROOT)}:{node.lineno} {node.name}")
    assert not [places for places in alike.values() if len(places) > 1]


class Nameless(ast.NodeTransformer):
    """Takes a function's own names out of it."""

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name("_", node.ctx)


def test_each_module_that_draws_messages_looks_for_their_caveat() -> None:
    for file in ROOT.glob("adapters/*/*.py"):
        source = file.read_text(encoding="utf-8")
        assert (
            not re.search(r"^from adapters\.\w+\.render import .*\brender\b", source, re.M)
            or "require_caveat(" in source
        ), file


def test_command_line_loads_what_a_command_needs_only_when_it_runs() -> None:
    code = "import sys; import bot.cli.program; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert not {"sqlalchemy", "alembic", "discord", "slack_bolt", "numpy", "pydantic_ai"} & set(loaded.stdout.split())


def test_store_that_is_up_to_date_is_opened_without_what_would_bring_it_there(sqlite_url: str) -> None:
    code = "import asyncio, sys; from bot.store import Store; asyncio.run(Store.open(sys.argv[1])); print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code, sqlite_url], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert "alembic" not in loaded.stdout.split()
