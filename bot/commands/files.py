"""Files that the operator names in a command on their own machine."""

from __future__ import annotations

from pathlib import Path

from bot.errors import UsageError
from bot.ingest.charset import decode


def read_file(name: str) -> str:
    """The text of a file; UsageError when it cannot be read."""
    try:
        return decode(Path(name).expanduser().read_bytes())
    except (OSError, ValueError) as error:
        raise UsageError(
            f"file '{name[:80]}' cannot be read ({error.__class__.__name__})",
            allowed="a file of this machine, or addresses of feeds that begin with https://",
            example="/brief-admin source import feeds.opml",
        ) from None
