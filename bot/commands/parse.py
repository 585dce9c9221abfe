"""From a typed line to a command and its values, forgivingly; pure.

    /brief latest topic:"Korea Japan" count:5
    latest 5 Korea Japan
    /brief-admin digest add “Morning briefing” 8:00 days=mon-fri

The slash and the root may be missing; values may be named with `:` or `=`, quoted in any of the usual ways, in any
order. A word without a name goes to the option whose shape it has (a number, a time, an address), else to the first
option that takes words. What cannot be understood is answered with the nearest right command.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from rapidfuzz import fuzz, process

from bot.commands.catalogue import BY_NAME, COMMANDS
from bot.commands.catalogue.spec import Command, Option, OptionType
from bot.commands.shapes import has_shape
from bot.documents.clip import clip
from bot.errors import UsageError
from bot.saying import say

LINE_LIMIT: Final = 4000
_CORRECTED_LIMIT: Final = 200
_LIKE, _ALIKE = 60, 75
"""Of 100: what a slip of the fingers leaves of a word; and what leaves no doubt."""

# What opens a quotation opens none within it: of many that nothing closes, each would be looked for to the end.
_QUOTED: Final = r'"[^"]*"|“[^“”"]*+[”"]|„[^„“”"]*+[“”"]|«[^«»]*+»|‘[^‘’]*+’' + r"|(?<![^\s:=,])'[^']*'(?=[\s,]|$)"
_TOKEN: Final = re.compile(rf'(?:(?P<key>[^\W\d_][\w-]*)[:=](?!//)\s*)?(?P<value>(?:{_QUOTED}|[^\s"“„«])+|["“„«])')
_OPENING: Final = frozenset('"“„«')
_NAMED_VALUE: Final = re.compile(r"[^\W\d_][\w-]{0,40}[:=]\S")
_PIECE: Final = re.compile(rf"(?P<quoted>{_QUOTED})|.", re.DOTALL)
_ROOTS: Final = {"brief": "brief", "brief-admin": "brief-admin", "briefadmin": "brief-admin", "briefbot": "brief"}
_TAKES_WORDS: Final = frozenset(
    (OptionType.TEXT, OptionType.TOPIC, OptionType.BRIEF, OptionType.DIGEST, OptionType.SOURCE, OptionType.URL)
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Parsed:
    """A command and the text of each value that was given."""

    command: Command
    values: dict[str, str]


class UnknownCommand(UsageError):
    """No such command; `nearest` is the one most probably meant, or the help, `corrected` that with what follows."""

    def __init__(
        self, problem: str, listed: Sequence[Command], nearest: Command, rest: Sequence[str], example: str = ""
    ) -> None:
        self.nearest = nearest
        corrected = " ".join((nearest.name, *rest))
        self.corrected = corrected if len(corrected) <= _CORRECTED_LIMIT else nearest.name
        super().__init__(
            problem,
            allowed=", ".join(f"/{command.name}" for command in listed),
            example=example or nearest.right,
        )


class MisspeltOption(UsageError):
    """A name that is no option but looks like one; `corrected` is the command with that one instead."""

    def __init__(self, command: Command, key: str, nearest: str, rest: str) -> None:
        self.nearest = nearest
        corrected = f"{command.name} " + re.sub(rf"(?<!\w){re.escape(key)}(?=[:=])", nearest, rest, flags=re.IGNORECASE)
        self.corrected = corrected if nearest and len(corrected) <= _CORRECTED_LIMIT else ""
        names = ", ".join(option.name for option in command.options)
        typed = {"command": command.name, "option": clip(key, 60)}
        if nearest:
            words = say("/{command} has no option '{option}'; did you mean '{nearest}'?", nearest=nearest, **typed)
        else:
            words = say("/{command} has no option '{option}'", **typed)
        super().__init__(words, allowed=names or say("no options"), example=command.right)


def parse(line: str) -> Parsed:
    """The command of a typed line; UsageError, never anything else, for what is none."""
    # Also the slash of a Korean or Japanese keyboard.
    words = re.sub("^[/／]", "", line.strip()).split(maxsplit=3)
    root = _ROOTS.get(words[0].lower().replace("_", "-")) if words else "brief"
    path = words[1:] if root else words
    command, depth = _command(root or "", path, line.strip())
    rest = _after(line, (1 if root and words else 0) + depth)
    return Parsed(command=command, values=_values(command, rest))


def taken_apart(command: Command, values: Mapping[str, str]) -> Mapping[str, str]:
    """The values with those that were typed among the words to look for: `ferry since:7d`. Others stay as they are."""
    query = next((option for option in command.options if option.is_rest and option.name == "query"), None)
    text = values.get(query.name, "") if query else ""
    if query is None or not _NAMED_VALUE.search(text):
        return values
    others = {name: value for name, value in values.items() if name != query.name}
    return {**_values(command, text), **others}


def _after(line: str, words: int) -> str:
    """What follows the first words, as typed."""
    parts = line.strip().split(maxsplit=words)
    return parts[words] if len(parts) > words else ""


def _command(root: str, words: Sequence[str], line: str) -> tuple[Command, int]:
    """The command that the words begin with, and how many of them are its path."""
    path = [word.lower() for word in words[:2]]
    if not path:
        return BY_NAME[f"{root or 'brief'} help"], 0
    for depth in (2, 1):
        for name in dict.fromkeys((root or "brief", "brief", "brief-admin")):
            found = BY_NAME.get(" ".join((name, *path[:depth]))) if len(path) >= depth else None
            if found and (found.options or not _means_another(path, depth)):
                return found, depth
    group = [command for command in COMMANDS if len(command.path) > 1 and command.path[0] == path[0]]
    if group:
        typed = path[1] if len(path) > 1 else ""
        if typed:
            problem = say("'{text}' is no command", text=f"{path[0]} {clip(typed, 60)}")
        else:
            problem = say("'{text}' needs one more word", text=path[0])
        listed = _nearest(" ".join(path), group, limit=len(group), least=0)
        raise _unknown(problem, listed, _verb(typed, listed), words, group[0].root)
    problem = say("there is no command '{text}'", text=clip(line, 60))
    listed = _nearest(" ".join(path), COMMANDS, limit=3)
    raise _unknown(problem, listed, listed[0] if listed else None, words, root or "brief")


def _verb(typed: str, group: Sequence[Command]) -> Command | None:
    """The command of a group that its second word is like; without one the first that does no harm."""
    if not typed:
        return next(command for command in group if not command.takes_away)
    verbs = {command.name: command.path[1] for command in group}
    found = process.extractOne(typed, verbs, scorer=fuzz.ratio, score_cutoff=_LIKE)
    return BY_NAME[found[2]] if found else None


def _unknown(
    problem: str, listed: Sequence[Command], meant: Command | None, words: Sequence[str], root: str
) -> UnknownCommand:
    """Offers the command that was meant; for none, and for one that takes something away, no more than its help."""
    if meant and not meant.takes_away:
        return UnknownCommand(problem, listed, meant, words[len(meant.path) :])
    helping = BY_NAME[f"{meant.root if meant else root} help"]
    about = meant.path if meant else listed[0].path[:1] if listed else ()
    example = " ".join((f"/{helping.name}", *about))
    return UnknownCommand(problem, listed or (helping,), helping, about, example=example)


def _means_another(path: Sequence[str], depth: int) -> bool:
    """Whether a command without options is a slip for a longer one: `topics add`."""
    longer = [" ".join(command.path) for command in COMMANDS if len(command.path) > 1]
    return (
        len(path) > depth and process.extractOne(" ".join(path), longer, scorer=fuzz.ratio, score_cutoff=85) is not None
    )


def _nearest(typed: str, commands: Sequence[Command], *, limit: int, least: int = _LIKE) -> list[Command]:
    """The commands that look most like it; one that takes something away only where hardly another can be meant."""
    names = {command.name: " ".join(command.path) for command in commands}
    found = process.extract(typed, names, scorer=_likeness, limit=limit, score_cutoff=least)
    return [BY_NAME[name] for _, score, name in found if not least or score >= _ALIKE or not BY_NAME[name].takes_away]


def _likeness(typed: str, path: str, **_: object) -> float:
    """How much a typed path is like a command's, by its first word or by all of it."""
    return max(fuzz.ratio(typed, path), fuzz.ratio(typed.partition(" ")[0], path) * 0.85)


