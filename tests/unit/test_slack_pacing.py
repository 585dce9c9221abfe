"""When each message to Slack may go."""

from __future__ import annotations

import pytest

from adapters.slack.pacing import LONGEST_S, Pacer, TooLong


async def test_channel_gets_a_message_a_second_and_others_do_not_wait_for_it() -> None:
    pacer = Pacer(channel_s=1.0, apart_s=0.0)
    waits = [pacer.wait_s("T1", "C1") for _ in range(3)]
    assert waits == pytest.approx([0.0, 1.0, 2.0], abs=0.05)
    assert pacer.wait_s("T1", "C2") == 0.0


async def test_busy_workspace_waits_and_others_do_not() -> None:
    pacer = Pacer(channel_s=0.0, team_most=3, apart_s=0.0)
    assert [pacer.wait_s("T1", f"C{number}") for number in range(3)] == [0.0, 0.0, 0.0]
    with pytest.raises(TooLong) as caught:
        pacer.wait_s("T1", "C9")
    assert caught.value.seconds == pytest.approx(60.0, abs=0.1)
    assert caught.value.is_team
    assert pacer.wait_s("T2", "C1") == 0.0


async def test_moment_too_far_away_is_not_taken() -> None:
    pacer = Pacer(channel_s=LONGEST_S - 1)
    assert pacer.wait_s("T1", "C1") == 0.0
    assert pacer.wait_s("T1", "C1") == pytest.approx(LONGEST_S - 1, abs=0.05)
    for _ in range(2):
        with pytest.raises(TooLong) as caught:
            pacer.wait_s("T1", "C1")
        assert caught.value.seconds == pytest.approx(2 * (LONGEST_S - 1), abs=0.05)
        assert not caught.value.is_team


async def test_messages_of_a_workspace_go_one_after_another_past_one_that_waits_for_its_channel() -> None:
    pacer = Pacer(channel_s=5.0, apart_s=0.5)
    waits = [pacer.wait_s("T1", channel) for channel in ("C1", "C1", "C2", "C3")]
    assert waits == pytest.approx([0.0, 5.0, 1.0, 1.5], abs=0.05)
    assert pacer.wait_s("T2", "C9") == 0.0


async def test_rest_that_slack_asks_for_holds_the_workspace_and_its_edits() -> None:
    pacer = Pacer(apart_s=0.1)
    pacer.rest("T1", 5.0)
    pacer.rest("T1", 2.0)
    assert pacer.wait_s("T1", "C1") == pytest.approx(5.0, abs=0.05)
    assert pacer.edit_wait_s("T1") == pytest.approx(5.0, abs=0.05)
    assert pacer.wait_s("T1", "C3") == pytest.approx(5.1, abs=0.02), "they do not go all at once at its end"
    assert pacer.wait_s("T2", "C2") == 0.0


async def test_edits_are_counted_by_workspace_and_apart_from_messages() -> None:
    pacer = Pacer(channel_s=0.0, team_most=1, edit_most=2, apart_s=0.0)
    assert [pacer.edit_wait_s("T1"), pacer.wait_s("T1", "C1"), pacer.edit_wait_s("T1")] == [0.0, 0.0, 0.0]
    with pytest.raises(TooLong):
        pacer.edit_wait_s("T1")
