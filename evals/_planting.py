"""Errors as a careless writer makes them, planted one at a time in a faithful sentence; seeded, so each run is the same."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
SPELLED = [
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "fifteen",
    "twenty",
    "thirty",
    "forty",
    "fifty",
]
NOBODY = [
    "Zorvath", "Ingrid Falkenrath", "Tomas Okonjo", "Veltria", "Harlan Quist", "Marisol Denholm", "Kestrel Industries", "Port Lavender",
    "Norway", "Angela Merkel", "Toyota", "Jakarta", "Desmond Tutu", "Pfizer", "Lake Geneva", "Serena Whitlock", "Ulan Bator", "Bolivia",
]  # fmt: skip
OPPOSITES = [
    ("rose", "fell"), ("increased", "decreased"), ("increase", "decrease"), ("gained", "lost"), ("climbed", "dropped"),
    ("approved", "rejected"), ("approve", "block"), ("supports", "opposes"), ("support", "oppose"), ("supported", "opposed"),
    ("won", "lost"), ("win", "lose"), ("victory", "defeat"), ("accepted", "refused"), ("confirmed", "denied"), ("denied", "confirmed"),
    ("allowed", "banned"), ("allow", "forbid"), ("raised", "cut"), ("raise", "lower"), ("cut", "raise"), ("began", "ended"),
    ("begin", "end"), ("opened", "closed"), ("start", "stop"), ("started", "halted"), ("arrested", "released"), ("killed", "saved"),
    ("guilty", "innocent"), ("more", "fewer"), ("higher", "lower"), ("up", "down"), ("before", "after"), ("after", "before"),
    ("above", "below"), ("more than", "less than"), ("passed", "failed"), ("praised", "criticized"), ("criticized", "praised"),
    ("agreed", "refused"), ("dead", "alive"), ("died", "survived"), ("hired", "fired"), ("expand", "shrink"), ("growth", "decline"),
    ("surged", "plummeted"), ("fell", "skyrocketed"), ("rejected", "endorsed"), ("dropped", "surged"), ("fired", "hired"),
    ("reduce", "increase"), ("strengthen", "weaken"), ("acquitted", "convicted"), ("joined", "left"), ("major", "minor"),
    ("beat", "lost to"), ("defeated", "lost to"), ("largest", "smallest"), ("bought", "sold"), ("acquire", "sell"), ("injured", "unhurt"),
]  # fmt: skip
UNITS = [
    ("million", "billion"), ("billion", "million"), ("thousand", "million"), ("percent", "percentage points"), ("per cent", "percentage points"),
    ("%", " percentage points"), ("days", "weeks"), ("weeks", "days"), ("years", "months"), ("months", "years"), ("hours", "minutes"),
    ("minutes", "hours"), ("miles", "kilometers"), ("feet", "meters"), ("dollars", "euros"), ("year", "month"), ("yards", "miles"), ("pounds", "dollars"),
]  # fmt: skip
UNITS_CJK = [
    ("만", "억"),
    ("억", "만"),
    ("조", "억"),
    ("원", "달러"),
    ("달러", "원"),
    ("%", "%포인트"),
    ("개월", "년"),
    ("年", "か月"),
    ("円", "ドル"),
    ("万", "億"),
    ("億", "万"),
    ("배", "%"),
]
NAME = re.compile(
    r"(?<![.!?“\";:—–] )(?<!^)(?<![.'’])\b[A-Z][a-zA-Z'’-]*[a-z][a-zA-Z-]*(?: [A-Z][a-zA-Z-]*[a-z][a-zA-Z-]*){0,2}\b"
)
NUMBER = re.compile(r"(?<![\w.,-])\d+(?:,\d{3})*(?:\.\d+)?(?![\w,]*[-–]\d)(?!\d)")
QUOTED = re.compile(r"[“\"]([^“”\"]{1,300})[”\"]|「([^」]{6,200})」")
NOT_NAMES = {
    *WEEKDAYS,
    *MONTHS,
    "The",
    "A",
    "An",
    "In",
    "On",
    "He",
    "She",
    "It",
    "But",
    "And",
    "I",
    "President",
    "Sen",
    "Mr",
    "Mrs",
    "Rep",
    "Gov",
    "Who",
    "What",
    "Why",
    "How",
    "Every",
    "My",
    "Majority",
    "Sept",
    "We",
    "They",
    "This",
    "If",
    "Not",
    "No",
    "Secretary",
    "Attorney",
    "Leader",
    "Minority",
    "Chief",
    "Officer",
    "Professional",
    "I've",
    "I'm",
    "I'll",
    "There",
    "Dr",
    "To",
    "For",
    "Trial",
    "Feb",
    "Jan",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
    "Aug",
    "Rev",
    "Lt",
    "Capt",
}


@dataclass(frozen=True)
class Given:
    """What a planter may look at: the sentence, and all that the story's other sentences say."""

    text: str
    story: str
    rng: random.Random


