"""Do first and second moments of the rows stay under a field? What moves them leaves no density as it is."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from hepsym.analysis.symmetries.whitening import Frame

__all__ = ["moment_p_value", "moving_column"]

Floats = NDArray[np.float64]


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
