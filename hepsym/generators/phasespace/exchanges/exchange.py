"""What does the exchange of a virtual particle fix? Momentum transfers, their ends, and the axis."""

import math

import numpy as np
from numpy.typing import NDArray

from hepsym._numba import kernel
from hepsym.generators.phasespace.breakup import momentum_of_release, rest_direction
from hepsym.generators.phasespace.mass_laws import LOGARITHM, POWER, level

__all__ = ["across", "axis_of", "bounds", "emission", "incoming", "put", "transfer"]

Array = NDArray[np.float64]
Vector = tuple[float, float, float]


@kernel
def transfer(mass: float, t: float, m_b: float, k: float, m_1: float, p: float, back: float) -> float:
    """(v - p_1)^2 at 1 - cos theta = back, for v^2 = t and v + b of this mass, k and p the momenta.

    = t + m_1^2 - 2 (E_v E_1 - k p) - 2 k p back, the bracket without its cancellation.
    """
    e_v = 0.5 * (mass * mass + t - m_b * m_b) / mass
    e_1 = math.sqrt(p * p + m_1 * m_1)
    below = e_v * e_1 + k * p
    m2 = m_1 * m_1
    bracket = (t * m2 + t * p * p + m2 * k * k) / below if below > 0.0 else e_v * e_1 - k * p
    return t + m2 - 2.0 * bracket - 2.0 * k * p * back


@kernel
def incoming(mass: float, t: float, m_b: float) -> float:
    """k, the momentum of v and b at rest of the system they make."""
    if t > 0.0:
        m_a = math.sqrt(t)
        return momentum_of_release(max(mass - m_a - m_b, 0.0), m_a, m_b)
    off = mass * mass - t - m_b * m_b
    return math.sqrt(max(off * off - 4.0 * t * m_b * m_b, 0.0)) / (2.0 * mass)


@kernel
def bounds(kind: int, nearest: float, furthest: float, nu: float) -> tuple[float, float]:
    """Levels of m^2 - t at the forward and the backward end."""
    return level(kind, nearest, 0.0, 0.0, nu), level(kind, furthest, 0.0, 0.0, nu)


@kernel
def across(n: Vector) -> tuple[Vector, Vector]:
    """Two unit vectors that make a right-handed frame with the unit vector n.

    Duff et al., Journal of Computer Graphics Techniques 6 (2017) 1.
    """
    sign = math.copysign(1.0, n[2])
    a = -1.0 / (sign + n[2])
    b = n[0] * n[1] * a
    return (1.0 + sign * n[0] * n[0] * a, sign * b, -sign * n[0]), (b, sign + n[1] * n[1] * a, -n[1])


@kernel
def axis_of(q: Vector, mass: float, k: float, m_b: float, beam: float) -> Vector:
    """Direction of the exchanged line at rest of the system q: against beam b, which flies along -z."""
    x, y, z = rest_direction(0.0, 0.0, -beam, q[0], q[1], q[2], mass, math.sqrt(k * k + m_b * m_b), k)
    return -x, -y, -z


@kernel
def emission(
    mass: float, t: float, m_b: float, m_1: float, m_2: float, line_mass: float, nu: float, least: float
) -> tuple[float, float, float, float, int]:
    """k, p*, and m^2 - t at the forward and the backward end, and the kind of law."""
    k = incoming(mass, t, m_b)
    p = momentum_of_release(max(mass - m_1 - m_2, 0.0), m_1, m_2)
    m2 = line_mass * line_mass
    start = max(m2 - transfer(mass, t, m_b, k, m_1, p, 0.0), m2 + least)
    stop = m2 - transfer(mass, t, m_b, k, m_1, p, 2.0)
    return k, p, start, stop, LOGARITHM if nu == 1.0 else POWER


@kernel
def put(p: Array, x: float, y: float, z: float, m: float) -> None:
    """A momentum on its shell."""
    p[0], p[1], p[2], p[3] = math.sqrt(x * x + y * y + z * z + m * m), x, y, z
