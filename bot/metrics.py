"""What Prometheus is told: counted from log events as they pass, and from the store when it is asked.

Labels hold words of ours only (outcomes, command names), never a workspace, a channel or an address.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

from bot import pulse
from bot.commands.catalogue import BY_NAME
from bot.store.figures import Figures

_QUICK: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
_SLOW: Final = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20)
_WAITS: Final = (1, 5, 15, 30, 60, 300, 900, 3600, 21600)
_DELIVERY: Final = {
    "delivery.sent": "sent",
    "delivery.found": "found",
    "delivery.retry": "retry",
    "delivery.blocked": "blocked",
    "delivery.failed": "failed",
}
_LIMITS: Final = {"discord.global_limit": "discord", "slack.limited": "slack"}
_OUTCOMES: Final = frozenset(("done", "crashed", "UsageError", "NotFound", "Conflict", "NotAllowed"))

Event = Mapping[str, Any]


class Metrics:
    """All metrics, in a registry of their own. `note` takes log events and must stay cheap."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        GCCollector(registry=registry)

        def counter(name: str, help_: str, *labels: str) -> Counter:
            return Counter(f"briefbot_{name}", help_, labels, registry=registry)

        def gauge(name: str, help_: str, *labels: str) -> Gauge:
            return Gauge(f"briefbot_{name}", help_, labels, registry=registry)

        def histogram(name: str, help_: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
            return Histogram(f"briefbot_{name}", help_, labels, buckets=buckets, registry=registry)

        self.polls = counter("polls", "Polls of feeds.", "outcome")
        self.fetches = histogram("fetch_seconds", "Seconds until a feed that answered was read.", _SLOW)
        self.articles = counter("articles", "Articles that feeds brought.", "stored")
        self.briefs = counter("briefs", "Briefs written or written again.", "writer")
        self.deliveries = counter("deliveries", "What tries to post a message came to.", "outcome")
        self.waits = histogram("delivery_seconds", "Seconds from when a message was due until it was posted.", _WAITS)
        self.commands = counter("commands", "Commands that people gave.", "command", "outcome")
        self.answers = histogram("command_seconds", "Seconds until a command was answered.", _QUICK, "command")
        self.limits = counter("rate_limits", "Times a platform asked us to slow down.", "platform")
        self.failures = counter("failures", "Events that were logged with an exception, and troubles of the store.")

        self.sources = gauge("sources", "Feeds that are read.", "state")
        self.queue = gauge("queue", "What waits to be done.", "kind")
        self.oldest = gauge("oldest_delivery_seconds", "How overdue the oldest waiting message is.")
        self.editions = gauge("editions_day", "Editions of the last 24 hours.", "state")
        self.late = gauge("editions_late_day", "Editions of the last 24 hours that were late.")
        self.messages = gauge("deliveries_day", "Messages of the editions of the last 24 hours.", "state")
        self.calls = gauge("model_calls_day", "Calls of the model in this UTC day.")
        self.tokens = gauge("model_tokens_day", "Tokens of the model in this UTC day.")
        self.jobs = gauge("job_age_seconds", "Seconds since a job of this process ended well last.", "job")
        self.links = gauge("connection_age_seconds", "Seconds since a platform was connected last.", "platform")
        self._notes: Final[Mapping[str, Callable[[Event], None]]] = {
            "source.polled": self._polled,
            "source.unchanged": lambda _: self.polls.labels("unchanged").inc(),
            "source.failed": lambda _: self.polls.labels("failed").inc(),
            "source.fetched": lambda event: self.fetches.observe(event["seconds"]),
            "briefs.written": lambda event: self.briefs.labels("extraction").inc(event["count"]),
            "brief.reworded": lambda _: self.briefs.labels("model").inc(),
            "command.run": self._command,
            "store.trouble": lambda _: self.failures.inc(),
        }

    def note(self, event: Event) -> None:
        """Counts a log event, when it is one that counts."""
        name = event.get("event", "")
        if known := self._notes.get(name):
            known(event)
        elif outcome := _DELIVERY.get(name):
            self.deliveries.labels(outcome).inc()
            if outcome == "sent":
                self.waits.observe(event["seconds"])
        elif platform := _LIMITS.get(name):
            self.limits.labels(platform).inc()
        elif event.get("exc_info"):
            self.failures.inc()

    def _polled(self, event: Event) -> None:
        self.polls.labels("ok").inc()
        self.articles.labels("new").inc(event["new"])
        self.articles.labels("updated").inc(event["updated"])

    def _command(self, event: Event) -> None:
        name = event["command"] if event["command"] in BY_NAME else "other"
        outcome = event["outcome"] if event["outcome"] in _OUTCOMES else "refused"
        self.commands.labels(name, outcome).inc()
        self.answers.labels(name).observe(event["duration_ms"] / 1000)

    def exposition(self, figures: Figures, signs: Mapping[str, datetime], now: datetime) -> bytes:
        """The text that Prometheus reads."""
        self.sources.labels("read").set(figures.sources)
        self.sources.labels("failing").set(figures.sources_failing)
        for kind in ("sources_due", "stories_due", "digests_due", "deliveries_waiting", "deliveries_stuck"):
            self.queue.labels(kind).set(getattr(figures, kind))
        oldest = figures.oldest_waiting_at
        self.oldest.set(max((now - oldest).total_seconds(), 0) if oldest else 0)
        for state, count in figures.editions.items():
            self.editions.labels(state).set(count)
        for state, count in figures.deliveries.items():
            self.messages.labels(state).set(count)
        self.late.set(figures.editions_late)
        self.calls.set(figures.model_calls)
        self.tokens.set(figures.model_tokens)
        for platform, at in pulse.connections(signs).items():
            self.links.labels(platform).set(max((now - at).total_seconds(), 0))
        for job, ended in pulse.jobs(signs).items():
            self.jobs.labels(job).set(max((now - ended).total_seconds(), 0))
        return generate_latest(self.registry)
