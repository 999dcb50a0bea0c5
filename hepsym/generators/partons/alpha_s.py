r"""How strong is the strong coupling at a scale: from a PDF set's table, or by running from M_Z.

Running: d a / d log Q^2 = -a^2 (b_0 + b_1 a + b_2 a^2) with a = alpha_s and n_f light flavours,

    b_0 = (33 - 2 n_f) / 12 pi,   b_1 = (153 - 19 n_f) / 24 pi^2,
    b_2 = (2857 - 5033 n_f / 9 + 325 n_f^2 / 27) / 128 pi^3,

continuous at the thresholds. One loop is solved exactly; more loops by Runge-Kutta steps of 0.05 in
log Q^2 and cubics with the equation's own slopes between. Table: Hermite cubics in log Q^2 with finite
differences as for the PDFs, split where a Q is written twice.
Sources: Particle Data Group, Review of Particle Physics (2024), section 9; Buckley et al.,
https://arxiv.org/abs/1412.7420, section 5.3.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepsym._math import log
from hepsym._numba import kernel, loop
from hepsym.errors import InputError

Values = NDArray[np.float64]

THRESHOLDS = (1.5, 4.8, 171.0)
"""GeV: where charm, bottom and top join in, unless a set or a card says otherwise (Pythia's)."""

STEP, LOWEST, HIGHEST = 0.05, 0.3, 1e6
"""Step in log Q^2 and range in GeV of the numerical solution; one loop needs neither."""

START, WIDTH, INVERSE, C0 = 0, 1, 2, 3


@kernel
def alpha_s_at(pieces: Values, log_q2: float) -> float:
    """alpha_s of the piece that log Q^2 lies in; the first and the last piece go on outwards."""
    low, high = 0, pieces.shape[0] - 1
    while low < high:
        middle = (low + high + 1) // 2
        if pieces[middle, START] <= log_q2:
            low = middle
        else:
            high = middle - 1
    t = (log_q2 - pieces[low, START]) / pieces[low, WIDTH]
    c = C0
    value = pieces[low, c] + t * (pieces[low, c + 1] + t * (pieces[low, c + 2] + t * pieces[low, c + 3]))
    return float(1.0 / value if pieces[low, INVERSE] > 0.0 else value)


@loop
def _fill(pieces: Values, q2: Values, out: Values) -> None:
    for i in range(q2.shape[0]):
        out[i] = alpha_s_at(pieces, log(q2[i]))


@loop
def _fill_at_log(pieces: Values, log_q2: Values, out: Values) -> None:
    for i in range(log_q2.shape[0]):
        out[i] = alpha_s_at(pieces, log_q2[i])


@dataclass(frozen=True, slots=True, eq=False)
class AlphaS:
    """The strong coupling as cubics in log Q^2, of alpha_s or of 1 / alpha_s."""

    pieces: Values
    """(pieces, 7): start, width, whether the cubic is of 1 / alpha_s, four coefficients in the part of
    the width that is passed"""
    source: str
    """in words, for doctor and provenance"""
    q2_min: float
    """GeV^2; below, the coupling is frozen"""

    def __call__(self, q2: Values | float) -> Values:
        """alpha_s at Q^2 in GeV^2, of q2's shape. Frozen below q2_min and above a table's end.

        Error: 1e-15 relative at one loop, 1e-8 at two and three loops against the exact solution; exact
        at a table's knots (tests/generators/partons/test_alpha_s.py). Raises InputError where q2 is not
        positive and finite.
        """
        scale = np.asarray(q2, dtype=np.float64)
        if scale.size and not (np.isfinite(scale).all() and scale.min() > 0.0):
            raise InputError("alpha_s needs Q^2 above 0 GeV^2 and finite")
        out = np.empty(scale.size)
        _fill(self.pieces, np.ascontiguousarray(scale.reshape(-1)), out)
        return out.reshape(scale.shape)

    def at_log(self, log_q2: Values) -> Values:
        """alpha_s at log Q^2 (n,), Q in GeV, as a call gives it at Q^2; nothing is checked."""
        out = np.empty(log_q2.shape[0])
        _fill_at_log(self.pieces, log_q2, out)
        return out


def constant(value: float) -> AlphaS:
    """The same alpha_s at every scale. Raises InputError unless 0 < value < 1."""
    _check(value)
    return AlphaS(np.array([[-700.0, 1.0, 0.0, value, 0.0, 0.0, 0.0]]), f"fixed at {value:g}", 0.0)


def running(
    alpha_mz: float, loops: int, *, m_z: float = 91.1876, thresholds: Sequence[float] = THRESHOLDS
) -> AlphaS:
    """alpha_s that runs from alpha_mz at m_z (GeV) with 1, 2 or 3 loops; n_f from 3 to 3 + thresholds.

    One loop is frozen below 0.3 GeV or where it passes 2 on its way to the pole, more loops where they
    pass 2 or at 0.3 GeV. Raises InputError for other loops, thresholds that do not rise, a coupling
    outside (0, 1).
    """
    _check(alpha_mz)
    if loops not in (1, 2, 3):
        raise InputError(f"alpha_s runs with 1, 2 or 3 loops, not {loops}")
    if not 1.0 <= m_z <= 1e4:
        raise InputError(f"alpha_s runs from m_z = {m_z:g} GeV: give 1 to 10000")
    if sorted({m for m in thresholds if 0.0 < m < HIGHEST}) != list(thresholds) or len(thresholds) > 3:
        raise InputError(f"thresholds of alpha_s must rise, at most three: {list(thresholds)}")
    walls = [2.0 * math.log(m) for m in thresholds]
    start = 2.0 * math.log(m_z)
    up = _solve(1.0 / alpha_mz, start, 2.0 * math.log(HIGHEST), walls, loops)
    down = _solve(1.0 / alpha_mz, start, 2.0 * math.log(LOWEST), walls, loops)
    pieces = np.array(down[::-1] + up)
    frozen = [pieces[0, START] - 1.0, 1.0, 1.0, pieces[0, C0], 0.0, 0.0, 0.0]
    words = f"{loops}-loop running from {alpha_mz:g} at {m_z:g} GeV"
    return AlphaS(np.vstack([frozen, pieces]), words, math.exp(pieces[0, START]))


def table(q: Sequence[float], values: Sequence[float]) -> AlphaS:
    """alpha_s of an LHAPDF table: Q in GeV, rising, a Q that is written twice divides the table.

    Raises InputError where the lists do not fit, do not rise or leave (0, 10).
    """
    knots, a = np.asarray(q, dtype=np.float64), np.asarray(values, dtype=np.float64)
    if knots.size != a.size or knots.size < 2:
        raise InputError(f"an alpha_s table needs as many Q as values, at least two: {knots.size}, {a.size}")
    if not (np.isfinite(knots).all() and knots[0] > 0.0 and (np.diff(knots) >= 0.0).all()):
        raise InputError("the Q of an alpha_s table must rise from above 0")
    if not ((a > 0.0) & (a < 10.0)).all():
        raise InputError("an alpha_s table holds a value outside (0, 10)")
    log_q2 = np.array([2.0 * log(x) for x in knots])
    pieces = []
    for part in np.split(np.arange(knots.size), np.flatnonzero(np.diff(log_q2) == 0.0) + 1):
        if part.size < 2:
            raise InputError(
                f"an alpha_s table has one knot alone between thresholds, Q = {knots[part[0]]:g}"
            )
        slopes = np.diff(a[part]) / np.diff(log_q2[part])
        inner = 0.5 * (slopes[1:] + slopes[:-1])
        slope = np.concatenate([slopes[:1], inner, slopes[-1:]])
        for i, here in enumerate(part[:-1]):
            there = part[i + 1]
            pieces.append(
                _cubic(log_q2[here], log_q2[there], a[here], a[there], slope[i], slope[i + 1], False)
            )
    ends = [
        [log_q2[0] - 1.0, 1.0, 0.0, a[0], 0.0, 0.0, 0.0],
        [log_q2[-1], 1.0, 0.0, a[-1], 0.0, 0.0, 0.0],
    ]
    return AlphaS(np.array([ends[0], *pieces, ends[1]]), f"table of {knots.size} knots", float(knots[0] ** 2))


def _check(value: float) -> None:
    if not 0.0 < value < 1.0:
        raise InputError(f"alpha_s = {value:g} is outside (0, 1)")


def _cubic(l0: float, l1: float, f0: float, f1: float, d0: float, d1: float, inverse: bool) -> list[float]:
    """A piece from l0 to l1 with values f and slopes d at its ends."""
    h = l1 - l0
    d0, d1 = h * d0, h * d1
    return [l0, h, float(inverse), f0, d0, 3.0 * (f1 - f0) - 2.0 * d0 - d1, 2.0 * (f0 - f1) + d0 + d1]


def _slope(y: float, flavours: int, loops: int) -> float:
    """d (1 / alpha_s) / d log Q^2 at y = 1 / alpha_s."""
    b = (
        (33.0 - 2.0 * flavours) / (12.0 * math.pi),
        (153.0 - 19.0 * flavours) / (24.0 * math.pi**2),
        (2857.0 - 5033.0 / 9.0 * flavours + 325.0 / 27.0 * flavours**2) / (128.0 * math.pi**3),
    )
    return sum(b[k] * y**-k for k in range(loops))


def _solve(y: float, start: float, end: float, walls: list[float], loops: int) -> list[list[float]]:
    """Pieces of 1 / alpha_s from start to end, in the order of travel; stops where alpha_s reaches 2."""
    upwards = end > start
    stops = sorted((w for w in walls if min(start, end) < w < max(start, end)), reverse=not upwards)
    pieces: list[list[float]] = []
    place = start
    for stop in [*stops, end]:
        flavours = 3 + sum(w < max(place, stop) - 1e-12 for w in walls)
        steps = 1 if loops == 1 and upwards else max(1, math.ceil(abs(stop - place) / STEP))
        h = (stop - place) / steps
        for i in range(steps):
            here, there = place + i * h, place + (i + 1) * h if i + 1 < steps else stop
            k1 = _slope(y, flavours, loops)
            k2 = _slope(y + 0.5 * h * k1, flavours, loops)
            k3 = _slope(y + 0.5 * h * k2, flavours, loops)
            k4 = _slope(y + h * k3, flavours, loops)
            after = y + h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
            if after < 0.5:
                return pieces
            slope = _slope(after, flavours, loops)
            ends = (here, there, y, after, k1, slope) if upwards else (there, here, after, y, slope, k1)
            pieces.append(_cubic(*ends, True))
            y = after
        place = stop
    return pieces
