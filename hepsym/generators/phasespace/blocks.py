"""How do uniforms and momenta go in and out of a block of events? Rows of one quantity inside.

Loops over the BLOCK events of a row vectorise; arrays outside hold an event together.
"""

import math

import numpy as np
from numpy.typing import NDArray

from hepsym._numba import kernel
from hepsym.random import uniform, words

__all__ = ["BLOCK", "draw_uniforms", "load_energies", "load_uniforms", "store"]

Array = NDArray[np.float64]

BLOCK = 64
X, Y, Z = BLOCK, 2 * BLOCK, 3 * BLOCK


@kernel
def load_uniforms(columns: Array, u: Array, start: int) -> None:
    """Events start, start + 1, ... of u (n, d) to columns (d, BLOCK); what is left over is not touched."""
    for j in range(min(BLOCK, u.shape[0] - start)):
        for k in range(u.shape[1]):
            columns[k, j] = u[start + j, k]


@kernel
def load_energies(row: Array, sqrt_s: Array, start: int, n: int) -> None:
    """sqrt_s, of one or n entries, to a row; the last is repeated beyond the end."""
    stride = 0 if sqrt_s.shape[0] == 1 else 1
    for j in range(BLOCK):
        row[j] = sqrt_s[stride * min(start + j, n - 1)]


@kernel
def draw_uniforms(columns: Array, first: int, stream: np.uint64, k0: np.uint64, k1: np.uint64) -> None:
    """Uniforms 2k and 2k + 1 of events first, first + 1, ... from draw block k; an even number of rows."""
    for k in range(columns.shape[0] // 2):
        even, odd = columns[2 * k], columns[2 * k + 1]
        for j in range(BLOCK):
            a, b, c, d = words(np.uint64(first + j), np.uint64(k), stream, k0, k1)
            even[j] = uniform(a, b)
            odd[j] = uniform(c, d)


@kernel
def store(
    slots: Array,
    weight: Array,
    order: NDArray[np.int64],
    momenta: Array,
    weights: Array,
    tile: Array,
    start: int,
) -> None:
    """Slots `order`, whose rows begin with E, x, y, z, to momenta (n, k, 4); a weight of nan to 0."""
    count = min(BLOCK, weights.shape[0] - start)
    for k in range(order.shape[0]):
        row = slots[order[k]]
        for j in range(BLOCK):  # transposed here, so that the scattered store is of four at once
            tile[4 * j], tile[4 * j + 1] = row[j], row[X + j]
            tile[4 * j + 2], tile[4 * j + 3] = row[Y + j], row[Z + j]
        for j in range(count):
            e, x, y, z = tile[4 * j], tile[4 * j + 1], tile[4 * j + 2], tile[4 * j + 3]
            p = momenta[start + j, k]
            p[0], p[1], p[2], p[3] = e, x, y, z
    for j in range(count):
        weights[start + j] = 0.0 if math.isnan(weight[j]) else weight[j]
