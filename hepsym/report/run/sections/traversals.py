"""What happens to an event when one latent is moved along its axis?"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from hepsym.report.page.drawing import Drawing, drawn
from hepsym.report.page.html import Markup, join, tag
from hepsym.report.page.labels import Written, axis_label, named, pretty
from hepsym.report.page.section import Section, figures
from hepsym.report.page.style import SERIES, SOFT, look, new_figure
from hepsym.report.run.sections.momenta import decoded_momenta, momenta_drawing

__all__ = ["section"]

Array = NDArray[np.float64]
_LATENTS = 6
_CURVES, _SAME = 3, 0.99
"""At most so many observables a latent; |rank correlation| from which two of them say the same."""


def section(
    analysis: Mapping[str, Any], follows: Mapping[int, Sequence[str]], written: Mapping[str, Written]
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
    if len(traversals) > _LATENTS:
        more = f"The {_LATENTS} most relevant of {len(traversals)} latents are shown; analysis.json has all."
        parts.append(tag("p", more))
    with look():
        for traversal in traversals[:_LATENTS]:
            parts += _one(traversal, follows, written)
    return Section("traversals", "Moving along a latent", join(*parts))


def _one(
    traversal: Mapping[str, Any], follows: Mapping[int, Sequence[str]], written: Mapping[str, Written]
) -> list[Markup]:
    index = int(traversal.get("latent", 0))
    z = np.asarray(traversal["values"], dtype=np.float64)
    links = list(follows.get(index, ()))
    columns = _columns(traversal.get("observables") or traversal.get("features") or {}, len(z))
    first = [name for name in links if name in columns]
    chosen = _distinct(columns, first + [name for name in columns if name not in first])[:_CURVES]
    momenta = momenta_drawing(
        decoded_momenta(traversal.get("features") or {}),
        z.tolist(),
        index,
        traversal.get("points") or ["median"],
    )
    drawings = [momenta] if momenta is not None else []
    drawings += [_curve(z, name, columns[name], index, written.get(name, Written())) for name in chosen]
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


def _distinct(columns: Mapping[str, Array], ranked: Sequence[str]) -> list[str]:
    """Those that say something new: no second of a kind, none that only rises or falls with one before."""
    chosen: list[str] = []
    for name in ranked:
        ranks = stats.rankdata(columns[name])
        alike = (abs(np.corrcoef(ranks, stats.rankdata(columns[other]))[0, 1]) for other in chosen)
        kinds = {other.partition("(")[0] for other in chosen}
        if np.ptp(ranks) > 0 and name.partition("(")[0] not in kinds and max(alike, default=0.0) < _SAME:
            chosen.append(name)
    return chosen


def _broken(z: Array, walk: Array, period: float | None) -> tuple[Array, Array]:
    """The walk with a gap (nan) where an angle comes round, so that no line is drawn across."""
    if not period:
        return z, walk
    jumps = np.flatnonzero(np.abs(np.diff(walk)) > 0.5 * period) + 1
    return np.insert(z, jumps, np.nan), np.insert(walk, jumps, np.nan)


def _curve(z: Array, name: str, walks: Array, index: int, written: Written) -> Drawing:
    figure = new_figure(4.0, 2.5)
    axes = figure.subplots()
    for k, walk in enumerate(walks):
        style: dict[str, Any] = {"color": SOFT, "ls": "--", "label": "median code"}
        if k > 0 or len(walks) == 1:
            style = {"color": SERIES[0], "marker": "o", "ms": 2.2, "label": "test events" if k == 1 else None}
        axes.plot(*_broken(z, walk, written.period), lw=1.4, zorder=2 + min(k, 1), **style)
    axes.set_xlabel(f"$z_{{{index}}}$")
    axes.set_ylabel(axis_label(name, written.latex, written.unit))
    axes.grid()
    if len(walks) > 1:
        axes.legend(loc="best")
    rows = [(k, float(a), float(b)) for k, walk in enumerate(walks) for a, b in zip(z, walk, strict=True)]
    return drawn(
        figure, f"traversal-z{index}-{name}",
        alt=f"{pretty(name)} of the decoded event against latent {index}, a line for each starting point.",
        caption=join(tag("strong", named(name)), f" of the decoded event along z{index}."),
        header=("start", f"z{index}", name), rows=rows,
    )  # fmt: skip
