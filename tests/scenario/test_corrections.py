"""What managers do about a brief that is wrong, and what every workspace reads of it then."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.briefs.aftermath import Aftermath
from bot.briefs.changes import Wording, change_of
from bot.briefs.writer import BriefWriter
from bot.models import LOCAL_WORKSPACE, Brief, Draft, VersionKind
from bot.store import Store
from bot.store.articles import Incoming
from tests.fakes import FakeClock
from tests.office import OTHER, Office

TOLL = "Twenty-one people were hurt when the ferry struck the pier on Monday, the harbour office said."


@pytest.fixture
async def office(sqlite_store: Store, clock: FakeClock) -> Office:
    made = Office(sqlite_store, clock)
    await made.follow("https://harbour.example/feed", title="Harbour")
    await made.follow("https://harbour.example/feed", workspace=OTHER)
    return made


async def told(office: Office, *texts: str) -> str:
    """One story of an article from each house."""
    at = office.clock.now() - timedelta(hours=1)
    items = [
        Incoming(
            draft=Draft(
                url=f"https://house{number}.example/{number}",
                title="Ferry strikes the pier at the harbour",
                text=text,
                publisher=f"House {number}",
                language="en",
                published_at=at,
            ),
            owner=f"house{number}",
            keys=(f"url:house{number}",),
            bands=(),
            is_news=True,
            published_at=at,
        )
        for number, text in enumerate(texts, 1)
    ]
    made = await office.store.articles.add_all(1, items, seen_at=office.clock.now(), is_same=lambda *_: False)
    await office.store.stories.place([(id_, -1) for _, id_ in made], now=office.clock.now())
    await BriefWriter(office.store, office.clock).write_due()
    [brief] = await office.store.briefs.latest(LOCAL_WORKSPACE, limit=1)
    return brief.ref


async def test_correction_of_a_workspace_is_read_there_alone_and_warns_of_what_no_source_carries(
    office: Office,
) -> None:
    ref = await told(office, TOLL)
    await office.ask(f"/brief read {ref}")
    words = "Ninety people were hurt when the ferry struck the pier on Monday."
    reply = await office.ask(f'/brief-admin correct {ref} lede:"{words}" note:"A new count"', workspace=OTHER)
    assert "Corrected" in reply
    assert "do not carry all of it" in reply
    assert "Ninety people" in reply
    read = await office.ask(f"/brief read {ref}", workspace=OTHER)
    assert "Ninety people were hurt" in read
    assert "A new count" in read
    assert "corrected by a manager" in read
    elsewhere = await office.ask(f"/brief read {ref}")
    assert "Ninety" not in elsewhere
    assert "A new count" not in elsewhere, "its versions are of that workspace alone"
    for path in ("latest", "search ferry", "today"):
        assert "A new count" in await office.ask(f"/brief {path}", workspace=OTHER), path
        assert "A new count" not in await office.ask(f"/brief {path}"), path
    wrong = await office.ask(f'/brief-admin correct {ref} headline:"Another one"', workspace=OTHER)
    assert "note is missing" in wrong.lower()
    for way in ("undo:drop", "without:1"):
        wrong = await office.ask(f'/brief-admin correct {ref} {way} headline:"Another one" note:x', workspace=OTHER)
        assert f"Headline cannot stand beside {way.partition(':')[0]}." in wrong
    assert "Ninety" in await office.ask(f"/brief read {ref}", workspace=OTHER)
    await office.ask(f"/brief-admin correct {ref} undo:drop", workspace=OTHER)
    assert "Ninety" not in await office.ask(f"/brief read {ref}", workspace=OTHER)


async def test_what_no_source_carries_is_told_in_the_language_of_the_workspace(office: Office) -> None:
    ref = await told(office, TOLL)
    await office.ask("/brief-admin settings language:ja")
    reply = await office.ask(f'/brief-admin correct {ref} deck:"Zebras sang loudly in Vienna." note:"訂正"')
    assert "出典" in reply.rpartition("Zebras sang loudly in Vienna.")[2]
    assert "source" not in reply


async def test_operators_retraction_holds_for_all_and_no_workspace_takes_it_back(office: Office) -> None:
    ref = await told(office, TOLL)
    assert "is for managers" in await office.ask(f"/brief-admin retract {ref} because", is_manager=False)
    await office.ask(f"/brief-admin retract {ref} It was another ferry")
    assert "It was another ferry" in await office.ask("/brief-admin audit")
    read = await office.ask(f"/brief read {ref}", workspace=OTHER)
    assert "This brief was retracted" in read
    assert "It was another ferry" in read
    assert "House 1" in read
    assert "people were hurt" not in read
    assert ref not in await office.ask("/brief search ferry", workspace=OTHER)
    assert "only they can take it back" in await office.ask(f"/brief-admin correct {ref} undo:drop", workspace=OTHER)
    assert f"Related to {ref}" in await office.ask(f"/brief related {ref}")
    back = await office.ask(f"/brief-admin correct {ref} undo:drop note:'they were otters'")
    assert "Retraction taken back 09:00: they were otters" in back
    assert "Take it back" not in back
    read = await office.ask(f"/brief read {ref}", workspace=OTHER)
    assert "people were hurt" in read
    assert "a retraction was taken back" in read


async def test_reason_of_two_characters_is_one(office: Office) -> None:
    ref = await told(office, TOLL)
    assert "Allowed: 2 to" in await office.ask(f"/brief-admin retract {ref} x")
    # A whole word in Korean: misreport.
    assert "오보" in await office.ask(f"/brief-admin retract {ref} 오보")
    assert "오보" in await office.ask(f"/brief read {ref}")


async def test_brief_without_a_source_stays_without_it_when_there_is_news(office: Office) -> None:
    other = "Twelve people were hurt when the ferry struck the pier on Monday, the police said."
    ref = await told(office, TOLL, other)
    shown = await office.ask(f"/brief-admin correct {ref} without:9")
    assert "no source 9" in shown
    brief = await office.store.briefs.get(1, workspace=LOCAL_WORKSPACE)
    number = next(source.n for source in brief.text.sources if source.publisher == "House 1")
    await office.ask(f"/brief-admin correct {ref} without:{number}")
    read = await office.ask(f"/brief read {ref}")
    assert "Twenty-one" not in read
    assert "without what House 1 reported" in read
    # Another house comes to the story.
    third = await told_more(office, "Divers searched the water below the pier on Tuesday for a missing anchor.")
    assert third.version > 2
    await Aftermath(office.store, office.clock).settle()
    read = await office.ask(f"/brief read {ref}")
    assert "Divers searched" in read
    assert "Twenty-one" not in read


async def told_more(office: Office, text: str) -> Brief:
    at = office.clock.now()
    draft = Draft(
        url="https://house3.example/3",
        title="Divers search below the pier",
        text=text,
        publisher="House 3",
        language="en",
        published_at=at,
    )
    item = Incoming(draft=draft, owner="house3", keys=("url:house3",), bands=(), is_news=True, published_at=at)
    [(_, article)] = await office.store.articles.add_all(1, [item], seen_at=at, is_same=lambda *_: False)
    await office.store.stories.place([(article, 1)], now=at)
    await BriefWriter(office.store, office.clock).write_due()
    return await office.store.briefs.get(1, workspace=None, is_raw=True)


async def test_news_under_a_correction_is_told_once_and_the_correction_stays(office: Office, clock: FakeClock) -> None:
    ref = await told(office, TOLL)
    await office.ask(f'/brief-admin correct {ref} headline:"Ferry touches the pier" note:"Softer"', workspace=OTHER)
    await told_more(office, "Divers searched the water below the pier on Tuesday for a missing anchor.")
    for _ in range(2):
        await Aftermath(office.store, clock).settle()
    due = await office.store.notices.claim(clock.now(), limit=9, lease_s=9, platforms=["console"])
    assert [(one.kind, one.workspace_id) for one in due] == [("news", OTHER)]
    assert "Ferry touches the pier" in await office.ask("/brief latest", workspace=OTHER)
    history = await office.store.briefs.history(1, workspace=OTHER)
    assert [(one.number, one.kind) for one in history] == [
        (1, VersionKind.NEWS),
        (2, VersionKind.EDITED),
        (3, VersionKind.NEWS),
    ]
    assert [one.number for one in await office.store.briefs.history(1, workspace=LOCAL_WORKSPACE)] == [1, 3]


async def test_report_is_kept_without_its_reader_told_once_a_day_and_judged_beside_the_sources(
    office: Office, clock: FakeClock
) -> None:
    ref = await told(office, TOLL)
    assert "Thank you" in await office.ask(f"/brief report {ref} The number is wrong", is_manager=False)
    assert "Thank you" in await office.ask(f"/brief report {ref} The number is quite wrong", is_manager=False)
    listed = await office.ask("/brief-admin reports")
    assert f"{ref}: Ferry strikes the pier" in listed
    assert "1 report" in listed
    assert "No brief is reported" in await office.ask("/brief-admin reports", workspace=OTHER)
    shown = await office.ask(f"/brief-admin reports {ref}")
    assert "The number is quite wrong" in shown
    assert "[1] House 1: word for word" in shown
    assert "brief-admin retract" in shown
    due = await office.store.notices.claim(clock.now(), limit=9, lease_s=9, platforms=["console"])
    assert [one.kind for one in due] == ["report"]
    await office.ask(f"/brief-admin reports {ref} close:dismiss")
    assert "No brief is reported" in await office.ask("/brief-admin reports")
    answers = []
    for _ in range(6):
        answers.append(await office.ask(f"/brief report {ref} again", is_manager=False))
        await office.ask(f"/brief-admin reports {ref} close:dismiss")
    assert ["more than" in answer for answer in answers] == [False] * 4 + [True] * 2, "five an hour"


@pytest.mark.parametrize(
    ("was", "now", "kind"),
    [
        (
            "The ferry hit the pier and 21 people were hurt.",
            "The ferry hit the pier and 12 people were hurt.",
            "changed",
        ),
        ("The mayor Ann Lee said the pier was safe.", "The mayor Tom Park said the pier was safe.", "changed"),
        ("The pier was safe on Monday, she said.", "The pier was not safe on Monday, she said.", "changed"),
        ("It reopens on 3 May, the office said.", "It reopens on 5 May, the office said.", "changed"),
        ("여객선 충돌로 21명이 다쳤다고 밝혔다.", "여객선 충돌로 12명이 다쳤다고 밝혔다.", "changed"),
        (
            "The ferry hit the pier.",
            "Correction: an earlier version named the wrong pier. The ferry hit the pier.",
            "corrected",
        ),
        ("부두에 부딪혔다고 전했다.", "[정정] 부두에 부딪혔다고 전했다.", "corrected"),
        ("The ferry hit the pier.", "Retracted: this story was wrong. The ferry hit the pier.", "withdrawn"),
        ("The ferry hit the peir on Monday.", "The ferry hit the pier on Monday.", None),
        ("The ferry hit the pier.", "The ferry hit the pier. Last updated 12:40 on 3 May.", None),
        ("Updated 12:30. The ferry hit the pier.", "Updated 14:50. The ferry hit the pier.", None),
        ("The ferry hit the pier.", "The ferry hit the pier. Divers searched the water for 3 hours.", None),
    ],
)
def test_only_another_fact_or_the_sources_own_word_is_a_change(was: str, now: str, kind: str | None) -> None:
    language = "ko" if was[0] > "\u3000" else "en"
    found = change_of(Wording(title="T", text=was, language=language), Wording(title="T", text=now, language=language))
    assert (found and str(found.kind)) == kind


async def test_words_of_a_manager_are_no_template_and_ping_nobody(office: Office) -> None:
    ref = await told(office, TOLL)
    await office.ask(f'/brief-admin correct {ref} headline:"@everyone {{0}} <!channel>" note:"{{when}} @here"')
    read = await office.ask(f"/brief read {ref}")
    assert "{when}" in read
    assert "@everyone " not in read