Planter = Callable[[Given], str | None]


def number(given: Given) -> str | None:
    """Another number of the story, one near it, one far, digits changed places, ten times as much, a spelled one."""
    found = [m for m in NUMBER.finditer(given.text) if not re.fullmatch(r"(19|20)\d\d", m[0])]
    words = list(re.finditer(rf"\b(?:{'|'.join(SPELLED)})\b", given.text))
    if words and (not found or given.rng.random() < 0.3):
        match = given.rng.choice(words)
        return _put(given.text, match.span(), given.rng.choice([w for w in SPELLED if w != match[0]]))
    if not found:
        return None
    match = given.rng.choice(found)
    other = _other_number(match[0], given)
    return _put(given.text, match.span(), other) if other else None


def _other_number(text: str, given: Given) -> str | None:
    value = float(text.replace(",", ""))
    others = [
        m
        for m in NUMBER.findall(given.story)
        if float(m.replace(",", "")) != value and not re.fullmatch(r"(19|20)\d\d", m)
    ]
    swapped = (
        text[1] + text[0] + text[2:]
        if len(text) > 1 and text[:2].isdigit() and text[0] != text[1] and text[1] != "0"
        else ""
    )
    ways = [
        given.rng.choice(others) if others else "",
        _like(text, value + given.rng.choice([-1, 1, 2])),
        _like(text, value * 10),
        _like(text, round(value * given.rng.choice([0.5, 1.3, 3]) + 1, 1)),
        swapped,
    ]
    return given.rng.choice([way for way in ways if way and way != text] or [""]) or None


def _like(text: str, value: float) -> str:
    if value <= 0:
        return ""
    if "." in text:
        return f"{value:.{len(text.rpartition('.')[2])}f}"
    return f"{int(value):,}" if "," in text else str(int(value))


def unit(given: Given) -> str | None:
    pairs = [
        (match, new)
        for old, new in UNITS
        for match in re.finditer(rf"(?<=\d)\s?-?{re.escape(old)}(?!\w)|(?<=\d )\b{old}\b", given.text)
    ]
    pairs += [(match, "€" if match[0] == "$" else "$") for match in re.finditer(r"[$€£](?=\d)", given.text)]
    pairs += [
        (m, new) for old, new in UNITS_CJK for m in re.finditer(rf"(?<=\d){old}(?![가-힣一-龯]{{3}})", given.text)
    ]
    if not pairs:
        return None
    match, new = given.rng.choice(pairs)
    lead = match[0][: len(match[0]) - len(match[0].lstrip(" -"))]
    return _put(given.text, match.span(), lead + new)


