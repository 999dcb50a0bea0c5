"""To how many digits is a table written? Rounding of its columns, in standard deviations."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hepsym.analysis.symmetries.whitening import ROUNDING

__all__ = ["repeated", "resolution", "unresolved"]

Floats = NDArray[np.float64]

LOOKED_AT = 300
REPEATS_AMONG = 2000
FEW = 8
"""Values that the arithmetic of one constant may give"""
DIGITS = range(4, 10)
"""Significant digits that count as rounding: fewer are values of their own, more do not matter."""
COARSEST, DISTINCT = 2e-3, 0.5
"""Steps above this part of a spread, or values that return, are not rounding but discrete."""


def resolution(rows: Floats) -> float:
    """The coarsest column's rounding over its standard deviation, times three: (n, D) to a number.

    A column is rounded where all its values are float32, or have so few significant digits, and else to the
    spacing of doubles, which is coarse far from 0. 0 for constant columns and discrete ones: steps above
    0.2 % of a spread, or half of the values seen before.
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
    """The spacing of values of this column near its largest."""
    for digits in DIGITS:
        if all(float(f"{value:.{digits}g}") == value for value in column.tolist()):
            return float(10.0 ** (np.floor(np.log10(largest)) + 1 - digits))
    with np.errstate(over="ignore"):
        single = column.astype(np.float32)
    if np.isfinite(single).all() and (single.astype(np.float64) == column).all():
        return float(np.spacing(np.float32(largest)))
    return float(np.spacing(largest))


def unresolved(rows: Floats, names: Sequence[str]) -> list[str]:
    """A line for each column that counts as constant but takes more values than arithmetic would give it."""
    out = []
    for name, column in zip(names, rows.T, strict=True):
        spread, largest = float(np.ptp(column)), float(np.abs(column).max())
        if 0 < spread <= ROUNDING * largest and len(np.unique(column[:LOOKED_AT])) > FEW:
            about = f"{spread:.2g} about {largest:.3g}"
            out.append(
                f"column {name!r} varies by {about} and counts as constant: a double has sixteen digits; if "
                "that is no rounding, take an offset off before the table is written"
            )
    return out


def repeated(rows: Floats) -> list[str]:
    """A line where most of the rows looked at have been seen before."""
    looked = rows[:REPEATS_AMONG]
    different = len(np.unique(looked, axis=0))
    if different >= DISTINCT * len(looked) or different == 1:
        return []
    return [f"the first {len(looked)} rows hold {different} different ones only: points, at the finest scale"]
