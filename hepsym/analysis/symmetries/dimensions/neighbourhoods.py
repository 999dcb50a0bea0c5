"""Which dimension do a table's neighbourhoods show at each scale, in every frame that may show it?

Three frames: all directions white; the scaled columns themselves, which noise of one size does not
stretch; and, where principal directions stand apart as thin, the white frame of the others. Exact
equations are taken out: clouds are projected on what they leave free at their centre.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepsym.analysis.symmetries.dimensions.patches import ROWS, Patches, Tangent, patches, residuals
from hepsym.analysis.symmetries.dimensions.surfaces import gradient_rank
from hepsym.analysis.symmetries.dimensions.votes import Votes, agreed, votes
from hepsym.analysis.symmetries.equations.constraints import Constraints
from hepsym.analysis.symmetries.features import gradients
from hepsym.analysis.symmetries.whitening import Frame, frame

__all__ = ["Neighbourhoods", "View", "look"]

Floats = NDArray[np.float64]

APART = 3.0
THIN = 0.2
"""Principal directions below this thickness, and APART times thinner than the next, may be noise."""
RESOLVED = 0.05
"""Beyond exact quadrics a surface is only seen where its thickness is this part of the neighbourhood."""
EQUAL_SIZES = 1.5
PLACES = (0.15, 0.65, 0.85)
"""Quantiles of the votes: an interval spans the outer two. What a third and more of the places show is
told, since the dimension of a union is the largest."""
FEW, LEAST = 20, 5
"""A column of fewer than LEAST values is a set of points, and one of up to FEW that are not evenly spaced;
others that repeat are a lattice."""


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """One frame: coordinates, what exact equations leave free, profiles and votes."""

    y: Floats
    tangent: Tangent | None
    told: Patches
    votes: Votes
    seed: int
    dropped: float
    """Thickness of the directions that are left out: no smaller scale is looked at here"""

    def residuals(self, d: int, size: int) -> Floats:
        """Distances from surfaces of dimension d along the thickest normal, place by place, as seen."""
        return residuals(self.y, self.tangent, self.seed, size=self.told.sizes[size], d=d)

    def flat(self, d: int) -> int:
        """How many of the normals are the same everywhere."""
        axes = self.told.axes[int(self.votes.size[d]), :, :, d:]
        axes = axes[np.isfinite(axes).all(axis=(1, 2))]
        mean = np.einsum("cik,cjk->ij", axes, axes) / max(len(axes), 1)
        return int((np.linalg.eigvalsh(mean) > 0.95).sum())


@dataclass(frozen=True, slots=True, eq=False)
class Neighbourhoods:
    """Votes of all frames."""

    views: tuple[View, ...]
    rank: int
    """Directions that the exact equations leave"""
    finest: float
    """Scale, in standard deviations of a column, that the rows resolve"""

    def at(self, scale: float) -> tuple[int, int, int, View]:
        """The lowest median vote at this scale, its interval over places, and the frame it is seen in."""
        best, least = None, self.rank
        for view in self.views:
            if scale < view.dropped:
                continue
            cast = view.votes.at(scale)
            low, middle, high = (int(q) for q in np.quantile(cast, PLACES, method="nearest"))
            least = min(least, low)
            if best is None or middle < best[0]:
                best = (middle, high, view)
        assert best is not None
        return best[0], least, best[1], best[2]

    def steps(self) -> list[float]:
        """Scales at which some dimension begins to hold."""
        found = {float(t) for v in self.views for t in v.votes.thickness if np.isfinite(t)}
        return sorted(found)

    @property
    def untried(self) -> int:
        """Least dimension that no frame suffices to refuse."""
        return max(v.votes.untried for v in self.views)

    def shares(self, scale: float) -> dict[int, float]:
        """Parts of the places that vote for each dimension at this scale."""
        cast = self.at(scale)[3].votes.at(scale)
        return {int(d): float((cast == d).mean()) for d in np.unique(cast)}


def look(rows: Floats, exact: Constraints, seed: int) -> Neighbourhoods | None:
    """The neighbourhoods of rows (n, D); None where they are too few, or one direction or none is left."""
    rows = rows[:ROWS]
    span = exact.frame
    if span.rank < 1:
        return None
    jittered, lattice = _unrounded(rows, seed)
    views: list[View] = []
    finest = 0.0
    for base, sizes, dropped in _frames(jittered, exact):
        y = base.white(jittered) * sizes
        tangent = _free(sizes, jittered, exact)
        if tangent is not None and tangent(y[0]).shape[1] == 0:
            return None
        told = patches(y, base.from_white / base.scale / sizes[:, None], tangent, seed)
        if not told.sizes:
            return None
        views.append(
            View(y, tangent, told, votes(told, np.inf if tangent is None else RESOLVED), seed, dropped)
        )
        seen = float(np.nanmedian(told.sigma[0, :, 0] * told.unit[0, :, 0]))
        finest = seen / 2 if len(views) == 1 else min(finest, seen / 2)
    cast = agreed([v.votes for v in views])
    views = [replace(v, votes=c) for v, c in zip(views, cast, strict=True)]
    return Neighbourhoods(tuple(views), views[0].votes.rank, max(finest, 2 * lattice))


def _frames(rows: Floats, exact: Constraints) -> list[tuple[Frame, Floats, float]]:
    """Frames, sizes that their white coordinates are multiplied with, thickness of what they leave out.

    Where quadrics hold exactly there is no noise, and nothing is left out.
    """
    span = exact.frame
    lengths = np.linalg.norm(span.from_white / span.scale, axis=1)
    out: list[tuple[Frame, Floats, float]] = [(span, np.ones(span.rank), 0.0)]
    if lengths.max() > EQUAL_SIZES * lengths.min():
        out.append((span, lengths, 0.0))
    thickness = np.sort(lengths)
    ratios = thickness[1:] / thickness[:-1]
    ratios[thickness[:-1] > THIN] = 0.0
    if len(ratios) and ratios.max() > APART and not len(exact.equations):
        thin = 1 + int(ratios.argmax())
        other = frame(rows, thin=len(span.relations) + thin)
        out.append((other, np.ones(other.rank), float(thickness[thin - 1])))
    return out


def _free(sizes: Floats, rows: Floats, exact: Constraints) -> Tangent | None:
    """What exact quadrics leave free at a point, in the frame's units; None where there are none."""
    if not len(exact.equations):
        return None
    sample = exact.frame.white(rows[:: max(1, len(rows) // 400)])
    codimension = gradient_rank(sample, exact.equations)

    def tangent(point: Floats) -> Floats:
        normals = gradients(point[None, :] / sizes, exact.equations)[0] / sizes
        return np.linalg.svd(normals, full_matrices=True)[2][codimension:].T

    return tangent


def _unrounded(rows: Floats, seed: int) -> tuple[Floats, float]:
    """The rows with repeated values spread over the step between them, and the largest step.

    The step is in standard deviations of its column.
    """
    rng: Any = np.random.default_rng([seed, 31])
    out, largest = rows, 0.0
    for j in range(rows.shape[1]):
        values, counts = np.unique(rows[:, j], return_counts=True)
        if len(values) < 2 or np.median(counts) < 2:
            continue
        steps = np.diff(values)
        step = float(np.median(steps))
        if len(values) <= FEW and (len(values) < LEAST or steps.min() < 0.99 * step):
            continue
        if out is rows:
            out = rows.copy()
        out[:, j] += step * (rng.random(len(rows)) - 0.5)
        largest = max(largest, step / float(rows[:, j].std()))
    return out, largest