def date(given: Given) -> str | None:
    """A day more or less, another month, another year."""
    month = re.compile(rf"\b({'|'.join(MONTHS)}|(?:Jan|Feb|Aug|Sept|Oct|Nov|Dec)\.)(?: (\d{{1,2}})\b)?")
    found = [m for m in month.finditer(given.text) if m[1] not in ("May", "March") or m[2]]
    years = list(re.finditer(r"(?<![\w$,.-])(?:19|20)\d\d(?![\w,%])", given.text))
    days = list(re.finditer(r"\d{1,2}(?=[일日월月](?![간間]))", given.text))
    ways: list[str] = []
    for m in found:
        if m[2]:
            ways.append(
                _put(given.text, m.span(2), str(int(m[2]) + given.rng.choice([1, -1] if int(m[2]) > 1 else [1])))
            )
        ways.append(_put(given.text, m.span(1), given.rng.choice([x for x in MONTHS if x[:3] != m[1][:3]])))
    ways += [_put(given.text, m.span(), str(int(m[0]) + given.rng.choice([-1, 1, -10]))) for m in years]
    ways += [
        _put(given.text, m.span(), str(int(m[0]) + given.rng.choice([1, -1] if int(m[0]) > 1 else [1]))) for m in days
    ]
    return given.rng.choice(ways) if ways else None


def weekday(given: Given) -> str | None:
    found = list(re.finditer(rf"\b({'|'.join(WEEKDAYS)})\b", given.text))
    if found:
        match = given.rng.choice(found)
        at = WEEKDAYS.index(match[0])
        return _put(given.text, match.span(), WEEKDAYS[(at + given.rng.choice([1, -1, 2, 3])) % 7])
    cjk = list(re.finditer(r"[월화수목금토일](?=요일)|[月火水木金土日](?=曜)", given.text))
    if not cjk:
        return None
    match = given.rng.choice(cjk)
    days = "월화수목금토일" if match[0] in "월화수목금토일" else "月火水木金土日"
    return _put(given.text, match.span(), days[(days.index(match[0]) + given.rng.choice([1, -1])) % 7])


def _names(text: str) -> list[re.Match[str]]:
    return [m for m in NAME.finditer(text) if not NOT_NAMES & set(m[0].replace("’", "'").removesuffix("'s").split())]


def name_of_the_story(given: Given) -> str | None:
    """Another name of the story in its place, or only the first name of another."""
    found = _names(given.text)
    small = set(re.findall(r"(?<![\w’'])[a-z][a-z]+", given.story))
    others = sorted({m[0] for m in _names(given.story) if not small & {word.casefold() for word in m[0].split()}})
    if not found:
        return None
    match = given.rng.choice(found)
    own = set(match[0].split())
    fit = [
        name for name in others if not own & set(name.split()) and name not in given.text and _differs(name, match[0])
    ]
    if not fit:
        return None
    parts = match[0].split()
    whole = [name for name in fit if len(name.split()) == len(parts)]
    firsts = [name.split()[0] for name in fit if len(name.split()) > 1]
    if len(parts) == 2 and firsts and given.rng.random() < 0.3:
        return _put(given.text, match.span(), f"{given.rng.choice(firsts)} {parts[1]}")
    return _put(given.text, match.span(), given.rng.choice(whole or fit))


def _differs(one: str, other: str) -> bool:
    """Not merely another form of the same: America and American, U.S. and United States."""
    return one[:4].casefold() != other[:4].casefold()


def name_from_nowhere(given: Given) -> str | None:
    found = _names(given.text)
    fit = [name for name in NOBODY if name.split()[-1].casefold() not in given.story.casefold()]
    if not found:
        return None
    return _put(given.text, given.rng.choice(found).span(), given.rng.choice(fit))


def _quoted(text: str) -> re.Match[str] | None:
    """The first quotation of some length; straight marks are taken in pairs."""
    return next((m for m in QUOTED.finditer(text) if len(m[0]) > 14 or m[2]), None)


def quotation(given: Given) -> str | None:
    """One word of a quotation left out, put in, or changed."""
    match = _quoted(given.text)
    if not match:
        return None
    start, end = match.span(1) if match[1] else match.span(2)
    words = given.text[start:end].split()
    if match[2] or (not given.text.isascii() and re.search("[가-힣ぁ-ん]", given.text[start:end])):
        inside = given.text[start:end]
        at = len(inside) // 2
        return _put(
            given.text,
            (start, end),
            inside[: at - 1] + given.rng.choice(["매우", "絶対", "不", "안"]) + inside[at + 1 :],
        )
    inner = [at for at in range(1, len(words) - 1) if words[at].isalpha() and words[at + 1][0].isalpha()]
    if not inner:
        return None
    at = given.rng.choice(inner)
    way = given.rng.randrange(3)
    changed = {
        0: [],
        1: [words[at], given.rng.choice(["very", "never", "all", "truly"])],
        2: [given.rng.choice(["everyone", "terrible", "must", "seven"])],
    }[way]
    altered = " ".join([*words[:at], *changed, *words[at + 1 :]])
    return _put(given.text, (start, end), altered) if altered != given.text[start:end] else None


