"""What does RAMBO do to a block of events? Isotropic vectors, a boost to rest, a scale, masses.

Slots (n, 4 BLOCK) hold E, x, y, z of each particle; particles are the outer loop, events the inner.
"""

import math

import numpy as np
from numpy.typing import NDArray

from hepsym._math import log, sincos2pi
from hepsym._numba import kernel, loop
from hepsym.generators.phasespace.blocks import BLOCK, X, Y, Z

__all__ = ["massive_factor", "run"]

Array = NDArray[np.float64]

_STEPS = 60


@kernel
def _isotropic(p: Array, total: Array, u0: Array, u1: Array, u2: Array, u3: Array) -> None:
    """One particle of every event: E exp(-E) dE and a direction; its momentum is added to the total."""
    for j in range(BLOCK):
        e = -log(u0[j] * u1[j])
        sine, cosine = sincos2pi(u3[j])
        across = 2.0 * e * math.sqrt(u2[j] * (1.0 - u2[j]))
        x, y, z = across * cosine, across * sine, e * (2.0 * u2[j] - 1.0)
        p[j], p[X + j], p[Y + j], p[Z + j] = e, x, y, z
        total[j] += e
        total[X + j] += x
        total[Y + j] += y
        total[Z + j] += z


@kernel
def _to_rest(total: Array) -> None:
    """The total's energy and momentum in units of its mass: gamma, and minus gamma beta."""
    for j in range(BLOCK):
        e, x, y, z = total[j], total[X + j], total[Y + j], total[Z + j]
        over = 1.0 / math.sqrt(e * e - (x * x + y * y + z * z))
        total[j] = e * over
        total[X + j], total[Y + j], total[Z + j] = -x * over, -y * over, -z * over


@kernel
def _boost(p: Array, total: Array, energy: Array) -> None:
    """One particle to the rest frame of all, its energy from its momentum; the energies are added up."""
    for j in range(BLOCK):
        bx, by, bz = total[X + j], total[Y + j], total[Z + j]
        x, y, z = p[X + j], p[Y + j], p[Z + j]
        f = p[j] + (bx * x + by * y + bz * z) / (1.0 + total[j])
        x, y, z = x + bx * f, y + by * f, z + bz * f
        e = math.sqrt(x * x + y * y + z * z)
        p[j], p[X + j], p[Y + j], p[Z + j] = e, x, y, z
        energy[j] += e


@kernel
def _rebalance(slots: Array, total: Array, energy: Array) -> None:
    """A second, tiny boost: the rounding of the first, gamma eps, would show in the sum of the momenta."""
    for j in range(BLOCK):
        total[X + j] = 0.0
        total[Y + j] = 0.0
        total[Z + j] = 0.0
    for k in range(slots.shape[0]):
        p = slots[k]
        for j in range(BLOCK):
            total[X + j] += p[X + j]
            total[Y + j] += p[Y + j]
            total[Z + j] += p[Z + j]
    for j in range(BLOCK):
        over = 1.0 / energy[j]
        total[X + j] *= over
        total[Y + j] *= over
        total[Z + j] *= over
        energy[j] = 0.0
    for k in range(slots.shape[0]):
        p = slots[k]
        for j in range(BLOCK):
            e = p[j]
            x, y, z = p[X + j] - e * total[X + j], p[Y + j] - e * total[Y + j], p[Z + j] - e * total[Z + j]
            e = math.sqrt(x * x + y * y + z * z)
            p[j], p[X + j], p[Y + j], p[Z + j] = e, x, y, z
            energy[j] += e


@kernel
def _scale(slots: Array, energy: Array, sqrt_s: Array, weight: Array, volume_of_one: float) -> None:
    """Energies of sum sqrt(s), and the weight, which is the volume."""
    n = slots.shape[0]
    for j in range(BLOCK):
        root = sqrt_s[j] if sqrt_s[j] > 0.0 else math.nan
        energy[j] = root / energy[j]
        s = root * root
        weight[j] = volume_of_one if root > 0.0 else math.nan
        for _ in range(n - 2):
            weight[j] *= s
    for k in range(n):
        p = slots[k]
        for c in range(4):
            row = p[c * BLOCK : (c + 1) * BLOCK]
            for j in range(BLOCK):
                row[j] *= energy[j]


@kernel
def _common_factor(slots: Array, j: int, masses: Array, release: float, sqrt_s: float) -> float:
    """xi with sum sqrt(m^2 + xi^2 E^2) = sqrt(s), by Newton on the kinetic energies, which do not cancel."""
    share = (sqrt_s - release) / sqrt_s
    xi = math.sqrt((1.0 - share) * (1.0 + share))
    for _ in range(_STEPS):
        kinetic, derivative = 0.0, 0.0
        for k in range(masses.shape[0]):
            q = xi * slots[k, j]
            e = math.sqrt(masses[k] * masses[k] + q * q)
            kinetic += q * q / (e + masses[k])
            derivative += q * slots[k, j] / e
        step = (kinetic - release) / derivative
        xi -= step
        if abs(step) <= 1e-15 * xi:
            break
    return xi


@kernel
def massive_factor(total: float, product: float, squares: float, sqrt_s: float, n: int) -> float:
    """Weight of massive momenta over that of massless ones, eq. (4.11) of the paper."""
    ratio, factor = total / sqrt_s, product * sqrt_s / squares
    for _ in range(2 * n - 3):
        factor *= ratio
    return factor


@kernel
def _give_mass(slots: Array, masses: Array, least: float, sqrt_s: Array, weight: Array) -> None:
    for j in range(BLOCK):
        release = sqrt_s[j] - least
        if not release > 0.0:
            weight[j] = math.nan
            for k in range(masses.shape[0]):
                p = slots[k]
                p[j], p[X + j], p[Y + j], p[Z + j] = math.nan, math.nan, math.nan, math.nan
            continue
        xi = _common_factor(slots, j, masses, release, sqrt_s[j])
        total, product, squares = 0.0, 1.0, 0.0
        for k in range(masses.shape[0]):
            p = slots[k]
            x, y, z = xi * p[X + j], xi * p[Y + j], xi * p[Z + j]
            q2 = x * x + y * y + z * z
            q, e = math.sqrt(q2), math.sqrt(q2 + masses[k] * masses[k])
            p[j], p[X + j], p[Y + j], p[Z + j] = e, x, y, z
            total += q
            product *= q / e
            squares += q2 / e
        weight[j] *= massive_factor(total, product, squares, sqrt_s[j], masses.shape[0])


@loop
def run(
    slots: Array, columns: Array, total: Array, energy: Array, sqrt_s: Array, masses: Array,
    volume_of_one: float, weight: Array,
) -> None:  # fmt: skip
    """Momenta in slots and weights of one block, from its uniforms and energies sqrt_s."""
    for j in range(4 * BLOCK):
        total[j] = 0.0
    for j in range(BLOCK):
        energy[j] = 0.0
    for k in range(masses.shape[0]):
        at = 4 * k
        _isotropic(slots[k], total, columns[at], columns[at + 1], columns[at + 2], columns[at + 3])
    _to_rest(total)
    for k in range(masses.shape[0]):
        _boost(slots[k], total, energy)
    _rebalance(slots, total, energy)
    _scale(slots, energy, sqrt_s, weight, volume_of_one)
    least = masses.sum()
    if least > 0.0:
        _give_mass(slots, masses, least, sqrt_s, weight)
