"""What are the wavefunctions of external legs? Instructions of the amplitude machine.

The layout of registers is that of `block`; all that is read or written is staged.
"""

import math

from hepsym._numba import kernel
from hepsym.generators.amplitudes.block import (
    BLOCK,
    R1,
    R2,
    R3,
    STAGE_A,
    STAGE_OUT,
    STAGE_P,
    Place,
    Scratch,
    U,
    bring,
    stage,
)  # fmt: skip

__all__ = ["fermion", "polarisations"]

HALF_ROOT = math.sqrt(0.5)
P = U(STAGE_P)
X, Y, Z, F = U(STAGE_A), U(STAGE_A) + R1, U(STAGE_A) + R2, U(STAGE_A) + R3


@kernel
def fermion(s: Scratch, o: Place, p: Place, m: float, conjugate: float) -> None:
    """The external spinors of a momentum: high chi_+, high chi_-, low chi_+, low chi_-, two components each.

    high = sqrt(E + |p|) and low = m / high (m negative for antifermions), chi_h the helicity spinors
    of spinors.helicity_spinor; the first two alone where m = 0. conjugate = -1 takes complex conjugates.
    """
    stage(s, STAGE_P, p, 4)
    for e in range(BLOCK):
        k = U(e)
        p0, p1, p2, p3 = s[P + k], s[P + R1 + k], s[P + R2 + k], s[P + R3 + k]
        transverse = p1 * p1 + p2 * p2
        norm = math.sqrt(transverse + p3 * p3)
        far = norm + abs(p3)
        near = transverse / (far if far > 0.0 else 1.0)
        plus = norm + p3 if p3 >= 0.0 else near
        high2 = p0 + norm
        # Along -z, and at rest, chi is what the limit from x > 0 gives: (0, 1), and (1, 0).
        share = 2.0 * norm * plus
        on_axis = share < 1e-280
        at_rest = norm == 0.0
        scale = math.sqrt(high2 / (1.0 if on_axis else share))
        high = math.sqrt(high2)
        s[X + k] = (high if at_rest else 0.0) if on_axis else plus * scale
        s[Y + k] = (0.0 if at_rest else high) if on_axis else p1 * scale
        s[Z + k] = 0.0 if on_axis else conjugate * p2 * scale
        s[F + k] = m / high2
    _spinors(s, STAGE_OUT)
    if m != 0.0:
        for e in range(BLOCK):
            k = U(e)
            f = s[F + k]
            s[X + k] *= f
            s[Y + k] *= f
            s[Z + k] *= f
        _spinors(s, STAGE_OUT + 8 * BLOCK)
        bring(s, o, 16)
    else:
        bring(s, o, 8)


@kernel
def _spinors(s: Scratch, to: int) -> None:
    """chi_+ = (a, x + iy) and chi_- = (-x + iy, a), of the numbers at X, Y, Z."""
    for e in range(BLOCK):
        k = U(e)
        i = U(to) + k
        a, x, y = s[X + k], s[Y + k], s[Z + k]
        s[i] = a
        s[i + U(BLOCK)] = 0.0
        s[i + U(2 * BLOCK)] = x
        s[i + U(3 * BLOCK)] = y
        s[i + U(4 * BLOCK)] = -x
        s[i + U(5 * BLOCK)] = y
        s[i + U(6 * BLOCK)] = a
        s[i + U(7 * BLOCK)] = 0.0


@kernel
def polarisations(s: Scratch, o: Place, p: Place, m: float) -> None:
    """The external vectors of a momentum: helicity +1, -1 and, where m > 0, 0; four components each.

    e_h = (-h e_theta - i e_phi) / sqrt(2), whose complex conjugate is -e_-h; e_0 = (|p|, E p/|p|) / m.
    Along the z axis and at rest, what the limit from x > 0 gives.
    """
    stage(s, STAGE_P, p, 4)
    for h in (-1.0, 1.0):
        for e in range(BLOCK):
            k = U(e)
            i = U(STAGE_OUT) + k
            p1, p2, p3 = s[P + R1 + k], s[P + R2 + k], s[P + R3 + k]
            transverse = math.sqrt(p1 * p1 + p2 * p2)
            norm = math.sqrt(p1 * p1 + p2 * p2 + p3 * p3)
            upright = transverse == 0.0
            over = 1.0 / (1.0 if upright else transverse)
            x, y = 1.0 if upright else p1 * over, 0.0 if upright else p2 * over
            at_rest = norm == 0.0
            over = HALF_ROOT / (1.0 if at_rest else norm)
            cosine = HALF_ROOT if at_rest else p3 * over
            s[i] = 0.0
            s[i + U(BLOCK)] = 0.0
            s[i + U(2 * BLOCK)] = h * cosine * x
            s[i + U(3 * BLOCK)] = HALF_ROOT * y
            s[i + U(4 * BLOCK)] = h * cosine * y
            s[i + U(5 * BLOCK)] = -HALF_ROOT * x
            s[i + U(6 * BLOCK)] = -h * transverse * over
            s[i + U(7 * BLOCK)] = 0.0
        bring(s, o + (U(0) if h < 0.0 else U(8 * BLOCK)), 8)
    if m > 0.0:
        for e in range(BLOCK):
            k = U(e)
            i = U(STAGE_OUT) + k
            p0, p1, p2, p3 = s[P + k], s[P + R1 + k], s[P + R2 + k], s[P + R3 + k]
            norm = math.sqrt(p1 * p1 + p2 * p2 + p3 * p3)
            at_rest = norm == 0.0
            f = p0 / ((1.0 if at_rest else norm) * m)
            s[i] = norm / m
            s[i + U(BLOCK)] = 0.0
            s[i + U(2 * BLOCK)] = f * p1
            s[i + U(3 * BLOCK)] = 0.0
            s[i + U(4 * BLOCK)] = f * p2
            s[i + U(5 * BLOCK)] = 0.0
            s[i + U(6 * BLOCK)] = 1.0 if at_rest else f * p3
            s[i + U(7 * BLOCK)] = 0.0
        bring(s, o + U(16 * BLOCK), 8)
