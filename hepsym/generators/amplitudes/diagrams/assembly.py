"""How is a process put together? From its particles to one amplitude per helicity and colour structure."""

import itertools
import math
from collections import Counter
from dataclasses import dataclass

from hepsym.errors import InputError
from hepsym.generators.amplitudes.colour import strings as colour
from hepsym.generators.amplitudes.diagrams.conservation import reason_why_not
from hepsym.generators.amplitudes.diagrams.currents import Current, Engine, Frame
from hepsym.generators.amplitudes.diagrams.model import anti, kind_of, vertices
from hepsym.generators.amplitudes.diagrams.topology import Closing, Key, Rules, Topology, Tree
from hepsym.generators.amplitudes.machine.tape import Tape, Term
from hepsym.generators.cards.process_string import Node, Orders, Subprocess
from hepsym.generators.theory import Theory

__all__ = ["Amplitudes", "assemble"]


@dataclass(slots=True)
class Amplitudes:
    """What a process' diagrams sum to: for every colour structure and helicity the value on the tape."""

    tape: Tape
    structures: dict[colour.Tensor, dict[int, int]]
    diagrams: tuple[Tree, ...]
    """Propagators by external legs (bits)."""
    qcd: int
    """Power of g_s in the amplitude; -1 where diagrams differ."""
    weighted: int
    """2 QED + QCD of the amplitude, the largest where diagrams differ."""
    identical: int
    """n! of identical final particles."""


def assemble(process: Subprocess, theory: Theory) -> Amplitudes:
    """All diagrams of a process, on a tape. Raises InputError where there is none, saying why."""
    return _Assembly(process, theory).amplitudes()


def _has_higgs(node: Node) -> bool:
    return node.pdg == 25 or any(map(_has_higgs, node.products))


