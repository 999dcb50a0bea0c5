"""How do histograms leave hepsym? As UHI JSON, which hist, boost-histogram and ROOT's tools read."""

import json
from typing import Any

from hepsym.analysis.compare import Sums
from hepsym.report.compare.filled import Binning

__all__ = ["histogram", "uhi_json"]


def histogram(sums: Sums, binned: Binning) -> Any:
    """A `boost_histogram.Histogram` with weighted storage, under- and overflow included."""
    import boost_histogram as bh
    import numpy as np

    axis = bh.axis.Variable(binned.edges, metadata={"name": binned.name, "unit": binned.unit})
    made = bh.Histogram(axis, storage=bh.storage.Weight())
    made.view(flow=True)[...] = np.stack([sums.weights, sums.squares], axis=-1).view(
        dtype=[("value", "f8"), ("variance", "f8")]
    )[..., 0]
    return made


def uhi_json(sums: Sums, binned: Binning) -> str:
    """One histogram in the universal histogram interface's JSON (schema 1).

    `uhi.io.json.object_hook` and `boost_histogram.Histogram` read it back bit-exactly.
    Raises ModuleNotFoundError without uhi, which comes with the extra `plot`.
    """
    import uhi.io.json as uhi_io

    return json.dumps(histogram(sums, binned), default=uhi_io.default)
