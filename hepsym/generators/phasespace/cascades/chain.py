"""What masses do the systems of a chain have, n particles -> n - 1 -> ... -> 2? Two laws, and back.

The excess of the system of the first k children is K v_k plus theirs, with 0 < v_2 < ... < v_n = 1.
GENBOD sorts n - 2 uniforms: James, CERN 68-15 (1968). RAMBO on diet takes v_k = v_{k+1} sqrt(y) with
u = k y^(k-1) - (k-1) y^k, which makes massless phase space flat: Platzer, arXiv:1308.2922, eq. (10).
"""

import math

import numpy as np
from numpy.typing import NDArray

from hepsym._numba import kernel, loop

__all__ = ["diet_cumulative", "diet_density", "diet_fractions", "diet_root", "sort_fractions"]

Array = NDArray[np.float64]


@kernel
def sort_fractions(v: Array, count: int, block: int) -> None:
    """Sort v[0 .. count - 1] for every event, rows ascending: exchanges of neighbours, without branches."""
    for last in range(count - 1, 0, -1):
        for k in range(last):
            low, high = v[k], v[k + 1]
            for j in range(block):
                a, b = low[j], high[j]
                low[j] = min(a, b)
                high[j] = max(a, b)


@kernel
def diet_cumulative(k: int, y: float) -> float:
    """F(y) = k y^(k-1) - (k-1) y^k on [0, 1]."""
    power = 1.0
    for _ in range(k - 1):
        power *= y
    return power * (k - (k - 1) * y)


@kernel
def diet_density(k: int, y: float) -> float:
    """F'(y) = k (k-1) y^(k-2) (1 - y)."""
    power = 1.0
    for _ in range(k - 2):
        power *= y
    return k * (k - 1) * power * (1.0 - y)


@loop  # not inlined: an iteration that does not vectorise
def diet_root(k: int, u: float) -> float:
    """y with F(y) = u: exact for k = 2, bracketed Newton else. Error: 1e-15 in F."""
    if k == 2:
        return u / (1.0 + math.sqrt(1.0 - u))
    low, high = 0.0, 1.0
    y = (
        min(math.pow(u / k, 1.0 / (k - 1)) * 1.1, 0.9)
        if u < 0.9
        else 1.0 - math.sqrt((1.0 - u) / (0.5 * k * (k - 1)))
    )
    for _ in range(60):
        off = diet_cumulative(k, y) - u
        if off > 0.0:
            high = y
        else:
            low = y
        density = diet_density(k, y)
        step = off / density if density > 0.0 else 2.0
        new = y - step
        if not low <= new <= high:
            new = 0.5 * (low + high)
        if abs(new - y) <= 2e-16 * y:
            return new
        y = new
    return y


@kernel
def diet_fractions(v: Array, weight: Array, count: int, block: int) -> None:
    """Uniforms v[0 .. count - 1] to fractions v_2 .. v_{n-1}, n = count + 2; weight takes dv/du (K = 1).

    Row i holds v_{i+2}; the row of the largest system is drawn first.
    """
    for i in range(count - 1, -1, -1):
        k = i + 2
        row = v[i]
        above = v[min(i + 1, count - 1)]
        for j in range(block):
            before = above[j] if i + 1 < count else 1.0
            y = diet_root(k, row[j])
            root = math.sqrt(y)
            row[j] = before * root
            weight[j] *= before / (2.0 * root * diet_density(k, y))
