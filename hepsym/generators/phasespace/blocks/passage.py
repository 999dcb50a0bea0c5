"""How do uniforms and momenta go in and out of a block of events? Rows of one quantity inside.

Loops over the BLOCK events of a row vectorise; arrays outside hold an event together.
"""

import math

import numpy as np
from numpy.typing import NDArray

from hepsym._numba import kernel
from hepsym.generators.phasespace.blocks.weave import EVENTS, weave_one, weave_two
from hepsym.random import LOW32, SHIFT_32, philox4x32, uniform, words

__all__ = ["BLOCK", "draw_uniforms", "load_energies", "load_uniforms", "scratch", "store"]

Array = NDArray[np.float64]

BLOCK = 128
"""Events: enough that starting a loop over them costs little, few enough to stay in the first cache."""
X, Y, Z = BLOCK, 2 * BLOCK, 3 * BLOCK
LINE = 8
"""Doubles in a cache line."""
GROUP = 16
"""Events whose particles are stored one after another: few enough for their lines to stay at hand."""


@kernel
def scratch(rows: int, columns: int) -> Array:
    """(rows, columns) of zeros from a cache line on: a vector across two of them takes twice as long."""
    room = np.zeros(rows * columns + LINE)
    skip = (-(room.ctypes.data // 8)) % LINE
    return room[skip : skip + rows * columns].reshape((rows, columns))


@kernel
def load_uniforms(columns: Array, u: Array, start: int) -> None:
    """Events start, start + 1, ... of u (n, d) to columns (d, BLOCK); the last is repeated beyond the end."""
    for j in range(BLOCK):
        event = min(start + j, u.shape[0] - 1)
        for k in range(u.shape[1]):
            columns[k, j] = u[event, k]


@kernel
def load_energies(row: Array, sqrt_s: Array, start: int, n: int) -> None:
    """sqrt_s, of one or n entries, to a row; the last is repeated beyond the end."""
    stride = 0 if sqrt_s.shape[0] == 1 else 1
    for j in range(BLOCK):
        row[j] = sqrt_s[stride * min(start + j, n - 1)]


@kernel
def draw_uniforms(columns: Array, first: int, stream: np.uint64, k0: np.uint64, k1: np.uint64) -> None:
    """Uniforms 2k and 2k + 1 of events first, first + 1, ... from draw block k; an even number of rows."""
    low, high = np.uint64(first) & LOW32, np.uint64(first) >> SHIFT_32
    shared = low + np.uint64(BLOCK) <= LOW32  # one high word, so that half of two rounds is done once a block
    for k in range(columns.shape[0] // 2):
        if shared:
            for j in range(BLOCK):
                a, b, c, d = philox4x32(low + np.uint64(j), high, np.uint64(k), stream, k0, k1)
                columns[2 * k, j] = uniform(a, b)
                columns[2 * k + 1, j] = uniform(c, d)
        else:
            for j in range(BLOCK):
                a, b, c, d = words(np.uint64(first + j), np.uint64(k), stream, k0, k1)
                columns[2 * k, j] = uniform(a, b)
                columns[2 * k + 1, j] = uniform(c, d)


@kernel
def store(
    slots: Array, weight: Array, order: NDArray[np.int64], momenta: Array, weights: Array, start: int
) -> None:
    """Slots `order`, whose rows begin with E, x, y, z, to momenta (n, k, 4); a weight of nan to 0."""
    count, legs, width = min(BLOCK, weights.shape[0] - start), order.shape[0], slots.shape[1]
    out, rows, stride = momenta.reshape(-1), slots.reshape(-1), 4 * legs
    for group in range(0, count - GROUP + 1, GROUP):
        at = stride * (start + group)
        for k in range(0, legs - 1, 2):
            a, b = order[k] * width + group, order[k + 1] * width + group
            for j in range(0, GROUP, EVENTS):
                weave_two(out, at + stride * j + 4 * k, stride, rows, a + j, b + j, BLOCK)
        if legs % 2 == 1:
            a = order[legs - 1] * width + group
            for j in range(0, GROUP, EVENTS):
                weave_one(out, at + stride * (j + 1) - 4, stride, rows, a + j, BLOCK)
    for j in range(count // GROUP * GROUP, count):
        for k in range(legs):
            for c in range(4):
                momenta[start + j, k, c] = slots[order[k], c * BLOCK + j]
    for j in range(count):
        weights[np.uint64(start + j)] = 0.0 if math.isnan(weight[j]) else weight[j]
