"""To how many digits is a table written? Rounding of its columns, in standard deviations."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["resolution"]

Floats = NDArray[np.float64]

LOOKED_AT = 300
DIGITS = range(4, 10)
"""Significant digits that count as rounding: fewer are values of their own, more do not matter."""
COARSEST, DISTINCT = 2e-3, 0.5
"""Steps above this part of a spread, or values that return, are not rounding but discrete."""


def resolution(rows: Floats) -> float:
    """The coarsest column's rounding over its standard deviation, times three: (n, D) to a number.

    A column is rounded where all its values are float32, or have so few significant digits. 0 for
    columns of full precision, constant ones, and discrete ones: steps above 0.2 % of a spread, or half of
    the values seen before.
    """
    coarsest = 0.0
    for column in rows[:LOOKED_AT].T:
        spread, largest = float(column.std()), float(np.abs(column).max())
        if spread == 0 or largest == 0 or len(np.unique(column)) < DISTINCT * len(column):
            continue
        step = _step(column, largest)
        if step / spread < COARSEST:
            coarsest = max(coarsest, step / spread)
    return 3 * coarsest


def _step(column: Floats, largest: float) -> float:
    """The spacing of values of this column near its largest: 0 where they are float64."""
    for digits in DIGITS:
        if all(float(f"{value:.{digits}g}") == value for value in column.tolist()):
            return float(10.0 ** (np.floor(np.log10(largest)) + 1 - digits))
    with np.errstate(over="ignore"):
        single = column.astype(np.float32)
    if np.isfinite(single).all() and (single.astype(np.float64) == column).all():
        return float(np.spacing(np.float32(largest)))
    return 0.0
