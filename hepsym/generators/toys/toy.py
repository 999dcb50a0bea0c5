"""What is a toy? Rows from a seed, and what is true of them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.random import normals

__all__ = ["Toy"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Toy:
    """A set of rows with its truth declared beside it."""

    name: str
    columns: tuple[str, ...]
    rows: Callable[[int, int], Floats]
    """(n, seed) to rows (n, columns); row i is a function of (seed, i) alone"""
    dimension: int
    linear: int
    """Number of independent linear equations"""
    quadratic: int
    """Number of independent quadratic equations beside the linear ones"""
    manifold: str
    """Algebra of the affine maps that carry the surface into itself; "" where it is all of space"""
    density: str
    """Algebra of the linear maps that leave the density as it is: "so(2)", "none\""""

    def draw(self, n: int, seed: int = 1, *, noise: float = 0.0) -> Floats:
        """n rows, with Gaussian noise of `noise` standard deviations of each column added.

        Raises InputError for n < 1 or noise < 0.
        """
        if n < 1 or noise < 0:
            raise InputError(f"n = {n} and noise = {noise:g}: give n >= 1 and noise >= 0")
        rows = self.rows(n, seed)
        if noise > 0:
            for j, width in enumerate(rows.std(axis=0)):
                rows[:, j] += noise * width * normals(seed, n, stream=100 + j)
        return rows
