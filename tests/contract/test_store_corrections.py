"""Corrections, reports, notices, edits of copies and changes of sources, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.documents.nodes import Document, Heading, Kind
from bot.documents.stored import from_json
from bot.models import (
    LOCAL_WORKSPACE,
    ArticleChange,
    Brief,
    ChangeKind,
    ChannelRef,
    Pick,
    Related,
    VersionKind,
    WorkspaceId,
    message_key,
)
from bot.ports import Payload
from bot.store import Store
from bot.store.amendments import DONE
from bot.store.corrections import Change
from bot.store.editions import EditionPlan, Slot
from tests.edition_rows import parts_of
from tests.fakes import FakeClock
from tests.office_store import OTHER, brief, digest, incoming, words, workspaces
from tests.saving import save

THIRD = WorkspaceId("discord:3")
RETRACTED = Change(kind=VersionKind.RETRACTED, note="Wrong ferry")
PAGE = Document(kind=Kind.NOTICE, title="News", blocks=(Heading("News"),))


@pytest.fixture
async def ferry(store: Store, clock: FakeClock) -> Brief:
    """A brief that all see, and one that is related to it."""
    await workspaces(store, clock.now())
    await store.workspaces.ensure(THIRD, now=clock.now())
    made = await brief(store, clock.now(), 1, words("Ferry strikes pier"), workspace=None)
    other = await brief(store, clock.now(), 2, words("Pier is closed"), workspace=None)
    link = Related(brief_id=made.id, headline="Ferry strikes pier", blurb="Deck.", reason="also about the pier")
    await store.briefs.set_related({other.id: [link]})
    return made


async def lay(store: Store, clock: FakeClock, workspace: WorkspaceId, made: Brief, change: Change) -> int:
    _, copies = await store.corrections.lay(workspace, made, change, based_on=1, now=clock.now())
    return copies


async def shown(store: Store, workspace: WorkspaceId | None) -> list[str]:
    """What a workspace reads of the ferry: in lists, by search, in links."""
    latest = [one.text.headline for one in await store.briefs.latest(workspace, limit=9)]
    found = [one.brief.text.headline for one in await store.search.find("ferry", workspace=workspace, limit=9)]
    other = await store.briefs.get(2, workspace=workspace)
    return [*latest, "·", *found, "·", *(link.headline for link in other.related)]


async def test_layer_is_of_one_workspace_and_the_operators_of_all(store: Store, clock: FakeClock, ferry: Brief) -> None:
    own = ["Pier is closed", "Ferry strikes pier", "·", "Ferry strikes pier", "·", "Ferry strikes pier"]
    edit = Change(kind=VersionKind.EDITED, text=replace(ferry.text, headline="Ferry touches pier"), note="Softer")
    await lay(store, clock, OTHER, ferry, edit)
    assert await shown(store, THIRD) == await shown(store, None) == own
    assert await shown(store, OTHER) == [one.replace("strikes", "touches") for one in own]
    assert (await store.briefs.get(1, workspace=OTHER)).version == 2
    clock.advance(60)
    await lay(store, clock, LOCAL_WORKSPACE, ferry, RETRACTED)
    for workspace in (THIRD, OTHER, None):
        assert await shown(store, workspace) == ["Pier is closed", "·", "·"]
    read = await store.briefs.get(1, workspace=THIRD)
    assert read.is_retracted
    assert read.correction
    assert (read.correction.note, read.correction.is_for_all, read.version) == ("Wrong ferry", True, 3)
    assert [one.number for one in await store.briefs.history(1, workspace=THIRD)] == [1, 3]
    clock.advance(60)
    await lay(store, clock, LOCAL_WORKSPACE, ferry, Change(kind=VersionKind.DROPPED))
    assert await shown(store, THIRD) == own
    assert (await shown(store, OTHER))[1] == "Ferry touches pier"


async def test_own_words_go_on_below_with_numbers_that_no_correction_has(
    store: Store, clock: FakeClock, ferry: Brief
) -> None:
    await lay(store, clock, OTHER, ferry, RETRACTED)
    story = await store.stories.get(ferry.story_id)
    newer = await save(store, story, words("Ferry sinks"), publishers=1, now=clock.now())
    assert newer.version == 3
    assert (await store.briefs.get(1, workspace=OTHER)).is_retracted
    assert (await store.briefs.get(1, workspace=THIRD)).text.headline == "Ferry sinks"
    [(laid, version)] = await store.corrections.overtaken()
    await store.corrections.note_news(laid, own_version=version, headline="Ferry sinks", now=clock.now())
    assert await store.corrections.overtaken() == []


async def post(store: Store, clock: FakeClock, made: Brief, workspace: WorkspaceId, name: str) -> int:
    """An edition of one message that tells a brief; the number of its delivery."""
    set_up = await store.digests.add(
        replace(digest(clock.now(), name=name, workspace=workspace), channel=ChannelRef("discord:1.2"))
    )
    now = clock.now()
    slot = Slot(on=now.date(), due_at=now, next_on=now.date() + timedelta(1), next_due_at=now + timedelta(1))
    payload = Payload(body={"text": "News"}, caveat="", title="News", page=PAGE)
    plan = EditionPlan(digest=set_up, slot=slot, picks=[Pick(brief=made, why="")], payloads=[payload])
    made_edition = (await store.editions.plan([plan], now=now))[set_up.id]
    [one] = await parts_of(store, made_edition.id)
    return one.id


async def test_feed_of_a_digest_tells_the_corrections_of_its_own_workspace(
    store: Store, clock: FakeClock, ferry: Brief
) -> None:
    for one in (OTHER, THIRD):
        await post(store, clock, ferry, one, "News")
    edit = Change(kind=VersionKind.EDITED, text=replace(ferry.text, headline="Ferry touches pier"), note="Softer")
    await lay(store, clock, OTHER, ferry, edit)
    told = {}
    for one in (OTHER, THIRD):
        [made] = await store.digests.list(one)
        [item] = (await store.published.channel(made.id)).items
        told[one] = (item.text.headline, item.correction.note if item.correction else "")
    assert told == {OTHER: ("Ferry touches pier", "Softer"), THIRD: ("Ferry strikes pier", "")}


async def test_copies_are_planned_with_the_correction_claimed_once_and_told_anew_when_it_changes(
    store: Store, clock: FakeClock, ferry: Brief
) -> None:
    mine, theirs = [await post(store, clock, ferry, one, "News") for one in (OTHER, THIRD)]
    assert await lay(store, clock, OTHER, ferry, RETRACTED) == 1
    claim = {"limit": 9, "lease_s": 60, "owner": "me", "platforms": ["discord"]}
    assert await store.amendments.claim(clock.now(), **claim) == [], "it is not sent yet"  # type: ignore[arg-type]
    await store.deliveries.settle_sent({mine: "2/7", theirs: "2/8"}, owner="me", now=clock.now())
    [one] = await store.amendments.claim(clock.now(), **claim)  # type: ignore[arg-type]
    key = message_key(mine, one.told_at)
    assert (one.delivery_id, one.message_ref, one.key, one.zone) == (mine, "2/7", key, "Asia/Seoul")
    [item] = await store.amendments.told(one)
    assert (item.told_id, item.version, item.headline, item.brief_id) == (1, 1, "Ferry strikes pier", 1)
    assert await store.amendments.claim(clock.now(), **claim) == []  # type: ignore[arg-type]
    # Corrected again while it is being edited: it is due once more, after this try.
    assert await lay(store, clock, OTHER, ferry, Change(kind=VersionKind.DROPPED)) == 1
    assert await store.amendments.settle(one, DONE, owner="me", now=clock.now())
    assert await store.amendments.counts(OTHER) == {"pending": 1}
    [again] = await store.amendments.claim(clock.now(), **claim)  # type: ignore[arg-type]
    assert not await store.amendments.settle(again, DONE, owner="another", now=clock.now())
    assert await store.amendments.settle(again, DONE, owner="me", now=clock.now())
    assert await store.amendments.counts(OTHER) == {DONE: 1}
    assert await store.amendments.counts(THIRD) == {}
    assert await lay(store, clock, LOCAL_WORKSPACE, ferry, RETRACTED) == 2


async def test_what_was_told_while_it_was_corrected_is_found(store: Store, clock: FakeClock, ferry: Brief) -> None:
    await lay(store, clock, OTHER, ferry, RETRACTED)
    clock.advance(20)
    late = await post(store, clock, ferry, OTHER, "Late")
    await store.shares.add(
        OTHER, ChannelRef("discord:1.2"), [("2/9", Payload(body={}, caveat="", page=PAGE))], [(1, 1)], now=clock.now()
    )
    other = await post(store, clock, await store.briefs.get(2, workspace=OTHER), OTHER, "Another")
    for _ in range(2):
        await store.amendments.plan_missing(clock.now())
    await store.deliveries.settle_sent({late: "2/7", other: "2/8"}, owner="me", now=clock.now())
    due = await store.amendments.claim(clock.now(), limit=9, lease_s=60, owner="me", platforms=["discord"])
    assert [(one.delivery_id, one.share_id) for one in due] == [(late, None), (None, 1)]
    assert [item.told_id for item in await store.amendments.told(due[1])] == [1]


async def test_change_of_an_article_flags_its_brief_and_is_told_to_those_who_were_told(
    store: Store, clock: FakeClock, ferry: Brief
) -> None:
    await post(store, clock, ferry, OTHER, "News")
    changed = incoming(1, clock.now(), text="Another text.")
    change = ArticleChange(kind=ChangeKind.CHANGED, was="Text 1.", now="Another text.")
    source = (await store.stories.get(ferry.story_id)).articles[0].source_id
    for is_told in (True, False):
        await store.articles.add_all(
            source, [changed], seen_at=clock.now(), is_same=lambda *_: False, change_of=lambda *_: change
        )
        assert await store.source_changes.settle(now=clock.now()) == 0, "its brief is not written again yet"
        story = await store.stories.get(ferry.story_id)
        clock.advance(1)
        await save(store, story, words("Ferry misses pier"), publishers=1, now=clock.now())
        assert await store.source_changes.settle(now=clock.now()) == int(is_told)
    [flag] = (await store.source_changes.of_briefs([1]))[1]
    assert (flag.was, flag.now, flag.publisher, flag.brief_version) == ("Text 1.", "Another text.", "A", 2)
    assert (await store.briefs.history(1, workspace=THIRD))[-1].kind is VersionKind.SOURCE
    due = await store.notices.claim(clock.now(), limit=9, lease_s=60, platforms=["discord"])
    assert [(one.workspace_id, one.kind) for one in due] == [(OTHER, "source")]
    await store.notices.settle(due[0].id, next_try_at=None)
    clock.advance(600)
    assert await store.notices.claim(clock.now(), limit=9, lease_s=60, platforms=["discord"]) == []


async def test_reports_are_counted_by_reader_and_closed_by_what_is_done(
    store: Store, clock: FakeClock, ferry: Brief
) -> None:
    now = clock.now()
    for reason in ("Wrong", "Quite wrong"):
        assert await store.reports.add(OTHER, ferry, reason, reporter="hash", most=1, now=now)
    assert not await store.reports.add(
        OTHER, await store.briefs.get(2, workspace=OTHER), "", reporter="hash", most=1, now=now
    )
    assert [(one.brief_id, one.count) for one in await store.reports.open_briefs(OTHER, limit=9)] == [(1, 1)]
    assert [one.reason for one in await store.reports.open_of(OTHER, 1)] == ["Quite wrong"]
    assert await store.reports.open_briefs(THIRD, limit=9) == []
    assert await store.reports.dismiss(THIRD, 1, now=now) == 0
    assert await store.reports.dismiss(OTHER, 1, now=now) == 1
    clock.advance(3700)
    assert await store.reports.add(OTHER, ferry, "Again", reporter="hash", most=1, now=clock.now())
    await lay(store, clock, LOCAL_WORKSPACE, ferry, RETRACTED)
    assert await store.reports.open_briefs(OTHER, limit=9) == []


async def test_what_a_copy_said_can_be_read_back(store: Store, clock: FakeClock, ferry: Brief) -> None:
    made = await post(store, clock, ferry, OTHER, "News")
    await store.deliveries.settle_sent({made: "2/7"}, owner="me", now=clock.now())
    assert await lay(store, clock, OTHER, ferry, RETRACTED) == 1
    [one] = await store.amendments.claim(clock.now(), limit=9, lease_s=9, owner="me", platforms=["discord"])
    assert from_json(one.page) == PAGE
    assert await store.amendments.pages_before(one) == []
    assert await store.amendments.retry(one, owner="me", error="later", at=clock.now() + timedelta(minutes=1))
    assert await store.amendments.claim(clock.now(), limit=9, lease_s=9, owner="me", platforms=["discord"]) == []
    assert one.edition_id is not None
    edition, parts = await store.editions.posted(one.edition_id)
    assert (edition.workspace_id, parts) == (OTHER, 1)
    [item] = await store.editions.items(one.edition_id)
    assert (item.brief_id, item.brief_version) == (1, 1)
    assert await store.briefs.versions_of([1, 2], workspace=OTHER) == {1: 2, 2: 1}
    assert (await store.corrections.over(OTHER, [1, 2]))[1].kind is VersionKind.RETRACTED
    assert await store.corrections.holders([OTHER, THIRD]) == {OTHER}


async def test_brief_without_a_source_follows_its_story_unless_it_was_corrected_again(
    store: Store, clock: FakeClock, ferry: Brief
) -> None:
    without = Change(kind=VersionKind.REWRITTEN, text=words("Pier is struck"), note="Without A", without=("a",))
    await lay(store, clock, OTHER, ferry, without)
    story = await store.stories.get(ferry.story_id)
    await save(store, story, words("Ferry sinks"), publishers=1, now=clock.now())
    [(laid, version)] = await store.corrections.overtaken()
    assert laid.correction.without == ("a",)
    await store.corrections.follow(laid, words("Pier is repaired"), based_on=version, now=clock.now())
    read = await store.briefs.get(1, workspace=OTHER)
    assert (read.text.headline, read.version) == ("Pier is repaired", 4)
    assert await store.corrections.overtaken() == []
    await store.corrections.follow(laid, words("Too late"), based_on=version, now=clock.now())
    assert (await store.briefs.get(1, workspace=OTHER)).text.headline == "Pier is repaired"
