"""Editions: chosen with a reason, late or skipped aloud, never told twice, and sent once through whatever happens."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from bot.caveat import CAVEATS
from bot.delivery.deliver import Deliverer
from bot.delivery.retry import MOST_ATTEMPTS, next_try
from bot.digests.calendar import next_edition
from bot.digests.dispatch import Dispatcher
from bot.documents.nodes import Document
from bot.documents.text import plain_text
from bot.errors import Conflict
from bot.models import LOCAL_WORKSPACE, ChannelRef, Digest, EditionState, Style, TopicRule
from bot.ports import Gone, LookupUnavailable, Payload, Rejected, Retry, SendResult
from bot.store import Store
from tests.fakes import FakeClock
from tests.office_store import OTHER, brief, incoming, source_of, words, workspaces
from tests.recorder import RecordingAdapter


class Moody(RecordingAdapter):
    """Answers with what a test put in line, then as the recorder does."""

    def __init__(self, file: Path) -> None:
        super().__init__(file)
        self.line: list[SendResult | Exception] = []
        self.is_blind = False

    async def send(self, channel: ChannelRef, payload: Payload, *, key: str) -> SendResult:
        if self.line:
            answer = self.line.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer
        return await super().send(channel, payload, key=key)

    async def find(self, channel: ChannelRef, *, key: str) -> str | None:
        if self.is_blind:
            raise LookupUnavailable("no right to read the channel")
        return await super().find(channel, key=key)


@dataclass
class Desk:
    store: Store
    clock: FakeClock
    adapter: Moody
    dispatcher: Dispatcher
    deliverer: Deliverer

    async def digest(self, *, at: time = time(9, 0), **parts: object) -> Digest:
        due = next_edition(at, "UTC", range(7), after=self.clock.now())
        made = Digest(
            id=0,
            workspace_id=LOCAL_WORKSPACE,
            name="Morning",
            channel=ChannelRef("console:news"),
            at=at,
            zone="UTC",
            next_due_at=due.at,
            next_on=due.on,
            created_at=self.clock.now(),
        )
        return await self.store.digests.add(replace(made, **parts))  # type: ignore[arg-type]

    async def run(self, to: datetime) -> None:
        self.clock.advance((to - self.clock.now()).total_seconds())
        await self.dispatcher.dispatch_due()
        await self.deliverer.drain()

    def texts(self) -> list[str]:
        """The first part of each edition that reached the channel."""
        return [message["text"] for message in self.adapter.messages() if message["text"].startswith("1/2")]


@pytest.fixture
async def desk(sqlite_store: Store, clock: FakeClock, tmp_path: Path) -> Desk:
    await workspaces(sqlite_store, clock.now())
    adapter = Moody(tmp_path / "channel.jsonl")
    adapters = {"console": adapter}
    return Desk(
        sqlite_store,
        clock,
        adapter,
        Dispatcher(sqlite_store, adapters, clock),
        Deliverer(sqlite_store, adapters, clock, owner="me"),
    )


TODAY = datetime.fromisoformat("2026-01-15T09:00+00:00")
DAY = timedelta(days=1)


async def test_digest_tells_each_story_once_and_a_quiet_day_says_so(desk: Desk) -> None:
    await desk.digest()
    await brief(desk.store, desk.clock.now(), 1, words("Rates held in Veltria"))
    await desk.run(TODAY + DAY)
    await desk.run(TODAY + 2 * DAY)
    first, second = desk.texts()
    assert "Rates held in Veltria" in first
    assert "Rates held" not in second
    assert "Nothing new" in second
    assert CAVEATS["en"] in first
    assert CAVEATS["en"] in second


async def test_story_with_news_is_told_again_as_an_update(desk: Desk) -> None:
    await desk.digest()
    told = await brief(desk.store, desk.clock.now(), 1, words("Rates held in Veltria"))
    await desk.run(TODAY + DAY)
    later = desk.clock.advance(12 * 3600)
    source = await source_of(desk.store, later, LOCAL_WORKSPACE)
    [(_, article)] = await desk.store.articles.add_all(
        source.id, [incoming(2, later)], seen_at=later, is_same=lambda one, other: False
    )
    await desk.store.stories.place([(article, told.story_id)], now=later)
    story = await desk.store.stories.get(told.story_id)
    await desk.store.briefs.save(story, words("Rates cut after all"), publishers=2, related=(), now=later)
    await desk.run(TODAY + 2 * DAY)
    assert "Update: Rates cut after all" in desk.texts()[1]


async def test_other_words_without_an_article_are_no_news(desk: Desk) -> None:
    await desk.digest()
    told = await brief(desk.store, desk.clock.now(), 1, words("Rates held in Veltria"))
    await desk.run(TODAY + DAY)
    story = await desk.store.stories.get(told.story_id)
    await desk.store.briefs.save(story, words("Rate is held"), publishers=1, related=(), now=desk.clock.advance(3600))
    await desk.run(TODAY + 2 * DAY)
    assert "Nothing new" in desk.texts()[1]


async def test_late_edition_is_posted_and_says_so(desk: Desk) -> None:
    made = await desk.digest()
    await desk.run(TODAY + DAY + timedelta(hours=2))
    assert "Late by 2 hours" in desk.texts()[0]
    edition = await desk.store.editions.get_on(made.id, date(2026, 1, 16))
    assert edition is not None
    assert edition.is_late


async def test_edition_beyond_its_window_is_skipped_with_its_reason(desk: Desk) -> None:
    made = await desk.digest()
    await desk.run(TODAY + DAY + timedelta(hours=7))
    assert desk.texts() == []
    [edition] = await desk.store.editions.recent(LOCAL_WORKSPACE, limit=5)
    assert edition.state is EditionState.SKIPPED
    assert "7 hours late" in edition.reason
    assert (await desk.store.digests.get(LOCAL_WORKSPACE, made.id)).next_on == date(2026, 1, 17)


async def test_every_date_of_a_long_absence_is_accounted_for(desk: Desk) -> None:
    await desk.digest()
    await desk.run(TODAY + 4 * DAY + timedelta(hours=1))
    editions = await desk.store.editions.recent(LOCAL_WORKSPACE, limit=9)
    assert [(one.on.day, str(one.state)) for one in editions] == [
        (19, "delivered"),
        (18, "skipped"),
        (17, "skipped"),
        (16, "skipped"),
    ]


async def test_digest_that_cannot_be_planned_does_not_hold_up_the_others(desk: Desk) -> None:
    broken = await desk.digest(workspace_id=OTHER)  # its platform does not run here
    await desk.digest()
    await desk.run(TODAY + DAY)
    assert len(desk.texts()) == 1
    assert await desk.store.editions.get_on(broken.id, date(2026, 1, 16)) is None


async def test_stories_stand_under_the_topics_in_the_digests_order(desk: Desk) -> None:
    now = desk.clock.now()
    trade = await desk.store.topics.add(LOCAL_WORKSPACE, "Trade", TopicRule(words=("tariff",)), now=now)
    money = await desk.store.topics.add(LOCAL_WORKSPACE, "Money", TopicRule(words=("rate",)), now=now)
    await brief(desk.store, now, 1, words("Tariffs on steel end"))
    await brief(desk.store, now, 2, words("Interest rate held"))
    await brief(desk.store, now, 3, words("Otters are back"))
    await desk.digest(topic_ids=(money.id, trade.id), style=Style.HEADLINES)
    await desk.run(TODAY + DAY)
    [text] = desk.texts()
    order = [text.index(part) for part in ("Money", "Interest rate held", "Trade", "Tariffs on steel end")]
    assert order == sorted(order)
    assert "Otters" not in text


async def test_preview_and_today_record_nothing(desk: Desk) -> None:
    made = await desk.digest()
    await brief(desk.store, desk.clock.now(), 1, words("Rates held in Veltria"))
    workspace = await desk.store.workspaces.get(LOCAL_WORKSPACE)
    shown: list[Document] = [
        await desk.dispatcher.preview(made),
        await desk.dispatcher.today(workspace, None),
    ]
    for document in shown:
        assert "Rates held in Veltria" in plain_text(document)
        assert CAVEATS["en"] in plain_text(document)
    assert await desk.store.editions.recent(LOCAL_WORKSPACE, limit=5) == []


async def test_edition_sent_by_hand_takes_the_place_of_the_scheduled_one(desk: Desk) -> None:
    made = await desk.digest(at=time(18, 0))
    await desk.dispatcher.send_now(made)
    with pytest.raises(Conflict, match="today's edition"):
        await desk.dispatcher.send_now(made)
    await desk.run(TODAY + timedelta(hours=12))
    assert len(desk.texts()) == 1
    await desk.run(TODAY + DAY + timedelta(hours=9, minutes=1))
    assert len(desk.texts()) == 2


async def test_lost_answer_is_looked_for_before_it_is_sent_again(desk: Desk) -> None:
    await desk.digest()
    desk.adapter.line = [Retry(reason="lost", is_unknown=True), RuntimeError("a defect"), Retry(reason="503")]
    await desk.run(TODAY + DAY)
    for _ in range(8):
        desk.clock.advance(120)
        await desk.deliverer.drain()
    keys = [message["key"] for message in desk.adapter.messages()]
    assert len(keys) == len(set(keys)) == 2


async def test_message_is_not_sent_again_while_nobody_can_look_for_it(desk: Desk) -> None:
    await desk.digest()
    desk.adapter.line = [Retry(reason="lost", is_unknown=True)]
    await desk.run(TODAY + DAY)
    desk.adapter.is_blind = True
    desk.clock.advance(120)
    await desk.deliverer.drain()
    assert desk.adapter.messages() == []
    desk.adapter.is_blind = False
    desk.clock.advance(1200)
    await desk.deliverer.drain()
    assert len(desk.adapter.messages()) == 2


@pytest.mark.parametrize("answer", [Gone(reason="the channel was deleted"), Rejected(reason="too long")])
async def test_message_that_cannot_be_sent_fails_its_edition_with_the_reason(desk: Desk, answer: SendResult) -> None:
    made = await desk.digest()
    desk.adapter.line = [answer]
    await desk.run(TODAY + DAY)
    edition = await desk.store.editions.get_on(made.id, date(2026, 1, 16))
    assert edition is not None
    assert edition.state is EditionState.FAILED
    assert edition.reason == answer.reason  # type: ignore[union-attr]
    assert desk.adapter.messages() == []


def test_pauses_grow_obey_the_platform_and_come_to_an_end() -> None:
    now = TODAY
    pauses = [((next_try(n, now, after_s=None, jitter=0.5) or now) - now).total_seconds() for n in (1, 2, 3, 20)]
    assert pauses == [5.0, 10.0, 20.0, 900.0]
    assert next_try(1, now, after_s=77.0, jitter=0.0) == now + timedelta(seconds=77)
    assert next_try(MOST_ATTEMPTS, now, after_s=None, jitter=0.0) is None
