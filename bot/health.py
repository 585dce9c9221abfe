"""What is set up, what is missing for which feature, and what is broken."""

from __future__ import annotations

import os
import shutil
import socket
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from sqlalchemy import make_url

from bot import pulse
from bot.app import has_adapter
from bot.briefs.model.choice import model_of
from bot.config import Settings
from bot.errors import ConfigError
from bot.odd_settings import odd_settings
from bot.ports import SystemClock
from bot.store import Store
from bot.store.asked import Unanswered, ask
from bot.store.figures import Figures
from bot.store.heartbeats import ALIVE, FORGOTTEN
from bot.store.place import missing_file

ROOM: Final = 200_000_000
"""Bytes below which an operator should look after the disk: some weeks of a busy bot."""
NO_ROOM: Final = 10_000_000
"""Bytes below which the next large feed may not be stored."""


class State(StrEnum):
    OK = "ok"
    OFF = "off"
    """Not set up; `says` names what it would need."""
    WARNING = "warning"
    BROKEN = "broken"


@dataclass(frozen=True, kw_only=True)
class Finding:
    area: str
    state: State
    says: str


async def check(settings: Settings) -> list[Finding]:
    """Every finding, in the order in which an operator would set things up; changes nothing but a SQLite schema."""
    return [
        *await _store(settings),
        _discord(settings),
        _slack(settings),
        _model(settings),
        _private_sources(settings),
        _files(settings),
        *(Finding(area="settings", state=State.WARNING, says=says) for says in odd_settings()),
    ]


async def _store(settings: Settings) -> list[Finding]:
    found = await ask(_of_store(settings.database_url))
    if isinstance(found, Unanswered):
        return [Finding(area="store", state=State.BROKEN, says=found.reason)]
    return found


async def _of_store(url: str) -> list[Finding]:
    new = missing_file(url)
    store = await Store.open(url)
    try:
        health = await store.health()
        if not health.is_sound:
            return [Finding(area="store", state=State.BROKEN, says="; ".join(health.problems))]
        counts = ", ".join(f"{count} {name}" for name, count in health.counts.items())
        says = f"{health.dialect}, schema {health.revision}: {counts}" + (f"; made just now: {new}" if new else "")
        sound = Finding(area="store", state=State.OK, says=says)
        figures = await store.counting.figures(SystemClock().now())
        return [
            sound,
            *_disk(store),
            await _process(store),
            *await _turns(store),
            await _sources(store),
            await _digests(store),
            _editions(figures),
            _deliveries(figures),
        ]
    finally:
        await store.close()


def _disk(store: Store) -> list[Finding]:
    """Whether there is room for what is to be written to a SQLite file."""
    if not store.database.is_sqlite:
        return []
    free = shutil.disk_usage(Path(str(store.database.url.database)).parent).free
    says = f"{free / 1_000_000:,.0f} MB are left on the disk of the database"
    state = State.OK if free >= ROOM else State.WARNING if free >= NO_ROOM else State.BROKEN
    return [Finding(area="disk", state=state, says=says)]


async def _process(store: Store) -> Finding:
    """Whether the bot is at work; one that was stopped is no defect, one that died or hangs is."""
    now = SystemClock().now()
    hearts = pulse.of_host(await store.heartbeats.all(), socket.gethostname())
    if not hearts:
        return Finding(area="process", state=State.OFF, says="no process is at work; start one with: briefbot run")
    if wrong := pulse.problems(hearts, now):
        return Finding(area="process", state=State.BROKEN, says="; ".join(wrong))
    return Finding(area="process", state=State.OK, says=pulse.words(hearts, now))


async def _turns(store: Store) -> list[Finding]:
    """Which process does what only one may do; those beside it stand by."""
    now, found = SystemClock().now(), []
    for one in await store.leases.all():
        since = now - one.beat_at
        says = f"{one.name}: {one.process}, last sign {since.total_seconds():.0f} s ago"
        if since < ALIVE:
            found.append(Finding(area="turn", state=State.OK, says=says))
        elif since < FORGOTTEN:
            found.append(Finding(area="turn", state=State.OFF, says=f"{says}: it died, and nobody took over"))
    return found


def _editions(figures: Figures) -> Finding:
    states = figures.editions
    wrong = {"skipped": states["skipped"], "failed": states["failed"], "late": figures.editions_late}
    says = f"{sum(states.values())} in the last day" + "".join(f", {n} {name}" for name, n in wrong.items() if n)
    return Finding(area="editions", state=State.WARNING if any(wrong.values()) else State.OK, says=says)


def _deliveries(figures: Figures) -> Finding:
    says = f"{figures.deliveries_waiting} wait"
    if figures.deliveries_stuck:
        says += f", {figures.deliveries_stuck} of them overdue by more than 15 minutes; does its platform run?"
    return Finding(area="deliveries", state=State.WARNING if figures.deliveries_stuck else State.OK, says=says)


