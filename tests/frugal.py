"""What thousands of tests in one process need not do again: statements that were compiled, and looks at what stays."""

from __future__ import annotations

import gc
from collections.abc import Hashable
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.util import LRUCache

_COMPILED: LRUCache[Hashable, Any] = LRUCache(4000)


class _OfAnyEngine:
    """Compiled statements for one engine; those of all engines of a dialect, which differ by their instance only.

    Each test opens a store of its own, and to compile its statements anew took an eighth of the suite.
    """

    def get(self, key: tuple[Any, ...]) -> Any:
        return _COMPILED.get((type(key[0]), *key[1:]))

    def __setitem__(self, key: tuple[Any, ...], compiled: Any) -> None:
        _COMPILED[type(key[0]), *key[1:]] = compiled


def share_compiled_statements() -> None:
    """From now on each connection finds what any other one of its dialect compiled."""
    shared = _OfAnyEngine()
    event.listen(Engine, "engine_connect", lambda connection: connection.execution_options(compiled_cache=shared))


def leave_what_stays() -> None:
    """The garbage collector looks at what was imported and collected no more, and less often: a tenth of the suite."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)
