"""How do the particles of one event leave? Maps of uniforms to momenta in the rest frame, and back."""

from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import NDArray

__all__ = ["Final"]

Array = NDArray[np.float64]


class Final(ABC):
    """A map of the unit cube to the phase space of k particles."""

    axes: int
    """Uniforms taken."""

    @abstractmethod
    def forward(self, u: Array, sqrt_s: Array, momenta: Array, jacobian: Array) -> None:
        """Fill momenta (n, k, 4) at rest and dPhi/du (n,) from u (n, axes); 0 where nothing is allowed."""

    @abstractmethod
    def inverse(self, momenta: Array, sqrt_s: Array, u: Array, jacobian: Array) -> None:
        """Fill u (n, axes) and the same Jacobian from momenta; 0 where this map cannot reach."""
