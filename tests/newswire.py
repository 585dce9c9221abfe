"""A world in which things happen, and newspapers on loopback that report them: known to the last article, at any time.

What was published follows from the true time alone, so that a test knows what must have been stored; how a server
answers is up to chance while it is rude.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache

from tests.feed_server import Answer, FeedServer, http
from tests.shared_clock import SharedClock

START = datetime(2026, 3, 7, 12, 0, tzinfo=UTC)
EVERY = timedelta(minutes=50)
PAPERS = ("Norrland Post", "Veltria Times", "Quay Gazette", "Summit Courier", "Plain Dealer", "Evening Star")
SUBJECTS = ("harbour", "glacier")
"""What an event is about; the topics of the digests."""
_RUDE = 0.3
_SYLLABLES = ("ba", "dor", "kel", "min", "rho", "sta", "tu", "vel", "wex", "zim", "lor", "pan", "gri", "fos", "nak")


@dataclass(frozen=True, kw_only=True)
class Report:
    """One article as a newspaper prints it."""

    paper: int
    event: int
    subject: str
    published_at: datetime

    @property
    def url(self) -> str:
        return f"https://paper{self.paper}.example/{self.subject}/{self.event}"

    @property
    def title(self) -> str:
        one, two, three, four, *_ = _words(self.event)
        return f"{one.title()} {two} {three} {self.subject} {four}"

    @property
    def text(self) -> str:
        """Three sentences that share hardly a word with what is told of any other event."""
        words = _words(self.event)
        name, (first, second, third) = words[0].title(), (words[4:12], words[12:20], words[20:28])
        return (
            f"{name} {' '.join(first)} the {self.subject} of {words[28].title()}. "
            f"{' '.join(second).capitalize()} at {words[29].title()}, {name} said. "
            f"{' '.join(third).capitalize()} for {10 + self.event} days."
        )


def reports(until: datetime, paper: int | None = None) -> Iterator[Report]:
    """Everything that was published up to then, or what one newspaper published, the oldest first."""
    for event in range(int((until - START) / EVERY) + 1):
        chance = random.Random(event)
        at = START + event * EVERY
        papers = chance.sample(range(len(PAPERS)), chance.choice((1, 1, 2)))
        for place, one in enumerate(papers):
            published_at = at + place * timedelta(minutes=7)
            if published_at <= until and paper in (None, one):
                subject = SUBJECTS[event % len(SUBJECTS)]
                yield Report(paper=one, event=event, subject=subject, published_at=published_at)


@cache
def _words(event: int) -> tuple[str, ...]:
    """Words of its own for each event."""
    chance = random.Random(f"words of {event}")
    return tuple("".join(chance.choices(_SYLLABLES, k=4)) for _ in range(30))


def feed_of(paper: int, now: datetime) -> bytes:
    """What a newspaper's feed says at a time, the newest first."""
    items = "".join(
        f"<item><title>{one.title}</title><link>{one.url}</link><guid>{one.url}</guid>"
        f"<pubDate>{format_datetime(one.published_at)}</pubDate><description>{one.text}</description></item>"
        for one in reversed(list(reports(now, paper)))
    )
    head = f"<title>{PAPERS[paper]}</title><link>https://paper{paper}.example/</link><language>en</language>"
    return f"<rss version='2.0'><channel>{head}{items}</channel></rss>".encode()


class Newswire(FeedServer):
    """Serves each newspaper at /N; rude servers refuse, hang, break off and complain."""

    def __init__(self, clock: SharedClock, chance: random.Random) -> None:
        super().__init__()
        self._clock, self._chance = clock, chance
        for paper in range(len(PAPERS)):
            self.answers[f"/{paper}"] = self._answering(paper)

    def _answering(self, paper: int) -> Answer:
        async def answer(writer: asyncio.StreamWriter) -> None:
            body = feed_of(paper, self._clock.true)
            etag = f'"{len(body)}"'
            is_known = f"If-None-Match: {etag}\r\n" in self.requests.pop()
            whole = http(b"", status="304 Not Modified", ETag=etag) if is_known else http(body, ETag=etag)
            if self._clock.is_rude and self._chance.random() < _RUDE:
                await self._rudely(writer, whole)
            else:
                writer.write(whole)

        return answer

    async def _rudely(self, writer: asyncio.StreamWriter, whole: bytes) -> None:
        match self._chance.randrange(5):
            case 0:
                writer.transport.abort()  # the connection is reset
            case 1:
                writer.write(http(b"", status="503 Service Unavailable"))
            case 2:
                writer.write(http(b"", status="429 Too Many Requests", Retry_After="1"))
            case 3:
                writer.write(whole[: self._chance.randrange(len(whole))])  # and nothing after that
            case _:
                await asyncio.sleep(2.0)  # longer than we wait
