"""Reads a file that somebody put into a form."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import aiohttp
import structlog
from slack_sdk.web.async_client import AsyncWebClient
from yarl import URL

from adapters.slack.failures import FAILURES, UNANSWERED
from bot.commands.lookup import FILE_LIMIT
from bot.errors import UsageError
from bot.ingest.charset import decode
from bot.saying import say

log = structlog.get_logger(__name__)

READ_S: Final = 20.0
_HOSTS: Final = ("slack.com", "slack-files.com", "slack-edge.com")


async def content_of(client: AsyncWebClient, file_id: str) -> str:
    """The text of the file; UsageError when it is too large or cannot be read."""
    try:
        described = (await client.files_info(file=file_id))["file"]
    except FAILURES as error:
        log.info("slack.no_file", reason=str(error)[:200])
        raise _not_given() from None
    name, size = str(described.get("name") or say("the file")), int(described.get("size", 0))
    if size > FILE_LIMIT:
        raise UsageError(
            say("{name} has {n} kB", name=name[:60], n=size // 1000),
            allowed=say("at most {n} MB", n=FILE_LIMIT // 10**6),
            example=say("an OPML file"),
        )
    if not is_with_slack(described, client.base_url):
        raise UsageError(
            say("{name} is not kept by Slack, so Briefbot does not fetch it", name=name[:60]),
            allowed=say("a file that was uploaded to Slack"),
            example=say("an OPML file"),
        )
    return decode(await _read(client, str(described["url_private_download"])))


async def _read(client: AsyncWebClient, url: str) -> bytes:
    headers = {"Authorization": f"Bearer {client.token}"}
    try:
        async with (
            asyncio.timeout(READ_S),
            aiohttp.ClientSession(headers=headers) as session,
            session.get(url) as answer,
        ):
            # Without the right to read files Slack answers 200 with a page to sign in.
            if answer.status != 200 or "text/html" in answer.headers.get("Content-Type", ""):
                raise _not_given()
            raw = await answer.content.read()
    except UNANSWERED:
        raise UsageError(say("Slack did not give the file in time; please send the form again")) from None
    return raw


def is_with_slack(described: Mapping[str, Any], api: str) -> bool:
    """Whether the file is on a host of Slack's, or of its stand-in: our token is sent there and nowhere else."""
    own = URL(api)
    try:
        # By the same reader that will take the address apart to fetch it.
        at = URL(str(described.get("url_private_download") or ""))
    except ValueError:
        return False
    if described.get("is_external") or not at.host:
        return False
    # Beside another API, as of the government's Slack, are its own hosts of files.
    hosts = (*_HOSTS, own.host)
    is_slack = at.scheme == "https" and any(at.host == one or at.host.endswith(f".{one}") for one in hosts if one)
    return is_slack or at.origin() == own.origin()


def _not_given() -> UsageError:
    return UsageError(say("Slack did not give the file; install the app again, so that it may read it"))
