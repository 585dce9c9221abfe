"""From the text of a value to the value; each error says which value it is, what is allowed, and shows a right one."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from typing import Final

from rapidfuzz import fuzz, process

from bot.caveat import CAVEATS
from bot.commands import spoken
from bot.commands.catalogue.spec import Option
from bot.commands.languages import CODES, NAMES
from bot.digests.zone_names import zone_named
from bot.documents.clip import clip
from bot.errors import UsageError
from bot.models import ALL_DAYS, ChannelRef
from bot.models.zones import zone_of
from bot.saying import say
from bot.topics.catalogue import KnownTopic, known_topics

MOST_TIMES: Final = 8
MOST_STORIES: Final = 25
WORKSPACES: Final = "workspace"
"""As the settings of the workspace have it."""

_TIME: Final = re.compile(r"(\d{1,2})(?:[:.h](\d{2}))?\s*([ap])?\.?m?\.?", re.ASCII)
_AGE: Final = re.compile(r"(\d{1,5})\s*(h|d|w|hours?|days?|weeks?)", re.ASCII)
_AGES: Final = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_NAMES: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NAMED_DAYS: Final = {
    "daily": ALL_DAYS,
    "everyday": ALL_DAYS,
    "every day": ALL_DAYS,
    "all": ALL_DAYS,
    "weekdays": (0, 1, 2, 3, 4),
    "weekends": (5, 6),
}
_EVERYBODY: Final = re.compile(r"@?(?:everyone|here|channel)|<!(?:everyone|here|channel|group)(?:\|[^>]*)?>")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def is_none(text: str) -> bool:
    """Whether somebody takes a value away."""
    return text.strip().lower() in ("none", "-", "off")


def plain(option: Option, text: str, *, example: str) -> str:
    """Words as one line, within the option's length."""
    words = " ".join(_CONTROL.sub(" ", text).split())
    least, most = option.minimum or 0, option.maximum or 1000
    if not least <= len(words) <= most:
        raise UsageError(
            say("{option} has {n} characters: '{text}'", option=option.name, n=len(words), text=clip(words, 60)),
            allowed=say("{least} to {most} characters", least=least, most=most)
            if least
            else say("at most {most} characters", most=most),
            example=example,
        )
    return words


def parts(text: str) -> tuple[str, ...]:
    """The members of a list, each once; none for `none`."""
    if is_none(text):
        return ()
    found = (" ".join(_CONTROL.sub(" ", part).split()) for part in re.split(r"[,;、，]", text))
    return tuple(dict.fromkeys(part for part in found if part))


def integer(option: Option, text: str) -> int:
    least, most = option.minimum or 0, option.maximum or 10**6
    digits = unicodedata.normalize("NFKC", text).strip()
    if re.fullmatch(r"\d{1,9}", digits, re.ASCII) and least <= int(digits) <= most:
        return int(digits)
    raise UsageError(
        say("'{text}' is not right for {option}", text=clip(text, 60), option=option.name),
        allowed=say("a whole number from {least} to {most}", least=least, most=most),
        example=f"{option.name}:{min(max(5, least), most)}",
    )


def choice(option: Option, text: str) -> str:
    wanted = text.strip().lower()
    fitting = [one for one in option.choices if one == wanted] or [
        one for one in option.choices if wanted and one.startswith(wanted)
    ]
    if len(fitting) == 1:
        return fitting[0]
    raise UsageError(
        say("'{text}' is no choice for {option}", text=clip(text, 60), option=option.name),
        allowed=", ".join(option.choices),
        example=f"{option.name}:{option.choices[0]}",
    )


def clock_time(option: Option, text: str) -> time:
    """`8:30`, `08.30`, `8am`, `8:30 p.m.`, `noon`, `midnight`, `오전 8시`."""
    wanted = spoken.clock(text).lower()
    wanted = {"noon": "12:00", "midnight": "00:00"}.get(wanted, wanted)
    found = _TIME.fullmatch(wanted)
    if found and (found[2] or found[3]):
        hour, minute = int(found[1]), int(found[2] or 0)
        is_hour = 1 <= hour <= 12 if found[3] else hour <= 23
        if is_hour and minute <= 59:
            return time(hour % 12 + (12 if found[3] == "p" else 0) if found[3] else hour, minute)
    raise UsageError(
        say("'{text}' is no time of day for {option}", text=clip(text, 60), option=option.name),
        allowed=say("00:00 to 23:59, or 8am and 8:30 pm"),
        example=f"{option.name}:08:30",
    )


