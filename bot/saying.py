"""What the bot says by itself, in the language in effect: English where it stands, others from `locales/`.

    with speaking("ko"):
        say("{name} is followed", name=topic.name)

The English words are the key of their translation, as gettext has it; a message that stands in no catalogue is said in
English. The language in effect belongs to the task that set it (a context variable), so that an error raised deep in
a command is in the language of who asked. Names and other outside text are values, never part of the words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

SPOKEN: Final = ("en", "ko", "ja")
"""The languages that we speak."""
PSEUDO: Final = "xx"
"""A language for tests, in which every word of ours stands in brackets, and no value does."""

_language: ContextVar[str] = ContextVar("language", default="")


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Says everything in this language within the block; English for one that we do not speak."""
    token = _language.set(language)
    try:
        yield
    finally:
        _language.reset(token)


def spoken() -> str:
    """The language in effect, one of `SPOKEN` (or `PSEUDO`)."""
    return spoken_of(_language.get()) or "en"


def in_effect(otherwise: str) -> str:
    """The language that was set, also one that we have only the caveat in; `otherwise` where none is set."""
    return _language.get() or otherwise


def speakable(*wanted: str) -> str:
    """The first of these languages or locales (`ko`, `ko-KR`, `en_GB`) that we speak, as two letters; else English."""
    return next((code for code in map(spoken_of, wanted) if code in SPOKEN), "en")


@lru_cache(maxsize=64)
def spoken_of(tag: str) -> str:
    """The two letters of a language or locale that we speak; empty for any other."""
    code = tag.replace("_", "-").partition("-")[0].lower()
    return code if code in SPOKEN or tag == PSEUDO else ""


def say(message: str, /, **values: object) -> str:
    """The message in the language in effect, its `{names}` filled with these values."""
    return _filled(_translated(message), values)


def say_count(one: str, many: str, number: int, /, **values: object) -> str:
    """As `say`, in the form that the language has for this number, which is `{n}` in the words."""
    forms = _forms((one, many))
    # Korean and Japanese have one form.
    return _filled(forms[0 if number == 1 or len(forms) == 1 else 1], {"n": number, **values})


def marked(message: str, /) -> str:
    """The message itself: marks words of a table, which are said later by `say`, for translation."""
    return message


def catalogue(language: str, file: str = "") -> Catalog:
    """All messages of a language, from each of its files or from one; read once."""
    return _read(language, file)


def _filled(words: str, values: dict[str, Any]) -> str:
    return words.format(**values) if values else words


def _translated(message: str) -> str:
    language = spoken()
    if language == "en":
        return message
    if language == PSEUDO:
        return _bracketed(message)
    found = catalogue(language).get(message)
    return found.string if found and isinstance(found.string, str) and found.string else message


def _bracketed(message: str) -> str:
    return re.sub(r"[^{}]+(?![^{]*\})", r"⟦\g<0>⟧", message)


def _forms(pair: tuple[str, str]) -> tuple[str, ...]:
    language = spoken()
    if language == "en":
        return pair
    if language == PSEUDO:
        return tuple(map(_bracketed, pair))
    found = catalogue(language).get(pair)
    strings = tuple(found.string) if found and isinstance(found.string, list | tuple) else ()
    return strings if strings and all(strings) else pair


@cache
def _read(language: str, only: str) -> Catalog:
    # Babel is loaded only where another language is spoken.
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import read_po

    whole = Catalog(locale=language)
    folder = resources.files("bot.locales") / language
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if file.name.endswith(".po") and only in ("", file.name):
            with file.open("rb") as lines:
                for message in read_po(lines, locale=language):
                    if message.id:
                        whole[message.id] = message
    return whole
