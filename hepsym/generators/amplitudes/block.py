"""How do currents combine, a block of events at a time? Instructions of the amplitude machine, as kernels.

A register is a row of numbers for BLOCK events in one flat array `s`, its component k at
`register + k * BLOCK`, real and imaginary parts apart, and the event varies fastest: every loop here
is a plain loop over BLOCK neighbours, which LLVM turns into vector instructions. Indices are
unsigned, because a signed index would be tested for being negative and the loop stay scalar.

`add` tells whether the result is added to the register or replaces it.
"""

import math

import numpy as np
from numpy.typing import NDArray

from hepsym._numba import kernel

__all__ = ["BLOCK"]

BLOCK = 16
"""Events worked on at a time: two AVX-512 registers a component."""

U = np.uint64
C0, C1, C2, C3 = U(0), U(2 * BLOCK), U(4 * BLOCK), U(6 * BLOCK)
R1, R2, R3 = U(BLOCK), U(2 * BLOCK), U(3 * BLOCK)
IM = U(BLOCK)
Scratch = NDArray[np.float64]
Place = np.uint64


@kernel
def _get(s: Scratch, i: Place) -> complex:
    return complex(s[i], s[i + IM])


@kernel
def _put(s: Scratch, i: Place, z: complex, add: bool) -> None:
    if add:
        s[i] += z.real
        s[i + IM] += z.imag
    else:
        s[i] = z.real
        s[i + IM] = z.imag


@kernel
def current_sb(s: Scratch, o: Place, r: Place, c: Place, g: float, add: bool) -> None:
    """V^mu (+)= g r sigma-bar^mu c, with sigma-bar = (1, -sigma)."""
    for e in range(BLOCK):
        k = U(e)
        a, b = g * _get(s, r + k), g * _get(s, r + C1 + k)
        x, y = _get(s, c + k), _get(s, c + C1 + k)
        ax, by, ay, bx = a * x, b * y, a * y, b * x
        d = bx - ay
        _put(s, o + k, ax + by, add)
        _put(s, o + C1 + k, -(ay + bx), add)
        _put(s, o + C2 + k, complex(d.imag, -d.real), add)
        _put(s, o + C3 + k, by - ax, add)


@kernel
def current_s(s: Scratch, o: Place, r: Place, c: Place, g: float, add: bool) -> None:
    """V^mu (+)= g r sigma^mu c, with sigma = (1, sigma)."""
    for e in range(BLOCK):
        k = U(e)
        a, b = g * _get(s, r + k), g * _get(s, r + C1 + k)
        x, y = _get(s, c + k), _get(s, c + C1 + k)
        ax, by, ay, bx = a * x, b * y, a * y, b * x
        d = bx - ay
        _put(s, o + k, ax + by, add)
        _put(s, o + C1 + k, ay + bx, add)
        _put(s, o + C2 + k, complex(-d.imag, d.real), add)
        _put(s, o + C3 + k, ax - by, add)


@kernel
def slash_column(s: Scratch, o: Place, v: Place, c: Place, g: float, bar: float, add: bool) -> None:
    """c' (+)= g (V0 - bar V.sigma) c: bar = 1 for sigma.V, -1 for sigma-bar.V; V complex."""
    for e in range(BLOCK):
        k = U(e)
        x, y = g * _get(s, c + k), g * _get(s, c + C1 + k)
        v0, v1, v2, v3 = _get(s, v + k), _get(s, v + C1 + k), _get(s, v + C2 + k), _get(s, v + C3 + k)
        down = complex(v1.real + v2.imag, v1.imag - v2.real)  # V1 - i V2
        up = complex(v1.real - v2.imag, v1.imag + v2.real)  # V1 + i V2
        _put(s, o + k, (v0 - bar * v3) * x - bar * (down * y), add)
        _put(s, o + C1 + k, (v0 + bar * v3) * y - bar * (up * x), add)


@kernel
def slash_row(s: Scratch, o: Place, v: Place, r: Place, g: float, bar: float, add: bool) -> None:
    """r' (+)= g r (V0 - bar V.sigma)."""
    for e in range(BLOCK):
        k = U(e)
        x, y = g * _get(s, r + k), g * _get(s, r + C1 + k)
        v0, v1, v2, v3 = _get(s, v + k), _get(s, v + C1 + k), _get(s, v + C2 + k), _get(s, v + C3 + k)
        down = complex(v1.real + v2.imag, v1.imag - v2.real)
        up = complex(v1.real - v2.imag, v1.imag + v2.real)
        _put(s, o + k, (v0 - bar * v3) * x - bar * (up * y), add)
        _put(s, o + C1 + k, (v0 + bar * v3) * y - bar * (down * x), add)


