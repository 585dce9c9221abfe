"""What the fetcher makes of answers: validators, packing, redirects, statuses and headers."""

from __future__ import annotations

import gzip
import zlib

import brotli
import pytest

from bot.errors import FetchError
from tests.feed_server import BODY, FeedServer, Make, http, redirect


async def test_answer_comes_with_its_validators_and_is_asked_for_with_them(
    feed_server: FeedServer, make_fetcher: Make
) -> None:
    modified = "Thu, 15 Jan 2026 09:00:00 GMT"
    feed_server.answers["/feed"] = http(ETag='"v1"', Last_Modified=modified, Cache_Control="public, max-age=600")
    fetched = await make_fetcher().fetch(f"{feed_server.base}/feed")
    assert (fetched.body, fetched.etag, fetched.last_modified) == (BODY, '"v1"', modified)
    assert (fetched.content_type, fetched.charset, fetched.max_age_s) == ("text/xml", "utf-8", 600.0)
    feed_server.feed("/feed", BODY, '"v1"')
    again = await make_fetcher().fetch(f"{feed_server.base}/feed", etag=fetched.etag, last_modified=modified)
    assert (again.is_unchanged, again.body, again.etag) == (True, b"", '"v1"')
    assert f"If-Modified-Since: {modified}" in feed_server.requests[-1]


async def test_unchanged_is_an_error_when_nobody_asked_whether_it_changed(
    feed_server: FeedServer, make_fetcher: Make
) -> None:
    feed_server.answers["/feed"] = http(b"", status="304 Not Modified")
    with pytest.raises(FetchError, match="HTTP 304"):
        await make_fetcher().fetch(f"{feed_server.base}/feed")


async def test_answer_without_any_header_is_taken_as_it_is(feed_server: FeedServer, make_fetcher: Make) -> None:
    feed_server.answers["/feed"] = b"HTTP/1.0 200 OK\r\n\r\n" + BODY
    fetched = await make_fetcher().fetch(f"{feed_server.base}/feed")
    assert (fetched.body, fetched.content_type, fetched.charset, fetched.etag) == (BODY, "", "", "")


@pytest.mark.parametrize("value", ['"\xff\xfe"', '"' + "e" * 600 + '"'], ids=["bytes", "long"])
async def test_validator_that_cannot_be_kept_is_left_out(
    feed_server: FeedServer, make_fetcher: Make, value: str
) -> None:
    feed_server.answers["/feed"] = http(ETag=value)
    fetched = await make_fetcher().fetch(f"{feed_server.base}/feed")
    assert (fetched.body, fetched.etag) == (BODY, "")


async def test_undecodable_headers_leave_nothing_that_cannot_be_stored(
    feed_server: FeedServer, make_fetcher: Make
) -> None:
    feed_server.answers["/feed"] = http(Content_Type="text/\xff; charset=\xfe", Last_Modified="\xfd")
    fetched = await make_fetcher().fetch(f"{feed_server.base}/feed")
    assert (fetched.content_type, fetched.charset, fetched.last_modified) == ("", "", "")


