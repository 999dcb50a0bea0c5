"""How do n particles leave one after another along the beams? Exchanges between all of them: a ladder.

Where every line of a diagram joins one beam's side to the other's, as in vector boson fusion, each particle
in turn takes its share of the momentum transfers (`phasespace.exchanges.t_channel`). The lines follow
(m^2 - t)^-1 where a fermion is exchanged, (m^2 - t)^-2 where a boson is. Massless lines, whose poles have
no end of their own, are left to trees and grids.
"""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from hepsym.generators.phasespace.exchanges.t_channel import TChannel
from hepsym.generators.scattering.final import Final

__all__ = ["Exchange", "Ladder", "ladders"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A particle that passes between the beams' sides."""

    near: frozenset[int]
    """Outgoing legs on the first beam's side."""
    mass: float
    peak: int
    """Power of its pole in the rate: 1 of a fermion, 2 of a boson."""


@dataclass(frozen=True)
class Ladder(Final):
    """Particles of these masses, in the order in which they leave, the first beam's first."""

    order: tuple[int, ...]
    """Outgoing legs."""
    masses: tuple[float, ...]
    """GeV, in that order."""
    beams: tuple[float, float]
    """Masses of the incoming legs, GeV."""
    lines: tuple[tuple[float, float], ...]
    """(m in GeV, power) between neighbours."""

    @property
    def axes(self) -> int:  # type: ignore[override]
        """3 n - 4."""
        return 3 * len(self.order) - 4

    @cached_property
    def _map(self) -> TChannel:
        return TChannel(self.masses, self.beams, self.lines)

    def forward(self, u: Array, sqrt_s: Array, momenta: Array, jacobian: Array) -> None:
        """See Final.forward."""
        drawn = np.empty(momenta.shape)
        self._map.forward(np.ascontiguousarray(u), sqrt_s, drawn, jacobian)
        drawn[jacobian <= 0.0] = 0.0
        momenta[:, list(self.order)] = drawn

    def inverse(self, momenta: Array, sqrt_s: Array, u: Array, jacobian: Array) -> None:
        """See Final.inverse. Error: 1e-10 of sqrt(s) in the momenta that u leads to."""
        self._map.inverse(np.ascontiguousarray(momenta[:, list(self.order)]), sqrt_s, u, jacobian)
        u[jacobian <= 0.0] = 0.5


def ladders(
    diagrams: Iterable[Sequence[Exchange]], masses: Sequence[float], beams: tuple[float, float]
) -> list[Ladder]:
    """Of diagrams, each given by what is exchanged in it, those in which all lines are massive exchanges.

    masses: of the outgoing legs, GeV.
    """
    found: dict[Ladder, None] = {}
    everyone = frozenset(range(len(masses)))
    for exchanges in diagrams:
        lines = sorted(exchanges, key=lambda e: len(e.near))
        if len(lines) != len(masses) - 1 or not all(e.mass > 0.0 for e in lines):
            continue
        steps = [frozenset[int](), *(e.near for e in lines), everyone]
        order = [leg for a, b in itertools.pairwise(steps) for leg in b - a]
        poles = tuple((e.mass, float(e.peak)) for e in lines)
        found[Ladder(tuple(order), tuple(masses[leg] for leg in order), beams, poles)] = None
    return list(found)
