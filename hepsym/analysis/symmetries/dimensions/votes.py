"""What dimension does each place of a set vote for, when what is thinner than a scale is not counted?

A place qualifies for dimension d where sigma_d > GAP tau_d at two sizes of neighbourhood that follow one
another (symmetries.patches). T_d, the scale from which d holds, is the median of the least tau_d over
the places that qualify; where tau_d still falls as it does about a smooth surface, T_d is that of the
next higher dimension that stands still, for the surface has not been resolved to its thickness.
The vote of a place at scale s is the least d that it qualifies for with T_d <= s, else all directions.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hepsym.analysis.symmetries.dimensions.patches import Patches

__all__ = ["Votes", "agreed", "votes"]

Floats = NDArray[np.float64]

GAP = 2.0
"""In full densities of 2 to 20 columns the median of sigma_d / tau_d stays below 1.5."""
FALLING = 1.5
"""Exponent of tau_d in the radius: 0 for noise and widths, 1 in filled directions, 3 for a surface."""
SURE = 2.0
"""Standard errors of the medians by which it must fall faster"""
LEAST_FALL = 0.08
"""In log tau_d: less is not told from standing still."""
SHARE = 0.2
"""Dimensions for which fewer places qualify are not looked at."""
TRIED, RISING = 1.5, 1.1
"""A dimension is not refused where its ratio is above TRIED and RISING times that of the next size."""


@dataclass(frozen=True, slots=True, eq=False)
class Votes:
    """Votes of places in one frame of r directions; `dropped` is the thickness of what it leaves out."""

    rank: int
    qualified: NDArray[np.bool_]
    """(c, r): place c qualifies for dimension d = 0 .. r - 1"""
    thickness: Floats
    """(r,): T_d, inf where too few places qualify"""
    still: NDArray[np.bool_]
    """(r,): tau_d stands still, and T_d is a thickness that was seen"""
    size: NDArray[np.int64]
    """(r,): the size of neighbourhood, as an index, at which T_d was seen"""
    untried: int
    """Least dimension that the rows do not suffice to refuse; rank where all were tried"""

    def at(self, scale: float) -> NDArray[np.int64]:
        """The votes (c,) at this scale."""
        open_to = self.qualified & (self.thickness <= scale)
        return np.where(open_to.any(axis=1), open_to.argmax(axis=1), self.rank)


def votes(told: Patches, resolved: float = np.inf) -> Votes:
    """Votes from the profiles at all places, thickness as seen: `agreed` carries it on to finer scales.

    A surface that is thicker than `resolved` times its neighbourhood is not said to fall.
    """
    m, c, r = told.tau.shape
    qualified = np.zeros((c, r), dtype=bool)
    thickness, still = np.full(r, np.inf), np.zeros(r, dtype=bool)
    best = np.zeros(r, dtype=np.int64)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = told.sigma[:, :, :-1] / told.tau[:, :, 1:]  # of d = 1 .. r - 1
    wide = ratio > GAP
    wide[np.isinf(ratio)] = True
    both = wide.copy()
    if m > 1:
        both[:-1] &= wide[1:] | np.isnan(ratio[1:])
        both[-1] &= wide[-2]
    untried = r
    for d in range(1, r):
        seen = both[:, :, d - 1]
        enough = seen.mean(axis=1) > SHARE
        if not enough.any():
            if _open(ratio[:, :, d - 1]):
                untried = min(untried, d)
            continue
        qualified[:, d] = seen[enough].any(axis=0)
        lengths = told.tau[:, :, d] * told.unit[:, :, d]
        medians = np.array([
            np.median(lengths[i][seen[i]]) if enough[i] else np.inf for i in range(m)
        ])  # fmt: skip
        best[d] = int(medians.argmin())
        falls, thin = _falls(told, seen[best[d]], best[d], d)
        still[d] = not falls or thin > resolved
        if falls and still[d]:
            untried = min(untried, d)
        thickness[d] = medians[best[d]]
    return Votes(r, qualified, thickness, still, best, untried)


def agreed(views: Sequence[Votes]) -> tuple[Votes, ...]:
    """Votes of frames that look at the same directions, told of what another resolves better.

    A surface that still falls in one frame stands still where another sees it thinner and still.
    """
    out = []
    for view in views:
        same = [v for v in views if v.rank == view.rank]
        finest = np.argmin([v.thickness for v in same], axis=0)
        still = np.array([same[i].still[d] for d, i in enumerate(finest)])
        seen = np.min([v.thickness for v in same], axis=0)
        thickness = np.where(still, np.where(np.isfinite(view.thickness), seen, np.inf), view.thickness)
        for d in range(view.rank - 1, 0, -1):
            if np.isfinite(thickness[d]) and not still[d]:
                above = [thickness[e] for e in range(d + 1, view.rank) if np.isfinite(thickness[e])]
                thickness[d] = min(above[0] if above else 0.0, thickness[d])
        out.append(replace(view, thickness=thickness, still=still))
    return tuple(out)


def _falls(told: Patches, places: NDArray[np.bool_], first: int, d: int) -> tuple[bool, float]:
    """Whether tau_d falls as about a smooth surface, from the next size down to where it is least.

    And how thick it is at that size, at all places, as a part of the neighbourhood.
    """
    if first + 1 == len(told.sizes):
        return False, 1.0
    with np.errstate(invalid="ignore", divide="ignore"):
        thin = told.tau[first, :, d] / told.sigma[first, :, 0]
        fall = np.log(told.tau[first + 1, places, d] / told.tau[first, places, d])
        shrink = np.log(told.sigma[first + 1, places, d - 1] / told.sigma[first, places, d - 1])
    fall, shrink = fall[np.isfinite(fall)], shrink[np.isfinite(shrink)]
    if not len(fall) or not len(shrink):
        return False, 1.0
    doubt = 1.25 * np.sqrt(fall.var() / len(fall) + FALLING**2 * shrink.var() / len(shrink))
    falls = np.median(fall) > max(FALLING * float(np.median(shrink)) + SURE * doubt, LEAST_FALL)
    return bool(falls), float(np.nanmedian(thin))


def _open(ratio: Floats) -> bool:
    """Whether dimension d may yet hold: never tried, or nearer to qualifying in smaller neighbourhoods."""
    tried = [float(np.median(row)) for row in ratio if np.isfinite(row).all()]
    if not tried:
        return True
    return tried[0] > TRIED and (len(tried) == 1 or tried[0] > RISING * tried[1])
