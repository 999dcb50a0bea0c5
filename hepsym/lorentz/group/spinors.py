"""Which 2 x 2 matrices stand for a Lorentz transformation? The covering SL(2,C) -> SO+(3,1).

A momentum is the Hermitian matrix X = E + p.sigma, with det X = p.p; S acts as X -> S X S^dagger.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepsym.errors import InputError

__all__ = ["SIGMA", "covering", "is_lorentz", "preimage"]

Matrices = NDArray[np.float64] | NDArray[np.complex128]

SIGMA = np.array(
    [[[1, 0], [0, 1]], [[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]], dtype=np.complex128
)
"""The unit matrix and Pauli's three, (4, 2, 2)."""
METRIC = np.diag([1.0, -1.0, -1.0, -1.0])


def covering(spinor: ArrayLike) -> NDArray[np.float64]:
    """The Lorentz transformation that S and -S stand for: Lambda_mn = tr(sigma_m S sigma_n S^dagger) / 2.

    spinor: (..., 2, 2) complex of determinant 1, in the "right" representation. Returns (..., 4, 4),
    acting on (E, x, y, z). Raises InputError for another shape, or a determinant 1e-6 off 1.

    Error: 8 eps |S|^2 (Frobenius) in each entry, for S of determinant 1 exactly.
    """
    s = np.asarray(spinor, dtype=np.complex128)
    if s.shape[-2:] != (2, 2):
        raise InputError(f"spinor must have shape (..., 2, 2); it has shape {s.shape}")
    off = np.abs(np.linalg.det(s) - 1.0) / np.maximum(1.0, (np.abs(s) ** 2).sum((-2, -1)))
    if off.size and not off.max() < 1e-6:
        raise InputError(
            f"spinor must have determinant 1; it is off by {off.max():.2g}: divide by its square root"
        )
    image = np.einsum("mab,...bc,ncd,...ad->...mn", SIGMA, s, SIGMA, np.conj(s), optimize=True)
    return np.ascontiguousarray(0.5 * image.real)


def is_lorentz(transformation: ArrayLike, tolerance: float = 1e-9) -> NDArray[np.bool_]:
    """Whether Lambda^T g Lambda = g within tolerance max|Lambda|^2, det = 1, Lambda_00 > 0.

    These are the proper orthochronous transformations, which turn into the unit without a jump.

    transformation: (..., 4, 4). Returns (...) bool. Raises InputError for another shape.
    """
    a = np.asarray(transformation, dtype=np.float64)
    if a.shape[-2:] != (4, 4):
        raise InputError(f"transformation must have shape (..., 4, 4); it has shape {a.shape}")
    scale = np.abs(a).max((-2, -1))
    missed = np.abs(np.swapaxes(a, -1, -2) @ METRIC @ a - METRIC).max((-2, -1))
    # the sign of the determinant survives where its value does not: that of the space part
    proper = np.linalg.det(a[..., 1:, 1:]) > 0.0
    return np.asarray((missed <= tolerance * scale**2) & proper & (a[..., 0, 0] > 0.0))


def preimage(transformation: ArrayLike) -> NDArray[np.complex128]:
    """The spinor S with `covering`(S) = Lambda and Re tr S >= 0; -S is the other one.

    S_ac conj(S_bd) = sum_mn sigma_m Lambda_mn sigma_n / 2, with indices exchanged, is a matrix of rank
    one: its column of largest diagonal is S up to a factor, which det S = 1 fixes. So no trace that
    vanishes (a half turn) is ever divided by.

    transformation: (..., 4, 4), proper orthochronous. Returns (..., 2, 2). Raises InputError for
    another shape, or what is no such transformation (by `is_lorentz`).

    Error: covering(preimage(L)) = L to 16 eps max|L|^2 in each entry.
    """
    a = np.asarray(transformation, dtype=np.float64)
    if not np.all(is_lorentz(a)):
        raise InputError(
            "transformation is no proper orthochronous Lorentz transformation: "
            "need L^T g L = g, det L = 1, L_00 > 0"
        )
    rank_one = 0.5 * np.einsum("mab,...mn,ndc->...acbd", SIGMA, a, SIGMA, optimize=True)
    rank_one = rank_one.reshape(*a.shape[:-2], 4, 4)
    diagonal = np.einsum("...ii->...i", rank_one).real
    best = np.argmax(diagonal, axis=-1)[..., None, None]
    column = np.take_along_axis(rank_one, best, axis=-1)[..., 0]
    s = column.reshape(*a.shape[:-2], 2, 2)
    s = s / np.sqrt(s[..., 0, 0] * s[..., 1, 1] - s[..., 0, 1] * s[..., 1, 0])[..., None, None]
    turn = np.where(np.trace(s, axis1=-2, axis2=-1).real < 0.0, -1.0, 1.0)
    return np.asarray(s * turn[..., None, None])
