"""How are hard events handed to Pythia, whatever file they come from? One by one, each with its own seed."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError, RunError
from hepsym.events.event import INCOMING, Events
from hepsym.events.lhe.columns import leg_column
from hepsym.generators.datasets.collisions import pythia_seed
from hepsym.generators.showers.hepmc_record import Record, records_of

__all__ = ["HardEvents", "PythiaShower"]

TRIES = 10
"""How often Pythia may try an event, with other random numbers, before it is given up."""
UNIT_WEIGHTS = 3
"""Pythia's Les Houches strategy: take every event as it comes. Weights are carried beside it."""
_OURS = ("beams:", "random:", "main:", "print:", "next:")


class HardEvents:
    """A block of events as rows of what the Les Houches accord says of a particle."""

    def __init__(self, events: Events, first: int) -> None:
        n = len(events)
        shape = (n, events.legs)
        self.first = first
        self.events = events
        self._whole = np.concatenate(
            [
                _wide(np.broadcast_to(events.pdg_ids, shape)),
                _wide(np.broadcast_to(events.status, shape)),
                _columns(leg_column(events, "mothers"), n),
                _columns(leg_column(events, "colours"), n),
            ],
            axis=2,
        ).astype(np.int64)
        self._real = np.concatenate(
            [
                events.momenta[:, :, [1, 2, 3, 0]],
                _wide(np.broadcast_to(events.masses, shape)),
                _columns(leg_column(events, "lifetimes"), n),
                _columns(leg_column(events, "spins"), n),
            ],
            axis=2,
        )

    def __len__(self) -> int:
        return len(self.events)

    def particles(self, i: int) -> list[tuple[Any, ...]]:
        """Of event i: id, status, two mothers, two colours, px, py, pz, E, m, lifetime, spin."""
        rows = zip(self._whole[i].tolist(), self._real[i].tolist(), strict=True)
        return [(*whole, *real) for whole, real in rows if whole[1] != 0]

    def kinds(self) -> list[tuple[int, float]]:
        """The kinds of particles, by |PDG id|, and a mass (GeV) of each."""
        ids, where = np.unique(np.abs(self._whole[:, :, 0]), return_index=True)
        masses = self._real[:, :, 4].reshape(-1)[where]
        return [(int(i), float(m)) for i, m in zip(ids, masses, strict=True) if i != 0]

    def refuse_without_colours(self) -> None:
        """Raises InputError where a quark or gluon has no colour: no string can be drawn to it."""
        kind = np.abs(self._whole[:, :, 0])
        coloured = ((kind > 0) & (kind < 9)) | (kind == 21)
        bare = (coloured & (self._whole[:, :, 1] != 0) & (self._whole[:, :, 4:6] == 0).all(axis=2)).any(
            axis=1
        )
        if bare.any():
            i = self.first + int(bare.argmax())
            raise InputError(f"event {i} has a quark or gluon without colour flow: shower a file that has it")

    def scale(self, i: int) -> float:
        """GeV: the event's own, or the mass of what comes in where the event has none."""
        if "scale" in self.events.columns:
            given = float(self.events.columns["scale"][i])
            if given > 0.0:
                return given
        status = np.broadcast_to(self.events.status, (len(self), self.events.legs))[i]
        total = self.events.momenta[i][status == INCOMING].sum(axis=0)
        return float(np.sqrt(max(total[0] ** 2 - np.sum(total[1:] ** 2), 1.0)))

    def couplings(self, i: int) -> tuple[float, float]:
        """alpha and alpha_s of the event; -1 where not said."""
        columns = self.events.columns
        alpha, alpha_s = (float(columns[name][i]) if name in columns else -1.0 for name in ("aqed", "aqcd"))
        return alpha, alpha_s


def _wide(values: NDArray[Any]) -> NDArray[Any]:
    return values[:, :, None]


def _columns(values: NDArray[Any], n: int) -> NDArray[Any]:
    return np.broadcast_to(values, (n, *values.shape[-2:]))


