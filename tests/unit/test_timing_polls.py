"""When a source is polled next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.ingest.timing import after_failure, after_success
from bot.models import Source

NOW = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
HOUR, DAY = 3600, 86_400


def source(*, interval_s: int = 900, failures: int = 0) -> Source:
    return Source(id=1, url="https://paper.example/feed", interval_s=interval_s, failures=failures, created_at=NOW)


@pytest.mark.parametrize(
    ("interval_s", "base_s", "had_new", "ttl_s", "interval_then", "next_in"),
    [
        (900, 900, True, None, 900, 900),
        (3600, 900, True, None, 900, 900),
        (900, 900, False, None, 1125, 1125),
        (3400, 900, False, None, 3600, 3600),
        (3600, 900, False, None, 3600, 3600),
        (100, 900, False, None, 900, 900),
        (7 * HOUR, 2 * HOUR, False, None, 6 * HOUR, 6 * HOUR),
        (7 * HOUR, 7 * HOUR, False, None, 7 * HOUR, 7 * HOUR),
        (900, 900, True, 60.0, 900, 900),
        (900, 900, True, 1800.0, 900, 1800),
        (900, 900, True, 365.0 * DAY, 900, DAY),
        (900, 900, True, 0.0, 900, 900),
    ],
    ids=[
        *("news", "news-after-quiet", "quiet", "quieter", "quietest", "base-was-raised", "six-hours", "base-beyond-it"),
        *("ttl-short", "ttl-long", "ttl-of-a-year", "ttl-none"),
    ],
)
def test_pause_after_success_follows_news_and_wishes(
    interval_s: int, base_s: int, had_new: bool, ttl_s: float | None, interval_then: int, next_in: int
) -> None:
    found, at = after_success(
        source(interval_s=interval_s), now=NOW, base_interval_s=base_s, ttl_s=ttl_s, had_new=had_new, jitter=0.0
    )
    assert (found, at) == (interval_then, NOW + timedelta(seconds=next_in))


@pytest.mark.parametrize(
    ("failures", "retry_after_s", "is_gone", "next_in"),
    [
        (0, None, False, 900),
        (1, None, False, 1800),
        (3, None, False, 7200),
        (7, None, False, DAY),
        (10_000, None, False, DAY),
        (0, 300.0, False, 900),
        (0, 5000.0, False, 5000),
        (5, 60.0, False, 900 * 32),
        (0, 1e9, False, DAY),
        (0, None, True, DAY),
        (0, 10.0, True, DAY),
    ],
)
def test_pause_after_failure_doubles_up_to_a_day(
    failures: int, retry_after_s: float | None, is_gone: bool, next_in: int
) -> None:
    interval_s, at = after_failure(
        source(interval_s=1125, failures=failures),
        now=NOW,
        base_interval_s=900,
        retry_after_s=retry_after_s,
        is_gone=is_gone,
        jitter=0.0,
    )
    assert at == NOW + timedelta(seconds=next_in)
    assert interval_s == 1125, "the pause of a working feed is kept for when it works again"


@pytest.mark.parametrize(("jitter", "next_in"), [(-1.0, 810), (0.5, 945), (1.0, 990)])
def test_jitter_moves_the_poll_by_a_tenth_at_most(jitter: float, next_in: int) -> None:
    _, at = after_success(source(), now=NOW, base_interval_s=900, ttl_s=None, had_new=True, jitter=jitter)
    assert at == NOW + timedelta(seconds=next_in)
    _, at = after_failure(source(), now=NOW, base_interval_s=900, retry_after_s=None, is_gone=False, jitter=jitter)
    assert at == NOW + timedelta(seconds=next_in)


def test_jitter_never_undercuts_what_the_publisher_asked_for() -> None:
    _, at = after_success(source(), now=NOW, base_interval_s=900, ttl_s=900.0, had_new=True, jitter=-1.0)
    assert at == NOW + timedelta(seconds=900)
    _, at = after_failure(source(), now=NOW, base_interval_s=900, retry_after_s=890.0, is_gone=False, jitter=-1.0)
    assert at == NOW + timedelta(seconds=890)


def test_quiet_feed_reaches_its_slowest_pause_in_a_working_day() -> None:
    quiet, now = source(), NOW
    for _ in range(12):
        interval_s, now = after_success(quiet, now=now, base_interval_s=900, ttl_s=None, had_new=False, jitter=0.0)
        quiet = source(interval_s=interval_s)
    assert quiet.interval_s == 3600
    assert now - NOW < timedelta(hours=12)
