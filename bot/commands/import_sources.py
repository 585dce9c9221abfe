"""Following the feeds of a file: each entry is judged by itself, and the report says what became of each line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.commands.admin_sources import FOLLOWED_LIMIT
from bot.commands.context import Context, FeedReader, Reply
from bot.commands.opml import FEEDS_LIMIT, Listed, is_web_page, read_feeds
from bot.documents.build import notice
from bot.documents.nodes import Block, Bullets, Heading, Note, Text
from bot.errors import UsageError
from bot.saying import say, say_count
from bot.store.sources import Feeds
from bot.text.urls import normal_feed_url, without_login

URL_LIMIT: Final = 2000
_SHOWN: Final = 10
_OTHER_SCHEME: Final = re.compile(r"(?!https?:|feed:)[a-z][a-z0-9+.-]*:(?!\d)", re.IGNORECASE)
_USER: Final = re.compile(r"//[^/\s]*@")
_EXAMPLE: Final = "/brief-admin source import https://example.org/feed.xml https://example.com/rss"


class Outcome(StrEnum):
    FOLLOWED = "followed"
    KNOWN = "known"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A line of the file on its way; `url` as we would poll it, `reason` why it is not new or not taken."""

    listed: Listed
    outcome: Outcome = Outcome.FOLLOWED
    url: str = ""
    reason: str = ""


async def import_all(context: Context) -> Reply:
    text = context.arguments.need("file", str)
    listed = read_feeds(text)
    if not listed:
        problem = say("file is a web page and names no feeds") if is_web_page(text) else say("file names no feeds")
        allowed = say("an OPML file, or addresses of feeds divided by spaces or lines")
        raise UsageError(problem, allowed=allowed, example=_EXAMPLE)
    followed = await context.store.sources.followed(context.workspace.id)
    known = {url for source in followed for url in (source.url, source.fetch_url)}
    judge = _Judge(context.feeds, known, FOLLOWED_LIMIT - len(followed))
    entries = [judge.entry(one) for one in listed]
    titles = {entry.url: entry.listed.title for entry in entries if entry.outcome is Outcome.FOLLOWED}
    if titles:
        feeds = Feeds(workspace=context.workspace.id, titles=titles, most=FOLLOWED_LIMIT)
        await context.store.sources.follow_all(feeds, now=context.now)
    return _report(entries)


# ── what becomes of each ──────────────────────────────────────────────────────────────────────────────────────────────


class _Judge:
    """Decides of one entry after the other."""

    def __init__(self, feeds: FeedReader | None, known: set[str], room: int) -> None:
        self._feeds, self._known, self._room = feeds, known, room
        self._lines: dict[str, int] = {}

    def entry(self, listed: Listed) -> Entry:
        url, problem = _address(listed)
        problem = problem or (self._feeds.refusal(url) if self._feeds else "")
        if problem:
            return Entry(listed=listed, outcome=Outcome.REFUSED, reason=problem)
        if reason := self._known_by(url):
            return Entry(listed=listed, outcome=Outcome.KNOWN, url=url, reason=reason)
        if not self._room:
            reason = say("no more than {most} sources can be followed here", most=FOLLOWED_LIMIT)
            return Entry(listed=listed, outcome=Outcome.REFUSED, url=url, reason=reason)
        self._room -= 1
        self._lines[url] = listed.line
        return Entry(listed=listed, url=url)

    def _known_by(self, url: str) -> str:
        if url in self._known:
            return say("followed here already")
        line = self._lines.get(url)
        return say("it stands in line {line} already", line=line) if line else ""


def _address(listed: Listed) -> tuple[str, str]:
    """The address as we would poll it, or what is wrong with it."""
    if listed.problem:
        return "", listed.problem
    if len(listed.url) > URL_LIMIT:
        return "", say("its address is longer than {most} characters", most=URL_LIMIT)
    try:
        return normal_feed_url(listed.url), ""
    except UsageError:
        is_other = _OTHER_SCHEME.match(listed.url) is not None
        return "", say("its address is not http or https") if is_other else say("that is no address of a feed")


# ── saying it ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _report(entries: Sequence[Entry]) -> Reply:
    parts = {outcome: [entry for entry in entries if entry.outcome is outcome] for outcome in Outcome}
    title = say(
        "{followed} followed now, {known} known already, {refused} refused",
        followed=len(parts[Outcome.FOLLOWED]),
        known=len(parts[Outcome.KNOWN]),
        refused=len(parts[Outcome.REFUSED]),
    )
    headings = {
        Outcome.REFUSED: say("Refused"),
        Outcome.FOLLOWED: say("Followed now"),
        Outcome.KNOWN: say("Known already"),
    }
    blocks = [block for outcome, heading in headings.items() for block in _named(heading, parts[outcome])]
    if len(entries) >= FEEDS_LIMIT:
        words = say_count(
            "Only the first entry was read; import the rest in another file.",
            "Only the first {n} entries were read; import the rest in another file.",
            FEEDS_LIMIT,
        )
        blocks.append(Note((Text(words),)))
    if all(len(part) <= _SHOWN for part in parts.values()):
        return Reply(document=notice(title, *blocks))
    blocks.append(Note((Text(say("The file beside this says what became of each line.")),)))
    return Reply(document=notice(title, *blocks), files=(("import-report.txt", _file(title, entries)),))


def _named(heading: str, entries: Sequence[Entry]) -> list[Block]:
    if not entries:
        return []
    items = [(Text(_line(entry)),) for entry in entries[:_SHOWN]]
    if len(entries) > _SHOWN:
        items.append((Text(say("and {n} more", n=len(entries) - _SHOWN)),))
    return [Heading(heading), Bullets(tuple(items))]


def _line(entry: Entry) -> str:
    parts = {"line": entry.listed.line, "name": _name(entry), "reason": entry.reason}
    if entry.reason:
        return say("Line {line}: {name}: {reason}", **parts)
    return say("Line {line}: {name}", line=parts["line"], name=parts["name"])


def _name(entry: Entry) -> str:
    # What could not be read as an address may hold a password all the same (law 9).
    address = without_login(entry.url) if entry.url else _USER.sub("//", entry.listed.url)[:200]
    title = entry.listed.title
    return f"{title} <{address}>" if title and address else title or address or "?"


def _file(title: str, entries: Sequence[Entry]) -> str:
    words = {Outcome.FOLLOWED: say("followed"), Outcome.KNOWN: say("known"), Outcome.REFUSED: say("refused")}
    lines = [
        f"{entry.listed.line}\t{words[entry.outcome]}\t{_name(entry)}\t{entry.reason}".rstrip() for entry in entries
    ]
    return "\n".join((title, "", *lines, ""))
