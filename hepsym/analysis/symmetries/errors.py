"""How is a claim tested, and how is alpha shared out over all claims of a run?"""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

__all__ = ["BUDGET", "holm", "thin_p_value"]

Floats = NDArray[np.float64]

BUDGET = {"constraints": 0.5, "density": 0.5}
"""Shares of alpha. Generators of the manifold follow from the constraints and need none of their own."""


def thin_p_value(distances: Floats, thickness: float) -> float:
    """P-value of H0 "half of the population or more is farther than `thickness` from the surface".

    distances (m,) are of rows that took no part in the fit. Under H0 the number that is nearer is
    binomial with p <= 1/2, so P(as many or more nearer), whatever the density: exact for every m.
    """
    near = int((np.abs(distances) <= thickness).sum())
    return float(binom.sf(near - 1, len(distances), 0.5))


def holm(p_values: Floats, alpha: float, tests: int) -> NDArray[np.bool_]:
    """Which of the p-values are claimed, with P(any false claim) <= alpha over `tests` >= len(p_values).

    Those that were not looked at count as 1. Holm, Scand. J. Statist. 6 (1979) 65.
    """
    order = np.argsort(p_values, kind="stable")
    claimed = np.zeros(len(p_values), dtype=bool)
    for k, index in enumerate(order):
        if p_values[index] > alpha / (tests - k):
            break
        claimed[index] = True
    return claimed
