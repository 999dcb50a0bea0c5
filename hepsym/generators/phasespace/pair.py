"""Two equal masses back to back in the centre of mass: angles become momenta, a block at a time.

The loops draw a block of events into small arrays, which vectorises, and then store it leg by leg,
which the memory bounds. Event i takes its four random words from counter (i, draw 0): 52 bits and
the sign's 32 for the polar angle, 44 for the azimuth.
"""

import math

import numpy as np
from numpy.typing import NDArray

from hepsym._math import HALF_PI_HIGH, sincos_quarter, turn_quarters
from hepsym._numba import kernel, loop
from hepsym.generators.phasespace.quadratic_angle import Even, invert_even, invert_window
from hepsym.random import ONE_BITS, SHIFT_20, ZERO, uniform, words

__all__ = ["FLAT", "UNWEIGHTED", "Frame", "fill_even", "fill_windows"]

Array = NDArray[np.float64]
Block = NDArray[np.float64]
Law = tuple[float, float, float]
Frame = tuple[float, float, float, float, float]
"""GeV: energy and momentum of the pair, momentum signed by the axis, energy and momentum of the beams."""

BLOCK = 16
"""So small that the stores of one block drain while the next is computed (73 M events/s; at 64, 57 M)."""
SIGN_HALF = np.uint64(1 << 19)
LOW_12 = np.uint64(0xFFF)
LOW_30 = np.uint64(0x3FFFFFFF)
SHIFT_30 = np.uint64(30)
SHIFT_22 = np.uint64(22)
SHIFT_10 = np.uint64(10)
HALF_STEP = np.uint64(1 << 9)
UNWEIGHTED = np.uint64(0)
FLAT = np.uint64(1)


@kernel
def sign_uniform(word: np.uint64) -> float:
    """(k + 1/2) / 2^32 of a 32-bit word k."""
    return np.uint64((word << SHIFT_20) | SIGN_HALF | ONE_BITS).view(np.float64) - 1.0


@kernel
def azimuth(word: np.uint64, spare: np.uint64) -> tuple[float, float]:
    """sin and cos of an azimuth uniform on 2^44 points: two bits choose the quarter turn.

    The word's other 30 bits and the 12 low ones that `uniform` leaves of `spare` place the angle
    in (-pi/4, pi/4), half a step off both ends.
    """
    bits = ((word & LOW_30) << SHIFT_22) | ((spare & LOW_12) << SHIFT_10) | HALF_STEP | ONE_BITS
    s, c = sincos_quarter((np.uint64(bits).view(np.float64) - 1.5) * HALF_PI_HIGH)
    return turn_quarters(s, c, np.int64(word >> SHIFT_30))


@kernel
def direction(c: float, word: np.uint64, spare: np.uint64) -> tuple[float, float, float]:
    """Unit vector of polar cosine c and a random azimuth; sin(theta) as sqrt((1-c)(1+c))."""
    sine, cosine = azimuth(word, spare)
    r = math.sqrt((1.0 - c) * (1.0 + c))
    return r * cosine, r * sine, c


@kernel
def _draw_even(
    x: Block,
    y: Block,
    z: Block,
    first: int,
    k0: np.uint64,
    k1: np.uint64,
    even: Even,
    odd: float,
    ratio: float,
) -> None:
    for j in range(BLOCK):
        a, b, c, d = words(np.uint64(first + j), ZERO, UNWEIGHTED, k0, k1)
        size = invert_even(uniform(a, b), even)
        weight = 1.0 + ratio * (size * size)
        forward = 2.0 * sign_uniform(c) * weight < weight + odd * size
        x[j], y[j], z[j] = direction(size if forward else -size, d, b)


@kernel
def _draw_windows(
    x: Block,
    y: Block,
    z: Block,
    first: int,
    k0: np.uint64,
    k1: np.uint64,
    stream: np.uint64,
    edges: Array,
    law: Law,
) -> None:
    last = edges.shape[0] - 1
    for j in range(BLOCK):
        a, b, _, d = words(np.uint64(first + j), ZERO, stream, k0, k1)
        u = uniform(a, b)
        k = 0
        below = 0.0
        while k < last and u > edges[k, 2]:
            below = edges[k, 2]
            k += 1
        share = (u - below) / (edges[k, 2] - below)
        c = invert_window(share, edges[k, 0], edges[k, 1], law[0], law[1], law[2])
        x[j], y[j], z[j] = direction(c, d, b)


@kernel
def _store(out: Array, x: Block, y: Block, z: Block, start: int, stop: int, frame: Frame) -> None:
    energy, momentum, along, beam_energy, beam_momentum = frame
    pair = out.shape[1] - 2
    for i in range(start, stop):
        p = out[i]
        j = i - start
        if pair == 2:
            p[0, 0] = beam_energy
            p[0, 1] = 0.0
            p[0, 2] = 0.0
            p[0, 3] = beam_momentum
            p[1, 0] = beam_energy
            p[1, 1] = 0.0
            p[1, 2] = 0.0
            p[1, 3] = -beam_momentum
        px, py, pz = momentum * x[j], momentum * y[j], along * z[j]
        p[pair, 0] = energy
        p[pair, 1] = px
        p[pair, 2] = py
        p[pair, 3] = pz
        p[pair + 1, 0] = energy
        p[pair + 1, 1] = -px
        p[pair + 1, 2] = -py
        p[pair + 1, 3] = -pz


@loop
def fill_even(
    out: Array, first: int, k0: np.uint64, k1: np.uint64, even: Even, odd: float, ratio: float, frame: Frame
) -> None:
    """Events first, first + 1, ... into out for P(c) proportional to 1 + odd c + ratio c^2, |c| <= C.

    out is (m, 2, 4), the pair alone, or (m, 4, 4), the beams before it.
    """
    x, y, z = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK)
    for start in range(0, out.shape[0], BLOCK):
        _draw_even(x, y, z, first + start, k0, k1, even, odd, ratio)
        _store(out, x, y, z, start, min(start + BLOCK, out.shape[0]), frame)


@loop
def fill_windows(
    out: Array,
    first: int,
    k0: np.uint64,
    k1: np.uint64,
    stream: np.uint64,
    edges: Array,
    law: Law,
    frame: Frame,
) -> None:
    """The same for any quadratic law; edges (windows, 3) hold low, high, and the share up to there."""
    x, y, z = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK)
    for start in range(0, out.shape[0], BLOCK):
        _draw_windows(x, y, z, first + start, k0, k1, stream, edges, law)
        _store(out, x, y, z, start, min(start + BLOCK, out.shape[0]), frame)
