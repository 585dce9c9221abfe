"""What goes wrong on purpose: lost responses, errors of the server, slow answers, by method and number of times."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

ANY = "*"


@dataclass
class Fault:
    """One kind of trouble for the next requests of a method."""

    method: str
    times: int
    is_lost: bool = False
    """The connection ends before anything was stored."""
    is_lost_after: bool = False
    """The connection ends when everything was stored, without a response."""
    status: int = 0
    retry_after: int = 0
    error: str = ""
    delay_s: float = 0.0


@dataclass
class Faults:
    """Faults in the order in which they were ordered; those with a share come by chance, with posts only."""

    drop_before: float = 0.0
    drop_after: float = 0.0
    chance: random.Random = field(default_factory=lambda: random.Random(1))
    ordered: list[Fault] = field(default_factory=list)

    def lose_before(self, method: str = "chat.postMessage", times: int = 1) -> None:
        """Ends the connection before anything is stored."""
        self.ordered.append(Fault(method, times, is_lost=True))

    def lose_after(self, method: str = "chat.postMessage", times: int = 1) -> None:
        """Stores everything, then ends the connection without a response."""
        self.ordered.append(Fault(method, times, is_lost_after=True))

    def status(self, status: int, method: str = "chat.postMessage", times: int = 1) -> None:
        """Answers with a status of a broken server, and stores nothing."""
        self.ordered.append(Fault(method, times, status=status))

    def limit(self, retry_after: int, method: str = "chat.postMessage", times: int = 1) -> None:
        """Answers 429, to come back after so many seconds, and stores nothing."""
        self.ordered.append(Fault(method, times, status=429, retry_after=retry_after))

    def error(self, error: str, method: str = "chat.postMessage", times: int = 1) -> None:
        """Answers 200 with an error code, and stores nothing."""
        self.ordered.append(Fault(method, times, error=error))

    def slow(self, delay_s: float, method: str = "chat.postMessage", times: int = 1) -> None:
        """Takes its time, then answers as always."""
        self.ordered.append(Fault(method, times, delay_s=delay_s))

    def take(self, method: str) -> Fault:
        """The trouble of this request, mostly none."""
        for fault in self.ordered:
            if fault.times > 0 and fault.method in (method, ANY):
                fault.times -= 1
                return fault
        is_post = method == "chat.postMessage"
        lost = is_post and self.chance.random() < self.drop_before
        return Fault(method, 1, is_lost=lost, is_lost_after=is_post and self.chance.random() < self.drop_after)