def clock_times(option: Option, text: str) -> tuple[time, ...]:
    """`08:00`, `8am, 6 pm`, `08:00 and 18:00`: times of a day, each once and in order."""
    if is_none(text):
        return (clock_time(option, text),)
    words = re.sub(r"\band\b|&|\+|/|・", ",", spoken.clock(text), flags=re.IGNORECASE)
    # A space divides too, unless what follows is the half of the day: `8 am`.
    words = re.sub(r"(?<=\w)\s+(?=\d)", ",", words)
    found = tuple(sorted({clock_time(option, part) for part in parts(words)}))
    if not found:
        clock_time(option, text)
    if len(found) > MOST_TIMES:
        raise UsageError(
            say("{option} has {n} times", option=option.name, n=len(found)),
            allowed=say("at most {n} times a day", n=MOST_TIMES),
            example=f"{option.name}:08:00,18:00",
        )
    return found


def caps(option: Option, text: str) -> tuple[tuple[str, int], ...]:
    """`Korea Japan=3, AI=2` as names with numbers; none for `none`. `AI:2`, `AI 2` and `AI x2` will do."""
    found = []
    for part in parts(unicodedata.normalize("NFKC", text)):
        pair = re.fullmatch(r"(.+?)\s*(?:[=:]|\s[x×]?|[x×](?=\d))\s*(\d{1,3})", " ".join(part.split()))
        if pair is None or not 1 <= int(pair[2]) <= MOST_STORIES:
            raise UsageError(
                say("“{part}” is no topic with a number for {option}", part=clip(part, 60), option=option.name),
                allowed=say("topics with a number up to {most} each, divided by commas; or none", most=MOST_STORIES),
                example=f'{option.name}:"Korea Japan=3, AI=2"',
            )
        found.append((pair[1].strip('"“” '), int(pair[2])))
    return tuple(found)


def ping(option: Option, text: str) -> str:
    """A role as the platform refers to it, empty for `none`, `workspace` for that of the workspace."""
    if text.strip().lower() in (WORKSPACES, "default", "server"):
        return WORKSPACES
    try:
        return role(option, text)
    except UsageError as error:
        raise UsageError(
            error.problem,
            allowed=say("a role of this place; none; or workspace for the one that is set for all digests"),
            example=f"{option.name}:none",
        ) from None


def coming_date(option: Option, text: str, *, now: datetime, zone: str) -> date:
    """A date after today and within a year: `2026-12-24`, `tomorrow`."""
    today = now.astimezone(zone_of(zone)).date()
    wanted = spoken.day(text).lower()
    day = today + timedelta(days=1) if wanted == "tomorrow" else _date(wanted)
    if day is None or not today < day <= today + timedelta(days=366):
        raise UsageError(
            say("“{text}” is no date to come for {option}", text=clip(text, 60), option=option.name),
            allowed=say("a date after today, at most a year ahead, as year-month-day"),
            example=f"{option.name}:{today + timedelta(days=14)}",
        )
    return day


def weekdays(option: Option, text: str) -> tuple[int, ...]:
    """`daily`, `weekdays`, `mon-fri`, `fri-mon`, `mon,wed`, `월-금`; Monday is 0."""
    wanted = " ".join(spoken.days(text).lower().split())
    if wanted in _NAMED_DAYS:
        return _NAMED_DAYS[wanted]
    days: set[int] = set()
    for part in re.split(r"[,;+&\s]+|\band\b", re.sub(r"\s*[-–—]\s*", "-", wanted)):
        first, dash, last = part.partition("-")
        if part:
            start = _day(option, first, text)
            end = _day(option, last, text) if dash else start
            days.update((start + step) % 7 for step in range((end - start) % 7 + 1))
    if not days:
        raise _no_days(option, text)
    return tuple(sorted(days))


def _day(option: Option, word: str, text: str) -> int:
    for number, name in enumerate(_DAY_NAMES):
        if word == f"{name}s" or (len(word) >= 2 and name.startswith(word.rstrip("."))):
            return number
    raise _no_days(option, text)


def _no_days(option: Option, text: str) -> UsageError:
    return UsageError(
        say("'{text}' names no days of the week for {option}", text=clip(text, 60), option=option.name),
        allowed=say("daily, weekdays, weekends, or some of {days}", days=", ".join(_DAYS)),
        example=f"{option.name}:mon-fri",
    )


def zone(text: str) -> str:
    """The name of a time zone as the IANA database spells it; the error offers the nearest."""
    return zone_named(text.strip()).key


