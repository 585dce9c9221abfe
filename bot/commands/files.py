"""Files that the operator names in a command on their own machine."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from bot.documents.clip import clip
from bot.errors import UsageError
from bot.ingest.charset import decode
from bot.saying import marked, say

_WHY: Final[dict[type[Exception], str]] = {
    FileNotFoundError: marked("there is no file '{name}'"),
    IsADirectoryError: marked("'{name}' is a folder"),
    PermissionError: marked("Briefbot is not allowed to read the file '{name}'"),
}
_UNREADABLE: Final = marked("file '{name}' cannot be read")


def read_file(name: str) -> str:
    """The text of a file; UsageError when it cannot be read."""
    try:
        return decode(Path(name).expanduser().read_bytes())
    except (OSError, ValueError) as error:
        raise UsageError(
            say(_WHY.get(type(error), _UNREADABLE), name=clip(name, 80)),
            allowed=say("a file of this machine, or addresses of feeds that begin with https://"),
            example="/brief-admin source import feeds.opml",
        ) from None
