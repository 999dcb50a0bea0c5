"""How does a node of the topology become values on the tape? Currents, helicity by helicity.

A current is what all trees of a node make of the wavefunctions of its legs, for one colour tensor
and every helicity of its legs that does not vanish. Spinors are kept as two Weyl halves, of which
massless legs have one: whatever chirality forbids is never written down. External fermions are
ordered by their leg, and each join carries the sign of sorting what it joins.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hepsym.generators.amplitudes.colour import strings as colour
from hepsym.generators.amplitudes.diagrams.model import AUXILIARY, colour_of, kind_of
from hepsym.generators.amplitudes.diagrams.rules import terms_of
from hepsym.generators.amplitudes.diagrams.topology import Key, Split
from hepsym.generators.amplitudes.machine import execute as machine
from hepsym.generators.amplitudes.machine.tape import Ref, Tape, Term
from hepsym.generators.theory import Theory

__all__ = ["Current", "Engine", "Frame", "State", "helicity_of"]

State = tuple[Ref | None, ...]
"""The two Weyl halves of a spinor, or the one value of anything else."""

States = dict[int, State]
"""By helicity: two bits a leg, 0 for +1, 1 for -1, 2 for 0."""

Scaled = tuple[Ref, float]
"""A value, and a number that it is to be multiplied by."""

Current = dict[colour.Tensor, States]

Sums = dict[colour.Tensor, dict[int, tuple[list[Term], ...]]]
"""Terms per colour, helicity and half: a current before its propagator."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What the leaves of one topology are: an amplitude has one, and so has every decay in it."""

    legs: dict[int, int]
    """External legs, as bits, of every subset of leaves."""
    massless: frozenset[int]
    """Leaves, as bits, that are external massless fermions."""


COMPONENTS = {"col": 2, "row": 2, "V": 4, "S": 1, "T": 6, "G": 10}


def helicity_of(code: int, leg: int) -> int:
    """+1, -1 or 0 of a leg."""
    return (1, -1, 0)[(code >> (2 * leg)) & 3]


