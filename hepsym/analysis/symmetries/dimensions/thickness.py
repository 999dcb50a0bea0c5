"""Is the thickness of a set noise? Of one size, normal by its quantiles, about a surface that bends.

The thinnest surface that neighbourhoods show is asked: its thickness must not grow with them, must be
alike at all places, and normal. Directions up to RANGE times as thick are then noise too, unless they are
far from normal. A flat thin direction may be a thin density: three or more are asked for, or one surface
that bends. A width that is not normal (a Breit-Wigner mass, an even annulus) is a direction of its own,
and no noise is looked for where quadrics hold exactly, which it would have spoilt.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepsym.analysis.symmetries.dimensions.neighbourhoods import Neighbourhoods, View
from hepsym.analysis.symmetries.equations.constraints import Constraints

__all__ = ["Thickness", "noise_thickness"]

Floats = NDArray[np.float64]

TAILS, OUTER, LEAN = 0.07, 0.08, 0.05
"""Of noise about toys these are within 0.05, 0.06 and 0.03; of a truncated Cauchy and an even law not."""
FAR = 0.2
"""TAILS of a direction that is no noise, whatever the thinnest is."""
NORMAL_TAILS, NORMAL_OUTER = 2.9058, 3.8190
"""Central 95 % and 99 % over central 50 % of a normal law."""
LARGEST = 0.2
RANGE = 2.5
"""Noise may differ from direction to direction by this factor."""
EVEN = 3.0
"""Thickness at the places, upper tenth over lower: noise is of one size everywhere."""
ALIKE, WIDER = 1.08, 1.35
"""Neighbourhoods up to WIDER times as wide show the thickness within the factor ALIKE: a density that
thins out is seen to widen, a surface to bend."""
MOST = 0.6
"""Part of the places that must show it."""
FLAT = 3


@dataclass(frozen=True, slots=True)
class Thickness:
    """Noise about a surface of this dimension, in standard deviations of a column."""

    size: float
    dimension: int
    why: str


def noise_thickness(near: Neighbourhoods, exact: Constraints) -> Thickness | None:
    """The noise that neighbourhoods show, or None."""
    if len(exact.equations):
        return None
    found = [told for view in near.views if (told := _in_frame(view)) is not None]
    return min(found, key=lambda told: (told.dimension, told.size)) if found else None


def _in_frame(view: View) -> Thickness | None:
    cast = view.votes
    usable = np.flatnonzero(
        cast.still & (cast.thickness < LARGEST) & (cast.thickness > 0) & (cast.qualified.mean(axis=0) > MOST)
    ).tolist()
    if not usable:
        return None
    thinnest = min(usable, key=lambda d: (float(cast.thickness[d]), d))
    size = float(cast.thickness[thinnest])
    limit = RANGE * max(size, view.dropped)
    last = _alike(view, thinnest)
    if view.dropped > RANGE * size or last is None or not _normal(view, thinnest, last):
        return None
    below = [d for d in usable if cast.thickness[d] <= limit]
    d = thinnest
    for e in sorted(below, key=lambda e: -e):
        if e < d and not _far(view, e):
            d = e
        elif e < d:
            break
    for e in range(1, d):  # a surface that still falls, down to this noise
        if cast.thickness[e] <= limit and not cast.still[e] and cast.qualified[:, e].mean() > MOST:
            d = e
            break
    flat, across = view.flat(d), cast.rank - d
    if flat >= across and across + (view.dropped > 0) < FLAT:
        return None
    why = (
        "normal, alike at all places, and the surface bends" if flat < across else "normal in many directions"
    )
    return Thickness(float(max(size, view.dropped, cast.thickness[d])), d, why)


def _alike(view: View, d: int) -> int | None:
    """A size of neighbourhood in the middle of those that show one thickness; None where none do.

    They follow one another, from a radius to WIDER times it and more.
    """
    places = view.votes.qualified[:, d]
    thick = (view.told.tau * view.told.unit)[:, places, d]
    wide = np.median(view.told.sigma[:, places, d - 1], axis=1)
    curve = np.median(thick, axis=1)
    best: tuple[float, int] | None = None
    for i in range(len(curve)):
        for j in range(i + 1, len(curve)):
            part = curve[i : j + 1]
            if not np.isfinite(part).all() or part.max() > ALIKE * part.min():
                break
            if wide[j] > WIDER * wide[i] and (best is None or wide[j] / wide[i] > best[0]):
                best = (float(wide[j] / wide[i]), (i + j) // 2)
    if best is None:
        return None
    least, most = np.nanquantile(thick[best[1]], [0.1, 0.9])
    return best[1] if most < EVEN * least else None


def _quantiles(view: View, d: int, size: int) -> tuple[float, float, float] | None:
    """Central 95 % and 99 % over central 50 %, as parts of a normal law's, and how far it leans."""
    z = view.residuals(d, size)
    z = z[view.votes.qualified[: len(z), d]].ravel()
    if len(z) < 200:
        return None
    least, low, lower, middle, upper, high, most = np.quantile(
        z, [0.005, 0.025, 0.25, 0.5, 0.75, 0.975, 0.995]
    )
    if upper <= lower:
        return None
    half = float(upper - lower)
    return (
        float(high - low) / half / NORMAL_TAILS,
        float(most - least) / half / NORMAL_OUTER,
        float(abs(high + low - 2 * middle) / (high - low)),
    )


def _normal(view: View, d: int, size: int) -> bool:
    told = _quantiles(view, d, size)
    if told is None:
        return False
    tails, outer, lean = told
    return abs(tails - 1.0) < TAILS and abs(outer - 1.0) < OUTER and lean < LEAN


def _far(view: View, d: int) -> bool:
    told = _quantiles(view, d, int(view.votes.size[d]))
    return told is None or abs(told[0] - 1.0) > FAR
