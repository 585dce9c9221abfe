"""Slack messages hold to Slack's limits and ping nobody, whatever is in them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.slack.actions import Press, button, read_press
from adapters.slack.mrkdwn import bold, code, entities, escaped, inline, link, mention, plain
from adapters.slack.render import TEXT_LIMIT, render
from bot.caveat import caveat_for
from bot.documents.nodes import (
    Action,
    Actions,
    Block,
    Card,
    Document,
    Facts,
    Heading,
    Kind,
    Link,
    Mention,
    Note,
    Paragraph,
    RelatedItem,
    RelatedList,
    Text,
)
from bot.documents.verbs import Verb
from bot.ports import Payload, require_caveat
from tests.hostile import MENTIONS, documents, texts
from tests.slack_blocks import check_blocks
from tests.slack_blocks import texts as texts_in

LIVE = re.compile(r"<(?!https?://news\.example/)")
"""What would be read by Slack, but for links to our sources."""


def check(payload: Payload) -> None:
    """Every rule of Slack, and of ours, that a body could break."""
    body = payload.body
    assert body.keys() == {"blocks", "text", "unfurl_links", "unfurl_media", "metadata"}
    assert (body["unfurl_links"], body["unfurl_media"]) == (False, False)
    check_blocks(body["blocks"])
    require_caveat(payload)
    assert body["blocks"][-1]["type"] == "context"
    assert body["blocks"][-1]["elements"][0]["text"].startswith(payload.caveat)
    assert payload.caveat in body["text"]
    assert len(body["text"]) <= TEXT_LIMIT


def check_is_dead(payload: Payload) -> None:
    """Nothing of outside pings, links or is an entity of Slack."""
    marked = [*texts_in(payload.body["blocks"], "mrkdwn"), payload.body["text"]]
    for text in marked:
        assert not LIVE.search(text), text
        assert not re.search(r"&(?!amp;|lt;|gt;)", text)
        bare = re.sub(r"<https?://news\.example/[^\s<>|]*\|[^<>]*>", "", text)
        assert not set("<>") & set(bare)
    for text in [*marked, *texts_in(payload.body["blocks"], "plain_text")]:
        assert not any(mention in text for mention in MENTIONS)
    for text in texts_in(payload.body["blocks"], "plain_text"):
        assert not set("<>") & set(text)


def check_document(document: Document) -> None:
    payloads = render(document)
    assert payloads == render(document)
    for payload in payloads:
        check(payload)
        check_is_dead(payload)


@settings(max_examples=25)
@given(documents)
def test_hostile_document_breaks_no_limit_and_pings_nobody(document: Document) -> None:
    check_document(document)


@given(texts)
def test_escaped_text_has_no_markup_of_its_own(text: str) -> None:
    drawn = escaped(text)
    assert not re.search(r"(?<![A-Za-z0-9])[*_~]|[*_~](?![A-Za-z0-9])|`", drawn)
    assert not re.search(r":(?!\d\d?:)[\w+'-]+:", drawn)
    assert not drawn.lstrip().startswith("&gt;")


def test_outside_text_is_shown_as_it_was_written() -> None:
    assert escaped("*Shock* as <https://evil.example|bank> & co") == (
        "∗Shock∗ as &lt;https://evil.example|bank&gt; &amp; co"
    )
    assert escaped("snake_case 2*3 at 10:30:00, ~50 :smile:") == "snake_case 2*3 at 10:30:00, ∼50 ∶smile:"
    assert escaped("> quoted") == "› quoted"
    assert plain("<!channel> :x: *b* AT&T") == "‹\u200b!channel› :x: *b* AT&T"


def test_link_leads_only_to_an_address() -> None:
    assert link("A > b", "https://a.example/?b=1&c=d|e>f") == "<https://a.example/?b=1&amp;c=d%7Ce%3Ef|A &gt; b>"
    assert link("A", "javascript:alert(1)") == "A"
    assert link("", "https://a.example") == ""


def test_marks_of_ours_stand_where_they_format() -> None:
    assert inline((Text("so "), Text(" it is ", strong=True), Text("now"))) == "so  *it is* now"
    assert inline((Text("굵게", strong=True), Text("는"))) == "*굵게*\u200b는"
    assert bold(" \u200d ") == ""
    assert code("a`b <x>") == "`aˋb &lt;x&gt;`"


def test_mention_is_live_for_a_channel_only() -> None:
    assert mention(Mention("slack:T1.C123")) == "<#C123>"
    assert mention(Mention("slack:T1.S123", is_role=True)) == "`S123`"
    assert mention(Mention("console:general>")) == "console:general&gt;"


def digest(**values: Any) -> Document:
    blocks = (Heading("News", level=1), Paragraph((Text("<!subteam^S9> <!here>"),)))
    whole = Document(kind=Kind.DIGEST, title="News", blocks=blocks, caveat=caveat_for("en"))
    return replace(whole, **values)


@pytest.mark.parametrize("ref", ["slack:T1.S123", "S123"])
def test_group_that_an_admin_chose_is_the_only_one_that_is_pinged(ref: str) -> None:
    [payload] = render(digest(ping=ref))
    assert payload.body["blocks"][0]["text"]["text"] == "<!subteam^S123>"
    assert payload.to_json().count("<!") == 1
    assert "S123" not in payload.body["text"]


@pytest.mark.parametrize("ref", ["", "slack:T1.C123", "S1>", "<!channel>", "channel", "77", "slack:T1.S12 3"])
def test_reference_that_is_no_user_group_pings_nobody(ref: str) -> None:
    assert render(digest(ping=ref)) == render(digest())


def test_long_digest_pings_in_its_first_message_only() -> None:
    cards = tuple(Card(brief=f"b{n}", headline="Ferry " * 20, deck="Word " * 90) for n in range(1, 41))
    payloads = render(digest(blocks=cards, ping="S123", caveat=caveat_for("ko")))
    assert len(payloads) > 2
    assert ["<!subteam^S123>" in payload.to_json() for payload in payloads] == [True] + [False] * (len(payloads) - 1)
    for payload in payloads:
        check(payload)


LONG: dict[str, tuple[Block, ...]] = {
    "cards": tuple(
        Card(
            brief=f"b{n}",
            headline="Fé&ry " * 20,
            deck="Wo<rd " * 90,
            sources=tuple(Link("Ex", "https://news.example/" + "a" * 200) for _ in range(4)),
            related=((f"b{n}1", "H" * 90), (f"b{n}2", "H" * 90)),
        )
        for n in range(1, 60)
    ),
    "actions": (Actions(tuple(Action("L" * 80, "brief search " + "w" * 1900) for _ in range(30))),),
    "facts": (Facts(tuple((f"Name {n}", "v" * 50) for n in range(70))),),
    "headings": tuple(
        block for _ in range(60) for block in (Heading("H" * 60), Paragraph((Text("&" * 500 + " word" * 300),)))
    ),
    "short": tuple(block for n in range(1, 80) for block in (Heading("T"), Card(brief=f"b{n}", headline="x"))),
}


@pytest.mark.parametrize("blocks", LONG.values(), ids=LONG)
def test_long_document_is_divided_within_all_limits(blocks: tuple[Block, ...]) -> None:
    for payload in render(digest(blocks=blocks, ping="S123", caveat=caveat_for("de", "&" * 200))):
        check(payload)


def test_message_about_briefs_is_marked_as_generated_and_a_notice_is_not() -> None:
    [payload] = render(digest())
    assert payload.body["metadata"] == {"event_type": "briefbot_ai_generated", "event_payload": {"kind": "digest"}}
    [bare] = render(Document(kind=Kind.NOTICE, title="x", blocks=(Note((Text("x"),)),)))
    assert "metadata" not in bare.body


def test_headline_too_long_for_a_header_is_shown_whole() -> None:
    [payload] = render(digest(blocks=(Heading("word " * 40, level=1),)))
    assert payload.body["blocks"][0]["text"]["text"] == f"*{('word ' * 40).strip()}*"


def test_text_for_screen_readers_has_no_addresses_and_keeps_its_caveat() -> None:
    caveat = caveat_for("en", "Ask <us> & co.")
    [payload] = render(digest(blocks=(Paragraph((Text("& " * 1300),)), Paragraph((Text("more"),))), caveat=caveat))
    text = payload.body["text"]
    assert len(text) <= TEXT_LIMIT
    assert text.endswith(f"…\n\n{caveat.text} Ask &lt;us&gt; &amp; co.")


def test_related_briefs_are_picked_beside_the_last_buttons() -> None:
    related = RelatedList((RelatedItem("Tariffs end", "Steel.", "b7"), RelatedItem("Again", "", "b7")))
    actions = Actions((Action("Related", "brief related b1"), Action("More", "brief latest", replaces=True)))
    [payload] = render(digest(blocks=(related, actions)))
    [row] = [block for block in payload.body["blocks"] if block["type"] == "actions"]
    assert [element["action_id"] for element in row["elements"]] == ["v1:run", "v1:turn", "v1:open"]
    assert [option["value"] for option in row["elements"][-1]["options"]] == ["b7"]


def test_buttons_of_one_row_are_told_apart() -> None:
    items = (Action("A", "brief read b1"), Action("B", "brief read b2"), Action("C", "x y", is_danger=True))
    [payload] = render(Document(kind=Kind.NOTICE, title="x", blocks=(Actions(items),)))
    [row] = payload.body["blocks"]
    assert [element["action_id"] for element in row["elements"]] == ["v1:run", "v1:run.2", "v1:do"]
    assert [element.get("style") for element in row["elements"]] == [None, None, "danger"]


def test_short_facts_stand_in_fields_and_long_ones_on_lines() -> None:
    [payload] = render(Document(kind=Kind.NOTICE, title="x", blocks=(Facts((("When", "08:00"), ("Next", "soon"))),)))
    assert [field["text"] for field in payload.body["blocks"][0]["fields"]] == ["*When*\n08:00", "*Next*\nsoon"]
    [payload] = render(Document(kind=Kind.NOTICE, title="x", blocks=(Facts((("Why", "long " * 20), ("B", "c"))),)))
    assert payload.body["blocks"][0]["text"]["text"].endswith("\n*B*  c")


def test_command_that_no_button_can_carry_is_shown_to_be_typed() -> None:
    action = Action("More", "brief search " + "word " * 400, replaces=True)
    assert button(action) is None
    [payload] = render(Document(kind=Kind.NOTICE, title="x", blocks=(Actions((action,)),)))
    assert payload.body["blocks"][0]["elements"][0]["text"].startswith("More: `/brief search word")


@given(st.sampled_from(list(Verb)), st.sampled_from(["brief read b12", "brief search a:b é", ""]), st.integers(1, 99))
def test_press_is_read_as_it_was_written(verb: Verb, words: str, number: int) -> None:
    assert read_press(Press(verb, words).action_id(number), words) == Press(verb, words)


@pytest.mark.parametrize("text", ["", "v2:run", "v1:what", "v1", "v11:run", "other"])
def test_element_of_somebody_else_means_nothing(text: str) -> None:
    assert read_press(text, "x") is None


def test_plain_ampersand_is_escaped_once() -> None:
    assert entities("a & b &amp; <c>") == "a &amp; b &amp;amp; &lt;c&gt;"
