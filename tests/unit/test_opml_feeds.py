"""OPML as people have it: mostly not well-formed."""

from __future__ import annotations

import io
import time
import zipfile
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.opml import FEEDS_LIMIT, Listed, read_feeds, write_feeds
from bot.ingest.charset import decode

BROKEN = """<?xml version="1.0"?>
<opml version="1.0"><head><title>Mine & yours</head>
<body>
  <outline text="News">
    <outline text="Harbour &amp; Co" type="rss" xmlUrl="https://a.example/feed?x=1&copy=2&amp;y=3"/>
    <!-- <outline xmlUrl="https://hidden.example/"/> -->
    <OUTLINE TITLE='Second' XMLURL='https://b.example/rss' htmlUrl="https://b.example/">
    <outline text="No quotes" xmlUrl=https://c.example/rss
    <outline text="unclosed quote xmlUrl="https://d.example/rss" />
    <outline text="caf&eacute;" type="rss" url="https://e.example/rss"/>
    <outline text="a page" type="link" url="https://f.example/"/>
</body>
"""


def test_feeds_are_recovered_when_opml_is_not_well_formed() -> None:
    assert read_feeds(BROKEN) == [
        Listed(line=5, url="https://a.example/feed?x=1&copy=2&y=3", title="Harbour & Co"),
        Listed(line=7, url="https://b.example/rss", title="Second"),
        Listed(line=8, url="https://c.example/rss", title="No quotes"),
        Listed(line=9, url="https://d.example/rss"),
        Listed(line=10, url="https://e.example/rss", title="café"),
    ]


def test_what_real_files_get_wrong_is_forgiven() -> None:
    text = (
        "\ufeff<OPML><outline TITLE='a < b' XMLURL='https://a.example/'/>\x0c\n"
        '<outline type="RSS" text="nothing"/>\n'
        '<!-- never closed <outline type="rss" xmlUrl=" https://b.example/ " text="B">\n'
        '<outlines xmlUrl="https://none.example/"/><outline text="cut" xmlUrl="https://c.exam'
    )
    assert read_feeds(text) == [
        Listed(line=1, url="https://a.example/", title="a < b"),
        Listed(line=2, url="", title="nothing", problem="it has no address"),
        Listed(line=3, url="https://b.example/", title="B"),
        Listed(line=4, url="https://c.exam", problem="the file ends within it"),
    ]


@pytest.mark.parametrize(
    ("raw", "title"),
    [
        (
            '<?xml version="1.0" encoding="UTF-8"?><outline text="café" xmlUrl="https://a.example/"/>'.encode("cp1252"),
            "café",
        ),
        ('<outline text="한국 뉴스입니다" xmlUrl="https://a.example/"/>'.encode("utf-16"), "한국 뉴스입니다"),
        ('<?xml version="1.0" encoding="euc-kr"?><outline text="한국" xmlUrl="https://a.example/"/>'.encode(), "한국"),
    ],
)
def test_encoding_is_told_from_the_bytes(raw: bytes, title: str) -> None:
    assert read_feeds(decode(raw)) == [Listed(line=1, url="https://a.example/", title=title)]


@pytest.mark.parametrize(
    "evil",
    [
        "<outline " + 'a="' * 300_000,
        "<!--" * 400_000,
        "<outline xmlurl" + " " * 1_500_000,
        "<outline " * 150_000,
        "<outline x" + "='" * 700_000,
        ("<outline " + "a " * 9_000) * 80,
    ],
)
def test_reading_takes_little_time_whatever_is_in_the_file(evil: str) -> None:
    began = time.thread_time()
    read_feeds(evil)
    assert time.thread_time() - began < 4


# What may stand between two outlines: broken ones, folders, and noise that opens nothing which it does not close.
_NOISE = st.sampled_from(
    [
        "<outline text='folder'>",
        "</outline>",
        "<outline text=a & b < c>",
        '<outline text="quote never closed>',
        "<outline text='other quote never closed>",
        "<outline",
        "<!-- open",
        "&nbsp;&bogus; & < ",
        "<body>",
        "\x00\x0c",
        "<outline type=rss>",
        "]]>",
    ]
)


@given(st.lists(st.one_of(_NOISE, st.integers(0, 999)), max_size=30))
def test_no_well_formed_outline_is_lost_among_broken_ones(parts: list[str | int]) -> None:
    wanted = [f"https://a.example/{part}?b=1&c=2" for part in parts if isinstance(part, int)]
    lines = [
        f'<outline type="rss" text="T{part}" xmlUrl="https://a.example/{part}?b=1&amp;c=2"/>'
        if isinstance(part, int)
        else part
        for part in parts
    ]
    found = [feed for feed in read_feeds("<opml>\n" + "\n".join(lines) + "\n</opml>") if feed.url]
    assert [feed.url for feed in found if not feed.problem] == wanted
    numbers = [number for number, part in enumerate(parts, start=2) if isinstance(part, int)]
    assert [feed.line for feed in found if not feed.problem] == numbers


def test_feeds_are_read_when_file_is_a_plain_list() -> None:
    text = "# my feeds\nhttps://a.example/rss, https://b.example/rss\n\nc.example/feed\n"
    assert [(feed.line, feed.url) for feed in read_feeds(text)] == [
        (2, "https://a.example/rss"),
        (2, "https://b.example/rss"),
        (4, "c.example/feed"),
    ]


def test_nothing_is_read_of_a_zip_and_depth_costs_nothing() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("feeds.opml", "<opml>" + '<outline xmlUrl="https://a.example/"/>' * 100_000)
    assert [feed for feed in read_feeds(decode(packed.getvalue())) if feed.url.startswith("http")] == []
    deep = "<opml>" + "<outline text='x'>" * 50_000 + '<outline xmlUrl="https://a.example/"/>' + "</outline>" * 50_000
    began = time.thread_time()
    assert [feed.url for feed in read_feeds(deep)] == ["https://a.example/"]
    assert time.thread_time() - began < 4


def test_nothing_is_read_when_file_is_html_without_outlines() -> None:
    assert read_feeds("<html>\n<body>\n<p>\n") == []


def test_feeds_are_capped_when_file_is_endless() -> None:
    text = "".join(f'<outline xmlUrl="https://a.example/{number}"/>\n' for number in range(FEEDS_LIMIT * 3))
    assert len(read_feeds(text)) == FEEDS_LIMIT


def test_entities_are_left_alone_when_file_is_a_bomb() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><outline text="&b;" xmlUrl="https://a.example/&b;"/>'
    assert read_feeds(bomb) == [Listed(line=1, url="https://a.example/&b;", title="&b;")]


def test_written_feeds_are_read_back_when_titles_are_hostile() -> None:
    feeds = [('A "quoted" <title> & more\x00\ufffe', "https://a.example/?a=1&b='2'"), ("", "https://b.example/")]
    text = write_feeds("Mine <&>", feeds)
    tree = ElementTree.fromstring(text.encode())
    assert [outline.get("xmlUrl") for outline in tree.iter("outline")] == [url for _, url in feeds]
    assert [feed.url for feed in read_feeds(text)] == [url for _, url in feeds]
    assert [outline.get("text") for outline in tree.iter("outline")] == [
        'A "quoted" <title> & more',
        "https://b.example/",
    ]


@given(st.text(max_size=200), st.text(alphabet="<outline xmlUrl='\"=&;>\n/", max_size=120))
def test_read_and_write_never_fail_when_text_is_hostile(title: str, text: str) -> None:
    read_feeds(f"<outline {text}")
    ElementTree.fromstring(write_feeds(title, [(title, text)]).encode("utf-8", "surrogatepass"))
