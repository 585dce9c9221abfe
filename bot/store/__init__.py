"""Where everything is kept: one module for each kind of row, on SQLite or PostgreSQL."""

from bot.store.migrate import migrate
from bot.store.opened import Store, StoreHealth

__all__ = ["Store", "StoreHealth", "migrate"]
