"""What happens to an event when one latent is moved along its axis?"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepsym.report.drawing import Drawing, drawn
from hepsym.report.html import Markup, join, tag
from hepsym.report.labels import axis_label, named, pretty
from hepsym.report.sections import Section, figures
from hepsym.report.sections.momenta import decoded_momenta, momenta_drawing
from hepsym.report.style import SERIES, SOFT, look, new_figure

__all__ = ["section"]

Array = NDArray[np.float64]
_CURVES = 3
"""At most so many observables a latent: those that it moves most steadily."""


def section(
    analysis: Mapping[str, Any], follows: Mapping[int, Sequence[str]], latex: Mapping[str, str]
) -> Section | None:
    """For each traversal: decoded momenta with a slider, and observables along the axis.

    follows: for each latent the observables that it follows, closest first.
    """
    traversals = [t for t in analysis.get("traversals") or [] if len(t.get("values") or []) > 1]
    if not traversals:
        return None
    parts: list[Markup] = [
        tag(
            "p",
            "One latent moves from its 1 % to its 99 % quantile over test events while the others stay at "
            "their starting point: a test event, or the median of every latent, which may lie off the data "
            "(on a sphere it is the centre). Nothing forces the decoder to conserve energy or to stay on the "
            "mass shell: what it gets right it has learned.",
        )
    ]
    with look():
        for traversal in traversals:
            parts += _one(traversal, follows, latex)
    return Section("traversals", "Moving along a latent", join(*parts))


def _one(
    traversal: Mapping[str, Any], follows: Mapping[int, Sequence[str]], latex: Mapping[str, str]
) -> list[Markup]:
    index = int(traversal.get("latent", 0))
    z = np.asarray(traversal["values"], dtype=np.float64)
    links = list(follows.get(index, ()))
    columns = _columns(traversal.get("observables") or traversal.get("features") or {}, len(z))
    first = [name for name in links if name in columns]
    chosen = (first + [name for name in _steadiest(columns) if name not in first])[:_CURVES]
    momenta = momenta_drawing(
        decoded_momenta(traversal.get("features") or {}),
        z.tolist(),
        index,
        traversal.get("points") or ["median"],
    )
    drawings = [momenta] if momenta is not None else []
    drawings += [_curve(z, name, columns[name], index, latex) for name in chosen]
    heading = tag("h3", f"Latent z{index}", join(", which follows ", named(links[0])) if links else None)
    return [heading, figures(drawings)]


def _columns(columns: Mapping[str, Any], steps: int) -> dict[str, Array]:
    """Those that hold a number for every step of every walk, (walks, steps)."""
    found = {}
    for name, values in columns.items():
        try:
            array = np.asarray(values, dtype=np.float64)
        except (TypeError, ValueError):
            continue  # None where the decoded event has no such value
        if array.ndim == 2 and array.shape[1] == steps and np.isfinite(array).all():
            found[str(name)] = array
    return found


def _steadiest(columns: Mapping[str, Array]) -> list[str]:
    """Names by the mean over walks of |rank correlation| with the position, steadiest first."""

    def steadiness(values: Array) -> float:
        moving = values[np.ptp(values, axis=1) > 1e-9 * np.abs(values).max(initial=1e-300)]
        ranks = np.argsort(np.argsort(moving, axis=1), axis=1)
        place = np.arange(values.shape[1])
        return float(np.mean([abs(np.corrcoef(row, place)[0, 1]) for row in ranks])) if len(ranks) else 0.0

    kept = {name: steadiness(values) for name, values in columns.items()}
    return sorted((name for name in kept if kept[name] > 0.0), key=lambda name: -round(kept[name], 2))


def _curve(z: Array, name: str, walks: Array, index: int, latex: Mapping[str, str]) -> Drawing:
    figure = new_figure(4.0, 2.5)
    axes = figure.subplots()
    for k, walk in enumerate(walks[1:]):
        axes.plot(
            z, walk, color=SERIES[0], lw=1.4, marker="o", ms=2.2, label="test events" if k == 0 else None
        )
    alone = len(walks) == 1
    axes.plot(
        z,
        walks[0],
        color=SERIES[0] if alone else SOFT,
        lw=1.4,
        ls="-" if alone else "--",
        label="median code",
    )
    axes.set_xlabel(f"$z_{{{index}}}$")
    axes.set_ylabel(axis_label(name, latex.get(name)))
    axes.grid()
    if not alone:
        axes.legend(loc="best")
    rows = [(k, float(a), float(b)) for k, walk in enumerate(walks) for a, b in zip(z, walk, strict=True)]
    return drawn(
        figure, f"traversal-z{index}-{name}",
        alt=f"{pretty(name)} of the decoded event against latent {index}, a line for each starting point.",
        caption=join(tag("strong", named(name)), f" of the decoded event along z{index}."),
        header=("start", f"z{index}", name), rows=rows,
    )  # fmt: skip
