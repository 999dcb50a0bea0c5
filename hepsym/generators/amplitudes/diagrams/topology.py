"""Which tree diagrams does a process have? Recursion over subsets of legs, with shared subtrees.

A node is (subset of legs, incoming particle, powers of g_s and of e): all trees that join these
legs into that particle. A diagram is then closed where its middle is, so that no subtree has more
than half the legs: on the line that splits an even number of legs in two halves, else at the one
vertex none of whose branches holds half. Every diagram has exactly one such place.
"""

from collections.abc import Iterator
from functools import cache
from itertools import combinations
from typing import NamedTuple

from hepsym.generators.amplitudes.diagrams.model import AUXILIARY, Vertex, anti

__all__ = ["Closing", "Key", "Rules", "Split", "Topology", "Tree"]


class Key(NamedTuple):
    """All trees of the same legs (a bit each), resulting particle and orders."""

    legs: int
    pdg: int
    qcd: int
    qed: int


class Split(NamedTuple):
    """A vertex that joins two nodes; slots are the fields of the vertex that they enter."""

    first: Key
    second: Key
    vertex: Vertex
    slots: tuple[int, int]


class Closing(NamedTuple):
    """A node that meets what the splits make of all other legs."""

    node: Key
    splits: tuple[Split, ...]


Tree = frozenset[tuple[int, int]]
"""A diagram's propagators: (legs, particle that the legs make)."""


class Rules:
    """The vertices, by the particles that enter."""

    def __init__(self, vertices: tuple[Vertex, ...]) -> None:
        self.table: dict[tuple[int, int], list[tuple[Vertex, tuple[int, int], int]]] = {}
        for vertex in vertices:
            found: set[tuple[int, int]] = set()
            for i in range(3):
                for j in range(3):
                    pair = (vertex.fields[i], vertex.fields[j])
                    if i != j and pair not in found:
                        found.add(pair)
                        out = anti(vertex.fields[3 - i - j])
                        self.table.setdefault(pair, []).append((vertex, (i, j), out))

    def joins(self, a: int, b: int) -> list[tuple[Vertex, tuple[int, int], int]]:
        """Vertex, slots and resulting incoming particle for two that enter."""
        return self.table.get((a, b), [])


class Topology:
    """The nodes of n legs, of subsets up to `largest` legs (all of them for a decay)."""

    def __init__(self, leaves: tuple[int, ...], rules: Rules, whole: bool = False) -> None:
        self.n = len(leaves)
        self.everything = (1 << self.n) - 1
        self.rules = rules
        self.splits: dict[Key, list[Split]] = {Key(1 << k, pdg, 0, 0): [] for k, pdg in enumerate(leaves)}
        self.by_legs: dict[int, list[Key]] = {key.legs: [key] for key in self.splits}
        largest = self.n if whole else self.n // 2
        for size in range(2, largest + 1):
            for chosen in combinations(range(self.n), size):
                self._fill(sum(1 << k for k in chosen))

    def _fill(self, legs: int) -> None:
        for split, key in self._joined(legs, legs):
            self.splits.setdefault(key, []).append(split)
        self.by_legs[legs] = [key for key in self.splits if key.legs == legs]

    def _joined(self, legs: int, below: int) -> Iterator[tuple[Split, Key]]:
        """Every vertex that joins two nodes into all of `legs`."""
        least = legs & -legs
        part = (legs - 1) & legs
        while part:
            if part & least and part in self.by_legs and legs ^ part in self.by_legs:
                yield from self._pairs(part, legs ^ part, below)
            part = (part - 1) & legs

    def _pairs(self, one: int, two: int, legs: int) -> Iterator[tuple[Split, Key]]:
        for a in self.by_legs[one]:
            for b in self.by_legs[two]:
                for vertex, slots, out in self.rules.joins(a.pdg, b.pdg):
                    key = Key(legs, out, a.qcd + b.qcd + vertex.qcd, a.qed + b.qed + vertex.qed)
                    yield Split(a, b, vertex, slots), key

    def closings(self) -> Iterator[tuple[Closing, int, int]]:
        """Every place where diagrams close, with the powers of g_s and e of the whole."""
        gathered: dict[tuple[Key, int, int], list[Split]] = {}
        for node, split, qcd, qed in self._closed():
            gathered.setdefault((node, qcd, qed), []).append(split)
        for (node, qcd, qed), splits in gathered.items():
            yield Closing(node, tuple(splits)), qcd, qed

    def _closed(self) -> Iterator[tuple[Key, Split, int, int]]:
        for legs in sorted(self.by_legs):
            others = self.everything ^ legs
            size = legs.bit_count()
            if 2 * size == self.n:
                pairs = self._joined(others, others) if legs & 1 else iter(())
            elif 2 * size < self.n:
                pairs = self._joined(others, others)
            else:
                continue
            for split, key in pairs:
                parts = (split.first.legs, split.second.legs)
                if 2 * size < self.n and not self._is_chosen(legs, parts):
                    continue
                for node in self.by_legs[legs]:
                    if node.pdg == anti(key.pdg):
                        yield node, split, node.qcd + key.qcd, node.qed + key.qed

    def _is_chosen(self, legs: int, parts: tuple[int, int]) -> bool:
        """Whether a vertex of three branches below half is closed on this one: the largest."""
        rank = (legs.bit_count(), legs)
        return all(2 * p.bit_count() < self.n and (p.bit_count(), p) < rank for p in parts)

    def trees(self, key: Key) -> tuple[Tree, ...]:
        """The diagrams below a node, each as its propagators, the node's own among them."""

        @cache
        def below(node: Key) -> tuple[Tree, ...]:
            if not self.splits[node]:
                return (frozenset(),)
            own = frozenset() if node.pdg in AUXILIARY else frozenset({(node.legs, node.pdg)})
            return tuple(
                own | a | b for s in self.splits[node] for a in below(s.first) for b in below(s.second)
            )

        return below(key)

    def diagrams(self, closings: list[Closing]) -> tuple[Tree, ...]:
        """All diagrams that close there, without counting a four-boson vertex more than once."""
        found = dict.fromkeys(
            a | b | c
            for closing in closings
            for a in self.trees(closing.node)
            for split in closing.splits
            for b in self.trees(split.first)
            for c in self.trees(split.second)
        )
        return tuple(found)
