"""How are noisy surfaces told as equations in columns, and how well is each known?

Fitted once more on all rows, with replicas that leave out one block of rows each: the spread of anything
derived from them, times (K - 1) / sqrt(K), is its standard error (the jackknife). Replicas hold the
linear relations in reduced form and the quadrics in the same white coordinates as the equations.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh

from hepsym.analysis.symmetries.adjusted import block_moments, pencil
from hepsym.analysis.symmetries.constraints import Constraints, Replicas
from hepsym.analysis.symmetries.errors import thin_p_value
from hepsym.analysis.symmetries.noisy_surface import Ambient, NoisySurface, distances, fit_surface
from hepsym.analysis.symmetries.whitening import Frame, echelon

__all__ = ["claimed"]

Floats = NDArray[np.float64]

WIDE = 4.0
"""Where equations are taken on request, rows within so many noises speak for them."""
BLOCKS = 40
SURE = 5.0
FEW_BLOCKS, LARGE = 24, 120
"""Fewer blocks where there are more than so many monomials."""


def claimed(
    where: Ambient,
    guess: NoisySurface,
    rows: Floats,
    test: Floats,
    exact: Constraints,
    p_values: Floats | None,
) -> Constraints:
    """The equations of all rows (n, D), p-values as given, or those of "half the rows are farther"."""
    k, m = len(guess.flat), len(guess.curved)
    u = where.into(rows)
    variance = float(np.trace(guess.covariance)) / len(guess.covariance)
    made = fit_surface(u, k, m, variance, free=m > 0)
    noise = float(np.sqrt(np.trace(made.covariance) / len(made.covariance)))
    d, _ = distances(made, where.into(test))
    if p_values is None:
        p_values = np.array([thin_p_value(column, WIDE) for column in d.T])
    frame, replicas = _framed(where, made, u, exact)
    size = np.sqrt((made.curved[:, 1:] ** 2).sum(axis=1, keepdims=True))
    curved = made.curved / np.maximum(size, 1e-300)
    basis = np.linalg.qr(curved.T)[0].T if m else curved
    if replicas is not None and m:
        replicas = replace(replicas, quadrics=np.array([_aligned(q, basis) for q in replicas.quadrics]))
    residual = np.sqrt((d**2).mean(axis=0)) * noise
    axes = where.axes * where.unit[:, None]
    return replace(
        exact,
        frame=frame,
        quadrics=np.ascontiguousarray(basis),
        linear_residuals=np.concatenate([exact.linear_residuals, residual[:k]]),
        linear_p_values=np.concatenate([exact.linear_p_values, p_values[:k]]),
        quadric_residuals=residual[k:],
        quadric_p_values=p_values[k:],
        noise=noise,
        covariance=axes @ made.covariance @ axes.T,
        replicas=replicas,
        rows=len(rows),
    )


def _framed(
    where: Ambient, made: NoisySurface, u: Floats, exact: Constraints
) -> tuple[Frame, Replicas | None]:
    """The frame of all linear relations, exact ones first, and replicas of the noisy ones and quadrics."""
    out_of = (where.axes * where.unit[:, None]).T  # u @ out_of = x - centre
    into = where.axes / where.unit[:, None]
    k, m = len(made.flat), len(made.curved)
    y = u @ made.to_span
    many = made.curved.shape[1] > LARGE
    blocks = FEW_BLOCKS if many else BLOCKS
    normals = made.flat @ into.T  # covectors of x
    reduced, dependent = _relations(normals, where, exact.frame)
    sums = [np.array([p.mean(axis=0) for p in np.array_split(u, blocks)]),
            np.array([p.T @ p / len(p) for p in np.array_split(u, blocks)])]  # fmt: skip
    linear, quadrics = [], []
    moments = block_moments(y, 2, blocks) if m else None
    inside = made.to_span.T @ made.covariance @ made.to_span
    for b in range(blocks):
        rest = np.arange(blocks) != b
        if k:
            mean = sums[0][rest].mean(axis=0)
            second = sums[1][rest].mean(axis=0) - np.outer(mean, mean)
            linear.append(_replica(second, mean, made, into, where, dependent, exact.frame))
        if moments is not None:
            part = moments[rest].mean(axis=0)
            scale = float(pencil(part, inside, 2).values[:m].mean())
            quadrics.append(pencil(part, scale * inside, 2).polynomials[:m])
    tilt = np.array(linear) if k else np.empty((blocks, 0, reduced.shape[1]))
    if k:
        error = np.sqrt(((tilt - tilt.mean(axis=0)) ** 2).sum(axis=0) * (blocks - 1) / blocks)
        reduced = _rounded(reduced, error, where)
    relations = np.concatenate([exact.frame.relations, reduced])
    frame = Frame(
        centre=where.centre, scale=where.unit, to_white=into @ made.to_span,
        from_white=made.from_span @ out_of, relations=relations,
        dependent=(*exact.frame.dependent, *dependent), thickness=exact.frame.thickness,
    )  # fmt: skip
    shape = (blocks, m, made.curved.shape[1])
    return frame, Replicas(tilt, np.array(quadrics).reshape(shape))


def _relations(normals: Floats, where: Ambient, span: Frame) -> tuple[Floats, tuple[int, ...]]:
    """Reduced covectors (k, D + 1), with constants, beside the exact relations."""
    if not len(normals):
        return np.empty((0, len(where.unit) + 1)), ()
    scaled = normals * where.unit
    for relation, pivot in zip(span.relations, span.dependent, strict=True):
        scaled = scaled - np.outer(
            scaled[:, pivot] / (relation[pivot] * where.unit[pivot]), relation[:-1] * where.unit
        )
    reduced, pivots = echelon(scaled, 0.0)
    in_units = reduced / where.unit
    in_units /= in_units[np.arange(len(pivots)), pivots][:, None]
    return np.column_stack([in_units, in_units @ where.centre]), tuple(pivots)


def _replica(
    second: Floats, mean: Floats, made: NoisySurface, into: Floats, where: Ambient,
    dependent: tuple[int, ...], span: Frame,
) -> Floats:  # fmt: skip
    """The relations of other rows, solved for the same columns."""
    k = len(made.flat)
    _, vectors = eigh(second, made.covariance, subset_by_index=(0, k - 1))
    normals = vectors.T @ into.T
    for relation, pivot in zip(span.relations, span.dependent, strict=True):
        normals = normals - np.outer(normals[:, pivot] / relation[pivot], relation[:-1])
    solved = np.linalg.solve(normals[:, list(dependent)], normals)
    centre = where.centre + (mean @ where.axes.T) * where.unit
    return np.column_stack([solved, solved @ centre])


def _rounded(relations: Floats, error: Floats, where: Ambient) -> Floats:
    """Coefficients that are 0 or integers within SURE errors, and known to 0.02, are taken as such."""
    out = relations.copy()
    coefficients = out[:, :-1]
    whole = np.round(coefficients)
    near = (np.abs(coefficients - whole) < SURE * error[:, :-1] + 1e-9) & (error[:, :-1] < 0.02)
    weight = np.abs(coefficients) * where.unit
    absent = (np.abs(coefficients) < SURE * error[:, :-1]) & (
        weight < 0.05 * weight.max(axis=1, keepdims=True)
    )
    out[:, :-1] = np.where(absent, 0.0, np.where(near, whole, coefficients))
    out[:, -1] = out[:, :-1] @ where.centre
    return out


def _aligned(quadrics: Floats, basis: Floats) -> Floats:
    """The basis of the replica's space that is nearest to this one."""
    weights = np.linalg.lstsq(quadrics.T, basis.T, rcond=None)[0]
    made: Floats = weights.T @ quadrics
    return made