class PythiaShower:
    """Pythia made ready to shower events of given beams; `batch` takes a block of them.

    Random numbers are seeded anew before each event, so that what becomes of event i is a function of
    (the event, settings, seed, i) alone. Raises InputError for beams or settings that Pythia refuses.
    """

    def __init__(
        self,
        beams: tuple[int, int],
        energies: tuple[float, float],
        *,
        seed: int,
        hadrons: bool,
        leptons_radiate: bool,
        settings: Sequence[str] = (),
    ) -> None:
        import pythia8mc

        self._seed = seed
        self._block: HardEvents | None = None
        self._next = self._try = 0
        self._pythia: Any = pythia8mc.Pythia("", False)
        lines = ["Print:quiet=on", "Beams:frameType=5", "Random:setSeed=on", "Random:seed=1"]
        lines.append(f"HadronLevel:all={'on' if hadrons else 'off'}")
        lines.append(f"PDF:lepton={'on' if leptons_radiate else 'off'}")
        for line in [*lines, *_checked(settings)]:
            with _stdout_silenced():
                taken = self._pythia.readString(line, False)
            if not taken:
                raise InputError(
                    f"Pythia does not take the setting {line!r}: its manual has names and values"
                )
        self._feed = _feed(pythia8mc, self, beams, energies)
        self._pythia.setLHAupPtr(self._feed)
        if not self._pythia.init():
            raise InputError(
                f"Pythia refuses beams {beams[0]} and {beams[1]} of {energies[0]:g} and {energies[1]:g} GeV "
                "with these settings"
            )

    def batch(self, block: HardEvents) -> list[Record | None]:
        """What became of each event of the block; None where Pythia gave it up."""
        self._introduce(block)
        self._block = block
        self._next = self._try = 0
        made = records_of(self._pythia.nextBatch(len(block), "none"))
        if self._next != len(block):
            raise RunError(f"Pythia took {self._next} events, not {len(block)}: another version than 8.317?")
        for i in range(len(made)):
            for attempt in range(1, TRIES):
                if made[i] is not None:
                    break
                self._next, self._try = i, attempt
                made[i] = records_of(self._pythia.nextBatch(1, "none"))[0]
        return made

    def _introduce(self, block: HardEvents) -> None:
        """Make particles known that Pythia has never heard of: as neutral scalars without colour."""
        for kind, mass in block.kinds():
            if not self._pythia.particleData.isParticle(kind):
                self._pythia.readString(f"{kind}:new = X{kind} void 1 0 0 {mass!r}", False)
                self._pythia.readString(f"{kind}:isResonance = on", False)

    def hand_over(self, feed: Any) -> bool:
        """Called by Pythia for its next event."""
        block, i = self._block, self._next
        if block is None or i >= len(block):
            return False
        self._next += 1
        self._pythia.rndm.init(pythia_seed(self._seed, f"shower {self._try}", block.first + i))
        alpha, alpha_s = block.couplings(i)
        feed.setProcess(1, 1.0, block.scale(i), alpha, alpha_s)
        for identity, status, m1, m2, c1, c2, x, y, z, e, m, tau, spin in block.particles(i):
            feed.addParticle(identity, status, m1, m2, c1, c2, x, y, z, e, m, tau, spin, -1.0)
        return True


def _checked(settings: Sequence[str]) -> list[str]:
    for line in settings:
        name = line.partition("=")[0].strip().lower()
        if "=" not in line or not name:
            raise InputError(f"--set {line!r} is not of the form name=value, e.g. --set Tune:pp=14")
        if name.startswith(_OURS):
            raise InputError(f"--set {line!r}: hepsym sets Pythia's {name.split(':')[0]!r} itself")
    return list(settings)


@contextmanager
def _stdout_silenced() -> Iterator[None]:
    """Pythia tells a value out of range on stdout, whatever it is set to print, and there stands our JSON."""
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def _feed(pythia8mc: Any, shower: PythiaShower, beams: tuple[int, int], energies: tuple[float, float]) -> Any:
    """Pythia's view of the events: an object of its class LHAup, which has no name before the import."""

    class Feed(pythia8mc.LHAup):  # type: ignore[misc]
        def setInit(self) -> bool:  # noqa: N802 - Pythia's names
            self.setBeamA(beams[0], energies[0])
            self.setBeamB(beams[1], energies[1])
            self.setStrategy(UNIT_WEIGHTS)
            self.addProcess(1, 1.0, 0.0, 1.0)
            return True

        def setEvent(self, process: int = 0) -> bool:  # noqa: ARG002, N802
            return shower.hand_over(self)

    return Feed(UNIT_WEIGHTS)
