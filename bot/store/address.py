"""The address of a database: what is wrong with it, told before a driver trips over it, and never with a password."""

from __future__ import annotations

from typing import Final

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

_DRIVERS: Final = ("sqlite+aiosqlite", "postgresql+asyncpg")
_SSL: Final = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_OPTIONS: Final = (
    "ssl",
    "sslmode",
    "host",
    "port",
    "passfile",
    "target_session_attrs",
    "prepared_statement_cache_size",
)
_NUMBERS: Final = ("port", "prepared_statement_cache_size")
# What others write into such an address. Any other name may be a piece of a password.
_KNOWN: Final = ("application_name", "channel_binding", "connect_timeout", "gssencmode", "options", "password", "user")
_KNOWN_SSL: Final = ("sslcert", "sslkey", "sslrootcert")
_EXAMPLE: Final = "example: postgresql+asyncpg://briefbot:PASSWORD@localhost/briefbot"
_ENCODE: Final = (
    "in the user and the password @ is written as %40, : as %3A, / as %2F, ? as %3F, # as %23 and % as %25; " + _EXAMPLE
)


def problem_with(address: str) -> str:
    """Why it cannot be the address of a database, without repeating it; empty when it can."""
    driver, _, rest = address.partition("://")
    if driver not in _DRIVERS:
        return (
            "it must begin with sqlite+aiosqlite:// or postgresql+asyncpg://, "
            "for example sqlite+aiosqlite:///briefbot.db"
        )
    is_sqlite = driver == "sqlite+aiosqlite"
    if rest.count("@") > 1 and not is_sqlite:
        return f"it has more than one @; {_ENCODE}"
    try:
        url = make_url(address)
        (url.host or "").encode("idna")
    except (ArgumentError, ValueError):
        if is_sqlite:
            return "a file has three slashes, or four from the root on; example: sqlite+aiosqlite:///briefbot.db"
        return f"its host or port cannot be read; {_ENCODE}"
    return "" if is_sqlite else _problem_with_options(url)


def _problem_with_options(url: URL) -> str:
    for name, value in url.query.items():
        if name not in _OPTIONS:
            named = f"the option {name}" if name in (*_KNOWN, *_KNOWN_SSL) else "an option after ? that is none"
            return f"it has {named}; allowed: {', '.join(_OPTIONS)}; example: …/briefbot?ssl=require"
        if name in ("ssl", "sslmode") and value not in _SSL:
            return f"{name} must be one of {', '.join(_SSL)}; example: …/briefbot?ssl=require"
        if name in _NUMBERS and not all(one.isdecimal() for one in ([value] if isinstance(value, str) else value)):
            return f"{name} must be a number; example: …/briefbot?host=10.0.0.7&port=5432"
    return ""


def for_driver(url: URL) -> URL:
    """The address as asyncpg wants it, which knows libpq's `sslmode` as `ssl`."""
    mode = url.query.get("sslmode")
    return url.difference_update_query(["sslmode"]).update_query_dict({"ssl": mode}) if mode else url