# ── packing ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("packed", "encoding"),
    [
        (gzip.compress(BODY), "gzip"),
        (gzip.compress(BODY), "GZIP, identity"),
        (gzip.compress(BODY), "deflate"),
        (gzip.compress(BODY) + b"\0" * 512, "gzip"),
        (gzip.compress(BODY[:10]) + gzip.compress(BODY[10:]), "x-gzip"),
        (zlib.compress(BODY), "deflate"),
        (zlib.compress(BODY)[2:-4], "deflate"),
        (brotli.compress(BODY), "br"),
        (BODY, "identity"),
        (BODY, "gzip"),
    ],
    ids=["gzip", "list", "misnamed", "padded", "members", "deflate", "raw-deflate", "br", "identity", "plain"],
)
async def test_packed_body_is_unpacked_and_whole(
    feed_server: FeedServer, make_fetcher: Make, packed: bytes, encoding: str
) -> None:
    feed_server.answers["/feed"] = http(packed, Content_Encoding=encoding, ETag='"1"')
    fetched = await make_fetcher().fetch(f"{feed_server.base}/feed")
    assert (fetched.body, fetched.etag) == (BODY, '"1"')


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress, brotli.compress], ids=["gzip", "deflate", "br"])
async def test_packed_body_that_breaks_off_is_shown_and_asked_for_again(
    feed_server: FeedServer, make_fetcher: Make, pack: object
) -> None:
    encoding = {gzip.compress: "gzip", zlib.compress: "deflate", brotli.compress: "br"}[pack]
    text = b"".join(b"<item>%d</item>" % (number * 7919) for number in range(20_000))
    packed: bytes = pack(text)  # type: ignore[operator]
    feed_server.answers["/feed"] = http(packed[: len(packed) // 2], Content_Encoding=encoding, ETag='"1"')
    fetched = await make_fetcher().fetch(f"{feed_server.base}/feed")
    assert text.startswith(fetched.body[:1000])
    assert 1000 < len(fetched.body) < len(text)
    assert fetched.etag == ""


# ── redirects ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_only_permanent_redirects_are_remembered_as_far_as_they_go(
    feed_server: FeedServer, make_fetcher: Make
) -> None:
    base, fetcher = feed_server.base, make_fetcher()
    feed_server.answers |= {
        "/old": redirect("/moved", "301 Moved Permanently"),
        "/moved": redirect("/today", "302 Found"),
        "/was": redirect("/today", "308 Permanent Redirect"),
        "/for-now": redirect("/was", "307 Temporary Redirect"),
        "/today": http(),
    }
    found = {path: await fetcher.fetch(base + path) for path in ("/old", "/moved", "/was", "/for-now", "/today")}
    assert {fetched.url for fetched in found.values()} == {f"{base}/today"}
    remembered = {path: fetched.permanent_url.removeprefix(base) for path, fetched in found.items()}
    assert remembered == {"/old": "/moved", "/moved": "", "/was": "/today", "/for-now": "", "/today": ""}


async def test_permanent_redirect_is_remembered_when_nothing_changed(
    feed_server: FeedServer, make_fetcher: Make
) -> None:
    feed_server.answers["/old"] = redirect("/new", "301 Moved Permanently")
    feed_server.feed("/new", BODY, '"1"')
    fetched = await make_fetcher().fetch(f"{feed_server.base}/old", etag='"1"')
    assert (fetched.is_unchanged, fetched.permanent_url) == (True, f"{feed_server.base}/new")


@pytest.mark.parametrize(
    ("target", "asked"),
    [
        ("/a b|c", "/a%20b%7Cc"),
        (" /trimmed ", "/trimmed"),
        ("/list?page=2#top", "/list?page=2"),
        ("caf\xc3\xa9", "/caf%C3%A9"),
    ],
)
async def test_sloppy_redirect_is_followed_as_browsers_do(
    feed_server: FeedServer, make_fetcher: Make, target: str, asked: str
) -> None:
    feed_server.answers |= {"/start": redirect(target), asked.partition("?")[0]: http()}
    await make_fetcher().fetch(f"{feed_server.base}/start")
    assert feed_server.requests[-1].startswith(f"GET {asked} HTTP/1.1")


async def test_redirects_end_after_ten(feed_server: FeedServer, make_fetcher: Make) -> None:
    for number in range(20):
        feed_server.answers[f"/{number}"] = redirect(f"/{number + 1}")
    with pytest.raises(FetchError, match="more than 10 times"):
        await make_fetcher().fetch(f"{feed_server.base}/0")
    assert len(feed_server.requests) == 11


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("file:///etc/passwd", "no http or https address"),
        ("data:text/xml,x", "no http or https address"),
        ("http://[::1", "no http or https address"),
        ("/feed", "in a circle"),
        ("/feed#again", "in a circle"),
    ],
)
async def test_redirect_to_nowhere_is_refused(
    feed_server: FeedServer, make_fetcher: Make, target: str, words: str
) -> None:
    feed_server.answers["/feed"] = redirect(target)
    with pytest.raises(FetchError, match=words):
        await make_fetcher().fetch(f"{feed_server.base}/feed")
    assert len(feed_server.requests) == 1


