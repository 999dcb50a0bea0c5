"""Which Lie algebra do these fields span? Structure constants, Killing form, a name.

[X_a, X_b] = f_ab^c X_c; K_ab = f_ac^d f_bd^c is negative definite for a compact semisimple algebra and
vanishes on an abelian one (Cartan). The name is put together of the simple ideals (symmetries.levi), each
told by the signature of K, and of the radical. Equal algebras that act differently go by the usual names:
so(4) turns four columns into one another, so(3) + so(3) three and three; gl(2) is so(2,1) + R on a plane.
"""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepsym.analysis.symmetries.flows.levi import Decomposition, decompose

__all__ = ["SMALL", "Algebra", "identify", "is_closed"]

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


def identify(fields: Floats, small: float = SMALL, *, closes: float = 0.05) -> Algebra:
    """The algebra of affine fields (k, r, r + 1) [A | b], known to `small`; k = 0 is called "none".

    Where more than `closes` of a bracket lies outside the span, it is called not closed.
    """
    k = fields.shape[0]
    if k == 0:
        return Algebra("none", True, 0.0, np.zeros((0, 0, 0)), (0, 0, 0))
    basis, structure, error = _brackets(fields)
    values = np.linalg.eigvalsh(np.einsum("acd,bdc->ab", structure, structure))
    zero = small * max(1.0, float(np.abs(values).max()))
    signature = (int((values < -zero).sum()), int((np.abs(values) <= zero).sum()), int((values > zero).sum()))
    closed = error < closes
    name = _name(basis, structure, small) if closed else f"not closed ({k} generators)"
    return Algebra(name, closed, error, structure, signature)


def is_closed(fields: Floats, *, closes: float = 0.05) -> bool:
    """Whether all brackets of the fields (k, r, r + 1) lie in their span, but for `closes`."""
    return not len(fields) or _brackets(fields)[2] < closes


def _brackets(fields: Floats) -> tuple[Floats, Floats, float]:
    """An orthonormal basis (k, r + 1, r + 1), its structure constants, and the closure error."""
    k, r = fields.shape[0], fields.shape[1]
    affine = np.zeros((k, r + 1, r + 1))
    affine[:, :r] = fields
    flat, _ = np.linalg.qr(affine.reshape(k, -1).T)
    basis = flat.T.reshape(k, r + 1, r + 1)
    products = np.einsum("aij,bjk->abik", basis, basis)
    brackets = products - np.swapaxes(products, 0, 1)
    structure = np.einsum("abij,cij->abc", brackets, basis)
    outside = brackets - np.einsum("abc,cij->abij", structure, basis)
    error = float(np.sqrt((outside**2).sum(axis=(2, 3))).max() / max(1.0, np.abs(brackets).max()))
    return basis, structure, error


def _name(basis: Floats, structure: Floats, small: float) -> str:
    k = len(basis)
    if np.abs(structure).max() < small:
        return _abelian(basis, small)
    parts = decompose(structure, small)
    rest = len(parts.radical)
    if rest == k:
        return _solvable(structure, small)
    names, matrices = _simple(parts, structure, basis)
    if rest == 0:
        return " + ".join(sorted(names, key=_order))
    radical = np.einsum("ra,aij->rij", parts.radical, basis)
    if names == ["sl(2)"] and rest == 1 and _dilates(matrices[0], radical, small):
        return "gl(2)"
    told = " + ".join(sorted(["so(2,1)" if n == "sl(2)" else n for n in names], key=_order))
    euclid = _euclidean(told, radical, small)
    if euclid:
        return euclid
    if len(parts.centre) != rest:
        return f"{told} with a solvable part of {rest}"
    return f"{told} + {_abelian(np.einsum('ka,aij->kij', parts.centre, basis), small)}"


def _simple(parts: Decomposition, structure: Floats, basis: Floats) -> tuple[list[str], list[Floats]]:
    """Names of the simple ideals and their matrices."""
    matrices = [np.einsum("ka,aij->kij", ideal, basis) for ideal in parts.ideals]
    named = []
    for ideal, own in zip(parts.ideals, matrices, strict=True):
        into = np.linalg.pinv(ideal)
        ad = np.einsum("ai,bj,ijk,kc->abc", ideal, ideal, structure, into, optimize=True)
        values = np.linalg.eigvalsh(np.einsum("acd,bdc->ab", ad, ad))
        negative = int((values < 0).sum())
        named.append(_by_signature(negative, len(ideal) - negative, _spinor(own, ad)))
    return _paired(named, matrices), matrices


def _spinor(own: Floats, ad: Floats) -> bool:
    """Whether elements act with half of the rates of their brackets, as sl(2) does on a plane."""
    weights = np.random.default_rng(len(own)).normal(size=len(own))
    rate = np.abs(np.linalg.eigvals(np.einsum("k,kij->ij", weights, own))).max()
    return bool(rate < 0.75 * np.abs(np.linalg.eigvals(np.einsum("k,kij->ij", weights, ad))).max())


