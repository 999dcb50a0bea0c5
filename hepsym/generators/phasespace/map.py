"""What is a phase-space map? The unit cube to momenta at rest, its exact inverse, and its volume.

    dPhi_n = (2 pi)^4 delta^4(P - sum p) prod_i d^3p_i / ((2 pi)^3 2 E_i),     GeV^(2n - 4)

A weight is dPhi/du: the mean of f times weight over uniform u is the integral of f dPhi. Where a
map takes more uniforms than there are dimensions, or sorts them, weight is the inverse density of
the momenta, and `inverse` gives one of the preimages.
"""

from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import NDArray

from hepsym._numba import loop
from hepsym.errors import InputError
from hepsym.random import uniform, words

__all__ = ["FLAT_POINTS", "PhaseSpace", "energies", "philox_uniforms"]

Array = NDArray[np.float64]

FLAT_POINTS = 32
"""Stream of points drawn by `fill`; see hepsym.generators.integration.draws for the others."""
_CHUNK = 4096


class PhaseSpace(ABC):
    """A way to draw the momenta of given masses; all arrays are C-contiguous float64."""

    masses: tuple[float, ...]
    """GeV, of the outgoing particles in order."""
    dimensions: int
    """Uniforms a point takes."""

    @abstractmethod
    def forward(self, u: Array, sqrt_s: float | Array, momenta: Array, weight: Array) -> None:
        """Momenta (n, k, 4) in the rest frame and weight (n,) = dPhi/du of u (n, dimensions).

        sqrt_s in GeV is one number or (n,). A point below threshold has weight 0 and momenta of nan.
        Raises InputError for arrays of another shape.
        """

    @abstractmethod
    def inverse(self, momenta: Array, sqrt_s: float | Array, u: Array, weight: Array) -> None:
        """A u (n, dimensions) that `forward` takes to these momenta, and the same weight.

        momenta (n, k, 4) GeV must be at rest together and on their shells. A point that the map
        cannot reach has weight 0 and u of nan.
        """

    @abstractmethod
    def volume(self, sqrt_s: float) -> float:
        """The integral of dPhi_n at this energy, GeV^(2n - 4), without restriction; 0 below threshold."""

    def fill(
        self,
        momenta: Array,
        weight: Array,
        sqrt_s: float,
        first: int,
        key: tuple[np.uint64, np.uint64],
        stream: int = FLAT_POINTS,
    ) -> None:
        """Points first, first + 1, ... of a Philox stream: point i is a function of (key, stream, i).

        The same bits as `forward` of `philox_uniforms`, whatever the number of points asked for.
        """
        for start in range(0, len(weight), _CHUNK):
            part = slice(start, min(start + _CHUNK, len(weight)))
            u = philox_uniforms(part.stop - start, self.dimensions, first + start, key, stream)
            self.forward(u, sqrt_s, momenta[part], weight[part])


def energies(sqrt_s: float | Array, n: int) -> Array:
    """sqrt_s as an array of 1 or n entries. Raises InputError for another length."""
    made = np.ascontiguousarray(np.atleast_1d(np.asarray(sqrt_s, dtype=np.float64)))
    if made.shape not in {(1,), (n,)}:
        raise InputError(f"sqrt_s has shape {made.shape} for {n} points; give one number or one a point")
    return made


def check_shapes(space: PhaseSpace, u: Array, momenta: Array, weight: Array) -> None:
    """InputError unless u is (n, dimensions), momenta (n, k, 4) and weight (n,)."""
    n = len(weight)
    wanted = ((n, space.dimensions), (n, len(space.masses), 4), (n,))
    found = (u.shape, momenta.shape, weight.shape)
    if wanted != found:
        raise InputError(f"u, momenta, weight have shapes {found}; {type(space).__name__} needs {wanted}")


def check_masses(masses: tuple[float, ...], least: int = 2) -> tuple[float, ...]:
    """The masses as floats. Raises InputError for fewer than `least`, negative or infinite ones."""
    made = tuple(float(m) for m in masses)
    if len(made) < least:
        raise InputError(f"masses = {list(made)} are {len(made)}; give {least} or more")
    for m in made:
        if not 0.0 <= m < np.inf:
            raise InputError(f"a mass of {m!r} GeV is not possible; give 0 or more")
    return made


def philox_uniforms(
    n: int, dimensions: int, first: int, key: tuple[np.uint64, np.uint64], stream: int
) -> Array:
    """(n, dimensions) uniforms; numbers 2 j and 2 j + 1 of point i come from draw block j of event i."""
    u = np.empty((n, dimensions))
    _fill(u, first, np.uint64(stream), key[0], key[1])
    return u


@loop
def _fill(u: Array, first: int, stream: np.uint64, k0: np.uint64, k1: np.uint64) -> None:
    numbers = u.shape[1]
    for i in range(u.shape[0]):
        for j in range((numbers + 1) // 2):
            a, b, c, d = words(np.uint64(first + i), np.uint64(j), stream, k0, k1)
            u[i, 2 * j] = uniform(a, b)
            if 2 * j + 1 < numbers:
                u[i, 2 * j + 1] = uniform(c, d)
