"""Why something could not be read, in words that an admin understands."""

from __future__ import annotations

import ssl
from typing import Final

import aiohttp

from bot.saying import marked

_STATUS: Final = {
    401: marked("it asks for a password (HTTP {status})"),
    403: marked("its server refuses us (HTTP {status})"),
    404: marked("it is not there (HTTP {status})"),
    410: marked("it is gone for good (HTTP {status})"),
    429: marked("its server says we ask too often (HTTP {status})"),
}
_TROUBLE: Final = marked("its server is in trouble (HTTP {status})")
_NO_FEED: Final = marked("its server gave no feed (HTTP {status})")
_ERRORS: Final[tuple[tuple[type[Exception], str], ...]] = (
    (aiohttp.ConnectionTimeoutError, marked("its server cannot be reached")),
    (TimeoutError, marked("its server did not answer within {limit} s")),
    (aiohttp.ClientConnectorCertificateError, marked("its certificate is not valid")),
    (ssl.SSLCertVerificationError, marked("its certificate is not valid")),
    (aiohttp.ClientConnectorDNSError, marked("its host name is not known")),
    (aiohttp.ClientSSLError, marked("no safe connection could be made")),
    (ssl.SSLError, marked("no safe connection could be made")),
    (aiohttp.ServerDisconnectedError, marked("its server broke off the answer")),
    (aiohttp.ClientPayloadError, marked("its server broke off the answer")),
    (aiohttp.ClientConnectorError, marked("its server cannot be reached")),
    (ConnectionError, marked("its server cannot be reached")),
    (aiohttp.InvalidURL, marked("its address cannot be used")),
    (ValueError, marked("its address cannot be used")),
    (aiohttp.ClientResponseError, marked("its server does not speak proper HTTP")),
)
"""The first kind that an error is tells its reason, so the narrower ones come first."""


def of_status(status: int) -> str:
    """What an HTTP status that is no success means."""
    words = _STATUS.get(status) or (_TROUBLE if status >= 500 else _NO_FEED)
    return words.format(status=status)


def of_error(error: Exception, *, limit_s: float) -> str:
    """What an error of the HTTP client means; `limit_s` is the time that the whole fetch had."""
    for kind, words in _ERRORS:
        if isinstance(error, kind):
            return words.format(limit=f"{limit_s:g}")
    return marked("it could not be read ({kind})").format(kind=type(error).__name__)
