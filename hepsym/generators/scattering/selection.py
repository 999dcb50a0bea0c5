"""Which points of phase space do a card's cuts keep, and what do they say before a point is drawn?"""

import difflib
import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepsym import constants
from hepsym.errors import InputError
from hepsym.events.observables.kinematics import KINDS, Kind
from hepsym.generators.cards.card import Cut

__all__ = ["Selection", "selection"]

Array = NDArray[np.float64]

_SCATTERING_ANGLES = ("cos_theta", "theta")
"""Without a particle they are the first leg's: the angle of scattering."""
_TOGETHER = ("m",)
"""Without particles they are of all legs together."""


@dataclass(frozen=True, slots=True)
class Condition:
    """Bounds, both inclusive, on an observable of some legs (numbers from 0 among the outgoing)."""

    name: str
    kind: Kind
    absolute: bool
    legs: tuple[int, ...]
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Selection:
    """Every condition must hold."""

    conditions: tuple[Condition, ...]
    masses: tuple[float, ...]
    """GeV, of the outgoing legs."""

    def passes(self, momenta: Array, skip: frozenset[int] = frozenset()) -> NDArray[np.bool_]:
        """Which of the outgoing momenta, (n, legs, 4) in the laboratory, pass, (n,)."""
        kept = np.ones(len(momenta), dtype=bool)
        for number, condition in enumerate(self.conditions):
            if number in skip:
                continue
            legs = [momenta[:, leg] for leg in condition.legs]
            masses: list[Array | float] = [self.masses[leg] for leg in condition.legs]
            with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
                value = condition.kind.compute(legs, masses)
                if condition.absolute:
                    value = np.abs(value)
                kept &= (value >= condition.low) & (value <= condition.high)
        return kept

    def least_pt(self, leg: int) -> float:
        """The lower bound on a leg's transverse momentum, GeV; 0 without one."""
        return max((c.low for c in self._of("pt", (leg,))), default=0.0)

    def most_cosine(self, leg: int) -> float:
        """The upper bound on |cos theta| of a leg that bounds on cos theta and eta set; 1 without one."""
        found = [max(abs(c.high), 0.0 if c.absolute else abs(c.low)) for c in self._of("cos_theta", (leg,))]
        found += [
            math.tanh(max(abs(c.high), 0.0 if c.absolute else abs(c.low))) for c in self._of("eta", (leg,))
        ]
        return min([1.0, *found])

    def mass_window(self, legs: Sequence[int]) -> tuple[float, float]:
        """Bounds on the invariant mass of just these legs, GeV; (0, inf) without any."""
        found = self._of("m", tuple(sorted(legs)))
        low = max((c.low for c in found), default=0.0)
        return max(low, self._apart(legs)), min((c.high for c in found), default=math.inf)

    def _apart(self, legs: Sequence[int]) -> float:
        """Least mass, GeV, of two massless legs: m^2 >= 2 pt_1 pt_2 (1 - cos Delta R), Delta R <= pi."""
        if len(legs) != 2 or any(self.masses[leg] > 0.0 for leg in legs):
            return 0.0
        one, two = legs
        distance = max((c.low for c in self._of("delta_r", tuple(sorted(legs)))), default=0.0)
        product = max(self.least_pt(one), 0.0) * max(self.least_pt(two), 0.0)
        return 2.0 * math.sqrt(product) * math.sin(0.5 * min(max(distance, 0.0), math.pi)) * (1.0 - 1e-9)

    def within_mass_window(self, legs: Sequence[int]) -> frozenset[int]:
        """Numbers of the conditions that hold wherever `mass_window` of these legs does."""
        found = self._of("m", tuple(sorted(legs)))
        return frozenset(i for i, c in enumerate(self.conditions) if c in found)

    def _of(self, kind: str, legs: tuple[int, ...]) -> list[Condition]:
        return [c for c in self.conditions if c.kind is KINDS[kind] and tuple(sorted(c.legs)) == legs]


def selection(
    cuts: Mapping[str, Cut],
    outgoing: Sequence[frozenset[int]],
    masses: Sequence[float],
    particles: Callable[[str], frozenset[int]] = lambda name: frozenset({constants.pdg_id(name)}),
) -> Selection:
    """The conditions of a [cuts] table on legs that may be any of the PDG ids given for each.

    `pt`, `eta`, `y`, `E` ... without a particle hold for every leg, `delta_r` and its kin for every pair,
    `cos_theta` and `theta` for the first leg, `m` for all legs together. With particles, as in `pt(j)` or
    `m(mu- mu+)`, for every choice of legs that fits; `abs_` before a name takes its absolute value.
    Raises InputError for an unknown name, a particle that does not leave, a wrong number of them.
    """
    conditions = []
    for name, cut in cuts.items():
        kind_name, bracket, inside = name.partition("(")
        absolute = kind_name.startswith("abs_")
        kind = KINDS.get(kind_name.removeprefix("abs_"))
        if kind is None or (bracket and not inside.endswith(")")):
            near = difflib.get_close_matches(kind_name, [*KINDS, *(f"abs_{k}" for k in KINDS)], n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise InputError(f"unknown cut {name!r}{hint} (known: {', '.join(KINDS)}, abs_ before any)")
        words = inside[:-1].replace(",", " ").split() if bracket else []
        for legs in _choices(name, kind_name, kind, words, outgoing, particles):
            conditions.append(Condition(name, kind, absolute, legs, cut.min, cut.max))
    return Selection(tuple(conditions), tuple(masses))


def _choices(
    name: str,
    kind_name: str,
    kind: Kind,
    words: Sequence[str],
    outgoing: Sequence[frozenset[int]],
    particles: Callable[[str], frozenset[int]],
) -> list[tuple[int, ...]]:
    everyone = range(len(outgoing))
    if not words:
        if kind.pair:
            return list(itertools.combinations(everyone, 2))
        if kind_name in _TOGETHER:
            return [tuple(everyone)]
        return [(0,)] if kind_name in _SCATTERING_ANGLES else [(leg,) for leg in everyone]
    if kind.pair and len(words) != 2:
        raise InputError(f"cut {name!r} needs two particles, such as {kind_name}(mu- mu+)")
    fitting = []
    for word in words:
        wanted = particles(word)
        fits = [leg for leg in everyone if outgoing[leg] <= wanted]
        if not fits:
            legs = ", ".join(sorted({constants.name_of(i) for ids in outgoing for i in ids}))
            raise InputError(f"cut {name!r}: the process has no outgoing {word!r} ({legs})")
        fitting.append(fits)
    chosen = {tuple(sorted(c)): c for c in itertools.product(*fitting) if len(set(c)) == len(c)}
    if not chosen:
        raise InputError(f"cut {name!r} names a particle more often than it leaves")
    return list(chosen.values())
