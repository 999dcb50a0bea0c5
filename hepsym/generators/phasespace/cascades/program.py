"""What are the steps of a cascade? Built once from its systems; and the maps that run them."""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.generators.phasespace.breakup import momentum_of_release
from hepsym.generators.phasespace.cascades import cascade
from hepsym.generators.phasespace.cascades.cascade import CHAIN, MASS, SPLIT, SPLIT_SHARP, Laid
from hepsym.generators.phasespace.cascades.inverse import inverse as inverse_loop
from hepsym.generators.phasespace.map import FLAT_POINTS, Array, PhaseSpace, check_shapes, energies
from hepsym.generators.phasespace.mass_laws import FIXED
from hepsym.generators.phasespace.volume import volume

__all__ = ["Cascade", "Law", "Part", "Program"]

_NUMBERS = 8


@dataclass(frozen=True, slots=True)
class Law:
    """How a mass is drawn: a kind of mass_laws.py, its range in GeV, and its constants."""

    kind: int
    low: float = 0.0
    high: float = math.inf
    m2: float = 0.0
    mg: float = 0.0
    power: float = 0.0
    share: float = 0.0
    """Of a mixture's points, those that follow the Breit-Wigner."""


@dataclass(frozen=True, slots=True)
class Part:
    """A final particle (mass, no parts) or a system (parts, and a law for its mass, the root's apart)."""

    mass: float = 0.0
    parts: tuple["Part", ...] = ()
    law: Law | None = None

    def leaves(self) -> int:
        """How many final particles it ends in."""
        return sum(p.leaves() for p in self.parts) if self.parts else 1

    def masses(self) -> tuple[float, ...]:
        """GeV, of the final particles in order."""
        return tuple(m for p in self.parts for m in p.masses()) if self.parts else (self.mass,)

    def least(self) -> float:
        """The lowest mass it can have, GeV, its own law's bound included."""
        if not self.parts:
            return self.mass
        return max(0.0 if self.law is None else self.law.low, math.fsum(p.least() for p in self.parts))


@dataclass
class Program:
    """The steps for one root, slots numbered: final particles, root, then the systems parents first."""

    root_part: Part
    chain: int = CHAIN
    steps: list[list[int]] = field(default_factory=list)
    numbers: list[list[float]] = field(default_factory=list)
    lists: list[int] = field(default_factory=list)
    base: list[float] = field(default_factory=list)
    excess: list[float] = field(default_factory=list)
    sharp: list[bool] = field(default_factory=list)
    """Whether the excess is a constant; the root's is where sqrt_s is one number."""
    slot_at: dict[tuple[int, ...], int] = field(default_factory=dict)
    """Slot of each system by its path from the root; in rising order of paths parents come first."""
    dimensions: int = 0

    def __post_init__(self) -> None:
        self.base = list(self.root_part.masses())
        self.root = len(self.base)
        self.excess = [0.0] * self.root
        self.sharp = [True] * self.root
        self.base.append(math.fsum(self.base))
        self.excess.append(0.0)
        self.sharp.append(False)
        self._lay(self.root_part, self.root, 0, ())

    def _system(self, part: Part, first: int) -> int:
        """A slot for a part whose final particles start at `first`."""
        if not part.parts:
            return first
        law = part.law
        if law is None:
            raise InputError("a system within a decay needs a law for its mass; give fixed, flat or others")
        slot = self._slot(math.fsum(part.masses()))
        needed = math.fsum(p.least() for p in part.parts)
        if law.high <= needed:
            raise InputError(
                f"a system of mass {law.low:g} to {law.high:g} GeV cannot decay to parts of "
                f"{needed:g} GeV together; change its mass or range"
            )
        self.excess[slot] = part.least() - self.base[slot]
        self.sharp[slot] = law.kind == FIXED
        return slot

    def _slot(self, base: float) -> int:
        self.base.append(base)
        self.excess.append(0.0)
        self.sharp.append(False)
        return len(self.base) - 1

    def _step(self, step: list[int], numbers: tuple[float, ...] = ()) -> None:
        self.steps.append([*step, *[0] * (7 - len(step))])
        self.numbers.append([*numbers, *[0.0] * (_NUMBERS - len(numbers))])

    def _take(self, count: int) -> int:
        self.dimensions += count
        return self.dimensions - count

    def _lay(self, part: Part, slot: int, first: int, path: tuple[int, ...]) -> None:
        """Masses of the children, then the chain's, then the splits, then each child in turn."""
        self.slot_at[path] = slot
        starts, children = [], []
        for child in part.parts:
            starts.append(first)
            children.append(self._system(child, first))
            first += child.leaves()
        for child, own in zip(part.parts, children, strict=True):
            if child.law is not None and child.law.kind != FIXED:
                here = len(self.lists)
                self.lists += [other for other in children if other != own]
                law = child.law
                self._step(
                    [MASS, own, self._take(1), law.kind, slot, here, len(self.lists)],
                    (child.least(), law.high, law.m2, law.mg, law.power, law.share),
                )
        systems = [children[0]]
        if len(children) > 2:
            systems += [
                self._slot(math.fsum(self.base[c] for c in children[:k])) for k in range(2, len(children))
            ]
            here = len(self.lists)
            self.lists += children + systems[1:]
            inner = sum(bool(child.parts) for child in part.parts)
            self._step([self.chain, slot, self._take(len(children) - 2), len(children), here, inner])
        systems.append(slot)
        for k in range(len(children) - 1, 0, -1):
            whole = systems[k]
            self._step([SPLIT, whole, systems[k - 1], children[k], self._take(2), int(whole == self.root)])
        for number, (child, own, start) in enumerate(zip(part.parts, children, starts, strict=True)):
            if child.parts:
                self._lay(child, own, start, (*path, number))

    def kinds(self) -> set[int]:
        """What steps there are."""
        return {step[0] for step in self.steps}

    def laid(self) -> Laid:
        """As arrays, for any energy."""
        return (
            np.array(self.steps, dtype=np.int64), np.array(self.numbers),
            np.array([*self.lists, 0], dtype=np.int64), np.array(self.base), np.array(self.excess), 1.0,
        )  # fmt: skip

    def laid_at(self, sqrt_s: float) -> Laid:
        """As arrays, with the decays of constant masses worked out for one energy above threshold."""
        steps, numbers, lists, base, excess, factor = self.laid()
        excess[self.root] = sqrt_s - base[self.root]
        sharp = [*self.sharp]
        sharp[self.root] = True
        for step, row in zip(steps, numbers, strict=True):
            if step[0] != SPLIT or not all(sharp[slot] for slot in step[1:4]):
                continue
            whole, a, b = (int(slot) for slot in step[1:4])
            q = excess[whole] - excess[a] - excess[b]
            if q < 0.0:  # closed: nothing but nan may come out
                factor = q = math.nan
            m_a, m_b = base[a] + excess[a], base[b] + excess[b]
            mass, p = m_a + m_b + q, momentum_of_release(q, m_a, m_b)
            row[:6] = p, math.hypot(p, m_a), math.hypot(p, m_b), mass, m_a * m_a, m_b * m_b
            factor *= p / (4.0 * math.pi * mass)
            step[0] = SPLIT_SHARP
        return steps, numbers, lists, base, excess, factor


