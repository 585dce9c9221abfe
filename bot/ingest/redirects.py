"""The way of one fetch from address to address, and what of it is worth remembering."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from yarl import URL

from bot.errors import FetchError
from bot.ingest.urls import absolute, is_web_address
from bot.saying import marked

MAX_REDIRECTS: Final = 10
PERMANENT: Final = (301, 308)
REDIRECTS: Final = (*PERMANENT, 302, 303, 307)


@dataclass(frozen=True, slots=True)
class Redirect:
    """Where an answer sends us."""

    target: str
    is_permanent: bool


class Trail:
    """The addresses of one fetch, from the first to the present one."""

    def __init__(self, url: str) -> None:
        if not is_web_address(url):
            # What stands before an @ may be a password.
            words = marked("'{url}' is no http or https address")
            raise FetchError(words.format(url=url.rpartition("@")[2][:200]))
        self.url = url
        self.permanent_url = ""
        """Where the permanent redirects at the beginning of the way led; empty without any."""
        self._is_permanent = True
        self._seen = [url]

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def request_url(self) -> URL:
        """The present address as it goes on the wire, its own escapes left alone."""
        return URL(self.url, encoded="%" in self.url and self.url.isascii())

    def follow(self, step: Redirect) -> None:
        """Goes on to where a redirect leads; FetchError when that is nowhere."""
        target = absolute(step.target, self.url).partition("#")[0]
        if not target:
            raise FetchError(marked("it redirects to something that is no http or https address"))
        if target in self._seen:
            raise FetchError(marked("it redirects in a circle"))
        if len(self._seen) > MAX_REDIRECTS:
            raise FetchError(marked("it redirects more than {n} times").format(n=MAX_REDIRECTS))
        self._seen.append(target)
        self._is_permanent = self._is_permanent and step.is_permanent
        if self._is_permanent:
            self.permanent_url = target
        self.url = target
