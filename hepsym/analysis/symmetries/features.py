"""What are the monomials of white coordinates up to degree two, and the gradients of their sums?"""

import numpy as np
from numpy.typing import NDArray

__all__ = ["count", "from_symmetric", "gradients", "monomials", "symmetric"]

Floats = NDArray[np.float64]


def count(rank: int, degree: int) -> int:
    """Number of monomials, the constant among them: 1 + r, and r (r + 1) / 2 more for degree 2."""
    return 1 + rank + (rank * (rank + 1) // 2 if degree == 2 else 0)


def monomials(y: Floats, degree: int = 2) -> Floats:
    """1, y_i, and y_i y_j for i <= j, of points (n, r): (n, count(r, degree))."""
    parts = [np.ones((len(y), 1)), y]
    if degree == 2:
        i, j = np.triu_indices(y.shape[1])
        parts.append(y[:, i] * y[:, j])
    return np.concatenate(parts, axis=1)


def symmetric(q: Floats, rank: int) -> tuple[float, Floats, Floats]:
    """The constant c, vector b (r,) and symmetric Q (r, r) of q(y) = c + b . y + y . Q y."""
    i, j = np.triu_indices(rank)
    full = np.zeros((rank, rank))
    full[i, j] = q[1 + rank :]
    return float(q[0]), q[1 : 1 + rank], (full + full.T) / 2


def from_symmetric(c: float, b: Floats, full: Floats) -> Floats:
    """The inverse of `symmetric`."""
    i, j = np.triu_indices(len(b))
    return np.concatenate([[c], b, np.where(i == j, 1.0, 2.0) * full[i, j]])


def gradients(y: Floats, quadrics: Floats) -> Floats:
    """Gradients b + 2 Q y of quadrics (m, count) at points (n, r): (n, m, r)."""
    r = y.shape[1]
    parts = [symmetric(q, r) for q in quadrics]
    if not parts:
        return np.empty((len(y), 0, r))
    return np.stack([b + 2.0 * (y @ full) for _, b, full in parts], axis=1)
