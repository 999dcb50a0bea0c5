"""How is an amplitude evaluated? One compiled loop that executes the program of any process.

A program is a table of instructions on registers, so that a new process compiles nothing. The loop
takes BLOCK events at a time through the whole table; its scratch is its own, so any number of
threads may run it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepsym._numba import loop
from hepsym.generators.amplitudes.machine import block as w
from hepsym.generators.amplitudes.machine import bosons, externals, spin_two
from hepsym.generators.amplitudes.machine.block import BLOCK, IM, U

__all__ = ["Program", "execute"]

(
    LEG, MOMENTUM, DENOMINATOR, FERMION, VECTOR, ONE, CURRENT_SB, CURRENT_S, COLUMN, ROW, TRAVEL_COLUMN,
    TRAVEL_ROW, SCALE, COPY, DOT2, DOT4, SQUARE, SUM, TRAVEL_VECTOR, WEDGE, TENSOR, DOT6, VVV, STRENGTHS,
    STRENGTH, SPIN2_SB, SPIN2_S, SPIN2_FIELDS, DOT10, AT_REST,
) = range(30)  # fmt: skip
"""Opcodes; from TRAVEL_VECTOR on, operands are staged and the result is left at STAGE_OUT."""

FIRST_STAGED = TRAVEL_VECTOR
EXTERNAL = frozenset({FERMION, VECTOR, ONE})
OPCODE, ADD, OUT, A, B, C, D, COUNT, DOUBLES = range(9)
"""Columns of the table of instructions; registers are given by their first double, in units of BLOCK."""


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """A table of instructions with its numbers, and where its results are left."""

    table: NDArray[np.int64]
    """(instructions, 9)"""
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
        """Run on momenta (n, legs, 4), GeV, of any layout; gives (n, outputs)."""
        out = np.empty((len(momenta), len(self.outputs))) if out is None else out
        # The loop is compiled for plain arrays; for read-only or strided ones it would be compiled again.
        plain = np.require(momenta, np.float64, ["C", "A", "W"])
        into = np.require(out, np.float64, ["C", "A", "W"])
        execute(into, plain, self.table, self.numbers, self.size, self.outputs)
        if into is not out:
            out[...] = into
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
    s = np.zeros(w.STAGED + size * BLOCK)
    events = momenta.shape[0]
    for first in range(0, events, BLOCK):
        for line in range(table.shape[0]):
            op = table[line, OPCODE]
            add = table[line, ADD] != 0
            o = U(w.STAGED + table[line, OUT] * BLOCK)
            a = U(w.STAGED + table[line, A] * BLOCK)
            b = U(w.STAGED + table[line, B] * BLOCK)
            c = U(w.STAGED + table[line, C] * BLOCK)
            d = U(w.STAGED + table[line, D] * BLOCK)
            n = table[line, COUNT]
            g, x, y = numbers[line, 0], numbers[line, 1], numbers[line, 2]
            t = U(w.STAGE_OUT) if add else o
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
                externals.fermion(s, o, a, g, x)
            elif op == VECTOR:
                externals.polarisations(s, o, a, g)
            elif op == ONE:
                w.one(s, o)
            elif op == CURRENT_SB:
                w.current_sb(s, t, a, b, g)
            elif op == CURRENT_S:
                w.current_s(s, t, a, b, g)
            elif op == COLUMN:
                w.slash_column(s, t, a, b, g, x)
            elif op == ROW:
                w.slash_row(s, t, a, b, g, x)
            elif op == TRAVEL_COLUMN:
                w.travel_column(s, t, a, b, c, g, x)
            elif op == TRAVEL_ROW:
                w.travel_row(s, t, a, b, c, g, x)
            elif op == SCALE:
                w.scale(s, t, a, b, g, n)
            elif op == COPY:
                w.copy(s, t, a, g, n)
            elif op == DOT2:
                w.dot2(s, t, a, b, g)
            elif op == DOT4:
                w.dot4(s, t, a, b, g)
            elif op == SQUARE:
                w.square(s, t, a, b, g)
            elif op == SUM:
                w.scale_real(s, t, a, g, n)
            elif op == TRAVEL_VECTOR:
                w.stage(s, w.STAGE_A, a, 8)
                w.stage(s, w.STAGE_P, b, 4)
                w.stage(s, w.STAGE_B, c, 2)
                bosons.travel_vector(s, g, x)
            elif op == WEDGE:
                w.stage(s, w.STAGE_A, a, 8)
                w.stage(s, w.STAGE_B, b, 8)
                bosons.wedge(s, g)
            elif op == TENSOR:
                w.stage(s, w.STAGE_A, a, 12)
                w.stage(s, w.STAGE_B, b, 8)
                bosons.tensor_vector(s, g)
            elif op == DOT6:
                w.stage(s, w.STAGE_A, a, 12)
                w.stage(s, w.STAGE_B, b, 12)
                bosons.dot6(s, g)
            elif op == VVV:
                w.stage(s, w.STAGE_A, a, 8)
                w.stage(s, w.STAGE_B, b, 8)
                w.stage(s, w.STAGE_P, c, 4)
                w.stage(s, w.STAGE_Q, d, 4)
                bosons.three_vectors(s, g)
            elif op == STRENGTHS:
                w.stage(s, w.STAGE_A, a, 8)
                w.stage(s, w.STAGE_B, b, 8)
                w.stage(s, w.STAGE_P, c, 4)
                w.stage(s, w.STAGE_Q, d, 4)
                bosons.field_strengths(s, g)
            elif op == STRENGTH:
                w.stage(s, w.STAGE_A, a, 8)
                w.stage(s, w.STAGE_B, b, 2)
                w.stage(s, w.STAGE_P, c, 4)
                w.stage(s, w.STAGE_Q, d, 4)
                bosons.vector_field_strength(s, g)
            elif op == SPIN2_SB:
                w.current_sb(s, U(w.STAGE_A), a, b, g)
                w.stage(s, w.STAGE_P, c, 4)
                w.stage(s, w.STAGE_Q, d, 4)
                spin_two.of_current(s)
            elif op == SPIN2_S:
                w.current_s(s, U(w.STAGE_A), a, b, g)
                w.stage(s, w.STAGE_P, c, 4)
                w.stage(s, w.STAGE_Q, d, 4)
                spin_two.of_current(s)
            elif op == SPIN2_FIELDS:
                w.stage(s, w.STAGE_A, a, 8)
                w.stage(s, w.STAGE_B, b, 8)
                w.stage(s, w.STAGE_P, c, 4)
                w.stage(s, w.STAGE_Q, d, 4)
                spin_two.of_fields(s, g)
            elif op == DOT10:
                w.stage(s, w.STAGE_A, a, 20)
                w.stage(s, w.STAGE_B, b, 20)
                spin_two.dot10(s, g)
            elif op == AT_REST:
                for e in range(BLOCK):
                    event = min(first + e, events - 1)
                    k = U(e)
                    for leg in range(4):
                        for j in range(4):
                            s[U(w.STAGE_A + (4 * leg + j) * BLOCK) + k] = momenta[event, leg, j]
                externals.at_rest(s)
            if add:
                w.add_up(s, o, table[line, DOUBLES])
            elif op >= FIRST_STAGED:
                w.bring(s, o, table[line, DOUBLES])
        for e in range(min(BLOCK, events - first)):
            for j in range(outputs.shape[0]):
                out[first + e, j] = s[U(w.STAGED + outputs[j] * BLOCK) + U(e)]
