"""A decay chain: a tree of systems, every one with a law for its mass, down to the final particles.

    dPhi_n = prod_systems ds / (2 pi) prod_decays dPhi_k,

so that any nesting is made of masses and of decays at rest, carried to the frame of the parent. A
system with three or more parts decays by GENBOD's chain. Where a law is FIXED, its ds / (2 pi) is
left out: what is drawn is then the phase space of a chain of sharp states.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hepsym.errors import InputError
from hepsym.generators.phasespace import mass_laws
from hepsym.generators.phasespace.cascades.cascade import SPLIT
from hepsym.generators.phasespace.cascades.program import Cascade, Law, Part
from hepsym.generators.phasespace.cascades.s_channel import fixed
from hepsym.generators.phasespace.map import check_masses
from hepsym.generators.phasespace.volume import volume

__all__ = ["Decay", "Leaf", "Tree"]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A final particle."""

    mass: float
    """GeV"""


@dataclass(frozen=True, slots=True)
class Decay:
    """A system and what it decays to, two parts or more; the root of a tree has no law."""

    parts: tuple["Decay | Leaf", ...]
    law: Law | None = None


class Tree(Cascade):
    """Final particles in the order in which the tree names them; `systems` in the order of a walk.

    Uniforms: at each system, its children's masses, then (three parts or more) GENBOD's, then
    cosine and azimuth of each decay; then each child in turn.
    """

    def __init__(self, decay: Decay) -> None:
        """Raises InputError where a part cannot decay to its parts or has no law for its mass."""
        super().__init__(_part(decay))
        self.decay = decay

    @property
    def systems(self) -> tuple[int, ...]:
        """Slots of the root and of every system, for `fill_slots`; a parent before its parts' systems."""
        return tuple(slot for _, slot in sorted(self._program.slot_at.items()))

    @property
    def sharp(self) -> bool:
        """Whether every point has the same weight: two-body decays of sharp masses alone."""
        return self._program.kinds() == {SPLIT}

    def volume(self, sqrt_s: float) -> float:
        """The integral of what is drawn, GeV to the power that its sharp masses leave.

        A system whose mass runs over all that kinematics leaves adds nothing of its own (the
        recursion of phase space), a sharp one is a factor, one with bounds an integral by 64 points
        of Gauss and Legendre. Error: 1e-9 relative (tests/generators/phasespace/test_maps.py).
        """
        return _volume(self.decay, sqrt_s)


def _part(decay: Decay) -> Part:
    parts = tuple(Part(p.mass) if isinstance(p, Leaf) else _part(p) for p in decay.parts)
    if len(parts) < 2:
        raise InputError(f"a system decays to {len(parts)} parts; give two or more")
    made = Part(parts=parts, law=decay.law)
    check_masses(made.masses())
    law = decay.law
    singular = (
        law is not None
        and law.kind in {mass_laws.POWER, mass_laws.LOGARITHM, mass_laws.MIXTURE}
        and law.power >= 1.0
    )
    if law is not None and singular and max(law.low, sum(made.masses())) <= 0.0:
        raise InputError(f"a power nu = {law.power:g} needs masses or a low bound above 0; set low, in GeV")
    return made


def _volume(decay: Decay, sqrt_s: float) -> float:
    """See Tree.volume."""
    masses: list[float] = []
    factor = 1.0
    waiting = list(decay.parts)
    while waiting:
        part = waiting.pop(0)
        if isinstance(part, Leaf):
            masses.append(part.mass)
            continue
        law, least = part.law, sum(_part(part).masses())
        if law is None or (law.kind != mass_laws.FIXED and law.low <= least and law.high == math.inf):
            waiting[:0] = part.parts
        elif law.kind == mass_laws.FIXED:
            masses.append(law.low)
            factor *= _volume(part, law.low)
        else:
            rest = (*[Leaf(m) for m in masses], *waiting)
            return factor * _bounded(part, law, least, rest, sqrt_s)
    return factor * volume(masses, sqrt_s)


def _bounded(part: Decay, law: Law, least: float, rest: Sequence[Decay | Leaf], sqrt_s: float) -> float:
    """The integral over one system's mass; its ends, where powers of one half appear, are smoothed."""
    beside = sum(p.mass if isinstance(p, Leaf) else max(sum(_part(p).masses()), _low(p)) for p in rest)
    low, high = max(law.low, least), min(law.high, sqrt_s - beside)
    if high <= low:
        return 0.0
    nodes, shares = np.polynomial.legendre.leggauss(64)
    t = 0.5 * (nodes + 1.0)
    mass = low + (high - low) * t * t * (3.0 - 2.0 * t)
    dm = (high - low) * 6.0 * t * (1.0 - t) * 0.5 * shares
    total = 0.0
    for m, width in zip(mass.tolist(), dm.tolist(), strict=True):
        system = Decay(part.parts, fixed(m))
        total += width * m / math.pi * _volume(Decay((system, *rest)), sqrt_s)
    return total


def _low(part: Decay) -> float:
    return part.law.low if part.law is not None else 0.0
