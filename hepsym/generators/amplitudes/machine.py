"""How is an amplitude evaluated? One compiled loop that executes the program of any process.

A program is a table of instructions on registers, so that a new process compiles nothing. The loop
takes BLOCK events at a time through the whole table; its scratch is its own, so any number of
threads may run it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepsym._numba import loop
from hepsym.generators.amplitudes import block as w
from hepsym.generators.amplitudes import bosons
from hepsym.generators.amplitudes.block import BLOCK, IM, U

__all__ = ["Program", "execute"]

(
    LEG, MOMENTUM, DENOMINATOR, FERMION, VECTOR, ONE, CURRENT_SB, CURRENT_S, COLUMN, ROW, TRAVEL_COLUMN,
    TRAVEL_ROW, TRAVEL_VECTOR, SCALE, COPY, DOT2, DOT4, DOT6, SQUARE, VVV, WEDGE, TENSOR, STRENGTHS, STRENGTH,
    SUM,
) = range(25)  # fmt: skip
"""Opcodes."""

OPCODE, ADD, OUT, A, B, C, D, COUNT = range(8)
"""Columns of the table of instructions: registers are given by their first double in units of BLOCK."""


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """A table of instructions with its numbers, and where its results are left."""

    table: NDArray[np.int64]
    """(instructions, 8)"""
    numbers: NDArray[np.float64]
    """(instructions, 3): the coupling, and what else the instruction takes."""
    size: int
    """Doubles of scratch an event."""
    outputs: NDArray[np.int64]
    """Registers, real numbers, that are copied out."""

    def key(self) -> tuple[bytes, ...]:
        """Equal for programs that compute the same."""
        return self.table.tobytes(), self.numbers.tobytes(), self.outputs.tobytes()

    def __call__(
        self, momenta: NDArray[np.float64], out: NDArray[np.float64] | None = None
    ) -> NDArray[np.float64]:
        """Run on momenta (n, legs, 4), GeV; gives (n, outputs)."""
        out = np.empty((len(momenta), len(self.outputs))) if out is None else out
        execute(out, momenta, self.table, self.numbers, self.size, self.outputs)
        return out


@loop
def execute(
    out: NDArray[np.float64],
    momenta: NDArray[np.float64],
    table: NDArray[np.int64],
    numbers: NDArray[np.float64],
    size: int,
    outputs: NDArray[np.int64],
) -> None:
    """Run a program on momenta (n, legs, 4), into out (n, outputs). The last block repeats its last event."""
    s = np.zeros(size * BLOCK)
    events = momenta.shape[0]
    for first in range(0, events, BLOCK):
        for line in range(table.shape[0]):
            op = table[line, OPCODE]
            add = table[line, ADD] != 0
            o = U(table[line, OUT] * BLOCK)
            a = U(table[line, A] * BLOCK)
            b = U(table[line, B] * BLOCK)
            c = U(table[line, C] * BLOCK)
            d = U(table[line, D] * BLOCK)
            n = table[line, COUNT]
            g, x, y = numbers[line, 0], numbers[line, 1], numbers[line, 2]
            if op == LEG:
                leg = table[line, A]
                for e in range(BLOCK):
                    event = min(first + e, events - 1)
                    k = U(e)
                    for j in range(4):
                        s[o + U(j) * IM + k] = g * momenta[event, leg, j]
            elif op == MOMENTUM:
                w.add_momenta(s, o, a, b)
            elif op == DENOMINATOR:
                w.denominator(s, o, a, g, x, y)
            elif op == FERMION:
                w.fermion(s, o, a, g, x)
            elif op == VECTOR:
                bosons.polarisations(s, o, a, g)
            elif op == ONE:
                for e in range(BLOCK):
                    s[o + U(e)] = 1.0
                    s[o + IM + U(e)] = 0.0
            elif op == CURRENT_SB:
                if add:
                    w.current_sb(s, o, a, b, g, True)
                else:
                    w.current_sb(s, o, a, b, g, False)
            elif op == CURRENT_S:
                if add:
                    w.current_s(s, o, a, b, g, True)
                else:
                    w.current_s(s, o, a, b, g, False)
            elif op == COLUMN:
                if add:
                    w.slash_column(s, o, a, b, g, x, True)
                else:
                    w.slash_column(s, o, a, b, g, x, False)
            elif op == ROW:
                if add:
                    w.slash_row(s, o, a, b, g, x, True)
                else:
                    w.slash_row(s, o, a, b, g, x, False)
            elif op == TRAVEL_COLUMN:
                if add:
                    w.travel_column(s, o, a, b, c, g, x, True)
                else:
                    w.travel_column(s, o, a, b, c, g, x, False)
            elif op == TRAVEL_ROW:
                if add:
                    w.travel_row(s, o, a, b, c, g, x, True)
                else:
                    w.travel_row(s, o, a, b, c, g, x, False)
            elif op == TRAVEL_VECTOR:
                w.travel_vector(s, o, a, b, c, g)
            elif op == SCALE:
                if add:
                    w.scale(s, o, a, b, g, n, True)
                else:
                    w.scale(s, o, a, b, g, n, False)
            elif op == COPY:
                if add:
                    w.copy(s, o, a, g, n, True)
                else:
                    w.copy(s, o, a, g, n, False)
            elif op == DOT2:
                if add:
                    w.dot2(s, o, a, b, g, True)
                else:
                    w.dot2(s, o, a, b, g, False)
            elif op == DOT4:
                if add:
                    w.dot4(s, o, a, b, g, True)
                else:
                    w.dot4(s, o, a, b, g, False)
            elif op == DOT6:
                if add:
                    w.dot6(s, o, a, b, g, True)
                else:
                    w.dot6(s, o, a, b, g, False)
            elif op == SQUARE:
                if add:
                    w.square(s, o, a, b, g, True)
                else:
                    w.square(s, o, a, b, g, False)
            elif op == SUM:
                w.add_real(s, o, a, g, add)
            elif op == VVV:
                if add:
                    bosons.three_vectors(s, o, a, b, c, d, g, True)
                else:
                    bosons.three_vectors(s, o, a, b, c, d, g, False)
            elif op == WEDGE:
                if add:
                    bosons.wedge(s, o, a, b, g, True)
                else:
                    bosons.wedge(s, o, a, b, g, False)
            elif op == TENSOR:
                if add:
                    bosons.tensor_vector(s, o, a, b, g, True)
                else:
                    bosons.tensor_vector(s, o, a, b, g, False)
            elif op == STRENGTHS:
                bosons.field_strengths(s, o, a, b, c, d, g, add)
            elif op == STRENGTH:
                bosons.vector_field_strength(s, o, a, b, c, d, g, add)
        for e in range(min(BLOCK, events - first)):
            for j in range(outputs.shape[0]):
                out[first + e, j] = s[U(outputs[j] * BLOCK) + U(e)]
