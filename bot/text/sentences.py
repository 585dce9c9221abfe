"""Texts into sentences fit to stand in a brief: whole, without datelines, bylines and calls to read on. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import count, islice
from typing import Final

from bot.text.captions import captioned, tells_news
from bot.text.furniture import body, is_furniture, without_bullet

MIN_CHARS: Final = 25
MIN_CHARS_CJK: Final = 12
MAX_CHARS: Final = 420
MAX_CHARS_CJK: Final = 220

_SHORT: Final = """
    mr mrs ms dr prof sen sens rep reps gov govs gen lt col sgt capt cpl maj cmdr adm brig rev hon pres supt atty st mt ft
    vs etc jr sr inc ltd co corp bros vol approx dept est fig dist ave blvd
    jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri
    ala ariz ark calif colo conn del fla ga ill ind kan ky la md mass mich minn miss mo mont neb nev okla ore pa tenn tex
    va vt wash wis wyo u.s u.k u.n e.u a.m p.m e.g i.e d.c n.y n.j n.c s.c n.h n.m n.d s.d r.i w.va ph.d
"""
_ABBREVIATIONS: Final = frozenset(_SHORT.split())
_ALSO_WORDS: Final = "no mar mon sun wed ill ind la miss mass wash col est fig co va ave del"
_WORDS_TOO: Final = frozenset(_ALSO_WORDS.split())
"""Abbreviations that end a sentence when they are written small."""
_END: Final = re.compile(r"(?<![.!?])[.!?]++[\"”’')\]]*+(?=\s++[\"“‘'(\[]?[A-Z0-9À-Þ]|\s*+$)")
_BEGINS: Final = re.compile(
    r"\s+(?:[\"“](?=[A-Z])|(?:The|A|An|It|He|She|They|But|And|In|On|At|For|That|This|There|Officials|Police)\b)"
)
_END_CJK: Final = re.compile(r"[。！？](?![」』”’）)])[」』”’）)]*")
_QUOTE_ENDS: Final = (
    r"(?=[가-힣0-9\"“‘'])(?!이?라|이[었던지란다]|이(?![가-힣]{2}|[날번후])|고|며|면서|에[서게]|[는은란을를의에와과도만](?![가-힣]{2})"
    r"|등|처럼|까지|부터|으?로|하(?!지만)|했|였|인\s)"
)
"""A new sentence behind a quotation, where `…했다."라고 말했다` goes on."""
_END_KOREAN: Final = re.compile(
    # Some feeds set no space between sentences.
    rf"(?:다|요|죠|까)[.?!]”{_QUOTE_ENDS}|다\.(?=[가-힣0-9\"“‘'\[(<●▲■◆△▶])"
    r"|(?:다|요|까|죠|음|함|됨|임)[.!?]+[\"”’')\]]*(?=\s|$)|[!?][\"”’']*(?=\s|$)"
)
_STRAIGHT_QUOTE: Final = re.compile(rf"\"{_QUOTE_ENDS}")
_ENDS_IN_QUOTE: Final = re.compile(r"\s(?:“[^“”]+”|\"[^\"]+\")$")
"""A sentence glued to the next one, with words of its own: who speaks may stand behind a quotation alone."""
_OPENERS: Final = {
    "en": re.compile(
        r"(?:But|And|Yet|So|However,|Meanwhile,|Still,|Also,|Moreover,|Instead,|In addition,|Additionally,|Furthermore,"
        r"|Elsewhere,|Nevertheless,|And now,) (?=\w)"
    ),
    "ko": re.compile(r"(?:그러나|하지만|또한?|한편|그리고|이와 함께|아울러|특히|다만|반면에?|그런데|게다가|더욱이),? "),
    "ja": re.compile(r"(?:しかし|また|一方で?|さらに|そして|なお|ただし?|このため|その上|だが|ところが|加えて)、"),
}
_TOKENISED: Final = re.compile(r" ([.,;:!?%)\]”’])|([(\[“‘]) | ('s|n't|'re|'ve|'ll)\b")
_STRAY: Final = re.compile(r"^[’”』」]|^['‘](?!.*\w[.,!?]?['’](?:[\W가-힣]|$))")
"""The end of a quotation that began before, or a beginning that does not end."""
_QUOTING: Final = re.compile('["“”「」『』()]')
_CUT_OFF: Final = re.compile(r"(?:\.\s?\.|…|···|\[…\])[\"”’')\]」』]*$")
"""A feed's beginning of a text, not its sentence."""
_SHOUTED: Final = ("Yahoo", "Jeopardy")
"""Names with an exclamation mark."""
_CJK: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")


class _Reading:
    """The sentences of a text, each cut once, by whoever comes to it first."""

    def __init__(self, text: str, language: str) -> None:
        self._cut: list[str] = []
        self._uncut = _fit_sentences(text, language)

    def __iter__(self) -> Iterator[str]:
        for place in count():
            if place == len(self._cut):
                self._cut += islice(self._uncut, 1)
            if place == len(self._cut):
                return
            yield self._cut[place]


@lru_cache(maxsize=64)
def _reading(text: str, language: str) -> _Reading:
    """Kept for a while, since the texts of a story are read more than once while its brief is written."""
    return _Reading(text, language)