async def test_password_goes_to_its_own_host_only_and_cookies_nowhere(
    feed_server: FeedServer, make_fetcher: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    elsewhere = f"http://localhost:{feed_server.port}/end"
    feed_server.answers |= {
        "/feed": http(b"", status="302 Found", Location="/here", Set_Cookie="a=b"),
        "/here": redirect(elsewhere),
        "/end": http(),
    }
    await make_fetcher(allow="127.0.0.0/8").fetch(f"http://me:hunter2@127.0.0.1:{feed_server.port}/feed")
    first, second, third = feed_server.requests
    assert "Authorization: Basic" in first
    assert "Authorization: Basic" in second
    assert "Authorization" not in third
    assert "Cookie" not in second + third


@pytest.mark.parametrize("url", ["ftp://me:hunter2@example.org/", "http://me:hunter2@exa mple.org/", "", "feed.xml"])
async def test_what_is_no_web_address_is_refused_without_its_password(make_fetcher: Make, url: str) -> None:
    with pytest.raises(FetchError, match="no http or https address") as caught:
        await make_fetcher().fetch(url)
    assert "hunter2" not in str(caught.value)


# ── statuses ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("401 Unauthorized", "password"),
        ("403 Forbidden", "refuses us"),
        ("404 Not Found", "not there"),
        ("418 Teapot", "no feed"),
        ("500 Oops", "in trouble"),
        ("204 No Content", "no feed"),
        ("302 Found", "no feed"),
    ],
)
async def test_status_is_told_in_plain_words(
    feed_server: FeedServer, make_fetcher: Make, status: str, words: str
) -> None:
    feed_server.answers["/feed"] = http(b"", status=status)
    with pytest.raises(FetchError, match=words) as caught:
        await make_fetcher().fetch(f"{feed_server.base}/feed")
    assert caught.value.status == int(status[:3])
    assert status[:3] in caught.value.reason
    assert not caught.value.is_gone


async def test_gone_feed_is_known_as_gone(feed_server: FeedServer, make_fetcher: Make) -> None:
    feed_server.answers["/feed"] = http(b"", status="410 Gone")
    with pytest.raises(FetchError, match="gone for good") as caught:
        await make_fetcher().fetch(f"{feed_server.base}/feed")
    assert caught.value.is_gone


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        ("Thu, 01 Jan 2099 00:00:00 GMT", 86_400.0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
        ("Thu, 01 Jan 0000 99:99:99 GMT", None),
        ("soon", None),
        ("-5", None),
        ("9" * 400, 86_400.0),
    ],
)
async def test_retry_after_is_understood_and_bounded(
    feed_server: FeedServer, make_fetcher: Make, header: str, seconds: float | None
) -> None:
    feed_server.answers["/feed"] = http(b"", status="429 Slow Down", Retry_After=header)
    with pytest.raises(FetchError, match="too often") as caught:
        await make_fetcher().fetch(f"{feed_server.base}/feed")
    assert caught.value.retry_after_s == seconds


async def test_bot_names_itself_and_what_it_reads(feed_server: FeedServer, make_fetcher: Make) -> None:
    feed_server.answers["/feed"] = http()
    await make_fetcher().fetch(f"{feed_server.base}/feed", accept="text/html")
    await make_fetcher(user_agent="Paper Boy (desk@example.org)").fetch(f"{feed_server.base}/feed")
    assert "User-Agent: Briefbot/" in feed_server.requests[0]
    assert "Accept: text/html\r\n" in feed_server.requests[0]
    assert "User-Agent: Paper Boy (desk@example.org)\r\n" in feed_server.requests[1]
