"""Do probabilities mean what they say? Expected calibration error, and what it is by luck alone."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepsym.analysis.door import column, matrix, same_length
from hepsym.analysis.estimate import Estimate
from hepsym.errors import InputError

__all__ = ["Calibration", "calibration"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """Confidence beside accuracy, in bins of confidence."""

    error: Estimate
    """sum_b (n_b / n) |accuracy_b - confidence_b|, with its bootstrap error."""
    by_luck: float
    """What `error` would be on average if every stated probability were exact: the plug-in's bias."""
    confidence: Floats
    """(bins,) mean confidence; nan where a bin is empty"""
    accuracy: Floats
    """(bins,) share that is right"""
    counts: NDArray[np.int64]
    """(bins,) rows"""


def calibration(
    probabilities: ArrayLike, right: ArrayLike, *, bins: int = 15, resamplings: int = 200, seed: int = 0
) -> Calibration:
    """Expected calibration error of confidences (n,), or (n, classes) whose largest is taken.

    right: (n,) bool, whether the likeliest class was the true one. Bins of equal width over [0, 1].
    Guo et al., https://arxiv.org/abs/1706.04599. InputError: outside [0, 1], lengths that differ.
    """
    p = matrix(probabilities, "probabilities").max(axis=1)
    hit = column(np.asarray(right, dtype=np.float64), "right")
    same_length(probabilities=p, right=hit)
    if p.min() < 0 or p.max() > 1 + 1e-9:
        raise InputError(f"probabilities lie from {p.min():g} to {p.max():g}: give values in [0, 1]")
    cell = np.minimum((p * bins).astype(np.int64), bins - 1)
    counts = np.bincount(cell, minlength=bins)
    sums = np.bincount(cell, p, bins), np.bincount(cell, hit, bins)
    with np.errstate(invalid="ignore"):
        confidence, accuracy = sums[0] / counts, sums[1] / counts
    rng = np.random.default_rng([seed, len(p)])
    drawn = [_error(p[rows], hit[rows], cell[rows], bins)
             for rows in rng.integers(len(p), size=(resamplings, len(p)))]  # fmt: skip
    lucky = [_error(p, (rng.random(len(p)) < p).astype(np.float64), cell, bins) for _ in range(resamplings)]
    found = Estimate(_error(p, hit, cell, bins), float(np.std(drawn, ddof=1)))
    return Calibration(found, float(np.mean(lucky)), confidence, accuracy, counts)


def _error(p: Floats, hit: Floats, cell: NDArray[np.int64], bins: int) -> float:
    gap = np.bincount(cell, hit - p, bins)
    return float(np.abs(gap).sum() / len(p))
