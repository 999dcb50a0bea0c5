"""How do grids and channel chances come to follow the integrand? By iterations that are then forgotten.

Grids: VEGAS, each channel on its own points. Chances: Kleiss and Pittau's, from <w^2 g_i / g> of the
densities g_i (`phasespace.multichannel.next_chances`).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.generators.integration.draws import INTEGRATION, uniforms_of
from hepsym.generators.integration.grid import Grid
from hepsym.generators.integration.integrand import Density, Integrand
from hepsym.generators.phasespace.multichannel import next_chances

__all__ = ["Adapted", "adapt", "start"]

Array = NDArray[np.float64]

BATCH = 8192
"""Points evaluated at a time: their arrays stay in the second-level cache."""


@dataclass(frozen=True, slots=True)
class Adapted:
    """A frozen density, and the stream after the last that adaptation took."""

    density: Density
    next_stream: int


def start(integrand: Integrand, bins: int) -> Density:
    """Uniform grids and equal chances."""
    channels = len(integrand.axes)
    grids = tuple(Grid.uniform(axes, bins) for axes in integrand.axes)
    return Density(grids, np.full(channels, 1.0 / channels))


def adapt(
    integrand: Integrand,
    *,
    iterations: int,
    points: int,
    bins: int,
    key: tuple[np.uint64, np.uint64],
) -> Adapted:
    """The density after `iterations` of `points` each. Raises InputError where every point is cut away."""
    density = start(integrand, bins)
    several = len(integrand.axes) > 1
    found = 0
    for iteration in range(iterations):
        stream = np.uint64(int(INTEGRATION) + iteration)
        u = uniforms_of(np.arange(points), np.zeros(points, np.int64), integrand.numbers, stream, key)
        pieces = [integrand.evaluate(u[i : i + BATCH], density) for i in range(0, points, BATCH)]
        weight = np.concatenate([p.weight for p in pieces])
        found += int(np.count_nonzero(weight))
        if not np.isfinite(weight).all():
            raise InputError("the integrand is not finite at some points: check masses, widths and cuts")
        if not weight.any():
            continue
        chosen = density.choose(u[:, -1]) if several else np.zeros(points, np.int64)
        grids = []
        for channel, (grid, axes) in enumerate(zip(density.grids, integrand.axes, strict=True)):
            rows = np.flatnonzero(chosen == channel)
            enough = len(rows) > 4 * grid.edges.shape[1] and weight[rows].any()
            grids.append(grid.adapted(u[rows, :axes], weight[rows]) if enough else grid)
        chances = density.chances
        if several:
            shares = np.concatenate([p.densities for p in pieces])
            chances = next_chances(chances, (weight[:, None] ** 2 * shares).mean(axis=0))
        density = Density(tuple(grids), chances)
    if iterations and not found:
        raise InputError(
            f"no point of {iterations * points} passed the cuts: they leave no phase space; widen them"
        )
    return Adapted(density, int(INTEGRATION) + iterations)
