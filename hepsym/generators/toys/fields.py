"""How is a Lie generator of a toy written down? Affine fields [A | b] in the columns: dx/dt = A x + b."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["boosts", "carried", "dilation", "entries", "rotations", "so", "stacked", "translation"]

Floats = NDArray[np.float64]


def _plane(columns: int, pairs: Sequence[tuple[int, int]], sign: float) -> Floats:
    field = np.zeros((columns, columns + 1))
    for i, j in pairs:
        field[i, j], field[j, i] = sign, 1.0
    return field


def rotations(columns: int, *pairs: tuple[int, int]) -> Floats:
    """(D, D + 1): all these planes turn together, dx_i = -x_j, dx_j = x_i."""
    return _plane(columns, pairs, -1.0)


def boosts(columns: int, *pairs: tuple[int, int]) -> Floats:
    """(D, D + 1): dx_i = x_j, dx_j = x_i in all these planes."""
    return _plane(columns, pairs, 1.0)


def dilation(columns: int, *which: int) -> Floats:
    """(D, D + 1): dx_i = x_i for these columns."""
    field = np.zeros((columns, columns + 1))
    for i in which:
        field[i, i] = 1.0
    return field


def translation(columns: int, which: int) -> Floats:
    """(D, D + 1): dx_i = 1 for this column."""
    field = np.zeros((columns, columns + 1))
    field[which, -1] = 1.0
    return field


def entries(columns: int, values: Mapping[tuple[int, int], float]) -> Floats:
    """(D, D + 1) of entries {(i, j): value}, dx_i = value x_j, where column j = D is the constant one."""
    field = np.zeros((columns, columns + 1))
    for (i, j), value in values.items():
        field[i, j] = value
    return field


def stacked(*fields: Floats) -> Floats:
    """(k, D, D + 1) of k fields."""
    return np.stack(fields)


def so(columns: int, *blocks: Sequence[int]) -> Floats:
    """so(n) acting alike on blocks of n columns each: (n (n - 1) / 2, D, D + 1)."""
    n = len(blocks[0])
    return stacked(
        *(
            rotations(columns, *((block[i], block[j]) for block in blocks))
            for i in range(n)
            for j in range(i + 1, n)
        )
    )


def carried(fields: Floats, matrix: Floats, shift: Floats | None = None) -> Floats:
    """What the fields of x become for x' = matrix x + shift: M A M^+ and M b - M A M^+ shift."""
    a, b = fields[:, :, :-1], fields[:, :, -1]
    moved = matrix @ a @ np.linalg.pinv(matrix)
    offset = b @ matrix.T
    if shift is not None:
        offset = offset - moved @ shift
    out: Floats = np.concatenate([moved, offset[:, :, None]], axis=2)
    return out
