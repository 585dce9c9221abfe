"""What is sent to channels waits a moment for answers, and no longer."""

from __future__ import annotations

import asyncio

from bot.courtesy import YIELD_MOST, YIELD_S, give_way


async def test_what_is_sent_waits_for_answers_but_not_for_ever() -> None:
    time = asyncio.get_running_loop().time
    began = time()
    await give_way(())
    assert time() - began < YIELD_S
    answers = ["one"]
    waiting = asyncio.create_task(give_way(answers))
    await asyncio.sleep(YIELD_S)
    assert not waiting.done()
    answers.clear()
    await asyncio.wait_for(waiting, 1)
    began = time()
    await give_way(["a slow one"])
    assert time() - began >= YIELD_MOST * YIELD_S
