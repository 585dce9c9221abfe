"""When a message is tried again, and when it is given up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.delivery.retry import next_try, too_late
from bot.models import LOCAL_WORKSPACE, ChannelRef, Delivery, DeliveryState

DUE = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
HOUR = 3600


def delivery(*, attempts: int = 1, catch_up_s: int = 6 * HOUR, planned_at: datetime = DUE, error: str = "") -> Delivery:
    return Delivery(
        id=1,
        digest_id=1,
        title="",
        publish=False,
        edition_id=1,
        workspace_id=LOCAL_WORKSPACE,
        part=1,
        parts=1,
        channel=ChannelRef("console:news"),
        body="{}",
        caveat="",
        due_at=DUE,
        planned_at=planned_at,
        catch_up_s=catch_up_s,
        state=DeliveryState.SENDING,
        attempts=attempts,
        error=error,
    )


def pause(attempts: int, *, after_s: float | None = None, jitter: float = 0.5) -> float:
    at = next_try(delivery(attempts=attempts), DUE, after_s=after_s, jitter=jitter)
    assert at is not None
    return (at - DUE).total_seconds()


def test_pauses_double_up_to_a_quarter_of_an_hour() -> None:
    assert [pause(attempts) for attempts in (1, 2, 3, 4, 9, 99, 9999)] == [5, 10, 20, 40, 900, 900, 900]


def test_jitter_spreads_tries_that_failed_together() -> None:
    assert (pause(5, jitter=0.0), pause(5, jitter=1.0)) == (60, 100)


def test_platform_that_names_a_pause_is_obeyed() -> None:
    assert pause(1, after_s=77.5) == 77.5
    assert pause(9, after_s=1.0) == 900


def test_last_try_is_made_when_the_time_of_the_edition_ends() -> None:
    end = DUE + timedelta(hours=6)
    assert next_try(delivery(attempts=9), end - timedelta(seconds=30), after_s=None, jitter=0.5) == end
    assert next_try(delivery(attempts=9), end, after_s=None, jitter=0.5) is None
    assert next_try(delivery(), DUE, after_s=6 * HOUR + 1, jitter=0.5) is None


@pytest.mark.parametrize(
    ("catch_up_s", "planned_at", "minutes"),
    [
        (6 * HOUR, DUE, 360),
        (0, DUE, 10),  # what may not be late still takes a moment
        (HOUR, DUE + timedelta(minutes=59), 69),  # so does what was planned late
    ],
)
def test_message_is_too_late_after_the_catch_up_and_some_minutes(
    catch_up_s: int, planned_at: datetime, minutes: int
) -> None:
    one = delivery(catch_up_s=catch_up_s, planned_at=planned_at)
    end = DUE + timedelta(minutes=minutes)
    assert too_late(one, end) is None
    assert too_late(one, end + timedelta(seconds=1)) is not None


def test_reason_names_what_went_wrong_before() -> None:
    late = DUE + timedelta(hours=7)
    assert too_late(delivery(error="503"), late) == "not sent within its time, 7 hours late; before: 503"
    assert too_late(delivery(), late) == "not sent within its time, 7 hours late"
