"""`check --sources`: whether every feed can be read from this machine, without storing anything."""

from __future__ import annotations

from collections import Counter

from bot.app import App
from bot.cli.reading import progress_bar
from bot.cli.running import opened, say, say_json
from bot.config import Settings
from bot.ingest.trial import Candidate, Trial, TrialState, try_all
from bot.text.urls import without_login
from bot.topics.catalogue import known_topics


async def check_sources(settings: Settings, *, with_catalogue: bool, as_json: bool) -> int:
    """Tries every feed that is followed, and those of the catalogue when asked; 1 when some fail."""
    async with opened(settings) as app:
        feeds = await candidates(app, with_catalogue=with_catalogue)
        trials = await _tried(app, feeds)
    order = {feed.url: place for place, feed in enumerate(feeds)}
    for trial in sorted(trials, key=lambda one: order[one.candidate.url]):
        if as_json:
            say_json(_json(trial))
        else:
            say(_line(trial))
    counts = Counter(trial.state for trial in trials)
    if not as_json:
        say(f"{len(trials)} feeds: " + ", ".join(f"{counts[state]} {state}" for state in TrialState))
    return 1 if counts[TrialState.FAILING] else 0


async def candidates(app: App, *, with_catalogue: bool) -> list[Candidate]:
    """Each address once; what is followed comes first, under the name that it has there."""
    found = {
        source.address: Candidate(url=source.address, title=source.title)
        for source in await app.store.sources.followed(None)
    }
    for topic in known_topics().values() if with_catalogue else ():
        for feed in topic.feeds:
            found.setdefault(feed.url, Candidate(url=feed.url, title=feed.title))
    return list(found.values())


async def _tried(app: App, feeds: list[Candidate]) -> list[Trial]:
    trials = []
    with progress_bar() as progress:
        task = progress.add_task("Trying feeds", total=len(feeds))
        async for trial in try_all(app.fetcher, app.parser, feeds):
            trials.append(trial)
            progress.advance(task)
    return trials


def _line(trial: Trial) -> str:
    name = " ".join(part for part in (trial.candidate.title, f"<{without_login(trial.candidate.url)}>") if part)
    if trial.state is TrialState.FAILING:
        return f"{trial.state:8} {name}: {trial.reason}"
    count = "1 entry" if trial.entries == 1 else f"{trial.entries} entries"
    newest = f", the newest of {trial.newest_at:%Y-%m-%d %H:%M} UTC" if trial.newest_at else ", none with a date"
    moved = f"; it has moved to {without_login(trial.moved_to)}" if trial.moved_to else ""
    return f"{trial.state:8} {name}: {count}{newest if trial.entries else ''}{moved}"


def _json(trial: Trial) -> dict[str, object]:
    return {
        "url": without_login(trial.candidate.url),
        "title": trial.candidate.title,
        "state": trial.state,
        "entries": trial.entries,
        "newest_at": trial.newest_at.isoformat() if trial.newest_at else None,
        "moved_to": without_login(trial.moved_to) or None,
        "reason": trial.reason or None,
    }
