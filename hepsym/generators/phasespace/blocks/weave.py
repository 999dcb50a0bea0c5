"""How do rows of E, x, y, z become momenta that lie together? Eight events at once, in registers.

Compiled element by element, this store costs as much as the kinematics of a decay. The shuffles here are
LLVM's, on vectors of eight, which become whatever the processor has.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from hepsym._numba import JIT_DISABLED, kernel

__all__ = ["EVENTS", "weave_one", "weave_two"]

Array = NDArray[np.float64]

EVENTS = 8
"""Taken at once."""
_EVENS, _ODDS = (0, 8, 2, 10, 4, 12, 6, 14), (1, 9, 3, 11, 5, 13, 7, 15)


def _mixed(builder: Any, a: Any, b: Any, lanes: tuple[int, ...]) -> Any:
    return builder.shuffle_vector(a, b, ir.Constant(ir.VectorType(ir.IntType(32), len(lanes)), list(lanes)))


def _pairs(context: Any, builder: Any, array_type: Any, values: Any) -> list[tuple[Any, Any]]:
    """E, x and y, z side by side, of the even events and then of the odd ones; values: array, at, spacing."""
    place = context.make_array(array_type)(context, builder, values[0]).data
    eight = ir.VectorType(ir.DoubleType(), EVENTS).as_pointer()
    rows, at = [], values[1]
    for _ in range(4):
        rows.append(builder.load(builder.bitcast(builder.gep(place, [at]), eight), align=8))
        at = builder.add(at, values[2])
    return [
        (_mixed(builder, rows[0], rows[1], lanes), _mixed(builder, rows[2], rows[3], lanes))
        for lanes in (_EVENS, _ODDS)
    ]


def _put(context: Any, builder: Any, array_type: Any, values: Any, events: list[Any]) -> Any:
    """A vector an event; values: array, at, stride."""
    place = context.make_array(array_type)(context, builder, values[0]).data
    at = values[1]
    for event in events:
        builder.store(event, builder.bitcast(builder.gep(place, [at]), event.type.as_pointer()), align=8)
        at = builder.add(at, values[2])
    return context.get_dummy_value()


@intrinsic
def _one(_context: Any, out: Any, _at: Any, _stride: Any, rows: Any, _a: Any, _spacing: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        pairs = _pairs(context, builder, signature.args[3], values[3:])
        events = []
        for i in range(EVENTS):
            lane = i - i % 2
            front, back = pairs[i % 2]
            events.append(_mixed(builder, front, back, (lane, lane + 1, 8 + lane, 9 + lane)))
        return _put(context, builder, signature.args[0], values, events)

    index = types.intp
    return types.void(out, index, index, rows, index, index), code


@intrinsic
def _two(_context: Any, out: Any, _at: Any, _stride: Any, rows: Any, _a: Any, _b: Any, _spacing: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        rows, a, b, spacing = values[3:]
        first = _pairs(context, builder, signature.args[3], (rows, a, spacing))
        second = _pairs(context, builder, signature.args[3], (rows, b, spacing))
        low, high = (0, 1, 2, 3, 8, 9, 10, 11), (4, 5, 6, 7, 12, 13, 14, 15)
        events: list[Any] = [None] * EVENTS
        for odd in range(2):
            for step, lanes in ((0, (0, 1, 8, 9, 4, 5, 12, 13)), (2, (2, 3, 10, 11, 6, 7, 14, 15))):
                front = _mixed(builder, first[odd][0], first[odd][1], lanes)
                back = _mixed(builder, second[odd][0], second[odd][1], lanes)
                events[odd + step] = _mixed(builder, front, back, low)
                events[odd + step + 4] = _mixed(builder, front, back, high)
        return _put(context, builder, signature.args[0], values, events)

    index = types.intp
    return types.void(out, index, index, rows, index, index, index), code


if JIT_DISABLED:

    def weave_one(out: Array, at: int, stride: int, rows: Array, a: int, spacing: int) -> None:
        """As below, in plain Python."""
        for event in range(EVENTS):
            out[at + stride * event : at + stride * event + 4] = rows[a + event :: spacing][:4]

    def weave_two(out: Array, at: int, stride: int, rows: Array, a: int, b: int, spacing: int) -> None:
        """As below, in plain Python."""
        weave_one(out, at, stride, rows, a, spacing)
        weave_one(out, at + 4, stride, rows, b, spacing)

else:

    @kernel
    def weave_one(out: Array, at: int, stride: int, rows: Array, a: int, spacing: int) -> None:
        """E, x, y, z of eight events to out[at ..], out[at + stride ..], and so on.

        E of the first event is rows[a], its x is rows[a + spacing]; the next event's are one further on. Both
        arrays are flat and C-contiguous; nothing is checked.
        """
        _one(out, at, stride, rows, a, spacing)  # type: ignore[call-arg]

    @kernel
    def weave_two(out: Array, at: int, stride: int, rows: Array, a: int, b: int, spacing: int) -> None:
        """The same of two particles, at a and at b, the second behind the first."""
        _two(out, at, stride, rows, a, b, spacing)  # type: ignore[call-arg]
