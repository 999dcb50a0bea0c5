"""Which text is a number? Python's and Fortran's spellings, never NaN, never infinity."""

import math
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["number", "numbers"]

_FORTRAN = re.compile(rb"([-+]?(?:\d+\.?\d*|\.\d+))(?:[dDqQ]([-+]?\d+)|([-+]\d{3}))")
"""0.1D+02, and 0.123-101 where an exponent of three digits has pushed out the letter."""


def number(token: bytes) -> float:
    """The double that this text spells. Raises ValueError for anything else, NaN and infinity included."""
    if b"_" in token:  # Python would take 1_000
        raise ValueError
    try:
        value = float(token)
    except ValueError:
        match = _FORTRAN.fullmatch(token)
        if match is None:
            raise
        value = float(match[1] + b"e" + (match[2] or match[3]))
    if not math.isfinite(value):
        raise ValueError
    return value


def numbers(tokens: Sequence[bytes]) -> tuple[NDArray[np.float64], int | None]:
    """All tokens as doubles, and the place of the first that is none (NaN there), or None."""
    try:
        values = np.array(list(map(float, tokens)), dtype=np.float64)
        if np.isfinite(values).all():
            return values, None
    except ValueError:
        pass
    values = np.full(len(tokens), np.nan)
    for i, token in enumerate(tokens):
        try:
            values[i] = number(token)
        except ValueError:
            return values, i
    return values, None