def split(text: str, language: str, most: int | None = None) -> tuple[str, ...]:
    """The first sentences of a text in order, cleaned; those that say nothing of the event are left out."""
    return tuple(islice(_reading(text, language), most))


def fit_sentences(text: str, language: str) -> Iterator[str]:
    """As `split`, one after the other."""
    return iter(_reading(text, language))


def _fit_sentences(text: str, language: str) -> Iterator[str]:
    """Cuts as it goes; what Korean captions say only where the text says nothing."""
    captions: list[str] = []
    is_told = False
    lines = [" ".join(line.split()) for line in text.split("\n")]
    for number, line in enumerate(lines, start=1):
        caption, paragraph = captioned(line, is_last=number == len(lines)) if language == "ko" else ("", line)
        captions.append(caption)
        for sentence in _fit(paragraph, language):
            is_told = True
            yield sentence
    if not is_told:
        yield from (sentence for told in filter(tells_news, captions) for sentence in _fit(told, language))


def _fit(paragraph: str, language: str) -> Iterator[str]:
    for sentence in _cut(body(paragraph), language):
        if is_fit(bare := without_bullet(sentence)):
            yield bare


def split_all(text: str, language: str) -> list[str]:
    """Every sentence of a text in order, as it stands: for texts whose author chose each of them."""
    return [sentence for paragraph in text.split("\n") for sentence in _cut(" ".join(paragraph.split()), language)]


def is_fit(sentence: str) -> bool:
    """Whether a sentence can stand in a brief: neither a scrap nor a page, no boilerplate, and it ends."""
    least, most = (MIN_CHARS_CJK, MAX_CHARS_CJK) if _CJK.search(sentence) else (MIN_CHARS, MAX_CHARS)
    if not least <= len(sentence) <= most or is_furniture(sentence):
        return False
    if _CUT_OFF.search(sentence):
        return False
    if not sentence.rstrip("\"”’')]」』）").endswith((".", "!", "?", "。", "！", "？")):
        return False
    return _quotes_match(sentence)


def without_opener(sentence: str, language: str) -> str:
    """A sentence without the "But" or "Meanwhile" that ties it to one before it."""
    pattern = _OPENERS.get(language)
    rest = sentence[found.end() :] if pattern and (found := pattern.match(sentence)) else sentence
    return rest[:1].upper() + rest[1:]


def ends_well(text: str) -> str:
    """A headline or scrap as a sentence: with a full stop where it has no end of its own."""
    text = text.strip()
    if text.endswith((".", "!", "?", "。", "！", "？", "…", "”", '"', "」")):
        return text
    return text + ("。" if re.search(r"[\u3040-\u30ff]", text) else ".")


def untokenise(text: str) -> str:
    """`( Reuters ) said , " no "` with its spaces as people set them; other texts are as they were."""
    if text.count(" , ") + text.count(" . ") < 2:
        return text
    return _TOKENISED.sub(lambda found: found[1] or found[2] or found[3], text)


def _cut(paragraph: str, language: str) -> Iterable[str]:
    paragraph = untokenise(paragraph)
    pattern = _END_KOREAN if language == "ko" else _END_CJK if language in ("ja", "zh") else _END
    start = 0
    for end in pattern.finditer(paragraph):
        if pattern is _END and _is_abbreviation(paragraph, end.start(), end[0]):
            continue
        at = _end_of(paragraph, start, end.end(), is_korean=pattern is _END_KOREAN)
        if at is not None:
            yield paragraph[start:at].strip()
            start = at
    if rest := paragraph[start:].strip():
        yield rest


def _end_of(paragraph: str, start: int, at: int, *, is_korean: bool) -> int | None:
    """Where a sentence ends that seems to end here; None where the quotation that it stands in does not."""
    if is_korean and _STRAIGHT_QUOTE.match(paragraph, at) and _ENDS_IN_QUOTE.search(paragraph[start : at + 1]):
        at += 1
    piece = paragraph[start:at]
    if is_korean and paragraph[at - 1] in '”"' and paragraph[at : at + 1].strip() and not _ENDS_IN_QUOTE.search(piece):
        return None
    return at if len(piece) >= MAX_CHARS or _quotes_match(piece) else None


def _is_abbreviation(text: str, at: int, mark: str) -> bool:
    if at + len(mark) >= len(text):
        return False
    if mark[0] != ".":
        return mark[0] == "!" and text.endswith(_SHOUTED, 0, at)
    word = re.search(r"[\w.]+$", text[max(0, at - 12) : at])
    if not word:
        return False
    last = word[0].rstrip(".")
    if last == "No":
        return text[at + len(mark) :].lstrip()[:1].isdigit()
    if last.islower() and last in _WORDS_TOO:
        return False
    if "." in last and _BEGINS.match(text, at + len(mark)):
        # "… than the U.S. The …": a country or an hour that ends its sentence.
        return False
    return last.casefold() in _ABBREVIATIONS or (len(last) == 1 and last.isupper() and last != "I")


def _quotes_match(sentence: str) -> bool:
    """A quotation that opens or closes outside the sentence would be cut in half."""
    if _STRAY.search(sentence):
        return False
    if not _QUOTING.search(sentence):
        return True
    pairs = (("“", "”"), ("「", "」"), ("『", "』"), ("(", ")"))
    return sentence.count('"') % 2 == 0 and all(sentence.count(one) == sentence.count(other) for one, other in pairs)
