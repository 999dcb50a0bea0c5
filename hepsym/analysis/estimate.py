"""What is an answer? A value and its standard error, from a mean, an influence function or a bootstrap."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Estimate", "bootstrap", "bootstrap_weights", "mean", "quantity"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number and its standard error (one sigma), in one unit. An error of nan means: not known."""

    value: float
    error: float

    def to_json(self) -> dict[str, float | None]:
        """{"value", "error"}; what is not finite becomes None, because JSON has no nan."""
        return {
            "value": self.value if np.isfinite(self.value) else None,
            "error": self.error if np.isfinite(self.error) else None,
        }

    def __str__(self) -> str:
        return f"{self.value:.4g} ± {self.error:.2g}"


def quantity(value: float, influence: Floats) -> Estimate:
    """A statistic whose influence on event k is influence[k]: error = std(influence) / sqrt(n).

    influence (n,), n >= 2. Exact for a mean, first order (delta method) for a smooth function of
    means. Source: van der Vaart, Asymptotic Statistics (1998), chapter 20.
    """
    return Estimate(float(value), float(np.std(influence, ddof=1) / np.sqrt(len(influence))))


def mean(values: Floats) -> Estimate:
    """The mean of values (n,), n >= 2, and its standard error std / sqrt(n)."""
    return quantity(float(np.mean(values)), values)


def bootstrap_weights(n: int, count: int, seed: int) -> Floats:
    """`count` resamplings of n events as weights (count, n) that sum to 1 in each row.

    Multinomial counts over n: events drawn with replacement. Every statistic that is a function of
    means then costs one matrix product. Efron, Ann. Statist. 7 (1979) 1.
    """
    rng = np.random.default_rng([seed, n, count])
    drawn = rng.integers(0, n, size=(count, n))
    rows = np.arange(count)[:, None] * n
    return np.bincount((drawn + rows).ravel(), minlength=count * n).reshape(count, n) / n


def bootstrap(statistic: Callable[[Floats], Floats], values: Floats, weights: Floats) -> Estimate:
    """A function of means, with its bootstrap error.

    values (n, m); statistic takes means (..., m) to (...); weights come from `bootstrap_weights`.
    The error is the standard deviation over the resamplings, itself known to 1 / sqrt(2 count).
    """
    value = float(statistic(values.mean(axis=0)))
    resampled = statistic(weights @ values)
    return Estimate(value, float(np.std(resampled, ddof=1)))
