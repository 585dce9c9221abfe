"""The bot's own words: in the language in effect, whole in each, with the same places for values."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from bot.commands.catalogue import COMMANDS
from bot.saying import SPOKEN, catalogue, say, say_count, speakable, speaking, spoken

ROOT = Path(__file__).parents[2]
Message = str | tuple[str, str]


@cache
def messages() -> tuple[tuple[Message, str], ...]:
    """Every message in the code, with the file it stands in, and every summary of the catalogue of commands."""
    return tuple(_messages())


def _messages() -> Iterator[tuple[Message, str]]:
    for command in COMMANDS:
        for summary in (command.summary, *(option.summary for option in command.options)):
            yield summary, f"/{command.name}"
    for file in [*(ROOT / "bot").rglob("*.py"), *(ROOT / "adapters").rglob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
                if node.func.id in ("say", "marked") and texts:
                    yield str(texts[0]), file.name
                elif node.func.id == "say_count" and len(texts) >= 2:
                    yield (str(texts[0]), str(texts[1])), file.name


@pytest.mark.parametrize("language", [code for code in SPOKEN if code != "en"])
def test_every_message_is_translated_with_its_places(language: str) -> None:
    known = catalogue(language)
    missing, odd = [], []
    for message, where in messages():
        said = getattr(known.get(message), "string", None) or ()
        strings = [said] if isinstance(said, str) else list(said)
        if not strings or not all(strings):
            missing.append((where, message))
        elif any(places(text) != places(message if isinstance(message, str) else message[1]) for text in strings):
            odd.append((where, message, strings))
    assert not missing
    assert not odd


@pytest.mark.parametrize("language", [code for code in SPOKEN if code != "en"])
def test_no_translation_is_left_over(language: str) -> None:
    known = {message for message, _ in messages()}
    assert not [one.id for one in catalogue(language) if one.id and one.id not in known]


NO_PARTICLES = frozenset(["국가", "골라", "나은", "사이", "맞는", "않는", "없는", "읽는", "있는", "찾는"])
"""Words whose own last syllable looks like a particle in the wrong form."""


def test_korean_particles_fit_the_word_they_stand_behind() -> None:
    wrong = []
    for message in catalogue("ko"):
        for text in [message.string] if isinstance(message.string, str) else message.string or ():
            for word in set(re.findall(r"[가-힣]{2,}", text)) - NO_PARTICLES:
                if message.id and misfits(word):
                    wrong.append((word, text))
    assert not wrong


def misfits(word: str) -> bool:
    """Whether a Korean word ends in a particle in the form for a vowel behind a consonant, or the other way round."""
    end = re.search(r"(?P<open>[가는를와])$|(?P<closed>[이은을과])$", word)
    has_final = (ord(word[-2]) - ord("가")) % 28 > 0
    return end is not None and has_final == bool(end["open"])


STRAY = {"ko": ("소스", "토픽", "스토리", "팔로우하는 출처"), "ja": ("情報源", "のソース", "運営者", "フォロー中")}
"""Other words for the terms of docs/languages.md, under which a reader would look for another thing."""


@pytest.mark.parametrize("language", STRAY)
def test_a_thing_has_one_name_in_each_language(language: str) -> None:
    said = [str(message.string) for message in catalogue(language) if message.id]
    assert not [text for text in said if any(word in text for word in STRAY[language])]


def test_language_in_effect_ends_with_its_block() -> None:
    with speaking("ko"):
        assert say_count("{n} source", "{n} sources", 3) == "출처 3개"
        with speaking("pt"):
            assert spoken() == "en"
    assert say_count("{n} source", "{n} sources", 1) == "1 source"


def test_first_language_that_we_speak_is_taken() -> None:
    assert speakable("pt-BR", "ko-KR") == "ko"
    assert speakable("", "xx") == "en"


def test_values_are_no_template() -> None:
    assert say("{name}", name="{0} {x!r}") == "{0} {x!r}"


def places(text: str) -> set[str]:
    return set(re.findall(r"\{(\w*)\}", text))