@dataclass(slots=True)
class Engine:
    """Writes currents of one process onto a tape. `incoming` and `fermions` are sets of legs, as bits."""

    theory: Theory
    tape: Tape
    incoming: int
    fermions: int
    at_rest: bool
    """Whether the momenta are first carried to the frame where the incoming pair is at rest."""

    def momentum(self, legs: int) -> Ref:
        """The sum of the incoming momenta of legs (minus those of outgoing ones)."""
        first = legs & -legs
        if legs == first:
            leg = legs.bit_length() - 1
            if legs & self.incoming:
                return self.physical(leg)
            return self.tape.value(4, [Term(machine.SUM, (self.physical(leg),), -1.0, length=4)]), 0
        last = 1 << (legs.bit_length() - 1)
        rest = self.momentum(legs ^ last)
        return self.tape.value(4, [Term(machine.MOMENTUM, (rest, self.momentum(last)))]), 0

    def physical(self, leg: int) -> Ref:
        """The momentum of a leg as it is given."""
        if self.at_rest:
            return self.tape.value(16, [Term(machine.AT_REST, ())]), 4 * leg
        return self.tape.value(4, [Term(machine.LEG, (), 1.0, literal=leg)]), 0

    def external(self, leg: int, pdg: int, mass: float) -> Current:
        """The wavefunctions of a leg; `pdg` is of what comes in, the antiparticle of an outgoing one."""
        kind = kind_of(pdg)
        comes_in = bool(self.incoming >> leg & 1)
        if kind in {"col", "row"}:
            states = self._spinors(leg, kind, mass, comes_in)
        elif kind == "V":
            vectors = 3 if mass > 0.0 else 2
            value = self.tape.value(8 * vectors, [Term(machine.VECTOR, (self.physical(leg),), mass)])
            order = (0, 1, 2) if comes_in else (1, 0, 2)  # e*_h = -e_-h
            states = {k << (2 * leg): ((value, 8 * order[k]),) for k in range(vectors)}
        else:
            states = {2 << (2 * leg): ((self.tape.value(2, [Term(machine.ONE, ())]), 0),)}
        return {colour.leaf(colour_of(pdg), leg): states}

    def _spinors(self, leg: int, kind: str, mass: float, comes_in: bool) -> States:
        """u and v have the chiral parts (low chi_h, high chi_h) for h = +, (high, low) for h = -.

        v(h) is u(-h) with low < 0. A row is the conjugate with the two halves exchanged.
        """
        particle = (kind == "col") == comes_in
        term = Term(
            machine.FERMION,
            (self.physical(leg),),
            mass if particle else -mass,
            1.0 if kind == "col" else -1.0,
        )
        value = self.tape.value(16 if mass > 0.0 else 8, [term])
        high, low = {1: (value, 0), -1: (value, 4)}, {1: (value, 8), -1: (value, 12)}
        states: States = {}
        for k, h in enumerate((1, -1)):
            spin = h if particle else -h
            big, small = high[spin], low[spin] if mass > 0.0 else None
            halves = (small, big) if spin > 0 else (big, small)
            states[k << (2 * leg)] = halves if kind == "col" else (halves[1], halves[0])
        return states

    def current(self, key: Key, splits: Sequence[Split], known: dict[Key, Current], frame: Frame) -> Current:
        """A node's current, propagator and all."""
        conserved = all({s.first.legs, s.second.legs} <= frame.massless for s in splits)
        legs = frame.legs
        sums = self.joined(splits, known, legs)
        made: Current = {}
        for tensor, by_helicity in sums.items():
            states: States = {}
            for helicity, halves in by_helicity.items():
                state = self._travelled(key.pdg, legs[key.legs], halves, conserved)
                if any(state):
                    states[helicity] = state
            if states:
                made[tensor] = states
        return made

    def joined(self, splits: Iterable[Split], known: dict[Key, Current], legs: dict[int, int]) -> Sums:
        """What the splits make together, before any propagator."""
        sums: Sums = {}
        for split in splits:
            sign = self.sign(split, legs)
            for c1, states1 in known[split.first].items():
                for c2, states2 in known[split.second].items():
                    tensor = colour.contract(split.vertex.colour, split.slots, c1, c2)
                    if not tensor:
                        continue
                    tensor, factor = colour.normalised(tensor)
                    self._join(
                        split, states1, states2, sign * float(factor), sums.setdefault(tensor, {}), legs
                    )
        return sums

    def sign(self, split: Split, legs: dict[int, int]) -> float:
        """Of sorting the external fermions of two currents, taken in the order of the vertex."""
        one, two = legs[split.first.legs], legs[split.second.legs]
        return self.exchange(one, two) if split.slots[0] < split.slots[1] else self.exchange(two, one)

    def exchange(self, one: int, two: int) -> float:
        """(-1) to the number of fermions of `one` that stand after fermions of `two` when sorted."""
        one, two = one & self.fermions, two & self.fermions
        count = 0
        while two:
            low = two & -two
            count += (one & ~(2 * low - 1)).bit_count()
            two ^= low
        return -1.0 if count % 2 else 1.0

    def _join(
        self, split: Split, one: States, two: States, factor: float, into: dict[int, tuple[list[Term], ...]],
        legs: dict[int, int],
    ) -> None:  # fmt: skip
        first, second, momenta = one, two, (split.first.legs, split.second.legs)
        slots = split.slots
        if slots[0] > slots[1]:
            first, second, momenta, slots = two, one, momenta[::-1], slots[::-1]
        p, q = (
            (self.momentum(legs[m]) for m in momenta)
            if split.vertex.kind in {"VVV", "VVF", "FFG", "VVG"}
            else ((0, 0), (0, 0))
        )
        for h1, state1 in first.items():
            for h2, state2 in second.items():
                halves = terms_of(split.vertex, slots, state1, state2, p, q, factor)
                if any(halves):
                    here = into.setdefault(h1 | h2, tuple([] for _ in halves))
                    for kept, new in zip(here, halves, strict=True):
                        kept.extend(new)

    def _denominator(self, pdg: int, legs: int) -> Ref:
        m, width = self.theory.mass(pdg), self.theory.width(pdg)
        running = self.theory.running_width and abs(pdg) == 23
        term = Term(
            machine.DENOMINATOR, (self.momentum(legs),), m * m, 0.0 if running else m * width,
            width / m if running else 0.0,
        )  # fmt: skip
        return self.tape.value(2, [term]), 0

    def raw(self, pdg: int, halves: Iterable[list[Term]]) -> State:
        """Sums of terms as values, without a propagator."""
        size = 2 * COMPONENTS[kind_of(pdg)]
        return tuple((self.tape.value(size, terms), 0) if terms else None for terms in halves)

    def bare(self, pdg: int, halves: Iterable[list[Term]]) -> tuple[Scaled | None, ...]:
        """Sums of terms without a propagator and without their first coupling, which is given beside them.

        What a photon and a Z make of the same pair then is one value where the couplings are in proportion.
        """
        size = 2 * COMPONENTS[kind_of(pdg)]
        return tuple(
            ((self.tape.value(size, [t._replace(g=t.g / terms[0].g) for t in terms]), 0), terms[0].g)
            if terms
            else None
            for terms in halves
        )

    def accumulate(self, into: States, states: States, pdg: int) -> None:
        """Add currents of the same particle, helicity by helicity."""
        count = COMPONENTS[kind_of(pdg)]
        for helicity, state in states.items():
            before = into.get(helicity)
            if before is None:
                into[helicity] = state
                continue
            halves = [
                [Term(machine.COPY, (x,), length=count) for x in both if x]
                for both in zip(before, state, strict=True)
            ]
            into[helicity] = self.raw(pdg, halves)

    def _travelled(self, pdg: int, legs: int, halves: tuple[list[Term], ...], conserved: bool) -> State:
        kind, m = kind_of(pdg), self.theory.mass(pdg)
        size = 2 * COMPONENTS[kind]
        if abs(pdg) in AUXILIARY:
            return self.raw(pdg, halves)
        d = self._denominator(pdg, legs)
        bare = self.bare(pdg, halves)
        if kind in {"col", "row"}:
            return self._fermion(kind, legs, bare, d, m)
        assert bare[0] is not None
        value, g = bare[0]
        if kind == "V" and m > 0.0 and not conserved:
            term = Term(machine.TRAVEL_VECTOR, (value, self.momentum(legs), d), g, 1.0 / (m * m))
        else:
            term = Term(machine.SCALE, (value, d), g if kind == "V" else -g, length=COMPONENTS[kind])
        return ((self.tape.value(size, [term]), 0),)

    def _fermion(self, kind: str, legs: int, bare: tuple[Scaled | None, ...], d: Ref, m: float) -> State:
        """-(pslash + m) D on a column, -(-pslash + m) D on a row, p the incoming momentum of the legs."""
        p = self.momentum(legs)
        opcode, sign = (machine.TRAVEL_COLUMN, -1.0) if kind == "col" else (machine.TRAVEL_ROW, 1.0)
        made: list[Ref | None] = []
        for half in (0, 1):
            # On columns sigma.p leads to the left half; on rows it leads away from it.
            bar = 1.0 if (half == 0) == (kind == "col") else -1.0
            terms = []
            other, same = bare[1 - half], bare[half]
            if other is not None:
                terms.append(Term(opcode, (p, other[0], d), sign * other[1], bar))
            if same is not None and m > 0.0:
                terms.append(Term(machine.SCALE, (same[0], d), -m * same[1], length=2))
            made.append((self.tape.value(4, terms), 0) if terms else None)
        return tuple(made)

    def dot(self, pdg: int, state: State, halves: tuple[Scaled | None, ...], factor: float) -> list[Term]:
        """The terms of a current of incoming particle `pdg` that meets one of the antiparticle."""
        kind = kind_of(pdg)
        if kind in {"col", "row"}:
            return [
                Term(machine.DOT2, (a, b[0]), factor * b[1])
                for a, b in zip(state, halves, strict=True)
                if a and b
            ]
        opcode = {"V": machine.DOT4, "S": machine.SCALE, "T": machine.DOT6, "G": machine.DOT10}[kind]
        a, b = state[0], halves[0]
        assert a is not None
        return [Term(opcode, (a, b[0]), factor * b[1], length=1)] if b is not None else []

    def gathered(self, terms: list[Term]) -> list[Term]:
        """Terms whose currents meet the same value, met once with the sum of the currents.

        All but external ones are linear in their coupling g, so a sum of currents is the sum of their terms.
        """
        made: list[Term] = []
        by: dict[tuple[int, Ref, int], list[Term]] = {}
        for term in terms:
            if self.tape.terms[term.operands[0][0]][0].opcode in machine.EXTERNAL:
                made.append(term)
            else:
                by.setdefault((term.opcode, term.operands[1], term.length), []).append(term)
        for (opcode, value, length), same in by.items():
            if len(same) == 1:
                made.append(same[0])
                continue
            parts = [
                t._replace(g=t.g * term.g) for term in same for t in self.tape.terms[term.operands[0][0]]
            ]
            total = self.tape.value(self.tape.sizes[same[0].operands[0][0]], parts)
            made.append(Term(opcode, ((total, 0), value), 1.0, length=length))
        return made
