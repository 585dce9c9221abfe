"""The words of a link name no other site than the one it leads to, on every platform."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from adapters.console.render import renderable
from adapters.discord import markdown as discord
from adapters.slack import mrkdwn as slack
from bot.caveat import caveat_for
from bot.documents.nodes import Document, Kind, Link, Paragraph
from bot.documents.text import harmless, link_words, plain_text, safe_url

EVIL = "https://evil.org/a"


def on_console(link: Link) -> str:
    document = Document(kind=Kind.BRIEF, title="t", blocks=(Paragraph((link,)),), caveat=caveat_for("en"))
    stream = io.StringIO()
    Console(file=stream, width=200).print(renderable(document))
    return stream.getvalue()


@pytest.mark.parametrize(
    "words",
    [
        "https://bank.example/login",
        "Your money at bank.example",
        "www.bank.example",
        "ｂａｎｋ．ｅｘａｍｐｌｅ",
        "bank。example/login",
        "bаnk.example",  # a Cyrillic а
        "bank\u200b.exam\u00adple",
        "evil.org.bank.example",
        "notevil.org",
        "https://bank.example@evil.org",
    ],
)
def test_link_that_names_another_site_tells_its_own(words: str) -> None:
    assert link_words(words, EVIL).endswith(" (evil.org)")
    assert "(evil.org)](<https://evil.org/a>)" in discord.link(words, EVIL)
    assert slack.link(words, EVIL).startswith("<https://evil.org/a|")
    assert slack.link(words, EVIL).endswith(" (evil.org)>")
    assert "(evil.org)" in on_console(Link(words, EVIL))


@pytest.mark.parametrize(
    ("words", "url"),
    [
        ("Rates rise by 0.5 points, U.S. says", EVIL),
        ("evil.org opens a shop", EVIL),
        ("www.evil.org", EVIL),
        ("news.evil.org", EVIL),
        ("bbc.co.uk", "https://www.bbc.co.uk/1"),
        ("한국은행이 금리를 올렸다.그러나", EVIL),
        ("bank.example", "javascript:alert(1)"),
    ],
)
def test_link_that_names_none_or_its_own_is_left_alone(words: str, url: str) -> None:
    assert link_words(words, url) == words


def test_login_in_an_address_is_not_shown() -> None:
    """`https://bank.example@evil.org/` reads like the bank's."""
    assert safe_url("https://bank.example:80@evil.org/a@b") == "https://evil.org/a@b"
    assert discord.link("here", "https://bank.example@evil.org/") == "[here](<https://evil.org/>)"
    assert slack.link("here", "https://bank.example@evil.org/") == "<https://evil.org/|here>"


def test_unseen_characters_do_not_pass_the_leaf() -> None:
    unseen = "a\u200bb\u2060c\u00add\ufeffe\u202ef\u2066g\x1b[31mh\u180ei\U000e0001j\ufff9k\x9bl"
    assert harmless(unseen) == "abcdefg[31mhijkl"
    assert harmless("one\u2028two\u2029three") == "one two three"
    link = Document(kind=Kind.NOTICE, title="t", blocks=(Paragraph((Link("\x1b]8;;x\x07", "javascript:x"),)),))
    assert not re.search(r"[\x1b\x07]|javascript:", plain_text(link))