def nearest_commands(text: str) -> list[Command]:
    """The commands whose names look most like this."""
    return _nearest(text.lower(), COMMANDS, limit=3)


# ── values ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class _Word:
    """A typed word without a name; `of` is the named option it follows directly."""

    raw: str
    text: str
    is_quoted: bool
    of: str = ""


@dataclass(slots=True)
class _Line:
    """A line on its way to values."""

    command: Command
    values: dict[str, str] = field(default_factory=dict)
    loose: list[_Word] = field(default_factory=list)

    def open(self) -> list[Option]:
        return [option for option in self.command.options if option.name not in self.values]


def _values(command: Command, rest: str) -> dict[str, str]:
    file = next((option for option in command.options if option.type is OptionType.FILE), None)
    if file:
        # The whole content of a file may stand here, so it is not taken apart.
        content = re.sub(rf"^{file.name}\s*[:=]\s*", "", rest)
        return {file.name: content} if content else {}
    if len(rest) > LINE_LIMIT:
        raise UsageError(
            say("the command has {n} characters", n=len(rest)),
            allowed=say("at most {most} characters", most=LINE_LIMIT),
            example=command.right,
        )
    line = _Line(command)
    _read_named(line, rest)
    _give_rest(line)
    _give_by_shape(line)
    _give_words(line)
    return line.values


