"""What does a boost make of four-momenta? Active boosts, over arrays."""

import numpy as np
from numpy.typing import ArrayLike

from hepsym._numba import loop
from hepsym.errors import InputError
from hepsym.lorentz._rows import Array, four, number, put_row, row, single, three
from hepsym.lorentz.kernels import boosts as kernels
from hepsym.lorentz.kernels.products import mass

__all__ = ["boost", "boost_from_rest", "boost_to_rest", "boost_z"]

# The loops count rows that cannot be boosted, in passing: a second look at them all would cost more.


@loop
def _from_rest(p: Array, q: Array, out: Array) -> int:
    bad = 0
    for i in range(out.size // 4):
        parent = row(q, i)
        m = mass(parent)
        bad += 0 if m > 0.0 else 1
        put_row(out, i, kernels.boost_from_rest(row(p, i), parent, m))
    return bad


@loop
def _from_rest_of_mass(p: Array, q: Array, masses: Array, out: Array) -> int:
    bad = 0
    for i in range(out.size // 4):
        m = np.float64(masses[i])
        bad += 0 if m > 0.0 else 1
        put_row(out, i, kernels.boost_from_rest(row(p, i), row(q, i), m))
    return bad


@loop
def _to_rest(p: Array, q: Array, out: Array) -> int:
    bad = 0
    for i in range(out.size // 4):
        parent = row(q, i)
        m = mass(parent)
        bad += 0 if m > 0.0 else 1
        put_row(out, i, kernels.boost_to_rest(row(p, i), parent, m))
    return bad


@loop
def _to_rest_of_mass(p: Array, q: Array, masses: Array, out: Array) -> int:
    bad = 0
    for i in range(out.size // 4):
        m = np.float64(masses[i])
        bad += 0 if m > 0.0 else 1
        put_row(out, i, kernels.boost_to_rest(row(p, i), row(q, i), m))
    return bad


@loop
def _boost(p: Array, v: Array, out: Array) -> int:
    bad = 0
    for i in range(out.size // 4):
        x, y, z = np.float64(v[3 * i]), np.float64(v[3 * i + 1]), np.float64(v[3 * i + 2])
        q = (1.0, x, y, z)
        m = mass(q)  # 1 / gamma
        bad += 0 if m > 0.0 else 1
        put_row(out, i, kernels.boost_from_rest(row(p, i), q, m))
    return bad


@loop
def _boost_z(p: Array, rapidity: Array, out: Array) -> None:
    for i in range(out.size // 4):
        put_row(out, i, kernels.boost_z(row(p, i), np.float64(rapidity[i])))


def _refuse(function: str, q: ArrayLike, m: ArrayLike | None) -> None:
    """Say which parent has no rest frame."""
    from hepsym.lorentz.products import mass as mass_of

    if m is None:
        name, values = "q", np.atleast_1d(mass_of(np.array(q, np.float64)))
    else:
        name, values = "m", np.atleast_1d(np.asarray(m, np.float64))
    where = np.argwhere(~(values > 0.0))[0]
    value = values[tuple(where)]
    item = f"{name}[{', '.join(map(str, where))}]" if values.size > 1 else name
    raise InputError(
        f"{function}: {item} has mass {value:.17g} GeV, but only a mass > 0 "
        "has a rest frame: leave such rows out"
    )


def boost_from_rest(
    p: ArrayLike, q: ArrayLike, m: ArrayLike | None = None, *, out: Array | None = None
) -> Array:
    """Carry p from the rest frame of q to the frame in which q is given.

        E' = (q0 E + q.p) / m          p' = p + q (E + E') / (q0 + m)

    p, q: (..., 4), GeV; m: (...), the mass of q, GeV, where it is known; otherwise it is computed
    from q's components. Broadcast together. Returns (..., 4). A q at rest changes nothing.
    Raises InputError for other shapes, and for a mass that is not positive (out is then undefined).

    Error: |dp'| <= 8 eps gamma E in each component, gamma = q0 / m up to 1e8.
    Source: Jackson, Classical Electrodynamics, 3rd ed., eq. (11.19), with gamma beta = q/m.
    """
    if m is None:
        result, bad = single(_from_rest, four("p", p), four("q", q), width=4, out=out)
    else:
        result, bad = single(_from_rest_of_mass, four("p", p), four("q", q), number("m", m), width=4, out=out)
    if bad:
        _refuse("boost_from_rest", q, m)
    return result


def boost_to_rest(
    p: ArrayLike, q: ArrayLike, m: ArrayLike | None = None, *, out: Array | None = None
) -> Array:
    """Carry p to the rest frame of q: the inverse of `boost_from_rest`.

        E' = p.q / m          p' = p - q (E + E') / (q0 + m)

    Arguments, shapes, units and errors raised are those of `boost_from_rest`.

    Error: 2 eps E' + 30 eps^2 gamma E in the energy, 8 eps (E + E') in each component of p';
    gamma = q0 / m up to 1e8.
    Source: Jackson, Classical Electrodynamics, 3rd ed., eq. (11.19), with gamma beta = q/m.
    """
    if m is None:
        result, bad = single(_to_rest, four("p", p), four("q", q), width=4, out=out)
    else:
        result, bad = single(_to_rest_of_mass, four("p", p), four("q", q), number("m", m), width=4, out=out)
    if bad:
        _refuse("boost_to_rest", q, m)
    return result


def boost(p: ArrayLike, velocity: ArrayLike, *, out: Array | None = None) -> Array:
    """Boost p by a velocity v: what was at rest then moves with v.

        E' = gamma (E + v.p)          p' = p + v (E + E') / (1 + 1/gamma)

    p: (..., 4), GeV; velocity: (..., 3), in units of c, broadcast together. Returns (..., 4).
    Raises InputError for other shapes, and for |v| >= 1 (out is then undefined).

    Error: |dp'| <= 8 eps gamma E in each component, for v as given; gamma = 1/sqrt(1 - v^2) itself
    is right to 2 eps for gamma up to 1e7 (a v stored in float64 knows its gamma only to gamma^2 eps).
    """
    result, bad = single(_boost, four("p", p), three("velocity", velocity), width=4, out=out)
    if bad:
        v = np.asarray(velocity, np.float64).reshape(-1, 3)
        speed = np.sqrt((v * v).sum(1))
        first = int(np.argmax(~(speed < 1.0) | (speed == speed.max())))
        raise InputError(
            f"boost: velocity {tuple(map(float, v[first]))} has |v| = {speed[first]:.17g}, "
            "which must be below 1: give a velocity in units of c, or boost_from_rest a momentum"
        )
    return result


def boost_z(p: ArrayLike, rapidity: ArrayLike, *, out: Array | None = None) -> Array:
    """Boost p along z, adding a rapidity y to its own, in light-cone variables.

        E' + z' = (E + z) e^y          E' - z' = (E - z) e^-y          x, y as they are

    p: (..., 4), GeV; rapidity: (...), broadcast together. Returns (..., 4).
    Raises InputError for other shapes.

    Error: 3 eps (|E + z| e^y + |E - z| e^-y) in E' and z', beside the rounding of the rapidity as given.
    """
    return single(_boost_z, four("p", p), number("rapidity", rapidity), width=4, out=out)[0]
