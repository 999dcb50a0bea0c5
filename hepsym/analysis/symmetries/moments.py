"""Do first and second moments of the rows stay under a field? What moves them leaves no density as it is.

Of rows with heavy tails a few would decide: those far out, by a distance that no symmetry changes, are
left out (`central`), so that all means are taken over the same central part.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from hepsym.analysis.symmetries.whitening import Frame

__all__ = ["Central", "central", "moment_p_value", "moving_column", "whitened"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Central:
    """Coordinates u = root (y - mean) that are white on the rows with u . u < 6 r + 10."""

    mean: Floats
    root: Floats
    """(r, r), symmetric"""

    def rows(self, y: Floats) -> Floats:
        """The central ones of rows (n, r), in u. Of a Gaussian all but 1e-5 or fewer are."""
        u = (y - self.mean) @ self.root
        kept: Floats = u[(u**2).sum(axis=1) < _reach(len(self.mean))]
        return kept

    def into(self, fields: Floats) -> Floats:
        """Fields (k, r, r + 1) of y as those of u."""
        a, b = fields[:, :, :-1], fields[:, :, -1]
        linear = self.root @ a @ np.linalg.inv(self.root)
        return np.concatenate([linear, ((b + a @ self.mean) @ self.root)[:, :, None]], axis=2)

    def out_of(self, fields: Floats) -> Floats:
        """Fields of u as those of y."""
        a, b = fields[:, :, :-1], fields[:, :, -1]
        linear = np.linalg.inv(self.root) @ a @ self.root
        shift = b @ np.linalg.inv(self.root) - linear @ self.mean
        return np.concatenate([linear, shift[:, :, None]], axis=2)


def _reach(r: int) -> float:
    return 6.0 * r + 10.0


def central(y: Floats) -> Central:
    """Of rows (n, r): mean and covariance of those that are not far out by themselves, in a few rounds."""
    kept = y
    for _ in range(6):
        mean = kept.mean(axis=0)
        values, axes = np.linalg.eigh((kept - mean).T @ (kept - mean) / len(kept))
        root = (axes / np.sqrt(np.maximum(values, 1e-300))) @ axes.T
        near = (((y - mean) @ root) ** 2).sum(axis=1) < _reach(y.shape[1])
        if near.sum() == len(kept):
            break
        kept = y[near]
    return Central(mean, root)


def whitened(y: Floats) -> Floats:
    """The rows with mean 0 and unit covariance, by the symmetric root, which turns nothing."""
    centred = y - y.mean(axis=0)
    values, axes = np.linalg.eigh(centred.T @ centred / len(y))
    made: Floats = centred @ (axes / np.sqrt(values)) @ axes.T
    return made


def moment_p_value(field: Floats, y: Floats) -> float:
    """That first and second moments stay under the field: the largest of r (r + 3) / 2 z, Bonferroni."""
    flow = y @ field[:, :-1].T + field[:, -1]
    i, j = np.triu_indices(y.shape[1])
    rates = np.concatenate([flow, y[:, i] * flow[:, j] + y[:, j] * flow[:, i]], axis=1)
    spread = np.maximum(rates.std(axis=0), 1e-12)
    z = np.abs(rates.mean(axis=0)) / spread * np.sqrt(len(y))
    return float(min(1.0, 2 * rates.shape[1] * norm.sf(float(z.max()))))


def moving_column(field: Floats, span: Frame, white: Floats, names: Sequence[str]) -> dict[str, Any]:
    """The column whose mean or spread the field moves most significantly."""
    y = white[:20_000]
    columns = np.flatnonzero(np.linalg.norm(span.from_white, axis=0) > 1e-9 * span.scale)
    x, rate = y @ span.from_white, (y @ field[:, :-1].T + field[:, -1]) @ span.from_white
    moved = np.concatenate([rate, 2 * x * rate], axis=1)[:, [*columns, *(columns + len(names))]]
    z = moved.mean(axis=0) / np.maximum(moved.std(axis=0), 1e-300)
    k = int(np.abs(z).argmax())
    what = "mean" if k < len(columns) else "spread"
    return {"observable": f"{what} of {names[columns[k % len(columns)]]}", "effect": float(z[k])}
