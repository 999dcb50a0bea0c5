"""What does a vector field do to the columns? "rotation of x, y", "boost of E, pz"."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hepsym.analysis.symmetries.algebra import describe

__all__ = ["name_field"]

Floats = NDArray[np.float64]

SHOWN = 8


def name_field(matrix: Floats, shift: Floats, names: Sequence[str], scale: Floats, blur: float = 1e-6) -> str:
    """Kind of the field by its spectrum, and the columns that it moves, by `blur` of the fastest at least."""
    scaled = matrix * scale / scale[:, None]
    size = np.abs(scaled).max(initial=0.0)
    shifted = np.abs(shift / scale)
    moved = np.flatnonzero(
        (np.abs(scaled).max(axis=1) > blur * size) | (shifted > blur * max(size, shifted.max()))
    )
    told = ", ".join(names[i] for i in moved[:SHOWN])
    more = f" and {len(moved) - SHOWN} more" if len(moved) > SHOWN else ""
    return f"{describe(scaled, shift / scale)} of {told}{more}"
