"""Are these the rows that a run was fitted to? One SHA-256 of names and numbers."""

import hashlib
import json
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["data_digest"]

_PIECE = 1 << 20
"""Rows hashed at a time."""


def data_digest(values: NDArray[np.float64], names: Sequence[str]) -> str:
    """SHA-256 of the column names and of the float64 numbers, row by row, as hexadecimal text."""
    digest = hashlib.sha256(json.dumps(list(names)).encode())
    for first in range(0, len(values), _PIECE):
        digest.update(np.ascontiguousarray(values[first : first + _PIECE]).data)
    return digest.hexdigest()
