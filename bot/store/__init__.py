"""Where everything is kept: one module for each kind of row, on SQLite or PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.store.opened import Store, StoreHealth

__all__ = ["Store", "StoreHealth"]


def __getattr__(name: str) -> object:
    """The whole store is loaded when it is first asked for: a health check reads one table, without half a second."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from bot.store import opened

    return getattr(opened, name)
