"""`check --alive`: whether the bot is at work on this machine, told from its heartbeat alone.

A supervisor asks each minute, so it loads little, reads one small table, and makes and changes nothing.
"""

from __future__ import annotations

import socket
from datetime import UTC, datetime
from typing import Final

from bot import pulse
from bot.cli.running import say, say_json
from bot.config import Settings
from bot.errors import StoreError
from bot.store.asked import Unanswered, ask
from bot.store.database import Database
from bot.store.heartbeats import Heartbeat, Heartbeats
from bot.store.place import missing_file

STORE_S: Final = 5.0


async def check(settings: Settings, *, as_json: bool) -> int:
    """0 when every process of this machine is well, 1 when one is not or there is none."""
    hearts = await ask(_hearts(settings.database_url), within_s=STORE_S)
    if isinstance(hearts, Unanswered):
        wrong, says = True, hearts.reason
    else:
        wrong, says = _judged([heart for heart in hearts if heart.host == socket.gethostname()], hearts)
    if as_json:
        say_json({"area": "process", "state": "broken" if wrong else "ok", "says": says})
    else:
        say(says)
    return int(wrong)


def _judged(own: list[Heartbeat], hearts: list[Heartbeat]) -> tuple[bool, str]:
    """Whether something is wrong, and in words what is."""
    now = datetime.now(UTC)
    if not own:
        others = sorted({heart.host for heart in hearts})
        return True, "no process of this machine is at work" + (f", only of {', '.join(others)}" if others else "")
    found = pulse.problems(own, now)
    return bool(found), "; ".join(found) or pulse.words(own, now)


async def _hearts(url: str) -> list[Heartbeat]:
    if file := missing_file(url):
        # Opening would make a new one, in which nobody has ever been at work.
        raise StoreError(f"there is no database at {file}")
    database = Database(url)
    try:
        return await Heartbeats(database).all()
    finally:
        await database.close()