class _Assembly:
    def __init__(self, process: Subprocess, theory: Theory) -> None:
        self.process, self.theory = process, theory
        # The effective vertices stand for loops: they belong where a Higgs boson is asked for by name.
        self.rules = Rules(
            vertices(theory, loops=25 in process.incoming or any(map(_has_higgs, process.outgoing)))
        )
        ids = process.pdg_ids
        fermions = sum(1 << k for k, pdg in enumerate(ids) if kind_of(pdg) in {"col", "row"})
        # Two against two lie in a plane at rest, where parity pairs the helicities of massive legs too.
        at_rest = (
            len(ids) == 4
            and len(process.incoming) == 2
            and any(theory.mass(pdg) > 0.0 and kind_of(pdg) != "S" for pdg in ids)
        )
        self.engine = Engine(theory, Tape(), (1 << len(process.incoming)) - 1, fermions, at_rest)
        self.next_leg = 0
        self.qcd = 0
        self.weighted = 0
        self.mixed = False

    def amplitudes(self) -> Amplitudes:
        leaves = [self._external(pdg, pdg) for pdg in self.process.incoming]
        leaves += [self._leaf(node) for node in self.process.outgoing]
        topology, known, frame = self._start(
            [*self.process.incoming, *(anti(n.pdg) for n in self.process.outgoing)], leaves
        )
        found = list(topology.closings())
        chosen = self._chosen({(qcd, qed) for _, qcd, qed in found}, self.process.orders)
        closings = [closing for closing, qcd, qed in found if (qcd, qed) in chosen]
        if not closings:
            raise InputError(reason_why_not(self.process, bool(found)))
        self._count(chosen)
        self._fill(topology, known, frame, [key for c in closings for key in _keys(c)])
        structures = self._closed(closings, known, frame)
        trees = [_renamed(tree, frame) for tree in topology.diagrams(closings)]
        parts = [trees, *(leaf[2] for leaf in leaves if leaf[2])]
        diagrams = tuple(frozenset().union(*combination) for combination in itertools.product(*parts))
        return Amplitudes(
            self.engine.tape, structures, diagrams, -1 if self.mixed else self.qcd, self.weighted,
            _identical(self.process.outgoing),
        )  # fmt: skip

    def _external(self, pdg: int, incoming_id: int) -> tuple[int, Current, list[Tree]]:
        leg = self.next_leg
        self.next_leg += 1
        return 1 << leg, self.engine.external(leg, incoming_id, self.theory.mass(pdg)), []

    def _leaf(self, node: Node) -> tuple[int, Current, list[Tree]]:
        """A final particle, or a parent as the current of its products."""
        if not node.products:
            return self._external(node.pdg, anti(node.pdg))
        leaves = [self._leaf(product) for product in node.products]
        topology, known, frame = self._start([anti(p.pdg) for p in node.products], leaves, whole=True)
        wanted = anti(node.pdg)
        keys = [key for key in topology.by_legs[topology.everything] if key.pdg == wanted]
        chosen = self._chosen({(key.qcd, key.qed) for key in keys}, node.orders)
        keys = [key for key in keys if (key.qcd, key.qed) in chosen]
        if not keys:
            decay = Subprocess((node.pdg,), tuple(Node(p.pdg) for p in node.products), node.orders)
            raise InputError(reason_why_not(decay, False))
        self._count(chosen)
        self._fill(topology, known, frame, keys)
        total: Current = {}
        for key in keys:
            for tensor, states in known[key].items():
                self.engine.accumulate(total.setdefault(tensor, {}), states, wanted)
        trees = [_renamed(tree, frame) for key in keys for tree in topology.trees(key)]
        parts = [list(dict.fromkeys(trees)), *(leaf[2] for leaf in leaves if leaf[2])]
        return (
            frame.legs[topology.everything], total,
            [frozenset().union(*combination) for combination in itertools.product(*parts)],
        )  # fmt: skip

    def _start(
        self, ids: list[int], leaves: list[tuple[int, Current, list[Tree]]], whole: bool = False
    ) -> tuple[Topology, dict[Key, Current], Frame]:
        topology = Topology(tuple(ids), self.rules, whole)
        known = {
            Key(1 << k, pdg, 0, 0): leaf[1] for k, (pdg, leaf) in enumerate(zip(ids, leaves, strict=True))
        }
        legs = {
            subset: sum(leaf[0] for k, leaf in enumerate(leaves) if subset >> k & 1)
            for subset in range(1, 1 << len(leaves))
        }
        massless = frozenset(
            1 << k
            for k, (pdg, leaf) in enumerate(zip(ids, leaves, strict=True))
            if not leaf[2]
            and leaf[0].bit_count() == 1
            and kind_of(pdg) in {"col", "row"}
            and self.theory.mass(pdg) == 0.0
        )
        return topology, known, Frame(legs, massless)

    def _chosen(self, orders: set[tuple[int, int]], bounds: Orders) -> set[tuple[int, int]]:
        """The powers of couplings that are kept."""
        if not bounds.given:
            least = min((qcd + 2 * qed for qcd, qed in orders), default=0)
            return {(qcd, qed) for qcd, qed in orders if qcd + 2 * qed == least}
        infinity = math.inf
        qed_most, qcd_most, most = (
            infinity if bound is None else bound for bound in (bounds.qed, bounds.qcd, bounds.weighted)
        )
        return {
            (qcd, qed) for qcd, qed in orders if qed <= qed_most and qcd <= qcd_most and qcd + 2 * qed <= most
        }

    def _count(self, chosen: set[tuple[int, int]]) -> None:
        powers = {qcd for qcd, _ in chosen}
        self.mixed = self.mixed or len(powers) > 1
        self.qcd += max(powers)
        self.weighted += max(qcd + 2 * qed for qcd, qed in chosen)

    def _fill(self, topology: Topology, known: dict[Key, Current], frame: Frame, roots: list[Key]) -> None:
        """The currents of the roots and of all that they are made of, smallest first."""
        needed: set[Key] = set()
        stack = list(roots)
        while stack:
            key = stack.pop()
            if key not in needed and key not in known:
                needed.add(key)
                stack.extend(k for split in topology.splits[key] for k in (split.first, split.second))
        for key in sorted(needed, key=lambda k: (k.legs.bit_count(), k)):
            known[key] = self.engine.current(key, topology.splits[key], known, frame)

    def _closed(
        self, closings: list[Closing], known: dict[Key, Current], frame: Frame
    ) -> dict[colour.Tensor, dict[int, int]]:
        """Every current met with what all other legs make, summed by colour and helicity."""
        terms: dict[colour.Tensor, dict[int, list[Term]]] = {}
        engine, legs = self.engine, frame.legs
        everything = max(legs)
        for node, splits in closings:
            one, two = legs[node.legs], legs[everything ^ node.legs]
            sign = engine.exchange(one, two) if kind_of(node.pdg) == "row" else engine.exchange(two, one)
            for tensor, by_helicity in engine.joined(splits, known, legs).items():
                values = {h: engine.bare(anti(node.pdg), halves) for h, halves in by_helicity.items()}
                for own, states in known[node].items():
                    closed = colour.close(own, tensor)
                    if not closed:
                        continue
                    closed, factor = colour.normalised(closed)
                    into = terms.setdefault(closed, {})
                    for h1, state in states.items():
                        for h2, halves in values.items():
                            made = engine.dot(node.pdg, state, halves, sign * float(factor))
                            if made:
                                into.setdefault(h1 | h2, []).extend(made)
        tape = engine.tape
        return {
            c: {h: tape.value(2, engine.gathered(t)) for h, t in sorted(by.items())}
            for c, by in terms.items()
            if by
        }


def _keys(closing: Closing) -> list[Key]:
    return [closing.node, *(k for split in closing.splits for k in (split.first, split.second))]


def _renamed(tree: Tree, frame: Frame) -> Tree:
    return frozenset((frame.legs[legs], pdg) for legs, pdg in tree)


def _identical(nodes: tuple[Node, ...]) -> int:
    """n! for n equal particles with equal decays, within every decay as well."""
    own = math.prod(math.factorial(n) for n in Counter(nodes).values())
    return own * math.prod(_identical(node.products) for node in nodes if node.products)
