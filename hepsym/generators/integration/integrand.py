"""What is integrated: channels that map the unit cube to points, and a value at each point."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hepsym.generators.integration.grid import Grid

__all__ = ["Density", "Integrand", "Points"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """n points of the integration region."""

    momenta: Array
    """(n, legs, 4) GeV, of all legs."""
    weight: Array
    """(n,) integrand over sampling density, in the integral's unit; 0 where a point is cut away."""
    shares: Array = field(default_factory=lambda: np.empty((0, 0)))
    """(n, groups): weight of each group of subprocesses per unit of parton luminosity."""
    fractions: Array = field(default_factory=lambda: np.empty((0, 2)))
    """(n, 2) momentum fractions of the partons."""
    scales: Array = field(default_factory=lambda: np.empty((0, 2)))
    """(n, 2) GeV^2, squares of the renormalisation and the factorisation scale."""
    densities: Array = field(default_factory=lambda: np.empty((0, 0)))
    """(n, channels): sampling density of each channel over that of their mixture."""


@dataclass(frozen=True, slots=True, eq=False)
class Density:
    """How points are drawn: a channel with its probability, then that channel's grid."""

    grids: tuple[Grid, ...]
    chances: Array
    """(channels,), of sum 1."""

    def choose(self, u: Array) -> NDArray[np.int64]:
        """Channel of each uniform number, (n,)."""
        cumulative = np.cumsum(self.chances)
        chosen: NDArray[np.int64] = np.searchsorted(cumulative, u * cumulative[-1])
        return chosen.clip(max=len(self.chances) - 1)


class Integrand(ABC):
    """A positive function on phase space, with one or more ways to draw its points."""

    axes: tuple[int, ...]
    """How many uniforms each channel takes."""

    @property
    def numbers(self) -> int:
        """Uniforms a point takes: the most axes of a channel, and one for the choice among several."""
        return max(self.axes) + (len(self.axes) > 1)

    @abstractmethod
    def evaluate(self, u: Array, density: Density) -> Points:
        """Points of uniforms u (n, numbers), drawn through `density`."""


def grid_points(
    u: Array, density: Density, channel: int, rows: NDArray[np.int64] | slice, axes: int
) -> tuple[Array, Array]:
    """x (m, axes) and dx/dy (m,) of a channel's share of the uniforms."""
    return density.grids[channel].forward(np.ascontiguousarray(u[rows, :axes]))
