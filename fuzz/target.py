"""What a fuzzer aims at."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Final

ROOT: Final = Path(__file__).resolve().parent.parent
_CORPUS: Final = ROOT / "fuzz" / "corpus"
_WORDS: Final = ROOT / "fuzz" / "words"


class Target(ABC):
    """One parser, and what must hold of whatever it is given.

    `check` raises for what must not be: an AssertionError that says so, or what the parser itself raised. It gives the
    kind of answer that came, and a kind never seen before is as interesting as a line never reached. The same input
    comes to the same end, whatever was checked before.
    """

    name: ClassVar[str]
    traced: ClassVar[Sequence[str]]
    """Files and folders, from the root of the project, whose lines lead the way."""
    limit: ClassVar[int]
    """Bytes of an input."""
    seconds: ClassVar[float]
    """Of the processor, for any input and beside `seconds_per_kb`."""
    seconds_per_kb: ClassVar[float] = 0.0

    @abstractmethod
    def check(self, data: bytes) -> str: ...

    def close(self) -> None:  # noqa: B027 - most hold nothing
        """Gives back what it holds."""

    @classmethod
    def corpus(cls) -> dict[str, bytes]:
        """The inputs that are kept: seeds, and what showed a fault once."""
        return {file.name: file.read_bytes() for file in sorted((_CORPUS / cls.name).iterdir())}

    def allowed_s(self, data: bytes) -> float:
        return self.seconds + self.seconds_per_kb * len(data) / 1024


def words(name: str) -> list[bytes]:
    """What means something to a parser: a line of a file each, with Python's escapes."""
    lines = (_WORDS / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    texts = [line.encode("latin-1", "backslashreplace").decode("unicode_escape") for line in lines]
    return [text.encode("utf-8", "surrogatepass") for text in texts]
