"""Which ways to draw a process' phase space suit its diagrams? Resonances, exchanges, decays, cuts.

Declared decays and s-channel propagators become systems of a tree; one tree a set of propagators, those
with more resonances first. A propagator that parts the incoming legs makes the first break follow a t
channel; where all of a diagram's do, and have a mass, a ladder of exchanges is one more channel.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hepsym.errors import InputError
from hepsym.generators.cards.process_string import Node
from hepsym.generators.scattering.groups import Group
from hepsym.generators.scattering.initial import Fixed, Initial, Partons
from hepsym.generators.scattering.integrand import Channel, Collision
from hepsym.generators.scattering.ladder import Exchange, ladders
from hepsym.generators.scattering.selection import Selection
from hepsym.generators.scattering.tree import Leaf, System, Tree
from hepsym.generators.theory import FERMIONS, Theory

__all__ = ["channels_of"]

MOST = 6
"""Channels of trees at most, and of ladders: each costs an inverse map a point."""
_NEAR = 10.0
"""Widths within which a resonance outside the allowed masses still shapes the rate."""

_STABLE = 1e-9
"""Largest width, relative to its mass, of what no generator decays by itself: leptons and light quarks."""
_FEW = 3.0
"""Widths below resonances where the rate of two of them together begins to rise."""
_STEP = 1.1
"""How much higher than the true one that beginning must be to get a channel of its own."""

Legs = frozenset[int]


@dataclass(frozen=True, slots=True)
class Propagator:
    """A particle that outgoing legs make together."""

    legs: Legs
    mass: float
    width: float
    cutoff: float = math.inf
    """Widths from the pole that a declared decay is kept within."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What masses and cuts allow."""

    masses: tuple[float, ...]
    selection: Selection
    energy: float
    """Largest energy of the collision, GeV."""

    def low(self, legs: Iterable[int]) -> float:
        """Least mass of a system, GeV: that of its legs, of its pairs' cuts, and its own."""
        inside = sorted(legs)
        least = sum(self.masses[leg] for leg in inside)
        return max(least, self.selection.mass_window(inside)[0], self._of_pairs(inside))

    def _of_pairs(self, legs: Sequence[int]) -> float:
        """m^2 = sum m_ij^2 - (k - 2) sum m_i^2 over the pairs of k legs, bounded pair by pair."""
        if len(legs) < 3:
            return 0.0
        pairs = [(a, b) for i, a in enumerate(legs) for b in legs[i + 1 :]]
        total = sum(
            max(self.selection.mass_window(p)[0], self.masses[p[0]] + self.masses[p[1]]) ** 2 for p in pairs
        )
        total -= (len(legs) - 2) * sum(self.masses[leg] ** 2 for leg in legs)
        return math.sqrt(max(total, 0.0))

    def high(self, legs: Iterable[int]) -> float:
        """Largest mass of a system, GeV."""
        inside = set(legs)
        beside = sum(m for leg, m in enumerate(self.masses) if leg not in inside)
        return min(self.energy - beside, self.selection.mass_window(sorted(inside))[1])

    def radiates(self, legs: Legs, mass: float, width: float) -> bool:
        """Whether these legs are what a stable particle became by radiation: its pole ends their masses."""
        return width <= _STABLE * mass and mass <= self.low(legs) * (1.0 + _STABLE)

    def resonant(self, p: Propagator) -> bool:
        """Whether a propagator's peak lies in or near the masses that its legs can have."""
        reach = _NEAR * p.width
        return p.width > 0.0 and self.low(p.legs) - reach < p.mass < self.high(p.legs) + reach


