"""What is in an event file, in a few numbers?"""

import hashlib
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from hepsym.constants import name_of
from hepsym.errors import InputError
from hepsym.events.event import INCOMING, INTERMEDIATE, OUTGOING, Events, Provenance
from hepsym.events.files import format_of, is_event_file, iterate, provenance_of
from hepsym.events.legs import leg_names
from hepsym.events.validation import balance, off_shell

__all__ = ["Summary", "momenta_digest", "summarize"]

_STATUS = {INCOMING: "incoming", OUTGOING: "outgoing", INTERMEDIATE: "intermediate"}


@dataclass(slots=True)
class Summary:
    """Counts and extremes of a sample."""

    file: str
    format: str
    events: int = 0
    legs: list[dict[str, Any]] = field(default_factory=list)
    """name, pdg_id, status, mass (GeV) of every leg; empty where events differ in their particles."""
    particles: dict[str, int] = field(default_factory=dict)
    """How many of each particle there are, where events differ."""
    columns: list[str] = field(default_factory=list)
    sqrt_s: float | None = None
    """As the provenance says, else the largest of the incoming particles; GeV."""
    balance: float | None = None
    """max |sum p_out - sum p_in| over the energy that comes in; None where nothing does."""
    off_shell: float = 0.0
    """max |E^2 - p^2 - m^2| / E^2"""
    weighted: bool = False
    sum_weights: float = 0.0
    sum_weights_squared: float = 0.0
    digest: str | None = None
    """See `momenta_digest`."""
    provenance: Provenance = field(default_factory=Provenance)

    def to_json(self) -> dict[str, Any]:
        """The fields as JSON values."""
        values = {name: getattr(self, name) for name in self.__slots__ if name != "provenance"}
        return values | {"provenance": self.provenance.to_json()}


def momenta_digest(pieces: Iterable[Events]) -> str:
    """SHA-256 of all momenta, event by event, leg by leg, (E, x, y, z) as little-endian doubles.

    Empty slots are left out and fixed legs are in, so that it depends on the events alone: not on
    shards, pieces, padding or file format.
    """
    digest = hashlib.sha256()
    for events in pieces:
        _feed(digest, events)
    return digest.hexdigest()


def _feed(digest: Any, events: Events) -> None:
    filled = np.broadcast_to(events.status, events.momenta.shape[:2]) != 0
    momenta = events.momenta if filled.all() else events.momenta[filled]
    digest.update(np.ascontiguousarray(momenta, dtype="<f8").data)


def summarize(
    path: str | os.PathLike[str],
    *,
    digest: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Summary:
    """Go through an event file once. Memory is bounded but for .npz.

    Raises InputError for a file that is no event file, or damaged.
    """
    if not is_event_file(path):
        raise InputError(f"{path} is a plain table, not a file of events: `hepsym fit` takes it as it is")
    found = Summary(str(Path(path)), format_of(path), provenance=provenance_of(path))
    hashed = hashlib.sha256() if digest else None
    alike: list[dict[str, Any]] | None = None
    for events in iterate(path):
        legs = _legs(events)
        alike = legs if alike is None else [a if a == b else {} for a, b in zip(alike, legs, strict=False)]
        found.legs = alike if all(alike) and len(legs) == len(alike) else []
        _add(found, events)
        if hashed is not None:
            _feed(hashed, events)
        if progress is not None:
            progress(found.events, 0)
    found.digest = hashed.hexdigest() if hashed is not None else None
    if found.provenance.sqrt_s is not None:
        found.sqrt_s = found.provenance.sqrt_s
    if found.legs:
        found.particles = {}
    return found


def _add(found: Summary, events: Events) -> None:
    if not len(events):
        return
    found.events += len(events)
    found.columns = list(dict.fromkeys([*found.columns, *events.columns]))
    found.off_shell = max(found.off_shell, float(off_shell(events).max()))
    if (balanced := balance(events)) is not None:
        found.balance = max(found.balance or 0.0, float(balanced.worst.max()))
        found.sqrt_s = max(found.sqrt_s or 0.0, _largest_mass(events))
    if events.weights is None:
        found.sum_weights += len(events)
        found.sum_weights_squared += len(events)
    else:
        found.weighted = True
        found.sum_weights += float(events.weights.sum())
        found.sum_weights_squared += float(np.square(events.weights).sum())
    ids, counts = np.unique(np.broadcast_to(events.pdg_ids, events.momenta.shape[:2]), return_counts=True)
    for pdg, count in zip(ids.tolist(), counts.tolist(), strict=True):
        if pdg:
            found.particles[name_of(pdg)] = found.particles.get(name_of(pdg), 0) + count


def _largest_mass(events: Events) -> float:
    """sqrt(s) of the incoming particles, the largest in these events; 0 where none is timelike."""
    from hepsym import lorentz  # late: only files in which something comes in need it

    incoming = np.broadcast_to(events.status == INCOMING, events.momenta.shape[:2])
    total = np.where(incoming[..., None], events.momenta, 0.0).sum(axis=1)
    return float(np.maximum(lorentz.mass(total), 0.0).max())


def _legs(events: Events) -> list[dict[str, Any]]:
    if not events.uniform:
        return [{}]
    own_masses = events.masses.ndim == 2
    return [
        {
            "name": name,
            "pdg_id": pdg,
            "status": _STATUS.get(status, str(status)),
            "mass": None if own_masses else float(events.masses[leg]),
        }
        for leg, (name, pdg, status) in enumerate(
            zip(leg_names(events), events.pdg_ids.tolist(), events.status.tolist(), strict=True)
        )
    ]
