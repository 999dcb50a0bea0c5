"""What are the monomials of white coordinates up to degree three, and values and gradients of their sums?

A polynomial is its row of coefficients; its degree is told by their number. Monomials stand by degree,
then by index: 1, y_i, y_i y_j (i <= j), y_i y_j y_k (i <= j <= k).
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations_with_replacement

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Moments", "count", "degree_of", "derivatives", "evaluate", "from_symmetric", "gradients",
    "in_coordinates", "moments_of", "monomial_table", "monomials", "pairs", "raised", "symmetric",
    "times_coordinate",
]  # fmt: skip

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BLOCK = 2048
"""Rows whose monomials stay in the processor's cache"""


def count(rank: int, degree: int) -> int:
    """Number of monomials, the constant among them: 1 + r, + r (r + 1) / 2, + r (r + 1) (r + 2) / 6."""
    total = 1 + rank
    if degree >= 2:
        total += rank * (rank + 1) // 2
    if degree >= 3:
        total += rank * (rank + 1) * (rank + 2) // 6
    return total


def degree_of(polynomials: Floats, rank: int) -> int:
    """The degree 1, 2 or 3 that polynomials (m, count) are written to."""
    width = polynomials.shape[-1]
    return next(d for d in (1, 2, 3) if count(rank, d) == width or d == 3)


@lru_cache(maxsize=64)
def pairs(rank: int) -> tuple[Ints, Ints]:
    """i <= j of the products y_i y_j, in their order."""
    i, j = np.triu_indices(rank)
    return i, j


@lru_cache(maxsize=64)
def _triples(rank: int) -> tuple[Ints, Ints]:
    """For each y_i y_j y_k: its first index, and which of the products y_j y_k it is a multiple of."""
    i = pairs(rank)[0]
    first = [np.full(int((i >= k).sum()), k) for k in range(rank)]
    pair = [np.flatnonzero(i >= k) for k in range(rank)]
    return np.concatenate(first), np.concatenate(pair)


