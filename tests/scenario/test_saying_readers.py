"""In whose language the bot answers: a private answer in its reader's, what all see in the workspace's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.caveat import CAVEATS
from bot.commands.invoke import Invocation, Person
from bot.models import LOCAL_WORKSPACE, ChannelRef, WorkspaceId
from bot.saying import speaking
from bot.store import Store
from tests.dock import digest, pass_time
from tests.fakes import FakeClock
from tests.harbour import Harbour, harbour
from tests.loopback import Answer, FakeDiscord
from tests.loopback.rules import walk
from tests.loopback.world import SEND
from tests.loopback_slack import FakeSlack
from tests.office import Office
from tests.wharf import Wharf, wharf


@pytest.fixture
async def port(sqlite_store: Store) -> AsyncIterator[Harbour]:
    """A Japanese server on Discord."""
    async with FakeDiscord() as fake, harbour(fake, sqlite_store, FakeClock(datetime.now(UTC))) as made:
        await settle(made.office, made.workspace)
        yield made


@pytest.fixture
async def dock(sqlite_store: Store) -> AsyncIterator[Wharf]:
    """A Japanese workspace of Slack."""
    async with FakeSlack() as fake, wharf(fake, sqlite_store, FakeClock(datetime.now(UTC))) as made:
        await settle(made.office, made.workspace)
        yield made


async def settle(office: Office, workspace: WorkspaceId) -> None:
    """News for a workspace that speaks Japanese."""
    source = await office.follow("https://harbour.example/feed", workspace=workspace, title="Harbour")
    await office.report(source, "Ferry service resumes")
    kept = await office.store.workspaces.get(workspace)
    await office.store.workspaces.save(replace(kept, language="ja"))


def pressed(answer: Answer, label: str) -> str:
    """The id of the button with this label."""
    found = [part for shown in answer.messages for part in walk(shown["components"]) if part.get("label") == label]
    return str(found[0]["custom_id"])


async def test_discord_answers_a_person_in_their_language_and_a_channel_in_its_own(port: Harbour) -> None:
    mina = replace(port.fake.person(port.guild), locale="ko")
    shown = await port.fake.slash(mina, port.channel, "brief latest")
    assert "## 최신" in shown.texts
    assert "단일 출처" in shown.texts
    assert CAVEATS["ko"] in shown.texts
    assert (
        "브리핑이 여기에 없습니다" in (await port.fake.slash(mina, port.channel, "brief read", {"brief": "b99"})).texts
    )
    for locale, language in (("ja", "ja"), ("en-GB", "en"), ("fi", "ja")):
        answer = await port.fake.slash(replace(mina, locale=locale), port.channel, "brief latest")
        assert CAVEATS[language] in answer.texts
    shared = await port.fake.press(mina, port.channel, shown.messages[0], pressed(shown, "이 채널에 공유"))
    assert not shared.is_ephemeral
    assert "Mina さんが共有" in shared.texts
    assert CAVEATS["ja"] in shared.texts
    assert "최신" not in shared.texts


async def test_discord_draws_forms_and_what_is_wrong_in_them_in_the_language_of_who_fills_them_in(
    port: Harbour,
) -> None:
    ola = replace(port.fake.manager(port.guild), locale="ko")
    form = await port.fake.slash(ola, port.channel, "brief-admin digest add")
    words = [str(label["label"]) for label in form.modal["components"]]
    assert words == ["이름", "시각", "채널", "요일", "주제"]
    assert "월" in str(form.modal)
    wrong = await port.fake.submit(ola, port.channel, form, {"name": "아침", "at": "99"})
    assert "시각이 아닙니다" in wrong.texts
    assert "수정하고 다시 시도" in str(wrong.messages)


async def test_discord_channel_gets_its_digest_and_managers_what_is_wrong_in_their_servers_language(
    port: Harbour,
) -> None:
    ola = replace(port.fake.manager(port.guild), locale="ko")
    at = f"{port.clock.now():%H:%M}"
    await port.fake.slash(ola, port.channel, "brief-admin digest add", {"name": "Morning", "at": at})
    await port.fake.slash(ola, port.channel, "brief-admin digest send", {"digest": "Morning"})
    await port.fake.deny(port.channel, SEND)
    await port.settled()
    await port.deliverer.drain()
    [told] = port.fake.direct_messages(port.guild.owner_id)
    assert "「Morning」を投稿できませんでした" in str(told)
    assert "Briefbot に不足している権限: Send Messages" in str(told)
    status = await port.fake.slash(ola, port.channel, "brief-admin status")
    assert "Briefbot에 없는 권한: Send Messages" in status.texts
    await port.fake.deny(port.channel, 0)
    await port.settled()
    await port.deliverer.drain()
    [posted] = port.channel.messages
    assert "ニュース 1 件" in str(posted)
    assert CAVEATS["ja"] in str(posted)


async def test_slack_answers_a_person_in_their_language_and_a_channel_in_its_own(dock: Wharf) -> None:
    dock.fake.limits.off()
    mina, ola, edi = dock.fake.person(dock.team), dock.fake.manager(dock.team), dock.fake.person(dock.team, "Edi")
    mina.locale, ola.locale, edi.locale = "ko-KR", "ko-KR", "fi-FI"
    shown = await dock.fake.slash(mina, dock.channel, "/brief", "latest")
    assert "최신" in shown.texts
    assert CAVEATS["ko"] in shown.texts
    assert CAVEATS["ja"] in (await dock.fake.slash(edi, dock.channel, "/brief", "latest")).texts
    assert "명령이 없습니다" in (await dock.fake.slash(mina, dock.channel, "/brief", "ㅋㅋ")).texts
    asked = len(dock.fake.calls("users.info"))
    await dock.fake.slash(mina, dock.channel, "/brief", "topics")
    assert len(dock.fake.calls("users.info")) == asked, "a person's language is asked for once"
    await dock.fake.press(mina, shown.messages[-1], "이 채널에 공유")
    [shared] = dock.channel.messages
    assert "さんが共有" in str(shared["blocks"])
    assert CAVEATS["ja"] in str(shared["blocks"])
    home = await dock.fake.open_home(ola)
    assert "다이제스트 추가" in home.labels
    assert "오늘의 소식" in home.texts
    form = await dock.fake.slash(ola, dock.channel, "/brief-admin", "topic add")
    assert "주제 추가" in str(form.view)
    assert "단어" in str(form.view)


async def test_slack_does_not_wait_for_a_language_that_slack_does_not_tell(dock: Wharf) -> None:
    mina = dock.fake.person(dock.team)
    dock.fake.faults.status(503, method="users.info")
    assert CAVEATS["ja"] in (await dock.fake.slash(mina, dock.channel, "/brief", "latest")).texts
    assert CAVEATS["en"] in (await dock.fake.slash(mina, dock.channel, "/brief", "latest")).texts


async def test_slack_digest_is_in_the_language_of_its_workspace(dock: Wharf) -> None:
    dock.fake.limits.off()
    with speaking("ko"):
        await digest(dock)
        await pass_time(dock)
    [posted] = dock.channel.messages
    assert "ニュース 1 件" in str(posted["blocks"])
    assert CAVEATS["ja"] in posted["text"]
    assert "출처" not in str(posted)


async def test_digest_is_previewed_as_its_channel_will_read_it(sqlite_store: Store, clock: FakeClock) -> None:
    office = Office(sqlite_store, clock)
    await settle(office, LOCAL_WORKSPACE)

    async def ask(line: str, locale: str = "ko") -> Any:
        person = Person(id="u1", name="Mina", is_manager=True)
        here = Invocation(
            workspace_id=LOCAL_WORKSPACE, person=person, channel=ChannelRef("console:general"), locale=locale
        )
        return (await office.commands.run(line, here)).document

    made = await ask("/brief-admin digest add Morning at:10:00")
    assert (made.language, made.title) == ("ko", "“Morning” 설정을 마쳤습니다")
    seen = await ask("/brief-admin digest preview Morning")
    assert (seen.language, seen.caveat.text) == ("ja", CAVEATS["ja"])
    changed = await ask("/brief-admin settings language:ko", locale="fi")
    assert (changed.language, changed.title) == ("ko", "설정을 변경했습니다")
    assert (await ask("/brief-admin settings language:de", locale="fi")).language == "de"
    german = await ask("/brief latest", locale="fi")
    assert (german.title, german.caveat.text) == ("Latest", CAVEATS["de"])


async def test_workspace_that_is_new_is_answered_in_english(sqlite_store: Store, clock: FakeClock) -> None:
    office = Office(sqlite_store, clock)
    here = Invocation(
        workspace_id=WorkspaceId("console:new"),
        person=Person(id="u1", name="Mina"),
        channel=ChannelRef("console:general"),
        locale="fi",
    )
    assert await office.commands.language(here) == ""
    assert "/brief latest" in str((await office.commands.run("/brief help", here)).document)


@pytest.mark.parametrize(
    "line", ["brief read b1", "brief-admin reports brief:b1", "brief-admin topic preview words:ferry"]
)
async def test_document_is_in_the_language_of_its_words(sqlite_store: Store, clock: FakeClock, line: str) -> None:
    """Its platform draws the rest of the message in that one."""
    office = Office(sqlite_store, clock)
    await settle(office, LOCAL_WORKSPACE)
    await office.ask("/brief report b1 reason:wrong")
    await office.ask("/brief-admin retract b1 reason:wrong")
    mina = Person(id="u1", name="Mina", is_manager=True)
    here = Invocation(workspace_id=LOCAL_WORKSPACE, person=mina, channel=ChannelRef("console:general"), locale="ko")
    document = (await office.commands.run(f"/{line}", here)).document
    assert (document.language, document.caveat and document.caveat.text) == ("ko", CAVEATS["ko"])
