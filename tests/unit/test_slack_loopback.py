"""The loopback Slack against the unmodified slack_sdk: it answers and refuses as Slack does."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.loopback_slack import Channel, FakeSlack, Person, Team
from tests.loopback_slack.rules import pings, wrong_with_blocks, wrong_with_view
from tests.loopback_slack.world import PRIVATE
from tests.unit.slack_sample import (
    button,
    buttons,
    client_of,
    code_of,
    form,
    plain,
    section,
    typed,
)

Json = dict[str, Any]


@pytest.fixture(autouse=True)
def quiet_libraries() -> None:
    for name in ("slack_bolt", "slack_sdk"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


@pytest.fixture
async def fake() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as made:
        made.patience_s = 1.0
        yield made


@pytest.fixture
def team(fake: FakeSlack) -> Team:
    return fake.add_team()


@pytest.fixture
def news(fake: FakeSlack, team: Team) -> Channel:
    return fake.add_channel(team)


@pytest.fixture
def mina(fake: FakeSlack, team: Team) -> Person:
    return fake.person(team)


# ── messages ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_post_is_stored_and_found_again_by_its_metadata(fake: FakeSlack, team: Team, news: Channel) -> None:
    client = client_of(fake, team)
    mark = {"event_type": "brief", "event_payload": {"delivery": "d1"}}
    first = await client.chat_postMessage(channel=news.id, text="One", blocks=[section("*One*")], metadata=mark)
    second = await client.chat_postMessage(channel=news.id, text="Two")
    assert float(first["ts"]) < float(second["ts"])
    found = await client.conversations_history(channel=news.id, include_all_metadata=True)
    assert [message["text"] for message in found["messages"]] == ["Two", "One"]
    assert found["messages"][1]["metadata"] == mark
    assert found["messages"][1]["blocks"][0]["block_id"]
    without = await client.conversations_history(channel=news.id)
    assert "metadata" not in without["messages"][1]
    assert pings(news.messages[0]) == []


async def test_history_pages_and_bounds(fake: FakeSlack, team: Team, news: Channel) -> None:
    client = client_of(fake, team)
    ids = [fake.world.store(news, {"text": str(n)})["ts"] for n in range(5)]
    page = await client.conversations_history(channel=news.id, limit=2)
    assert [m["text"] for m in page["messages"]] == ["4", "3"]
    more = await client.conversations_history(channel=news.id, limit=2, cursor=page["response_metadata"]["next_cursor"])
    assert [m["text"] for m in more["messages"]] == ["2", "1"]
    newer = await client.conversations_history(channel=news.id, oldest=ids[1], limit=2)
    assert [m["text"] for m in newer["messages"]] == ["3", "2"]
    one = await client.conversations_history(channel=news.id, oldest=ids[1], latest=ids[1], inclusive=True)
    assert [m["text"] for m in one["messages"]] == ["1"]


async def test_thread_is_not_in_the_channel_and_update_keeps_its_place(
    fake: FakeSlack, team: Team, news: Channel
) -> None:
    client = client_of(fake, team)
    parent = await client.chat_postMessage(channel=news.id, text="Digest")
    reply = await client.chat_postMessage(channel=news.id, text="Part 2", thread_ts=parent["ts"])
    await client.chat_update(channel=news.id, ts=parent["ts"], text="Digest 1/2", blocks=[section("Digest")])
    assert len((await client.conversations_history(channel=news.id))["messages"]) == 1
    thread = await client.conversations_replies(channel=news.id, ts=parent["ts"])
    assert [m["text"] for m in thread["messages"]] == ["Digest 1/2", "Part 2"]
    assert news.messages[0]["edited"]
    nested = client.chat_postMessage(channel=news.id, text="x", thread_ts=reply["ts"])
    assert await code_of(nested) == "cannot_reply_to_message"
    link = await client.chat_getPermalink(channel=news.id, message_ts=parent["ts"])
    assert link["permalink"].startswith("https://harbour.slack.com/archives/")


async def test_lost_response_is_posted_twice_by_the_client_as_it_comes(
    fake: FakeSlack, team: Team, news: Channel
) -> None:
    fake.faults.lose_after()
    await client_of(fake, team).chat_postMessage(channel=news.id, text="Hello")
    assert [message["text"] for message in news.messages] == ["Hello", "Hello"]
    assert [request.status for request in fake.calls("chat.postMessage")] == [0, 200]


async def test_lost_response_is_posted_once_without_retries(fake: FakeSlack, team: Team, news: Channel) -> None:
    client = client_of(fake, team, retry_handlers=[])
    fake.faults.lose_after()
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await client.chat_postMessage(channel=news.id, text="Hello")
    fake.faults.lose_before()
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await client.chat_postMessage(channel=news.id, text="Lost")
    assert [message["text"] for message in news.messages] == ["Hello"]


async def test_faults_and_limits_are_counted(fake: FakeSlack, team: Team, news: Channel) -> None:
    client = client_of(fake, team, retry_handlers=[])
    fake.faults.status(503)
    fake.faults.error("fatal_error")
    assert await code_of(client.chat_postMessage(channel=news.id, text="x")) == "service_unavailable"
    assert await code_of(client.chat_postMessage(channel=news.id, text="x")) == "fatal_error"
    fake.faults.limit(7)
    with pytest.raises(SlackApiError) as told:
        await client.chat_postMessage(channel=news.id, text="x")
    assert told.value.response.headers["Retry-After"] == "7"
    fake.limits.rest()
    for _ in range(3):
        await client.chat_postMessage(channel=news.id, text="x")
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=news.id, text="x")
    assert (caught.value.response.status_code, caught.value.response["error"]) == (429, "ratelimited")
    assert caught.value.response.headers["Retry-After"] == "1"
    assert (fake.limits.refused, len(news.messages)) == (1, 3)
    fake.limits.off()
    assert await code_of(client.chat_postMessage(channel=news.id, text="x")) == ""


async def test_channels_refuse_what_the_bot_may_not_do(fake: FakeSlack, team: Team, news: Channel) -> None:
    client = client_of(fake, team)
    fake.limits.off()
    kinds: dict[str, Json] = {
        "is_archived": {"is_archived": True},
        "restricted_action": {"is_restricted": True},
        "channel_not_found": {"kind": PRIVATE, "is_member": False},
        "": {"is_member": False},
    }
    for code, parts in kinds.items():
        channel = fake.add_channel(team, **parts)
        assert await code_of(client.chat_postMessage(channel=channel.id, text="x")) == code
    fake.set_scopes(team, "chat:write")
    assert await code_of(client.chat_postMessage(channel=channel.id, text="x")) == "not_in_channel"
    with pytest.raises(SlackApiError) as caught:
        await client.conversations_history(channel=news.id)
    assert caught.value.response["needed"] == "channels:history"
    assert await code_of(client.api_call("chat.postMessage", json={"channel": news.id})) == "no_text"
    fake.spoil(team, "token_expired")
    assert await code_of(client.chat_postMessage(channel=news.id, text="x")) == "token_expired"
    assert await code_of(AsyncWebClient(base_url=fake.api).auth_test()) == "not_authed"
    assert await code_of(AsyncWebClient(base_url=fake.api, token="xoxb-x").auth_test()) == "invalid_auth"


@pytest.mark.parametrize(
    ("blocks", "code"),
    [
        ([section("x" * 3000)], ""),
        ([section("x" * 3001)], "invalid_blocks"),
        ([section("")], "invalid_blocks"),
        ([{"type": "divider"}] * 50, ""),
        ([{"type": "divider"}] * 51, "invalid_blocks"),
        ([{"type": "header", "text": plain("x" * 151)}], "invalid_blocks"),
        ([section("x", block_id="a"), section("y", block_id="a")], "invalid_blocks"),
        ([buttons(button("a"), button("a"))], "invalid_blocks"),
        ([buttons(button("a"), button("b", "x" * 75))], ""),
        ([buttons(button("a", "x" * 76))], "invalid_blocks"),
        ([buttons(button("a", value="x" * 2001))], "invalid_blocks"),
        ([section("x", colour="red")], "invalid_blocks"),
        ([section("x" * 3000)] * 4, ""),
        ([section("x" * 3000)] * 4 + [section("x")], "msg_blocks_too_long"),
        ([{"type": "context", "elements": [plain("x")] * 11}], "invalid_blocks"),
    ],
)
async def test_blocks_beyond_the_limits_are_refused(
    fake: FakeSlack, team: Team, news: Channel, blocks: list[Json], code: str
) -> None:
    assert await code_of(client_of(fake, team).chat_postMessage(channel=news.id, text="x", blocks=blocks)) == code


def test_views_beyond_the_limits_are_refused() -> None:
    assert wrong_with_view(form(typed("name"))) == ""
    without = form(typed("name"))
    del without["submit"]
    for wrong in (
        without,
        form(section("x", accessory=button("a", url="not an address"))),
        form({"type": "markdown", "text": "x"}),
        form(typed("name"), title=plain("x" * 25)),
        form(typed("name"), private_metadata="x" * 3001),
        form(typed("name", max_length=3001)),
        form(*[section("x")] * 101),
    ):
        assert wrong_with_view(wrong)
    option = {"text": plain("x"), "value": "x" * 150}
    select = {"type": "static_select", "action_id": "a", "options": [option] * 100}
    assert wrong_with_blocks([section("x", accessory=select)]) == ""
    assert wrong_with_blocks([section("x", accessory=select | {"options": [option] * 101})])
    assert wrong_with_blocks([section("x", accessory=select | {"options": [option | {"value": "x" * 151}]})])


def test_live_mentions_are_seen() -> None:
    shown = {"text": "a &lt;!here&gt;", "blocks": [section("<!channel> <@U1|x> <!subteam^S1>"), buttons(button("a"))]}
    assert pings(shown) == ["channel", "U1", "S1"]


async def test_people_and_places_are_described(fake: FakeSlack, team: Team, news: Channel) -> None:
    client, ola = client_of(fake, team), fake.manager(team, tz="Asia/Seoul", locale="ko-KR")
    told = (await client.users_info(user=ola.id, include_locale=True))["user"]
    assert (told["is_admin"], told["tz"], told["locale"]) == (True, "Asia/Seoul", "ko-KR")
    editors = fake.add_group(team, people=[ola])
    assert [g["id"] for g in (await client.usergroups_list())["usergroups"]] == [editors]
    assert (await client.usergroups_users_list(usergroup=editors))["users"] == [ola.id]
    direct = (await client.conversations_open(users=ola.id))["channel"]["id"]
    await client.chat_postMessage(channel=direct, text="Hello")
    assert [m["text"] for m in fake.direct_messages(ola)] == ["Hello"]
    fake.add_channel(team, "secret", PRIVATE, is_member=False)
    listed = await client.conversations_list(types="public_channel,private_channel")
    assert [channel["name"] for channel in listed["channels"]] == ["news"]
    assert (await client.conversations_info(channel=news.id))["channel"]["is_member"]
    assert (await client.team_info())["team"]["domain"] == "harbour"
    assert (await client.auth_test()).headers["X-OAuth-Scopes"]


# ── files, forms and answers ──────────────────────────────────────────────────────────────────────────────────────────


async def test_response_url_works_five_times(fake: FakeSlack, team: Team, mina: Person, news: Channel) -> None:
    answer, _ = fake._begin(mina, news)
    async with aiohttp.ClientSession() as session:
        codes = [(await session.post(answer.response_url, json={"text": "x"})).status for _ in range(6)]
    assert codes == [200] * 5 + [404]
    assert fake.requests[-1].error == "used_url"


async def test_response_url_replaces_deletes_and_writes_for_everybody(
    fake: FakeSlack, mina: Person, news: Channel
) -> None:
    answer, _ = fake._begin(mina, news)
    answer.original = fake.world.store(news, {"text": "Old", "blocks": [section("Old")]})
    async with aiohttp.ClientSession() as session:

        async def say(**body: Any) -> int:
            return (await session.post(answer.response_url, json=body)).status

        assert await say(text="New", blocks=[section("New")], replace_original=True) == 200
        assert await say(text="For all", response_type="in_channel") == 200
        assert await say(text="x", blocks=[section("x" * 3001)]) == 400
        assert [m["text"] for m in news.messages] == ["New", "For all"]
        assert await say(delete_original=True) == 200
    assert [m["text"] for m in news.messages] == ["For all"]
    assert len(answer.posts) == 3


async def test_trigger_works_once_and_not_late(fake: FakeSlack, team: Team, mina: Person, news: Channel) -> None:
    client = client_of(fake, team)
    _, trigger = fake._begin(mina, news)
    assert await code_of(client.views_open(trigger_id=trigger, view=form(typed("name")))) == ""
    assert await code_of(client.views_open(trigger_id=trigger, view=form(typed("name")))) == "exchanged_trigger_id"
    fake.late_s = 4.0
    _, trigger = fake._begin(mina, news)
    assert await code_of(client.views_open(trigger_id=trigger, view=form(typed("name")))) == "expired_trigger_id"


async def test_forms_stand_on_each_other_and_are_guarded_by_their_hash(
    fake: FakeSlack, team: Team, mina: Person, news: Channel
) -> None:
    client = client_of(fake, team)
    opened = await client.views_open(trigger_id=fake._begin(mina, news)[1], view=form(typed("name")))
    for code in ("", "", "push_limit_reached"):
        call = client.views_push(trigger_id=fake._begin(mina, news)[1], view=form(typed("name")))
        assert await code_of(call) == code
    id_, hash_ = opened["view"]["id"], opened["view"]["hash"]
    await client.views_update(view_id=id_, hash=hash_, view=form(typed("name"), title=plain("Newer")))
    assert await code_of(client.views_update(view_id=id_, hash=hash_, view=form(typed("name")))) == "hash_conflict"
    assert await code_of(client.views_update(view_id="V0", view=form(typed("name")))) == "not_found"
    assert await code_of(client.views_publish(user_id=mina.id, view=form(typed("name")))) == "invalid_arguments"
    assert [view["title"]["text"] for view in team.stacks[mina.id]] == ["Newer", "Topic", "Topic"]


async def test_files_go_both_ways(fake: FakeSlack, team: Team, mina: Person, news: Channel) -> None:
    client, given = client_of(fake, team), fake.files.attach(mina, "feeds.opml", "<opml/>")
    async with aiohttp.ClientSession() as session:
        url, key = given["url_private_download"], {"Authorization": f"Bearer {team.token}"}
        assert await (await session.get(url, headers=key)).text() == "<opml/>"
        assert "Sign in" in await (await session.get(url)).text()
    await client.files_upload_v2(
        channel=news.id, filename="sources.opml", content="<opml>1</opml>", initial_comment="2"
    )
    assert (news.messages[0]["text"], news.messages[0]["files"][0]["name"]) == ("2", "sources.opml")
    assert fake.files.all[news.messages[0]["files"][0]["id"]].content == b"<opml>1</opml>"


async def test_workspaces_have_tokens_of_their_own(fake: FakeSlack, team: Team, news: Channel, mina: Person) -> None:
    other = fake.add_team("Lighthouse")
    assert await code_of(client_of(fake, other).chat_postMessage(channel=news.id, text="x")) == "channel_not_found"
    client = client_of(fake, team)
    await client.chat_postEphemeral(channel=news.id, user=mina.id, text="Only you")
    assert [(m["_to"], m["text"]) for m in news.ephemerals] == [(mina.id, "Only you")]
    assert (await client.conversations_history(channel=news.id))["messages"] == []
    deleted = await client.chat_postMessage(channel=news.id, text="x")
    await client.chat_delete(channel=news.id, ts=deleted["ts"])
    assert news.messages == []
    async with aiohttp.ClientSession() as session:
        form_body = {"token": team.token, "channel": news.id, "blocks": '[{"type": "divider"}]', "text": "x"}
        answer = await (await session.post(f"{fake.api}chat.postMessage", data=form_body)).json()
    assert (answer["ok"], news.messages[0]["blocks"][0]["type"]) == (True, "divider")
