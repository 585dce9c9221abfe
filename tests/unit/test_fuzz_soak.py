"""Each fuzzer for a minute of the processor, or for an hour; for as long as one likes with `python -m fuzz`."""

from __future__ import annotations

import random
from contextlib import closing
from typing import Final

import pytest

from fuzz.engine import Fuzzer
from fuzz.targets import NAMES, make
from tests.soaking import size

SECONDS: Final = size(60.0, 3600.0)


@pytest.mark.soak
@pytest.mark.parametrize("name", NAMES)
def test_fuzzer_finds_no_fault(name: str) -> None:
    seed = random.SystemRandom().randrange(2**32)
    with closing(make(name)) as target:
        report = Fuzzer(target, seed=seed).run(SECONDS)
    assert not report.faults, f"with seed {seed}; how to keep an input: docs/fuzzing.md"
    assert report.inputs > 5, "it found nothing to go on from"
