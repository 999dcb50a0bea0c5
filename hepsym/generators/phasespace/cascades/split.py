"""How does one system fall in two? A decay of every event of a block, at rest or in flight.

A row of a slot holds E, x, y, z, T of BLOCK events (cascade.py); the release q = T - T_a - T_b. Products
and sums are fused where written so (hepsym._math.fma), for speed as much as for digits.
"""

import math

import numpy as np
from numpy.typing import NDArray

from hepsym._math import fma, sincos_of_turn
from hepsym._numba import kernel, loop
from hepsym.generators.phasespace.blocks.passage import BLOCK, X, Y, Z

__all__ = ["T", "split_at_rest", "split_in_flight", "split_sharp_at_rest", "split_sharp_in_flight"]

Array = NDArray[np.float64]

T = 4 * BLOCK
OVER_4_PI = 0.25 / math.pi


@kernel
def _isotropic(p: float, polar: float, turn: float) -> tuple[float, float, float]:
    """A vector of length p with cos theta = 2 polar - 1 and phi = 2 pi turn."""
    sine, cosine = sincos_of_turn(turn)
    across = 2.0 * p * math.sqrt(fma(-polar, polar, polar))
    return across * cosine, across * sine, p * fma(2.0, polar, -1.0)


@kernel
def _breakup(q: float, a: float, b: float, half: float) -> tuple[float, float, float]:
    """|p*| and kinetic energy of a, and what that of b is times 2M; half = 1 / 2M. See breakup.py."""
    near, far = fma(2.0, a, q), fma(2.0, b, q)
    p = math.sqrt((q * near) * (far * fma(2.0, a, far))) * half
    return p, q * far * half, q * near


@kernel
def _fly(
    px: float, py: float, pz: float, f: float, x: float, y: float, z: float, a2: float
) -> tuple[float, float, float, float]:
    """(x, y, z) + f p, and its energy."""
    x, y, z = fma(f, px, x), fma(f, py, y), fma(f, pz, z)
    return math.sqrt(fma(x, x, fma(y, y, fma(z, z, a2)))), x, y, z


@loop
def split_at_rest(
    parent: Array, first: Array, second: Array, base_a: float, base_b: float,
    polar: Array, turn: Array, weight: Array,
) -> None:  # fmt: skip
    """The parent rests; base is the sum of the masses of what a part ends in."""
    for j in range(BLOCK):
        a, b = base_a + first[T + j], base_b + second[T + j]
        q = parent[T + j] - first[T + j] - second[T + j]
        q = 0.0 if q < 0.0 else q
        over = 1.0 / (a + b + q)
        half = 0.5 * over
        p, kinetic_a, kinetic_b = _breakup(q, a, b, half)
        weight[j] *= p * over * OVER_4_PI
        x, y, z = _isotropic(p, polar[j], turn[j])
        first[j] = a + kinetic_a
        first[X + j], first[Y + j], first[Z + j] = x, y, z
        second[j] = fma(kinetic_b, half, b)
        second[X + j], second[Y + j], second[Z + j] = -x, -y, -z


@loop
def split_in_flight(
    parent: Array, first: Array, second: Array, base_a: float, base_b: float,
    polar: Array, turn: Array, weight: Array,
) -> None:  # fmt: skip
    """The same of a parent that moves. What moves fast is on its shell by its momentum, not by the boost."""
    for j in range(BLOCK):
        a, b = base_a + first[T + j], base_b + second[T + j]
        q = parent[T + j] - first[T + j] - second[T + j]
        q = 0.0 if q < 0.0 else q
        mass = a + b + q
        both = parent[j] + mass
        forth = 1.0 / (mass * both)  # one division for two
        over = forth * both
        p, kinetic, _ = _breakup(q, a, b, 0.5 * over)
        weight[j] *= p * over * OVER_4_PI
        x, y, z = _isotropic(p, polar[j], turn[j])
        px, py, pz = parent[X + j], parent[Y + j], parent[Z + j]
        f = fma(a + kinetic, over, fma(px, x, fma(py, y, pz * z)) * forth)
        e, x, y, z = _fly(px, py, pz, f, x, y, z, a * a)
        first[j] = e
        first[X + j], first[Y + j], first[Z + j] = x, y, z
        e, x, y, z = _fly(-x, -y, -z, 1.0, px, py, pz, b * b)
        second[j] = e
        second[X + j], second[Y + j], second[Z + j] = x, y, z


@loop
def split_sharp_at_rest(first: Array, second: Array, numbers: Array, polar: Array, turn: Array) -> None:
    """At rest where all three masses are constants: numbers hold |p*|, E_a*, E_b*, M, a^2, b^2."""
    p, e_a, e_b = numbers[0], numbers[1], numbers[2]
    for j in range(BLOCK):
        x, y, z = _isotropic(p, polar[j], turn[j])
        first[j] = e_a
        first[X + j], first[Y + j], first[Z + j] = x, y, z
        second[j] = e_b
        second[X + j], second[Y + j], second[Z + j] = -x, -y, -z


@loop
def split_sharp_in_flight(
    parent: Array, first: Array, second: Array, numbers: Array, polar: Array, turn: Array
) -> None:
    """The same of a parent that moves."""
    p, e_a, mass, a2, b2 = numbers[0], numbers[1], numbers[3], numbers[4], numbers[5]
    over = 1.0 / mass
    f_rest = e_a * over
    for j in range(BLOCK):
        x, y, z = _isotropic(p, polar[j], turn[j])
        px, py, pz = parent[X + j], parent[Y + j], parent[Z + j]
        f = fma(fma(px, x, fma(py, y, pz * z)), over / (parent[j] + mass), f_rest)
        e, x, y, z = _fly(px, py, pz, f, x, y, z, a2)
        first[j] = e
        first[X + j], first[Y + j], first[Z + j] = x, y, z
        e, x, y, z = _fly(-x, -y, -z, 1.0, px, py, pz, b2)
        second[j] = e
        second[X + j], second[Y + j], second[Z + j] = x, y, z