def _by_signature(negative: int, positive: int, spinor: bool) -> str:
    """so(p, q) or sl(n) by the numbers of compact and non-compact generators."""
    if (negative, positive) == (1, 2):
        return "sl(2)" if spinor else "so(2,1)"
    for total in range(3, 66):
        for q in range(total // 2 + 1):
            p = total - q
            if p * q == positive and p * (p - 1) // 2 + q * (q - 1) // 2 == negative:
                return f"so({p})" if q == 0 else f"so({p},{q})"
    for n in range(3, 40):
        if negative == n * (n - 1) // 2 and positive == n * (n + 1) // 2 - 1:
            return f"sl({n})"
        if (negative, positive) == (n * n - 1, 0):
            return f"su({n})"
    return f"semisimple({negative}, {positive})"


def _paired(named: list[str], matrices: list[Floats]) -> list[str]:
    """Two so(3) that act on the same vectors are so(4), two of so(2,1) are so(2,2)."""
    left, out = list(range(len(named))), []
    while left:
        i = left.pop(0)
        mate = None
        for j in left:
            alike = {named[i], named[j]} in ({"so(3)"}, {"so(2,1)"}, {"sl(2)"})
            if alike and np.abs(np.einsum("aij,bjk->abik", matrices[i], matrices[j])).max() > 1e-2:
                mate = j
                break
        if mate is None:
            out.append(named[i])
        else:
            left.remove(mate)
            out.append("so(4)" if named[i] == "so(3)" else "so(2,2)")
    return out


def _order(name: str) -> tuple[int, str]:
    return -len(name), name


def _dilates(plane: Floats, radical: Floats, small: float) -> bool:
    """Whether the radical holds a dilation of the plane that sl(2) acts on."""
    columns = np.concatenate(list(plane[:, :-1, :-1]), axis=1)
    span, weight, _ = np.linalg.svd(columns, full_matrices=False)
    span = span[:, weight > 1e-3 * weight[0]]
    traces = np.einsum("ia,rij,ja->r", span, radical[:, :-1, :-1], span)
    return span.shape[1] == 2 and bool(np.abs(traces).max() > max(10 * small, 1e-3))


def _euclidean(told: str, radical: Floats, small: float) -> str | None:
    """e(n), iso(p, q): so(n) or so(p, q) with its vectors, which commute."""
    brackets = np.einsum("aij,bjk->abik", radical, radical)
    commute = np.abs(brackets - np.swapaxes(brackets, 0, 1)).max() < max(10 * small, 1e-3)
    if not commute or not re.fullmatch(r"so\([\d,]+\)", told):
        return None
    kept = [int(part) for part in told[3:-1].split(",")]
    if sum(kept) != len(radical):
        return None
    return f"e({kept[0]})" if len(kept) == 1 else f"iso({kept[0]},{kept[1]})"


def _solvable(structure: Floats, small: float) -> str:
    """e(2) where one element turns two others that commute, else solvable(k)."""
    k = len(structure)
    _, values, right = np.linalg.svd(structure.reshape(k * k, k), full_matrices=False)
    derived = right[values > small * values[0]]
    if k == 3 and len(derived) == 2:
        turning = np.linalg.svd(derived)[2][-1]
        ad = np.einsum("a,bc,ack,dk->bd", turning, derived, structure, derived)
        rates = np.linalg.eigvals(ad)
        if np.abs(rates.real).max() < 1e-2 * np.abs(rates.imag).max():
            return "e(2)"
    return f"solvable({k})"


def _abelian(fields: Floats, small: float) -> str:
    """so(2) for each compact direction, R for the others, of commuting affine matrices (k, r + 1, r + 1).

    Real parts of the rates and nilpotent parts (Jordan) are linear in commuting matrices; a direction
    where both vanish is compact. A screw, which turns and shifts, is not.
    """
    k = len(fields)
    generic = np.einsum("k,kij->ij", np.random.default_rng(k).normal(size=k), fields)
    values = np.linalg.eigvals(generic)
    if np.abs(values).max() < 1e-3 * np.linalg.norm(generic):
        return "R" if k == 1 else f"R^{k}"
    generic, values = generic / np.abs(values).max(), values / np.abs(values).max()
    spaces, left = [], np.ones(len(values), dtype=bool)
    while left.any():
        first = values[left][0]
        own = left & (np.abs(values - first) < 1e-2)
        many = int(own.sum())
        power = np.linalg.matrix_power(generic - values[own].mean() * np.eye(len(generic)), many)
        spaces.append(np.linalg.svd(power)[2][-many:].conj().T)
        left &= ~own
    vectors = np.concatenate(spaces, axis=1)
    if np.linalg.cond(vectors) > 1e6:
        return "R" if k == 1 else f"R^{k}"
    blocks = np.linalg.solve(vectors, fields @ vectors)
    told, turning, start = [], [], 0
    for space in spaces:
        end = start + space.shape[1]
        block = blocks[:, start:end, start:end]
        rate = np.trace(block, axis1=1, axis2=2) / (end - start)
        nilpotent = (block - rate[:, None, None] * np.eye(end - start)).reshape(k, -1)
        told += [rate.real[:, None], nilpotent.real, nilpotent.imag]
        turning.append(rate.imag[:, None])
        start = end
    blur = max(10 * small, 1e-3)
    real = int(np.linalg.matrix_rank(np.concatenate(told, axis=1), tol=blur))
    # What does not turn is not compact, however blurred its growth is.
    real = max(real, k - int(np.linalg.matrix_rank(np.concatenate(turning, axis=1), tol=min(blur, 0.1))))
    parts = [*["so(2)"] * (k - real), *(["R"] if real == 1 else [f"R^{real}"] if real else [])]
    return " + ".join(parts)
