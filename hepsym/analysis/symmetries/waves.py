"""What are the sines and cosines of many directions at many rows?"""

import numpy as np
from numpy.typing import NDArray

from hepsym._math import sincos2pi
from hepsym._numba import loop

__all__ = ["slopes", "waves"]

Floats = NDArray[np.float64]


def waves(y: Floats, directions: Floats) -> Floats:
    """sin(w . y), and after them all cos(w . y), of rows (n, r) and directions (k, r): (2 k, n).

    Error: 1e-15 |w . y| absolute.
    """
    turns = (directions / (2 * np.pi)) @ y.T
    out = np.empty((2 * len(turns), turns.shape[1]))
    _fill(turns, out)
    return out


def slopes(y: Floats, directions: Floats) -> Floats:
    """Their derivatives by w . y: cos(w . y), and after them all -sin(w . y): (2 k, n)."""
    made = waves(y, directions)
    k = len(directions)
    return np.concatenate([made[k:], -made[:k]])


@loop
def _fill(turns: Floats, out: Floats) -> None:
    k = turns.shape[0]
    for i in range(k):
        for j in range(turns.shape[1]):
            s, c = sincos2pi(turns[i, j])
            out[i, j] = s
            out[k + i, j] = c
