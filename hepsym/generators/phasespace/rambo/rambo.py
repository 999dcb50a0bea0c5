"""RAMBO: n particles, all at once and all alike, from 4n uniforms.

Isotropic massless vectors of energies -ln(u u') are boosted to rest and scaled; for massless
particles every point has the same weight, the volume. Massive momenta come from those by one common
factor on all |p|. Kleiss, Stirling and Ellis, Comput. Phys. Commun. 40 (1986) 359.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hepsym._numba import kernel, loop
from hepsym.generators.phasespace.blocks.passage import (
    BLOCK,
    draw_uniforms,
    load_energies,
    load_uniforms,
    scratch,
    store,
)
from hepsym.generators.phasespace.blocks.rows import borrowed
from hepsym.generators.phasespace.map import (
    FLAT_POINTS,
    Array,
    PhaseSpace,
    check_masses,
    check_shapes,
    energies,
)
from hepsym.generators.phasespace.rambo.blocks import WORK, massive_factor, run
from hepsym.generators.phasespace.volume import massless_volume, volume

__all__ = ["Rambo"]

Order = NDArray[np.int64]


class Rambo(PhaseSpace):
    """Uniforms of particle k: 4k and 4k + 1 for its energy, 4k + 2 its cosine, 4k + 3 its azimuth.

    Four uniforms too many: `inverse` gives the preimage whose isotropic vectors are at rest and have
    2n for the sum of their energies. Momenta come back to 1e-12 sqrt(s)
    (tests/generators/phasespace/test_maps.py); on their shells to 4 eps E^2.
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


Rooms = tuple[Array, Array, Array, Array]


@kernel
def _room(n: int) -> Rooms:
    """Slots, columns of uniforms, what `run` works with, and rows of energies and weights; of one block."""
    return scratch(n, 4 * BLOCK), scratch(4 * n, BLOCK), scratch(WORK, 4 * BLOCK), scratch(2, BLOCK)


@loop
def _forward_blocks(
    u: Array, sqrt_s: Array, masses: Array, volume_of_one: float, order: Order, momenta: Array,
    weights: Array, rooms: Rooms,
) -> None:  # fmt: skip
    slots, columns, work = borrowed(rooms[0]), borrowed(rooms[1]), borrowed(rooms[2])
    rows, momenta, weights = borrowed(rooms[3]), borrowed(momenta), borrowed(weights)
    roots, weight, masses, order = rows[0], rows[1], borrowed(masses), borrowed(order)
    for start in range(0, u.shape[0], BLOCK):
        load_uniforms(columns, u, start)
        load_energies(roots, sqrt_s, start, u.shape[0])
        run(slots, columns, work, roots, masses, volume_of_one, weight)
        store(slots, weight, order, momenta, weights, start)


@loop
def _forward(
    u: Array, sqrt_s: Array, masses: Array, volume_of_one: float, momenta: Array, weights: Array
) -> None:
    n = masses.shape[0]
    rooms, order = _room(n), np.arange(n)
    _forward_blocks(u, sqrt_s, masses, volume_of_one, order, momenta, weights, rooms)


@loop
def _draw_blocks(
    first: int, stream: np.uint64, k0: np.uint64, k1: np.uint64, sqrt_s: float, masses: Array,
    volume_of_one: float, order: Order, momenta: Array, weights: Array, rooms: Rooms,
) -> None:  # fmt: skip
    slots, columns, work = borrowed(rooms[0]), borrowed(rooms[1]), borrowed(rooms[2])
    rows, momenta, weights = borrowed(rooms[3]), borrowed(momenta), borrowed(weights)
    roots, weight, masses, order = rows[0], rows[1], borrowed(masses), borrowed(order)
    for j in range(BLOCK):
        roots[j] = sqrt_s
    for start in range(0, weights.shape[0], BLOCK):
        draw_uniforms(columns, first + start, stream, k0, k1)
        run(slots, columns, work, roots, masses, volume_of_one, weight)
        store(slots, weight, order, momenta, weights, start)


@loop
def _draw(
    first: int, stream: np.uint64, k0: np.uint64, k1: np.uint64, sqrt_s: float, masses: Array,
    volume_of_one: float, momenta: Array, weights: Array,
) -> None:  # fmt: skip
    n = masses.shape[0]
    rooms, order = _room(n), np.arange(n)
    _draw_blocks(first, stream, k0, k1, sqrt_s, masses, volume_of_one, order, momenta, weights, rooms)


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
