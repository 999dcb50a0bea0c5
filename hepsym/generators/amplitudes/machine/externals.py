"""What are the wavefunctions of external legs? Instructions of the amplitude machine.

The layout of registers is that of `block`; all that is read or written is staged.
"""

import math

from hepsym._numba import kernel
from hepsym.generators.amplitudes.machine.block import (
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

__all__ = ["at_rest", "fermion", "polarisations"]

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
    if m == 0.0:
        for e in range(BLOCK):
            k = U(e)
            p0, p1, p2, p3 = s[P + k], s[P + R1 + k], s[P + R2 + k], s[P + R3 + k]
            plus = p0 + p3 if p3 >= 0.0 else (p1 * p1 + p2 * p2) / (p0 - p3)
            # Along -z chi is what the limit from x > 0 gives, (0, 1); and |p| = E.
            on_axis = plus < 1e-280
            root = math.sqrt(2.0 * p0 if on_axis else plus)
            over = 1.0 / root
            s[X + k] = 0.0 if on_axis else root
            s[Y + k] = root if on_axis else p1 * over
            s[Z + k] = 0.0 if on_axis else conjugate * p2 * over
        _spinors(s, STAGE_OUT)
        bring(s, o, 8)
        return
    for e in range(BLOCK):
        k = U(e)
        p0, p1, p2, p3 = s[P + k], s[P + R1 + k], s[P + R2 + k], s[P + R3 + k]
        transverse = p1 * p1 + p2 * p2
        norm = math.sqrt(transverse + p3 * p3)
        at_rest = norm == 0.0
        near = transverse / (1.0 if at_rest else norm + abs(p3))
        plus = norm + p3 if p3 >= 0.0 else near
        high2 = p0 + norm
        share = 2.0 * norm * plus
        on_axis = share < 1e-280
        root = math.sqrt(high2 / (1.0 if on_axis else share))
        s[X + k] = (root if at_rest else 0.0) if on_axis else plus * root
        s[Y + k] = (0.0 if at_rest else root) if on_axis else p1 * root
        s[Z + k] = 0.0 if on_axis else conjugate * p2 * root
        s[F + k] = m / high2
    _spinors(s, STAGE_OUT)
    for e in range(BLOCK):
        k = U(e)
        f = s[F + k]
        s[X + k] *= f
        s[Y + k] *= f
        s[Z + k] *= f
    _spinors(s, STAGE_OUT + 8 * BLOCK)
    bring(s, o, 16)


@kernel
def at_rest(s: Scratch) -> None:
    """Four momenta, two in and two out, in the frame where their sum Q = p1 + p2 is at rest.

        E' = Q.p / M        p' = p - Q (E + E') / (Q0 + M)        M^2 = Q.Q

    From STAGE_A to STAGE_OUT. Error: eps (Q0 / M)^2 of the energy.
    """
    for leg in range(4):
        for e in range(BLOCK):
            k = U(e)
            a, b = U(STAGE_A) + k, U(STAGE_A + 4 * BLOCK) + k
            q0, q1, q2, q3 = s[a] + s[b], s[a + R1] + s[b + R1], s[a + R2] + s[b + R2], s[a + R3] + s[b + R3]
            m = math.sqrt((q0 - q3) * (q0 + q3) - q1 * q1 - q2 * q2)
            i, o = U(STAGE_A + 4 * leg * BLOCK) + k, U(STAGE_OUT + 4 * leg * BLOCK) + k
            p0, p1, p2, p3 = s[i], s[i + R1], s[i + R2], s[i + R3]
            energy = (q0 * p0 - q1 * p1 - q2 * p2 - q3 * p3) / m
            f = (p0 + energy) / (q0 + m)
            s[o] = energy
            s[o + R1] = p1 - f * q1
            s[o + R2] = p2 - f * q2
            s[o + R3] = p3 - f * q3


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
    Along the z axis and at rest, what the limit from x > 0 gives. m < 0 puts the momentum itself in
    their place, for which amplitudes of massless gauge bosons vanish (Ward's identity, for tests).
    """
    stage(s, STAGE_P, p, 4)
    if m < 0.0:
        for j in range(8):
            for e in range(BLOCK):
                k = U(e)
                s[U(STAGE_OUT + 2 * j * BLOCK) + k] = s[P + U((j % 4) * BLOCK) + k]
                s[U(STAGE_OUT + (2 * j + 1) * BLOCK) + k] = 0.0
        bring(s, o, 16)
        return
    for e in range(BLOCK):
        k = U(e)
        p0, p1, p2, p3 = s[P + k], s[P + R1 + k], s[P + R2 + k], s[P + R3 + k]
        transverse2 = p1 * p1 + p2 * p2
        norm = math.sqrt(transverse2 + p3 * p3) if m > 0.0 else p0
        upright = transverse2 < 1e-280
        at_rest = norm == 0.0
        root = math.sqrt(1.0 if upright else transverse2)
        along = HALF_ROOT / root
        over = 1.0 / (1.0 if at_rest else norm)
        cosine = 1.0 if at_rest else p3 * over
        x, y = HALF_ROOT if upright else p1 * along, 0.0 if upright else p2 * along
        s[F + k] = 0.0 if upright else HALF_ROOT * root * over
        s[X + k] = cosine * x
        s[Y + k] = cosine * y
        i = U(STAGE_OUT) + k
        s[i + U(3 * BLOCK)] = y
        s[i + U(5 * BLOCK)] = -x
    for e in range(BLOCK):
        k = U(e)
        i = U(STAGE_OUT) + k
        a, b, c = s[X + k], s[Y + k], s[F + k]
        x, y = s[i + U(5 * BLOCK)], s[i + U(3 * BLOCK)]
        s[i] = 0.0
        s[i + U(BLOCK)] = 0.0
        s[i + U(7 * BLOCK)] = 0.0
        s[i + U(8 * BLOCK)] = 0.0
        s[i + U(9 * BLOCK)] = 0.0
        s[i + U(15 * BLOCK)] = 0.0
        s[i + U(2 * BLOCK)] = -a
        s[i + U(4 * BLOCK)] = -b
        s[i + U(6 * BLOCK)] = c
        s[i + U(10 * BLOCK)] = a
        s[i + U(11 * BLOCK)] = y
        s[i + U(12 * BLOCK)] = b
        s[i + U(13 * BLOCK)] = x
        s[i + U(14 * BLOCK)] = -c
    bring(s, o, 16)
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
