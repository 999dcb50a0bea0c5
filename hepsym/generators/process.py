"""What a generator is: something that knows its legs, its cross section and how event i is drawn.

A process is data (a Card); each family of processes has one final subclass of Generator, and
`generate` runs any of them.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from hepsym.generators.cards.card import Card

__all__ = ["NO_COLUMNS", "Column", "Columns", "CrossSection", "Distribution", "Generator"]

Array = NDArray[np.float64]
Columns = Mapping[str, NDArray[Any]]
NO_COLUMNS: Columns = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Column:
    """What a generator says of an event besides momenta: `shape` is that of one event's entry."""

    dtype: str
    """As numpy spells it: "i4", "f8"."""
    shape: tuple[int, ...] = ()

    def empty(self, n: int) -> NDArray[Any]:
        """Room for n events."""
        return np.empty((n, *self.shape), dtype=self.dtype)


@dataclass(frozen=True, slots=True)
class CrossSection:
    """A rate in pb, its error, and the number that an independent integration gave.

    The decay of one particle has a width in GeV instead; the three numbers are then that, and
    `unit` says so.
    """

    value_pb: float
    error_pb: float
    integrated_pb: float
    """By quadrature of the helicity amplitudes, where value_pb is analytic."""
    unit: str = "pb"
    """"pb" or "GeV"."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """The exact law of an observable: density and distribution function on [low, high]."""

    density: Callable[[Array], Array]
    cumulative: Callable[[Array], Array]
    low: float
    high: float


class Generator(ABC):
    """A process made ready to be drawn: constants are computed once, here, and never in a loop."""

    card: Card
    pdg_ids: tuple[int, ...]
    """Of every leg, in the order of the process string, beams first."""
    status: tuple[int, ...]
    masses: tuple[float, ...]
    """GeV"""
    beams: Array
    """(k, 4) GeV: the momenta of the first k legs, which are the same in all events (none for partons)."""
    columns: Mapping[str, Column] = MappingProxyType({})
    """What `fill` writes besides momenta. `pdg_ids`, `status` and `masses`, (legs,), stand for the
    attributes of that name where they differ from event to event; others become columns of Events."""
    overweights: ClassVar[bool] = False
    """Whether unweighted events carry a column `weights` in pb, equal but for those above the maximum."""

    @property
    def beam_ids(self) -> tuple[int, int] | None:
        """PDG ids of the colliding particles, +z first; None for the decay of one particle."""
        return (self.pdg_ids[0], self.pdg_ids[1]) if self.status[1] == -1 else None

    @property
    def legs(self) -> int:
        """How many legs an event has, beams included."""
        return len(self.pdg_ids)

    @abstractmethod
    def cross_section(self) -> CrossSection:
        """Within the card's cuts, spins and colours averaged over the beams' polarisation."""

    @abstractmethod
    def fill(
        self, out: Array, first: int, key: tuple[np.uint64, np.uint64], columns: Columns = NO_COLUMNS
    ) -> None:
        """Unweighted events first, first + 1, ... into out, (m, legs, 4) or, without beams, (m, legs - k, 4).

        `columns` holds an array of m entries for every one of `self.columns`, to be filled too.
        Event i is a function of (key, i) alone. Any number of threads may call it.
        """

    @abstractmethod
    def fill_weighted(
        self,
        out: Array,
        weights: Array,
        first: int,
        key: tuple[np.uint64, np.uint64],
        columns: Columns = NO_COLUMNS,
    ) -> None:
        """Points within the cuts and weights in pb, whose mean is the cross section; out has all legs."""

    def efficiency(self) -> float:
        """Unweighted events kept per point drawn: 1 where every draw is an event."""
        return 1.0

    @abstractmethod
    def me2(self, momenta: Array) -> Array:
        """|M|^2 at (n, legs, 4) momenta, summed over final and averaged over initial spins and colours."""

    @abstractmethod
    def distributions(self) -> Mapping[str, Distribution]:
        """Exact laws of unweighted events, by observable name; empty where none is known."""

    @abstractmethod
    def figures(self) -> Mapping[str, float]:
        """Further exact numbers of the process, such as its forward-backward asymmetry."""

    @abstractmethod
    def resolved(self) -> Card:
        """The card with the masses and couplings that were in fact used written into it."""
