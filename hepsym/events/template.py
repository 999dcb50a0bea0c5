"""What do all events of a run have in common? Particles, masses, and momenta that never change."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.events.event import INCOMING, Events, Provenance

__all__ = ["Template"]

NO_PROVENANCE = Provenance()
Momentum = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Template:
    """The legs of a process; `fixed` legs have one momentum in all events and are stored once.

    `expand` makes Events of the momenta of the other legs, in order of legs.
    """

    pdg_ids: tuple[int, ...]
    status: tuple[int, ...]
    """-1 incoming, 1 outgoing, 2 intermediate"""
    masses: tuple[float, ...]
    """GeV"""
    fixed: Mapping[int, Momentum] = field(default_factory=dict)
    """Leg number from 0 to (E, x, y, z) in GeV"""

    def __post_init__(self) -> None:
        legs = len(self.pdg_ids)
        if not len(self.status) == len(self.masses) == legs:
            raise InputError(
                f"a template of {legs} particles needs as many status codes and masses, "
                f"not {len(self.status)} and {len(self.masses)}"
            )
        for leg in self.fixed:
            if not 0 <= leg < legs:
                raise InputError(f"fixed leg {leg} is out of range: the template has {legs} legs")

    @property
    def legs(self) -> int:
        """How many legs an event has, fixed ones included."""
        return len(self.pdg_ids)

    @property
    def varying(self) -> tuple[int, ...]:
        """The legs whose momenta differ from event to event."""
        return tuple(i for i in range(self.legs) if i not in self.fixed)

    def expand(
        self,
        momenta: NDArray[np.float64],
        *,
        pdg_ids: NDArray[np.int32] | None = None,
        status: NDArray[np.int8] | None = None,
        masses: NDArray[np.float64] | None = None,
        weights: NDArray[np.float64] | None = None,
        columns: Mapping[str, NDArray[Any]] | None = None,
        provenance: Provenance = NO_PROVENANCE,
    ) -> Events:
        """Events of the varying legs' momenta (m, varying, 4); without fixed legs nothing is copied.

        pdg_ids, status and masses, (m, legs), stand for the template's where they differ by event.
        """
        full = momenta
        if self.fixed:
            full = np.empty((len(momenta), self.legs, 4))
            full[:, list(self.varying)] = momenta
            for leg, momentum in self.fixed.items():
                full[:, leg] = momentum
        return Events(
            momenta=full,
            pdg_ids=_by_event(pdg_ids, np.array(self.pdg_ids, dtype=np.int32), status),
            status=_by_event(status, np.array(self.status, dtype=np.int8), pdg_ids),
            masses=np.array(self.masses, dtype=np.float64) if masses is None else masses,
            weights=weights,
            columns=columns or {},
            provenance=provenance,
        )

    def fits(self, events: Events) -> bool:
        """Whether these events have the template's particles and its fixed momenta, bit for bit."""
        if not events.uniform or events.pdg_ids.tolist() != list(self.pdg_ids):
            return False
        if events.status.tolist() != list(self.status):
            return False
        if events.masses.ndim == 1 and _bits(events.masses) != _bits(np.array(self.masses, dtype=float)):
            return False
        return all(_constant(events.momenta[:, leg], p) for leg, p in self.fixed.items())

    @classmethod
    def of(cls, events: Events) -> Self | None:
        """The template of a sample, incoming legs fixed where all agree; None for unlike events."""
        if not events.uniform or not len(events):
            return None
        status = events.status.tolist()
        beams = [i for i, s in enumerate(status) if s == INCOMING]
        firsts = {i: _momentum(events.momenta[0, i].tolist()) for i in beams}
        masses = events.masses if events.masses.ndim == 1 else np.zeros(events.legs)
        return cls(
            pdg_ids=tuple(events.pdg_ids.tolist()),
            status=tuple(status),
            masses=tuple(masses.tolist()),
            fixed={i: p for i, p in firsts.items() if _constant(events.momenta[:, i], p)},
        )

    def to_json(self) -> dict[str, Any]:
        """JSON values; doubles survive exactly, as Python prints them so."""
        return {
            "pdg_ids": list(self.pdg_ids),
            "status": list(self.status),
            "masses": list(self.masses),
            "fixed": {str(leg): list(p) for leg, p in self.fixed.items()},
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Inverse of `to_json`. Raises KeyError, TypeError or ValueError for anything else."""
        return cls(
            pdg_ids=tuple(_code(i, 31) for i in values["pdg_ids"]),
            status=tuple(_code(i, 7) for i in values["status"]),
            masses=tuple(float(m) for m in values["masses"]),
            fixed={int(leg): _momentum(p) for leg, p in values["fixed"].items()},
        )


def _code(value: Any, bits: int) -> int:
    code = int(value) if isinstance(value, int) else 1 << bits
    if not -(1 << bits) <= code < 1 << bits:
        raise ValueError(f"the particle code {str(value)[:40]} cannot be")
    return code


def _by_event(given: NDArray[Any] | None, common: NDArray[Any], other: NDArray[Any] | None) -> NDArray[Any]:
    """What is given, or what is common; one row an event where the other of the two is given so."""
    if given is not None:
        return given
    return common if other is None else np.broadcast_to(common, other.shape)


def _momentum(values: Any) -> Momentum:
    e, x, y, z = (float(v) for v in values)
    return e, x, y, z


def _bits(values: NDArray[np.float64]) -> bytes:
    return np.ascontiguousarray(values).tobytes()


def _constant(momenta: NDArray[np.float64], momentum: Momentum) -> bool:
    """Bit for bit, so that -0.0 is not 0.0 and what is read back is what was written."""
    bits = np.ascontiguousarray(momenta).view(np.uint64)
    return bool((bits == np.array(momentum, dtype=np.float64).view(np.uint64)).all())