class Cascade(PhaseSpace):
    """A map that runs a Program; `systems` are put after the final particles where they are asked for."""

    def __init__(self, part: Part, *, chain: int = CHAIN) -> None:
        self._program = Program(part, chain)
        self.masses = part.masses()
        self.dimensions = self._program.dimensions
        self._laid = self._program.laid()
        self._sharp = np.array(self._program.sharp)
        self._finals = np.arange(len(self.masses))

    def forward(self, u: Array, sqrt_s: float | Array, momenta: Array, weight: Array) -> None:
        """See PhaseSpace.forward."""
        check_shapes(self, u, momenta, weight)
        energy = energies(sqrt_s, len(weight))
        cascade.forward(u, energy, self._at(energy), self._program.root, self._finals, momenta, weight)

    def inverse(self, momenta: Array, sqrt_s: float | Array, u: Array, weight: Array) -> None:
        """See PhaseSpace.inverse."""
        check_shapes(self, u, momenta, weight)
        energy = energies(sqrt_s, len(weight))
        inverse_loop(momenta, energy, self._laid, self._program.root, self._sharp, u, weight)

    def fill(
        self,
        momenta: Array,
        weight: Array,
        sqrt_s: float,
        first: int,
        key: tuple[np.uint64, np.uint64],
        stream: int = FLAT_POINTS,
    ) -> None:
        """See PhaseSpace.fill; drawn in one loop."""
        self.fill_slots(momenta, weight, sqrt_s, first, key, self._finals, stream)

    def fill_slots(
        self,
        momenta: Array,
        weight: Array,
        sqrt_s: float,
        first: int,
        key: tuple[np.uint64, np.uint64],
        slots: NDArray[np.int64],
        stream: int = FLAT_POINTS,
    ) -> None:
        """`fill`, with the momenta (n, len(slots), 4) of the slots asked for: final ones and systems."""
        laid = self._at(energies(sqrt_s, len(weight)))
        root = self._program.root
        cascade.draw(first, np.uint64(stream), *key, self.dimensions, laid, root, slots, momenta, weight)

    def forward_slots(
        self, u: Array, sqrt_s: float, momenta: Array, weight: Array, slots: NDArray[np.int64]
    ) -> None:
        """`forward`, with the momenta of the slots asked for."""
        energy = energies(sqrt_s, len(weight))
        cascade.forward(u, energy, self._at(energy), self._program.root, slots, momenta, weight)

    def volume(self, sqrt_s: float) -> float:
        """See PhaseSpace.volume."""
        return volume(self.masses, sqrt_s)

    def _at(self, energy: Array) -> Laid:
        if len(energy) > 1:
            return self._laid
        laid = self._program.laid_at(float(energy[0]))
        if laid[4][self._program.root] < 0.0:
            laid[4][self._program.root] = math.nan
        return laid
