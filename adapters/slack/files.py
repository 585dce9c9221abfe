"""Reads a file that somebody put into a form."""

from __future__ import annotations

import asyncio
from typing import Final

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.commands.lookup import FILE_LIMIT
from bot.errors import UsageError
from bot.ingest.charset import decode
from bot.saying import say

READ_S: Final = 20.0


async def content_of(client: AsyncWebClient, file_id: str) -> str:
    """The text of the file; UsageError when it is too large or cannot be read."""
    described = (await client.files_info(file=file_id))["file"]
    name, size = str(described.get("name") or say("the file")), int(described.get("size", 0))
    if size > FILE_LIMIT:
        raise UsageError(
            say("{name} has {n} kB", name=name[:60], n=size // 1000),
            allowed=say("at most {n} MB", n=FILE_LIMIT // 10**6),
            example=say("an OPML file"),
        )
    headers = {"Authorization": f"Bearer {client.token}"}
    try:
        async with (
            asyncio.timeout(READ_S),
            aiohttp.ClientSession(headers=headers) as session,
            session.get(described["url_private_download"]) as answer,
        ):
            # Without the right to read files Slack answers 200 with a page to sign in.
            if answer.status != 200 or "text/html" in answer.headers.get("Content-Type", ""):
                raise UsageError(say("Slack did not give the file; install the app again, so that it may read it"))
            raw = await answer.content.read()
    except (TimeoutError, aiohttp.ClientError, OSError):
        raise UsageError(say("Slack did not give the file in time; please send the form again")) from None
    return decode(raw)
