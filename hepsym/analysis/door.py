"""May these arrays come in? Shapes, lengths and finiteness, checked once, before any work."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepsym.errors import InputError

__all__ = ["column", "is_constant", "matrix", "same_length"]

Floats = NDArray[np.float64]

CONSTANT = 1e-9
"""A column whose spread is below this fraction of its size holds rounding, not physics."""


def matrix(values: ArrayLike, name: str, *, rows: int = 4) -> Floats:
    """values as float64 of shape (n, m), a vector as (n, 1); InputError unless finite and n >= rows."""
    array = np.asarray(values, dtype=np.float64)
    if array.ndim == 1:
        array = array[:, None]
    if array.ndim != 2 or array.shape[1] == 0:
        raise InputError(f"{name} has shape {array.shape}: give (n events, m columns) with m >= 1")
    if len(array) < rows:
        raise InputError(f"{name} has {len(array)} rows, fewer than the {rows} needed: give more events")
    if not np.isfinite(array).all():
        row, col = np.argwhere(~np.isfinite(array))[0]
        raise InputError(
            f"{name} holds {array[row, col]} in row {row}, column {col}: remove rows that are not finite"
        )
    return array


def column(values: ArrayLike, name: str, *, rows: int = 4) -> Floats:
    """values as float64 of shape (n,); InputError unless finite and n >= rows."""
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1:
        raise InputError(f"{name} has shape {array.shape}: give one value an event, shape (n,)")
    return matrix(array, name, rows=rows)[:, 0]


def same_length(**arrays: Floats) -> None:
    """InputError unless all arrays have one number of rows; their names are the keywords."""
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} has {n}" for name, n in lengths.items())
        raise InputError(f"rows do not match: {told}; give the same events to each")


def is_constant(values: Floats) -> bool:
    """Whether a column spreads over less than 1e-9 of its largest size: rounding, not physics."""
    return bool(np.ptp(values) <= CONSTANT * max(float(np.abs(values).max()), 1e-300))
