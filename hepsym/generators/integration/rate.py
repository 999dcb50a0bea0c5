"""What is the integral, how well is it known, and how large do weights get?

With the density frozen, iterations of stratified points: the unit cube of the first axes is cut into
equal cells of a few points each, and the error is that of the cells' means (Lepage 1978).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from hepsym.errors import InputError
from hepsym.generators.integration.adaptation import BATCH
from hepsym.generators.integration.draws import uniforms_of
from hepsym.generators.integration.integrand import Density, Integrand

__all__ = ["Iteration", "Rate", "integrate"]

Array = NDArray[np.float64]
ROUNDING = 4e-16
"""Relative error of the mean of weights that are all the same."""
_IN_CELL = 4
"""Points a cell gets, at least."""


@dataclass(frozen=True, slots=True)
class Iteration:
    """One independent estimate of the integral."""

    points: int
    value: float
    error: float


@dataclass(frozen=True, slots=True, eq=False)
class Rate:
    """The integral, and a sample of the weights it was found from."""

    value: float
    error: float
    iterations: tuple[Iteration, ...]
    weights: Array
    """Of every point of the frozen density, with those cut away (0), in the order drawn."""

    @property
    def chi2_per_dof(self) -> float:
        """Of the iterations against their mean; 0 for a single one."""
        if len(self.iterations) < 2:
            return 0.0
        chi2 = sum(((i.value - self.value) / i.error) ** 2 for i in self.iterations if i.error > 0.0)
        return chi2 / (len(self.iterations) - 1)

    @property
    def p_value(self) -> float:
        """Chance that iterations of one mean scatter more than these do."""
        dof = len(self.iterations) - 1
        return float(stats.chi2.sf(self.chi2_per_dof * dof, dof)) if dof else 1.0


def integrate(
    integrand: Integrand,
    density: Density,
    *,
    precision: float,
    points: int,
    most_points: int,
    stream: int,
    key: tuple[np.uint64, np.uint64],
    least_iterations: int = 4,
) -> Rate:
    """Iterations of `points` until error / value < precision (or most_points are drawn).

    The mean weighs iterations by their points, not by their estimated errors, which would bias it:
    a low estimate has a low error too.
    """
    iterations: list[Iteration] = []
    weights: list[Array] = []
    cells = _cells(points, integrand)
    while True:
        u = uniforms_of(
            np.arange(points), np.zeros(points, np.int64), integrand.numbers,
            np.uint64(stream + len(iterations)), key,
        )  # fmt: skip
        axes = len(cells)
        u[:, :axes] = (_digits(points, cells) + u[:, :axes]) / cells
        drawn = [integrand.evaluate(u[i : i + BATCH], density).weight for i in range(0, points, BATCH)]
        weights.append(np.concatenate(drawn))
        iterations.append(_estimate(weights[-1], int(np.prod(cells))))
        value = float(np.mean([i.value for i in iterations]))
        error = float(np.sqrt(np.sum([i.error**2 for i in iterations])) / len(iterations))
        if not np.isfinite(value):
            raise InputError("the integral is not finite: a collinear or soft divergence needs a cut")
        done = len(iterations) >= least_iterations and error <= precision * value
        if done or (len(iterations) + 1) * points > most_points:
            return Rate(value, error, tuple(iterations), np.concatenate(weights))


def _cells(points: int, integrand: Integrand) -> NDArray[np.int64]:
    """Cells along each of the first axes, at most four, so that each cell gets at least _IN_CELL points."""
    axes = min(*integrand.axes, 4) if len(integrand.axes) > 1 else min(integrand.axes[0], 4)
    along = int((points / _IN_CELL) ** (1.0 / axes))
    return np.full(axes, max(along, 1), dtype=np.int64)


def _digits(points: int, cells: NDArray[np.int64]) -> NDArray[np.int64]:
    """(points, axes): the cell that each point lies in, points dealt to cells in turn."""
    cell = np.arange(points) % int(np.prod(cells))
    digits = np.empty((points, len(cells)), dtype=np.int64)
    for axis, along in enumerate(cells):
        digits[:, axis] = cell % along
        cell //= along
    return digits


def _estimate(weights: Array, cells: int) -> Iteration:
    """Mean over cells of equal volume of the cells' means, and the error that their scatter inside gives."""
    cell = np.arange(len(weights)) % cells
    count = np.bincount(cell, minlength=cells)
    mean = np.bincount(cell, weights=weights, minlength=cells) / count
    square = np.bincount(cell, weights=(weights - mean[cell]) ** 2, minlength=cells)
    variance = square / (count - 1) / count
    value = float(mean.mean())
    return Iteration(len(weights), value, max(float(np.sqrt(variance.sum()) / cells), ROUNDING * abs(value)))


def table(iterations: Sequence[Iteration]) -> str:
    """The iterations as text, a line each."""
    return "\n".join(f"{i.points:>10} {i.value:.8g} +- {i.error:.2g}" for i in iterations)
