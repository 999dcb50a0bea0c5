"""Do two weighted samples have one distribution function? Kolmogorov-Smirnov, with the null of its cells."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from hepsym.analysis.compare.difference import Difference

__all__ = ["KolmogorovSmirnov", "kolmogorov_smirnov", "tail"]

Floats = NDArray[np.float64]

REPLICAS = 4000
MOST = 256
"""Cells in the simulation of the null, at most; more change the supremum by less than its spread."""
FINE = 0.02
"""A cell with more of the probability than this is no step of a continuous distribution function."""
GRID = 0.5826
"""-zeta(1/2) / sqrt(2 pi): how far the supremum on a grid of step t lies below the path's, over sqrt(t).
Chernoff, Ann. Math. Stat. 36 (1965) 55; Siegmund, Sequential Analysis (1985), chapter 10."""
REACHED = 50
"""Replicas beyond a point from which their number is good enough to stand for the tail."""


@dataclass(frozen=True, slots=True)
class KolmogorovSmirnov:
    """The largest distance of the two distribution functions, at the edges of the cells."""

    distance: float
    p_value: float


def kolmogorov_smirnov(between: Difference, seed: int = 0) -> KolmogorovSmirnov:
    """sup |F_a - F_b| over the edges of fine cells, and its p-value under one law.

    Under the null F_a - F_b is a Gaussian process whose covariance follows from `Difference`. Where
    cells are fine and the variances go with the probabilities (unweighted samples), it is a Brownian
    bridge and the p-value is Kolmogorov's, with the supremum moved by 0.5826 / sqrt(cells) because it
    is taken on a grid. Everywhere else (weights that differ, atoms, few cells: where Kolmogorov's
    law is wrong, and tests that use it report too large or too small p-values) the process itself is
    simulated on the cells, 4000 times from `seed`; beyond the last 50 replicas the tail is continued
    as exp(-x^2 / 2 sigma^2) with sigma^2 the largest variance of the process.

    Error of p where it is simulated: sqrt((1 - p) / 4000 p) of it, 5 % at 0.1 and 16 % at 0.01. It is
    uniform under the null in tests/analysis/test_compare_null.py.
    """
    distance = float(np.abs(np.cumsum(between.d))[:-1].max(initial=0.0))
    scale = float(between.v.sum())  # 1/n_a + 1/n_b
    if scale <= 0.0 or distance <= 1e-15:
        return KolmogorovSmirnov(distance, 1.0)
    # Unless all are alike the bridge runs on another clock than F.
    even = np.abs(between.v / scale - between.p).sum() < 1e-6
    if even and between.p.max() < FINE:
        moved = distance / np.sqrt(scale) + GRID * np.sqrt((between.p**2).sum())
        return KolmogorovSmirnov(distance, float(special.kolmogorov(moved)))
    return KolmogorovSmirnov(distance, _simulated(between, distance, seed))


def _simulated(between: Difference, distance: float, seed: int) -> float:
    if len(between.p) > MOST:  # whole neighbours, of about equal probability
        clock = np.floor(np.cumsum(between.p) * MOST * (1.0 - 1e-12))
        between = between.grouped(np.flatnonzero(np.diff(clock, prepend=-1.0)))
    drawn = np.random.default_rng([seed, len(between.p)]).standard_normal((REPLICAS, len(between.p)))
    drawn *= np.sqrt(between.v)
    paths = np.cumsum(drawn, axis=1)
    below = np.cumsum(between.p)
    paths -= paths[:, -1:] * below
    clock = np.cumsum(between.v)
    variance = clock - 2.0 * below * clock + below**2 * clock[-1]
    return float(tail(np.abs(paths[:, :-1]).max(axis=1, initial=0.0), float(variance.max()), distance))


def tail(simulated: Floats, variance: float, observed: Floats | float) -> Floats:
    """P(supremum >= observed) from replicas of it, (k + 1) / (R + 1), continued beyond the last 50.

    variance is the largest of the Gaussian process, so that the tail falls as exp(-x^2 / 2 variance).
    """
    ordered = np.sort(simulated)
    n = len(ordered)
    counted = (n - np.searchsorted(ordered, observed, side="left") + 1) / (n + 1)
    last = ordered[-min(REACHED, n)]
    beyond = np.asarray(observed, dtype=np.float64) ** 2 - last**2
    start = (min(REACHED, n) + 1) / (n + 1)
    continued = start * np.exp(-np.maximum(beyond, 0.0) / (2.0 * max(variance, 1e-300)))
    return np.asarray(np.where(beyond > 0.0, continued, counted))
