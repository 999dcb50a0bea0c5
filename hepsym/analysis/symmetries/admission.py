"""Can these rows be looked at, with these options? If not, one line says what to change."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepsym.errors import InputError

__all__ = ["admitted"]

Floats = NDArray[np.float64]

LARGEST = 1e100
"""Moments to the third degree of larger values are no numbers."""


def admitted(
    rows: ArrayLike, names: Sequence[str], *, alpha: float, scale: float | None, noise: float | None,
    max_degree: int,
) -> Floats:  # fmt: skip
    """The rows as (n, D) float64, all finite.

    Constant, equal and dependent columns are admitted: they are relations like others. Raises InputError
    for what is no table of numbers, for NaN and infinities (how many rows, which column first), for values
    above LARGEST, too few rows, and options out of their range.
    """
    try:
        table = np.asarray(rows, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError("the rows are not all numbers: leave out columns of text, or number them") from None
    if table.ndim != 2:
        raise InputError(f"rows of shape {table.shape} are no table: give (rows, columns)")
    n, columns = table.shape
    if len(names) != columns:
        raise InputError(f"{len(names)} names for {columns} columns: give one each")
    if not 0 < alpha < 0.5:
        raise InputError(f"alpha = {alpha:g} is not between 0 and 0.5")
    for name, value in (("scale", scale), ("noise", noise)):
        if value is not None and not 0 < value < 1:
            raise InputError(f"{name} = {value:g} is not between 0 and 1 (standard deviations of a column)")
    if max_degree not in {1, 2, 3}:
        raise InputError(f"max_degree = {max_degree} is not 1, 2 or 3")
    needed = 2 * (columns + 20)
    if n < needed:
        raise InputError(
            f"{n} row{'' if n == 1 else 's'} for {columns} columns are too few: give at least {needed}, "
            "or fewer columns"
        )
    _check_values(table, names)
    return table


def _check_values(table: Floats, names: Sequence[str]) -> None:
    size = np.abs(table).max(axis=0)
    if not np.isfinite(size).all():
        j = int(np.flatnonzero(~np.isfinite(size))[0])
        bad = int((~np.isfinite(table)).any(axis=1).sum())
        raise InputError(
            f"{bad} of {len(table)} rows hold NaN or infinity, the first such column is {names[j]!r}: "
            "drop those rows or columns"
        )
    if size.max() > LARGEST:
        j = int(size.argmax())
        raise InputError(f"column {names[j]!r} reaches {size[j]:g}, above {LARGEST:g}: change its unit")
