"""Does a sample follow the law it should? A histogram, the expectation, and one p-value."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

__all__ = ["Control", "Filling", "compared"]

Array = NDArray[np.float64]
_ENOUGH = 10.0
"""Effective entries a bin needs before chi-squared is asymptotic."""


@dataclass(frozen=True, slots=True)
class Control:
    """A histogram beside its exact law, where one is known."""

    name: str
    label: str | None
    """LaTeX, as the observable gives it."""
    unit: str
    edges: Array
    """(bins + 1,)"""
    sums: Array
    """(bins + 2,) sums of weights, underflow first, overflow last."""
    squares: Array
    """(bins + 2,) sums of squared weights."""
    expected: Array | None
    """(bins,) in the normalisation of counts; None without a law."""
    chi2: float | None = None
    ndf: int | None = None
    p_value: float | None = None

    @property
    def counts(self) -> Array:
        """(bins,) sums of weights."""
        return self.sums[1:-1]

    @property
    def variances(self) -> Array:
        """(bins,) sums of squared weights."""
        return self.squares[1:-1]

    @property
    def total(self) -> float:
        """Sum of weights, under- and overflow included."""
        return float(self.sums.sum())


class Filling:
    """Histograms that are filled chunk by chunk, so that memory does not grow with the sample."""

    def __init__(self, edges: Array) -> None:
        import boost_histogram as bh

        self.edges = np.asarray(edges, dtype=np.float64)
        self._histogram = bh.Histogram(bh.axis.Variable(self.edges), storage=bh.storage.Weight())

    def fill(self, values: Array, weights: Array | None = None) -> None:
        """Add values; weights default to 1."""
        self._histogram.fill(values, weight=weights)

    def sums(self) -> tuple[Array, Array]:
        """Sums of weights and of squared weights, (bins + 2,): underflow first, overflow last."""
        view: Any = self._histogram.view(flow=True)
        return np.array(view.value), np.array(view.variance)


def compared(
    name: str,
    filling: Filling,
    cdf: Callable[[Array], Array] | None,
    *,
    label: str | None = None,
    unit: str = "",
    weighted: bool = False,
) -> Control:
    """The histogram with its expectation N [F(b) - F(a)] and the chi-squared test between them.

    cdf is F, an array function. Under- and overflow are bins of the test. With w_i the bins' sums
    of weights, W their sum, p_i = F(b_i) - F(a_i) and V_i the variance of w_i,

        chi2 = r' C⁺ r,   r = w - W p,   C = diag V - V p' - p V' + p p' ΣV,   ndf = bins - 1,

    where V_i = W p_i for unweighted events (Pearson's test exactly) and the sum of squared weights
    for weighted ones. Bins are merged with their right neighbour until each holds 10 effective
    entries. The p-value is asymptotic; over 400 seeds it is uniform (tests/report/run/test_control.py).
    """
    sums, variances = filling.sums()
    total = float(sums.sum())
    if cdf is None or total <= 0.0:
        return Control(name, label, unit, filling.edges, sums, variances, None)
    below = np.clip(np.asarray(cdf(filling.edges), dtype=np.float64), 0.0, 1.0)
    probability = np.diff(np.concatenate([[0.0], below, [1.0]]))
    chi2, ndf, p_value = _chi_squared(sums, variances if weighted else total * probability, probability)
    return Control(
        name, label, unit, filling.edges, sums, variances, total * probability[1:-1], chi2, ndf, p_value
    )


def _chi_squared(
    sums: Array, variances: Array, probability: Array
) -> tuple[float | None, int | None, float | None]:
    impossible = (probability <= 0.0) & (sums != 0.0)
    if impossible.any():  # events where the law has none: no test needed
        return float("inf"), int((probability > 0.0).sum()), 0.0
    total = sums.sum()
    mean_square = variances.sum() / total  # of the weights: 1 where unweighted
    effective = total * probability / mean_square
    groups = _merged(effective, _ENOUGH)
    if len(groups) < 2:
        return None, None, None
    w, v, p = (np.add.reduceat(values, groups) for values in (sums, variances, probability))
    residual = w - total * p
    covariance = np.diag(v) - np.outer(v, p) - np.outer(p, v) + np.outer(p, p) * v.sum()
    # One direction (all residuals sum to zero) has no variance: leave exactly that one out.
    values, vectors = np.linalg.eigh(covariance / v.mean())
    along = vectors.T @ residual
    chi2 = float((along[1:] ** 2 / (values[1:] * v.mean())).sum())
    ndf = len(groups) - 1
    return chi2, ndf, float(stats.chi2.sf(chi2, ndf))


def _merged(effective: Array, enough: float) -> list[int]:
    """First index of each group of neighbours that holds `enough`; a poor last group joins the one before."""
    starts, held = [0], 0.0
    for i, entries in enumerate(effective):
        if held >= enough:
            starts.append(i)
            held = 0.0
        held += entries
    if held < enough and len(starts) > 1:
        starts.pop()
    return starts


def edges_for(values: Array, *, name: str, period: float | None, bins: int = 50) -> Array:
    """Bin edges: a whole period for an angle, [-1, 1] for a cosine, else the central 99.8 % of values.

    A period is centred on zero where a value is negative, and starts at zero otherwise.
    """
    finite = values[np.isfinite(values)]
    if period:
        low = -period / 2 if finite.size and finite.min() < 0 else 0.0
        return np.linspace(low, low + period, bins + 1)
    if name.startswith("cos"):
        return np.linspace(-1.0, 1.0, bins + 1)
    low, high = np.quantile(finite, [0.001, 0.999]) if finite.size else (0.0, 1.0)
    if not high > low:
        low, high = low - 0.5, high + 0.5
    return np.linspace(low, high, bins + 1)


def worst(controls: Iterable[Control]) -> float | None:
    """The family-wise p-value, min(1, m min p) over the m tests (Bonferroni); None without a test."""
    tested = [c.p_value for c in controls if c.p_value is not None]
    return min(1.0, len(tested) * min(tested)) if tested else None
