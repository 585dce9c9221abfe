"""What may be offered while a value is being typed; from the store, in a few indexed reads."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import available_timezones

from rapidfuzz import fuzz, process

from bot.commands import selecting
from bot.commands.catalogue.spec import Option, OptionType
from bot.documents.clip import clip
from bot.documents.corrected import headline_of
from bot.errors import NotFound
from bot.models import Brief, WorkspaceId, parse_public_id, public_id
from bot.store import Store
from bot.text.words import fold
from bot.topics.catalogue import known_topics

LIMIT: Final = 25
_LABEL: Final = 100


async def completions(store: Store, workspace: WorkspaceId, option: Option, text: str) -> list[tuple[str, str]]:
    """At most 25 pairs of what to show (100 characters at most) and the value to send."""
    if option.type is OptionType.BRIEF:
        return await _briefs(store, workspace, text)
    if option.type is OptionType.CATALOGUE:
        return _known_topics(option, text)
    if not option.can_complete:
        return [(choice, choice) for choice in option.choices]
    return _best(await _names(store, workspace, option.type), text)


@dataclass(frozen=True, kw_only=True, slots=True)
class Offered:
    """What may be picked where nothing is typed, as (what to show, value); what is chosen now stands first."""

    options: tuple[tuple[str, str], ...]
    """At most 25, or just what is chosen when that is more."""
    chosen: tuple[str, ...]
    """The values that are chosen now. One that names nothing any more is its own label."""


async def offered(store: Store, workspace: WorkspaceId, option: Option, chosen: Sequence[str]) -> Offered:
    """The rows that an option may name, when these are chosen, by id or name."""
    names = await _names(store, workspace, option.type)
    by_id = {value: name for name, value in names}
    by_name = {fold(name): value for name, value in names}
    values = tuple(dict.fromkeys(one if one in by_id else by_name.get(fold(one), one) for one in chosen))
    first = [(by_id.get(value, value), value) for value in values]
    rest = [(name, value) for name, value in names if value not in values][: max(0, LIMIT - len(first))]
    return Offered(options=tuple((clip(name, _LABEL), value) for name, value in (*first, *rest)), chosen=values)


def _known_topics(option: Option, text: str) -> list[tuple[str, str]]:
    """Topics of the catalogue; of several that are typed with commas between them the last is completed."""
    before, _, last = text.rpartition(",") if option.is_list else ("", "", text)
    given = [part.strip() for part in before.split(",") if part.strip()]
    topics = [topic for topic in known_topics().values() if topic.id not in given]
    offered = [topic for topic in topics if topic.kind == option.name] or topics
    found = _best([(topic.name, topic.id) for topic in offered], last)
    values = [", ".join((*given, id_)) for _, id_ in found]
    labels = [clip(", ".join((*given, name)), _LABEL) for name, _ in found]
    return [pair for pair in zip(labels, values, strict=True) if len(pair[1]) <= _LABEL]


async def _names(store: Store, workspace: WorkspaceId, kind: OptionType) -> Sequence[tuple[str, str]]:
    match kind:
        case OptionType.TOPIC:
            return [(topic.name, public_id("t", topic.id)) for topic in await store.topics.list(workspace)]
        case OptionType.DIGEST:
            return [(digest.name, public_id("d", digest.id)) for digest in await store.digests.list(workspace)]
        case OptionType.SOURCE:
            followed = await store.sources.followed(workspace)
            return [(source.name, public_id("src", source.id)) for source in followed]
        case OptionType.PING:
            return [(word, word) for word in ("workspace", "none")]
        case _:
            return [(zone, zone) for zone in sorted(available_timezones())]


async def _briefs(store: Store, workspace: WorkspaceId, text: str) -> list[tuple[str, str]]:
    """The one of a typed id, else those whose headlines have the words that are being typed, else the newest."""
    found: list[Brief] = []
    if number := parse_public_id("b", text):
        with contextlib.suppress(NotFound):
            found = [await store.briefs.get(number, workspace=workspace)]
    found = found or await store.search.begun(text, workspace=workspace, limit=LIMIT)
    found = found or await _newest(store, workspace)
    return [(clip(headline_of(brief), _LABEL), brief.ref) for brief in found]


async def _newest(store: Store, workspace: WorkspaceId) -> list[Brief]:
    """Nobody asked for these by name: without muted ones."""
    try:
        known = await store.workspaces.get(workspace)
    except NotFound:
        return await store.briefs.latest(workspace, limit=LIMIT)
    return await selecting.newest(store, known, None, limit=LIMIT, offset=0)


def _best(names: Sequence[tuple[str, str]], text: str) -> list[tuple[str, str]]:
    """Names that begin with the text, then that hold it, then that look like it."""
    wanted = fold(text.strip())
    if not wanted:
        return [(clip(name, _LABEL), value) for name, value in names[:LIMIT]]
    folded = {place: fold(name) for place, (name, _) in enumerate(names)}
    starts = [place for place, name in folded.items() if name.startswith(wanted)]
    holds = [place for place, name in folded.items() if wanted in name]
    like = [place for _, _, place in process.extract(wanted, folded, scorer=fuzz.WRatio, limit=LIMIT, score_cutoff=60)]
    order = list(dict.fromkeys([*starts, *holds, *like]))[:LIMIT]
    return [(clip(names[place][0], _LABEL), names[place][1]) for place in order]
