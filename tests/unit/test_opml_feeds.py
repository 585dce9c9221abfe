"""OPML as people have it: mostly not well-formed."""

from __future__ import annotations

from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from bot.commands.opml import FEEDS_LIMIT, Listed, read_feeds, write_feeds

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


def test_feeds_are_read_when_file_is_a_plain_list() -> None:
    text = "# my feeds\nhttps://a.example/rss, https://b.example/rss\n\nc.example/feed\n"
    assert [(feed.line, feed.url) for feed in read_feeds(text)] == [
        (2, "https://a.example/rss"),
        (2, "https://b.example/rss"),
        (4, "c.example/feed"),
    ]


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
