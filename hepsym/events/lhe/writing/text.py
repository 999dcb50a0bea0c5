"""How do arrays of events become the text of Les Houches event blocks?"""

import numpy as np
from numpy.typing import NDArray

from hepsym._numba import kernel, loop
from hepsym.events.lhe.writing.digits import write_number

__all__ = ["NUMBER_WIDTH", "render"]

NUMBER_WIDTH = 25
"""Bytes of the longest number, its leading blank included."""

BLANK, ZERO, MINUS, NEWLINE = 32, 48, 45, 10


@kernel
def copy_bytes(out: NDArray[np.uint8], at: int, text: NDArray[np.uint8], first: int, last: int) -> int:
    """Copy text[first:last] to out[at:]; the place after it."""
    for i in range(first, last):
        out[at + i - first] = text[i]
    return at + last - first


@kernel
def write_integer(out: NDArray[np.uint8], at: int, n: int) -> int:
    """Write a blank and the integer; the place after it."""
    out[at] = BLANK
    at += 1
    if n < 0:
        out[at] = MINUS
        at += 1
        n = -n
    width = 1
    power = 10
    while n >= power and width < 18:
        width += 1
        power *= 10
    for i in range(width):
        out[at + width - 1 - i] = ZERO + n % 10
        n = n // 10
    return at + width


@loop
def render(
    out: NDArray[np.uint8],
    momenta: NDArray[np.float64],
    filled: NDArray[np.int64],
    integers: NDArray[np.int64],
    tails: NDArray[np.float64],
    processes: NDArray[np.int64],
    heads: NDArray[np.float64],
    weights: NDArray[np.float64],
    text: NDArray[np.uint8],
    ends: NDArray[np.int64],
    opening: NDArray[np.uint8],
    opening_ends: NDArray[np.int64],
    tail: NDArray[np.uint8],
    tail_ends: NDArray[np.int64],
) -> int:
    """Write events as text into `out`, which is long enough; the number of bytes written.

    momenta (n, legs, 4): E, x, y, z. filled (n,): particles of an event, or (0,) where all legs are.
    processes (n,); heads (n, 4): weight, scale, alpha_QED, alpha_QCD.
    weights (n, k): further weights of the event, NaN where absent.
    integers (n, legs, 6): id, status, mothers, colours; tails (n, legs, 3): mass, lifetime, spin;
    both with n = 0 where every event has the same, whose text is then ready in `text`.

    `text` is cut at `ends`: event opening, event closing, rwgt opening, rwgt closing,
    k weight openings, weight closing, then a line's beginning and its end for each leg.
    `opening` and `tail` are cut at their ends, (n + 1,) from 0: each event's own opening line, and what
    stands before its closing; (0,) where events have none of their own.
    """
    at = 0
    legs = momenta.shape[1]
    extra = weights.shape[1]
    for n in range(momenta.shape[0]):
        count = filled[n] if filled.shape[0] else legs
        if opening_ends.shape[0]:
            at = copy_bytes(out, at, opening, opening_ends[n], opening_ends[n + 1])
        else:
            at = copy_bytes(out, at, text, 0, ends[0])
        at = write_integer(out, at, count)
        at = write_integer(out, at, processes[n])
        for i in range(4):
            at = write_number(out, at, heads[n, i])
        out[at] = NEWLINE
        at += 1
        for leg in range(count):
            line = 4 + extra + 2 * leg
            if integers.shape[0]:
                for i in range(6):
                    at = write_integer(out, at, integers[n, leg, i])
            else:
                at = copy_bytes(out, at, text, ends[line], ends[line + 1])
            for i in range(1, 4):
                at = write_number(out, at, momenta[n, leg, i])
            at = write_number(out, at, momenta[n, leg, 0])
            if integers.shape[0]:
                for i in range(3):
                    at = write_number(out, at, tails[n, leg, i])
                out[at] = NEWLINE
                at += 1
            else:
                at = copy_bytes(out, at, text, ends[line + 1], ends[line + 2])
        if extra:
            at = copy_bytes(out, at, text, ends[1], ends[2])
            for i in range(extra):
                if not np.isnan(weights[n, i]):
                    at = copy_bytes(out, at, text, ends[3 + i], ends[4 + i])
                    at = write_number(out, at, weights[n, i])
                    at = copy_bytes(out, at, text, ends[3 + extra], ends[4 + extra])
            at = copy_bytes(out, at, text, ends[2], ends[3])
        if tail_ends.shape[0]:
            at = copy_bytes(out, at, tail, tail_ends[n], tail_ends[n + 1])
        at = copy_bytes(out, at, text, ends[0], ends[1])
    return at