def language(option: Option, text: str) -> str:
    """A two-letter code, from the code or the language's name."""
    wanted = text.strip().casefold().replace("_", "-")
    code = NAMES.get(wanted) or wanted.partition("-")[0]
    if code in CODES:
        return code
    raise UsageError(
        say("'{text}' is no language that we know for {option}", text=clip(text, 60), option=option.name),
        allowed=say("a two-letter code or a name, such as en, ko, ja, Korean"),
        example=f"{option.name}:ko",
    )


def caveat_language(option: Option, text: str) -> str:
    """A language in which we have the caveat, or one of the option's own choices."""
    if text.strip().lower() in option.choices:
        return text.strip().lower()
    try:
        code = language(option, text)
    except UsageError:
        code = ""
    if code in CAVEATS:
        return code
    raise UsageError(
        say("'{text}' is no {option} that we can speak", text=clip(text, 60), option=option.name),
        allowed=", ".join((*option.choices, *CAVEATS)),
        example=f"{option.name}:ko",
    )


def known_topic(option: Option, text: str) -> KnownTopic:
    """A topic of the catalogue, by its id or its name in any of our languages; the error offers the nearest."""
    topics = known_topics()
    wanted = " ".join(text.strip().casefold().replace("–", "-").split())
    for topic in topics.values():
        if wanted in {topic.id, *(name.casefold().replace("–", "-") for name in topic.names.values())}:
            return topic
    named = {topic.id: f"{topic.id} {topic.name}".casefold() for topic in topics.values()}
    near = [id_ for _, _, id_ in process.extract(wanted, named, scorer=fuzz.partial_ratio, limit=4, score_cutoff=60)]
    raise UsageError(
        say("'{topic}' is no topic of the catalogue for {option}", topic=clip(text, 60), option=option.name),
        allowed=", ".join(near or list(topics)),
        example=f"{option.name}:{(near or list(topics))[0]}",
    )


def since(option: Option, text: str, *, now: datetime, zone: str) -> datetime:
    """The instant that `24h`, `7d`, `2w`, `today`, `yesterday` or a date means there."""
    wanted = " ".join(spoken.length(text).lower().split())
    age = _AGE.fullmatch(wanted)
    if age:
        return now - min(int(age[1]) * _AGES[age[2][0]], timedelta(days=36500))
    here = now.astimezone(zone_of(zone))
    day = {"today": here.date(), "yesterday": here.date() - timedelta(days=1)}.get(wanted) or _date(wanted)
    if day is None or not date(1970, 1, 2) <= day <= here.date():
        raise UsageError(
            say("'{text}' is no time in the past for {option}", text=clip(text, 60), option=option.name),
            allowed=say("24h, 7d, 2w, today, yesterday, or a date up to today"),
            example=f"{option.name}:{here.date() - timedelta(days=7)}",
        )
    return datetime.combine(day, time(0), tzinfo=zone_of(zone))


def _date(text: str) -> date | None:
    found = re.fullmatch(r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})", text, re.ASCII)
    try:
        return date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None


def channel(option: Option, text: str, *, platform: str) -> ChannelRef:
    """A channel of the platform: its reference, as a platform writes it (`<#C12|name>`), or on the console any word."""
    typed = text.strip()
    found = re.fullmatch(rf"{platform}:([\w.-]{{1,80}})|<#([\w-]{{1,80}})(?:\|[^>]*)?>", typed)
    if found:
        return ChannelRef(f"{platform}:{found[1] or found[2]}")
    word = re.fullmatch(r"#?([\w.-]{1,80})", typed)
    if word and platform == "console":
        return ChannelRef(f"console:{word[1]}")
    raise UsageError(
        say("'{text}' is no channel for {option}", text=clip(text, 60), option=option.name),
        allowed=say("one word, such as general") if platform == "console" else say("a channel picked from the list"),
        example=f"{option.name}:general" if platform == "console" else f"{option.name}:#news",
    )


def role(option: Option, text: str) -> str:
    """A role or group as the platform refers to it, empty for `none`; never all people of a place (law 4)."""
    if is_none(text):
        return ""
    words = text.strip()
    if _EVERYBODY.fullmatch("".join(unicodedata.normalize("NFKC", _CONTROL.sub("", words)).split()).casefold()):
        raise UsageError(
            say("{option} cannot be everyone", option=option.name),
            allowed=say("one role, or none"),
            example=f"{option.name}:none",
        )
    found = re.fullmatch(r"<(?:@&|!subteam\^)([\w-]{1,80})(?:\|[^>]*)?>", words)
    if found:
        return found[1]
    if words and len(words) <= 80 and not _CONTROL.search(words):
        return words
    raise UsageError(
        say("'{text}' is no role for {option}", text=clip(text, 60), option=option.name),
        allowed=say("a role of this server, or none"),
        example=f"{option.name}:none",
    )
