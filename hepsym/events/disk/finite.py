"""Which values cannot be written as text, because they are not finite?"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.events.event import Events

__all__ = ["check_finite"]


def check_finite(events: Events, columns: Mapping[str, bool], first: int, path: Path) -> None:
    """Raise InputError, with the event's number (from `first`), for NaN or infinity.

    columns: those that are to be written, and whether NaN may stand there for "has none".
    """
    checked: dict[str, NDArray[Any] | None] = {
        "momenta": events.momenta,
        "masses": events.masses,
        "weights": events.weights,
    }
    for name, may_lack in columns.items():
        column = events.columns[name]
        if column.dtype.kind == "f":
            checked[f"column {name!r}"] = np.where(np.isnan(column), 0.0, column) if may_lack else column
    for name, values in checked.items():
        if values is None or np.isfinite(values).all():
            continue
        where = "all events"
        if name != "masses" or values.ndim == 2:
            bad = ~np.isfinite(values.reshape(len(values), -1)).all(axis=1)
            where = f"event {first + int(bad.argmax())}"
        raise InputError(f"{name} of {where} are not finite: they cannot be written to {path}")
