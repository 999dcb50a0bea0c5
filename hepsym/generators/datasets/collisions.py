"""How does Pythia make the collisions whose jets are wanted? Hard process, shower, hadrons, as arrays."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError, RunError
from hepsym.generators.datasets.jet_card import JetCard
from hepsym.random import key

__all__ = ["Collisions", "Visible", "pythia_seed"]

SEEDS = 900_000_000
"""Pythia takes seeds 1 .. 900,000,000, each the start of a sequence of its own (Marsaglia and Zaman)."""

_HADRONIC = "onIfAny=1 2 3 4 5"
_HARD = {
    "g": ["HardQCD:gg2gg=on", "HardQCD:qqbar2gg=on"],
    "q": ["HardQCD:qq2qq=on", "HardQCD:gg2qqbar=on"],
    "t": ["Top:gg2ttbar=on", "Top:qqbar2ttbar=on", "24:onMode=off", f"24:{_HADRONIC}"],
    "w": ["WeakDoubleBoson:ffbar2WW=on", "24:onMode=off", f"24:{_HADRONIC}"],
    "z": ["WeakDoubleBoson:ffbar2gmZgmZ=on", "WeakZ0:gmZmode=2", "23:onMode=off", f"23:{_HADRONIC}"],
}
"""By class: the hard process, and which decays of its heavy particles are open."""


def pythia_seed(seed: int, name: str, job: int) -> int:
    """Pythia's seed of one job, 1 .. 900,000,000: those of a run's jobs all differ.

    They follow one another from a start that (seed, name) decides, so that no two jobs of a run share one
    (hashed one by one, 30,000 jobs would: SEEDS is no large number).
    """
    high, low = key(seed, name)
    start = (int(high) << 32 | int(low)) % SEEDS
    return 1 + (start + job) % SEEDS


@dataclass(frozen=True, slots=True)
class Visible:
    """The visible particles of some collisions, one after another."""

    momenta: NDArray[np.float64]
    """(particles, 4): E, x, y, z in GeV"""
    counts: NDArray[np.int64]
    """(collisions,): how many belong to each."""


class Collisions:
    """Pythia made ready for a card's collisions; `draw` them by the hundred.

    The sequence is a function of (card, seed) alone, however it is divided into draws. Raises InputError
    where Pythia finds no phase space.
    """

    def __init__(self, card: JetCard, seed: int) -> None:
        import pythia8mc

        self._eta_max = card.particle_eta_max
        self._pythia: Any = pythia8mc.Pythia("", False)
        for line in _settings(card, seed):
            if not self._pythia.readString(line, False):
                raise RunError(f"Pythia does not take the setting {line!r}: another version than 8.317?")
        if not self._pythia.init():
            raise InputError(
                f"Pythia finds no collisions with pt_hat.min = {card.pt_hat.min:g} GeV at sqrt_s = "
                f"{card.sqrt_s:g} GeV: lower pt_hat.min or raise sqrt_s"
            )
        self._visible: dict[int, bool] = {}

    def draw(self, n: int) -> Visible:
        """The visible final particles with |eta| < particle_eta_max of the next n collisions."""
        drawn = self._pythia.nextBatch(n)
        if len(drawn) == 0:
            raise RunError("Pythia gave up: no collision of a whole batch came to its end")
        return self._select(drawn)

    def _select(self, drawn: Any) -> Visible:
        import awkward as ak

        sizes = np.asarray(ak.num(drawn.prt), dtype=np.int64)
        particles = ak.flatten(drawn.prt)
        ids = np.asarray(particles.id)
        kept = (np.asarray(particles.status) > 0) & self._is_visible(ids)
        collision = np.repeat(np.arange(len(sizes)), sizes)[kept]
        p = particles.p[kept]
        momenta = np.stack([np.asarray(c, dtype=np.float64) for c in (p.e, p.px, p.py, p.pz)], axis=1)
        transverse = np.hypot(momenta[:, 1], momenta[:, 2])
        central = np.abs(momenta[:, 3]) < transverse * np.sinh(self._eta_max)
        counts = np.bincount(collision[central], minlength=len(sizes))
        return Visible(momenta[central], counts.astype(np.int64))

    def _is_visible(self, ids: NDArray[np.int32]) -> NDArray[np.bool_]:
        kinds, which = np.unique(ids, return_inverse=True)
        for kind in kinds.tolist():
            if kind not in self._visible:
                self._visible[kind] = bool(self._pythia.particleData.isVisible(kind))
        return np.array([self._visible[kind] for kind in kinds.tolist()], dtype=bool)[which]

    def cross_section(self) -> tuple[float, float, int, int]:
        """(pb, its error, collisions tried, collisions accepted) of what was drawn so far."""
        info = self._pythia.infoPython()
        return info.sigmaGen() * 1e9, info.sigmaErr() * 1e9, int(info.nTried()), int(info.nAccepted())


def _settings(card: JetCard, seed: int) -> list[str]:
    lines = [
        "Print:quiet=on",
        "Random:setSeed=on",
        f"Random:seed={seed}",
        f"Beams:eCM={card.sqrt_s!r}",
        f"Tune:pp={card.tune}",
        f"PartonLevel:MPI={'on' if card.mpi else 'off'}",
        f"PhaseSpace:pTHatMin={card.pt_hat.min!r}",
        *_HARD[card.started_by],
    ]
    if np.isfinite(card.pt_hat.max):
        lines.append(f"PhaseSpace:pTHatMax={card.pt_hat.max!r}")
    return lines
