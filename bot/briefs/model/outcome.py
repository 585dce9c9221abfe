"""What came of asking a model: an answer, or why there is none, and what it cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.store.spend import Usage

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered(Generic[T]):
    """An answer of the form that was asked for; `usage` None when the server did not say what it used."""

    output: T
    usage: Usage | None


class CallFailed(Exception):
    """No answer, or none of the form; the reason is in our own words, and holds nothing that the server sent.

    `usage` None: nobody knows what it cost. `may_retry`: the same may go well in a moment; `after_s` is when, if the
    server said so. `is_certain`: it will not go well until somebody acts.
    """

    def __init__(
        self,
        reason: str,
        *,
        usage: Usage | None = None,
        may_retry: bool = True,
        after_s: float | None = None,
        is_certain: bool = False,
    ) -> None:
        super().__init__(reason)
        self.reason, self.usage = reason, usage
        self.may_retry, self.after_s, self.is_certain = may_retry, after_s, is_certain


class Useless(CallFailed):
    """An answer came, but it is not what was asked for."""
