"""What a benchmark found, so that many of them make one table: a value, the bare thing beside it, and the bar it must pass."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured value. A benchmark's module has `SIZES` and `figures(size)`, which returns these for each size.

    `of` says what `size` counts ("briefs"); `bare` is the bare thing in the same run and unit. `most` and `least` bound
    the ratio `value / bare` where there is a bare thing, otherwise the value. A value within `fine` passes whatever the
    ratio: of a bare thing that takes next to nothing everything is many times. `grown_from` is the size whose figure this
    one is a measured multiple of, where the two were not measured on the same day.
    """

    name: str
    value: float
    unit: str
    size: int
    of: str
    bare: float | None = None
    most: float | None = None
    least: float | None = None
    fine: float | None = None
    grown_from: int | None = None

    @property
    def judged(self) -> float:
        """What the bar is held against: the ratio to the bare thing, or the value itself."""
        return self.value / self.bare if self.bare else self.value

    @property
    def passed(self) -> bool | None:
        """Whether it is within its bar; None without one."""
        if self.most is None and self.least is None:
            return None
        if self.fine is not None and self.value <= self.fine:
            return True
        return not (
            (self.most is not None and self.judged > self.most) or (self.least is not None and self.judged < self.least)
        )

    @property
    def bar(self) -> str:
        """The bar in words: "≤ 3 × bare"."""
        sign, bound = ("≤", self.most) if self.most is not None else ("≥", self.least)
        if bound is None:
            return ""
        fine = f" or {shown(self.fine)} {self.unit}" if self.fine is not None else ""
        return f"{sign} {shown(bound)} × bare{fine}" if self.bare else f"{sign} {shown(bound)} {self.unit}".strip()


def shown(number: float) -> str:
    """A number with three figures: 0.0312, 1.25, 48,200."""
    if number == 0:
        return "0"
    if abs(number) >= 100:
        return f"{number:,.0f}"
    return f"{number:.3g}"
