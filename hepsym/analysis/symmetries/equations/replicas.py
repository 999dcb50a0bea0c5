"""How do flat and curved surfaces move when one block of rows is left out? Replicas for the jackknife.

A replica of a quadric is written in the white coordinates of the whole fit. Its own span is another, since
its linear relations are; a point of one span is that of the other which agrees with it in the columns that
relations are not solved for. So the replicas of a quadric hold what the tilt of the span does to it.
The noise is that of the whole fit: what its own error moves is of second order, s^2 / sqrt(n).
"""

import numpy as np
from numpy.typing import NDArray

from hepsym.analysis.symmetries.equations.adjusted import block_moments, replica_polynomials
from hepsym.analysis.symmetries.equations.surface import Ambient, NoisySurface
from hepsym.analysis.symmetries.features import in_coordinates
from hepsym.analysis.symmetries.whitening import Frame

__all__ = ["quadric_replicas", "relation_replicas", "tilted_spans"]

Floats = NDArray[np.float64]


def relation_replicas(
    where: Ambient, made: NoisySurface, u: Floats, dependent: tuple[int, ...], span: Frame, blocks: int
) -> Floats:
    """The relations (blocks, k, D + 1) without one block of rows u each, solved for the same columns."""
    into = where.axes / where.unit[:, None]
    parts = np.array_split(u, blocks)
    means = np.array([p.mean(axis=0) for p in parts])
    squares = np.array([p.T @ p / len(p) for p in parts])
    means = (means.sum(axis=0) - means) / (blocks - 1)
    seconds = (squares.sum(axis=0) - squares) / (blocks - 1) - means[:, :, None] * means[:, None, :]
    root = np.linalg.inv(np.linalg.cholesky(made.covariance))
    vectors = np.linalg.eigh(root @ seconds @ root.T)[1][:, :, : len(made.flat)]
    normals = np.swapaxes(vectors, 1, 2) @ root @ into.T
    for relation, pivot in zip(span.relations, span.dependent, strict=True):
        normals = normals - normals[:, :, [pivot]] / relation[pivot] * relation[:-1]
    solved = np.linalg.solve(normals[:, :, list(dependent)], normals)
    centres = where.centre + (means @ where.axes.T) * where.unit
    offsets = np.einsum("bkd,bd->bk", solved, centres)
    return np.concatenate([solved, offsets[:, :, None]], axis=2)


def quadric_replicas(
    where: Ambient, made: NoisySurface, u: Floats, frame: Frame, relations: Floats, blocks: int
) -> Floats:
    """The curved surfaces (blocks, m, count) without one block of rows u (n, r) each.

    relations (blocks, k, D + 1) are the replicas of the flat ones, frame that of the whole fit.
    """
    values, axes = np.linalg.eigh(u.T @ u / len(u))
    size = np.sqrt(np.maximum(values, 1e-300))
    parts = block_moments(u @ (axes / size), 2, blocks)
    without = (parts.sum(axis=0) - parts) / (blocks - 1)
    kept = np.array([i for i in range(len(where.unit)) if i not in frame.dependent], dtype=np.int64)
    to_columns = ((where.axes * where.unit[:, None]).T)[:, kept]
    from_kept = np.linalg.inv(frame.from_white[:, kept])
    normals = (relations[:, :, :-1] * where.unit) @ where.axes
    offsets = relations[:, :, -1] - relations[:, :, :-1] @ where.centre
    into = (axes * size).T
    # u moves along the noise onto the replica's span: u - S f (f . S f)^-1 (f . u - offset).
    along = made.covariance @ np.swapaxes(normals, 1, 2)
    back = np.linalg.solve(normals @ along, np.swapaxes(along, 1, 2))
    onto = np.eye(len(values)) - np.swapaxes(normals, 1, 2) @ back
    on_kept = back @ to_columns @ from_kept
    change = in_coordinates(into @ onto @ to_columns @ from_kept, np.einsum("bk,bkr->br", offsets, on_kept))
    moments = np.swapaxes(change, 1, 2) @ without @ change
    inside = made.to_span.T @ made.covariance @ made.to_span
    return replica_polynomials(moments, inside, len(made.curved))


def tilted_spans(span: Frame, relations: Floats) -> Floats:
    """`from_white` (blocks, rank, D) with the last k relations as in each replica (blocks, k, D + 1).

    The columns that relations are not solved for are those of the span itself.
    """
    dependent = list(span.dependent)
    kept = [i for i in range(len(span.scale)) if i not in dependent]
    first = len(dependent) - relations.shape[1]
    fixed = np.broadcast_to(span.relations[:first], (len(relations), first, len(span.scale) + 1))
    rows = np.concatenate([fixed, relations], axis=1)
    out = np.broadcast_to(span.from_white, (len(relations), *span.from_white.shape)).copy()
    if dependent:
        solved = np.linalg.solve(rows[:, :, dependent], rows[:, :, kept])
        out[:, :, dependent] = -span.from_white[:, kept] @ np.swapaxes(solved, 1, 2)
    return out
