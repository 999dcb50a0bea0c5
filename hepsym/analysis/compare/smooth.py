"""Do two weighted samples differ slowly, over the whole range? Neyman's smooth test.

A tilt of one percent over a million events is four standard deviations, which chi-squared in fifty bins
spreads over fifty directions. Here it is looked for in three (four for an angle), and by the slope test in
the first alone (the first harmonic).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from hepsym.analysis.compare.difference import Difference

__all__ = ["SmoothTest", "directions", "slope_test", "slopes", "smooth_test"]

Floats = NDArray[np.float64]
ORDER = 3


@dataclass(frozen=True, slots=True)
class SmoothTest:
    """The statistic, the number of directions, and P(chi2 >= it)."""

    chi2: float
    ndf: int
    p_value: float


def directions(p: Floats, *, round_: bool = False) -> Floats:
    """Functions of the cell, (cells, 3 or 4), orthogonal to a constant under p.

    Legendre polynomials P_1, P_2, P_3 of 2 F - 1, with F the distribution function at the middle of the
    cell; for what comes round (cells spread evenly in probability over a period), the sine and cosine
    of 2 pi F and of twice that. Neyman, Skand. Aktuarietidskr. 20 (1937) 149.
    """
    middle = np.cumsum(p) - 0.5 * p
    if round_:
        turns = 2.0 * np.pi * middle
        found = np.stack([np.cos(turns), np.sin(turns), np.cos(2 * turns), np.sin(2 * turns)], axis=1)
    else:
        x = 2.0 * middle - 1.0
        found = np.stack([x, 1.5 * x**2 - 0.5, 2.5 * x**3 - 1.5 * x], axis=1)
    return np.asarray(found - p @ found)


def smooth_test(between: Difference, *, round_: bool = False) -> SmoothTest:
    """m' (G' diag(v) G)^-1 m with m = G' d and G the `directions`, which under one law is chi-squared.

    Directions without variance (fewer cells than directions) are left out. The p-value is asymptotic;
    under the null it is uniform (tests/analysis/test_compare_null.py).
    """
    return _along(between, directions(between.p, round_=round_))


def slope_test(between: Difference, *, round_: bool = False) -> SmoothTest:
    """The smooth test in its first direction: the mean of F (of an angle, its first harmonic) alone.

    Of one degree of freedom (two), it sees a tilt of cos theta nearly as well as any test can.
    """
    return _along(between, directions(between.p, round_=round_)[:, : slopes(round_=round_)])


def slopes(*, round_: bool) -> int:
    """How many of `directions` the slope test looks along."""
    return 2 if round_ else 1


def _along(between: Difference, g: Floats) -> SmoothTest:
    moments = g.T @ between.d
    covariance = g.T @ (between.v[:, None] * g)
    values, vectors = np.linalg.eigh(covariance)
    some = values > 1e-9 * max(float(values[-1]), 1e-300)
    if not some.any():
        return SmoothTest(0.0, 0, 1.0)
    along = vectors.T @ moments
    chi2 = float((along[some] ** 2 / values[some]).sum())
    ndf = int(some.sum())
    return SmoothTest(chi2, ndf, float(stats.chi2.sf(chi2, ndf)))
