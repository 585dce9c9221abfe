"""Files that the operator names in a command on their own machine."""

from __future__ import annotations

from pathlib import Path

from bot.errors import UsageError
from bot.ingest.charset import decode
from bot.saying import say


def read_file(name: str) -> str:
    """The text of a file; UsageError when it cannot be read."""
    try:
        return decode(Path(name).expanduser().read_bytes())
    except (OSError, ValueError) as error:
        raise UsageError(
            say("file '{name}' cannot be read ({reason})", name=name[:80], reason=error.__class__.__name__),
            allowed=say("a file of this machine, or addresses of feeds that begin with https://"),
            example="/brief-admin source import feeds.opml",
        ) from None
