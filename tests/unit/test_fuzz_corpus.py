"""Every input that is kept, once more: seeds, and what showed a fault once. And the fuzzer itself, at a toy."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from fuzz.engine import Fuzzer
from fuzz.running import run
from fuzz.target import Target, words
from fuzz.targets import NAMES, make
from tests import toy_parser


@pytest.mark.parametrize("name", NAMES)
def test_no_kept_input_shows_a_fault(name: str) -> None:
    with closing(make(name)) as target:
        inputs = target.corpus()
        faults = {file: outcome.key for file, data in inputs.items() if (outcome := run(target, data)).fault}
    assert not faults
    assert len(inputs) >= 5


def test_what_a_fuzzer_is_led_by_is_there() -> None:
    root = Path(__file__).parents[2]
    for name in NAMES:
        with closing(make(name)) as target:
            assert [path for path in target.traced if not (root / path).exists()] == []


class Toy(Target):
    name = "opml"
    traced = ("tests/toy_parser.py",)
    limit = 200
    seconds = 1.0

    def check(self, data: bytes) -> str:
        return toy_parser.read(data)

    @classmethod
    def corpus(cls) -> dict[str, bytes]:
        return {"seed": b"hello"}


def test_fuzzer_finds_what_only_coverage_leads_to_and_makes_it_small() -> None:
    report = Fuzzer(Toy(), seed=3).run(60.0, most=100_000)
    [data] = report.faults.values()
    assert data == toy_parser.KEY, "the fault, and nothing that it does not need"
    reached, all_ = report.lines
    assert 0 < reached <= all_


def test_fuzzer_keeps_what_it_found_and_begins_with_it_again(tmp_path: Path) -> None:
    first = Fuzzer(Toy(), seed=1, folder=tmp_path).run(60.0, most=500)
    assert len(list((tmp_path / "inputs").iterdir())) == first.inputs > 1
    again = Fuzzer(Toy(), seed=1, folder=tmp_path).run(0.0)
    assert again.edges >= first.edges
    assert again.runs < first.runs


class Slow(Toy):
    seconds = 0.02

    def check(self, data: bytes) -> str:
        toy_parser.spin(len(data) > 4)
        return ""


def test_input_that_takes_too_long_is_a_fault() -> None:
    assert run(Slow(), b"1234").fault is None
    assert run(Slow(), b"12345").key == "TooSlow"


@pytest.mark.parametrize("name", [*NAMES, "odd"])
def test_words_are_each_of_their_own(name: str) -> None:
    found = words(name)
    assert len(found) == len(set(found)) > 30
    assert all(found)
