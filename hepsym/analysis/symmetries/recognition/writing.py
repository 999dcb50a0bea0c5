"""How is an equation written for a reader? Numbers without needless digits, small integers where they fit."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["linear_formula", "number", "term"]

Floats = NDArray[np.float64]

ROUNDED = 2e-8
"""A number that six digits tell to this part of itself needs no more."""
PRINTED = 1e-6
"""A linear relation holds as it is printed to this part of its largest term's spread"""


def number(value: float, *, digits: int = 6, whole: float = 1e-9, within: float = np.inf) -> str:
    """Six digits, or up to `digits` where these say more; integers as such, where off by `whole` at most.

    within: digits are added until the number is off by no more.
    """
    if value == 0.0:
        return "0"
    nearest = round(value)
    if nearest and abs(value) < 1e6 and abs(value - nearest) <= min(whole * max(1.0, abs(value)), within):
        return f"{nearest}"
    for k in range(6, 18):
        short = f"{value:.{k}g}"
        off = abs(float(short) - value)
        if off <= within and (k >= digits or off <= ROUNDED * abs(value)):
            break
    return short


def term(
    coefficient: float,
    what: str,
    *,
    first: bool,
    digits: int = 6,
    whole: float = 1e-9,
    within: float = np.inf,
) -> str:
    """ "+ 2 x" or "- x"; without a plus at the beginning."""
    sign = "-" if coefficient < 0 else ("" if first else "+")
    size = number(abs(coefficient), digits=digits, whole=whole, within=within)
    body = what if size == "1" else f"{size} {what}"
    return f"{sign}{body}" if first else f"{sign} {body}"


def linear_formula(
    normal: Floats,
    offset: float,
    names: Sequence[str],
    centre: Floats,
    scale: Floats,
    tolerance: float = 1e-6,
) -> tuple[str, str]:
    """The relation normal . x = offset in words, and its kind; columns lie about `centre`, within `scale`."""
    weight = np.abs(normal * scale)
    kept = np.flatnonzero(weight > tolerance * weight.max()).tolist()
    coefficients = normal[kept]
    whole = np.round(coefficients)
    coefficients = np.where(np.abs(coefficients - whole) < tolerance, whole, coefficients)
    if abs(offset) < tolerance * weight.max():
        offset = 0.0
    within = PRINTED * weight.max() / np.maximum(np.abs(centre[kept]), scale[kept])
    formula = " ".join(
        term(c, names[i], first=k == 0, within=w)
        for k, (i, c, w) in enumerate(zip(kept, coefficients.tolist(), within.tolist(), strict=True))
    )
    formula = f"{formula} = {number(offset, within=PRINTED * weight.max())}"
    if len(kept) == 1:
        return formula, "constant"
    if np.abs(coefficients - coefficients[0]).max() < tolerance * abs(coefficients[0]):
        return formula, "sum rule"
    if len(kept) == 2 and offset == 0.0 and abs(coefficients.sum()) < tolerance * np.abs(coefficients).max():
        return formula, "equal columns"
    return formula, "linear"
