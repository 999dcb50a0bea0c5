"""How is an equation written for a reader? Numbers without needless digits, small integers where they fit."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["linear_formula", "number", "term"]

Floats = NDArray[np.float64]


def number(value: float) -> str:
    """Six digits, and an integer as one."""
    nearest = round(value)
    return f"{nearest}" if abs(value - nearest) < 1e-9 * max(1.0, abs(value)) else f"{value:.6g}"


def term(coefficient: float, what: str, *, first: bool) -> str:
    """ "+ 2 x" or "- x"; without a plus at the beginning."""
    sign = "-" if coefficient < 0 else ("" if first else "+")
    size = number(abs(coefficient))
    body = what if size == "1" else f"{size} {what}"
    return f"{sign}{body}" if first else f"{sign} {body}"


def linear_formula(
    normal: Floats, offset: float, names: Sequence[str], scale: Floats, tolerance: float = 1e-6
) -> tuple[str, str]:
    """The relation normal . x = offset in words, and its kind."""
    weight = np.abs(normal * scale)
    kept = np.flatnonzero(weight > tolerance * weight.max()).tolist()
    coefficients = normal[kept]
    whole = np.round(coefficients)
    coefficients = np.where(np.abs(coefficients - whole) < tolerance, whole, coefficients)
    if abs(offset) < tolerance * weight.max():
        offset = 0.0
    formula = " ".join(
        term(c, names[i], first=k == 0) for k, (i, c) in enumerate(zip(kept, coefficients, strict=True))
    )
    formula = f"{formula} = {number(offset)}"
    if len(kept) == 1:
        return formula, "constant"
    if np.abs(coefficients - coefficients[0]).max() < tolerance * abs(coefficients[0]):
        return formula, "sum rule"
    if len(kept) == 2 and offset == 0.0 and abs(coefficients.sum()) < tolerance * np.abs(coefficients).max():
        return formula, "equal columns"
    return formula, "linear"
