"""How is the unit cube cut, so that nearly every point becomes an event? Cells with a bound each.

A cell is drawn with the share of its bound in the sum of all (Walker's alias method: one comparison),
a point evenly in it, and the point is kept with w / bound. Bounds come from points of a frozen key,
with a margin; a point above its bound is kept with weight w / bound.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hepsym._numba import kernel

Values = NDArray[np.float64]
Integers = NDArray[np.int64]

NA, NB, NC = 32, 32, 16
"""Cells along a, b and c: powers of two, which divide fast."""


class Cells(NamedTuple):
    """What the kernels take."""

    bounds: Values
    """(cells,) pb; a point's rate over it is the chance to be kept"""
    chance: Values
    """(cells,): of keeping the column's own cell"""
    other: Integers
    """(cells,): the cell that a column holds beside its own"""

    @property
    def total(self) -> float:
        """Mean bound in pb: the rate of points of weight one."""
        return float(self.bounds.mean())


def cells_of(bounds: Values) -> Cells:
    """Vose's construction of the alias table, in the cells' order. bounds >= 0, some > 0."""
    n = len(bounds)
    share = bounds / bounds.mean()
    chance, other = np.ones(n), np.arange(n)
    small = [i for i in range(n) if share[i] < 1.0]
    large = [i for i in range(n) if share[i] >= 1.0]
    rest = share.copy()
    while small and large:
        low, high = small.pop(), large[-1]
        chance[low], other[low] = rest[low], high
        rest[high] -= 1.0 - rest[low]
        if rest[high] < 1.0:
            small.append(large.pop())
    for i in small:  # rounding's rest
        chance[i] = 1.0 if share[i] > 0.0 else 0.0
    return Cells(bounds, chance, other)


@kernel
def cell_at(cells: Cells, u: float) -> int:
    """The cell of a uniform number."""
    place = u * cells.chance.shape[0]
    column = min(int(place), cells.chance.shape[0] - 1)
    return column if place - column < cells.chance[column] else int(cells.other[column])


@kernel
def in_cell(k: int, u: float, v: float, w: float) -> tuple[float, float, float]:
    """The point of cell k at (u, v, w) of its sides."""
    i, rest = k // (NB * NC), k % (NB * NC)
    return (i + u) * (1.0 / NA), (rest // NC + v) * (1.0 / NB), (rest % NC + w) * (1.0 / NC)
