"""What are the Lie generators of so(3,1), and how do they become finite transformations, and back?

A transformation is written by six parameters (theta, zeta): the rotation vector, radians, and the
boost's rapidity vector; Lambda = exp(theta.J + zeta.K) with real J, K in the vector representation.
exp and log go through SL(2,C), where both are closed formulas.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepsym.errors import InputError
from hepsym.lorentz.group.spinors import SIGMA, Matrices, covering, preimage

__all__ = ["commutator", "exp", "generators", "killing_form", "log", "structure_constants"]

REPRESENTATIONS = ("vector", "right", "left")
LEVI_CIVITA = np.zeros((3, 3, 3))
for _i, _j, _k in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
    LEVI_CIVITA[_i, _j, _k], LEVI_CIVITA[_j, _i, _k] = 1.0, -1.0


def _check_representation(representation: str) -> None:
    if representation not in REPRESENTATIONS:
        raise InputError(
            f"representation {representation!r} is unknown: give one of {', '.join(REPRESENTATIONS)}"
        )


def generators(representation: str = "vector") -> Matrices:
    """The six Lie generators J1, J2, J3, K1, K2, K3 of so(3,1), as matrices.

        [J_i, J_j] = eps_ijk J_k      [J_i, K_j] = eps_ijk K_k      [K_i, K_j] = -eps_ijk J_k

    (no factor i: exp(theta.J + zeta.K) is the transformation). "vector" acts on (E, x, y, z) and is
    real, (6, 4, 4); "right", J = -i sigma/2, K = sigma/2, and "left", J = -i sigma/2, K = -sigma/2, are
    the spinor representations (0, 1/2) and (1/2, 0), complex, (6, 2, 2).

    Raises InputError for another name. Entries are exact.
    Source: Weinberg, The Quantum Theory of Fields I, section 2.4, with his J, K times -i.
    """
    _check_representation(representation)
    if representation != "vector":
        sign = 1.0 if representation == "right" else -1.0
        return np.concatenate([-0.5j * SIGMA[1:], 0.5 * sign * SIGMA[1:]])
    made = np.zeros((6, 4, 4))
    made[:3, 1:, 1:] = -LEVI_CIVITA
    for i in range(3):
        made[3 + i, 0, 1 + i] = made[3 + i, 1 + i, 0] = 1.0
    return made


def commutator(a: Matrices, b: Matrices) -> Matrices:
    """a b - b a, for matrices (..., n, n), broadcast together. Error: n eps |a| |b|."""
    return a @ b - b @ a


def structure_constants(basis: ArrayLike) -> NDArray[np.float64]:
    """f with [T_i, T_j] = sum_k f_ijk T_k, (d, d, d) real, of a basis (d, n, n) of a real Lie algebra.

    By least squares. Raises InputError where the matrices are linearly dependent or do not close.
    Error: 1e-14 of the largest constant, times the condition number of the basis.
    """
    t = np.asarray(basis)
    d = len(t)
    flat = t.reshape(d, -1)
    real = np.concatenate([flat.real, flat.imag], axis=1).T
    if np.linalg.matrix_rank(real) < d:
        raise InputError(f"the {d} matrices are linearly dependent: give a basis")
    products = commutator(t[:, None], t[None, :]).reshape(d * d, -1)
    target = np.concatenate([products.real, products.imag], axis=1).T
    solution = np.linalg.lstsq(real, target, rcond=None)[0]
    missed = np.abs(real @ solution - target).max()
    if missed > 1e-10 * max(1.0, np.abs(target).max()):
        raise InputError(
            f"the commutators leave the span of the {d} matrices (by {missed:.2g}): they are no Lie algebra"
        )
    return np.asarray(solution.T.reshape(d, d, d), dtype=np.float64)


def killing_form(basis: ArrayLike) -> NDArray[np.float64]:
    """kappa_ij = sum_kl f_ikl f_jlk, (d, d) real; for so(3,1), diag(-4, -4, -4, 4, 4, 4).

    Its signature tells one semisimple algebra from another.

    Raises InputError and has the error of `structure_constants`.
    """
    f = structure_constants(basis)
    return np.asarray(np.einsum("ikl,jlk->ij", f, f), dtype=np.float64)


def _sinhc(square: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """sinh(w) / w of w^2, by its series near 0."""
    w = np.sqrt(square)
    small = np.abs(square) < 1e-2
    series = 1.0 + square / 6.0 * (
        1.0 + square / 20.0 * (1.0 + square / 42.0 * (1.0 + square / 72.0 * (1.0 + square / 110.0)))
    )
    return np.where(small, series, np.sinh(w) / np.where(small, 1.0, w))


def exp(parameters: ArrayLike, representation: str = "vector") -> Matrices:
    """The transformation exp(theta.J + zeta.K) of parameters (theta, zeta).

    In SL(2,C), c = (zeta - i theta)/2:   S = cosh(w) + (sinh(w)/w) c.sigma,   w^2 = c.c

    and the vector representation is its image under `covering`. parameters: (..., 6): theta in
    radians, zeta as rapidity. Returns (..., 4, 4) real, or (..., 2, 2) complex.
    Raises InputError for other shapes or names.

    Error: 1e-15 (1 + |parameters|) e^|zeta| in each entry ("vector"), e^(|zeta|/2) (spinors).
    """
    _check_representation(representation)
    x = np.asarray(parameters, dtype=np.float64)
    if x.ndim == 0 or x.shape[-1] != 6:
        raise InputError(
            f"parameters must have shape (..., 6): rotation vector, rapidity; it has shape {x.shape}"
        )
    zeta = x[..., 3:] if representation != "left" else -x[..., 3:]
    c = 0.5 * (zeta - 1j * x[..., :3])
    square = (c * c).sum(-1)
    v = _sinhc(square)[..., None] * c
    s = np.cosh(np.sqrt(square))[..., None, None] * SIGMA[0] + np.tensordot(v, SIGMA[1:], 1)
    return covering(s) if representation == "vector" else s


def log(transformation: ArrayLike, representation: str = "vector") -> NDArray[np.float64]:
    """Parameters (theta, zeta) whose `exp` is the transformation.

    The inverse of `exp`: for "vector" with the rotation angle in [0, pi] (of the two spinors over a
    vector transformation, the one with Re tr S >= 0; at exactly pi either sign of theta is right);
    for spinors in [0, 2 pi], but -1, which has no unique logarithm, gives a rotation by 2 pi about z.

    transformation: (..., 4, 4) proper orthochronous, or (..., 2, 2) of determinant 1. Returns (..., 6).
    Raises InputError for another shape, name, or what is no Lorentz transformation.

    Error: exp(log(L)) = L to 2e-15 max|L|^2 (1 + |parameters|) in each entry.
    """
    _check_representation(representation)
    if representation == "vector":
        s = preimage(transformation)
    else:
        s = np.asarray(transformation, dtype=np.complex128)
        if s.shape[-2:] != (2, 2) or np.abs(np.linalg.det(s) - 1.0).max(initial=0.0) > 1e-6:
            raise InputError("transformation must be (..., 2, 2) complex matrices of determinant 1")
    t = 0.5 * np.trace(s, axis1=-2, axis2=-1)
    v = 0.5 * np.einsum("aij,...ji->...a", SIGMA[1:], s)
    c = _arsinhc(t, v)[..., None] * v
    theta, zeta = -2.0 * c.imag, 2.0 * c.real
    if representation == "left":
        zeta = -zeta
    # -1 itself: v = 0 and no direction; a full turn about z
    minus = (np.abs(v).max(-1) == 0.0) & (t.real < 0.0)
    theta = np.where(minus[..., None], np.array([0.0, 0.0, 2.0 * np.pi]), theta)
    return np.concatenate([theta, zeta], axis=-1)


def _arsinhc(t: NDArray[np.complex128], v: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """w / sinh(w) where cosh(w) = t and sinh(w)^2 = v.v, -pi <= Im w <= pi.

    Near the identity by the series of arsinh, where log(t + sinh w) has no digits; elsewhere by that
    logarithm, with the sign of sinh w for which nothing cancels in t + sinh w (w / sinh w is even).
    """
    square = (v * v).sum(-1)
    root = np.sqrt(square)
    root = np.where((np.conj(t) * root).real < 0.0, -root, root)
    near = (np.abs(root) < 1e-2) & (t.real > 0.0)
    series = 1.0 - square / 6.0 * (
        1.0 - square * 9.0 / 20.0 * (1.0 - square * 25.0 / 42.0 * (1.0 - square * 49.0 / 72.0))
    )
    divided = near | (root == 0.0)  # a zero root far from the identity is -1, which `log` treats apart
    grown = np.where(divided, 1.0, t + root)
    return np.asarray(np.where(near, series, np.log(grown) / np.where(divided, 1.0, root)))