async def _sources(store: Store) -> Finding:
    sources = await store.sources.followed(None)
    failing = [source for source in sources if source.failures]
    if not sources:
        says = "none yet; add one with: briefbot try '/brief-admin source add https://…' --as admin"
        return Finding(area="sources", state=State.OFF, says=says)
    if failing:
        worst = max(failing, key=lambda source: source.failures)
        says = f"{len(failing)} of {len(sources)} fail; {worst.name}: {worst.last_error}"
        return Finding(area="sources", state=State.WARNING, says=says)
    return Finding(area="sources", state=State.OK, says=f"{len(sources)} are read, none fails")


async def _digests(store: Store) -> Finding:
    soonest = await store.digests.next_due_at()
    if soonest is None:
        says = "none yet; add one with: briefbot try '/brief-admin digest add name:Morning at:08:00' --as admin"
        return Finding(area="digests", state=State.OFF, says=says)
    return Finding(area="digests", state=State.OK, says=f"the next is due at {soonest:%Y-%m-%d %H:%M} UTC")


def _discord(settings: Settings) -> Finding:
    token = bool(settings.discord_token.get_secret_value())
    return _platform("discord", is_set=token, missing="DISCORD_TOKEN")


def _slack(settings: Settings) -> Finding:
    match settings.slack_mode():
        case "oauth":
            way = f"workspaces install it at {settings.public_url or 'BRIEFBOT_PUBLIC_URL (not set)'}/slack/install"
        case "http":
            way = f"HTTP mode at {settings.slack_listen}"
        case "socket":
            way = "Socket Mode"
        case _:
            return _slack_is_missing(settings)
    return _platform("slack", is_set=True, missing="", way=way)


def _slack_is_missing(settings: Settings) -> Finding:
    if settings.slack_bot_token.get_secret_value():
        says = "SLACK_BOT_TOKEN is set, so it can post; to be answered it needs SLACK_APP_TOKEN or SLACK_SIGNING_SECRET"
        return Finding(area="slack", state=State.WARNING, says=says)
    if settings.slack_signing_secret.get_secret_value():
        says = "SLACK_SIGNING_SECRET is set; it needs SLACK_BOT_TOKEN, or SLACK_CLIENT_ID and SLACK_CLIENT_SECRET, too"
        return Finding(area="slack", state=State.WARNING, says=says)
    return _platform("slack", is_set=False, missing="SLACK_BOT_TOKEN and SLACK_APP_TOKEN")


def _platform(name: str, *, is_set: bool, missing: str, way: str = "") -> Finding:
    if not is_set:
        return Finding(area=name, state=State.OFF, says=f"set {missing} to use it")
    if not has_adapter(name):
        return Finding(area=name, state=State.WARNING, says="its token is set, but this version cannot connect to it")
    return Finding(area=name, state=State.OK, says=way or "its token is set")


def _model(settings: Settings) -> Finding:
    if not settings.model:
        return Finding(area="model", state=State.OFF, says="briefs are extracted; set BRIEFBOT_MODEL to have one write")
    try:
        choice = model_of(settings)
    except ConfigError as error:
        return Finding(area="model", state=State.BROKEN, says=error.message)
    assert choice is not None
    where = f" at {choice.base_url}" if choice.base_url else ""
    says = f"{choice.label}{where} writes the briefs, with up to {choice.daily_tokens:,} tokens a day"
    return Finding(area="model", state=State.OK, says=says)


def _private_sources(settings: Settings) -> Finding:
    networks = ", ".join(str(network) for network in settings.allow_private_sources)
    if networks:
        return Finding(area="network", state=State.OK, says=f"feeds may live in {networks}, although private")
    return Finding(area="network", state=State.OK, says="feeds in private networks are refused")


def _files(settings: Settings) -> Finding:
    """Whether other users of the machine can read the secrets of `.env` or what is in the database."""
    database = make_url(settings.database_url)
    names = [".env", *([str(database.database)] if database.get_backend_name() == "sqlite" else [])]
    names += [f"{name}{end}" for name in names[1:] for end in ("-wal", "-shm")]
    open_ = [name for name in names if os.name == "posix" and (path := Path(name)).is_file() and _is_open(path)]
    if open_:
        says = f"other users of this machine can read {', '.join(open_)}; close with: chmod 600 {' '.join(open_)}"
        return Finding(area="files", state=State.WARNING, says=says)
    return Finding(area="files", state=State.OK, says="what is kept here is for this user alone")


def _is_open(path: Path) -> bool:
    return bool(path.stat().st_mode & 0o077)
