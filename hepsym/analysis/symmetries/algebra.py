"""Which Lie algebra do these matrices span? Structure constants, Killing form, a name.

[X_a, X_b] = f_ab^c X_c; K_ab = f_ac^d f_bd^c is negative definite for a compact semisimple algebra and
vanishes on an abelian one (Cartan). The name is read off the signature of K and the centre.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["SMALL", "Algebra", "describe", "identify"]

Floats = NDArray[np.float64]

SMALL = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class Algebra:
    """What the basis spans."""

    name: str
    closed: bool
    """Whether every bracket lies in the span"""
    closure_error: float
    """Largest part of a bracket outside the span, relative to the brackets' size"""
    structure: Floats
    """(k, k, k): f_ab^c"""
    killing: tuple[int, int, int]
    """Numbers of negative, zero and positive eigenvalues of the Killing form"""


def identify(fields: Floats, small: float = SMALL) -> Algebra:
    """The algebra of affine fields (k, r, r + 1) [A | b], known to `small`; k = 0 is called "none"."""
    k, r = fields.shape[0], fields.shape[1]
    if k == 0:
        return Algebra("none", True, 0.0, np.zeros((0, 0, 0)), (0, 0, 0))
    affine = np.zeros((k, r + 1, r + 1))
    affine[:, :r] = fields
    flat, _ = np.linalg.qr(affine.reshape(k, -1).T)
    basis = flat.T.reshape(k, r + 1, r + 1)
    products = np.einsum("aij,bjk->abik", basis, basis)
    brackets = products - np.swapaxes(products, 0, 1)
    structure = np.einsum("abij,cij->abc", brackets, basis)
    outside = brackets - np.einsum("abc,cij->abij", structure, basis)
    error = float(np.sqrt((outside**2).sum(axis=(2, 3))).max() / max(1.0, np.abs(brackets).max()))
    killing_form = np.einsum("acd,bdc->ab", structure, structure)
    values = np.linalg.eigvalsh(killing_form)
    zero = small * max(1.0, float(np.abs(values).max()))
    signature = (int((values < -zero).sum()), int((np.abs(values) <= zero).sum()), int((values > zero).sum()))
    closed = error < 0.05
    name = _name(basis[:, :r, :r], structure, signature, small) if closed else f"not closed ({k} generators)"
    return Algebra(name, closed, error, structure, signature)


def _name(linear: Floats, structure: Floats, signature: tuple[int, int, int], small: float) -> str:
    k = len(linear)
    if np.abs(structure).max() < small:
        return _abelian(linear, small)
    negative, zero, positive = signature
    semisimple = _semisimple(negative, positive)
    if zero == 0:
        return semisimple
    centre = _null(structure.reshape(k, -1).T, small)
    if len(centre) == zero and negative + positive:
        return f"{semisimple} + {_abelian(np.einsum('ka,aij->kij', centre, linear), small)}"
    if negative + positive == 0:
        return f"solvable({k})"
    return f"{semisimple} with a solvable part of {zero}"


def _null(matrix: Floats, small: float) -> Floats:
    _, values, right = np.linalg.svd(matrix)
    padded = np.zeros(right.shape[0])
    padded[: len(values)] = values
    null: Floats = right[padded < small]
    return null


def _abelian(linear: Floats, small: float) -> str:
    """so(2) for each compact direction, R for the others: as many as the imaginary spectra span."""
    k = len(linear)
    if k == 1:
        return "so(2)" if describe(linear[0]) == "rotation" else "R"
    # Commuting fields are diagonal together: real parts of the spectra are linear in the field.
    rng = np.random.default_rng(k)
    weights = rng.normal(size=k)
    _, vectors = np.linalg.eig(np.einsum("k,kij->ij", weights, linear))
    if np.linalg.cond(vectors) > 1e8:
        return f"R^{k}"
    inverse = np.linalg.inv(vectors)
    spectra = np.array([np.diag(inverse @ a @ vectors) for a in linear])
    real = int(np.linalg.matrix_rank(spectra.real, tol=small))
    parts = [*["so(2)"] * (k - real), *(["R"] if real == 1 else [f"R^{real}"] if real else [])]
    return " + ".join(parts)


def _semisimple(negative: int, positive: int) -> str:
    """so(p, q) by its numbers of compact and non-compact generators."""
    for total in range(3, 40):
        for q in range(total // 2 + 1):
            p = total - q
            if p * q == positive and p * (p - 1) // 2 + q * (q - 1) // 2 == negative:
                return f"so({p})" if q == 0 else f"so({p},{q})"
    if positive == 0 and negative % 3 == 0:
        return " + ".join(["so(3)"] * (negative // 3))
    return f"semisimple({negative}, {positive})"


def describe(a: Floats, b: Floats | None = None) -> str:
    """What a field does by its spectrum: rotation, boost, dilation, translation, shear or a mixture."""
    size = float(np.abs(a).max(initial=0.0))
    if size < SMALL * (1.0 if b is None else max(1e-300, float(np.abs(b).max(initial=0.0)))):
        return "translation"
    values = np.linalg.eigvals(a) / np.linalg.norm(a)
    small = 1e-3
    if np.abs(values).max() < small:
        return "shear"
    real = np.sort(values.real)
    if np.abs(values.imag).max() < small:
        if np.abs(real + real[::-1]).max() < small:
            return "boost"
        moving = real[np.abs(real) > small]
        return "dilation" if np.ptp(moving) < small else "scaling"
    return "rotation" if np.abs(values.real).max() < small else "spiral"
