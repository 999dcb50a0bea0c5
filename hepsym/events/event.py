"""What an event sample is: momenta, who they belong to, weights, and where it all came from."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.events.provenance import Provenance

__all__ = ["INCOMING", "INTERMEDIATE", "OUTGOING", "Events", "Provenance"]

NOTHING_KNOWN = Provenance()

INCOMING, OUTGOING, INTERMEDIATE = -1, 1, 2
"""Status codes, those of the Les Houches accord (ISTUP)."""


@dataclass(frozen=True, slots=True, eq=False)
class Events:
    """n events of up to `legs` particles each. Arrays are not copied; treat them as read-only."""

    momenta: NDArray[np.float64]
    """(n, legs, 4): E, x, y, z in GeV, C-contiguous, so that torch.from_numpy copies nothing."""
    pdg_ids: NDArray[np.int32]
    """(legs,) where all events are alike, else (n, legs) with 0 in an empty slot."""
    status: NDArray[np.int8]
    """Same shape as pdg_ids: -1 incoming, 1 outgoing, 2 intermediate, 0 empty slot."""
    masses: NDArray[np.float64]
    """(legs,) or (n, legs), GeV: carried, because E^2 - p^2 has lost them at E/m = 1e8."""
    weights: NDArray[np.float64] | None = None
    """(n,) in pb where provenance.weighted; None means that all are equal."""
    columns: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    """Further values by name, each (n,), (n, k), or per leg (n, legs, k): what a file said besides."""
    provenance: Provenance = NOTHING_KNOWN

    def __post_init__(self) -> None:
        if self.momenta.ndim != 3 or self.momenta.shape[2] != 4 or self.momenta.dtype != np.float64:
            raise InputError(
                "momenta must be float64 of shape (n, legs, 4), "
                f"not {self.momenta.dtype} of shape {self.momenta.shape}"
            )
        n, legs = self.momenta.shape[:2]
        for name in ("pdg_ids", "status", "masses"):
            shape = getattr(self, name).shape
            if shape not in {(legs,), (n, legs)}:
                raise InputError(f"{name} must have shape ({legs},) or ({n}, {legs}), not {shape}")
        if self.pdg_ids.shape != self.status.shape:
            raise InputError(
                f"pdg_ids {self.pdg_ids.shape} and status {self.status.shape} must have one shape"
            )
        if self.weights is not None and self.weights.shape != (n,):
            raise InputError(f"weights must have shape ({n},), not {self.weights.shape}")
        for name, column in self.columns.items():
            if column.shape[:1] != (n,):
                raise InputError(f"column {name!r} must have {n} rows, not shape {column.shape}")

    def __len__(self) -> int:
        return len(self.momenta)

    def select(self, which: slice | NDArray[Any]) -> Self:
        """The events of a slice, a boolean mask or an index array; a slice copies nothing."""

        def rows(values: NDArray[Any]) -> NDArray[Any]:
            return values[which] if values.ndim == 2 else values

        return replace(
            self,
            momenta=self.momenta[which],
            pdg_ids=rows(self.pdg_ids),
            status=rows(self.status),
            masses=rows(self.masses),
            weights=None if self.weights is None else self.weights[which],
            columns={name: column[which] for name, column in self.columns.items()},
        )

    @property
    def legs(self) -> int:
        """The number of slots for particles in an event."""
        return int(self.momenta.shape[1])

    @property
    def uniform(self) -> bool:
        """Whether every event has the same particles in the same order."""
        return bool(self.pdg_ids.ndim == 1)
