"""At which angles do particles leave their parents, seen from the parents' rest frames? Over arrays."""

import numpy as np
from numpy.typing import ArrayLike

from hepsym._numba import loop
from hepsym.lorentz._rows import Array, four, number, row, several, single
from hepsym.lorentz.kernels import frames as kernels
from hepsym.lorentz.kernels.products import mass

__all__ = ["collins_soper", "cos_theta_star"]


@loop
def _cos_theta_star(p: Array, parent: Array, out: Array) -> None:
    for i in range(out.size):
        q = row(parent, i)
        out[i] = kernels.cos_theta_star(row(p, i), q, mass(q))


@loop
def _cos_theta_star_of_mass(p: Array, parent: Array, m: Array, out: Array) -> None:
    for i in range(out.size):
        out[i] = kernels.cos_theta_star(row(p, i), row(parent, i), np.float64(m[i]))


@loop
def _collins_soper(p: Array, q: Array, cos_theta: Array, phi: Array) -> None:
    for i in range(cos_theta.size):
        cos_theta[i], phi[i] = kernels.collins_soper(row(p, i), row(q, i), False)


@loop
def _collins_soper_following(p: Array, q: Array, cos_theta: Array, phi: Array) -> None:
    for i in range(cos_theta.size):
        cos_theta[i], phi[i] = kernels.collins_soper(row(p, i), row(q, i), True)


def cos_theta_star(
    p: ArrayLike, parent: ArrayLike, m: ArrayLike | None = None, *, out: Array | None = None
) -> Array:
    """Cosine of the helicity angle: between p in its parent's rest frame and the parent's flight.

    With a parent exactly at rest the flight is taken along +z; where p is at rest in that frame the
    cosine is 1. nan where the parent is massless or spacelike.

    p, parent: (..., 4), GeV; m: (...), the parent's mass, GeV, where it is known; otherwise it is
    computed from its components. Broadcast together. Returns (...) in [-1, 1].
    Raises InputError for other shapes.

    Error: 8 eps (E + E*) / |p*|, with E* and |p*| in the parent's frame.
    """
    if m is None:
        return single(_cos_theta_star, four("p", p), four("parent", parent), out=out)[0]
    return single(_cos_theta_star_of_mass, four("p", p), four("parent", parent), number("m", m), out=out)[0]


def collins_soper(p: ArrayLike, q: ArrayLike, *, follow_pair: bool = False) -> tuple[Array, Array]:
    """cos theta and phi of p, the negative lepton, in the Collins-Soper frame of the pair p + q.

        cos theta = 2 (z E' - E z') / (M_T |2 p*|)   with M_T = sqrt(M^2 + Q_T^2); |2 p*| = M if massless
        tan phi = M_T D_T.(z x n) / (M D_T.n - Q_T (m^2 - m'^2) / M)   with D = p - q, n along Q_T

    The z axis bisects the beams as seen from the pair: along +z as Q_T -> 0, or with follow_pair
    along the pair's own z (the usual choice in pp, which cannot tell quark from antiquark; y turns
    with it). x points along Q_T, or along +x where Q_T = 0. Any masses.

    p, q: (..., 4), GeV, broadcast together. Returns cos theta (...) in [-1, 1] and phi (...) in [-pi, pi].
    nan where the pair's mass is not positive. Raises InputError for other shapes.

    Error: 4 eps (E + E')^2 / (M |2 p*|) in cos theta, and that over sin theta in phi, for the
    components as given.
    Source: Collins, Soper, Phys. Rev. D 16 (1977) 2219.
    """
    loop_ = _collins_soper_following if follow_pair else _collins_soper
    cos_theta, phi = several(loop_, 2, four("p", p), four("q", q))
    return cos_theta, phi
