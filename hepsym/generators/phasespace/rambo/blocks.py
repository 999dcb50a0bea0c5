"""What does RAMBO do to a block of events? Isotropic vectors, a boost to rest, a scale, masses.

Slots (n, 4 BLOCK) hold E, x, y, z of each particle; particles are the outer loop, events the inner.
"""

import math

import numpy as np
from numpy.typing import NDArray

from hepsym._math import fma, minus_log2, sincos_of_turn
from hepsym._numba import kernel, loop
from hepsym.generators.phasespace.blocks.passage import BLOCK, X, Y, Z

__all__ = ["WORK", "massive_factor", "run"]

Array = NDArray[np.float64]

WORK = 5
_STEPS = 60


@loop
def _isotropic(p: Array, total: Array, u0: Array, u1: Array, u2: Array, u3: Array) -> None:
    """One particle of every event: E exp(-E) dE and a direction; its momentum is added to the total.

    Energies are in units of ln 2, which the scale takes out.
    """
    for j in range(BLOCK):
        e = minus_log2(u0[j] * u1[j])
        sine, cosine = sincos_of_turn(u3[j])
        across = 2.0 * e * math.sqrt(fma(-u2[j], u2[j], u2[j]))
        x, y, z = across * cosine, across * sine, e * fma(2.0, u2[j], -1.0)
        p[j], p[X + j], p[Y + j], p[Z + j] = e, x, y, z
        total[j] += e
        total[X + j] += x
        total[Y + j] += y
        total[Z + j] += z


@kernel
def _boosts(total: Array, least: Array, both: Array, balance: Array, energy: Array) -> None:
    """M (M + E) and M + E of the total, of mass M; sums start at zero."""
    for j in range(BLOCK):
        e, x, y, z = total[j], total[X + j], total[Y + j], total[Z + j]
        mass = math.sqrt(fma(e, e, -fma(x, x, fma(y, y, z * z))))
        both[j] = mass + e
        least[j] = mass * (mass + e)
        balance[X + j], balance[Y + j], balance[Z + j] = 0.0, 0.0, 0.0
        energy[j] = 0.0


@loop
def _boost(p: Array, total: Array, least: Array, both: Array, balance: Array, energy: Array) -> None:
    """One particle to the rest frame of all, times M (M + E), so that nothing is divided.

        p' M (M + E) = p M (M + E) - P (e (M + E) - P.p)

    Its energy is that of its momentum; energies are added up, momenta taken off the balance.
    """
    for j in range(BLOCK):
        px, py, pz = total[X + j], total[Y + j], total[Z + j]
        x, y, z = p[X + j], p[Y + j], p[Z + j]
        f = fma(p[j], both[j], -fma(px, x, fma(py, y, pz * z)))
        x, y, z = fma(-f, px, least[j] * x), fma(-f, py, least[j] * y), fma(-f, pz, least[j] * z)
        e = math.sqrt(fma(x, x, fma(y, y, z * z)))
        p[j], p[X + j], p[Y + j], p[Z + j] = e, x, y, z
        balance[X + j] -= x
        balance[Y + j] -= y
        balance[Z + j] -= z
        energy[j] += e


@loop
def _last(p: Array, balance: Array, energy: Array, sqrt_s: Array) -> None:
    """The last particle balances the others, which spares its boost and corrects theirs; then the scale."""
    for j in range(BLOCK):
        x, y, z = balance[X + j], balance[Y + j], balance[Z + j]
        e = math.sqrt(fma(x, x, fma(y, y, z * z)))
        root = sqrt_s[j] if sqrt_s[j] > 0.0 else math.nan
        scale = root / (energy[j] + e)
        energy[j] = scale
        p[j], p[X + j], p[Y + j], p[Z + j] = e * scale, x * scale, y * scale, z * scale


@loop
def _scale(p: Array, scale: Array) -> None:
    for j in range(BLOCK):
        p[j] *= scale[j]
        p[X + j] *= scale[j]
        p[Y + j] *= scale[j]
        p[Z + j] *= scale[j]


@kernel
def _weigh(weight: Array, sqrt_s: Array, n: int, volume_of_one: float) -> None:
    """The volume, at every energy."""
    for j in range(BLOCK):
        root = sqrt_s[j]
        s = root * root
        volume = volume_of_one if root > 0.0 else math.nan
        for _ in range(n - 2):
            volume *= s
        weight[j] = volume


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


@loop
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


@kernel
def run(
    slots: Array,
    columns: Array,
    work: Array,
    sqrt_s: Array,
    masses: Array,
    volume_of_one: float,
    weight: Array,
) -> None:
    """Momenta in slots and weights of one block, from its uniforms and energies; work has WORK rows."""
    n = masses.shape[0]
    total, balance, least, both, energy = work[0], work[1], work[2], work[3], work[4]
    for j in range(4 * BLOCK):
        total[j] = 0.0
    for k in range(n):
        _isotropic(
            slots[k], total, columns[4 * k], columns[4 * k + 1], columns[4 * k + 2], columns[4 * k + 3]
        )
    _boosts(total, least, both, balance, energy)
    for k in range(n - 1):
        _boost(slots[k], total, least, both, balance, energy)
    _last(slots[n - 1], balance, energy, sqrt_s)
    for k in range(n - 1):
        _scale(slots[k], energy)
    _weigh(weight, sqrt_s, n, volume_of_one)
    smallest = masses.sum()
    if smallest > 0.0:
        _give_mass(slots, masses, smallest, sqrt_s, weight)
