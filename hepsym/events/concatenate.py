"""How do pieces of a sample become one?"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.events.event import Events

__all__ = ["concatenate"]

MOST_PADDED_BYTES = 16 * 2**30
"""Above this, unlike events are not padded into one array: a hostile file of a few kilobytes asks for it."""


def concatenate(pieces: Sequence[Events]) -> Events:
    """One sample of all events in order; events of fewer legs get empty slots at the end.

    Provenance is the first piece's. Where only some pieces have weights, the others' are 1; a column
    that a piece lacks is NaN there. Raises InputError for no pieces at all, and where the padded
    momenta would need more than 16 GiB.
    """
    if not pieces:
        raise InputError("there are no events to put together")
    if len(pieces) == 1:
        return pieces[0]
    legs = max(p.legs for p in pieces)
    total = sum(len(p) for p in pieces)
    if any(p.legs != legs for p in pieces) and total * legs * 32 > MOST_PADDED_BYTES:
        raise InputError(
            f"{total} events padded to {legs} legs need {total * legs * 32 / 2**30:.1f} GiB: "
            "read them in pieces with events.iterate"
        )
    first = pieces[0]
    alike = all(_same_legs(p, first) for p in pieces)
    weighted = any(p.weights is not None for p in pieces)
    weights = [np.ones(len(p)) if p.weights is None else p.weights for p in pieces]
    names = dict.fromkeys(name for p in pieces for name in p.columns)
    return Events(
        momenta=_stack([_legs(p.momenta, legs) for p in pieces]),
        pdg_ids=first.pdg_ids if alike else _stack([_per_event(p, p.pdg_ids, legs) for p in pieces]),
        status=first.status if alike else _stack([_per_event(p, p.status, legs) for p in pieces]),
        masses=_masses(pieces, legs),
        weights=_stack(weights) if weighted else None,
        columns={name: _column(pieces, name, legs) for name in names},
        provenance=first.provenance,
    )


def _stack(arrays: Sequence[NDArray[Any]]) -> NDArray[Any]:
    return np.concatenate(arrays)


def _same_legs(a: Events, b: Events) -> bool:
    return (
        a.uniform
        and b.uniform
        and np.array_equal(a.pdg_ids, b.pdg_ids)
        and np.array_equal(a.status, b.status)
    )


def _legs(values: NDArray[Any], legs: int) -> NDArray[Any]:
    """(n, fewer, ...) with zeros up to `legs`."""
    missing = legs - values.shape[1]
    if not missing:
        return values
    return np.pad(values, [(0, 0), (0, missing)] + [(0, 0)] * (values.ndim - 2))


def _per_event(events: Events, values: NDArray[Any], legs: int) -> NDArray[Any]:
    if values.ndim == 1:
        values = np.broadcast_to(values, (len(events), len(values)))
    return _legs(values, legs)


def _masses(pieces: Sequence[Events], legs: int) -> NDArray[np.float64]:
    first = pieces[0].masses
    if all(p.masses.ndim == 1 and p.masses.tobytes() == first.tobytes() for p in pieces):
        return first
    return _stack([_per_event(p, p.masses, legs) for p in pieces])


def _column(pieces: Sequence[Events], name: str, legs: int) -> NDArray[Any]:
    like = next(p.columns[name] for p in pieces if name in p.columns)
    parts = []
    for p in pieces:
        if name in p.columns:
            part = p.columns[name]
        elif np.issubdtype(like.dtype, np.floating):
            part = np.full((len(p), *like.shape[1:]), np.nan)
        else:
            part = np.zeros((len(p), *like.shape[1:]), dtype=like.dtype)
        parts.append(_legs(part, legs) if part.ndim == 3 and part.shape[1] < legs else part)
    widths = {part.shape[1] for part in parts if part.ndim == 2}
    if len(widths) > 1 and np.issubdtype(like.dtype, np.floating):  # lists of weights of several lengths
        parts = [_wide(part, max(widths)) for part in parts]
    if len({part.shape[1:] for part in parts}) > 1:
        raise InputError(f"column {name!r} has another shape in another part of the sample")
    return _stack(parts)


def _wide(part: NDArray[Any], width: int) -> NDArray[Any]:
    return np.pad(part, [(0, 0), (0, width - part.shape[1])], constant_values=np.nan)