def channels_of(
    cutoff: float,
    theory: Theory,
    collision: Collision,
    groups: Sequence[Group],
    outgoing: Sequence[Node],
    selection: Selection,
) -> tuple[list[Channel], frozenset[int]]:
    """The channels, and the numbers of the cuts that they respect by construction. Raises InputError.

    cutoff is the number of widths that declared decays may be off their resonances.
    """
    count = len(groups[0].element.pdg_ids) - len(collision.masses)
    bounds = Bounds(tuple(groups[0].element.masses[-count:]), selection, collision.sqrt_s)
    if count == 1:
        raise InputError(
            "one outgoing particle alone has no phase space: say what it decays to, as in 'p p > h, h > a a'"
        )
    everyone = frozenset(range(count))
    if bounds.high(everyone) <= bounds.low(everyone) and not _at_threshold(collision, bounds, everyone):
        raise InputError(
            f"no phase space is left: the outgoing particles need {bounds.low(everyone):.10g} GeV and "
            f"{bounds.high(everyone):.10g} GeV is there; raise sqrt_s or widen the cuts"
        )
    declared = list(_declared(outgoing, theory, cutoff, 0))
    most = count if collision.pdf is not None else count - 1
    forests = _from_diagrams(groups, len(collision.masses), most, declared, bounds)
    finals: list[tuple[frozenset[Propagator], Tree]] = []
    for forest in _ranked(forests):
        root = _system(everyone, [*declared, *(p for p in forest if p.legs != everyone)], bounds)
        parts = (root.first, root.second)
        leaves = [part.leg for part in parts if isinstance(part, Leaf)]
        least_pt = max(map(selection.least_pt, leaves), default=0.0)
        cosine = 1.0 if collision.pdf is not None else min(map(selection.most_cosine, leaves), default=1.0)
        peak, poles = _poles(forests.get(forest, []))
        side = 0 if collision.pdf is not None else _side(parts, poles)
        exchanged = min((e.mass for e in poles), default=0.0)
        finals.append((forest, Tree(root, least_pt, cosine, peak, side, exchanged)))
    rungs = []
    if count > 2 and not declared and len(collision.masses) == 2:
        diagrams = [passed for exchanges in forests.values() for passed in exchanges]
        rungs = ladders(diagrams, bounds.masses, (collision.masses[0], collision.masses[1]))[:MOST]
    if collision.pdf is None:
        fixed = Fixed(collision.sqrt_s)
        channels = [Channel(fixed, tree) for _, tree in finals]
        return [*_distinct(channels), *(Channel(fixed, ladder) for ladder in rungs)], frozenset()
    total = [p for p in declared if p.legs == everyone]
    channels = []
    for forest, tree in finals:
        whole = total or [p for p in forest if p.legs == everyone]
        for initial in _initials(whole, tree, collision, bounds, everyone):
            channels.append(Channel(initial, tree))
    plain = next(iter(_initials((), finals[0][1], collision, bounds, everyone)))
    channels = [*_distinct(channels), *(Channel(plain, ladder) for ladder in rungs)]
    return channels, selection.within_mass_window(sorted(everyone))


def _at_threshold(collision: Collision, bounds: Bounds, everyone: Legs) -> bool:
    return collision.pdf is None and bounds.high(everyone) > sum(bounds.masses)


def _declared(nodes: Sequence[Node], theory: Theory, cutoff: float, first: int) -> Iterable[Propagator]:
    """The decays of a process string, as systems of outgoing legs counted from `first`."""
    for node in nodes:
        count = len(node.leaves())
        if node.products:
            legs = frozenset(range(first, first + count))
            yield Propagator(legs, theory.mass(node.pdg), theory.width(node.pdg), cutoff)
            yield from _declared(node.products, theory, cutoff, first)
        first += count


def _from_diagrams(
    groups: Sequence[Group],
    incoming: int,
    most: int,
    declared: Sequence[Propagator],
    bounds: Bounds,
) -> dict[frozenset[Propagator], list[tuple[Exchange, ...]]]:
    """Sets of s-channel propagators of at most `most` legs, beside the declared ones, and what is exchanged
    in each diagram that has them.
    """
    found: dict[frozenset[Propagator], list[tuple[Exchange, ...]]] = {}
    for group in groups:
        for diagram in group.element.diagrams:
            forest = set()
            passed = []
            for line in diagram:
                if incoming == 2 and 0 in line.legs:
                    near = frozenset(leg - incoming for leg in line.legs - {0})
                    passed.append(Exchange(near, line.mass, 1 if abs(line.pdg) in FERMIONS else 2))
                    continue
                own = frozenset(leg - incoming for leg in line.legs)
                if not 2 <= len(own) <= most or any(d.legs == own for d in declared):
                    continue
                if bounds.radiates(own, line.mass, line.width):
                    if len(own) < len(bounds.masses):
                        forest.add(Propagator(own, 0.0, 0.0))
                elif bounds.resonant(Propagator(own, line.mass, line.width)):
                    forest.add(Propagator(own, line.mass, line.width))
            found.setdefault(frozenset(forest), []).append(tuple(passed))
    return found


