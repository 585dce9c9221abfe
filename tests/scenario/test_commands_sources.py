"""Sources as managers follow and leave them, one by one and from a file."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from bot.cli.reading import _say_poll
from bot.commands.files import read_file
from bot.commands.invoke import Invocation, Person
from bot.config import Settings
from bot.documents.nodes import Actions
from bot.errors import AddressRefused, FeedError, FetchError, UsageError
from bot.health import check
from bot.ingest.pipeline import PollReport
from bot.models import LOCAL_WORKSPACE, ChannelRef, Polled
from tests.managing import FEED, managed_office  # noqa: F401 - a fixture
from tests.office import OTHER, Office


async def test_source_is_added_after_it_was_read(office: Office) -> None:
    text = await office.ask("/brief-admin source add harbour.example/feed")
    assert "Harbour Courier is followed" in text
    assert "1 entry in it" in text
    assert office.feeds.read == [FEED]
    assert (await office.store.sources.find(LOCAL_WORKSPACE, "Harbour Courier")).url == FEED


async def test_source_that_others_follow_is_not_read_again(office: Office) -> None:
    await office.follow("https://theirs.example/feed", workspace=OTHER, title="Theirs")
    assert "Theirs is followed" in await office.ask("/brief-admin source add https://theirs.example/feed")
    assert office.feeds.read == []


async def test_source_is_refused_when_it_is_a_page_and_its_feeds_are_offered(office: Office) -> None:
    page = "https://page.example/"
    links = ("https://page.example/rss", "https://page.example/atom")
    office.feeds.answers = {page: FeedError("it is a web page", feeds=links)}
    reply = await office.reply(f"/brief-admin source add {page}")
    text = await office.ask(f"/brief-admin source add {page}")
    assert f"'{page}' is no feed: it is a web page." in text
    assert "Example: /brief-admin source add https://page.example/rss" in text
    [actions] = [block for block in reply.document.blocks if isinstance(block, Actions)]
    assert [action.command for action in actions.items] == [f"brief-admin source add {url}" for url in links]
    assert len(await office.store.sources.followed(LOCAL_WORKSPACE)) == 1


async def test_source_is_refused_when_it_does_not_answer_but_may_be_followed_all_the_same(office: Office) -> None:
    office.feeds.answers = {"https://down.example/feed": FetchError("the server answered 503")}
    text = await office.ask("/brief-admin source add https://down.example/feed")
    assert "'https://down.example/feed' could not be read, so nothing was added: the server answered 503." in text
    assert len(await office.store.sources.followed(LOCAL_WORKSPACE)) == 1
    assert "check:no" in text
    text = await office.ask("/brief-admin source add https://down.example/feed check:no")
    assert "https://down.example/feed is followed" in text
    assert len(await office.store.sources.followed(LOCAL_WORKSPACE)) == 2


async def test_source_is_refused_when_its_address_is_private(office: Office) -> None:
    office.feeds.answers = {"http://10.0.0.1/feed": AddressRefused("it leads to the private address 10.0.0.1")}
    text = await office.ask("/brief-admin source add http://10.0.0.1/feed")
    assert "'http://10.0.0.1/feed' was refused: it leads to the private address 10.0.0.1." in text
    assert "check:no" not in text
    assert len(await office.store.sources.followed(LOCAL_WORKSPACE)) == 1


@pytest.mark.parametrize("url", ["https://first.example/feed", "first.example/feed"])
async def test_source_is_a_conflict_when_it_is_followed(office: Office, url: str) -> None:
    text = await office.ask(f"/brief-admin source add {url}")
    assert "'https://first.example/feed' is followed here already: First News (src1)." in text
    assert "Allowed: a feed that is not followed yet." in text
    assert "Example: /brief-admin source list" in text
    assert office.feeds.read == []


@pytest.mark.parametrize("url", ["ftp://a.example/feed", "nonsense", "javascript:alert(1)"])
async def test_source_is_refused_when_it_is_no_address(office: Office, url: str) -> None:
    text = await office.ask(f"/brief-admin source add url:{url}")
    assert f"'{url}' is no address of a feed." in text
    assert "Example: https://example.org/feed.xml" in text


async def test_source_is_removed_but_not_the_operators(office: Office) -> None:
    await office.store.sources.add("https://all.example/feed", workspace=None, now=office.clock.now(), title="For all")
    text = await office.ask('/brief-admin source remove "For all"')
    assert "For all is shared by the operator" in text
    assert "Example: /brief-admin operator unshare src2" in text
    # Who may not unshare it is not sent there.
    await office.follow("https://theirs.example/feed", workspace=OTHER)
    assert "Example: /brief-admin source list" in await office.ask("/brief-admin source remove src2", workspace=OTHER)
    assert "First News is followed no more" in await office.ask('/brief-admin source remove "first news"')
    assert [source.title for source in await office.store.sources.followed(LOCAL_WORKSPACE)] == ["For all"]


async def test_password_of_a_source_is_never_shown(office: Office) -> None:
    await office.ask("/brief-admin source add https://mina:s3cret@paid.example/feed check:no")
    lines = (
        *("source list", "status", "export", "source export", "source add https://mina:s3cret@paid.example/feed"),
        *("source remove source:nosuch", "topic add name:News sources:nosuch"),
    )
    for line in lines:
        reply = await office.reply(f"/brief-admin {line}")
        told = await office.ask(f"/brief-admin {line}") + "".join(text for _, text in reply.files)
        assert "s3cret" not in told, line
        assert "mina" not in told, line


async def test_password_of_a_source_is_not_in_what_an_operator_reads(
    office: Office, sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    await office.ask("/brief-admin source add https://mina:s3cret@paid.example/feed check:no")
    source = await office.store.sources.find(LOCAL_WORKSPACE, "https://mina:s3cret@paid.example/feed")
    now = office.clock.now()
    polled = Polled(source_id=source.id, polled_at=now, next_poll_at=now, interval_s=900, error="it answered 503")
    await office.store.sources.settle(polled)
    settings = Settings(database_url=sqlite_url, _env_file=None)  # type: ignore[call-arg]
    told = [finding.says for finding in await check(settings) if finding.area == "sources"]
    for as_json in (False, True):
        for error in ("", "it answered 503"):
            _say_poll(PollReport(source=source, error=error), as_json=as_json)
    told.append(capsys.readouterr().out)
    assert all("paid.example" in one and "s3cret" not in one and "mina" not in one for one in told), told


async def test_import_follows_what_it_can_and_names_the_rest(office: Office) -> None:
    opml = (
        '<opml><body>\n<outline text="Second" xmlUrl="https://second.example/feed?a=1&b=2"/>\n'
        '<outline xmlUrl="https://first.example/feed" text="First again"/>\n<outline xmlUrl="ftp://x.example/"/>\n</opml>'
    )
    text = await office.ask(f"/brief-admin source import {opml}")
    assert "1 followed now, 1 known already, 1 refused" in text
    assert "Line 3: First again <https://first.example/feed>: followed here already" in text
    assert "Line 4: ftp://x.example/: its address is not http or https" in text
    assert (await office.store.sources.find(LOCAL_WORKSPACE, "Second")).url == "https://second.example/feed?a=1&b=2"
    assert office.feeds.read == []


async def test_import_tells_of_each_line_in_a_file_when_there_are_many(office: Office) -> None:
    many = "\n".join(f"https://host{number}.example/feed" for number in range(30))
    odd = (
        "https://host3.example/feed",
        "https://10.0.0.1/feed",
        "https://mina:s3cret@",
        f"https://x.example/{'x' * 2100}",
    )
    lines = "\n".join((many, *odd))
    reply = await office.reply(f"/brief-admin source import {lines}")
    [(name, text)] = reply.files
    rows = [line.split("\t") for line in text.splitlines()[2:]]
    assert name == "import-report.txt"
    assert [row[1] for row in rows] == ["followed"] * 30 + ["known"] + ["refused"] * 3
    assert [row[-1] for row in rows[30:33]] == [
        "it stands in line 4 already",
        "it is private",
        "that is no address of a feed",
    ]
    assert "longer than 2000" in rows[33][-1]
    assert "s3cret" not in text
    assert len(await office.store.sources.followed(LOCAL_WORKSPACE)) == 31
    # All of it again changes nothing.
    again = await office.reply(f"/brief-admin source import {lines}")
    assert "0 followed now, 31 known already, 3 refused" in again.document.title


async def test_import_is_refused_when_file_names_no_feeds(office: Office) -> None:
    text = await office.ask("/brief-admin source import <html></html>")
    assert "File is a web page and names no feeds." in text
    assert "Allowed: an OPML file" in text


async def test_import_reads_a_named_file_only_for_the_operator(office: Office) -> None:
    asked: list[str] = []

    def read(name: str) -> str:
        asked.append(name)
        return "https://second.example/feed"

    person = Person(id="o", name="operator", is_manager=True)
    here = Invocation(
        workspace_id=LOCAL_WORKSPACE, person=person, channel=ChannelRef("console:general"), read_file=read
    )
    await office.commands.run("/brief-admin source import my feeds.opml", here)
    assert asked == ["my feeds.opml"]
    assert len(await office.store.sources.followed(LOCAL_WORKSPACE)) == 2
    assert "1 refused" in await office.ask("/brief-admin source import /etc/passwd")


async def test_export_of_sources_is_an_opml_file(office: Office) -> None:
    [(name, text)] = (await office.reply("/brief-admin source export")).files
    assert name.endswith(".opml")
    [outline] = ElementTree.fromstring(text.encode()).iter("outline")
    assert outline.get("xmlUrl") == "https://first.example/feed"


async def test_sources_that_are_not_named_as_allowed_are_counted(office: Office) -> None:
    for number in range(9):
        await office.follow(f"https://paper{number}.example/feed", title=f"Paper {number}")
    followed = len(await office.store.sources.followed(LOCAL_WORKSPACE))
    assert f" … and {followed - 5} more." in await office.ask("/brief-admin source remove src999")


def test_file_that_is_not_there_is_told_without_the_name_of_a_class(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no file"):
        read_file(str(tmp_path / "zzz.opml"))
    with pytest.raises(UsageError, match="is a folder"):
        read_file(str(tmp_path))
