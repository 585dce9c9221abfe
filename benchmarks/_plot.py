"""Growth of a figure from small to large, drawn on two logarithmic scales (needs the extra `bench`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib as mpl

from benchmarks._figures import Figure


def plot(grown: Mapping[str, Sequence[Figure]], file: Path) -> None:
    """One line for each name, dotted its bare thing in the same colour; an SVG that is the same for the same figures."""
    mpl.use("svg")
    mpl.rcParams.update({"svg.hashsalt": "briefbot", "font.size": 9, "svg.fonttype": "none"})
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 3.2), layout="constrained")
    colours = mpl.colormaps["tab10" if len(grown) <= 10 else "tab20"]
    for number, (name, found) in enumerate(sorted(grown.items())):
        sizes, colour = [one.size for one in found], colours(number)
        label = name.partition(",")[2].strip() or name
        axes.plot(sizes, [one.value for one in found], marker="o", markersize=4, color=colour, label=label)
        for one in found:
            if one.grown_from:
                # Hollow: measured as a multiple of the one before it.
                axes.plot(one.size, one.value, "wo", markersize=2, zorder=3)
        bare = [(one.size, one.bare) for one in found if one.bare]
        if bare:
            axes.plot([size for size, _ in bare], [value for _, value in bare], ":", color=colour)
    first = next(iter(grown.values()))[0]
    axes.set(xscale="log", yscale="log", xlabel=first.of, ylabel=first.unit, title=first.name.partition(",")[0])
    axes.grid(alpha=0.3)
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    figure.savefig(file, metadata={"Date": None})
    pyplot.close(figure)