def _read_named(line: _Line, rest: str) -> None:
    """Takes the values that have a name; what has none is loose."""
    of = ""
    for token in _TOKEN.finditer(rest):
        _refuse_unfinished(line.command, token, rest)
        key = (token["key"] or "").lower().replace("-", "_")
        if not key and of and (line.values[of].endswith(",") or token[0].startswith(",")):
            line.values[of] += " " + _unquoted(token["value"])
        elif not key:
            line.loose.append(_Word(token[0], _unquoted(token["value"]), _is_quoted(token["value"]), of))
        if not key:
            continue
        option = line.command.option(key)
        if option is None:
            _refuse_unknown(line.command, key, rest)
            line.loose.append(_Word(token[0], token[0], False, of))
            continue
        if option.name in line.values:
            problem = say("{option} is given twice", option=option.name)
            raise UsageError(problem, allowed=say("each option once"), example=line.command.right)
        line.values[option.name] = _unquoted(token["value"])
        of = option.name


def _refuse_unfinished(command: Command, token: re.Match[str], rest: str) -> None:
    """UsageError for a mark that begins a value and has no end, and for the name of an option with nothing behind it.

    Alone with words of its own, or among words to look for, such a mark does no harm and is left out.
    """
    value, name, behind = token["value"], token["key"] or "", rest[token.end() :]
    option = _named(command, name or value.rstrip(":="))
    begins = not rest[: token.start()][-1:].strip()
    if value in _OPENING and begins and (option or _swallows(command, behind)):
        raise UsageError(
            say("the quotation mark before '{text}' is not closed", text=clip(behind.strip(), 60)),
            allowed=say("words between two quotation marks, or without any"),
            example=command.right,
        )
    if option and (not _unquoted(value) if name else value[-1] in ":=" and not option.is_rest):
        problem = say("{option} has no value", option=option.name)
        raise UsageError(problem, allowed=say(option.summary), example=command.right)


def _named(command: Command, key: str) -> Option | None:
    return command.option(key.lower().replace("-", "_"))


def _swallows(command: Command, behind: str) -> bool:
    """Whether an option is named behind a mark without an end, so that it could be meant or be a part of the words."""
    keys = (found[0][:-2] for found in _NAMED_VALUE.finditer(behind))
    return not any(one.is_rest for one in command.options) and any(_named(command, key) for key in keys)


