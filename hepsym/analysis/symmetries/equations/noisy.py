"""How are noisy surfaces told as equations in columns, and how well is each known?

Fitted once more on all rows, with replicas that leave out one block of rows each: the spread of anything
derived from them, times (K - 1) / sqrt(K), is its standard error (the jackknife). Replicas hold the
linear relations in reduced form and the quadrics in the same white coordinates as the equations.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hepsym.analysis.symmetries.equations.constraints import Constraints, Replicas
from hepsym.analysis.symmetries.equations.evidence import beside_noise
from hepsym.analysis.symmetries.equations.replicas import quadric_replicas, relation_replicas
from hepsym.analysis.symmetries.equations.rounding import EVERY, SOME, jackknife_error, settled
from hepsym.analysis.symmetries.equations.surface import (
    Ambient,
    NoisySurface,
    distances,
    fit_surface,
    with_flat,
)
from hepsym.analysis.symmetries.errors import thin_p_value
from hepsym.analysis.symmetries.features import Moments, moments_of
from hepsym.analysis.symmetries.whitening import Frame, echelon

__all__ = ["claimed"]

Floats = NDArray[np.float64]

PROFILED = 20_000
"""Rows whose profile is looked at"""
WIDE = 4.0
"""Where equations are taken on request, rows within so many noises speak for them."""
MOST_BLOCKS, LEAST_BLOCKS, BLOCK_WORK = 200, 60, 12_000
"""Blocks of the jackknife: BLOCK_WORK over the number of monomials."""
SURE = 5.0
KNOWN_TO = 0.02


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
    # Constants are told by all rows, as their errors are, not by those of the search.
    where = replace(where, centre=rows.mean(axis=0))
    u = where.into(rows)
    variance = float(np.trace(guess.covariance)) / len(guess.covariance)
    moments = moments_of(u)
    made = fit_surface(u, k, m, variance, free=m > 0, moments=moments)
    noise = float(np.sqrt(np.trace(made.covariance) / len(made.covariance)))
    frame, replicas, made = _framed(where, made, u, moments, exact)
    d, _ = distances(made, where.into(test))
    unlike = [] if p_values is None else beside_noise(d[:PROFILED])
    if p_values is None:
        p_values = np.array([thin_p_value(column, WIDE) for column in d.T])
    size = np.sqrt((made.curved[:, 1:] ** 2).sum(axis=1, keepdims=True))
    curved = made.curved / np.maximum(size, 1e-300)
    basis = np.linalg.qr(curved.T)[0].T if m else curved
    if replicas is not None and m:
        replicas = replace(replicas, quadrics=_aligned(replicas.quadrics, basis))
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
        notes=(*exact.notes, *unlike),
        noise=noise,
        covariance=axes @ made.covariance @ axes.T,
        noise_axes=axes,
        noise_doubt=made.doubt,
        replicas=replicas,
        rows=len(rows),
    )


def _framed(
    where: Ambient, made: NoisySurface, u: Floats, moments: Moments, exact: Constraints
) -> tuple[Frame, Replicas, NoisySurface]:
    """The frame of all linear relations, exact ones first, replicas of noisy ones and quadrics, the surface.

    Relations whose coefficients are integers are taken as such, and the quadrics fitted once more then: a
    tilt of the span would move them by as much as the noise does.
    """
    k, m = len(made.flat), len(made.curved)
    blocks = int(np.clip(BLOCK_WORK // made.curved.shape[1], LEAST_BLOCKS, MOST_BLOCKS))
    out_of, into = (where.axes * where.unit[:, None]).T, where.axes / where.unit[:, None]
    reduced, dependent = _relations(made.flat @ into.T, where, exact.frame)
    tilt = np.empty((blocks, 0, len(where.unit) + 1))
    if k:
        tilt = relation_replicas(where, made, u, dependent, exact.frame, blocks)
        reduced, tilt = _rounded(reduced, tilt, (*exact.frame.dependent, *dependent), where)
        made = with_flat(moments, reduced[:, :-1] @ out_of.T, made, m)
    frame = Frame(
        centre=where.centre, scale=where.unit, to_white=into @ made.to_span,
        from_white=made.from_span @ out_of, relations=np.concatenate([exact.frame.relations, reduced]),
        dependent=(*exact.frame.dependent, *dependent), thickness=exact.frame.thickness,
    )  # fmt: skip
    quadrics = np.empty((blocks, 0, made.curved.shape[1]))
    if m:
        quadrics = quadric_replicas(where, made, u, frame, tilt, blocks)
    return frame, Replicas(tilt, quadrics), made


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


def _rounded(
    relations: Floats, tilt: Floats, solved: tuple[int, ...], where: Ambient
) -> tuple[Floats, Floats]:
    """Coefficients that are 0 or integers, as far as their errors tell and known to 0.02, are taken as such.

    Relations (k, D + 1) and their replicas (blocks, k, D + 1), both with the constants that go with them.
    """
    out, others = relations.copy(), tilt.copy()
    free = np.setdiff1d(np.arange(len(where.unit)), solved)
    constant = tilt[:, :, -1] - tilt[:, :, :-1] @ where.centre
    for i, row in enumerate(relations[:, free]):
        error, weight = jackknife_error(tilt[:, i, free]), np.abs(row) * where.unit[free]
        whole = np.round(row)
        near = (np.abs(row - whole) < SURE * error + 1e-9) & (error < KNOWN_TO)
        absent = (np.abs(row) < SURE * error) & (weight < 0.05 * np.abs(relations[i, :-1] * where.unit).max())
        level = EVERY if (near | absent).all() else SOME
        aim = np.where(absent, 0.0, whole)
        out[i, free], others[:, i, free] = settled(row, tilt[:, i, free], aim, near | absent, level)[:2]
    out[:, -1] = out[:, :-1] @ where.centre
    others[:, :, -1] = constant + others[:, :, :-1] @ where.centre
    return out, others


def _aligned(quadrics: Floats, basis: Floats) -> Floats:
    """The bases of the replicas' spaces (blocks, m, count) that are nearest to this one (m, count)."""
    made: Floats = basis @ np.linalg.pinv(quadrics) @ quadrics
    return made
