"""Who a token belongs to, without asking Discord."""

from __future__ import annotations

import base64
import binascii
import hashlib


def bot_id(token: str) -> str:
    """The bot's id, which is the first part of its token; a fingerprint of a token that is made otherwise."""
    part = token.partition(".")[0]
    try:
        id_ = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode("ascii")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        id_ = ""
    return id_ if id_.isdecimal() else hashlib.sha256(token.encode()).hexdigest()[:16]
