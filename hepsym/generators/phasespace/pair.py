"""Two equal masses back to back in the centre of mass: angles become momenta, a block at a time.

The loops draw a block of events into small arrays, which vectorises, and then store it leg by leg,
which the memory bounds. Event i takes its four random words from counter (i, draw 0): 52 bits and
the sign's 32 for the polar angle, 44 for the azimuth.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepsym._math import HALF_PI_HIGH, sincos_quarter, turn_quarters
from hepsym._numba import kernel, loop
from hepsym.generators.phasespace.quadratic_angle import Even, invert_even, invert_window
from hepsym.random import ONE_BITS, SHIFT_20, ZERO, uniform, words

__all__ = [
    "FLAT",
    "UNWEIGHTED",
    "Frame",
    "Launch",
    "draw_even",
    "draw_window",
    "fill_even",
    "fill_windows",
    "put",
]

Array = NDArray[np.float64]
Block = NDArray[np.float64]
Law = tuple[float, float, float]
Frame = tuple[float, float, float, float, float]
"""GeV: energy and momentum of the pair, momentum signed by the axis, energy and momentum of the beams."""


@dataclass(frozen=True, slots=True)
class Launch:
    """What the loops are given beside room, number and key."""

    even: Even | None
    """None: the law on windows is for `fill_windows`."""
    odd: float
    ratio: float
    stream: np.uint64
    edges: Array
    coefficients: Law
    frame: Frame


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
def draw_even(
    event: np.uint64, k0: np.uint64, k1: np.uint64, even: Even, odd: float, ratio: float
) -> tuple[float, float, float]:
    """Direction of the first leg for P(c) proportional to 1 + odd c + ratio c^2, |c| <= C; on any device."""
    a, b, c, d = words(event, ZERO, UNWEIGHTED, k0, k1)
    size = invert_even(uniform(a, b), even)
    weight = 1.0 + ratio * (size * size)
    forward = 2.0 * sign_uniform(c) * weight < weight + odd * size
    return direction(size if forward else -size, d, b)


@kernel
def draw_window(
    event: np.uint64, k0: np.uint64, k1: np.uint64, stream: np.uint64, edges: Array, law: Law
) -> tuple[float, float, float]:
    """The same for any quadratic law on windows; on any device."""
    a, b, _, d = words(event, ZERO, stream, k0, k1)
    u = uniform(a, b)
    last = edges.shape[0] - 1
    k = 0
    below = 0.0
    while k < last and u > edges[k, 2]:
        below = edges[k, 2]
        k += 1
    share = (u - below) / (edges[k, 2] - below)
    return direction(invert_window(share, edges[k, 0], edges[k, 1], law[0], law[1], law[2]), d, b)


@kernel
def put(p: Array, x: float, y: float, z: float, frame: Frame) -> None:
    """Both legs of one event, (2, 4), or the beams before them, (4, 4), of the first leg's direction."""
    energy, momentum, along, beam_energy, beam_momentum = frame
    pair = p.shape[0] - 2
    if pair == 2:
        p[0, 0] = beam_energy
        p[0, 1] = 0.0
        p[0, 2] = 0.0
        p[0, 3] = beam_momentum
        p[1, 0] = beam_energy
        p[1, 1] = 0.0
        p[1, 2] = 0.0
        p[1, 3] = -beam_momentum
    px, py, pz = momentum * x, momentum * y, along * z
    p[pair, 0] = energy
    p[pair, 1] = px
    p[pair, 2] = py
    p[pair, 3] = pz
    p[pair + 1, 0] = energy
    p[pair + 1, 1] = -px
    p[pair + 1, 2] = -py
    p[pair + 1, 3] = -pz


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
        x[j], y[j], z[j] = draw_even(np.uint64(first + j), k0, k1, even, odd, ratio)


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
    for j in range(BLOCK):
        x[j], y[j], z[j] = draw_window(np.uint64(first + j), k0, k1, stream, edges, law)


@kernel
def _store(out: Array, x: Block, y: Block, z: Block, start: int, stop: int, frame: Frame) -> None:
    for i in range(start, stop):
        j = i - start
        put(out[i], x[j], y[j], z[j], frame)


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
