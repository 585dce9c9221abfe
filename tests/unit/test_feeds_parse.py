"""Feeds of every format become drafts; what is no feed becomes a reason."""

from __future__ import annotations

import gzip
import json
import time
from datetime import UTC, datetime

import pytest

from bot.errors import FeedError
from bot.ingest.entry import ENTRY_LIMIT, publisher_of
from bot.ingest.feeds import parse_feed
from bot.ingest.parsed import ParsedFeed
from bot.models import Draft

URL = "https://paper.example/rss/feed.xml"


def rss(*items: str, channel: str = "<title>The Paper</title><link>https://paper.example/</link>") -> str:
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{channel}{"".join(items)}</channel></rss>'


def parse(text: str | bytes, **how: str) -> ParsedFeed:
    return parse_feed(text if isinstance(text, bytes) else text.encode(), **({"url": URL} | how))


def only(text: str | bytes, **how: str) -> Draft:
    [draft] = parse(text, **how).drafts
    return draft


RSS_2 = rss(
    "<item><title>Bridge opens</title><link>/bridge</link><guid isPermaLink='false'>tag:b1</guid>"
    "<author>A. Reporter</author><pubDate>Sat, 30 Jul 2022 14:05:00 +0900</pubDate>"
    "<description>It opened &lt;b&gt;today&lt;/b&gt;.</description></item>",
    channel="<title>The Paper - World</title><link>https://paper.example/</link><language>en-GB</language><ttl>30</ttl>",
)
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en-GB" xml:base="https://paper.example/">
<title>The Paper</title><link href="https://paper.example/"/><entry><id>tag:b1</id>
<title type="html">Bridge opens</title>
<link rel="self" href="x"/><link rel="alternate" href="bridge"/><published>2022-07-30T14:05:00+09:00</published>
<author><name>A. Reporter</name></author>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">It opened <b>today</b>.</div></content>
</entry></feed>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>The Paper</title>
<link>https://paper.example/</link><dc:language>en</dc:language></channel>
<item rdf:about="tag:b1"><title>Bridge opens</title><link>https://paper.example/bridge</link>
<dc:creator>A. Reporter</dc:creator>
<description>It opened today.</description><dc:date>2022-07-30T14:05:00+09:00</dc:date></item></rdf:RDF>"""
JSON = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "The Paper",
        "home_page_url": "https://paper.example/",
        "language": "en",
        "items": [
            {
                "id": "tag:b1",
                "url": "/bridge",
                "title": "Bridge opens",
                "content_html": "<p>It opened <b>today</b>.</p>",
                "date_published": "2022-07-30T14:05:00+09:00",
                "authors": [{"name": "A. Reporter"}],
            },
            "no item",
        ],
    }
)


@pytest.mark.parametrize("text", [RSS_2, ATOM, RDF, JSON], ids=["rss", "atom", "rdf", "json"])
def test_each_format_gives_the_same_draft(text: str) -> None:
    assert only(text) == Draft(
        url="https://paper.example/bridge",
        title="Bridge opens",
        text="It opened today.",
        publisher="The Paper",
        language="en",
        published_at=datetime(2022, 7, 30, 5, 5, tzinfo=UTC),
        entry_id="tag:b1",
        author="A. Reporter",
    )


def test_the_feed_says_what_it_is() -> None:
    feed = parse(RSS_2)
    assert (feed.title, feed.publisher, feed.language, feed.ttl_s) == ("The Paper - World", "The Paper", "en", 1800)


def test_an_update_period_is_a_time_to_live() -> None:
    namespace = 'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
    period = "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>"
    assert parse(rss(channel=f"<title>x</title>{period}").replace("<rss", f"<rss {namespace}")).ttl_s == 43_200


@pytest.mark.parametrize(
    ("item", "url"),
    [
        ("<guid>https://paper.example/a</guid>", "https://paper.example/a"),
        ("<guid isPermaLink='false'>https://paper.example/a</guid>", "https://paper.example/a"),
        ("<guid isPermaLink='false'>a</guid>", ""),
        ("<link>javascript:alert(1)</link>", ""),
        (
            "<link>https://proxy.example/1</link><f:origLink>https://paper.example/a</f:origLink>",
            "https://paper.example/a",
        ),
        ("<link>https://paper.example/a?b=1&amp;c=2</link>", "https://paper.example/a?b=1&c=2"),
        ("<link>https://paper.example/a?b=1&c=2</link>", "https://paper.example/a?b=1&c=2"),
    ],
)
def test_an_entry_leads_where_its_publisher_meant(item: str, url: str) -> None:
    text = rss(f"<item><title>T</title>{item}</item>").replace(
        "<rss", '<rss xmlns:f="http://rssnamespace.org/feedburner/ext/1.0"'
    )
    assert only(text).url == url


def test_an_entry_without_a_title_is_named_by_its_first_sentence() -> None:
    draft = only(rss("<item><description>Rain fell. Then it stopped.</description></item>"))
    assert (draft.title, draft.text) == ("Rain fell.", "Rain fell. Then it stopped.")


def test_an_entry_with_nothing_to_show_is_left_out() -> None:
    assert parse(rss("<item><link>https://paper.example/x</link></item>")).drafts == ()


def test_the_longer_text_is_taken() -> None:
    content = "<c:encoded><![CDATA[<p>Long one.</p><p>And more.</p>]]></c:encoded>"
    item = f"<item><title>T</title><description>Short.</description>{content}</item>"
    text = rss(item).replace("<rss", '<rss xmlns:c="http://purl.org/rss/1.0/modules/content/"')
    assert only(text).text == "Long one.\nAnd more."


def test_an_aggregators_entry_names_its_own_publisher() -> None:
    draft = only(
        rss("<item><title>Rain fell - Daily News</title><source url='https://d.example'>Daily News</source></item>")
    )
    assert (draft.title, draft.publisher) == ("Rain fell", "Daily News")


@pytest.mark.parametrize(
    ("title", "url", "publisher"),
    [
        ("The Paper - RSS", "https://paper.example/", "The Paper"),
        ("The Paper » Feed", "https://paper.example/", "The Paper"),
        ("BBC News - World", "https://www.bbc.co.uk/news", "BBC News"),
        ("World - CBSNews.com", "https://www.cbsnews.com/", "CBSNews.com"),
        ("조선일보 - 문화/라이프", "https://news.example/", "조선일보"),
        ("Top Stories", "https://www.abc.example/", "abc.example"),
        ("", "https://www.abc.example/", "abc.example"),
        ("Web • Tech • Audio", "https://blog.example/", "Web • Tech • Audio"),
    ],
)
def test_a_publisher_has_the_name_that_readers_know(title: str, url: str, publisher: str) -> None:
    assert publisher_of(title, url) == publisher


KOREAN = rss("<item><title>도쿄전력 방류 계획을 발표했다</title></item>", channel="<title>신문</title>")
JAPANESE = rss("<item><title>東京電力が計画を発表しました</title></item>", channel="<title>新聞</title>")


@pytest.mark.parametrize(
    ("text", "charset", "said"),
    [
        (KOREAN, "euc-kr", ""),
        (KOREAN, "euc-kr", "utf-8"),
        (KOREAN, "euc-kr", "iso-8859-1"),
        (KOREAN, "utf-8", "euc-kr"),
        (KOREAN, "utf-16", ""),
        (JAPANESE, "shift_jis", ""),
        (JAPANESE, "euc-jp", ""),
        (JAPANESE, "iso-2022-jp", "iso-2022-jp"),
    ],
)
def test_a_charset_is_found_whatever_is_said_of_it(text: str, charset: str, said: str) -> None:
    draft = only(text.encode(charset), charset=said)
    assert draft.title in text
    assert draft.language == ("ko" if text is KOREAN else "ja")


def test_latin_1_that_claims_to_be_utf_8_is_read_as_what_it_is() -> None:
    text = rss("<item><title>Café für über 100 Gäste</title></item>").replace('1.0"?', '1.0" encoding="utf-8"?')
    assert only(text.encode("latin-1")).title == "Café für über 100 Gäste"


def test_one_stray_byte_does_not_turn_a_feed_into_gibberish() -> None:
    body = rss("<item><title>도쿄전력이 계획을 발표했다 X</title></item>").encode().replace(b"X", b"\xe9")
    assert only(body).title == "도쿄전력이 계획을 발표했다 é"


@pytest.mark.parametrize(
    "broken",
    [
        rss("<item><title>Salt & pepper</title></item>"),
        rss("<item><title>Salt &amp; pepper</title></item>").replace("</channel></rss>", ""),
        rss("<item><title>Salt\x0b &amp; pepper</title></item>"),
        rss("<item><title>Salt &amp; pepper</title><foo:bar/></item>"),
        "\n\ufeff " + rss("<item><title>Salt &amp; pepper</title></item>"),
        "<!-- made by hand -->\n" + rss("<item><title>Salt &amp; pepper</title></item>"),
        rss("<item><title>Salt &amp; pepper</title><description>x</item>"),
        rss("<item><title>Salt &amp; pepper</title></item>").replace("<rss", "<x:rss").replace("</rss", "</x:rss"),
    ],
)
def test_a_malformed_feed_is_read_as_a_lenient_reader_would(broken: str) -> None:
    assert only(broken).title == "Salt & pepper"


def test_elements_with_an_undeclared_prefix_are_read() -> None:
    item = "<rss:item><rss:title>T</rss:title></rss:item>"
    text = f"<rss version=2.0><rss:channel><rss:title>x</rss:title>{item}</rss:channel></rss>"
    assert only(text).title == "T"


def test_a_feed_without_entries_is_a_feed() -> None:
    assert parse(rss()).title == "The Paper"
    assert parse(rss()).drafts == ()


def test_a_feed_that_was_stored_compressed_is_unpacked() -> None:
    assert only(gzip.compress(RSS_2.encode())).title == "Bridge opens"


def test_a_very_long_feed_is_read_up_to_a_limit() -> None:
    drafts = parse(rss(*(f"<item><title>T{n}</title></item>" for n in range(ENTRY_LIMIT + 500)))).drafts
    assert [drafts[0].title, drafts[-1].title, len(drafts)] == ["T0", f"T{ENTRY_LIMIT - 1}", ENTRY_LIMIT]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b" \n", "empty"),
        (b"Not Found", "plain text"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\x89PNG\r\n", "picture"),
        (b"<note><to>x</to></note>", "no feed in it"),
        (b'{"a": 1}', "no list of items"),
        (b'{"items": [{"sku": 1}]}', "not a JSON Feed"),
        (b'{"items": [', "broken or cut short"),
        (b"[" * 100_000, "no feed"),
        (b"<html><body><p>Hello</p></body></html>", "links to no feed"),
    ],
)
def test_what_is_no_feed_has_a_reason(body: bytes, reason: str) -> None:
    with pytest.raises(FeedError, match=reason):
        parse(body)


def test_a_web_page_offers_its_feeds_the_best_first() -> None:
    page = """<!doctype html><html><head><base href="https://paper.example/de/">
    <link rel="alternate" type="application/rss+xml" title="Comments" href="comments/feed">
    <link rel="ALTERNATE" type="application/atom+xml; charset=utf-8" href="atom.xml">
    <link rel="alternate" type="text/html" href="/print"><link rel="alternate" hreflang="fr" href="/fr">
    </head><body><a href="/rss/world.rss">RSS</a> <a href="/about">About</a>
    <a href="javascript:x('/rss')">x</a></body>"""
    with pytest.raises(FeedError, match=r"web page.*https://paper\.example/de/atom\.xml") as caught:
        parse(page, url="https://paper.example/")
    assert caught.value.feeds == (
        "https://paper.example/de/atom.xml",
        "https://paper.example/de/comments/feed",
        "https://paper.example/rss/world.rss",
    )


def test_a_reference_outside_the_feed_is_not_followed() -> None:
    text = '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + rss("<item><title>a &x; b</title></item>")
    assert "root" not in only(text).title


def test_login_of_a_feed_is_in_no_address_of_an_article() -> None:
    """A relative link would carry the password of the feed to every reader; a login of its own deceives."""
    text = rss(
        "<item><title>One</title><link>/a</link></item><item><title>Two</title><link>http://b.org@x.org/</link></item>"
    )
    found = parse(text, url="https://me:secret@paper.example/feed")
    assert [draft.url for draft in found.drafts] == ["https://paper.example/a", "http://x.org/"]


def test_host_that_turns_around_or_hides_letters_is_shown_as_it_is() -> None:
    draft = only(rss("<item><title>A</title><link>https://bank\u202egro.live\u200b.example/a\u2066</link></item>"))
    assert draft.url == "" or draft.url.isascii()
    feed = parse(
        rss("<item><title>A</title></item>", channel="<title>News</title><link>https://a\u202eb.example/</link>")
    )
    assert "\u202e" not in feed.publisher
    assert len(publisher_of("News", f"https://{'a' * 400}.example/")) <= 120


def test_author_of_a_hundred_thousand_letters_takes_no_time() -> None:
    long = "<item><title>A</title><dc:creator>" + "mina" * 25_000 + "</dc:creator></item>"
    text = rss(long).replace("<rss", "<rss xmlns:dc='http://purl.org/dc/elements/1.1/'", 1)
    began = time.process_time()
    assert only(text).author.startswith("mina")
    assert time.process_time() - began < 2.0, "it was looked through for an address at each of its letters"


def test_declaration_that_begins_again_and_again_takes_no_time() -> None:
    text = "<?xml version='1.0' encoding='utf-<feed xmlns='http://www.w3.'" * 800
    began = time.process_time()
    with pytest.raises(FeedError):
        parse_feed(text.encode(), url="https://a.example/feed")
    assert time.process_time() - began < 2.0, "its character set was looked for at the cube of its length"


@pytest.mark.parametrize("filler", ["\n", "\n ", "\n<!ENTITY a", "\n<!DOCTYPE a"])
def test_whatever_stands_before_a_feed_takes_no_time(filler: str) -> None:
    text = '<?xml version="1.0"?>' + filler * (100_000 // len(filler)) + rss("<item><title>A</title></item>")
    began = time.process_time()
    assert only(text).title == "A"
    assert time.process_time() - began < 2.0, "it was looked through at each of its lines"


def test_entities_that_multiply_stay_small() -> None:
    levels = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    text = f'<!DOCTYPE r [<!ENTITY a0 "lol">{levels}]>' + rss("<item><title>&a11;</title></item>")
    assert len(only(text).title) < 100


def test_a_language_is_told_from_the_text_where_the_feed_is_wrong_or_silent() -> None:
    german = "Der Bundestag hat am Donnerstag über den Haushalt abgestimmt und ihn nach langer Debatte angenommen."
    item = f"<item><title>{german}</title></item>"
    assert only(rss(item)).language == "de"
    assert only(rss(item, channel="<title>x</title><language>en-US</language>")).language == "de"
    assert only(rss("<item><title>Ok</title></item>")).language == "und"
    assert (
        only(
            rss("<item><title>도쿄전력 발표</title></item>", channel="<title>x</title><language>en</language>")
        ).language
        == "ko"
    )
    assert (
        only(
            rss("<item><title>安倍首相辞任</title></item>", channel="<title>x</title><language>ja</language>")
        ).language
        == "ja"
    )
