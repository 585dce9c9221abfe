"""Who says what, in words: publishers' names and a few fixed words beside what stands in the source. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from bot.briefs.person import is_aside, is_personal

MAX_CHARS: Final = 300
"""A longer sentence is not made longer."""

_HAS_ONE: Final = re.compile(
    r"[\"“”「『]"
    r"|\b(?:said|says?|told|according to|reported|reports|wrote|announced|called|warned|argued|asked"
    r"|apologised|apologized|claimed"
    r"|stated|added|tweeted|insisted|accused|urged|found)\b"
    r"|따르면|다고|라고|이라며|했다며|によると|によれば|という。|とした。|と(?:述べ|話し|語っ|発表|説明|明らか)",
    re.IGNORECASE,
)
_QUOTES: Final = {"ja": "「{}」", "zh": "“{}”"}
_EACH: Final = {
    "en": ("according to {who}, {what}", "; "),
    "ko": ("{who}에 따르면 {what}", ", "),
    "ja": ("{who}によると{what}", "、"),
}
_LATER: Final = {
    "en": ("{who} reported {what}", "; later ", "{who} reported {what}"),
    "ko": ("{who}에 따르면 {what}", ", 이후 ", "{who}에 따르면 {what}"),
    "ja": ("{who}によると{what}", "、その後", "{who}によると{what}"),
}


def attributed(sentence: str, publisher: str, language: str) -> str:
    """A sentence with the one publisher that says it, unless it names a speaker itself.

    "We think so, according to X" says that somebody else thinks so, and a question is nothing that anybody says.
    """
    if not publisher or len(sentence) > MAX_CHARS or _HAS_ONE.search(sentence):
        return sentence
    if is_aside(sentence) or is_personal(sentence):
        return sentence
    match language:
        case "en" if sentence.endswith("."):
            stem = sentence if re.search(r"\.\w\.$", sentence) else sentence[:-1]
            return f"{stem}, according to {publisher}."
        case "ko":
            return f"{publisher}에 따르면 {sentence}"
        case "ja":
            return f"{publisher}によると、{sentence}"
    return sentence


def disagreement(told: Sequence[tuple[str, str]], language: str) -> str:
    """Publishers with what each says, word for word, as one sentence."""
    each, between = _EACH.get(language, ("{who}: {what}", "; "))
    return _sentence(between.join(each.format(who=who, what=_quoted(what, language)) for who, what in told), language)


def update(told: Sequence[tuple[str, str]], language: str) -> str:
    """The same, of publishers that wrote one after the other."""
    first, between, next_ = _LATER.get(language, ("{who}: {what}", "; → ", "{who}: {what}"))
    parts = [
        (next_ if number else first).format(who=who, what=_quoted(what, language))
        for number, (who, what) in enumerate(told)
    ]
    return _sentence(between.join(parts), language)


def taken_apart(sentence: str, publishers: Sequence[str]) -> list[tuple[str, str]]:
    """What `attributed`, `disagreement` and `update` put together: publishers with what each says; else nothing."""
    for publisher in filter(None, publishers):
        if sentence.endswith(tail := f", according to {publisher}."):
            return [(publisher, sentence.removesuffix(tail) + ".")]
    who = "|".join(re.escape(publisher) for publisher in publishers if publisher)
    if not who:
        return []
    quoted = re.compile(
        rf"(?:according to ({who}), |({who})(?: reported |에 따르면 |によると|: ))[“「]([^“”「」]*)[”」]", re.IGNORECASE
    )
    found = [(one or other, what) for one, other, what in quoted.findall(sentence)]
    if found and len(found) == sentence.count("“") + sentence.count("「"):
        return found
    alone = re.match(rf"({who})(?:에 따르면 |によると、)(.+)", sentence, re.DOTALL)
    return [(alone[1], alone[2])] if alone else []


def _quoted(span: str, language: str) -> str:
    return _QUOTES.get(language, "“{}”").format(span)


def _sentence(text: str, language: str) -> str:
    return text[:1].upper() + text[1:] + ("。" if language in ("ja", "zh") else ".")
