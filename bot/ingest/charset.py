"""Which characters some bytes mean, when their sender says it wrongly or not at all."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import Final

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NO_BOM: Final = ((b"<\0\0\0", "utf-32-le"), (b"\0\0\0<", "utf-32-be"), (b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))

# What a declared name stands for in practice: the superset that browsers use for it.
_WIDER: Final = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "cp950",
}
_SEVEN_BIT: Final = ("iso2022_jp", "iso2022_kr", "hz")
_XML: Final = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']\s*([\w.:-]+)""", re.IGNORECASE)
_META: Final = re.compile(rb"""<meta[^>]{0,300}?charset\s*+=\s*+["']?\s*+([\w.:-]+)""", re.IGNORECASE)
_HIGH_RUN: Final = re.compile(rb"[\x80-\xff][\x40-\xff]*")
_UTF8_RUN: Final = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_SAMPLE: Final = 20_000

# A script's usual characters tell one double-byte encoding from another, and how much of the bytes they must be: half
# of Korean are the 2,350 syllables that EUC-KR has (or more), a fifth of Japanese is kana (or more).
_USUAL: Final = (
    ("euc_jp", re.compile("[ぁ-んァ-ヶー、。]"), 0.2),
    ("cp932", re.compile("[ぁ-んァ-ヶー、。]"), 0.2),
    ("euc_kr", re.compile("[가-힣]"), 0.5),
)


def decode(body: bytes, *, declared: str = "") -> str:
    """The text of a feed or page; never fails.

    In this order: byte order mark, valid UTF-8, what `declared` (of the HTTP header) and then the document itself say
    where the bytes agree, and a guess from the bytes. A stray byte in UTF-8 is read as Windows-1252, not lost.
    """
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    for start, name in _NO_BOM:
        if body.startswith(start):
            return body.decode(name, "replace")
    names = [name for name in _declared(body, declared) if name != "utf-8"]
    if not any(name in _SEVEN_BIT for name in names):
        try:
            return body.decode("utf-8")
        except UnicodeDecodeError:
            pass
    # Latin-1 fits any bytes at all, so that claim counts only where they look like nothing else.
    text = _by_name(body, [name for name in names if name != "cp1252"])
    return text if text is not None else body.decode(_guess(body, names), "cp1252_for_strays")


def _declared(body: bytes, header: str) -> Iterator[str]:
    head = body[:2048]
    found = [
        header,
        *(match[1].decode("ascii", "replace") for match in (_XML.search(head), _META.search(head)) if match),
    ]
    # A server's default of Latin-1 says nothing where the document speaks for itself.
    found.sort(key=lambda name: name.lower() in ("iso-8859-1", "us-ascii", "windows-1252"))
    for name in found:
        try:
            known = codecs.lookup(name).name
            "".encode(known)
        except (LookupError, ValueError, UnicodeError):
            continue
        yield _WIDER.get(known, known)


def _by_name(body: bytes, names: list[str]) -> str | None:
    for name in names:
        try:
            return body.decode(name)
        except UnicodeDecodeError:
            text = body.decode(name, "replace")
            if text.count("\ufffd") * 200 <= sum(map(len, _HIGH_RUN.findall(body[:_SAMPLE]))):
                return text
    return None


def _guess(body: bytes, names: list[str]) -> str:
    sample = b" ".join(_HIGH_RUN.findall(body[: 10 * _SAMPLE]))[:_SAMPLE]
    high = sum(byte > 0x7F for byte in sample)
    if sum(map(len, _UTF8_RUN.findall(sample))) * 2 >= high:
        return "utf-8"
    for name, usual, share in _USUAL:
        if 2 * len(usual.findall(sample.decode(name, "ignore"))) >= share * high:
            return _WIDER.get(name, name)
    return "cp1252" if "cp1252" in names else _guess_by_model(body)


def _guess_by_model(body: bytes) -> str:
    from charset_normalizer import from_bytes  # 30 ms to import, and seldom needed

    lines = [line for line in re.split(rb"[\r\n]+|(?<=>)|(?=<)", body[: 10 * _SAMPLE]) if _HIGH_RUN.search(line)]
    best = from_bytes(b"\n".join(lines)[:_SAMPLE], cp_isolation=list(_GUESSED), threshold=0.4).best()
    return best.encoding if best else "cp1252"


_GUESSED: Final = ("cp1252", "cp1251", "koi8_r", "cp1250", "cp1253", "cp1254", "cp1255", "cp1256", "gb18030", "big5")


def _stray(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("cp1252_for_strays", _stray)
