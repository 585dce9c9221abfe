"""What no text of a model may hold: ways to elsewhere, calls to people, words about itself, and our secrets. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from bot.briefs.model.prompt import Prompt

_LINK: Final = re.compile(
    r"[a-z][a-z0-9+.-]{1,20}://|\b(?:mailto|javascript|data|tel|slack|discord):\S|\bwww\.\w|\]\s*\(|<\s*+(?:/\s*+)?[a-z!@#:]"
    r"|\b(?:discord\.gg|t\.me|bit\.ly)\b",
    re.IGNORECASE,
)
_CALL: Final = re.compile(r"@(?:everyone|here|channel|group)\b|<[@#!&]|(?<![\w.])@[\w.-]{2,}", re.IGNORECASE)
_MAIL: Final = re.compile(r"(?<![\w.+-])[\w.+-]++@[\w-]++\.\w")
_DOMAIN: Final = re.compile(
    # Names of few and short parts, as they are: of a text that is one long name the search would never end.
    r"(?<![a-z0-9-])[a-z0-9][a-z0-9-]{0,62}(?:\.[a-z0-9-]{1,63}){0,8}\.[a-z]{2,12}\b(?:/\S*)?",
    re.IGNORECASE,
)
_ABBREVIATION: Final = re.compile(r"(?:[a-z]-)?(?:(?:[a-z]\.)+[a-z]|w\.va)", re.IGNORECASE)
_OF_ITSELF: Final = re.compile(
    r"\b(?:this|the above|the following) (?:brief|summary|article|digest|text|message|page|briefing)\b"
    r"|\b(?:ai|machine|human)[- ](?:generated|written|verified|reviewed) (?:summary|brief|text|digest)\b"
    r"|\b(?:caveat|disclaimer)s?\b.{0,40}\b(?:appl|ignore|remove|omit|not needed|unnecessary)"
    r"|\b(?:ignore|disregard|forget)\b.{0,40}\b(?:instruction|caveat|rule|prompt|disclaimer)"
    r"|\b(?:system prompt|as an ai\b|language model i\b)"
    r"|이 (?:요약|브리핑|기사|글)[은는이]|(?:주의|면책) ?문구|지시를? 무시"
    r"|この(?:要約|記事|文章|ブリーフ)は|注意書き|免責|指示を無視",
    re.IGNORECASE,
)
_RUN: Final = 40
"""Characters in a row of our own instructions that a brief does not hold by chance."""


@dataclass(frozen=True, slots=True)
class Guard:
    """Judges the texts of one answer. `known` are domains that may be named, since independent sources do."""

    secrets: tuple[str, ...]
    instructions: str
    known: frozenset[str] = frozenset()

    def problem(self, text: str) -> str:
        """Why a text may not reach a reader, in words of ours; empty when it may."""
        if self.leaks(text):
            return "repeats what it was told in confidence"
        if _LINK.search(text) or _MAIL.search(text):
            return "holds an address"
        if _CALL.search(text):
            return "calls on somebody"
        if _OF_ITSELF.search(text):
            return "speaks of itself"
        if domains_in(text) - self.known:
            return "names a site that its sources do not agree on"
        return ""

    def leaks(self, text: str) -> bool:
        """Whether a text holds a secret, or a piece of what we told the model."""
        if any(secret in text for secret in self.secrets):
            return True
        return any(text[at : at + _RUN] in self.instructions for at in range(max(0, len(text) - _RUN + 1)))


def guard_for(prompt: Prompt, secrets: Iterable[str], known: Iterable[str] = ()) -> Guard:
    """A guard for the answer to this question; secrets too short to be any are left out."""
    kept = tuple(secret for secret in (*secrets, prompt.mark) if len(secret) >= 6)
    return Guard(kept, prompt.instructions, frozenset(known))


def domains_in(text: str) -> frozenset[str]:
    """What looks like a site's name, in lower case; U.S. and W.Va. do not."""
    found = (match[0] for match in _DOMAIN.finditer(text))
    return frozenset(name.lower() for name in found if not _ABBREVIATION.fullmatch(name))


def agreed_domains(texts: Sequence[tuple[str, str]]) -> frozenset[str]:
    """Sites that texts of at least two houses name; the texts are (house, text)."""
    houses: dict[str, set[str]] = {}
    for house, text in texts:
        for name in domains_in(text):
            houses.setdefault(name, set()).add(house)
    return frozenset(name for name, named_by in houses.items() if len(named_by) > 1 and "/" not in name)
