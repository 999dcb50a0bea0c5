"""What is a Lie algebra made of? Its radical, a semisimple factor beside it, and that factor's simple ideals.

Elements are rows of coefficients in an orthonormal basis with structure constants f_ab^c. The radical is
what the Killing form holds orthogonal to all brackets (Cartan); a complement of it is made a subalgebra
by solving [x_a, x_b] = f_ab^c x_c for its part in the radical (Levi, Malcev); ideals of the factor are
the eigenspaces of a random map that commutes with every bracket.

de Graaf, Lie Algebras: Theory and Algorithms, Elsevier 2000, chapters 2 and 4.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Decomposition", "decompose", "null_space"]

Floats = NDArray[np.float64]

LARGEST = 45
"""A semisimple factor of more dimensions is not divided."""


@dataclass(frozen=True, slots=True, eq=False)
class Decomposition:
    """Rows of coefficients."""

    radical: Floats
    """(m, k)"""
    factor: Floats
    """(k - m, k): a semisimple subalgebra"""
    ideals: tuple[Floats, ...]
    """Simple ideals of the factor"""
    centre: Floats
    """(c, k)"""


def null_space(matrix: Floats, tolerance: float) -> Floats:
    """Orthonormal rows x with |matrix x| below the absolute tolerance."""
    tall = len(matrix) > matrix.shape[1]
    _, values, right = np.linalg.svd(np.linalg.qr(matrix, mode="r") if tall else matrix)
    padded = np.zeros(right.shape[0])
    padded[: len(values)] = values
    out: Floats = right[padded < tolerance]
    return out


def decompose(structure: Floats, small: float) -> Decomposition:
    """Of structure constants (k, k, k) in an orthonormal basis, known to `small`."""
    k = len(structure)
    size = max(1e-300, float(np.abs(structure).max()))
    killing = np.einsum("acd,bdc->ab", structure, structure)
    brackets = structure.reshape(k * k, k)
    _, values, right = np.linalg.svd(brackets, full_matrices=False)
    derived = right[values > small * values[0]]
    radical = null_space(derived @ killing, small * max(size**2, float(np.abs(killing).max())))
    centre = null_space(np.swapaxes(structure, 0, 1).reshape(k, -1).T, small * size * np.sqrt(k))
    factor = _factor(structure, radical)
    return Decomposition(radical, factor, tuple(_ideals(structure, factor, small)), centre)


def _bracket(structure: Floats, x: Floats, y: Floats) -> Floats:
    """[x_a, y_b] of rows: (a, b, k)."""
    out: Floats = np.einsum("ai,bj,ijk->abk", x, y, structure, optimize=True)
    return out


def _factor(structure: Floats, radical: Floats) -> Floats:
    """A subalgebra beside the radical."""
    k, m = len(structure), len(radical)
    beside = null_space(radical, 0.5) if m else np.eye(k)
    s = len(beside)
    if m == 0 or s == 0 or s * m > 400:
        return beside
    quotient = _bracket(structure, beside, beside) @ beside.T
    x, before = beside.copy(), np.inf
    for _ in range(8):
        wrong = _bracket(structure, x, x) - np.einsum("abc,ck->abk", quotient, x)
        size = float(np.abs(wrong).max())
        if size < 1e-13 or size > 0.5 * before:  # noise leaves a part that no subalgebra takes away
            break
        before = size
        # d wrong / d r for x_a -> x_a + r_a: [r_a, x_b] + [x_a, r_b] - f r_c, r in the radical.
        moved = _bracket(structure, radical, x)  # (m, s, k)
        design = np.zeros((s, s, k, s, m))
        for a in range(s):
            design[a, :, :, a, :] += np.moveaxis(moved, 0, -1)
            design[:, a, :, a, :] -= np.moveaxis(moved, 0, -1)
            design[:, :, :, a, :] -= quotient[:, :, a, None, None] * radical.T[None, None]
        flat = design.reshape(-1, s * m)
        step = np.linalg.lstsq(flat.T @ flat, -flat.T @ wrong.ravel(), rcond=1e-13)[0]
        x = x + step.reshape(s, m) @ radical
    return x


def _ideals(structure: Floats, factor: Floats, small: float) -> list[Floats]:
    """Simple ideals of a semisimple subalgebra."""
    s = len(factor)
    if s == 0:
        return []
    if s < 6 or s > LARGEST:
        return [factor]
    into = np.linalg.pinv(factor)
    ad = _bracket(structure, factor, factor) @ into  # (a, b, c): [x_a, x_b] = ad_ab^c x_c
    rng = np.random.default_rng(s)
    equations = []
    for x in np.einsum("ra,abc->rbc", rng.normal(size=(2, s)), ad):
        equations.append(np.kron(x, np.eye(s)) - np.kron(np.eye(s), x.T))
    commuting = null_space(np.concatenate(equations), max(small, 1e-8) * float(np.abs(ad).max()))
    if len(commuting) < 2:
        return [factor]
    values, vectors = np.linalg.eig((rng.normal(size=len(commuting)) @ commuting).reshape(s, s).T)
    if np.abs(values.imag).max() > 1e-3 * np.abs(values).max() and len(commuting) == 2:
        return [factor]  # one ideal of complex type, such as so(3,1)
    out, left = [], np.ones(s, dtype=bool)
    while left.any():
        first = values[left][0]
        near = np.minimum(np.abs(values - first), np.abs(values - first.conj())) < 0.02 * np.ptp(
            np.abs(values - first)
        )
        near &= left
        span = np.concatenate([vectors[:, near].real, vectors[:, near].imag], axis=1)
        basis, weight, _ = np.linalg.svd(span, full_matrices=False)
        out.append(basis[:, weight > 1e-6 * weight[0]].T @ factor)
        left &= ~near
    return out if sum(len(i) for i in out) == s else [factor]
