"""How are phase-space points had in one call, and what does a given point weigh?"""

from collections.abc import Sequence

import numpy as np

from hepsym.errors import InputError
from hepsym.generators.phasespace.cascades.diet import Diet
from hepsym.generators.phasespace.cascades.genbod import Genbod
from hepsym.generators.phasespace.map import FLAT_POINTS, Array, PhaseSpace, check_masses
from hepsym.generators.phasespace.rambo.rambo import Rambo
from hepsym.generators.phasespace.two_body import TwoBody
from hepsym.random import key

__all__ = ["ALGORITHMS", "draw", "phase_space", "phase_space_weight"]

ALGORITHMS = {"genbod": Genbod, "diet": Diet, "rambo": Rambo}
"""By name; two particles are TwoBody whatever the name."""


def phase_space(masses: Sequence[float], algorithm: str = "genbod") -> PhaseSpace:
    """The map of this name for these masses, GeV. Raises InputError for an unknown name."""
    legs = check_masses(tuple(masses))
    if algorithm not in ALGORITHMS:
        raise InputError(f"algorithm = {algorithm!r} is none of {', '.join(ALGORITHMS)}")
    if len(legs) == 2 and algorithm != "rambo":
        return TwoBody(legs)
    return ALGORITHMS[algorithm](legs)


def draw(
    n: int,
    masses: Sequence[float],
    sqrt_s: float,
    seed: int = 1,
    algorithm: str = "genbod",
    *,
    first: int = 0,
    out: Array | None = None,
) -> tuple[Array, Array]:
    """Momenta (n, k, 4) in GeV at rest and weights (n,) in GeV^(2k - 4), whose mean is the volume.

    Point i is a function of (seed, first + i, masses, algorithm) alone; out (n, k, 4) is filled and
    returned where it is given. Raises InputError below threshold.
    """
    if n < 1:
        raise InputError(f"n = {n} points is not a positive number")
    space = phase_space(masses, algorithm)
    check_open(space, sqrt_s)
    shape = (n, len(space.masses), 4)
    momenta = np.empty(shape) if out is None else out
    if momenta.shape != shape or momenta.dtype != np.float64 or not momenta.flags.c_contiguous:
        raise InputError(
            f"out must be C-contiguous float64 of shape {shape}, not {momenta.dtype} of shape {momenta.shape}"
        )
    weight = np.empty(n)
    space.fill(momenta, weight, sqrt_s, first, key(seed, "phase space"), FLAT_POINTS)
    return momenta, weight


def phase_space_weight(
    momenta: Array, masses: Sequence[float], sqrt_s: float | Array, algorithm: str = "genbod"
) -> Array:
    """dPhi / du at given momenta (n, k, 4), GeV, at rest and on shell: what `draw` would weigh them with.

    Its inverse is the density, in dPhi, of the points that the algorithm draws. 0 for momenta that
    are not of these masses and this energy. Error: 1e-9 relative, but for pairs so fast that
    their momenta no longer hold their mass. Raises InputError for arrays of another shape.
    """
    space = phase_space(masses, algorithm)
    points = np.ascontiguousarray(momenta, dtype=np.float64)
    if points.ndim != 3:
        raise InputError(f"momenta have shape {points.shape}; give (n, {len(space.masses)}, 4)")
    weight = np.empty(len(points))
    space.inverse(points, sqrt_s, np.empty((len(points), space.dimensions)), weight)
    return weight


def check_open(space: PhaseSpace, sqrt_s: float) -> None:
    """InputError unless sqrt_s is above the sum of the masses."""
    threshold = sum(space.masses)
    if not threshold < sqrt_s < np.inf:
        legs = " + ".join(f"{m:g}" for m in space.masses)
        raise InputError(
            f"sqrt_s = {sqrt_s!r} GeV is not above the threshold {legs} = {threshold!r} GeV; raise sqrt_s"
        )
