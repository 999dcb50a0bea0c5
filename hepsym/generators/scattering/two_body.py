"""How are two particles, or two systems, sent back to back? By an angle that follows the exchange.

With c the cosine of the scattering angle and b <= 1 a cosine's own measure of the masses, the angle is
drawn evenly in c (s channel), or evenly in v = b c / (1 - b^2 c^2), whose density in c,
(1 + b^2 c^2) / (1 - b^2 c^2)^2, is that of t- and u-channel exchange of a mass m: with
b = 2 |p| sqrt(s) / (s - m3^2 - m4^2 + 2 m^2), m^2 - t is proportional to 1 - b c for massless beams.
A least transverse momentum and a largest |c| bound it before anything is drawn.
"""

import math

import numpy as np
from numpy.typing import NDArray

from hepsym._math import sincos2pi
from hepsym._numba import kernel, loop

__all__ = ["two_body", "two_body_inverse"]

Array = NDArray[np.float64]

BLUNT = 0.999
"""Largest b where nothing bounds the angle, so that the forward pole is not all that is drawn."""


@kernel
def breakup(sqrt_s: float, m3: float, m4: float) -> float:
    """|p| of masses m3 and m4 at rest together, in factors that keep their digits at threshold; 0 below."""
    product = (sqrt_s - m3 - m4) * (sqrt_s + m3 + m4) * (sqrt_s - m3 + m4) * (sqrt_s + m3 - m4)
    return math.sqrt(product) / (2.0 * sqrt_s) if product > 0.0 and sqrt_s > m3 + m4 else 0.0


@kernel
def limits(
    sqrt_s: float, p: float, m3: float, m4: float, least_pt: float, most_cosine: float, exchanged: float
) -> tuple[float, float]:
    """(b, largest |c|); the second is negative where no angle has that transverse momentum."""
    if p <= 0.0 or least_pt >= p:
        return 0.0, -1.0
    b = 2.0 * p * sqrt_s / ((sqrt_s - m3) * (sqrt_s + m3) - m4 * m4 + 2.0 * exchanged * exchanged)
    sine = least_pt / p
    most = min(math.sqrt((1.0 - sine) * (1.0 + sine)), most_cosine)
    return min(b, 1.0 if most < 1.0 else BLUNT), most


@kernel
def steepness(bc: float) -> float:
    """v = bc / (1 - bc^2), with the pole at 1 held off by rounding's width."""
    return bc / max((1.0 - bc) * (1.0 + bc), 1e-15)


@loop
def two_body(
    u: Array, sqrt_s: Array, m3: Array, m4: Array, least_pt: float, most_cosine: float, peaked: bool,
    exchanged: float,
    first: Array, second: Array, jacobian: Array,
) -> None:  # fmt: skip
    """Momenta (n, 4) of both in their rest frame, and dPhi_2 / du; 0 where nothing is allowed.

    u (n, 2): cosine, azimuth. Phi_2 has the factor (2 pi)^-2, dPhi_2 = |p| / (16 pi^2 sqrt(s)) dc dphi.
    """
    for i in range(u.shape[0]):
        p = breakup(sqrt_s[i], m3[i], m4[i])
        b, most = limits(sqrt_s[i], p, m3[i], m4[i], least_pt, most_cosine, exchanged)
        x = 2.0 * u[i, 0] - 1.0
        if most <= 0.0:
            c, slope = 0.0, 0.0
        elif peaked:
            edge = steepness(b * most)
            v = edge * x
            bc = 2.0 * v / (1.0 + math.sqrt(1.0 + 4.0 * v * v))
            c = min(max(bc / b, -most), most)
            square = bc * bc
            slope = 2.0 * edge * (1.0 - square) * (1.0 - square) / ((1.0 + square) * b)
        else:
            c, slope = most * x, 2.0 * most
        sine = p * math.sqrt((1.0 - c) * (1.0 + c))
        along, up = sincos2pi(u[i, 1])
        px, py, pz = sine * up, sine * along, p * c
        e3 = math.sqrt(p * p + m3[i] * m3[i])
        e4 = math.sqrt(p * p + m4[i] * m4[i])
        first[i, 0], first[i, 1], first[i, 2], first[i, 3] = e3, px, py, pz
        second[i, 0], second[i, 1], second[i, 2], second[i, 3] = e4, -px, -py, -pz
        jacobian[i] = slope * p / (8.0 * math.pi * sqrt_s[i])


@loop
def two_body_inverse(
    first: Array, sqrt_s: Array, m3: Array, m4: Array, least_pt: float, most_cosine: float, peaked: bool,
    exchanged: float,
    u: Array, jacobian: Array,
) -> None:  # fmt: skip
    """The uniforms of given momenta, and the same Jacobian; 0 where this map cannot reach."""
    for i in range(u.shape[0]):
        p = breakup(sqrt_s[i], m3[i], m4[i])
        b, most = limits(sqrt_s[i], p, m3[i], m4[i], least_pt, most_cosine, exchanged)
        across = math.sqrt(first[i, 1] * first[i, 1] + first[i, 2] * first[i, 2])
        norm = math.sqrt(across * across + first[i, 3] * first[i, 3])
        c = first[i, 3] / norm if norm > 0.0 else 0.0
        if most <= 0.0 or abs(c) > most * (1.0 + 1e-12):
            u[i, 0], u[i, 1], jacobian[i] = 0.5, 0.5, 0.0
            continue
        if peaked:
            edge = steepness(b * most)
            bc = b * c
            x = steepness(bc) / edge
            square = bc * bc
            slope = 2.0 * edge * (1.0 - square) * (1.0 - square) / ((1.0 + square) * b)
        else:
            x, slope = c / most, 2.0 * most
        turn = math.atan2(first[i, 2], first[i, 1]) / (2.0 * math.pi)
        u[i, 0] = 0.5 + 0.5 * x
        u[i, 1] = turn if turn >= 0.0 else turn + 1.0
        jacobian[i] = slope * p / (8.0 * math.pi * sqrt_s[i])
