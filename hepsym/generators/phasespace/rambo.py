"""RAMBO: n particles, all at once and all alike, from 4n uniforms.

Isotropic massless vectors of energies -ln(u u') are boosted to rest and scaled; for massless
particles every point has the same weight, the volume. Massive momenta come from those by one common
factor on all |p|. Kleiss, Stirling and Ellis, Comput. Phys. Commun. 40 (1986) 359.
"""

import math
from collections.abc import Sequence

import numpy as np

from hepsym._math import log, sincos2pi
from hepsym._numba import kernel, loop
from hepsym.generators.phasespace.map import (
    FLAT_POINTS,
    Array,
    PhaseSpace,
    check_masses,
    check_shapes,
    energies,
)
from hepsym.generators.phasespace.volume import massless_volume, volume
from hepsym.random import uniform, words

__all__ = ["Rambo"]

BLOCK = 64
X, Y, Z = BLOCK, 2 * BLOCK, 3 * BLOCK
_STEPS = 60


class Rambo(PhaseSpace):
    """Uniforms of particle k: 4k and 4k + 1 for its energy, 4k + 2 its cosine, 4k + 3 its azimuth.

    Four uniforms too many: `inverse` gives the preimage whose isotropic vectors are at rest and have
    2n for the sum of their energies. Momenta come back to 1e-12 sqrt(s)
    (tests/generators/phasespace/test_inverse.py); on their shells to 4 eps E^2.
    """

    def __init__(self, masses: Sequence[float]) -> None:
        """Masses in GeV, two or more. Raises InputError."""
        self.masses = check_masses(tuple(masses))
        self.dimensions = 4 * len(self.masses)
        self._masses = np.array(self.masses)

    def forward(self, u: Array, sqrt_s: float | Array, momenta: Array, weight: Array) -> None:
        """See PhaseSpace.forward."""
        check_shapes(self, u, momenta, weight)
        _forward(u, energies(sqrt_s, len(weight)), self._masses, self._unit_volume(), momenta, weight)

    def inverse(self, momenta: Array, sqrt_s: float | Array, u: Array, weight: Array) -> None:
        """See PhaseSpace.inverse."""
        check_shapes(self, u, momenta, weight)
        _inverse(momenta, energies(sqrt_s, len(weight)), self._masses, self._unit_volume(), u, weight)

    def fill(
        self,
        momenta: Array,
        weight: Array,
        sqrt_s: float,
        first: int,
        key: tuple[np.uint64, np.uint64],
        stream: int = FLAT_POINTS,
    ) -> None:
        """See PhaseSpace.fill; drawn in one loop."""
        energy = float(sqrt_s)
        _draw(first, np.uint64(stream), *key, energy, self._masses, self._unit_volume(), momenta, weight)

    def volume(self, sqrt_s: float) -> float:
        """See PhaseSpace.volume."""
        return volume(self.masses, sqrt_s)

    def _unit_volume(self) -> float:
        return massless_volume(len(self.masses), 1.0)


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
    """A second, tiny boost where the first was so large that its rounding shows: gamma > 4."""
    some = False
    for j in range(BLOCK):
        some = some or total[j] > 4.0
    if not some:
        return
    for j in range(BLOCK):
        if not total[j] > 4.0:
            continue
        x, y, z = 0.0, 0.0, 0.0
        for k in range(slots.shape[0]):
            x += slots[k, X + j]
            y += slots[k, Y + j]
            z += slots[k, Z + j]
        over, energy[j] = 1.0 / energy[j], 0.0
        for k in range(slots.shape[0]):
            p = slots[k]
            f = p[j] * over
            p[X + j] -= f * x
            p[Y + j] -= f * y
            p[Z + j] -= f * z
            p[j] = math.sqrt(p[X + j] * p[X + j] + p[Y + j] * p[Y + j] + p[Z + j] * p[Z + j])
            energy[j] += p[j]


@kernel
def _scale(slots: Array, energy: Array, sqrt_s: Array, weight: Array, volume_of_one: float) -> None:
    """Energies of sum sqrt(s), and the weight, which is the volume."""
    n = slots.shape[0]
    for j in range(BLOCK):
        energy[j] = sqrt_s[j] / energy[j]
        s = sqrt_s[j] * sqrt_s[j]
        weight[j] = volume_of_one
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
def _run(
    slots: Array, columns: Array, total: Array, energy: Array, sqrt_s: Array, masses: Array,
    volume_of_one: float, weight: Array,
) -> None:  # fmt: skip
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


