"""Can these rows be looked at, with these options? If not, one line says what to change."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepsym.errors import InputError

__all__ = ["admitted"]

Floats = NDArray[np.float64]

LARGEST = 1e40
"""Powers to the sixth degree of larger values, and of spreads below 1 / LARGEST, are no numbers."""


def admitted(
    rows: ArrayLike, names: Sequence[str], *, alpha: float, scale: float | None, noise: float | None,
    max_degree: int,
) -> Floats:  # fmt: skip
    """The rows as (n, D) float64, all finite.

    Constant, equal and dependent columns are admitted: they are relations like others. Raises InputError
    for what is no table of real numbers, for NaN and infinities (how many rows, which column first), for
    values above LARGEST or spreads below 1 / LARGEST, too few rows, and options out of their range.
    """
    if np.iscomplexobj(rows):
        raise InputError("the rows are complex: give real and imaginary parts as columns of their own")
    try:
        table = np.asarray(rows, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError("the rows are not all numbers: leave out columns of text, or number them") from None
    if table.ndim != 2:
        raise InputError(f"rows of shape {table.shape} are no table: give (rows, columns)")
    n, columns = table.shape
    if columns == 0:
        raise InputError("the table has no columns: give one at least")
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
    spread = np.ptp(table, axis=0)
    for name, reach, width in zip(names, size, spread, strict=True):
        if reach > LARGEST or 0 < width < 1 / LARGEST:
            told = f"reaches {reach:.0e}" if reach > LARGEST else f"varies by {width:.0e} only"
            raise InputError(
                f"column {name!r} {told}: its powers leave what a double can hold; give it in units in which "
                f"it is between {1 / LARGEST:.0e} and {LARGEST:.0e}"
            )
