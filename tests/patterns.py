"""Every regular expression of the bot, how it is used, and texts made to keep it busy.

The texts come from the pattern itself: what each of its repetitions repeats, over and over, behind what may stand
before it, and with an end that fits nothing. Those are the texts on which backtracking takes longest.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import random
import re
import re._constants as code  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
import signal
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import feedparser

ROOT: Final = Path(__file__).parents[1]
_ANCHORED: Final = ("match", "fullmatch")
_REPEATS: Final = (code.MAX_REPEAT, code.MIN_REPEAT, code.POSSESSIVE_REPEAT)
_OF_CATEGORY: Final = {
    code.CATEGORY_DIGIT: "7",
    code.CATEGORY_NOT_DIGIT: "a",
    code.CATEGORY_SPACE: " ",
    code.CATEGORY_NOT_SPACE: "a",
    code.CATEGORY_WORD: "a",
    code.CATEGORY_NOT_WORD: "-",
}
_MANY: Final = 50
"""A repetition of fewer is none that grows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A pattern with the module it stands in, and whether it is only ever tried at one place of a text."""

    module: str
    name: str
    pattern: re.Pattern[Any]
    is_anchored: bool


def all_patterns() -> list[Found]:
    """The patterns of all modules: those that they keep, also within tuples and tables, and those written in place."""
    found: dict[tuple[Any, int, bool], Found] = {}
    for file in sorted([*ROOT.glob("bot/**/*.py"), *ROOT.glob("adapters/**/*.py")]):
        if file.name != "__main__.py":
            for one in _of_module(file):
                found.setdefault((one.pattern.pattern, one.pattern.flags, one.is_anchored), one)
    return list(found.values())


def feedparser_patterns() -> list[Found]:
    """Those of feedparser, as we have exchanged them, but for its readers of dates, which are switched off."""
    importlib.import_module("bot.ingest.feedparsing")
    found: dict[Any, Found] = {}
    for module in pkgutil.walk_packages(feedparser.__path__, "feedparser."):
        if module.name.startswith("feedparser.datetimes."):
            continue
        held = vars(importlib.import_module(module.name))
        inner = [part for value in held.values() if isinstance(value, type) for part in vars(value).items()]
        for label, value in [*held.items(), *inner]:
            # It keeps some as their bound methods.
            for pattern in _inside(getattr(value, "__self__", value)):
                one = Found(module=module.name, name=label, pattern=pattern, is_anchored=False)
                found.setdefault(pattern.pattern, one)
    return list(found.values())


def _of_module(file: Path) -> Iterator[Found]:
    name = ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    source = file.read_text(encoding="utf-8")
    for label, value in vars(importlib.import_module(name)).items():
        for pattern in _inside(value):
            uses = set(re.findall(rf"\b{label}\.(\w+)", source))
            is_anchored = bool(uses) and uses <= {*_ANCHORED, "pattern"}
            yield Found(module=name, name=label, pattern=pattern, is_anchored=is_anchored)
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="re"), attr=use), args=[ast.Constant(value=str(text)), *_]
            ) if use not in ("escape", "compile"):
                place = f"line {node.lineno}"
                yield Found(module=name, name=place, pattern=re.compile(text), is_anchored=use in _ANCHORED)


def _inside(value: object) -> Iterator[re.Pattern[Any]]:
    match value:
        case re.Pattern():
            yield value
        case tuple() | list() | set() | frozenset():
            for item in value:
                yield from _inside(item)
        case dict():
            for item in value.values():
                yield from _inside(item)


def hostile_texts(pattern: re.Pattern[Any], size: int) -> Iterable[Any]:
    """Texts of this many characters, or bytes, that a search for the pattern would take long over."""
    chance = random.Random(7)
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    tree = parser.parse(source, pattern.flags & ~re.DEBUG | (0 if isinstance(pattern.pattern, str) else re.UNICODE))
    heads = {""}
    bodies = set(" a1.\n")
    for _ in range(2):
        for before, body in _growing(tree, "", chance):
            heads.add(before)
            bodies |= {_like(body, chance), before + _like(body, chance)}
        whole = _like(tree, chance)
        bodies |= {whole, whole[:-1], whole[:1]}
    pairs = {("", body) for body in bodies} | {(head, body) for head in heads for body in sorted(bodies)[:6]}
    for head, body in sorted(pairs)[:40]:
        if body:
            text = (head + body * (size // len(body) + 1))[: size - 1] + "\x01"
            yield text if isinstance(pattern.pattern, str) else text.encode("utf-8", "replace")


def _growing(items: Any, before: str, chance: random.Random) -> Iterator[tuple[str, Any]]:
    """Each repetition without a small bound: what may stand before it, and what it repeats."""
    for kind, value in items:
        if kind in _REPEATS:
            if int(value[1]) >= _MANY:
                yield before, value[2]
            yield from _growing(value[2], before, chance)
        elif kind is code.SUBPATTERN:
            yield from _growing(value[3], before, chance)
        elif kind is code.BRANCH:
            for branch in value[1]:
                yield from _growing(branch, before, chance)
        elif kind in (code.ASSERT, code.ASSERT_NOT):
            yield from _growing(value[1], before, chance)
        before += _one(kind, value, chance)


def _like(items: Any, chance: random.Random) -> str:
    """A text as the pattern describes it, roughly."""
    return "".join(_one(kind, value, chance) for kind, value in items)


def _one(kind: Any, value: Any, chance: random.Random) -> str:
    if kind is code.LITERAL:
        return chr(value)
    if kind is code.NOT_LITERAL:
        return "a" if value != ord("a") else "b"
    if kind is code.ANY:
        return chance.choice("a .")
    if kind is code.IN:
        return _member(value, chance)
    if kind is code.BRANCH:
        return _like(chance.choice(value[1]), chance)
    if kind is code.SUBPATTERN:
        return _like(value[3], chance)
    if kind is code.ATOMIC_GROUP:
        return _like(value, chance)
    if kind in _REPEATS:
        least, most, body = value
        return "".join(_like(body, chance) for _ in range(chance.randint(least, min(int(most), least + 2))))
    return ""


def _member(items: Any, chance: random.Random) -> str:
    if items[0][0] is code.NEGATE:
        return next((sign for sign in "a 1.-é中\n" if not any(_holds(item, sign) for item in items[1:])), "")
    kind, value = chance.choice(items)
    if kind is code.RANGE:
        return chr(chance.randint(value[0], min(value[1], value[0] + 30)))
    return _OF_CATEGORY.get(value, "a") if kind is code.CATEGORY else chr(value)


def _holds(item: Any, sign: str) -> bool:
    kind, value = item
    if kind is code.RANGE:
        return bool(value[0] <= ord(sign) <= value[1])
    if kind is code.LITERAL:
        return bool(value == ord(sign))
    return bool(_OF_CATEGORY.get(value) == sign or (value is code.CATEGORY_WORD and sign.isalnum()))


class _Enough(Exception):
    """It has taken long enough to know."""


def seconds(found: Found, text: Any, *, at_most: float) -> float:
    """CPU time of finding everything in a text; broken off at `at_most`.

    Of the thread: beside a timer, that of the process is counted by ticks of 4 ms.
    """

    def stop(*_: object) -> None:
        raise _Enough

    before = signal.signal(signal.SIGVTALRM, stop)
    began = time.thread_time()
    signal.setitimer(signal.ITIMER_VIRTUAL, at_most)
    try:
        if found.is_anchored:
            found.pattern.match(text)
            found.pattern.fullmatch(text)
        else:
            for _ in found.pattern.finditer(text):
                pass
    except _Enough:
        pass
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
    return time.thread_time() - began
