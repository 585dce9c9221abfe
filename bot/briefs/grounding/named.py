"""Where a claim's name stands in its sources. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.briefs.grounding.name_words import ALIASES, TITLES
from bot.briefs.grounding.names import Name, in_order, is_initials, is_same
from bot.briefs.grounding.sources import ReadSource, SourceLine
from bot.briefs.grounding.stems import stem


def is_known(name: Name, cited: Sequence[ReadSource]) -> bool:
    """Whether the sources name it: as it stands, in another usual form, or in parts that each are a name."""
    if any(_stands(name.words, source) for source in cited):
        return True
    if not name.is_sure and any(stem(name.words[0]) in source.stems for source in cited):
        return True
    return any(_in_parts(name.words, source) for source in cited)


def occurrences(name: Name, cited: Sequence[ReadSource]) -> list[tuple[SourceLine, Name]]:
    """Every place of the sources that may name it."""
    return [found for source in cited for line in source.lines for found in _in_line(name, line)]


def _in_line(name: Name, line: SourceLine) -> Iterator[tuple[SourceLine, Name]]:
    starts = set()
    for other in line.names:
        if is_same(name.words, other.words):
            starts.add(other.end)
            yield line, other
    last = name.words[-1]
    if last in line.words:
        for token in line.tokens:
            if token.low.removesuffix("'s") == last and token.end not in starts and len(name.words) == 1:
                yield line, Name((last,), token.start, token.end, is_sure=True)


def _stands(words: tuple[str, ...], source: ReadSource) -> bool:
    if len(words) == 1:
        if words[0] in source.vocabulary or f"{words[0]}'s" in source.vocabulary:
            return True
    elif f" {' '.join(words)} " in source.words.replace("'s ", " "):
        return True
    if (alias := ALIASES.get(" ".join(words))) and alias in _aliases_of(source):
        return True
    return any(
        in_order(words, other.words)
        or is_initials(" ".join(words), other.words)
        or is_initials(" ".join(other.words), words)
        for line in source.lines
        for other in line.names
    )


def _aliases_of(source: ReadSource) -> set[str]:
    single = {ALIASES[word] for word in source.vocabulary if word in ALIASES}
    pairs = zip(source.words.split(), source.words.split()[1:], strict=False)
    return single | {ALIASES[f"{one} {other}"] for one, other in pairs if f"{one} {other}" in ALIASES}


def _in_parts(words: tuple[str, ...], source: ReadSource) -> bool:
    """ "California Democrat Nancy Pelosi": parts of two words or more, or a lone word that is a name by itself."""
    if len(words) < 2:
        return False
    for cut in range(1, len(words)):
        head, tail = words[:cut], words[cut:]
        if not _is_whole(head, source):
            continue
        if _stands(tail, source) or _in_parts(tail, source):
            return True
    return False


def _is_whole(words: tuple[str, ...], source: ReadSource) -> bool:
    """Whether words are a name by themselves in a source, not the first name of somebody."""
    if len(words) == 1 and (words[0] in TITLES or words[0] in ALIASES):
        return words[0] in TITLES or _stands(words, source)
    if len(words) > 1:
        return _stands(words, source)
    return any(other.words == words for line in source.lines for other in line.names)
