"""Which numbers do all observers (or all that share the beam axis) agree on? Over arrays."""

from collections.abc import Sequence
from typing import cast

import numpy as np
from numpy.typing import ArrayLike

from hepsym._numba import loop
from hepsym.errors import InputError
from hepsym.lorentz._prefetch import AHEAD, BLOCK, prefetch
from hepsym.lorentz._rows import Array, Given, check_out, four, number, put_row, row, several, single
from hepsym.lorentz.kernels import invariants as kernels
from hepsym.lorentz.kernels import products
from hepsym.lorentz.products import mass

__all__ = [
    "breakup_momentum", "invariant_mass", "kallen", "mandelstam", "transverse_mass",
    "transverse_mass_of_pair",
]  # fmt: skip


@loop
def _invariant_mass_of_two(p: Array, q: Array, out: Array) -> None:
    blocks = out.size - out.size % BLOCK
    for start in range(0, blocks, BLOCK):
        for line in range(BLOCK // 2):  # of 64 bytes: two momenta in float64
            prefetch(p, 4 * (start + AHEAD) + 8 * line)
            prefetch(q, 4 * (start + AHEAD) + 8 * line)
        # views, for which the number of turns is known when the loop is compiled
        a, b, o = p[4 * start :], q[4 * start :], out[start:]
        for i in range(BLOCK):
            o[i] = kernels.invariant_mass(row(a, i), row(b, i))
    for i in range(blocks, out.size):
        out[i] = kernels.invariant_mass(row(p, i), row(q, i))


@loop
def _invariant_mass_of_three(p: Array, q: Array, r: Array, out: Array) -> None:
    for i in range(out.size):
        out[i] = kernels.invariant_mass_of_three(row(p, i), row(q, i), row(r, i))


@loop
def _add(high: Array, low: Array, q: Array, sums: Array) -> None:
    """Sums hold the rounded sum and what it dropped, eight numbers a row."""
    for i in range(sums.size // 8):
        s, e = products.add_to((row(high, i), row(low, i)), row(q, i))
        put_row(sums, 2 * i, s)
        put_row(sums, 2 * i + 1, e)


@loop
def _mass_of_sum(high: Array, low: Array, out: Array) -> None:
    for i in range(out.size):
        out[i] = products.signed_root(products.mass_squared_of_sum((row(high, i), row(low, i))))


@loop
def _square(_momenta: Array, m: Array, out: Array) -> None:
    """Of the mass; the momenta beside it give the shape."""
    for i in range(out.size):
        out[i] = np.float64(m[i]) * np.float64(m[i])


@loop
def _dot_from_masses(p: Array, m: Array, q: Array, k: Array, out: Array) -> None:
    for i in range(out.size):
        out[i] = products.dot_from_masses(row(p, i), np.float64(m[i]), row(q, i), np.float64(k[i]))


@loop
def _mandelstam(p1: Array, p2: Array, p3: Array, p4: Array, s: Array, t: Array, u: Array) -> None:
    for i in range(s.size):
        s[i], t[i], u[i] = kernels.mandelstam(row(p1, i), row(p2, i), row(p3, i), row(p4, i))


@loop
def _kallen(a: Array, b: Array, c: Array, out: Array) -> None:
    for i in range(out.size):
        out[i] = kernels.kallen(np.float64(a[i]), np.float64(b[i]), np.float64(c[i]))


@loop
def _breakup_momentum(m: Array, m1: Array, m2: Array, out: Array) -> None:
    for i in range(out.size):
        out[i] = kernels.breakup_momentum(np.float64(m[i]), np.float64(m1[i]), np.float64(m2[i]))


@loop
def _transverse_mass(p: Array, out: Array) -> None:
    for i in range(out.size):
        out[i] = kernels.transverse_mass(row(p, i))


@loop
def _transverse_mass_of_pair(p: Array, q: Array, out: Array) -> None:
    for i in range(out.size):
        out[i] = kernels.transverse_mass_of_pair(row(p, i), row(q, i))


def invariant_mass(
    *legs: ArrayLike, masses: Sequence[ArrayLike] | None = None, out: Array | None = None
) -> Array:
    """The mass of p1 + p2 + ..., GeV: sqrt of the square of the sum; -sqrt(-s) where it is spacelike.

    legs: one or more (..., 4), broadcast together; masses: the mass of each, (...), GeV, where they are
    known, else the components say it. With masses, energies must be positive. Returns (...).
    Raises InputError for other shapes, no leg, or not a mass for each leg.

    Error: 2 eps m + 40 eps^2 E^2 / m, E the sum of energies, for the components as given: the sums
    and squares carry their rounding errors along, so a pair at E/m = 1e7 keeps its mass.
    With masses, by m^2 = sum m_i^2 + 2 sum p_i.p_j: 8 eps m for three-momenta and masses as given,
    however fast and close they are, which a pair at 1e8 in one direction needs.
    """
    given = [four(f"leg {i}", leg) for i, leg in enumerate(legs, 1)]
    if not given:
        raise InputError("invariant_mass needs at least one leg: give arrays of shape (..., 4)")
    if masses is not None:
        return _invariant_mass_from_masses(given, masses, out)
    if len(given) == 1:
        return mass(legs[0], out=out)
    if len(given) == 2:
        return single(_invariant_mass_of_two, *given, out=out)[0]
    if len(given) == 3:
        return single(_invariant_mass_of_three, *given, out=out)[0]
    return _invariant_mass_of_many(legs, out)


def _invariant_mass_from_masses(legs: list[Given], masses: Sequence[ArrayLike], out: Array | None) -> Array:
    if len(masses) != len(legs):
        raise InputError(f"invariant_mass needs a mass for each leg: {len(legs)} legs, {len(masses)} masses")
    sized = [(leg, number(f"mass {i}", m)) for i, (leg, m) in enumerate(zip(legs, masses, strict=True), 1)]
    terms = [single(_square, *pair)[0] for pair in sized]
    terms += [2.0 * single(_dot_from_masses, *a, *b)[0] for i, a in enumerate(sized) for b in sized[:i]]
    found = np.sqrt(sum(terms[1:], terms[0]))
    if out is None:
        return cast(Array, found)
    check_out(out, found.shape, found.dtype)
    out[...] = found
    return out


def _invariant_mass_of_many(legs: tuple[ArrayLike, ...], out: Array | None) -> Array:
    # each in float64 whatever was given, because the dropped part of a float32 sum must be kept
    total = np.asarray(legs[0])
    dtype = np.result_type(*(np.asarray(leg).dtype for leg in legs))
    high: Array = total.astype(np.float64)
    low: Array = np.zeros(4)
    for i, leg in enumerate(legs[1:], 2):
        sums = single(_add, four("leg 1", high), four("the sum", low), four(f"leg {i}", leg), width=8)[0]
        high, low = sums[..., :4], sums[..., 4:]
    masses = np.asarray(single(_mass_of_sum, four("the sum", high), four("the sum", low))[0])
    if dtype == np.float32:
        masses = masses.astype(np.float32)
    if out is None:
        return masses[()]
    check_out(out, masses.shape, masses.dtype)
    out[...] = masses
    return out


def mandelstam(p1: ArrayLike, p2: ArrayLike, p3: ArrayLike, p4: ArrayLike) -> tuple[Array, Array, Array]:
    """s = (p1 + p2)^2, t = (p1 - p3)^2, u = (p1 - p4)^2 of 1 2 -> 3 4, GeV^2.

    p1 ... p4: (..., 4), GeV, broadcast together. Returns s, t, u, each (...).
    Raises InputError for other shapes.

    Error: 2 eps of each + 80 eps^2 E^2, E the larger of the two energies summed, for the components as given.
    """
    s, t, u = several(_mandelstam, 3, four("p1", p1), four("p2", p2), four("p3", p3), four("p4", p4))
    return s, t, u


def kallen(a: ArrayLike, b: ArrayLike, c: ArrayLike, *, out: Array | None = None) -> Array:
    """Källén's function a^2 + b^2 + c^2 - 2ab - 2ac - 2bc, as (a - b - c)^2 - 4bc.

    a, b, c: (...), GeV^2, broadcast together. Returns (...), GeV^4.
    Raises InputError for what is not numbers.
    For |p*| near threshold from masses, not squares, see `breakup_momentum`.

    Error: 2 eps |lambda| + 40 eps^2 (|a| + |b| + |c|)^2, for the arguments as given.
    """
    return single(_kallen, number("a", a), number("b", b), number("c", c), out=out)[0]


def breakup_momentum(m: ArrayLike, m1: ArrayLike, m2: ArrayLike, *, out: Array | None = None) -> Array:
    """|p*| of each particle in m -> m1 m2, GeV; nan below the threshold m1 + m2.

        |p*| = sqrt((m - m1 - m2)(m + m1 + m2)(m - m1 + m2)(m + m1 - m2)) / (2 m)

    m > 0, m1, m2 >= 0: (...), GeV, broadcast together. Returns (...).
    Raises InputError for what is not numbers.

    Error: 4 eps |p*|, for m as close to threshold as m = (m1 + m2)(1 + 1e-15).
    """
    return single(_breakup_momentum, number("m", m), number("m1", m1), number("m2", m2), out=out)[0]


def transverse_mass(p: ArrayLike, *, out: Array | None = None) -> Array:
    """The transverse mass sqrt((E - z)(E + z)) = sqrt(m^2 + pt^2) of one particle, GeV.

    -sqrt(z^2 - E^2) where |z| > E. For the W's see `transverse_mass_of_pair`.

    p: (..., 4). Returns (...). Raises InputError for other shapes. Error: 2 eps, for E and z as given.
    """
    return single(_transverse_mass, four("p", p), out=out)[0]


def transverse_mass_of_pair(p: ArrayLike, q: ArrayLike, *, out: Array | None = None) -> Array:
    """sqrt((ET + ET')^2 - |pT + pT'|^2) with ET = sqrt(m^2 + pT^2), GeV.

    The W's transverse mass, of a lepton p and the missing momentum q: sqrt(2 pT pT' (1 - cos Delta phi))
    where both are massless. z is used for m alone.

    p, q: (..., 4), GeV, broadcast together. Returns (...). Raises InputError for other shapes.

    Error: 16 eps m_T for any Delta phi, for the masses that the components stand for (`mass_squared`;
    a spacelike one counts as massless).
    """
    return single(_transverse_mass_of_pair, four("p", p), four("q", q), out=out)[0]
