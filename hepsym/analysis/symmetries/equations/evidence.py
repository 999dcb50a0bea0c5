"""Is a surface thick by noise, or is it a thin density? Equivalence tests on rows that took no part.

Noise has a normal profile across the surface, the same at every place. The null hypothesis is that the
profile is *not* so: that its L-kurtosis or L-skewness is off that of a normal law, its width or its
middle changes along the surface, or its width is not what the fitted noise says, by more than the stated
margins. It is rejected where all of these are within their margins beyond doubt (two one-sided tests
each, an intersection-union test: the p-value is the largest of them). A shell whose profile is normal and
the same everywhere is a noisy surface to every test there can be, and is called one.

L-moments: Hosking, J. R. Stat. Soc. B 52 (1990) 105. Errors by the jackknife over blocks of rows.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

__all__ = ["beside_noise", "equal_widths_p_value", "profile_p_value"]

Floats = NDArray[np.float64]

NORMAL_KURTOSIS = 0.1226
KURTOSIS, SKEWNESS = 0.08, 0.10
"""Margins; the L-kurtosis of a uniform law is 0, of Student's t of 5 it is 0.19, of Laplace's law 0.24"""
WIDTH, MIDDLE = 0.6, 0.4
"""Margins on the standard deviation over places of d^2 and of d, where d has variance 1"""
SIZE = 0.5
"""Margin on the variance of d, which is 1 if the noise is as fitted"""
BLOCKS = 40
UNLIKE, UNLIKE_BY = 5.0, 0.02
"""Errors, and L-kurtosis, from which a profile within the margins is said not to be normal"""


def profile_p_value(d: Floats, place: Floats, near: NDArray[np.int64]) -> float:
    """P-value of "the profile is not that of noise", of distances d (n,) in noises.

    place (n, p): features of where on the surface a row is. near (m, k): rows near the first m rows, on the
    surface, not themselves: what their distances tell of the row's own is no noise but a wrong equation.
    """
    alike = d[: len(near)] * d[near].mean(axis=1)
    tests = [
        _within(lambda part: float((d[part] ** 2).mean()) - 1.0, len(d), SIZE),
        _within(lambda part: _shape(d[part])[0], len(d), SKEWNESS),
        _within(lambda part: _shape(d[part])[1] - NORMAL_KURTOSIS, len(d), KURTOSIS),
        _explained(d**2, place, WIDTH),
        _explained(d, place, MIDDLE),
        _within(lambda part: max(float(alike[part].mean()), 0.0), len(alike), MIDDLE**2),
    ]
    return max(tests)


def equal_widths_p_value(d: Floats, margin: float = 0.25) -> float:
    """P-value of "some of these widths differ from 1 by more than the margin", of distances d (n, k)."""

    def excess(column: Floats) -> Callable[[NDArray[np.int64]], float]:
        return lambda part: float((column[part] ** 2).mean()) - 1.0

    return max(_within(excess(column), len(d), margin) for column in d.T)


def _shape(d: Floats) -> tuple[float, float]:
    """L-skewness and L-kurtosis."""
    x, n = np.sort(d), len(d)
    k = np.arange(n)
    b0 = x.mean()
    b1 = float((k * x).mean()) / (n - 1)
    b2 = float((k * (k - 1.0) * x).mean()) / ((n - 1) * (n - 2))
    b3 = float((k * (k - 1.0) * (k - 2.0) * x).mean()) / ((n - 1) * (n - 2) * (n - 3.0))
    scale = 2 * b1 - b0
    return float((6 * b2 - 6 * b1 + b0) / scale), float((20 * b3 - 30 * b2 + 12 * b1 - b0) / scale)


def beside_noise(d: Floats) -> list[str]:
    """A line where profiles of distances d (n, k), in noises, are within the margins but not normal."""
    off = []
    for column in d.T:
        whole, error = _jackknife(lambda part, own=column: _shape(own[part])[1], len(column))  # type: ignore[misc]
        if abs(whole - NORMAL_KURTOSIS) > max(UNLIKE * error, UNLIKE_BY):
            off.append(whole)
    if not off:
        return []
    worst = max(off, key=lambda value: abs(value - NORMAL_KURTOSIS))
    kurtosis = f"L-kurtosis {worst:.3f}, normal {NORMAL_KURTOSIS:.3f}"
    return [
        f"across {len(off)} of {d.shape[1]} equations that hold but for noise the profile is not normal "
        f"({kurtosis}): part of their thickness may be a width of the set itself"
    ]


def _within(statistic: Callable[[NDArray[np.int64]], float], n: int, margin: float) -> float:
    """P-value of "the statistic's expectation is farther than the margin from 0"."""
    whole, error = _jackknife(statistic, n)
    return float(student.sf((margin - abs(whole)) / max(error, 1e-12), BLOCKS - 1))


def _jackknife(statistic: Callable[[NDArray[np.int64]], float], n: int) -> tuple[float, float]:
    """A statistic of rows told by their numbers, and its standard error."""
    blocks = np.array_split(np.arange(n), BLOCKS)
    without = np.array([statistic(np.delete(np.arange(n), block)) for block in blocks])
    return statistic(np.arange(n)), float(np.sqrt((BLOCKS - 1) * without.var()))


def _explained(target: Floats, place: Floats, margin: float) -> float:
    """P-value of "the target's mean changes along the surface, with a standard deviation over the margin".

    The change is fitted on every other block and measured on the rest, both ways, so that overfitting
    does not count as a change.
    """
    n = len(target)
    block = np.arange(n) * BLOCKS // n
    products = np.empty(n)
    for side in (0, 1):
        fit, use = block % 2 == side, block % 2 != side
        weights = np.linalg.lstsq(place[fit], target[fit] - target[fit].mean(), rcond=1e-8)[0]
        guess = place[use] @ weights
        guess = (guess - guess.mean()) / max(float(guess.std()), 1e-12)
        products[use] = guess * (target[use] - target[use].mean())
    return _within(lambda part: max(float(products[part].mean()), 0.0), n, margin)
