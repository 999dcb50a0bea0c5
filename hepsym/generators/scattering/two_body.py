"""How are two particles, or two systems, sent back to back? By an angle that follows the exchange.

With c the cosine of the scattering angle and b <= 1 a cosine's own measure of the masses,
b = 2 |p| sqrt(s) / (s - m3^2 - m4^2 + 2 m^2), m^2 - t is proportional to 1 - b c for massless beams that
exchange a mass m. The angle is drawn evenly in

    c, where nothing is exchanged (peak 0);
    v = atanh(b c), of density b / (1 - b^2 c^2), where a fermion is: its numerator takes one of the two
        powers of 1 / (m^2 - t) away (peak 1);
    v = b c / (1 - b^2 c^2), of density b (1 + b^2 c^2) / (1 - b^2 c^2)^2, where a boson is (peak 2),

where there are t and u channels alike. Where all exchanges are on one side (side = 1: the first follows the
first beam; -1: the second does) the pole at the other is left out: with c counted from that side v is
log(1 - b c) and -1 / (1 - b c). A least transverse momentum and a largest |c| bound it before anything is
drawn. All is written in d = 1 - |c|, which keeps its digits where a light particle follows a beam.
"""

import math

import numpy as np
from numpy.typing import NDArray

from hepsym._math import sincos2pi
from hepsym._numba import kernel, loop

__all__ = ["two_body", "two_body_inverse"]

Array = NDArray[np.float64]

BLUNT = 0.999
"""Largest b of a boson where nothing bounds the angle, so that the pole is not all that is drawn."""
SHARP = 1.0 - 1e-15
"""Largest b of a fermion, next to 1."""


@kernel
def breakup(sqrt_s: float, m3: float, m4: float) -> float:
    """|p| of masses m3 and m4 at rest together, in factors that keep their digits at threshold; 0 below."""
    product = (sqrt_s - m3 - m4) * (sqrt_s + m3 + m4) * (sqrt_s - m3 + m4) * (sqrt_s + m3 - m4)
    return math.sqrt(product) / (2.0 * sqrt_s) if product > 0.0 and sqrt_s > m3 + m4 else 0.0


@kernel
def limits(
    sqrt_s: float,
    p: float,
    m3: float,
    m4: float,
    least_pt: float,
    most_cosine: float,
    peak: int,
    exchanged: float,
) -> tuple[float, float, float]:
    """(b, largest |c|, 1 - that); the second is negative where no angle has that transverse momentum."""
    if p <= 0.0 or least_pt >= p:
        return 0.0, -1.0, 1.0
    b = 2.0 * p * sqrt_s / ((sqrt_s - m3) * (sqrt_s + m3) - m4 * m4 + 2.0 * exchanged * exchanged)
    sine = least_pt / p
    cosine = math.sqrt((1.0 - sine) * (1.0 + sine))
    if cosine <= most_cosine:
        most, d = cosine, sine * sine / (1.0 + cosine)
    else:
        most, d = most_cosine, 1.0 - most_cosine
    if peak == 1:
        return min(b, SHARP), most, d
    return min(b, 1.0 if most < 1.0 else BLUNT), most, d


@kernel
def level(peak: int, one_sided: bool, b: float, d: float) -> float:
    """v at a cosine 1 - d (of both sides: >= 0); the pole at b c = 1 is held off by rounding's width."""
    if peak == 0:
        return 1.0 - d
    gap = (1.0 - b) + b * d
    if one_sided:
        return math.log(gap) if peak == 1 else -1.0 / max(gap, 1e-15)
    if peak == 1:
        return 0.5 * math.log((2.0 - gap) / gap)
    return b * (1.0 - d) / max(gap * (2.0 - gap), 1e-15)


@kernel
def distance(peak: int, one_sided: bool, b: float, v: float) -> float:
    """d at a level v (of both sides: v >= 0)."""
    if peak == 0:
        return 1.0 - v
    if one_sided:
        gap = math.exp(v) if peak == 1 else -1.0 / v
    elif peak == 1:
        gap = 2.0 / (1.0 + math.exp(2.0 * v))
    else:
        return 1.0 - 2.0 * v / ((1.0 + math.sqrt(1.0 + 4.0 * v * v)) * b)
    return (gap - (1.0 - b)) / b


