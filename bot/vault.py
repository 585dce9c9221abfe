"""Encryption at rest: what must not be read in a copy of the database is sealed with BRIEFBOT_SECRET_KEY. Pure."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable
from typing import Final

from bot.errors import ConfigError

MIN_LENGTH: Final = 16
_MIN_DISTINCT: Final = 5
# A passphrase must give the same key in each process and before any database is open, so its salt is ours.
_SALT: Final = b"briefbot.vault.v1"


class Vault:
    """Seals with the first key and opens with any, so that a key can be replaced while the bot runs."""

    def __init__(self, keys: Iterable[str]) -> None:
        from cryptography.fernet import Fernet, MultiFernet

        given = list(keys)
        if not given:
            raise ConfigError("BRIEFBOT_SECRET_KEY is not set; the tokens of installed workspaces are kept under it")
        for key in given:
            if problem := problem_with(key):
                raise ConfigError(f"BRIEFBOT_SECRET_KEY: {problem}")
        fernets = [Fernet(_fernet_key(key)) for key in given]
        self._first, self._all = MultiFernet(fernets[:1]), MultiFernet(fernets)
        self._count = len(fernets)

    def __repr__(self) -> str:
        return f"<Vault of {self._count} keys>"

    def seal(self, text: str) -> str:
        """The text, unreadable without a key; another one each time."""
        return self._first.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """The text that was sealed; ConfigError when no key opens it."""
        from cryptography.fernet import InvalidToken

        try:
            return self._all.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise ConfigError(
                "BRIEFBOT_SECRET_KEY: none of its keys opens what is stored. "
                "Add the former key after the present one, divided by a comma"
            ) from None

    def renew(self, sealed: str) -> str:
        """The same text under the first key; ConfigError when no key opens it."""
        return self.seal(self.open(sealed))

    def is_current(self, sealed: str) -> bool:
        """Whether the first key opens it, so that the others are not needed for it."""
        from cryptography.fernet import InvalidToken

        try:
            self._first.decrypt(sealed.encode())
        except InvalidToken:
            return False
        return True


def split_keys(text: str) -> tuple[str, ...]:
    """The keys of the setting, first the one that seals."""
    return tuple(key.strip() for key in text.split(",") if key.strip())


def problem_with(key: str) -> str:
    """Why this is no key, in words that do not show it; empty when it is one."""
    if len(key) < MIN_LENGTH:
        return f"each key needs {MIN_LENGTH} characters or more; make one with: openssl rand -hex 32"
    if len(set(key)) < _MIN_DISTINCT:
        return "a key repeats too few characters; make one with: openssl rand -hex 32"
    return ""


def _fernet_key(key: str) -> bytes:
    """A Fernet key as it is; of anything else one that takes long to guess."""
    try:
        if len(key) == 44 and len(base64.urlsafe_b64decode(key)) == 32:
            return key.encode()
    except (binascii.Error, ValueError):
        pass
    return base64.urlsafe_b64encode(hashlib.scrypt(key.encode(), salt=_SALT, n=2**14, r=8, p=1, dklen=32))
