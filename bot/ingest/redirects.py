"""The way of one fetch from address to address, and what of it is worth remembering."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from yarl import URL

from bot.errors import FetchError
from bot.saying import marked
from bot.text.urls import absolute, is_web_address

MAX_REDIRECTS: Final = 10
PERMANENT: Final = (301, 308)
REDIRECTS: Final = (*PERMANENT, 302, 303, 307)
_OTHER: Final = """
    7 11 13 15 17 19 20 21 22 23 25 37 42 43 53 69 77 79 87 95 101 102 103 104 109 110 111 113 115 117 119 123 135
    137 139 143 161 179 389 427 465 512 513 514 515 526 530 531 532 540 548 554 556 563 587 601 636 989 990 993 995 1719
    1720 1723 2049 3306 3389 3659 4045 4190 5060 5061 5432 6000 6379 6566 6665 6666 6667 6668 6669 6679 6697 10080 11211
    27017
"""
_OTHER_SERVICES: Final = frozenset(map(int, _OTHER.split()))
"""Ports where no web server is: those that browsers refuse, and databases. Nobody shall knock there through us."""


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
        _refuse_other_services(url)
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
        _refuse_other_services(target)
        if target in self._seen:
            raise FetchError(marked("it redirects in a circle"))
        if len(self._seen) > MAX_REDIRECTS:
            raise FetchError(marked("it redirects more than {n} times").format(n=MAX_REDIRECTS))
        self._seen.append(target)
        self._is_permanent = self._is_permanent and step.is_permanent
        if self._is_permanent:
            self.permanent_url = target
        self.url = target


def _refuse_other_services(url: str) -> None:
    if (port := urlsplit(url).port) in _OTHER_SERVICES:
        raise FetchError(marked("port {port} is none of a web server").format(port=port))
