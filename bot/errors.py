"""The errors of Briefbot, as one tree.

    BriefbotError                 anything a person may be told
    ├── UsageError                a value somebody gave is wrong: which, what is allowed, an example
    │   ├── NotFound              an id or a name that means nothing in this workspace
    │   └── Conflict              it is there already
    ├── NotAllowed                this person may not do that here
    ├── ConfigError               a setting is wrong or missing; names the setting
    ├── StoreError                the database cannot be used
    │   ├── StoreBusy             another process holds it; trying again is right
    │   ├── StoreFull             its disk has no room left; trying again is right once somebody made some
    │   ├── StoreUnreachable      its server does not answer; trying again is right
    │   └── SchemaMismatch        made by another version of Briefbot
    ├── FetchError                a feed or page could not be read; `.retry_after_s` when the server named one
    │   └── AddressRefused        it leads to a private network that no setting allows
    └── FeedError                 bytes came, but they are no feed; `.feeds` are feeds that the page links to

Each message is one or two sentences a person can act on. Outcomes of a send are values, not errors: see `ports.py`.
"""

from __future__ import annotations

from bot.saying import say


class BriefbotError(Exception):
    """Anything that may be shown to a person as it stands."""

    @property
    def message(self) -> str:
        return str(self)


class UsageError(BriefbotError):
    """A given value is wrong; says which one, what is allowed, and shows a right one.

    `option` is the name of the option whose value it was, where a form can point at its field.
    """

    option = ""

    def __init__(self, problem: str, *, allowed: str = "", example: str = "") -> None:
        self.problem, self.allowed, self.example = problem, allowed, example
        self.sentence = problem if problem.endswith(("?", "？")) else say("{sentence}.", sentence=problem.rstrip("."))
        self.what_is_allowed = say("Allowed: {values}.", values=allowed.rstrip(".")) if allowed else ""
        shown = say("Example: {command}", command=example) if example else ""
        super().__init__(" ".join(filter(None, (self.sentence, self.what_is_allowed, shown))))


class NotFound(UsageError):
    """An id or a name that means nothing in this workspace; another workspace's looks the same.

    `nearest` is the id of what was probably meant; empty where there is nothing of that kind.
    """

    nearest = ""


class Conflict(UsageError):
    """What should be added is there already."""


class NotAllowed(BriefbotError):
    """The person may not do that here; says who may."""


class ConfigError(BriefbotError):
    """A setting is wrong or missing; names it, what is allowed, and never its secret value."""


class StoreError(BriefbotError):
    """The database cannot be used; says why and what to do."""


class StoreBusy(StoreError):
    """Another process held the database for longer than we wait; nothing was changed, try again."""


class StoreFull(StoreError):
    """There is no room left to write; nothing was changed. Reading goes on."""


class StoreUnreachable(StoreError):
    """The database's server is away or starts; whatever was not committed was not done."""


class SchemaMismatch(StoreError):
    """The database was made by a newer version, or is behind and must be migrated first."""


class FetchError(BriefbotError):
    """A feed or page could not be read; `reason` is a short cause in plain words, `status` the HTTP answer's."""

    def __init__(self, reason: str, *, status: int | None = None, retry_after_s: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.retry_after_s = retry_after_s

    @property
    def is_gone(self) -> bool:
        """The server says that it will not come back."""
        return self.status == 410


class AddressRefused(FetchError):
    """The address is private, loopback or reserved, and `BRIEFBOT_ALLOW_PRIVATE_SOURCES` does not name its network."""


class FeedError(BriefbotError):
    """The bytes are no feed; `feeds` are the feeds which the page itself links to, best first."""

    def __init__(self, reason: str, *, feeds: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.feeds = feeds


def store_error(error: BaseException) -> StoreError | None:
    """The error of the store that this is, alone or in a group with nothing else in it; None for whatever else."""
    if isinstance(error, BaseExceptionGroup):
        found = [store_error(one) for one in error.exceptions]
        return found[0] if all(found) else None
    return error if isinstance(error, StoreError) else None
