"""Politeness: turns at a host, the gap between them, and rest where it was asked for."""

from __future__ import annotations

import asyncio
import time

import pytest

from bot.errors import FetchError
from bot.ingest.hosts import LONGEST_REST_S, REMEMBERED, Hosts
from tests.feed_server import BODY, FeedServer, Make, http


async def starts(hosts: Hosts, *names: str) -> list[float]:
    """When each of these turns began, in seconds after the first."""
    times: list[float] = []

    async def one(name: str) -> None:
        async with hosts.turn(name):
            times.append(time.monotonic())

    await asyncio.gather(*map(one, names))
    return [at - times[0] for at in times]


async def test_requests_of_one_host_keep_the_gap_and_those_of_others_do_not() -> None:
    same = await starts(Hosts(gap_s=0.08), "a", "a", "a", "a")
    assert all(at > number * 0.08 - 0.01 for number, at in enumerate(same))
    assert max(await starts(Hosts(gap_s=1.0), *"abcdefgh")) < 0.9


async def test_host_of_the_operators_own_network_has_no_gap() -> None:
    assert max(await starts(Hosts(gap_s=0.5, is_ours=lambda host: host == "10.0.0.1"), *["10.0.0.1"] * 6)) < 0.4


async def test_longer_gap_of_robots_is_kept_within_reason() -> None:
    hosts = Hosts(gap_s=0.01)
    hosts.slow_down("a", 0.1)
    assert max(await starts(hosts, "a", "a")) >= 0.09
    hosts.slow_down("b", 3600.0)
    async with hosts.turn("b"):
        began = time.monotonic()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05), hosts.turn("b"):
            pass
    assert time.monotonic() - began < 1


async def test_host_gets_two_requests_at_once(feed_server: FeedServer, make_fetcher: Make) -> None:
    running = most = 0

    async def slow(writer: asyncio.StreamWriter) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.05)
        running -= 1
        writer.write(http())

    feed_server.answers["/feed"] = slow
    fetcher = make_fetcher()
    await asyncio.gather(*(fetcher.fetch(f"{feed_server.base}/feed?{number}") for number in range(6)))
    assert most == 2


async def test_waiting_for_a_turn_is_not_the_servers_fault(feed_server: FeedServer, make_fetcher: Make) -> None:
    async def slow(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.2)
        writer.write(http())

    feed_server.answers["/feed"] = slow
    fetcher = make_fetcher(fetch_timeout_s=0.5)
    began = time.monotonic()
    fetched = await asyncio.gather(*(fetcher.fetch(f"{feed_server.base}/feed?{number}") for number in range(8)))
    assert time.monotonic() - began > 0.7, "the last ones waited longer than a fetch may take"
    assert all(one.body == BODY for one in fetched)


async def test_failed_and_cancelled_turns_are_given_back() -> None:
    hosts = Hosts(gap_s=0.0)
    for _ in range(5):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01), hosts.turn("a"):
                await asyncio.sleep(1)
    assert len(await starts(hosts, "a", "a")) == 2


@pytest.mark.parametrize("status", ["429 Slow Down", "503 Busy"])
async def test_host_that_asked_for_rest_is_left_alone(feed_server: FeedServer, make_fetcher: Make, status: str) -> None:
    feed_server.answers |= {"/busy": http(b"", status=status, Retry_After="60"), "/feed": http()}
    fetcher = make_fetcher()
    with pytest.raises(FetchError):
        await fetcher.fetch(f"{feed_server.base}/busy")
    with pytest.raises(FetchError, match="asked us to wait") as caught:
        await fetcher.fetch(f"{feed_server.base}/feed")
    assert 50 < (caught.value.retry_after_s or 0) <= 60
    assert len(feed_server.requests) == 1


async def test_missing_page_with_retry_after_gives_its_host_no_rest(
    feed_server: FeedServer, make_fetcher: Make
) -> None:
    feed_server.answers |= {"/gone": http(b"", status="404 Not Found", Retry_After="60"), "/feed": http()}
    fetcher = make_fetcher()
    with pytest.raises(FetchError):
        await fetcher.fetch(f"{feed_server.base}/gone")
    assert (await fetcher.fetch(f"{feed_server.base}/feed")).body == BODY


async def test_rest_is_bounded_and_never_shortened() -> None:
    hosts = Hosts(gap_s=0.0)
    hosts.rest("a", 1e9)
    hosts.rest("a", 1.0)
    with pytest.raises(FetchError) as caught:
        async with hosts.turn("a"):
            pass
    assert LONGEST_REST_S - 5 < (caught.value.retry_after_s or 0) <= LONGEST_REST_S


async def test_memory_of_hosts_is_bounded() -> None:
    hosts = Hosts(gap_s=0.0)
    hosts.rest("first", 60.0)
    for number in range(REMEMBERED):
        hosts.rest(f"host{number}", 60.0)
    async with hosts.turn("first"):
        pass  # forgotten, so that its place could be used


async def test_host_that_rests_is_remembered_longer_than_others() -> None:
    hosts = Hosts(gap_s=0.0)
    hosts.rest("first", 60.0)
    for number in range(2 * REMEMBERED):
        async with hosts.turn(f"host{number}"):
            pass
    with pytest.raises(FetchError, match="asked us to wait"):
        async with hosts.turn("first"):
            pass
