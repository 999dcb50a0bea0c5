"""A map of the unit cube onto itself that follows the integrand, axis by axis: VEGAS' importance sampling.

Each axis is cut into bins of equal probability; inside a bin the map is linear. Lepage, J. Comput.
Phys. 27 (1978) 192 and 439 (2021) 110386, https://arxiv.org/abs/2009.05112. The `vegas` package
adapts the bins; sampling runs here, in compiled loops that hold no lock.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from hepsym._numba import loop

__all__ = ["Grid"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Frozen bin edges (axes, bins + 1), from 0 to 1 along each axis."""

    edges: Array

    @classmethod
    def uniform(cls, axes: int, bins: int) -> Self:
        """The identity."""
        return cls(np.tile(np.linspace(0.0, 1.0, bins + 1), (axes, 1)))

    def forward(self, y: Array) -> tuple[Array, Array]:
        """x (n, axes) of uniform y (n, axes), and dx/dy, (n,)."""
        x, jacobian = np.empty(y.shape), np.empty(len(y))
        _forward(self.edges, y, x, jacobian)
        return x, jacobian

    def jacobian_at(self, x: Array) -> Array:
        """dx/dy at given x, (n,): the inverse of the probability density that `forward` draws from."""
        jacobian = np.empty(len(x))
        _jacobian_at(self.edges, x, jacobian)
        return jacobian

    def adapted(self, y: Array, weight: Array, *, damping: float = 1.5) -> Self:
        """The grid after one step of adaptation to points y, (n, axes), of integrand times jacobian `weight`.

        damping is VEGAS' alpha; 0 changes nothing.
        """
        from vegas import AdaptiveMap

        bins = self.edges.shape[1] - 1
        adaptive = AdaptiveMap(self.edges)
        scale = float(np.abs(weight).max())
        if scale == 0.0:
            return self
        adaptive.add_training_data(np.ascontiguousarray(y), (weight / scale) ** 2)
        adaptive.adapt(alpha=damping, ninc=bins)
        edges = np.array(adaptive.grid)[:, : bins + 1]
        edges[:, 0], edges[:, -1] = 0.0, 1.0
        return type(self)(np.ascontiguousarray(edges))


@loop
def _forward(edges: Array, y: Array, x: Array, jacobian: Array) -> None:
    axes, bins = edges.shape[0], edges.shape[1] - 1
    for i in range(y.shape[0]):
        product = 1.0
        for a in range(axes):
            place = y[i, a] * bins
            k = min(int(place), bins - 1)
            width = edges[a, k + 1] - edges[a, k]
            x[i, a] = edges[a, k] + (place - k) * width
            product *= width * bins
        jacobian[i] = product


@loop
def _jacobian_at(edges: Array, x: Array, jacobian: Array) -> None:
    axes, bins = edges.shape[0], edges.shape[1] - 1
    for i in range(x.shape[0]):
        product = 1.0
        for a in range(axes):
            low, high = 0, bins
            while high - low > 1:
                middle = (low + high) // 2
                if x[i, a] >= edges[a, middle]:
                    low = middle
                else:
                    high = middle
            product *= (edges[a, low + 1] - edges[a, low]) * bins
        jacobian[i] = product
