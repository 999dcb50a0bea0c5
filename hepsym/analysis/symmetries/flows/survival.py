"""Which of the candidate fields leave the density as it is? Second moments first, then every other shape.

Candidates are the surface's own fields where equations bend it, else so(r) in white coordinates. A field
moves mean and covariance at the rates b and A + A^T in white coordinates: where those differ from 0 it
is broken already. What is left is antisymmetric, and goes to symmetries.density.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepsym.analysis.symmetries.equations.constraints import Constraints
from hepsym.analysis.symmetries.flows.density import density_symmetry
from hepsym.analysis.symmetries.flows.lie import tidy
from hepsym.analysis.symmetries.moments import Central, central, moment_p_value, moving_column, whitened
from hepsym.analysis.symmetries.whitening import Frame

__all__ = ["Survival", "surviving"]

Floats = NDArray[np.float64]

HIGHEST_RANK = 24
"""so(r) of more dimensions has too many generators to certify one by one."""

STILL = 6.0
"""Moments that move by less than this many standard errors are taken as still, and tested further."""

LEAST_ROWS = 400

TIDY = 0.05
"""Coefficients of a generator of the density below this are taken as 0, then tested as such."""

FITTED = 0.35
"""Share of the rows that orders the candidates; a tenth where there is but one."""


@dataclass(frozen=True, slots=True, eq=False)
class Survival:
    """Fields (k, r, r + 1) in white coordinates."""

    certified: Floats
    bounds: Floats
    broken: Floats
    p_values: Floats
    shown_by: tuple[dict[str, Any], ...]
    """What shows each broken one: {"observable", "effect"}"""
    undecided: int
    notes: tuple[str, ...] = ()


def surviving(
    found: Constraints, fields: Floats, white: Floats, names: Sequence[str], *, alpha: float, seed: int
) -> Survival:
    """Certified and broken fields of white rows (n, r) of named columns; P(any false claim) <= alpha."""
    r = found.frame.rank
    none, empty = np.zeros((0, r, r + 1)), np.empty(0)
    if len(white) < LEAST_ROWS or r < 2:
        return Survival(none, empty, none, empty, (), 0)
    if not len(fields) and (r > HIGHEST_RANK or len(found.equations)):
        note = "generators of the density were not looked for: " + (
            f"more than {HIGHEST_RANK} dimensions"
            if r > HIGHEST_RANK
            else "the surface has no affine symmetry"
        )
        return Survival(none, empty, none, empty, (), 0, (note,))
    count = len(fields) or r * (r - 1) // 2
    cut = int(len(white) * (FITTED if count > 1 else 0.1))
    inner = central(white)
    fit, test = whitened(inner.rows(white[:cut])), whitened(inner.rows(white[cut:]))
    simplest = _Simplest(inner, found.frame)
    if len(fields):
        candidates, moving, p_moving = _still(
            inner.into(fields), inner.rows(white[cut:]), simplest, alpha / 4
        )
    else:
        candidates, moving, p_moving = _rotations(r), none, empty
    columns = (found.frame.from_white / found.frame.scale).T
    columns = np.where(np.linalg.norm(columns, axis=1, keepdims=True) > 1e-9, columns, 0.0)
    told = density_symmetry(
        fit, test, candidates, columns @ np.linalg.inv(inner.root), alpha=0.75 * alpha, seed=seed,
        names=list(names), simplest=lambda a: _antisymmetric(simplest(_as_fields(a))),
        beside=_antisymmetric(moving),
    )  # fmt: skip
    moving = inner.out_of(moving)
    return Survival(
        certified=inner.out_of(_as_fields(told.certified)),
        bounds=told.bounds,
        broken=np.concatenate([moving, inner.out_of(_as_fields(told.broken))]),
        p_values=np.concatenate([p_moving, told.p_values]),
        shown_by=(
            *(moving_column(f, found.frame, white, names) for f in moving),
            *({"observable": word, "effect": effect} for word, effect in told.shown_by),
        ),
        undecided=len(told.undecided),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Simplest:
    """A basis that is sparse in the columns, of fields in central coordinates."""

    inner: Central
    span: Frame

    def __call__(self, fields: Floats) -> Floats:
        return self.inner.into(tidy(self.inner.out_of(fields), self.span, TIDY))


def _antisymmetric(fields: Floats) -> Floats:
    a = fields[:, :, :-1]
    out: Floats = (a - np.swapaxes(a, 1, 2)) / 2
    return out


def _rotations(r: int) -> Floats:
    i, j = np.triu_indices(r, 1)
    out = np.zeros((len(i), r, r))
    out[np.arange(len(i)), i, j], out[np.arange(len(i)), j, i] = 1.0, -1.0
    return out


def _still(fields: Floats, test: Floats, simplest: _Simplest, alpha: float) -> tuple[Floats, Floats, Floats]:
    """Antisymmetric matrices of the fields that leave the moments alone, the other fields, p-values."""
    k, r = len(fields), fields.shape[1]
    a, b = fields[:, :, :-1], fields[:, :, -1]
    moved = np.concatenate([(a + np.swapaxes(a, 1, 2)).reshape(k, -1), b], axis=1)
    size = np.sqrt((a**2).sum(axis=(1, 2)))
    size = np.maximum(size, np.linalg.norm(b, axis=1))
    _, values, right = np.linalg.svd(moved.T / size)
    values = np.pad(values, (0, k - len(values)))
    turned = np.einsum("kl,lij->kij", right / size, fields)
    still = values < STILL * 2 / np.sqrt(len(test))
    moving = turned[~still]
    for told in (simplest(moving), moving):
        p = np.array([moment_p_value(field, test) * k for field in told])
        if (p < alpha).all():
            break
    broken = p < alpha
    return _antisymmetric(turned[still]), told[broken].reshape(-1, r, r + 1), p[broken]


def _as_fields(matrices: Floats) -> Floats:
    return np.concatenate([matrices, np.zeros((*matrices.shape[:2], 1))], axis=2)
