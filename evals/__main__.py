"""`python -m evals NAME …`: runs one evaluation of this folder; without a name, lists them."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from pathlib import Path


def main(argv: list[str]) -> int:
    names = sorted(m.name for m in pkgutil.iter_modules([str(Path(__file__).parent)]) if not m.name.startswith("_"))
    if not argv or argv[0] not in names:
        print("usage: python -m evals NAME …\n")
        for name in names:
            doc = (importlib.import_module(f"evals.{name}").__doc__ or "").strip().splitlines()[0]
            print(f"  {name:12} {doc}")
        return 2
    return int(importlib.import_module(f"evals.{argv[0]}").main(argv[1:]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
