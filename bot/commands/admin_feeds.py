"""A digest as a feed: its secret address."""

from __future__ import annotations

import secrets
from typing import Final

from bot.commands.context import Context, Reply
from bot.documents.build import notice
from bot.documents.nodes import Bullets, Code, Note, Text
from bot.models import Digest
from bot.saying import say

_KINDS: Final = ("rss", "atom", "json")


async def feed(context: Context) -> Reply:
    """Shows the address, makes one when there is none, renews or revokes it."""
    digest = context.arguments.need("digest", Digest)
    wanted = context.arguments.get("address", str)
    published = context.store.published
    if wanted == "revoke":
        await published.set_token(digest, None)
        return Reply(document=notice(say("“{name}” is no feed any more", name=digest.name)))
    token = await published.token(digest)
    if wanted == "renew" or not token:
        token = secrets.token_urlsafe(24)
        await published.set_token(digest, token)
    addresses = tuple((Code(f"/feeds/{token}.{kind}"),) for kind in _KINDS)
    where = say("Behind the address of the operator's endpoint (BRIEFBOT_HEALTH_LISTEN), if it is on.")
    secret = say("Whoever knows the address can read the digest. Give it a new one if it got around.")
    title = say("“{name}” as a feed", name=digest.name)
    return Reply(document=notice(title, Bullets(addresses), Note((Text(where),)), Note((Text(secret),))))