def monomials(y: Floats, degree: int = 2) -> Floats:
    """1, y_i, y_i y_j and y_i y_j y_k of points (n, r): (n, count(r, degree))."""
    parts = [np.ones((len(y), 1)), y]
    if degree >= 2:
        i, j = pairs(y.shape[1])
        parts.append(y[:, i] * y[:, j])
    if degree >= 3:
        first, pair = _triples(y.shape[1])
        parts.append(y[:, first] * parts[2][:, pair])
    return np.concatenate(parts, axis=1)


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Moments to the fourth order of rows u (n, r), in coordinates v with u = v @ `unwhite`, which keeps
    digits where u is thin."""

    second: Floats
    """(r, r): mean of u u^T"""
    unwhite: Floats
    """(r, r)"""
    fourth: Floats
    """(count, count): mean of phi phi^T of the monomials of v to degree two"""

    def along(self, into: Floats) -> Floats:
        """The mean of phi phi^T of y = u @ into, of a linear map `into` (r, k)."""
        change = in_coordinates(self.unwhite @ into)
        made: Floats = change.T @ self.fourth @ change
        return made


def moments_of(u: Floats) -> Moments:
    """Moments of rows u (n, r), n > r, BLOCK at a time."""
    second = u.T @ u / len(u)
    values, axes = np.linalg.eigh(second)
    size = np.sqrt(np.maximum(values, 1e-300))
    total = np.zeros((count(u.shape[1], 2), count(u.shape[1], 2)))
    for start in range(0, len(u), BLOCK):
        phi = monomials(u[start : start + BLOCK] @ (axes / size))
        total += phi.T @ phi
    return Moments(second, (axes * size).T, total / len(u))


def in_coordinates(into: Floats, shift: Floats | None = None) -> Floats:
    """M (count, count) with phi(u @ into + shift) = phi(u) @ M to degree two, of an affine map (r, k).

    Of many maps (..., r, k) and shifts (..., k) at once: (..., count, count).
    """
    r, k = into.shape[-2:]
    whole = np.zeros((*into.shape[:-2], 1 + r, 1 + k))
    whole[..., 0, 0], whole[..., 1:, 1:] = 1.0, into
    if shift is not None:
        whole[..., 0, 1:] = shift
    # Pairs of 1, u_1 .. u_r stand as the monomials do: 1 1, 1 u_i, u_i u_j.
    i, j = pairs(1 + r)
    a, b = pairs(1 + k)
    first, second = whole[..., i, :], whole[..., j, :]
    made: Floats = first[..., a] * second[..., b] + second[..., a] * first[..., b]
    made[..., i == j, :] /= 2
    return made


def symmetric(q: Floats, rank: int) -> tuple[Floats, Floats, Floats]:
    """c, b (..., r) and symmetric Q (..., r, r) of q(y) = c + b . y + y . Q y, of one or many."""
    i, j = pairs(rank)
    full = np.zeros((*q.shape[:-1], rank, rank))
    full[..., i, j] = q[..., 1 + rank : count(rank, 2)]
    return q[..., 0], q[..., 1 : 1 + rank], (full + np.swapaxes(full, -1, -2)) / 2


def from_symmetric(c: float, b: Floats, full: Floats) -> Floats:
    """The inverse of `symmetric`."""
    i, j = pairs(len(b))
    return np.concatenate([[c], b, np.where(i == j, 1.0, 2.0) * full[i, j]])


@lru_cache(maxsize=64)
def monomial_table(rank: int, degree: int) -> dict[tuple[int, ...], int]:
    """Where each monomial stands, told by its indices in order: () is 1, (0, 0, 2) is y_0^2 y_2."""
    every = [t for d in range(degree + 1) for t in combinations_with_replacement(range(rank), d)]
    return {t: k for k, t in enumerate(every)}


@lru_cache(maxsize=64)
def derivatives(rank: int, degree: int) -> tuple[Ints, Ints, Ints, Floats]:
    """d/dy_i of a monomial is a factor times a lower one: arrays (monomial, i, lower, factor)."""
    rows: list[tuple[int, int, int, float]] = []
    table = monomial_table(rank, degree)
    for indices, k in table.items():
        for i in sorted(set(indices)):
            left = list(indices)
            left.remove(i)
            rows.append((k, i, table[tuple(left)], float(indices.count(i))))
    of, along, lower, factor = zip(*rows, strict=True) if rows else ((), (), (), ())
    return np.array(of, int), np.array(along, int), np.array(lower, int), np.array(factor, float)


def evaluate(y: Floats, polynomials: Floats) -> Floats:
    """Values (n, m) of polynomials (m, count) of any degree at points (n, r)."""
    values: Floats = monomials(y, degree_of(polynomials, y.shape[1])) @ polynomials.T
    return values


def gradients(y: Floats, polynomials: Floats) -> Floats:
    """Gradients of polynomials (m, count) at points (n, r): (n, m, r). Of quadrics: b + 2 Q y."""
    r, m = y.shape[1], len(polynomials)
    if not m:
        return np.empty((len(y), 0, r))
    degree = degree_of(polynomials, r)
    of, along, lower, factor = derivatives(r, degree)
    slopes = np.zeros((count(r, degree - 1) if degree > 1 else 1, m, r))
    # Each (lower, along) comes from one monomial only, so plain assignment loses nothing.
    slopes[lower, :, along] = polynomials[:, of].T * factor[:, None]
    phi = monomials(y, degree - 1) if degree > 1 else np.ones((len(y), 1))
    return (phi @ slopes.reshape(len(slopes), -1)).reshape(len(y), m, r)


def raised(polynomials: Floats, rank: int, degree: int) -> Floats:
    """The same polynomials (m, count) written with the monomials of a higher degree."""
    out = np.zeros((len(polynomials), count(rank, degree)))
    out[:, : polynomials.shape[1]] = polynomials
    return out


def times_coordinate(polynomials: Floats, rank: int) -> Floats:
    """y_i q for each i and each q of degree d (m, count): (r m, count(r, d + 1))."""
    degree = degree_of(polynomials, rank)
    low, high = monomial_table(rank, degree), monomial_table(rank, degree + 1)
    out = np.zeros((rank, len(polynomials), len(high)))
    for i in range(rank):
        where = [high[tuple(sorted((*t, i)))] for t in low]
        out[i][:, where] = polynomials
    return out.reshape(-1, len(high))
