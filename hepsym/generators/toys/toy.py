"""What is a toy? Rows from a seed, and what is true of them, as a function of scale."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.random import normals

__all__ = ["Toy"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Toy:
    """A set of rows with its truth declared beside it."""

    name: str
    columns: tuple[str, ...]
    rows: Callable[[int, int], Floats]
    """(n, seed) to rows (n, columns); row i is a function of (seed, i) alone"""
    dimension: int
    """Of a union, that of its largest part"""
    linear: int
    """Number of independent linear equations"""
    quadratic: int
    """Number of quadratic equations, independent as polynomials once the linear ones are used up"""
    manifold: str
    """Algebra of the affine maps that carry the surface into itself; "" where it is all of the span"""
    density: str
    """Algebra of the affine maps that leave the density as it is: "so(2)", "none\""""
    cubic: int = 0
    """Number of cubic equations that no products of the lower ones give"""
    fields: Floats | None = None
    """Basis (k, D, D + 1) [A | b] of `manifold`, dx/dt = A x + b; absent where it is not written down"""
    kept: Floats | None = None
    """Basis (k, D, D + 1) of `density`"""
    narrow: tuple[float, ...] = ()
    """Widths of real but narrow directions, in standard deviations of a column"""

    def dimension_at(self, scale: float, noise: float = 0.0) -> int:
        """The dimension at a scale, in standard deviations of a column, of rows with noise of that unit.

        Below the noise all columns count; above a narrow direction's width it does not.
        """
        if noise > scale:
            return len(self.columns)
        return self.dimension - sum(width < scale for width in self.narrow)

    def draw(self, n: int, seed: int = 1, *, noise: float = 0.0, one_unit: bool = False) -> Floats:
        """n rows, with Gaussian noise of `noise` standard deviations of each column added.

        one_unit: the noise has one size in all columns, `noise` times the rms of their deviations.
        Raises InputError for n < 1 or noise < 0.
        """
        if n < 1 or noise < 0:
            raise InputError(f"n = {n} and noise = {noise:g}: give n >= 1 and noise >= 0")
        rows = self.rows(n, seed)
        if noise > 0:
            widths = rows.std(axis=0)
            if one_unit:
                widths = np.full(len(widths), np.sqrt((widths**2).mean()))
            for j, width in enumerate(widths):
                rows[:, j] += noise * width * normals(seed, n, stream=100 + j)
        return rows
