"""Do two weighted histograms have one shape? Chi-squared."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from hepsym.analysis.compare.cells import merged_groups
from hepsym.analysis.compare.difference import Difference

__all__ = ["ENOUGH", "ChiSquared", "chi_squared", "quadratic_form"]

ENOUGH = 10.0
"""Expected effective entries, of the poorer sample, that a bin needs before chi-squared is asymptotic."""


@dataclass(frozen=True, slots=True)
class ChiSquared:
    """The statistic, its degrees of freedom, and P(chi2 >= it); ndf 0 and p 1 where one bin is left."""

    chi2: float
    ndf: int
    p_value: float


def quadratic_form(d: np.ndarray, p: np.ndarray, v: np.ndarray) -> np.ndarray:
    """d' C^+ d for the covariance of `Difference`; d (..., cells) of sum zero, v > 0.

    C^+ is never made: the minimum of sum e^2 / v over e = d + t p is

        sum d^2/v - (sum p d/v)^2 / sum p^2/v.
    """
    along = (d * (p / v)).sum(axis=-1)
    return np.asarray((d * d / v).sum(axis=-1) - along**2 / (p * p / v).sum())


def chi_squared(between: Difference, enough: float = ENOUGH) -> ChiSquared:
    """Chi-squared of two shapes, d' C^+ d over ndf = bins - 1, whatever the weights.

    Neighbouring bins are merged until each holds `enough` expected effective entries in either sample;
    the merging sees the pooled contents only, which under the null say nothing of the difference.
    For unweighted samples this is Pearson's test of homogeneity. The p-value is asymptotic; under the
    null it is uniform within the errors of 500 pairs a kind (tests/analysis/test_compare_null.py).
    """
    merged = between.grouped(merged_groups(between.effective, enough))
    ndf = len(merged.d) - 1
    if ndf < 1:
        return ChiSquared(0.0, 0, 1.0)
    some = merged.v > 0.0
    chi2 = float(quadratic_form(merged.d[some], merged.p[some], merged.v[some]))
    return ChiSquared(chi2, ndf, float(stats.chi2.sf(chi2, ndf)))
