"""Which matrix is a given boost or rotation, and which rotation is left when boosts follow one another?"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepsym.errors import InputError
from hepsym.lorentz.group.algebra import exp
from hepsym.lorentz.group.spinors import SIGMA, preimage
from hepsym.lorentz.products import mass

__all__ = ["boost_matrix", "rotation_matrix", "wigner_rotation"]


def _momentum_and_mass(p: ArrayLike, m: ArrayLike | None) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    q = np.asarray(p, dtype=np.float64)
    if q.ndim == 0 or q.shape[-1] != 4:
        raise InputError(f"p must have shape (..., 4): E, x, y, z; it has shape {q.shape}")
    masses = np.asarray(mass(q) if m is None else m, dtype=np.float64)
    if not np.all(masses > 0.0):
        raise InputError(
            f"p has mass {masses[~(masses > 0.0)].flat[0]:.17g} GeV, but only a mass > 0 has a rest frame"
        )
    return q, masses


def boost_matrix(p: ArrayLike, m: ArrayLike | None = None) -> NDArray[np.float64]:
    """The pure boost L(p) that takes (m, 0, 0, 0) to p, symmetric: the matrix of `boost_from_rest`.

        L_00 = E/m      L_0i = p_i/m      L_ij = delta_ij + p_i p_j / (m (E + m))

    p: (..., 4), GeV; m: (...), GeV, where the mass is known. Returns (..., 4, 4).
    Raises InputError for another shape, and for a mass that is not positive.

    Error: 4 eps of each entry, for p (and m) as given.
    Source: Weinberg, The Quantum Theory of Fields I, eq. (2.5.24).
    """
    q, masses = _momentum_and_mass(p, m)
    u = q / masses[..., None]
    made = np.empty((*u.shape, 4))
    made[..., 0, :] = made[..., :, 0] = u
    space = u[..., 1:]
    made[..., 1:, 1:] = np.eye(3) + space[..., :, None] * (space / (1.0 + u[..., :1]))[..., None, :]
    return made


def rotation_matrix(axis: ArrayLike, angle: ArrayLike) -> NDArray[np.float64]:
    """The right-handed rotation by an angle (radians) about an axis (of any length but 0).

    axis: (..., 3), angle: (...), broadcast together. Returns (..., 4, 4), acting on (E, x, y, z).
    Raises InputError for another shape, or an axis of length 0. Error: 4 eps (1 + |angle|) in each entry.
    """
    n = np.asarray(axis, dtype=np.float64)
    if n.ndim == 0 or n.shape[-1] != 3:
        raise InputError(f"axis must have shape (..., 3): x, y, z; it has shape {n.shape}")
    length = np.sqrt((n * n).sum(-1, keepdims=True))
    if not np.all(length > 0.0):
        raise InputError(
            "axis has length 0 (or is not a number) and so no direction: give one such as (0, 0, 1)"
        )
    theta = n / length * np.asarray(angle, dtype=np.float64)[..., None]
    return np.asarray(exp(np.concatenate([theta, np.zeros_like(theta)], axis=-1)), dtype=np.float64)


def wigner_rotation(
    transformation: ArrayLike, p: ArrayLike, m: ArrayLike | None = None
) -> NDArray[np.float64]:
    """Wigner's rotation W = L(Lambda p)^-1 Lambda L(p) of a particle of momentum p.

    In SL(2,C): C = S(Lambda) S(L(p)) = c0 + c.sigma is a positive matrix times the rotation U, and
    U is Re c0 + i (Im c).sigma, divided by its length; no third matrix, no inverse is needed.

    transformation: (..., 4, 4), proper orthochronous, or (..., 2, 2) of determinant 1 ("right");
    p: (..., 4), GeV; m: (...), where the mass is known. Broadcast together. Returns (..., 3, 3).
    Raises InputError for another shape, for what is no Lorentz transformation, or m that is not positive.

    Error: 16 eps max|Lambda| in each entry, however fast the particle; orthogonal to 8 eps.
    Source: Wigner, Ann. Math. 40 (1939) 149, https://doi.org/10.2307/1968551; Weinberg I, eq. (2.5.10).
    """
    q, masses = _momentum_and_mass(p, m)
    a = np.asarray(transformation)
    s = a.astype(np.complex128) if a.shape[-2:] == (2, 2) else preimage(a)
    norm = np.sqrt(2.0 * masses * (q[..., 0] + masses))
    boosted = np.einsum("...m,mab->...ab", q, SIGMA) + masses[..., None, None] * SIGMA[0]
    c = s @ (boosted / norm[..., None, None])
    parts = 0.5 * np.einsum("mab,...ba->...m", SIGMA, c)
    # U = cos(t/2) - i sin(t/2) n.sigma, as a unit quaternion
    u = np.concatenate([parts[..., :1].real, -parts[..., 1:].imag], axis=-1)
    u = u / np.sqrt((u * u).sum(-1, keepdims=True))
    return rotation_of_quaternion(u)


def rotation_of_quaternion(u: NDArray[np.float64]) -> NDArray[np.float64]:
    """The rotation (..., 3, 3) of a unit quaternion (cos(t/2), n sin(t/2)), (..., 4). Error: 8 eps."""
    w, v = u[..., 0], u[..., 1:]
    cross = np.zeros((*w.shape, 3, 3))
    for i, j, k in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        cross[..., i, j], cross[..., j, i] = -v[..., k], v[..., k]
    outer = v[..., :, None] * v[..., None, :]
    diagonal = (w * w - (v * v).sum(-1))[..., None, None] * np.eye(3)
    return np.asarray(diagonal + 2.0 * (outer + w[..., None, None] * cross))
