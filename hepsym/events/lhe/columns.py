"""Which columns of Events can a Les Houches file carry, and what stands there when one is absent?"""

import re

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.events.event import INCOMING, Events

__all__ = [
    "ATTRIBUTE_PREFIX",
    "EVENT_DEFAULTS",
    "LEG_DEFAULTS",
    "LIST",
    "SCALES_PREFIX",
    "WEIGHT_PREFIX",
    "carried",
    "default_mothers",
    "leg_column",
]

EVENT_DEFAULTS = {"scale": -1.0, "aqed": -1.0, "aqcd": -1.0, "process_id": 1}
"""(n,): SCALUP in GeV, AQEDUP, AQCDUP (-1: not given) and IDPRUP."""

LEG_DEFAULTS = {"colours": 0, "lifetimes": 0.0, "spins": 9.0}
"""(n, legs, 2) ICOLUP, (n, legs, 1) VTIMUP in mm, (n, legs, 1) SPINUP (9: not given)."""

WEIGHT_PREFIX = "weight:"
"""`weight:1001` is (n,): the <wgt id='1001'> of each event, NaN where it has none."""


ATTRIBUTE_PREFIX, SCALES_PREFIX = "attribute:", "scales:"
"""`attribute:npLO` and `scales:muf` are (n,): what the tags <event> and <scales> say, NaN where nothing."""
LIST = "weights"
"""(n, k): the compressed <weights>, NaN beyond an event's last."""
_NAME = re.compile(r"[A-Za-z_][\w.\-]*")


def carried(name: str) -> bool:
    """Whether an LHE file has a place for this column."""
    prefix, colon, rest = name.partition(":")
    if colon and prefix + colon in {ATTRIBUTE_PREFIX, SCALES_PREFIX}:
        return _NAME.fullmatch(rest) is not None
    return name in EVENT_DEFAULTS or name in LEG_DEFAULTS or name in {"mothers", LIST} or prefix == "weight"


def default_mothers(status: NDArray[np.int8]) -> NDArray[np.int64]:
    """(..., legs, 2): what is not incoming has the first and the last incoming leg as mothers."""
    incoming = status == INCOMING
    legs = status.shape[-1]
    any_incoming = incoming.any(axis=-1)
    first = np.where(any_incoming, incoming.argmax(axis=-1) + 1, 0)
    last = np.where(any_incoming, legs - incoming[..., ::-1].argmax(axis=-1), 0)
    last = np.where(last == first, 0, last)
    mothers = np.stack([first, last], axis=-1)[..., None, :]
    return np.where((~incoming & (status != 0))[..., None], mothers, 0).astype(np.int64)


def leg_column(events: Events, name: str) -> NDArray[np.float64] | NDArray[np.int64]:
    """A per-leg column, (n, legs, ...); (legs, ...) where it is absent and all events are alike."""
    if name in events.columns:
        column = events.columns[name]
        pair = name in {"mothers", "colours"}
        shape = (len(events), events.legs, 2 if pair else 1)
        if column.shape != shape:
            raise InputError(
                f"column {name!r} must have shape {shape} to be written as LHE, not {column.shape}"
            )
        if pair and not np.issubdtype(column.dtype, np.integer):
            raise InputError(f"column {name!r} must hold integers to be written as LHE, not {column.dtype}")
        return column.astype(np.int64) if pair else column.astype(np.float64)
    if name == "mothers":
        return default_mothers(events.status)
    shape = (*events.status.shape, 2 if name == "colours" else 1)
    return np.full(shape, LEG_DEFAULTS[name])