@kernel
def travel_column(
    s: Scratch, o: Place, p: Place, c: Place, d: Place, g: float, bar: float, add: bool
) -> None:
    """c' (+)= g D (p0 - bar p.sigma) c with a real momentum p: a fermion's propagator."""
    for e in range(BLOCK):
        k = U(e)
        f = g * _get(s, d + k)
        x, y = f * _get(s, c + k), f * _get(s, c + C1 + k)
        p0, p1, p2, p3 = s[p + k], bar * s[p + R1 + k], bar * s[p + R2 + k], bar * s[p + R3 + k]
        _put(s, o + k, (p0 - p3) * x - complex(p1 * y.real + p2 * y.imag, p1 * y.imag - p2 * y.real), add)
        _put(
            s, o + C1 + k, (p0 + p3) * y - complex(p1 * x.real - p2 * x.imag, p1 * x.imag + p2 * x.real), add
        )


@kernel
def travel_row(s: Scratch, o: Place, p: Place, r: Place, d: Place, g: float, bar: float, add: bool) -> None:
    """r' (+)= g D r (p0 - bar p.sigma)."""
    for e in range(BLOCK):
        k = U(e)
        f = g * _get(s, d + k)
        x, y = f * _get(s, r + k), f * _get(s, r + C1 + k)
        p0, p1, p2, p3 = s[p + k], bar * s[p + R1 + k], bar * s[p + R2 + k], bar * s[p + R3 + k]
        _put(s, o + k, (p0 - p3) * x - complex(p1 * y.real - p2 * y.imag, p1 * y.imag + p2 * y.real), add)
        _put(
            s, o + C1 + k, (p0 + p3) * y - complex(p1 * x.real + p2 * x.imag, p1 * x.imag - p2 * x.real), add
        )


@kernel
def scale(s: Scratch, o: Place, a: Place, d: Place, g: float, n: int, add: bool) -> None:
    """a' (+)= g D a, a of n complex components and D one complex number."""
    for j in range(n):
        shift = U(j) * C1
        for e in range(BLOCK):
            k = U(e)
            _put(s, o + shift + k, g * _get(s, d + k) * _get(s, a + shift + k), add)


@kernel
def copy(s: Scratch, o: Place, a: Place, g: float, n: int, add: bool) -> None:
    """a' (+)= g a."""
    for j in range(n):
        shift = U(j) * C1
        for e in range(BLOCK):
            k = U(e)
            _put(s, o + shift + k, g * _get(s, a + shift + k), add)


@kernel
def dot2(s: Scratch, o: Place, r: Place, c: Place, g: float, add: bool) -> None:
    """S (+)= g r c of two Weyl spinors."""
    for e in range(BLOCK):
        k = U(e)
        _put(s, o + k, g * (_get(s, r + k) * _get(s, c + k) + _get(s, r + C1 + k) * _get(s, c + C1 + k)), add)


@kernel
def dot4(s: Scratch, o: Place, a: Place, b: Place, g: float, add: bool) -> None:
    """S (+)= g a.b with the metric (+, -, -, -)."""
    for e in range(BLOCK):
        k = U(e)
        z = _get(s, a + k) * _get(s, b + k) - _get(s, a + C1 + k) * _get(s, b + C1 + k)
        z -= _get(s, a + C2 + k) * _get(s, b + C2 + k)
        _put(s, o + k, g * (z - _get(s, a + C3 + k) * _get(s, b + C3 + k)), add)


@kernel
def dot6(s: Scratch, o: Place, a: Place, b: Place, g: float, add: bool) -> None:
    """S (+)= g sum over mu < nu of a^munu b_munu: components 01, 02, 03, 12, 13, 23."""
    for e in range(BLOCK):
        k = U(e)
        z = complex(0.0, 0.0)
        for j in range(3):
            i = U(j) * C1 + k
            z -= _get(s, a + i) * _get(s, b + i)
            i += C3
            z += _get(s, a + i) * _get(s, b + i)
        _put(s, o + k, g * z, add)


@kernel
def square(s: Scratch, o: Place, a: Place, b: Place, g: float, add: bool) -> None:
    """x (+)= g Re(a b*), a real register."""
    for e in range(BLOCK):
        k = U(e)
        x = g * (s[a + k] * s[b + k] + s[a + IM + k] * s[b + IM + k])
        if add:
            s[o + k] += x
        else:
            s[o + k] = x


