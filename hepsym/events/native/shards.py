"""How does one shard of events get to the disk, and what does the manifest keep of it?"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepsym.events.native.manifest import Shard
from hepsym.events.native.parts import write_part

__all__ = ["NO_COLUMNS", "Columns", "Weights", "write_shard"]

Weights = NDArray[np.float64] | float | None
Columns = Mapping[str, NDArray[Any]]
NO_COLUMNS: Columns = MappingProxyType({})
PARTICLE_COLUMNS = ("pdg_ids", "status", "masses")
"""Those of a template, where they differ from event to event: kept under their own names."""


def write_shard(
    directory: Path,
    index: int,
    first: int,
    arrays: Mapping[str, NDArray[Any]],
    weights: Weights,
    columns: Columns = NO_COLUMNS,
) -> Shard:
    """Write one shard's files; weights go into the manifest instead where all are equal."""
    count = len(arrays["momenta"])
    weight, total, squared = _weight_sums(weights, count)
    parts = {**arrays, **{name: columns[name] for name in PARTICLE_COLUMNS if name in columns}}
    if isinstance(weights, np.ndarray) and weight is None:
        parts["weights"] = np.asarray(weights, dtype=np.float64)
    names = tuple(name for name in columns if name not in PARTICLE_COLUMNS)
    parts |= {f"column-{i}": columns[name] for i, name in enumerate(names)}
    written = {name: write_part(directory, index, name, array) for name, array in parts.items()}
    return Shard(index, first, count, written, weight, total, squared, names)


def _weight_sums(weights: Weights, count: int) -> tuple[float | None, float, float]:
    """(the weight where all are equal, sum, sum of squares); no weights count as 1 each."""
    if weights is None:
        return None, float(count), float(count)
    if not isinstance(weights, np.ndarray):
        return float(weights), float(weights) * count, float(weights) ** 2 * count
    same = count > 0 and bool((weights.view(np.uint64) == weights[:1].view(np.uint64)).all())
    if same:
        return _weight_sums(float(weights[0]), count)
    return None, float(np.sum(weights)), float(np.sum(weights * weights))
