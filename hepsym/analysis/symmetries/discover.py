"""What are the symmetries of this table? Dimension, equations, generators, all under one alpha."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepsym.analysis.spectrum import Spectrum
from hepsym.analysis.symmetries.admission import admitted
from hepsym.analysis.symmetries.dimensions.estimate import Dimension, dimension
from hepsym.analysis.symmetries.dimensions.unexplained import seen_beside
from hepsym.analysis.symmetries.equations.constraints import Constraint, Constraints, find_constraints
from hepsym.analysis.symmetries.equations.noise import find_noisy
from hepsym.analysis.symmetries.equations.projection import onto_surface
from hepsym.analysis.symmetries.equations.resolution import repeated, unresolved
from hepsym.analysis.symmetries.errors import BUDGET
from hepsym.analysis.symmetries.flows.algebra import SMALL, identify, is_closed
from hepsym.analysis.symmetries.flows.density import DELTA
from hepsym.analysis.symmetries.flows.discrete import Discrete, discrete_symmetries, group_order
from hepsym.analysis.symmetries.flows.generators import Generator, made, unequal_units
from hepsym.analysis.symmetries.flows.lie import fields_score, tangent_fields, tidy
from hepsym.analysis.symmetries.flows.lie_pca import BLUR, fields_from_neighbours
from hepsym.analysis.symmetries.flows.straightened import beyond_linear
from hepsym.analysis.symmetries.flows.survival import surviving
from hepsym.analysis.symmetries.recognition.names import recognise

__all__ = ["Discovery", "discover"]

Floats = NDArray[np.float64]

ROWS = 100_000
"""Rows looked at; more change nothing that holds for every row."""

DENSITY_ROWS = 100_000
"""Rows from which the density is judged, where more do find smaller effects."""

FIELD_POINTS = 1500


@dataclass(frozen=True, slots=True, eq=False)
class Discovery:
    """Everything that is claimed of a table at family-wise alpha."""

    dimension: Dimension
    constraints: tuple[Constraint, ...]
    generators: tuple[Generator, ...]
    algebra: str
    of: str
    broken: tuple[dict[str, Any], ...]
    discrete: tuple[Discrete, ...]
    discrete_group: int
    """Elements of the group that the certified ones make; 0 for more than 400"""
    nonlinear: tuple[dict[str, Any], ...]
    """Of two dimensions without a linear generator: a quadratic change of coordinates that has one"""
    density: dict[str, Any]
    centre: Floats
    alpha: float
    n: int
    columns: tuple[str, ...]
    noise: float
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The contract of `hepsym symmetries --json`."""
        d = self.dimension
        return {
            "dimension": {
                "value": d.value, "low": d.low, "high": d.high, "scale": d.scale,
                "evidence": list(d.counted), "shares": {str(k): v for k, v in d.shares.items()},
                "scales": [
                    {"scale": a.scale, "value": a.value, "low": a.low, "high": a.high, "evidence": a.evidence}
                    for a in d.scales
                ],
            },
            "constraints": [
                {
                    "formula": c.formula, "kind": c.kind, "degree": c.degree,
                    "residual": c.residual, "p_value": c.p_value, "exact": c.exact,
                    "values": {k: {"value": v, "error": e} for k, (v, e) in c.values.items()},
                }
                for c in self.constraints
            ],
            "generators": {
                "count": len(self.generators), "algebra": self.algebra,
                "basis": [g.to_json() for g in self.generators], "of": self.of, "centre": self.centre,
            },
            "broken": list(self.broken),
            "discrete": [d.to_json() for d in self.discrete],
            "discrete_group": self.discrete_group,
            "nonlinear": list(self.nonlinear),
            "density": self.density,
            "noise": self.noise,
            "alpha": self.alpha,
            "n": self.n,
            "columns": list(self.columns),
            "notes": list(self.notes),
        }  # fmt: skip


