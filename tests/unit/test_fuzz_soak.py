"""Each fuzzer for half a minute; longer with `BRIEFBOT_FUZZ_SECONDS`, or for as long as one likes by hand."""

from __future__ import annotations

import os
import random
from contextlib import closing

import pytest

from fuzz.engine import Fuzzer
from fuzz.targets import NAMES, make

SECONDS = float(os.environ.get("BRIEFBOT_FUZZ_SECONDS", "30"))


@pytest.mark.soak
@pytest.mark.parametrize("name", NAMES)
def test_fuzzer_finds_no_fault(name: str) -> None:
    seed = random.SystemRandom().randrange(2**32)
    with closing(make(name)) as target:
        report = Fuzzer(target, seed=seed).run(SECONDS)
    assert not report.faults, f"with seed {seed}; how to keep an input: docs/fuzzing.md"
    assert report.runs > len(report.faults)
