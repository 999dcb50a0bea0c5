"""How do histograms leave hepsym? As UHI JSON, which hist, boost-histogram and ROOT's tools read."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["histogram", "uhi_json"]

Floats = NDArray[np.float64]


def histogram(weights: Floats, squares: Floats, edges: Floats, *, name: str, unit: str = "") -> Any:
    """A `boost_histogram.Histogram` with weighted storage, under- and overflow included.

    weights, squares: (bins + 2,) sums of weights and of their squares, underflow first, overflow last.
    """
    import boost_histogram as bh

    axis = bh.axis.Variable(edges, metadata={"name": name, "unit": unit})
    made = bh.Histogram(axis, storage=bh.storage.Weight())
    made.view(flow=True)[...] = np.stack([weights, squares], axis=-1).view(
        dtype=[("value", "f8"), ("variance", "f8")]
    )[..., 0]
    return made


def uhi_json(made: Any | Mapping[str, Any]) -> str:
    """One histogram, or several by name, in the universal histogram interface's JSON (schema 1).

    `json.loads(text, object_hook=uhi.io.json.object_hook)` and `boost_histogram.Histogram` read it
    back bit-exactly. Raises ModuleNotFoundError without uhi, which comes with the extra `plot`.
    """
    import uhi.io.json as uhi_io

    return json.dumps(dict(made) if isinstance(made, Mapping) else made, default=uhi_io.default)