def discover(
    rows: Floats, names: Sequence[str], *, alpha: float = 0.01, scale: float | None = None,
    max_degree: int = 3, spectrum: Spectrum | ArrayLike | None = None, seed: int = 1,
    noise: float | None = None,
) -> Discovery:  # fmt: skip
    """Dimension, equations and generators of rows (n, D), finite, with D names.

    alpha bounds the chance of any false claim in the run. scale, in standard deviations of a column:
    what is thinner counts as none; absent, equations are exact or explained by noise that shows itself.
    noise, in the same unit: known to be in every column, so that single flat relations are told too.
    spectrum: of a decoder's Jacobian (hepsym.analysis.spectrum, or its singular values), as more evidence
    of the dimension.
    Raises InputError for too few rows, degrees outside 1 to 3, alpha outside (0, 1/2), scale or noise
    outside (0, 1).
    """
    rows = admitted(rows, names, alpha=alpha, scale=scale, noise=noise, max_degree=max_degree)
    order = np.random.default_rng([seed, len(rows)]).permutation(len(rows))
    mixed = rows[order[:ROWS]]
    half = len(mixed) // 2
    fit, test = mixed[:half], mixed[half:]
    half_share = alpha * BUDGET["constraints"] / 2
    exact = find_constraints(fit, test, max_degree=max_degree, alpha=half_share)
    noisy = find_noisy(fit, test, exact, scale, alpha=half_share, noise=noise)
    found = exact if noisy is None else noisy
    white = found.frame.white(mixed)
    dim = dimension(mixed, exact, noisy, spectrum=spectrum, scale=scale, seed=seed)
    fields, scores, notes = _tangent(found, white, dim)
    share = alpha * BUDGET["density"]
    many = found.frame.white(rows[order[:DENSITY_ROWS]])
    density = surviving(found, fields, many, names, alpha=0.65 * share, seed=seed)
    by_equations = len(found.equations) > 0 and dim.value >= dim.left
    bent = by_equations or len(fields) > 0
    known_to = max(SMALL, 10 * found.precision) if by_equations else BLUR
    blur = 0.05 if not bent else 30 * found.precision if by_equations else 3 * BLUR
    shown = fields if bent else density.certified
    generators = made(shown, found.frame, names, scores if bent else density.bounds, blur)
    lost = made(density.broken, found.frame, names, density.p_values, blur)
    broken = [
        {
            "name": g.name, "matrix": g.matrix, "shift": g.shift, "p_value": g.score, "of": "density",
            "shown_by": shown_by,
        }
        for g, shown_by in zip(lost, density.shown_by, strict=True)
    ] + unequal_units(generators, found.frame, names, white, 0.05 * share)  # fmt: skip
    discrete = discrete_symmetries(
        many, found.frame, names, density.certified, density.broken, [g.name for g in lost],
        alpha=0.25 * share, seed=seed,
    )  # fmt: skip
    return Discovery(
        dimension=dim,
        constraints=tuple(recognise(found, test, names, mixed)),
        generators=generators,
        algebra=(identify(shown, known_to) if bent else identify(shown, 0.05, closes=0.2)).name,
        of="manifold" if bent else "density",
        broken=tuple(broken),
        discrete=tuple(discrete),
        discrete_group=group_order(discrete),
        nonlinear=beyond_linear(
            many, found.frame, alone=not len(density.certified), alpha=0.05 * share, seed=seed
        ),
        density={
            "count": len(density.certified),
            "algebra": identify(density.certified, 0.05, closes=0.2).name,
            "bounds": density.bounds,
            "delta": DELTA,
            "undecided": density.undecided,
        },
        centre=found.frame.centre,
        alpha=alpha,
        n=len(rows),
        columns=tuple(names),
        noise=found.noise,
        notes=(
            *unresolved(rows, names),
            *repeated(rows),
            *found.notes,
            *notes,
            *density.notes,
            *seen_beside(exact, noisy, dim),
        ),
    )


def _tangent(found: Constraints, white: Floats, dim: Dimension) -> tuple[Floats, Floats, list[str]]:
    """Fields along the surface, by its equations, or by neighbourhoods where those do not tell all of it."""
    rank = found.frame.rank
    none = np.zeros((0, rank, rank + 1)), np.empty(0)
    if dim.value < (dim.left if len(found.equations) else rank):
        fields, scores = fields_from_neighbours(white, dim.value)
        if len(fields):
            tidied = tidy(fields, found.frame, 3 * BLUR)
            return (
                tidied,
                np.full(len(fields), scores.max()),
                ["generators of the manifold by neighbourhoods"],
            )
        return *none, ["generators of the manifold: none by neighbourhoods, its equations are not known"]
    if not len(found.equations):
        return *none, []
    fields, _ = tangent_fields(_points(found, white), found.equations, found.precision)
    if not is_closed(fields):
        return *none, ["generators of the manifold are not told: noise blurs them, they form no algebra"]
    fields = tidy(fields, found.frame, 3 * found.precision)
    return fields, fields_score(_points(found, white), found.equations, fields), []


def _points(found: Constraints, white: Floats) -> Floats:
    """Rows on the surface itself, where noise has taken them off it."""
    points = white[:FIELD_POINTS]
    return points if found.noise == 0 else onto_surface(points, found.equations)
