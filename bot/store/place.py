"""Where a store is kept, before anybody opens it."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import make_url


def missing_file(url: str) -> Path | None:
    """The SQLite file that opening this address would make; None where there is one, and for a server."""
    place = make_url(url)
    if place.get_backend_name() != "sqlite" or place.database in (None, "", ":memory:"):
        return None
    file = Path(str(place.database)).absolute()
    return None if file.is_file() else file
