"""Which finite-dimensional irreps has SO+(3,1), and how do their products decompose? (j1, j2), exactly.

Spins are given as twice themselves, integers, so that (1, 1) is the four-vector (1/2, 1/2), (2, 0) + (0,
2) an antisymmetric and (2, 2) a symmetric traceless tensor. An element of (a, b) is a complex array
(..., a + 1, b + 1), rows m1 = j1, j1 - 1, ..., -j1, and the group moves it by

    u -> D^a(g) u D^b(g^(-dagger))^T,   g in SL(2, C), g^(-dagger) its inverse Hermitian conjugate.

Sources: Weinberg, The Quantum Theory of Fields I, section 5.6; Racah's formula for the coefficients.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cache
from math import comb, factorial, sqrt

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hepsym.errors import InputError
from hepsym.lorentz.group import SIGMA

__all__ = [
    "Irreps",
    "clebsch_gordan",
    "from_four_vector",
    "irrep_products",
    "representation",
    "squared_coefficient",
    "to_four_vector",
]

Irrep = tuple[int, int]
Irreps = Mapping[Irrep, Tensor]
"""Features by irrep: (n, channels, a + 1, b + 1), complex."""


def squared_coefficient(j: int, k: int, total: int, m: int, n: int) -> Fraction:
    """sign(c) c^2 of c = <j m; k n | J m + n>, Condon and Shortley's phases, exactly; all arguments doubled.

    Racah's formula in integers. 0 where the triangle or a projection forbids it.
    """
    at = m + n
    if not (abs(j - k) <= total <= j + k and (j + k + total) % 2 == 0):
        return Fraction(0)
    if abs(m) > j or abs(n) > k or abs(at) > total or (j + m) % 2 or (k + n) % 2:
        return Fraction(0)

    def f(doubled: int) -> int:
        return factorial(doubled // 2)

    square = Fraction(
        (total + 1) * f(total + j - k) * f(total - j + k) * f(j + k - total), f(j + k + total + 2)
    ) * (f(total + at) * f(total - at) * f(j - m) * f(j + m) * f(k - n) * f(k + n))
    summed = Fraction(0)
    for i in range((j + k - total) // 2 + 1):
        below = (
            2 * i,
            j + k - total - 2 * i,
            j - m - 2 * i,
            k + n - 2 * i,
            total - k + m + 2 * i,
            total - j - n + 2 * i,
        )
        if min(below) >= 0:
            term = Fraction(1)
            for part in below:
                term /= f(part)
            summed += (-1) ** i * term
    return square * summed * abs(summed)


@cache
def clebsch_gordan(j: int, k: int, total: int) -> NDArray[np.float64]:
    """<j m; k n | J M>, (j + 1, k + 1, J + 1), projections falling. Error: eps / 2, rounded once from the
    exact root."""
    out = np.zeros((j + 1, k + 1, total + 1))
    for a in range(j + 1):
        for b in range(k + 1):
            m, n = j - 2 * a, k - 2 * b
            if abs(m + n) <= total:
                square = squared_coefficient(j, k, total, m, n)
                root = sqrt(abs(square))
                out[a, b, (total - m - n) // 2] = root if square >= 0 else -root
    out.setflags(write=False)
    return out


def representation(g: NDArray[np.complex128], j: int) -> NDArray[np.complex128]:
    """D^j(g) of matrices g (..., 2, 2), (..., j + 1, j + 1): g on homogeneous polynomials of degree j
    (doubled spin).

        D_ba = sqrt(C(j, a) / C(j, b)) [x^(j-b) y^b] (g00 x + g10 y)^(j-a) (g01 x + g11 y)^a

    with C the binomials and [...] the coefficient of that monomial.

    Error: 2^j eps of the largest |g|^j.
    """
    g = np.asarray(g, dtype=np.complex128)
    out = np.zeros((*g.shape[:-2], j + 1, j + 1), dtype=np.complex128)
    for a in range(j + 1):
        for p in range(j - a + 1):  # how many factors of the first kind give y
            for q in range(a + 1):
                term = comb(j - a, p) * comb(a, q) * sqrt(comb(j, a) / comb(j, p + q))
                out[..., p + q, a] += term * (
                    g[..., 0, 0] ** (j - a - p)
                    * g[..., 1, 0] ** p
                    * g[..., 0, 1] ** (a - q)
                    * g[..., 1, 1] ** q
                )
    return out


_EPSILON = np.array([[0.0, 1.0], [-1.0, 0.0]])


def from_four_vector(v: Tensor) -> Tensor:
    """(..., 2, 2) complex, of (1/2, 1/2), of v (..., 4): (v.sigma) epsilon / sqrt(2), which g v.sigma
    g^dagger moves."""
    matrices = torch.as_tensor(np.stack([s @ _EPSILON for s in SIGMA]) / sqrt(2), device=v.device)
    kind = torch.complex128 if v.dtype in (torch.float64, torch.complex128) else torch.complex64
    return torch.einsum("...m,mab->...ab", v.to(kind), matrices.to(kind))


def to_four_vector(u: Tensor) -> Tensor:
    """Inverse of `from_four_vector`, complex (..., 4); real where u came from a real vector."""
    matrices = torch.as_tensor(np.stack([_EPSILON.T @ s for s in SIGMA]) / sqrt(2), device=u.device)
    return torch.einsum("...ab,mba->...m", u, matrices.to(u.dtype))


def irrep_products(first: Irreps, second: Irreps, highest: int = 2) -> dict[Irrep, Tensor]:
    """All Clebsch-Gordan products, channel by channel, of irreps (a, b) with a, b <= highest, (n,
    channels', ., .).

        (a, b) x (c, d) = sum over |a - c| <= e <= a + c, |b - d| <= f <= b + d of (e, f)

    Channels of one irrep are concatenated in the order of the pairs. Raises InputError for other channels
    in the two.
    """
    found: dict[Irrep, list[Tensor]] = {}
    for (a, b), u in first.items():
        for (c, d), v in second.items():
            if u.shape[:2] != v.shape[:2]:
                raise InputError(
                    f"irreps {a, b} and {c, d} have (jets, channels) {tuple(u.shape[:2])} and "
                    f"{tuple(v.shape[:2])}: "
                    "products are taken channel by channel"
                )
            for e, f in _allowed(a, b, c, d, highest):
                left = torch.as_tensor(clebsch_gordan(a, c, e).copy(), device=u.device).to(u.dtype)
                right = torch.as_tensor(clebsch_gordan(b, d, f).copy(), device=u.device).to(u.dtype)
                made = torch.einsum("nkab,nkcd,ace,bdf->nkef", u, v, left, right)
                found.setdefault((e, f), []).append(made)
    return {irrep: torch.cat(parts, 1) for irrep, parts in sorted(found.items())}


def _allowed(a: int, b: int, c: int, d: int, highest: int) -> Iterator[Irrep]:
    for e in range(abs(a - c), min(a + c, highest) + 1, 2):
        for f in range(abs(b - d), min(b + d, highest) + 1, 2):
            yield e, f
