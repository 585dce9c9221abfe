"""robots.txt: whose rules are ours, which rule wins, and files that are missing, failing or hostile."""

from __future__ import annotations

import asyncio
import time

import pytest

from bot.errors import FetchError
from bot.ingest.robots import MAX_BYTES, Robots, parse_rules
from tests.feed_server import FeedServer, Make, http, redirect

SITE = "https://paper.example"


@pytest.mark.parametrize(
    ("rules", "path", "is_allowed"),
    [
        ("", "/a", True),
        ("User-agent: *\nDisallow:", "/a", True),
        ("User-agent: *\nDisallow: /", "/a", False),
        ("User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", True),
        ("User-agent: *\nAllow: /a\nDisallow: /a", "/a", True),
        ("User-agent: *\nDisallow: /a/longer\nAllow: /a", "/a/longer/still", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/a/b.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/a/b.pdf?x=1", True),
        ("User-agent: *\nDisallow: /*?print=", "/a?print=1", False),
        ("User-agent: *\nDisallow: /caf%C3%A9", "/café", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: briefbot\nAllow: /", "/a", True),
        ("User-agent: BriefBot/1.0 # ours\nDisallow: /\n", "/a", False),
        ("User-agent: GPTBot\nUser-agent: Briefbot\nUser-agent: CCBot\nDisallow: /", "/a", False),
        ("User-agent: GPTBot\nDisallow: /\n", "/a", True),
        ("User-agent: GPTBot\nDisallow: /\nUser-agent: *\nDisallow: /x", "/a", True),
        ("User-agent: brief\nDisallow: /", "/a", True),
        (
            "User-agent: *\nDisallow: /x\n\nUser-agent: Briefbot\nDisallow: /a\n\nUser-agent: briefbot\nDisallow: /b",
            "/b",
            False,
        ),
        ("\ufeffUser-agent: *\r\nDisallow: /a\r\n", "/a", False),
        ("<html><body>Not found</body></html>", "/a", True),
        ("Disallow: /", "/a", True),
    ],
)
def test_rule_that_is_ours_and_longest_decides(rules: str, path: str, is_allowed: bool) -> None:
    assert parse_rules(rules.encode()).allows(SITE + path) is is_allowed


@pytest.mark.parametrize(
    ("value", "delay_s"), [("5", 5.0), ("0.5", 0.5), ("soon", 0.0), ("-3", 0.0), ("nan", 0.0), ("inf", 0.0)]
)
def test_crawl_delay_is_a_number_or_nothing(value: str, delay_s: float) -> None:
    assert parse_rules(f"User-agent: *\nCrawl-delay: {value}\n".encode()).delay_s == delay_s


_MANY_AGENTS = "\n".join(f"User-agent: bot{number}" for number in range(11_000))
_MANY_RULES = "\n".join(f"Disallow: /{number}" for number in range(16_000))


@pytest.mark.parametrize(
    "hostile",
    [
        f"{_MANY_AGENTS}\n{_MANY_RULES}",
        f"{_MANY_AGENTS}\n{_MANY_RULES}".replace("User-agent:", "user \t agent"),
        "User-agent: *\n" + "Disallow: /*a*a*a*a*a*a*a*a*a*a*b$\n" * 12_000,
        "User-agent: *\nDisallow: /" + "*a" * 240_000,
        "User-agent: *\nDisallow: " + "*" * 490_000,
        "\n" * MAX_BYTES,
        "\x00" * MAX_BYTES,
    ],
    ids=["groups", "spelled-groups", "stars", "long-rule", "only-stars", "lines", "nul"],
)
def test_hostile_file_is_read_in_time(hostile: str) -> None:
    began = time.process_time()
    rules = parse_rules(hostile.encode())
    assert rules.allows(f"{SITE}/{'a' * 2000}") in (True, False)
    assert time.process_time() - began < 2


# ── reading and remembering ───────────────────────────────────────────────────────────────────────────────────────────


async def test_file_is_read_once_for_many_pages_at_once(feed_server: FeedServer, make_fetcher: Make) -> None:
    feed_server.answers["/robots.txt"] = http(b"User-agent: *\nDisallow: /private\nAllow: /private/open$\n")
    fetcher = make_fetcher()
    paths = ("/a", "/private/x", "/private/open", "/b?private")
    asked = await asyncio.gather(*(fetcher.allowed_by_robots(feed_server.base + path) for path in paths))
    assert asked == [True, False, True, True]
    assert len(feed_server.requests) == 1


@pytest.mark.parametrize(
    ("answer", "is_allowed"),
    [
        (http(b"", status="404 Not Found"), True),
        (http(b"", status="403 Forbidden"), True),
        (http(b"", status="410 Gone"), True),
        (http(b"", status="429 Slow Down"), False),
        (http(b"", status="500 Oops"), False),
        (b"", False),
        (redirect("/rules"), False),
        (redirect("/nowhere"), True),
        (http(b"User-agent: *\nDisallow: /x\n" + b"#" * 2 * MAX_BYTES), True),
        (http(b"User-agent: *\nDisallow: /a\n" + b"#" * 2 * MAX_BYTES), False),
    ],
    ids=["404", "403", "410", "429", "500", "closed", "moved", "moved-to-404", "long", "long-disallow"],
)
async def test_missing_file_allows_all_and_failing_one_nothing(
    feed_server: FeedServer, make_fetcher: Make, answer: bytes, is_allowed: bool
) -> None:
    feed_server.answers |= {
        "/robots.txt": answer,
        "/rules": http(b"User-agent: Briefbot\nDisallow: /"),
        "/nowhere": http(b"", status="404 Not Found"),
    }
    assert await make_fetcher().allowed_by_robots(f"{feed_server.base}/a") is is_allowed


async def test_what_is_remembered_is_bounded() -> None:
    asked: list[str] = []

    async def read(url: str, _: int) -> bytes:
        asked.append(url)
        raise FetchError("it is not there", status=404)

    robots = Robots(read)
    for number in range(1100):
        await robots.rules(f"https://host{number}.example/page")
    await robots.rules("https://host1099.example/other")
    assert len(asked) == 1100
    await robots.rules("https://host0.example/page")
    assert len(asked) == 1101, "the oldest host was kept although its place was needed"
    assert asked[0] == "https://host0.example/robots.txt"
