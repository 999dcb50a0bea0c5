"""Which of the candidate fields leave the density as it is? Second moments first, then every other shape.

Candidates are the surface's own fields where equations bend it, else so(r) in white coordinates. A field
moves mean and covariance at the rates b and A + A^T in white coordinates: where those differ from 0 it
is broken already. What is left is antisymmetric, and goes to symmetries.density.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from hepsym.analysis.symmetries.constraints import Constraints
from hepsym.analysis.symmetries.density import density_symmetry

__all__ = ["Survival", "surviving"]

Floats = NDArray[np.float64]

HIGHEST_RANK = 12
"""so(r) of more dimensions has too many generators to certify one by one."""

STILL = 6.0
"""Moments that move by less than this many standard errors are taken as still, and tested further."""

LEAST_ROWS = 400


@dataclass(frozen=True, slots=True, eq=False)
class Survival:
    """Fields (k, r, r + 1) in white coordinates."""

    certified: Floats
    bounds: Floats
    broken: Floats
    p_values: Floats
    undecided: int
    notes: tuple[str, ...] = ()


def surviving(found: Constraints, fields: Floats, white: Floats, *, alpha: float, seed: int) -> Survival:
    """Certified and broken fields of white rows (n, r); P(any false claim) <= alpha."""
    r = found.frame.rank
    none, empty = np.zeros((0, r, r + 1)), np.empty(0)
    if len(white) < LEAST_ROWS or r < 2:
        return Survival(none, empty, none, empty, 0)
    if not len(fields) and (r > HIGHEST_RANK or len(found.quadrics)):
        note = "generators of the density were not looked for: " + (
            f"more than {HIGHEST_RANK} dimensions"
            if r > HIGHEST_RANK
            else "the surface has no affine symmetry"
        )
        return Survival(none, empty, none, empty, 0, (note,))
    quarter = len(white) // 4
    fit, test = whitened(white[:quarter]), whitened(white[quarter:])
    if len(fields):
        candidates, moving, p_moving = _still(fields, test, alpha / 4)
    else:
        candidates, moving, p_moving = _rotations(r), none, empty
    columns = (found.frame.from_white / found.frame.scale).T
    columns = columns[np.linalg.norm(columns, axis=1) > 1e-9]
    told = density_symmetry(fit, test, candidates, columns, alpha=0.75 * alpha, seed=seed)
    return Survival(
        certified=_as_fields(told.certified),
        bounds=told.bounds,
        broken=np.concatenate([moving, _as_fields(told.broken)]),
        p_values=np.concatenate([p_moving, told.p_values]),
        undecided=told.undecided,
    )


def whitened(y: Floats) -> Floats:
    """The rows with mean 0 and unit covariance, by the symmetric root, which turns nothing."""
    centred = y - y.mean(axis=0)
    values, axes = np.linalg.eigh(centred.T @ centred / len(y))
    made: Floats = centred @ (axes / np.sqrt(values)) @ axes.T
    return made


def _rotations(r: int) -> Floats:
    i, j = np.triu_indices(r, 1)
    out = np.zeros((len(i), r, r))
    out[np.arange(len(i)), i, j], out[np.arange(len(i)), j, i] = 1.0, -1.0
    return out


def _still(fields: Floats, test: Floats, alpha: float) -> tuple[Floats, Floats, Floats]:
    """Antisymmetric matrices of the fields that leave the moments alone, the other fields, p-values."""
    k, r = len(fields), fields.shape[1]
    a, b = fields[:, :, :-1], fields[:, :, -1]
    moved = np.concatenate([(a + np.swapaxes(a, 1, 2)).reshape(k, -1), b], axis=1)
    size = np.sqrt((a**2).sum(axis=(1, 2)))
    _, values, right = np.linalg.svd(moved.T / size)
    values = np.pad(values, (0, k - len(values)))
    turned = np.einsum("kl,lij->kij", right / size, fields)
    still = values < STILL * 2 / np.sqrt(len(test))
    matrices = turned[still][:, :, :-1]
    broken, p_values = [], []
    for field in turned[~still]:
        p = _moment_p_value(field, test) * k
        if p < alpha:
            broken.append(field)
            p_values.append(p)
    antisymmetric = (matrices - np.swapaxes(matrices, 1, 2)) / 2
    return antisymmetric, np.array(broken).reshape(-1, r, r + 1), np.array(p_values)


def _moment_p_value(field: Floats, y: Floats) -> float:
    """That first and second moments stay under the field: the largest of r (r + 3) / 2 z, Bonferroni."""
    flow = y @ field[:, :-1].T + field[:, -1]
    i, j = np.triu_indices(y.shape[1])
    rates = np.concatenate([flow, y[:, i] * flow[:, j] + y[:, j] * flow[:, i]], axis=1)
    spread = np.maximum(rates.std(axis=0), 1e-12)
    z = np.abs(rates.mean(axis=0)) / spread * np.sqrt(len(y))
    return float(min(1.0, 2 * rates.shape[1] * norm.sf(float(z.max()))))


def _as_fields(matrices: Floats) -> Floats:
    return np.concatenate([matrices, np.zeros((*matrices.shape[:2], 1))], axis=2)
