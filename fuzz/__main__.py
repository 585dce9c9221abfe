"""`python -m fuzz TARGET [--seconds 60] [--seed N]`, or `python -m fuzz TARGET FILE …` to see what inputs come to."""

from __future__ import annotations

import argparse
import random
import signal
import sys
import traceback
from contextlib import closing
from pathlib import Path

from fuzz.engine import Fuzzer
from fuzz.running import run
from fuzz.target import ROOT, Target
from fuzz.targets import NAMES, make


def main() -> int:
    """1 when something failed."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("target", choices=NAMES)
    parser.add_argument("files", nargs="*", type=Path, help="inputs to check once, instead of fuzzing")
    parser.add_argument("--seconds", type=float, default=60.0, help="of the processor")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    parser.add_argument("--postgres", action="store_true", help="search: on PostgreSQL, too")
    parser.add_argument("--folder", type=Path, help="where inputs and faults are kept (default build/fuzz/TARGET)")
    given = parser.parse_intermixed_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was begun is ended
    with closing(make(given.target, postgres=given.postgres)) as target:
        if given.files:
            return check(target, given.files)
        print(f"{given.target}: seed {given.seed}", file=sys.stderr)
        fuzzer = Fuzzer(target, seed=given.seed, folder=given.folder or ROOT / "build" / "fuzz" / given.target)
        report = fuzzer.run(given.seconds, tell=lambda report: print(report, file=sys.stderr, flush=True))
    print(report)
    for key, data in report.faults.items():
        print(f"  {key}: {data[:200]!r}")
    return 1 if report.faults else 0


def check(target: Target, files: list[Path]) -> int:
    """Says of each file how it ended."""
    faults = 0
    for file in files:
        outcome = run(target, file.read_bytes())
        print(f"{file}: {outcome.key or outcome.kind}")
        if outcome.fault is not None:
            faults += 1
            traceback.print_exception(outcome.fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
