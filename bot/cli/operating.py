"""`run`, `check` and `migrate`: for the person who runs the bot."""

from __future__ import annotations

import contextlib
import importlib
import sys
from typing import Final

import structlog
from rich.console import Console
from rich.progress import Progress

from bot import health, logs
from bot.app import CORE_ROLES, PLATFORMS
from bot.cli.running import opened, say, say_json
from bot.config import Settings
from bot.errors import ConfigError, UsageError
from bot.listening import Endpoint
from bot.odd_settings import odd_settings
from bot.stopping import Stopping
from bot.store.copying import copy_store as copy_whole_store
from bot.store.migrate import migrate as migrate_store

log = structlog.get_logger(__name__)

_MISSING: Final = {
    "discord": "DISCORD_TOKEN is not set; docs/discord.md says where it comes from",
    "slack": "SLACK_BOT_TOKEN is not set; docs/slack.md says where it comes from",
    "console": "the token of another platform is set, and the console is there only without any",
}


async def run(settings: Settings, only: frozenset[str], *, shards: str = "") -> None:
    """Runs until SIGTERM, SIGINT, or until the person at the prompt leaves."""
    known = (*CORE_ROLES, *PLATFORMS)
    if wrong := sorted(only - set(known)):
        raise UsageError(
            f"--only {wrong[0]!r} is no part of the bot", allowed=", ".join(known), example="briefbot run --only ingest"
        )
    for says in odd_settings():
        log.warning("settings.odd", reason=says)
    _require_platforms(settings, only, shards)
    _leave_no_core()
    stopping = Stopping()
    stopping.listen()
    # Loaded and watched only when somebody wants to know.
    metrics = importlib.import_module("bot.metrics").Metrics() if settings.health_listen else None
    if metrics:
        logs.configure(settings, watch=metrics.note)
    async with opened(settings) as app:
        endpoint = Endpoint(settings, app.store, app.clock, metrics) if metrics else None
        await app.run(stopping.asked, only, endpoint=endpoint)
    stopping.closed()


def _require_platforms(settings: Settings, only: frozenset[str], shards: str) -> None:
    """ConfigError for a platform that was asked for and cannot be spoken to: it would be waited for in silence."""
    there = frozenset(settings.platforms())
    for name in sorted(only & frozenset(PLATFORMS) - there):
        raise ConfigError(f"--only {name}: {_MISSING[name]}")
    if shards and "discord" not in there:
        raise ConfigError(f"--shards {shards}: {_MISSING['discord']}")
    if shards and only and "discord" not in only:
        raise UsageError(
            f"--shards {shards} is for Discord, and --only leaves it out",
            allowed="--shards with --only discord, or without --only",
            example=f"briefbot run --only discord --shards {shards}",
        )


def _leave_no_core() -> None:
    """A process that crashes writes no image of its memory, in which its tokens stand."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


async def check(settings: Settings, *, as_json: bool) -> int:
    """Says what is set up, what each feature still needs, and whether the store is sound; 1 if something is broken."""
    findings = await health.check(settings)
    for finding in findings:
        if as_json:
            say_json({"area": finding.area, "state": finding.state, "says": finding.says})
        else:
            say(f"{finding.state.upper():8} {finding.area:10} {finding.says}")
    return 1 if any(finding.state is health.State.BROKEN for finding in findings) else 0


async def discord_invite(settings: Settings, application: int | None) -> None:
    """Prints the link that adds the bot to a server."""
    if application is not None and not 0 < application < 2**63:
        raise UsageError(
            f"{application} is no application's id",
            allowed="the number at General Information of discord.com/developers/applications",
            example="briefbot discord-invite 81384788765712384",
        )
    # By name, since the core imports no adapter (law 8).
    say(await importlib.import_module("adapters.discord").invitation(settings, application))


async def slack_manifest(settings: Settings, *, as_json: bool) -> None:
    """Prints the manifest of the Slack app."""
    # By name, since the core imports no adapter (law 8).
    say(importlib.import_module("adapters.slack.manifest").manifest_text(settings, as_json=as_json).rstrip())


async def migrate(settings: Settings, *, while_running: bool) -> None:
    """Brings the database to this version's schema."""
    revision = await migrate_store(settings.database_url, while_running=while_running)
    say(f"the database is at revision {revision}")


async def copy_store(settings: Settings, to: str) -> None:
    """Copies everything to PostgreSQL, with a bar for each table on a terminal."""
    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
        bars = {}

        def moved(name: str, count: int) -> None:
            if name not in bars:
                bars[name] = progress.add_task(name, total=None)
            progress.advance(bars[name], count)

        counts = await copy_whole_store(settings.database_url, to, moved)
    for name, count in counts.items():
        say(f"{name:24}{count:10,}")
    say(f"{sum(counts.values()):,} rows copied and counted. Set BRIEFBOT_DATABASE_URL to the new database and start.")
