"""How do points of unequal weight become events of equal weight, each a function of (seed, i) alone?

Event i tries points (i, 0), (i, 1), ... and keeps the first that passes w > u w_max. w_max is not the
largest weight seen, which grows with the sample, but the one above which a stated share of the
integral lies; a point above it is kept with weight w / w_max.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError, RunError
from hepsym.generators.integration.adaptation import BATCH
from hepsym.generators.integration.draws import TRIALS, uniforms_of
from hepsym.generators.integration.integrand import Density, Integrand, Points

__all__ = ["Maximum", "accepted", "maximum_of"]

Array = NDArray[np.float64]
_SPECULATION = 16
"""Trials of one event tried at once, at most, when few events are left."""


@dataclass(frozen=True, slots=True)
class Maximum:
    """What weights are compared with, and what follows from it."""

    weight: float
    efficiency: float
    """Mean of min(1, w / w_max): events kept per point."""
    overweight: float
    """Share of the integral above the maximum."""

    @property
    def event_weight(self) -> float:
        """Of an event that is no overweight: with it the mean over events is the integral."""
        return self.weight * self.efficiency


def maximum_of(weights: Array, overweight: float) -> Maximum:
    """The least w_max with sum max(0, w - w_max) <= overweight sum w. InputError where all weights are 0."""
    descending = np.sort(weights)[::-1]
    total = float(descending.sum())
    if not total > 0.0:
        raise InputError("every point has weight zero: nothing is left of the process; widen the cuts")
    above = np.cumsum(descending) - descending * np.arange(1, len(descending) + 1)  # excess if w_max = w_k
    k = int(np.searchsorted(above, overweight * total, side="right"))  # excess at w_(k-1) is within
    # Between w_k and w_(k-1) the excess of the first k weights falls linearly: go as low as allowed.
    first = float(descending[:k].sum())
    level = (first - overweight * total) / k
    level = max(level, float(descending[k]) if k < len(descending) else 0.0)
    excess = float(np.maximum(weights - level, 0.0).sum())
    return Maximum(level, float(np.minimum(weights / level, 1.0).mean()), excess / total)


def accepted(
    integrand: Integrand,
    density: Density,
    maximum: float,
    first: int,
    n: int,
    key: tuple[np.uint64, np.uint64],
    keep: Callable[[NDArray[np.int64], NDArray[np.int64], Points, NDArray[np.int64]], None],
    *,
    efficiency: float = 1.0,
) -> None:
    """Events first .. first + n - 1: keep(rows, trials, points, which) is given them as they pass.

    rows are numbers from 0 in this call, `which` the rows of points that passed. Event i does not
    depend on n or first. Raises RunError where an event still has no point after 2^24 trials.
    """
    numbers = integrand.numbers
    waiting = np.arange(n)
    trial = 0
    while len(waiting):
        ahead = max(1, min(_SPECULATION, BATCH // len(waiting), int(2.0 / max(efficiency, 1e-6))))
        each = max(BATCH // ahead, 1)
        left = []
        for start in range(0, len(waiting), each):
            rows = waiting[start : start + each]
            events = np.repeat(first + rows, ahead)
            trials = np.tile(np.arange(trial, trial + ahead), len(rows))
            u = uniforms_of(events, trials, numbers + 1, TRIALS, key)
            points = integrand.evaluate(u, density)
            passed = (points.weight > u[:, numbers] * maximum).reshape(len(rows), ahead)
            at = passed.argmax(axis=1)
            done = passed[np.arange(len(rows)), at]
            which = np.flatnonzero(done) * ahead + at[done]
            keep(rows[done], trial + at[done], points, which)
            left.append(rows[~done])
        waiting = np.concatenate(left)
        trial += ahead
        if trial > 1 << 24:
            raise RunError(f"event {first + int(waiting[0])} has no point after {trial} trials")