@kernel
def widening(peak: int, one_sided: bool, b: float, d: float) -> float:
    """|dc / dv| at d."""
    if peak == 0:
        return 1.0
    gap = (1.0 - b) + b * d
    if one_sided:
        return gap / b if peak == 1 else gap * gap / b
    if peak == 1:
        return gap * (2.0 - gap) / b
    square = (1.0 - gap) * (1.0 - gap)
    return gap * (2.0 - gap) * gap * (2.0 - gap) / ((1.0 + square) * b)


@loop
def two_body(
    u: Array, sqrt_s: Array, m3: Array, m4: Array, least_pt: float, most_cosine: float, peak: int, side: int,
    exchanged: float,
    first: Array, second: Array, jacobian: Array,
) -> None:  # fmt: skip
    """Momenta (n, 4) of both in their rest frame, and dPhi_2 / du; 0 where nothing is allowed.

    u (n, 2): cosine, azimuth. Phi_2 has the factor (2 pi)^-2, dPhi_2 = |p| / (16 pi^2 sqrt(s)) dc dphi.
    """
    for i in range(u.shape[0]):
        p = breakup(sqrt_s[i], m3[i], m4[i])
        b, most, least = limits(sqrt_s[i], p, m3[i], m4[i], least_pt, most_cosine, peak, exchanged)
        x = 2.0 * u[i, 0] - 1.0
        d, slope, sign = 1.0, 0.0, math.copysign(1.0, x)
        if most > 0.0 and side == 0:
            edge = level(peak, False, b, least)
            d = min(max(distance(peak, False, b, edge * abs(x)), least), 1.0)
            slope = 2.0 * edge * widening(peak, False, b, d)
        elif most > 0.0:
            low, high = level(peak, True, b, least), level(peak, True, b, 2.0 - least)
            d = min(max(distance(peak, True, b, low + (high - low) * u[i, 0]), least), 2.0 - least)
            slope = (high - low) * widening(peak, True, b, d)
            sign = float(side)
        sine = p * math.sqrt(d * (2.0 - d))
        along, up = sincos2pi(u[i, 1])
        px, py, pz = sine * up, sine * along, sign * p * (1.0 - d)
        e3 = math.sqrt(p * p + m3[i] * m3[i])
        e4 = math.sqrt(p * p + m4[i] * m4[i])
        first[i, 0], first[i, 1], first[i, 2], first[i, 3] = e3, px, py, pz
        second[i, 0], second[i, 1], second[i, 2], second[i, 3] = e4, -px, -py, -pz
        jacobian[i] = slope * p / (8.0 * math.pi * sqrt_s[i])


@loop
def two_body_inverse(
    first: Array, sqrt_s: Array, m3: Array, m4: Array, least_pt: float, most_cosine: float, peak: int,
    side: int, exchanged: float,
    u: Array, jacobian: Array,
) -> None:  # fmt: skip
    """The uniforms of given momenta, and the same Jacobian; 0 where this map cannot reach."""
    for i in range(u.shape[0]):
        p = breakup(sqrt_s[i], m3[i], m4[i])
        b, most, least = limits(sqrt_s[i], p, m3[i], m4[i], least_pt, most_cosine, peak, exchanged)
        square = first[i, 1] * first[i, 1] + first[i, 2] * first[i, 2]
        norm = math.sqrt(square + first[i, 3] * first[i, 3])
        d = square / (norm * (norm + abs(first[i, 3]))) if norm > 0.0 else 1.0
        if most <= 0.0 or 1.0 - d > most * (1.0 + 1e-12):
            u[i, 0], u[i, 1], jacobian[i] = 0.5, 0.5, 0.0
            continue
        if side == 0:
            edge = level(peak, False, b, least)
            x = 0.5 + 0.5 * math.copysign(level(peak, False, b, d) / edge, first[i, 3])
            slope = 2.0 * edge * widening(peak, False, b, d)
        else:
            d = d if first[i, 3] * side > 0.0 else 2.0 - d
            low, high = level(peak, True, b, least), level(peak, True, b, 2.0 - least)
            x = (level(peak, True, b, d) - low) / (high - low)
            slope = (high - low) * widening(peak, True, b, d)
        turn = math.atan2(first[i, 2], first[i, 1]) / (2.0 * math.pi)
        u[i, 0] = min(max(x, 0.0), 1.0)
        u[i, 1] = turn if turn >= 0.0 else turn + 1.0
        jacobian[i] = slope * p / (8.0 * math.pi * sqrt_s[i])
