"""OPML and lists of feeds: what is read can be followed or is refused by name, and what is written is read back."""

from __future__ import annotations

from typing import Final
from xml.etree import ElementTree

from bot.commands.import_sources import URL_LIMIT, _address
from bot.commands.opml import FEEDS_LIMIT, TITLE_LIMIT, Listed, is_web_page, read_feeds, write_feeds
from bot.errors import UsageError
from bot.ingest.charset import decode
from bot.text.urls import canonical, is_web_address, normal_feed_url
from fuzz.target import Target

_TITLE: Final = 'Feeds of "us" & <them>'


class OpmlTarget(Target):
    name = "opml"
    traced = ("bot/commands/opml.py", "bot/ingest/charset.py", "bot/text/urls.py")
    limit = 60_000
    seconds = 0.5
    seconds_per_kb = 0.02

    def check(self, data: bytes) -> str:
        text = decode(data)
        listed = read_feeds(text)
        assert read_feeds(text) == listed, "read twice, it says two things"
        assert len(listed) <= FEEDS_LIMIT
        lines = text.count("\n") + text.count("\r") + len(text.splitlines()) + 1
        assert [one.line for one in listed] == sorted(one.line for one in listed)
        assert not (is_web_page(text) and listed), "a page and a list"
        taken: dict[str, str] = {}
        reasons = set()
        for one in listed:
            assert 1 <= one.line <= lines, f"line {one.line} of {lines}"
            url, reason = _check_entry(one)
            reasons.add(reason)
            if url:
                taken.setdefault(url, one.title)
        _check_written([(title, url) for url, title in taken.items()])
        return f"{min(len(listed), 3)} {len(taken) > 0} {sorted(reasons)}"


def _check_entry(one: Listed) -> tuple[str, str]:
    """The address that would be followed, and why there is none."""
    assert one.url or one.problem
    assert len(one.title) <= TITLE_LIMIT
    assert one.title == " ".join(one.title.split())
    assert one.url == " ".join(one.url.split())
    url, reason = _address(one)
    assert bool(url) != bool(reason)
    if url:
        assert len(one.url) <= URL_LIMIT
        assert is_web_address(url), f"no address: {url!r}"
        url.encode("utf-8")
        assert "\0" not in url
        again = normal_feed_url(url)
        assert again == url, f"{one.url!r} is {url!r}, then {again!r}"
        assert canonical(url), url
    else:
        _check_refused(one.url)
    return url, reason


def _check_refused(url: str) -> None:
    """An address that is refused is told from a right one."""
    try:
        normal_feed_url(url)
    except UsageError as error:
        _check_helps(error)


def _check_helps(error: UsageError) -> None:
    assert error.allowed
    assert normal_feed_url(error.example) == error.example


def _check_written(feeds: list[tuple[str, str]]) -> None:
    """An export is XML, says what it was given, and an import of it changes nothing."""
    written = write_feeds(_TITLE, feeds)
    tree = ElementTree.fromstring(written.encode("utf-8"))  # noqa: S314 - we wrote it
    assert [outline.get("xmlUrl") for outline in tree.iter("outline")] == [url for _, url in feeds]
    again = read_feeds(written)
    assert [one.url for one in again] == [url for _, url in feeds], "an address changed on its way out and in"
    assert not any(one.problem for one in again)
    second = write_feeds(_TITLE, [(one.title, one.url) for one in again])
    assert write_feeds(_TITLE, [(one.title, one.url) for one in read_feeds(second)]) == second
