"""Tells managers what they should look at: a reported brief, news under a correction, a source that changed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import structlog

from bot.documents.build import notice
from bot.documents.nodes import Action, Actions, Block, Document, Facts, Mention, Paragraph, Text
from bot.errors import StoreError
from bot.models import public_id
from bot.ports import Adapter, Clock
from bot.saying import say, speaking
from bot.store import Store
from bot.store.notices import DueNotice

log = structlog.get_logger(__name__)

CALL_S: Final = 30.0
LEASE_S: Final = 2 * CALL_S
AT_ONCE: Final = 20
AGAIN: Final = timedelta(minutes=30)
"""Where nobody could be told, it is tried again after this."""
_SHOWN: Final = 300
"""Characters of a reader's reason or of an article's words that a notice repeats."""


class Notifier:
    """Tells what is due on the platforms of this process."""

    def __init__(self, store: Store, adapters: Mapping[str, Adapter], clock: Clock) -> None:
        self._store, self._adapters, self._clock = store, adapters, clock

    async def drain(self) -> None:
        """Tells all that is due."""
        platforms = list(self._adapters)
        while due := await self._store.notices.claim(
            self._clock.now(), limit=AT_ONCE, lease_s=LEASE_S, platforms=platforms
        ):
            await asyncio.gather(*map(self._tell, due))

    async def _tell(self, due: DueNotice) -> None:
        """Tells one; never raises. One that was told but not settled is told again rather than never."""
        try:
            workspace = await self._store.workspaces.get(due.workspace_id)
            with speaking(workspace.language):
                document = notice_document(due)
            async with asyncio.timeout(CALL_S):
                is_told = await self._adapters[workspace.platform].tell(
                    workspace.id, document, workspace.notices or None
                )
            again = None if is_told else self._clock.now() + AGAIN
            await self._store.notices.settle(due.id, next_try_at=again)
            log.info("notice.told" if is_told else "notice.untold", notice=due.id, kind=due.kind)
        except StoreError as error:
            log.warning("notice.unsettled", notice=due.id, reason=error.message)
        except Exception:
            log.exception("notice.untold", notice=due.id, kind=due.kind)


def notice_document(due: DueNotice) -> Document:
    """What managers read, with the buttons for what they may do."""
    ref = public_id("b", due.brief_id)
    look = Action(say("See it beside its sources"), f"brief-admin reports brief:{ref}")
    rows: list[tuple[str, str | Mention]] = []
    match due.kind:
        case "report":
            title = say("A reader reported {brief}", brief=ref)
            words = say("Further reports of today are listed by /brief-admin reports.")
            if due.facts.get("reason"):
                rows.append((say("Reason"), due.facts["reason"][:_SHOWN]))
        case "news":
            title = say("There is news under your correction of {brief}", brief=ref)
            words = say("Your correction stays on top until you take it back.")
            rows.append((say("It would say now"), due.facts.get("headline", "")[:_SHOWN]))
        case _:
            title = say("A source changed its article under {brief}", brief=ref)
            words = say("The brief is written anew, and what was posted of it here is edited where its words changed.")
            rows += [
                (say("Publisher"), due.facts.get("publisher", "")),
                (say("Before"), due.facts.get("was", "")[:_SHOWN]),
                (say("Now"), due.facts.get("now", "")[:_SHOWN]),
            ]
    blocks: list[Block] = [Facts(tuple(row for row in rows if row[1]))] if rows else []
    buttons = [look]
    if due.kind == "news":
        buttons.append(Action(say("Take it back"), f"brief-admin correct {ref} undo:drop"))
    return notice(title, *blocks, Paragraph((Text(words),)), Actions(tuple(buttons)))