def _refuse_unknown(command: Command, key: str, rest: str) -> None:
    """UsageError for a name that is no option; where words are looked for, only if it looks like a misspelt one."""
    names = [option.name for option in command.options]
    near = process.extractOne(key, names, score_cutoff=75)
    if near or not any(option.is_rest for option in command.options):
        raise MisspeltOption(command, key, near[0] if near else "", rest)


def _give_rest(line: _Line) -> None:
    option = next((option for option in line.open() if option.is_rest), None)
    first = next((one for one in line.open() if one.is_required and one.type is OptionType.BRIEF), None)
    if option and first and line.loose and has_shape(first, line.loose[0].text):
        # The brief that the words are about stands before them.
        line.values[first.name] = line.loose.pop(0).text
    if option and line.loose:
        line.values[option.name] = " ".join(word.raw for word in line.loose)
        line.loose.clear()


def _give_by_shape(line: _Line) -> None:
    _join_times(line)
    for number, word in enumerate(line.loose):
        if word.is_quoted or (number == 0 and word.text.isalpha() and _is_named_first(line)):
            continue
        option = next((option for option in line.open() if has_shape(option, word.text)), None)
        if option:
            line.values[option.name] = word.text
            word.text = ""


def _is_named_first(line: _Line) -> bool:
    """Whether a line begins with the name of what it is about: `daily AI` is one, whatever `daily` means elsewhere."""
    first = next(iter(line.open()), None)
    return first is not None and first.is_required and _takes_words(first)


def _join_times(line: _Line) -> None:
    """A time of day that is written with spaces becomes one word: `8 am`, `오전 8시 30분`."""
    option = next((option for option in line.open() if option.type is OptionType.TIME), None)
    if option is None or not line.loose:
        return
    held, *rest = line.loose
    for word in rest:
        together = f"{held.text} {word.text}"
        if not (held.is_quoted or word.is_quoted) and has_shape(option, together):
            held.text, word.text = together, ""
        else:
            held = word


def _give_words(line: _Line) -> None:
    """Runs of words go to the options that take words, in order; words after a named value may belong to it."""
    for group in _groups(line.loose):
        text = " ".join(word.text for word in group)
        wanted = [option for option in line.open() if _takes_words(option)]
        of = group[0].of
        if of and not any(option.is_missing(line.values) for option in wanted):
            line.values[of] = f"{line.values[of]} {text}"
        elif wanted:
            line.values[wanted[0].name] = text
        else:
            raise _leftover(line.command, text)


def _takes_words(option: Option) -> bool:
    """Whether words without a name may be its value; a text that may be left out must be named, lest it be changed."""
    return option.type in _TAKES_WORDS and (option.is_required or option.type is not OptionType.TEXT)


def _groups(words: Sequence[_Word]) -> list[list[_Word]]:
    """Neighbours that belong together; a quoted one stands alone, one that is used up (empty) divides."""
    groups: list[list[_Word]] = []
    previous: _Word | None = None
    for word in words:
        if word.text:
            is_next = previous is not None and previous.text and previous.of == word.of
            if is_next and not word.is_quoted and previous and not previous.is_quoted:
                groups[-1].append(word)
            else:
                groups.append([word])
        previous = word
    return groups


def _leftover(command: Command, text: str) -> UsageError:
    names = ", ".join(f"{option.name}:" for option in command.options)
    if names:
        allowed = say("a value after its name ({names})", names=names)
    else:
        allowed = say("/{command} and nothing after it", command=command.name)
    problem = say("'{text}' belongs to no option of /{command}", text=clip(text, 60), command=command.name)
    return UsageError(problem, allowed=allowed, example=command.right)


def _is_quoted(value: str) -> bool:
    return re.fullmatch(_QUOTED, value) is not None


def _unquoted(value: str) -> str:
    return "".join(found["quoted"][1:-1] if found["quoted"] else found[0] for found in _PIECE.finditer(value)).strip(
        '"“„«'
    )
