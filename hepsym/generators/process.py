"""What a generator is: something that knows its legs, its cross section and how event i is drawn.

A process is data (a Card); each family of processes has one final subclass of Generator, and
`generate` runs any of them.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepsym.generators.cards import Card

__all__ = ["CrossSection", "Distribution", "Generator"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class CrossSection:
    """A rate in pb, its error, and the number that an independent integration gave."""

    value_pb: float
    error_pb: float
    integrated_pb: float
    """By quadrature of the helicity amplitudes, where value_pb is analytic."""


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
    """(2, 4) GeV: the momenta of the first two legs, fixed over the run."""

    @property
    def legs(self) -> int:
        """How many legs an event has, beams included."""
        return len(self.pdg_ids)

    @abstractmethod
    def cross_section(self) -> CrossSection:
        """Within the card's cuts, spins and colours averaged over the beams' polarisation."""

    @abstractmethod
    def fill(self, out: Array, first: int, key: tuple[np.uint64, np.uint64]) -> None:
        """Unweighted events first, first + 1, ... into out, (m, legs, 4) or, without beams, (m, legs - 2, 4).

        Event i is a function of (key, i) alone. Any number of threads may call it.
        """

    @abstractmethod
    def fill_weighted(self, out: Array, weights: Array, first: int, key: tuple[np.uint64, np.uint64]) -> None:
        """Flat phase space within the cuts and weights in pb, whose mean is the cross section."""

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
