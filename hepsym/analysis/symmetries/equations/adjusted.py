"""Which polynomials vanish where the rows would be without noise? Adjusted least squares, to degree three.

Rows y = y0 + e, e of covariance S and normal. phi~ = exp(-L/2) phi with L = sum S_ij d_i d_j has the mean
phi(y0), and products have the mean phi_a phi_b(y0) + B_ab with

    B_ab = E sum_k (-1)^(k+1) / k!  <d^k phi~_a, d^k phi~_b>_S,

so q vanishes at every y0 exactly where its variance is q . B q: the pencil (covariance of phi~, B) has
the eigenvalue 1 as often as there are equations. To first order in S this is Taubin's fit; to all orders
it is exact for normal noise in the limit of many rows, and for other laws to first order.
Kukush, Markovsky, Van Huffel, Comput. Stat. Data Anal. 47 (2004) 123, for quadrics.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh
from scipy.sparse import csr_matrix

from hepsym.analysis.symmetries.features import count, derivatives, monomials

__all__ = ["Pencil", "adjusted_moments", "adjusting", "block_moments", "pencil", "replica_polynomials"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Pencil:
    """Polynomials in order of thickness."""

    values: Floats
    """(m,): variance of q over what noise S gives it, smallest first; 1 for an equation"""
    polynomials: Floats
    """(m, count): of unit variance by noise; their constant makes the mean 0 without noise"""


@lru_cache(maxsize=32)
def _stacked(rank: int, degree: int) -> csr_matrix:
    """(count, rank * lower): derivatives of the monomials along all coordinates, side by side."""
    of, along, lower, factor = derivatives(rank, degree)
    low = _lower(rank, degree)
    return csr_matrix((factor, (of, along * low + lower)), shape=(count(rank, degree), rank * low))


def _lower(rank: int, degree: int) -> int:
    return count(rank, degree - 1) if degree > 1 else 1


def adjusting(covariance: Floats, degree: int) -> Floats:
    """A (count, count) with phi~ = A phi: 1 - L / 2, which is all of the exponential to degree three."""
    r = len(covariance)
    out = np.eye(count(r, degree))
    if degree > 1:
        low = _lower(r, degree)
        second = _stacked(r, degree - 1).toarray().reshape(low, r, -1)
        inner = np.einsum("ij,kjl->ikl", covariance, second).reshape(r * low, -1)
        twice = _stacked(r, degree) @ inner
        out[:, : twice.shape[1]] -= twice / 2
    return out


def adjusted_moments(moments: Floats, covariance: Floats, degree: int) -> tuple[Floats, Floats]:
    """E[phi~ phi~^T] and B (count, count), from the mean of phi phi^T and the noise S (r, r)."""
    r = len(covariance)
    shift = adjusting(covariance, degree)
    total: Floats = shift @ moments @ shift.T
    stacked, low = _stacked(r, degree), _lower(r, degree)
    bias = np.zeros_like(total)
    term, factor = total, -1.0
    for k in range(1, degree + 1):
        half = stacked @ np.kron(covariance, term[:low, :low])
        term = (stacked @ half.T).T
        factor /= -k
        bias += factor * term
    return total, bias


def pencil(moments: Floats, covariance: Floats, degree: int, within: Floats | None = None) -> Pencil:
    """Polynomials by thickness, of rows whose phi phi^T has this mean and whose noise is S (r, r).

    within (k, count - 1) spans the polynomials looked at, without their constants; absent, all.
    """
    total, bias = adjusted_moments(moments, covariance, degree)
    mean = total[0, 1:]
    spread, bias = total[1:, 1:] - np.outer(mean, mean), bias[1:, 1:]
    if within is not None:
        spread, bias = within @ spread @ within.T, within @ bias @ within.T
    shares, vectors = eigh(bias, spread)
    shares, vectors = np.maximum(shares[::-1], 1e-300), vectors[:, ::-1].T
    varying = vectors / np.sqrt(shares)[:, None]
    if within is not None:
        varying = varying @ within
    # The constant goes with the adjusted monomials: q = c + v . phi~, told in plain ones by A.
    adjusted = np.column_stack([-(varying @ mean), varying])
    return Pencil(1 / shares, adjusted)


def block_moments(y: Floats, degree: int, blocks: int) -> Floats:
    """Means of phi phi^T over `blocks` runs of rows y (n, r), as nearly equal as can be: (blocks, m, m)."""
    out = []
    for part in np.array_split(y, blocks):
        phi = monomials(part, degree)
        out.append(phi.T @ phi / len(phi))
    return np.array(out)


def replica_polynomials(moments: Floats, covariance: Floats, m: int) -> Floats:
    """The m thinnest quadrics (blocks, m, count) of each of these moments, as `pencil` finds them.

    moments (blocks, count, count), such as without one block of rows each. All at once: they are small.
    """
    blocks, size, r = len(moments), moments.shape[1], len(covariance)
    low = _lower(r, 2)
    shift, stacked = adjusting(covariance, 2), _stacked(r, 2).toarray()
    term = shift @ moments @ shift.T
    mean, spread = term[:, 0, 1:], term[:, 1:, 1:]
    spread = spread - mean[:, :, None] * mean[:, None, :]
    bias = np.zeros_like(term)
    for factor in (1.0, -0.5):
        inner = np.einsum("ij,bkl->bikjl", covariance, term[:, :low, :low]).reshape(blocks, r * low, r * low)
        term = stacked @ inner @ stacked.T
        bias += factor * term
    root = np.linalg.inv(np.linalg.cholesky(spread))
    _, vectors = np.linalg.eigh(root @ bias[:, 1:, 1:] @ np.swapaxes(root, 1, 2))
    varying = np.swapaxes(vectors[:, :, : -m - 1 : -1], 1, 2) @ root
    constant = -np.einsum("bmk,bk->bm", varying, mean)
    made = np.empty((blocks, m, size))
    made[:, :, 0], made[:, :, 1:] = constant, varying
    return made