@kernel
def add_real(s: Scratch, o: Place, a: Place, g: float, add: bool) -> None:
    """x (+)= g a, real registers."""
    for e in range(BLOCK):
        k = U(e)
        if add:
            s[o + k] += g * s[a + k]
        else:
            s[o + k] = g * s[a + k]


@kernel
def add_momenta(s: Scratch, o: Place, a: Place, b: Place) -> None:
    """p = a + b, real."""
    for j in range(4):
        shift = U(j) * IM
        for e in range(BLOCK):
            k = U(e) + shift
            s[o + k] = s[a + k] + s[b + k]


@kernel
def denominator(s: Scratch, o: Place, p: Place, m2: float, width: float, running: float) -> None:
    """D = 1 / (p^2 - m^2 + i (width + running p^2)), width being m Gamma and running Gamma / m."""
    for e in range(BLOCK):
        k = U(e)
        p0, p1, p2, p3 = s[p + k], s[p + R1 + k], s[p + R2 + k], s[p + R3 + k]
        square_ = (p0 - p3) * (p0 + p3) - p1 * p1 - p2 * p2
        x, y = square_ - m2, width + running * square_
        r = 1.0 / (x * x + y * y)
        s[o + k] = x * r
        s[o + IM + k] = -y * r


@kernel
def travel_vector(s: Scratch, o: Place, a: Place, p: Place, d: Place, over_m2: float) -> None:
    """V = D (a - p (p.a) / m^2): a massive vector's propagator in the unitary gauge."""
    for e in range(BLOCK):
        k = U(e)
        f = _get(s, d + k)
        p0, p1, p2, p3 = s[p + k], s[p + R1 + k], s[p + R2 + k], s[p + R3 + k]
        a0, a1, a2, a3 = _get(s, a + k), _get(s, a + C1 + k), _get(s, a + C2 + k), _get(s, a + C3 + k)
        along = (p0 * a0 - p1 * a1 - p2 * a2 - p3 * a3) * over_m2
        _put(s, o + k, f * (a0 - p0 * along), False)
        _put(s, o + C1 + k, f * (a1 - p1 * along), False)
        _put(s, o + C2 + k, f * (a2 - p2 * along), False)
        _put(s, o + C3 + k, f * (a3 - p3 * along), False)


@kernel
def fermion(s: Scratch, o: Place, p: Place, m: float, conjugate: float) -> None:
    """The external spinors of a momentum: high chi_+, high chi_-, low chi_+, low chi_-, two components each.

    high = sqrt(E + |p|) and low = m / high (m negative for antifermions), chi_h the helicity spinors
    of spinors.helicity_spinor; the first two alone where m = 0. conjugate = -1 takes complex conjugates.
    """
    for e in range(BLOCK):
        k = U(e)
        p0, p1, p2, p3 = s[p + k], s[p + R1 + k], s[p + R2 + k], s[p + R3 + k]
        transverse = p1 * p1 + p2 * p2
        norm = math.sqrt(transverse + p3 * p3)
        away = transverse / (norm + abs(p3)) if norm > 0.0 else 0.0
        plus = norm + p3 if p3 >= 0.0 else away
        high = math.sqrt(p0 + norm)
        # Along -z, and at rest, chi is what the limit from x > 0 gives: (0, 1), and (1, 0).
        scale_ = 1.0 / math.sqrt(2.0 * norm * plus) if plus > 0.0 else 0.0
        a = plus * scale_ if plus > 0.0 else (1.0 if norm == 0.0 else 0.0)
        x = p1 * scale_ if plus > 0.0 else (0.0 if norm == 0.0 else 1.0)
        y = conjugate * p2 * scale_
        a, x, y = a * high, x * high, y * high
        _put(s, o + k, complex(a, 0.0), False)
        _put(s, o + C1 + k, complex(x, y), False)
        _put(s, o + C2 + k, complex(-x, y), False)
        _put(s, o + C3 + k, complex(a, 0.0), False)
        if m != 0.0:
            low = m / (high * high)
            a, x, y = a * low, x * low, y * low
            _put(s, o + C3 + C1 + k, complex(a, 0.0), False)
            _put(s, o + C3 + C2 + k, complex(x, y), False)
            _put(s, o + C3 + C3 + k, complex(-x, y), False)
            _put(s, o + C3 + C3 + C1 + k, complex(a, 0.0), False)