@kernel
def _store(slots: Array, weight: Array, momenta: Array, weights: Array, start: int) -> None:
    count = min(BLOCK, weights.shape[0] - start)
    for k in range(slots.shape[0]):
        row = slots[k]
        for j in range(count):
            p = momenta[start + j, k]
            p[0], p[1], p[2], p[3] = row[j], row[X + j], row[Y + j], row[Z + j]
    for j in range(count):
        closed = weight[j] != weight[j]
        weights[start + j] = 0.0 if closed else weight[j]
        if closed:
            momenta[start + j] = math.nan


@loop
def _forward(
    u: Array, sqrt_s: Array, masses: Array, volume_of_one: float, momenta: Array, weights: Array
) -> None:
    columns, slots = np.full((u.shape[1], BLOCK), 0.5), np.empty((masses.shape[0], 4 * BLOCK))
    total, energy, weight, roots = np.empty(4 * BLOCK), np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK)
    stride = 0 if sqrt_s.shape[0] == 1 else 1
    for start in range(0, u.shape[0], BLOCK):
        count = min(BLOCK, u.shape[0] - start)
        for j in range(count):
            for k in range(u.shape[1]):
                columns[k, j] = u[start + j, k]
        for j in range(BLOCK):
            roots[j] = sqrt_s[stride * (start + min(j, count - 1))]
        _run(slots, columns, total, energy, roots, masses, volume_of_one, weight)
        _store(slots, weight, momenta, weights, start)


@loop
def _draw(
    first: int, stream: np.uint64, k0: np.uint64, k1: np.uint64, sqrt_s: float, masses: Array,
    volume_of_one: float, momenta: Array, weights: Array,
) -> None:  # fmt: skip
    columns, slots = np.empty((4 * masses.shape[0], BLOCK)), np.empty((masses.shape[0], 4 * BLOCK))
    total, energy, weight = np.empty(4 * BLOCK), np.empty(BLOCK), np.empty(BLOCK)
    roots = np.full(BLOCK, sqrt_s)
    for start in range(0, weights.shape[0], BLOCK):
        for k in range(2 * masses.shape[0]):
            even, odd = columns[2 * k], columns[2 * k + 1]
            for j in range(BLOCK):
                a, b, c, d = words(np.uint64(first + start + j), np.uint64(k), stream, k0, k1)
                even[j] = uniform(a, b)
                odd[j] = uniform(c, d)
        _run(slots, columns, total, energy, roots, masses, volume_of_one, weight)
        _store(slots, weight, momenta, weights, start)


@loop
def _inverse(
    momenta: Array, sqrt_s: Array, masses: Array, volume_of_one: float, u: Array, weights: Array
) -> None:
    n = masses.shape[0]
    stride = 0 if sqrt_s.shape[0] == 1 else 1
    for i in range(momenta.shape[0]):
        root = sqrt_s[stride * i]
        total, product, squares, energy = 0.0, 1.0, 0.0, 0.0
        for k in range(n):
            x, y, z = momenta[i, k, 1], momenta[i, k, 2], momenta[i, k, 3]
            q2 = x * x + y * y + z * z
            q, e = math.sqrt(q2), math.sqrt(q2 + masses[k] * masses[k])
            total += q
            energy += e
            product *= q / e if e > 0.0 else 0.0
            squares += q2 / e if e > 0.0 else 0.0
        weight = volume_of_one * massive_factor(total, product, squares, root, n)
        for _ in range(n - 2):
            weight *= root * root
        if not (weight > 0.0 and abs(energy - root) <= 1e-7 * root):
            weights[i] = 0.0
            u[i] = math.nan
            continue
        weights[i] = weight
        for k in range(n):
            x, y, z = momenta[i, k, 1], momenta[i, k, 2], momenta[i, k, 3]
            across = x * x + y * y
            q = math.sqrt(across + z * z)
            c = z / q
            half = math.exp(-q * n / total)
            turn = math.atan2(y, x) / (2.0 * math.pi)
            u[i, 4 * k], u[i, 4 * k + 1] = half, half
            u[i, 4 * k + 2] = 0.5 * (1.0 + c) if c > 0.0 else 0.5 * across / (q * (q - z))
            u[i, 4 * k + 3] = turn if turn >= 0.0 else 1.0 + turn
