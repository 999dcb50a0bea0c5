"""How do jets become events, and events jets?"""

import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from hepsym.errors import InputError
from hepsym.events.event import OUTGOING, Events, Provenance
from hepsym.events.jets.jetnet import JetNetWriter, iterate_jetnet, source_of_jetnet
from hepsym.events.jets.sample import JET_FEATURES, Jets

__all__ = [
    "CONSTITUENT",
    "JetEventsReader",
    "JetEventsWriter",
    "events_of_jets",
    "jets_of_events",
    "lost_as_jets",
]

CONSTITUENT = 99
"""PDG id that stands for a constituent of unknown kind; 81 to 100 are left free for such uses."""
MOST_KEPT = 30
"""Constituents of a jet in JetNet's files."""
COLUMNS = tuple(f"jet_{name}" for name in JET_FEATURES)


def events_of_jets(jets: Jets) -> Events:
    """Events whose outgoing legs are a jet's constituents, massless, in GeV, the jet's axis at phi = 0.

    Columns `jet_pt`, `jet_eta`, `jet_mass`, `jet_num_particles` keep what JetNet says of the jet.
    """
    there = jets.mask
    return Events(
        momenta=jets.momenta(),
        pdg_ids=np.where(there, CONSTITUENT, 0).astype(np.int32),
        status=np.where(there, OUTGOING, 0).astype(np.int8),
        masses=np.zeros(there.shape),
        columns={name: jets.jet_features[:, i].copy() for i, name in enumerate(COLUMNS)},
        provenance=jets.source,
    )


def jets_of_events(events: Events, particles: int = MOST_KEPT) -> Jets:
    """Each event as one jet: its outgoing legs are the constituents, of which the hardest are kept.

    The jet is the sum of all of them, or what columns `jet_pt` ... say. Raises InputError for events
    in which nothing goes out, or whose sum has no transverse momentum.
    """
    out = np.broadcast_to(events.status == OUTGOING, events.momenta.shape[:2])
    made = Jets.of(events.momenta, mask=out, particles=particles, source=events.provenance)
    if not all(name in events.columns for name in COLUMNS):
        return made
    told = np.stack([np.asarray(events.columns[n], dtype=np.float64) for n in COLUMNS], axis=1)
    features = made.particle_features.copy()
    there = made.mask
    with np.errstate(divide="ignore", invalid="ignore"):  # relative to the jet that is told, not to the sum
        total = np.where(out[..., None], events.momenta, 0.0).sum(axis=1)
        turned = np.arctan2(total[:, 2], total[:, 1])[:, None]
        features[..., 0] += made.jet_features[:, 1:2] - told[:, 1:2]
        features[..., 1] = np.remainder(features[..., 1] + turned + np.pi, 2 * np.pi) - np.pi
        features[..., 2] *= made.jet_features[:, :1] / told[:, :1]
    return Jets(np.where(there[..., None], features, 0.0), told, events.provenance)


def lost_as_jets(events: Events) -> list[str]:
    """What of these events JetNet's layout has no place for, in words."""
    lost = [f"column {name!r}" for name in events.columns if name not in COLUMNS]
    status = np.broadcast_to(events.status, events.momenta.shape[:2])
    if ((status != OUTGOING) & (status != 0)).any():
        lost.append("incoming and intermediate particles")
    if (status == OUTGOING).sum(axis=1).max(initial=0) > MOST_KEPT:
        lost.append(f"outgoing particles beyond the {MOST_KEPT} of largest p_T")
    kinds = set(np.unique(events.pdg_ids).tolist()) - {0, CONSTITUENT}
    if kinds:
        lost.append("kinds of particles, their masses, and the azimuth of the whole")
    if events.weights is not None:
        lost.append("weights")
    return lost


class JetEventsReader:
    """Iterate over a JetNet file as Events. Raises InputError for a damaged one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.provenance: Provenance = source_of_jetnet(path)

    def __iter__(self) -> Iterator[Events]:
        return map(events_of_jets, iterate_jetnet(self.path))


class JetEventsWriter:
    """Context manager: events in, a JetNet file out. Raises InputError as `jets_of_events`."""

    def __init__(self, path: str | os.PathLike[str], *, provenance: Provenance | None = None) -> None:
        self._writer = JetNetWriter(path)
        self._provenance = provenance

    def __enter__(self) -> Self:
        self._writer.__enter__()
        return self

    def write(self, events: Events) -> None:
        """Append these events' jets."""
        try:
            jets = jets_of_events(events)
        except InputError as error:
            raise InputError(f"{self._writer.path}: these events are no jets: {error}") from None
        source = self._provenance if self._provenance is not None else events.provenance
        self._writer.write(Jets(jets.particle_features, jets.jet_features, source))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.__exit__(kind, error, trace)
