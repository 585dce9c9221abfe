"""Why something could not be read, in words that an admin understands."""

from __future__ import annotations

import ssl
from typing import Final

import aiohttp

_STATUS: Final = {
    401: "it asks for a password",
    403: "its server refuses us",
    404: "it is not there",
    410: "it is gone for good",
    429: "its server says we ask too often",
}
_ERRORS: Final[tuple[tuple[type[Exception], str], ...]] = (
    (aiohttp.ConnectionTimeoutError, "its server cannot be reached"),
    (TimeoutError, "its server did not answer within {limit_s:g} s"),
    (aiohttp.ClientConnectorCertificateError, "its certificate is not valid"),
    (ssl.SSLCertVerificationError, "its certificate is not valid"),
    (aiohttp.ClientConnectorDNSError, "its host name is not known"),
    (aiohttp.ClientSSLError, "no safe connection could be made"),
    (ssl.SSLError, "no safe connection could be made"),
    (aiohttp.ServerDisconnectedError, "its server broke off the answer"),
    (aiohttp.ClientPayloadError, "its server broke off the answer"),
    (aiohttp.ClientConnectorError, "its server cannot be reached"),
    (ConnectionError, "its server cannot be reached"),
    (aiohttp.InvalidURL, "its address cannot be used"),
    (ValueError, "its address cannot be used"),
    (aiohttp.ClientResponseError, "its server does not speak proper HTTP"),
)
"""The first kind that an error is tells its reason, so the narrower ones come first."""


def of_status(status: int) -> str:
    """What an HTTP status that is no success means."""
    words = _STATUS.get(status) or ("its server is in trouble" if status >= 500 else "its server gave no feed")
    return f"{words} (HTTP {status})"


def of_error(error: Exception, *, limit_s: float) -> str:
    """What an error of the HTTP client means; `limit_s` is the time that the whole fetch had."""
    for kind, words in _ERRORS:
        if isinstance(error, kind):
            return words.format(limit_s=limit_s)
    return f"it could not be read ({type(error).__name__})"
