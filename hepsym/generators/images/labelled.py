"""What is a labelled set? Pictures or rows, a class for each, and the true factors where they are known."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

__all__ = ["LabelledSet"]


@dataclass(frozen=True, slots=True, eq=False)
class LabelledSet:
    """Rows of several classes."""

    x: NDArray[np.floating]
    """(n, h, w), (n, h, w, channels) or (n, D)"""
    y: NDArray[np.generic]
    """(n,) integers or strings"""
    factors: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    """(n,) each: what is true of how a row was made"""

    def __len__(self) -> int:
        return len(self.x)