def _ranked(forests: Iterable[frozenset[Propagator]]) -> list[frozenset[Propagator]]:
    """The first few: more resonances first, then more propagators."""
    ranked = sorted(forests, key=lambda f: (-sum(p.width > 0.0 for p in f), -len(f), sorted(map(_order, f))))
    return ranked[:MOST] or [frozenset()]


def _poles(diagrams: Iterable[Sequence[Exchange]]) -> tuple[int, list[Exchange]]:
    """The highest power among exchanges of these diagrams, 0 where there are none; and those that have it."""
    exchanges = [e for passed in diagrams for e in passed]
    peak = max((e.peak for e in exchanges), default=0)
    return peak, [e for e in exchanges if e.peak == peak]


def _side(parts: Sequence[Leaf | System], poles: Sequence[Exchange]) -> int:
    """Which part of the root is on the first beam's side in every exchange: 1 first, -1 second, 0 neither."""
    first, second = (set(part.legs) for part in parts)
    if not poles:
        return 0
    if all(e.near == first for e in poles):
        return 1
    return -1 if all(e.near == second for e in poles) else 0


def _order(p: Propagator) -> tuple[list[int], float]:
    return sorted(p.legs), p.mass


def _system(legs: Legs, propagators: Sequence[Propagator], bounds: Bounds) -> System:
    """The binary tree of these legs: largest propagators inside first, what is left paired in order."""
    parts: list[Leaf | System] = []
    left = set(legs)
    inside = sorted((p for p in propagators if p.legs < legs), key=lambda p: (-len(p.legs), _order(p)))
    for p in inside:
        if p.legs <= left:
            left -= p.legs
            made = _system(p.legs, [q for q in propagators if q.legs < p.legs], bounds)
            parts.append(_shaped(made, p, bounds))
    parts += [Leaf(leg, bounds.masses[leg]) for leg in sorted(left)]
    parts.sort(key=lambda part: min(part.legs))
    while len(parts) > 2:
        *rest, one, two = parts
        joined = System(one, two, low=bounds.low(one.legs + two.legs))
        parts = [*rest, joined]
    return System(parts[0], parts[1])


def _shaped(system: System, p: Propagator, bounds: Bounds) -> System:
    low = bounds.low(p.legs)
    if p.width > 0.0 and bounds.resonant(p):
        low, high = max(low, p.mass - p.cutoff * p.width), p.mass + p.cutoff * p.width
        return System(system.first, system.second, p.mass, p.width, low=low, high=high)
    return System(system.first, system.second, power=1.0 if p.width == 0.0 and low > 0.0 else 0.0, low=low)


def _initials(
    whole: Sequence[Propagator], tree: Tree, collision: Collision, bounds: Bounds, everyone: Legs
) -> Iterable[Initial]:
    """One per resonance of everything that leaves, else a falling power."""
    parts = (tree.root.first, tree.root.second)
    threshold = sum(math.hypot(part.least, tree.least_pt) for part in parts)
    low = max(bounds.low(everyone), threshold, 1e-6 * collision.sqrt_s)
    high = min(bounds.high(everyone), collision.sqrt_s)
    resonances = [p for p in whole if bounds.resonant(p)]
    if not resonances:
        yield Partons(collision.sqrt_s, low, high)
        soft = sum(_soft_least(part) for part in parts)
        if low * _STEP < soft < high:
            yield Partons(collision.sqrt_s, soft, high)
    for p in resonances:
        reach = p.cutoff * p.width
        yield Partons(collision.sqrt_s, max(low, p.mass - reach), min(high, p.mass + reach), p.mass, p.width)


def _soft_least(part: Leaf | System) -> float:
    """Mass, GeV, below which a part is off its resonance by more than a few widths."""
    if isinstance(part, System) and part.width > 0.0:
        return max(part.least, part.resonance - _FEW * part.width)
    return part.least


def _distinct(channels: Sequence[Channel]) -> list[Channel]:
    return list(dict.fromkeys(channels))[:MOST]
