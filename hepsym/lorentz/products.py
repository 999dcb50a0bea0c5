"""What is the metric product of four-momenta, and what is their mass? Over arrays."""

import numpy as np
from numpy.typing import ArrayLike

from hepsym._numba import loop
from hepsym.lorentz._rows import Array, four, number, put_row, row, single, three
from hepsym.lorentz.kernels import products as kernels

__all__ = ["dot", "energy_from_mass", "from_mass", "mass", "mass_squared", "momentum", "momentum_from_mass"]


@loop
def _dot(p: Array, q: Array, out: Array) -> None:
    for i in range(out.size):
        out[i] = kernels.dot(row(p, i), row(q, i))


@loop
def _mass_squared(p: Array, out: Array) -> None:
    for i in range(out.size):
        out[i] = kernels.mass_squared(row(p, i))


@loop
def _mass(p: Array, out: Array) -> None:
    for i in range(out.size):
        out[i] = kernels.mass(row(p, i))


@loop
def _momentum(p: Array, out: Array) -> None:
    for i in range(out.size):
        out[i] = kernels.momentum(row(p, i))


@loop
def _momentum_from_mass(energy: Array, m: Array, out: Array) -> None:
    for i in range(out.size):
        out[i] = kernels.momentum_from_mass(np.float64(energy[i]), np.float64(m[i]))


@loop
def _energy_from_mass(momentum: Array, m: Array, out: Array) -> None:
    for i in range(out.size):
        out[i] = kernels.energy_from_mass(np.float64(momentum[i]), np.float64(m[i]))


@loop
def _from_mass(xyz: Array, m: Array, out: Array) -> None:
    for i in range(m.size):
        x, y, z = np.float64(xyz[3 * i]), np.float64(xyz[3 * i + 1]), np.float64(xyz[3 * i + 2])
        k = np.float64(m[i])
        put_row(out, i, (np.sqrt(x * x + y * y + z * z + k * k), x, y, z))


def dot(p: ArrayLike, q: ArrayLike, *, out: Array | None = None) -> Array:
    """The metric product p.q = p0 q0 - p1 q1 - p2 q2 - p3 q3, GeV^2.

    p, q: (..., 4), broadcast together. Returns (...), float32 if both are, else float64.
    Raises InputError for other shapes, or what is not numbers.

    Error: eps |p.q| + 12 eps^2 (sum of the |terms|), for the numbers as given: nothing is lost to
    cancellation (Ogita, Rump, Oishi, https://doi.org/10.1137/030601818).
    """
    return single(_dot, four("p", p), four("q", q), out=out)[0]


def mass_squared(p: ArrayLike, *, out: Array | None = None) -> Array:
    """The square p.p = E^2 - x^2 - y^2 - z^2, GeV^2; negative for a spacelike p.

    p: (..., 4). Returns (...). Raises InputError as `dot`.

    Error: 2 eps |p.p| + 24 eps^2 E^2 for the components as given: at E/m = 1e7, 3 eps. The components
    themselves, rounded when they were stored, stand for a p.p of only eps E^2: where the mass is
    known, carry it along.
    """
    return single(_mass_squared, four("p", p), out=out)[0]


def mass(p: ArrayLike, *, out: Array | None = None) -> Array:
    """The mass sqrt(p.p), GeV, or -sqrt(-p.p) for a spacelike p.

    p: (..., 4). Returns (...). Raises InputError as `dot`.

    Error: 2 eps |m| + 12 eps^2 E^2 / |m|, for the components as given: see `mass_squared`.
    """
    return single(_mass, four("p", p), out=out)[0]


def momentum(p: ArrayLike, *, out: Array | None = None) -> Array:
    """The length |p| = sqrt(x^2 + y^2 + z^2) of the three-momentum, GeV.

    p: (..., 4). Returns (...). Raises InputError as `dot`. Error: 2 eps |p|.
    """
    return single(_momentum, four("p", p), out=out)[0]


def momentum_from_mass(energy: ArrayLike, m: ArrayLike, *, out: Array | None = None) -> Array:
    """The momentum |p| = sqrt((E - m)(E + m)) of a particle of energy E and mass m, GeV; nan for E < m.

    energy, m: (...), broadcast together. Returns (...). Raises InputError as `dot`.

    Error: 2 eps |p|, near threshold too, where sqrt(E^2 - m^2) has none of its digits.
    """
    return single(_momentum_from_mass, number("energy", energy), number("m", m), out=out)[0]


def energy_from_mass(momentum: ArrayLike, m: ArrayLike, *, out: Array | None = None) -> Array:
    """The energy E = sqrt(|p|^2 + m^2) of a particle of momentum |p| and mass m, GeV.

    momentum, m: (...), broadcast together. Returns (...). Raises InputError as `dot`. Error: 2 eps E.
    """
    return single(_energy_from_mass, number("momentum", momentum), number("m", m), out=out)[0]


def from_mass(xyz: ArrayLike, m: ArrayLike, *, out: Array | None = None) -> Array:
    """The four-momentum (sqrt(x^2 + y^2 + z^2 + m^2), x, y, z), GeV.

    xyz: (..., 3); m: (...), broadcast together. Returns (..., 4). Raises InputError as `dot`.

    Error: 2 eps E in the energy, so that |p.p - m^2| <= 4 eps E^2; x, y, z are as given.
    """
    return single(_from_mass, three("xyz", xyz), number("m", m), width=4, out=out)[0]
