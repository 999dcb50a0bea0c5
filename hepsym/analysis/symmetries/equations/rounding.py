"""Which coefficients are the simple numbers that they are near to, and where does that put the rest?

A coefficient near to 0 or to an integer is taken as such only together with others: the set that is set is
the largest for which Hotelling's T^2, from the jackknife's replicas, does not speak against all of it at
once. What is set moves the rest as it is correlated with it (the conditional mean of a normal law), so that
an equation with some coefficients set still fits the rows as well as the free one.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import f as fisher

__all__ = ["jackknife_error", "restricted", "settled"]

Floats = NDArray[np.float64]

EVERY, SOME = 1e-4, 0.05
"""Level of the test where all coefficients may be simple, which chance does not make, and where some may"""
FEW_REPLICAS = 3.0
KNOWN = 4
"""Replicas per coefficient from which correlations are told"""


def jackknife_error(others: Floats) -> Floats:
    """Standard errors (m,) from replicas (blocks, m) that leave out one block of rows each."""
    blocks = len(others)
    error: Floats = np.sqrt(((others - others.mean(axis=0)) ** 2).sum(axis=0) * (blocks - 1) / blocks)
    return error


def restricted(row: Floats, others: Floats, fixed: NDArray[np.bool_], to: Floats) -> tuple[Floats, Floats]:
    """The estimate (m,) and its replicas (blocks, m) once some coefficients are known to be `to`.

    Where more are known than the replicas can tell correlations of, the rest stays.
    """
    if not fixed.any():
        return row, others
    row, others = row.copy(), others.copy()
    spread = others - others.mean(axis=0)
    moving = fixed & (np.abs(spread).max(axis=0) > 1e-12)
    if 0 < moving.sum() <= len(others) // KNOWN:
        basis, size, right = np.linalg.svd(spread[:, moving], full_matrices=False)
        basis, size, right = (part[..., size > 1e-6 * size[0]] for part in (basis, size, right.T))
        slope = (right / size) @ (basis.T @ spread[:, ~fixed])
        aim = np.zeros(len(row))
        aim[fixed] = to
        row[~fixed] -= (row[moving] - aim[moving]) @ slope
        others[:, ~fixed] -= (others[:, moving] - aim[moving]) @ slope
        # A slope fits blocks that it is taken from too well, by 1 - h in variance, and has its own error,
        # which counts as T^2: Bell, McCaffrey, Survey Methodology 28 (2002) 169.
        left = np.maximum(1 - 1 / len(others) - (basis**2).sum(axis=1), 0.1)
        off = ((row[moving] - aim[moving]) @ right) / size
        blur = np.sqrt((1 + float(off @ off) / (len(others) - 1)) / left)
        middle = others[:, ~fixed].mean(axis=0)
        others[:, ~fixed] = middle + (others[:, ~fixed] - middle) * blur[:, None]
    row[fixed], others[:, fixed] = to, to
    return row, others


def settled(
    row: Floats, others: Floats, aim: Floats, candidates: NDArray[np.bool_], level: float
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Row (m,) and replicas (blocks, m) with candidates at `aim` (m,), and which of them were set.

    The candidate that speaks most against the set is let go until T^2 allows what is left at `level`.
    Where replicas are too few for T^2, those within FEW_REPLICAS errors are set.
    """
    chosen = candidates.copy()
    if chosen.sum() > len(others) // KNOWN:
        chosen &= np.abs(row - aim) <= FEW_REPLICAS * jackknife_error(others)
    spread = others - others.mean(axis=0)
    known = len(others) - 1
    while 0 < chosen.sum() <= len(others) // KNOWN:
        index = np.flatnonzero(chosen)
        covariance = spread[:, index].T @ spread[:, index] * known / len(others)
        weight = np.linalg.pinv(covariance, rcond=1e-10, hermitian=True)
        off = row[index] - aim[index]
        pull = weight @ off
        k = len(index)
        ratio = float(off @ pull) * (known - k + 1) / (known * k)
        if fisher.sf(ratio, k, known - k + 1) > level:
            break
        chosen[index[int(np.argmax(pull**2 / np.maximum(np.diag(weight), 1e-300)))]] = False
    main, copies = restricted(row, others, chosen, aim[chosen])
    return main, copies, chosen
