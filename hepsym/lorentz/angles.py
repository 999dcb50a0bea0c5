"""Which way do momenta point, and how far apart are they? Over arrays; radians."""

import numpy as np
from numpy.typing import ArrayLike

from hepsym._numba import loop
from hepsym.lorentz._rows import Array, four, number, put_row, row, single
from hepsym.lorentz.kernels import angles as kernels

__all__ = [
    "cos_theta", "delta_eta", "delta_phi", "delta_r", "from_pt_eta_phi_mass", "opening_angle", "phi",
    "pseudorapidity", "pt", "rapidity",
]  # fmt: skip


@loop
def _pt(p: Array, out: Array) -> None:
    for i in range(out.size):
        out[i] = kernels.pt(row(p, i))


@loop
def _phi(p: Array, out: Array) -> None:
    for i in range(out.size):
        out[i] = kernels.phi(row(p, i))


@loop
def _cos_theta(p: Array, out: Array) -> None:
    for i in range(out.size):
        out[i] = kernels.cos_theta(row(p, i))


@loop
def _rapidity(p: Array, out: Array) -> None:
    for i in range(out.size):
        out[i] = kernels.rapidity(row(p, i))


@loop
def _rapidity_from_mass(p: Array, m: Array, out: Array) -> None:
    for i in range(out.size):
        out[i] = kernels.rapidity_from_mass(row(p, i), np.float64(m[i]))


@loop
def _pseudorapidity(p: Array, out: Array) -> None:
    for i in range(out.size):
        out[i] = kernels.pseudorapidity(row(p, i))


@loop
def _delta_phi(p: Array, q: Array, out: Array) -> None:
    for i in range(out.size):
        out[i] = kernels.delta_phi(row(p, i), row(q, i))


@loop
def _delta_eta(p: Array, q: Array, out: Array) -> None:
    for i in range(out.size):
        out[i] = kernels.delta_eta(row(p, i), row(q, i))


@loop
def _delta_r(p: Array, q: Array, out: Array) -> None:
    for i in range(out.size):
        out[i] = kernels.delta_r(row(p, i), row(q, i))


@loop
def _opening_angle(p: Array, q: Array, out: Array) -> None:
    for i in range(out.size):
        out[i] = kernels.opening_angle(row(p, i), row(q, i))


@loop
def _from_pt_eta_phi_mass(pt: Array, eta: Array, phi: Array, m: Array, out: Array) -> None:
    for i in range(m.size):
        p = kernels.from_pt_eta_phi_mass(
            np.float64(pt[i]), np.float64(eta[i]), np.float64(phi[i]), np.float64(m[i])
        )
        put_row(out, i, p)


def pt(p: ArrayLike, *, out: Array | None = None) -> Array:
    """The transverse momentum sqrt(x^2 + y^2), GeV.

    p: (..., 4). Returns (...). Raises InputError for other shapes. Error: 2 eps pt.
    """
    return single(_pt, four("p", p), out=out)[0]


def phi(p: ArrayLike, *, out: Array | None = None) -> Array:
    """The azimuth atan2(y, x), in [-pi, pi]; 0 where pt = 0.

    p: (..., 4). Returns (...). Raises InputError for other shapes. Error: 2 eps |phi|.
    """
    return single(_phi, four("p", p), out=out)[0]


def cos_theta(p: ArrayLike, *, out: Array | None = None) -> Array:
    """The cosine z / |p| of the angle to the +z axis, in [-1, 1]; 1 for a momentum at rest.

    p: (..., 4). Returns (...). Raises InputError for other shapes. Error: 3 eps |cos theta|.
    """
    return single(_cos_theta, four("p", p), out=out)[0]


def rapidity(p: ArrayLike, m: ArrayLike | None = None, *, out: Array | None = None) -> Array:
    """The rapidity artanh(z / E), or arsinh(z / sqrt(m^2 + pt^2)) where the mass m is given.

    Without m: infinite where |z| = E > 0, 0 where E = z = 0, nan where |z| > E. With m: infinite only where
    m = pt = 0. E, rounded, has lost the mass of a fast particle along z: give m where it is known.

    p: (..., 4), GeV; m: (...), GeV, broadcast together. Returns (...). Raises InputError for other shapes.

    Error: 4 eps |y|, for E and z (or m, x, y and z) as given.
    """
    if m is None:
        return single(_rapidity, four("p", p), out=out)[0]
    return single(_rapidity_from_mass, four("p", p), number("m", m), out=out)[0]


def pseudorapidity(p: ArrayLike, *, out: Array | None = None) -> Array:
    """The pseudorapidity eta = arsinh(z / pt) = -log tan(theta / 2).

    Infinite with the sign of z where pt = 0, and 0 at rest.

    p: (..., 4). Returns (...). Raises InputError for other shapes. Error: 4 eps |eta|.
    """
    return single(_pseudorapidity, four("p", p), out=out)[0]


def delta_phi(p: ArrayLike, q: ArrayLike, *, out: Array | None = None) -> Array:
    """phi(p) - phi(q), in [-pi, pi]: atan2 of the transverse cross and dot products.

    0 where pt = 0 for either.

    p, q: (..., 4), broadcast together. Returns (...). Raises InputError for other shapes.

    Error: 4 eps |Delta phi|, however small the angle (a difference of two phi has eps absolute).
    """
    return single(_delta_phi, four("p", p), four("q", q), out=out)[0]


def delta_eta(p: ArrayLike, q: ArrayLike, *, out: Array | None = None) -> Array:
    """eta(p) - eta(q), difference of pseudorapidities.

    0 where both have pt = 0 on one side or either is at rest; infinite where one alone, or two on
    opposite sides, have pt = 0.

    p, q: (..., 4), broadcast together. Returns (...). Raises InputError for other shapes.

    Error: 8 eps Delta R, however close the two directions.
    """
    return single(_delta_eta, four("p", p), four("q", q), out=out)[0]


def delta_r(p: ArrayLike, q: ArrayLike, *, out: Array | None = None) -> Array:
    """The distance sqrt((Delta eta)^2 + (Delta phi)^2), with pseudorapidities.

    Where pt = 0: as `delta_eta` and `delta_phi` say.

    p, q: (..., 4), broadcast together. Returns (...). Raises InputError for other shapes.

    Error: 8 eps Delta R, however close the two directions.
    """
    return single(_delta_r, four("p", p), four("q", q), out=out)[0]


def opening_angle(p: ArrayLike, q: ArrayLike, *, out: Array | None = None) -> Array:
    """The angle between the three-momenta, atan2(|p x q|, p.q), in [0, pi]; 0 where either is at rest.

    p, q: (..., 4), broadcast together. Returns (...). Raises InputError for other shapes.

    Error: 4 eps of the angle, however small (by the dot product alone, 1e-8 is 0).
    """
    return single(_opening_angle, four("p", p), four("q", q), out=out)[0]


def from_pt_eta_phi_mass(
    pt: ArrayLike, eta: ArrayLike, phi: ArrayLike, m: ArrayLike = 0.0, *, out: Array | None = None
) -> Array:
    """The four-momentum (sqrt(m^2 + pt^2 cosh^2 eta), pt cos phi, pt sin phi, pt sinh eta), GeV.

    pt, m: GeV; eta, phi: (...), broadcast together. Returns (..., 4).
    Raises InputError for what is not numbers.

    Error: 4 eps of each component (of pt, for x and y), beside the rounding of eta and phi as given.
    """
    return single(
        _from_pt_eta_phi_mass,
        number("pt", pt), number("eta", eta), number("phi", phi), number("m", m), width=4, out=out,
    )[0]  # fmt: skip
