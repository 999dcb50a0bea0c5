"""How are angles, directions and cut samples drawn so that row i is a function of (seed, i) alone?"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hepsym.random import normals, uniforms

__all__ = ["TRIALS", "angle", "between", "direction", "first_accepted", "gaussian_columns"]

Floats = NDArray[np.float64]

TRIALS = 1000
"""Streams are numbered trial * TRIALS + stream where an event draws until one is taken."""


def angle(n: int, seed: int, stream: int = 0) -> Floats:
    """Even in (0, 2 pi)."""
    out: Floats = 2 * np.pi * uniforms(seed, n, stream=stream)
    return out


def between(low: float, high: float, n: int, seed: int, stream: int) -> Floats:
    """Even in (low, high)."""
    out: Floats = low + (high - low) * uniforms(seed, n, stream=stream)
    return out


def gaussian_columns(n: int, seed: int, columns: int, stream: int = 0) -> Floats:
    """Standard normals (n, columns)."""
    return np.column_stack([normals(seed, n, stream=stream + s) for s in range(columns)])


def direction(n: int, seed: int, columns: int, stream: int = 0) -> Floats:
    """Even on the unit sphere of so many columns."""
    z = gaussian_columns(n, seed, columns, stream)
    out: Floats = z / np.sqrt((z**2).sum(axis=1, keepdims=True))
    return out


def first_accepted(
    rows: Callable[[int, int, int], Floats], keep: Callable[[Floats], NDArray[np.bool_]], n: int, seed: int
) -> Floats:
    """Of rows(n, seed, stream), for each row the first trial that `keep` takes.

    All n are drawn in each trial, so that the count of trials moves nothing. Raises RuntimeError after 200
    trials, which an acceptance of 10 % passes at n = 1e6 with probability 7e-4.
    """
    out = rows(n, seed, 0)
    taken = keep(out)
    for trial in range(1, 201):
        if taken.all():
            return out
        again = rows(n, seed, trial * TRIALS)
        fresh = ~taken & keep(again)
        out[fresh] = again[fresh]
        taken |= fresh
    raise RuntimeError(f"{int((~taken).sum())} of {n} rows were cut in 200 trials")
