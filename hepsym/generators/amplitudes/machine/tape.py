"""How is a program written? Values that are sums of terms, each value once, dead ones left out."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from hepsym.generators.amplitudes.machine.execute import Program

__all__ = ["Ref", "Tape", "Term"]

Ref = tuple[int, int]
"""A value, and how many doubles into it: one value may hold several spinors or vectors."""


class Term(NamedTuple):
    """One instruction's contribution to a value."""

    opcode: int
    operands: tuple[Ref, ...]
    g: float = 1.0
    x: float = 0.0
    y: float = 0.0
    length: int = 0
    literal: int = -1
    """A plain number in place of the first operand: the leg."""


class Tape:
    """A list of values; equal values are one."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.terms: list[tuple[Term, ...]] = []
        self._known: dict[tuple[int, tuple[Term, ...]], int] = {}

    def value(self, size: int, terms: Sequence[Term]) -> int:
        """The number of the value that is the sum of the terms; `size` in doubles."""
        key = (size, tuple(terms))
        if key not in self._known:
            self._known[key] = len(self.terms)
            self.sizes.append(size)
            self.terms.append(key[1])
        return self._known[key]

    def program(self, outputs: Iterable[Ref]) -> Program:
        """The program that computes the outputs and nothing else."""
        wanted = list(outputs)
        alive = self._alive(value for value, _ in wanted)
        places, size = self._places(alive, {value for value, _ in wanted})
        table, numbers = [], []
        for value in alive:
            for k, term in enumerate(self.terms[value]):
                at = [places[v] + shift for v, shift in term.operands]
                at = [term.literal, *at] if term.literal >= 0 else at
                at += [0] * (4 - len(at))
                table.append([term.opcode, int(k > 0), places[value], *at, term.length, self.sizes[value]])
                numbers.append([term.g, term.x, term.y])
        return Program(
            np.array(table, dtype=np.int64).reshape(-1, 9),
            np.array(numbers, dtype=np.float64).reshape(-1, 3),
            size,
            np.array([places[value] + shift for value, shift in wanted], dtype=np.int64),
        )

    def _alive(self, outputs: Iterable[int]) -> list[int]:
        """What the outputs need, each value as late as its first use allows."""
        order: list[int] = []
        seen: set[int] = set()
        for output in outputs:
            stack = [(output, False)]
            while stack:
                value, ready = stack.pop()
                if ready:
                    order.append(value)
                elif value not in seen:
                    seen.add(value)
                    stack.append((value, True))
                    needs = [v for term in self.terms[value] for v, _ in term.operands]
                    stack.extend((v, False) for v in reversed(needs) if v not in seen)
        return order

    def _places(self, alive: list[int], kept: set[int]) -> tuple[dict[int, int], int]:
        """A place in scratch for every value, given to another once it is no more needed."""
        last = {
            v: line
            for line, value in enumerate(alive)
            for term in self.terms[value]
            for v, _ in term.operands
        }
        ending: dict[int, list[int]] = {}
        for value, line in last.items():
            if value not in kept:
                ending.setdefault(line, []).append(value)
        free: dict[int, list[int]] = {}
        places: dict[int, int] = {}
        size = 0
        for line, value in enumerate(alive):
            room = free.get(self.sizes[value])
            if room:
                places[value] = room.pop()
            else:
                places[value] = size
                size += self.sizes[value]
            for done in ending.get(line, ()):
                free.setdefault(self.sizes[done], []).append(places[done])
        return places, size