def other_speaker(given: Given) -> str | None:
    """The quotation stays, who said it is another of the story, or nobody of it."""
    match = _quoted(given.text)
    if not match:
        return None
    verbs = r"(?:said|says|told|tweeted|wrote|added|asked|warned|argued|called)"
    outside = [m for m in _names(given.text) if not match.start() < m.start() < match.end()]
    said = [
        m for m in outside
        if re.match(rf",? {verbs}", given.text[m.end() : m.end() + 12]) or re.search(rf"{verbs} $", given.text[max(0, m.start() - 10) : m.start()])
    ]  # fmt: skip
    if not said:
        return None
    target = given.rng.choice(said)
    own = set(target[0].split())
    small = set(re.findall(r"(?<![\w’'])[a-z][a-z]+", given.story))
    fit = [
        m[0]
        for m in _names(given.story)
        if not small & set(m[0].casefold().split())
        and not own & set(m[0].split())
        and m[0] not in given.text
        and _differs(m[0], target[0])
    ]
    return _put(given.text, target.span(), given.rng.choice(sorted(set(fit)) or NOBODY[:4]))


def negation(given: Given) -> str | None:
    """ "Not" put in or left out, "n't", "without"."""
    drops = [
        (r"\b(is|are|was|were|will|would|could|should|did|does|do|has|have|had|can) not\b", r"\1"),
        (r"\b(is|are|was|were|would|could|should|did|does|do|has|have|had)n[’']t\b", r"\1"),
        (r"\bwithout\b", "with"), (r"\bnever\b", "always"), (r"\bno\b(?! one)", "some"), (r"\bcannot\b", "can"), (r"\bfailed to\b", "managed to"),
    ]  # fmt: skip
    adds = [
        (r"\b(is|are|was|were|will|would|could|should|has|have|had)\b(?! not|n['’]t)", r"\1 not"),
        (r"\b(is|was|were|would|could|should|has|had)\b(?! not|n['’]t)", r"\1n't"),
        (r"\bsaid\b", "did not say"), (r"\bwith\b", "without"), (r"\bto (?=[a-z]{3,}\b)", "not to "),
    ]  # fmt: skip
    fit = [(p, r) for p, r in drops if re.search(p, given.text)]
    if not fit or given.rng.random() < 0.4:
        fit = [(p, r) for p, r in adds if re.search(p, given.text)] or fit
    if not fit:
        return None
    pattern, by = given.rng.choice(fit)
    return re.sub(pattern, by, given.text, count=1)


def direction(given: Given) -> str | None:
    fit = [(a, b) for a, b in OPPOSITES if re.search(rf"(?<![-\w]){a}(?![-\w])", given.text)]
    if not fit:
        return None
    word, by = given.rng.choice(fit)
    return re.sub(rf"(?<![-\w]){word}(?![-\w])", by, given.text, count=1)


def _put(text: str, span: tuple[int, int], by: str) -> str:
    return text[: span[0]] + by + text[span[1] :]


PLANTERS: dict[str, Planter] = {
    "number": number,
    "unit": unit,
    "date": date,
    "weekday": weekday,
    "name of the story": name_of_the_story,
    "name from nowhere": name_from_nowhere,
    "quotation altered": quotation,
    "other speaker": other_speaker,
    "negation": negation,
    "direction": direction,
}


def planted(kind: str, text: str, story: Sequence[str], rng: random.Random) -> str | None:
    """The sentence with one error of a kind; None where it has nothing that could be wrong that way."""
    found = PLANTERS[kind](Given(text, " ".join(story), rng))
    return found if found and found != text else None
