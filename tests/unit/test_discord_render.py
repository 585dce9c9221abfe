"""Discord messages hold to Discord's limits and ping nobody, whatever is in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.discord.buttons import Press, read_press
from adapters.discord.direct import addressed
from adapters.discord.markdown import escaped, link
from adapters.discord.render import LABEL_LIMIT, V2, render
from bot.caveat import caveat_for
from bot.commands.catalogue import COMMANDS
from bot.commands.describe import as_typed
from bot.commands.parse import parse
from bot.documents.nodes import Action, Actions, Card, Document, Heading, Kind, Paragraph, Text
from bot.documents.verbs import Verb
from bot.ports import Payload
from tests.hostile import MENTIONS, documents, texts

GUILD = 1300000000000000001


def walk(components: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for component in components:
        yield component
        yield from walk(component.get("components", []))
        if "accessory" in component:
            yield component["accessory"]


def check(payload: Payload) -> None:
    """Every rule of Discord that a body of ours could break."""
    body = payload.body
    assert body["flags"] == V2
    assert body.keys() == {"flags", "components", "allowed_mentions"}
    assert body["allowed_mentions"] == {"parse": [], "roles": []}
    everything = list(walk(body["components"]))
    assert len(everything) <= 38, "room for the row that shares an answer"
    contents = [component["content"] for component in everything if component["type"] == 10]
    assert all(contents)
    assert sum(map(len, contents)) <= 4000
    ids = [component["custom_id"] for component in everything if "custom_id" in component]
    assert len(ids) == len(set(ids))
    assert all(len(custom_id) <= 100 for custom_id in ids)
    for component in everything:
        check_component(component)
    assert contents[-1].startswith(f"-# {payload.caveat}")


def check_component(component: dict[str, Any]) -> None:
    match component["type"]:
        case 1:
            kinds = [child["type"] for child in component["components"]]
            assert kinds == [3] or (set(kinds) == {2} and len(kinds) <= 5)
        case 2:
            assert 1 <= len(component["label"]) <= LABEL_LIMIT
        case 3:
            values = [option["value"] for option in component["options"]]
            assert 1 <= len(values) == len(set(values)) <= 25
            for option in component["options"]:
                assert 1 <= len(option["label"]) <= 100
                assert 0 < len(option.get("description", "x")) <= 100
        case 9:
            assert [child["type"] for child in component["components"]] == [10]
            assert component["accessory"]["type"] == 2
        case 17:
            assert component["components"]
        case kind:
            assert kind in (10, 14)


def shown(payload: Payload) -> str:
    return "\n".join(component["content"] for component in walk(payload.body["components"]) if component["type"] == 10)


def check_document(document: Document) -> None:
    payloads = render(document)
    assert payloads == render(document)
    for payload in payloads:
        check(payload)
        assert not any(mention in shown(payload) for mention in MENTIONS)
        # A link is one that we made: its address is that of a source, whole and escaped.
        # Read from the left, since a backtick after an escaped backslash begins code, and one after a backslash none.
        bare = re.sub(r"\\.|`[^`]*`", "", shown(payload), flags=re.DOTALL)
        for address in re.findall(r"\]\((.*?)\)", bare):
            assert re.fullmatch(r"<https?://news\.example/[^\s<>()]*>", address)


@given(documents)
def test_hostile_document_breaks_no_limit_and_pings_nobody(document: Document) -> None:
    check_document(document)


@given(texts)
def test_escaped_text_has_no_markup_of_its_own(text: str) -> None:
    bare = re.sub(r"\\(?:_|[^\w\s])", "", escaped(text))
    assert not re.search(r"[*_~`|<>\[\]#]|://", bare)


def test_markup_of_a_headline_is_shown_as_it_was_written() -> None:
    assert escaped("*Shock* as [bank](https://evil.example) | `x`") == (
        "\\*Shock\\* as \\[bank\\](https\\://evil.example) \\| \\`x\\`"
    )
    assert escaped("1. first") == "1\\. first"
    assert escaped("2.3 billion") == "2.3 billion"
    assert escaped("- dash") == "\\- dash"


def test_link_leads_only_to_an_address() -> None:
    assert link("A [x]", "https://a.example/(b)") == "[A \\[x\\]](<https://a.example/%28b%29>)"
    assert link("A", "javascript:alert(1)") == "A"
    assert link("", "https://a.example") == ""


def test_role_that_an_admin_chose_is_the_only_one_that_may_be_pinged() -> None:
    blocks = (Heading("News", level=1), Paragraph((Text("<@&9> @everyone"),)))
    document = Document(kind=Kind.DIGEST, title="News", blocks=blocks, caveat=caveat_for("en"), ping="77")
    [payload] = render(document)
    assert payload.body["allowed_mentions"] == {"parse": [], "roles": ["77"]}
    assert payload.body["components"][0] == {"type": 10, "content": "<@&77>"}


def test_long_digest_pings_in_its_first_message_only() -> None:
    cards = tuple(Card(brief=f"b{n}", headline="Ferry " * 20, deck="Word " * 90) for n in range(1, 26))
    document = Document(kind=Kind.DIGEST, title="News", blocks=cards, caveat=caveat_for("ko"), ping="77")
    payloads = render(document)
    assert len(payloads) > 2
    assert [len(payload.body["allowed_mentions"]["roles"]) for payload in payloads] == [1] + [0] * (len(payloads) - 1)


def test_command_that_no_button_can_carry_is_shown_to_be_typed() -> None:
    action = Action("More", "brief search " + "word " * 30 + "page:2", replaces=True)
    document = Document(kind=Kind.NOTICE, title="x", blocks=(Actions((action,)),))
    [payload] = render(document)
    assert shown(payload) == f"-# More: `/{action.command}`"


@given(st.sampled_from(list(Verb)), st.sampled_from(["brief read b12", "brief search a:b é", ""]), st.integers(1, 99))
def test_press_is_read_as_it_was_written(verb: Verb, words: str, number: int) -> None:
    custom_id = Press(verb, words).custom_id(number)
    assert custom_id is not None
    assert read_press(custom_id) == Press(verb, words)


@pytest.mark.parametrize("text", ["", "v2:run:x", "v1:what:x", "v1", "v11:run:x", "other"])
def test_component_of_somebody_else_means_nothing(text: str) -> None:
    assert read_press(text) is None


@given(st.data())
def test_command_is_parsed_back_as_it_was_typed(data: st.DataObject) -> None:
    command = data.draw(st.sampled_from([command for command in COMMANDS if command.path != ("source", "import")]))
    words = st.text(st.characters(categories=["L", "N", "P", "Zs"]), min_size=1).map(str.strip).filter(bool)
    names = [option.name for option in command.options]
    values = data.draw(st.dictionaries(st.sampled_from(names), words)) if names else {}
    line = as_typed(command.name, values)
    if line and not any(set(value) & set('"“”„«»‘’') for value in values.values()):
        parsed = parse(line)
        assert (parsed.command, parsed.values) == (command, values)


@given(documents)
def test_everything_in_a_direct_message_says_its_server_within_the_limits(document: Document) -> None:
    for payload in render(document):
        components = addressed(payload.body["components"], GUILD)
        check(replace(payload, body={**payload.body, "components": components}))
        ids = [one["custom_id"] for one in walk(components) if "custom_id" in one]
        assert all((press := read_press(id_)) and press.guild_id == GUILD for id_ in ids)


def test_button_that_has_no_room_for_its_server_becomes_the_words_to_type() -> None:
    short, long = Action("Keep", "brief-admin source resume source:src1"), Action("More", f"brief search {'x' * 75}")
    for actions in ((short, long), (long,)):
        document = Document(kind=Kind.NOTICE, title="", blocks=(Actions(actions),))
        [payload] = render(document)
        everything = list(walk(addressed(payload.body["components"], GUILD)))
        assert [one["label"] for one in everything if one["type"] == 2] == ["Keep"][: len(actions) - 1]
        assert [one["content"] for one in everything if one["type"] == 10] == [f"-# More: `/{long.command}`"]
    # Words that would make the message too long are left out with their button.
    row = {"type": 1, "components": [{"type": 2, "label": "More", "custom_id": f"v1:run:{long.command}"}]}
    assert addressed([{"type": 10, "content": "x" * 3950}, row], GUILD) == [{"type": 10, "content": "x" * 3950}]
