"""How do currents combine, a block of events at a time? Instructions of the amplitude machine, as kernels.

A register is a row of numbers for BLOCK events in one flat array `s`, its component k at
`register + k * BLOCK`, real and imaginary parts apart, and the event varies fastest: every loop here
is a plain loop over BLOCK neighbours, which LLVM turns into vector instructions. Two things it asks
for: unsigned indices, because a signed one would be tested for being negative; and few places that
might overlap, because LLVM tests every pair at run time and gives up beyond a hundred. So what has
many operands works on copies of them at fixed places (`stage`), the first doubles of the array.
"""

import numpy as np
from numpy.typing import NDArray

from hepsym._numba import kernel

__all__ = ["BLOCK", "STAGED"]

BLOCK = 16
"""Events worked on at a time: two AVX-512 registers a component."""

STAGE_A, STAGE_B, STAGE_P, STAGE_Q, STAGE_OUT, STAGED = (n * BLOCK for n in (0, 20, 40, 44, 48, 68))
"""The fixed places, in doubles: two operands, two momenta, a result, and the end of them."""

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
def _put(s: Scratch, i: Place, z: complex) -> None:
    s[i] = z.real
    s[i + IM] = z.imag


@kernel
def stage(s: Scratch, to: int, a: Place, doubles: int) -> None:
    """Copy a register to a fixed place, where LLVM knows that nothing overlaps it."""
    for i in range(doubles * BLOCK):
        s[U(to) + U(i)] = s[a + U(i)]


@kernel
def add_up(s: Scratch, o: Place, doubles: int) -> None:
    """Add what is at OUT to a register."""
    for i in range(doubles * BLOCK):
        s[o + U(i)] += s[U(STAGE_OUT) + U(i)]


@kernel
def bring(s: Scratch, o: Place, doubles: int) -> None:
    """Copy what is at OUT to a register."""
    for i in range(doubles * BLOCK):
        s[o + U(i)] = s[U(STAGE_OUT) + U(i)]


@kernel
def current_sb(s: Scratch, o: Place, r: Place, c: Place, g: float) -> None:
    """V^mu = g r sigma-bar^mu c, with sigma-bar = (1, -sigma)."""
    for e in range(BLOCK):
        k = U(e)
        a, b = g * _get(s, r + k), g * _get(s, r + C1 + k)
        x, y = _get(s, c + k), _get(s, c + C1 + k)
        ax, by, ay, bx = a * x, b * y, a * y, b * x
        d = bx - ay
        _put(s, o + k, ax + by)
        _put(s, o + C1 + k, -(ay + bx))
        _put(s, o + C2 + k, complex(d.imag, -d.real))
        _put(s, o + C3 + k, by - ax)


@kernel
def current_s(s: Scratch, o: Place, r: Place, c: Place, g: float) -> None:
    """V^mu = g r sigma^mu c, with sigma = (1, sigma)."""
    for e in range(BLOCK):
        k = U(e)
        a, b = g * _get(s, r + k), g * _get(s, r + C1 + k)
        x, y = _get(s, c + k), _get(s, c + C1 + k)
        ax, by, ay, bx = a * x, b * y, a * y, b * x
        d = bx - ay
        _put(s, o + k, ax + by)
        _put(s, o + C1 + k, ay + bx)
        _put(s, o + C2 + k, complex(-d.imag, d.real))
        _put(s, o + C3 + k, ax - by)


@kernel
def slash_column(s: Scratch, o: Place, v: Place, c: Place, g: float, bar: float) -> None:
    """c' = g (V0 - bar V.sigma) c: bar = 1 for sigma.V, -1 for sigma-bar.V; V complex."""
    for e in range(BLOCK):
        k = U(e)
        x, y = g * _get(s, c + k), g * _get(s, c + C1 + k)
        v0, v1, v2, v3 = _get(s, v + k), _get(s, v + C1 + k), _get(s, v + C2 + k), _get(s, v + C3 + k)
        down = complex(v1.real + v2.imag, v1.imag - v2.real)  # V1 - i V2
        up = complex(v1.real - v2.imag, v1.imag + v2.real)  # V1 + i V2
        _put(s, o + k, (v0 - bar * v3) * x - bar * (down * y))
        _put(s, o + C1 + k, (v0 + bar * v3) * y - bar * (up * x))


@kernel
def slash_row(s: Scratch, o: Place, v: Place, r: Place, g: float, bar: float) -> None:
    """r' = g r (V0 - bar V.sigma)."""
    for e in range(BLOCK):
        k = U(e)
        x, y = g * _get(s, r + k), g * _get(s, r + C1 + k)
        v0, v1, v2, v3 = _get(s, v + k), _get(s, v + C1 + k), _get(s, v + C2 + k), _get(s, v + C3 + k)
        down = complex(v1.real + v2.imag, v1.imag - v2.real)
        up = complex(v1.real - v2.imag, v1.imag + v2.real)
        _put(s, o + k, (v0 - bar * v3) * x - bar * (up * y))
        _put(s, o + C1 + k, (v0 + bar * v3) * y - bar * (down * x))


@kernel
def travel_column(s: Scratch, o: Place, p: Place, c: Place, d: Place, g: float, bar: float) -> None:
    """c' = g D (p0 - bar p.sigma) c with a real momentum p: a fermion's propagator."""
    for e in range(BLOCK):
        k = U(e)
        f = g * _get(s, d + k)
        x, y = f * _get(s, c + k), f * _get(s, c + C1 + k)
        p0, p1, p2, p3 = s[p + k], bar * s[p + R1 + k], bar * s[p + R2 + k], bar * s[p + R3 + k]
        _put(s, o + k, (p0 - p3) * x - complex(p1 * y.real + p2 * y.imag, p1 * y.imag - p2 * y.real))
        _put(s, o + C1 + k, (p0 + p3) * y - complex(p1 * x.real - p2 * x.imag, p1 * x.imag + p2 * x.real))


@kernel
def travel_row(s: Scratch, o: Place, p: Place, r: Place, d: Place, g: float, bar: float) -> None:
    """r' = g D r (p0 - bar p.sigma)."""
    for e in range(BLOCK):
        k = U(e)
        f = g * _get(s, d + k)
        x, y = f * _get(s, r + k), f * _get(s, r + C1 + k)
        p0, p1, p2, p3 = s[p + k], bar * s[p + R1 + k], bar * s[p + R2 + k], bar * s[p + R3 + k]
        _put(s, o + k, (p0 - p3) * x - complex(p1 * y.real - p2 * y.imag, p1 * y.imag + p2 * y.real))
        _put(s, o + C1 + k, (p0 + p3) * y - complex(p1 * x.real + p2 * x.imag, p1 * x.imag - p2 * x.real))


@kernel
def scale(s: Scratch, o: Place, a: Place, d: Place, g: float, n: int) -> None:
    """a' = g D a, a of n complex components and D one complex number."""
    for j in range(n):
        shift = U(j) * C1
        for e in range(BLOCK):
            k = U(e)
            _put(s, o + shift + k, g * _get(s, d + k) * _get(s, a + shift + k))


@kernel
def copy(s: Scratch, o: Place, a: Place, g: float, n: int) -> None:
    """a' = g a."""
    for j in range(n):
        shift = U(j) * C1
        for e in range(BLOCK):
            k = U(e)
            _put(s, o + shift + k, g * _get(s, a + shift + k))


@kernel
def dot2(s: Scratch, o: Place, r: Place, c: Place, g: float) -> None:
    """S = g r c of two Weyl spinors."""
    for e in range(BLOCK):
        k = U(e)
        _put(s, o + k, g * (_get(s, r + k) * _get(s, c + k) + _get(s, r + C1 + k) * _get(s, c + C1 + k)))


@kernel
def dot4(s: Scratch, o: Place, a: Place, b: Place, g: float) -> None:
    """S = g a.b with the metric (+, -, -, -)."""
    for e in range(BLOCK):
        k = U(e)
        z = _get(s, a + k) * _get(s, b + k) - _get(s, a + C1 + k) * _get(s, b + C1 + k)
        z -= _get(s, a + C2 + k) * _get(s, b + C2 + k)
        _put(s, o + k, g * (z - _get(s, a + C3 + k) * _get(s, b + C3 + k)))


@kernel
def square(s: Scratch, o: Place, a: Place, b: Place, g: float) -> None:
    """x = g Re(a b*), a real register."""
    for e in range(BLOCK):
        k = U(e)
        s[o + k] = g * (s[a + k] * s[b + k] + s[a + IM + k] * s[b + IM + k])


@kernel
def scale_real(s: Scratch, o: Place, a: Place, g: float, n: int) -> None:
    """x = g a, n real numbers."""
    for e in range(n * BLOCK):
        k = U(e)
        s[o + k] = g * s[a + k]


@kernel
def one(s: Scratch, o: Place) -> None:
    """S = 1, an external scalar."""
    for e in range(BLOCK):
        s[o + U(e)] = 1.0
        s[o + IM + U(e)] = 0.0


@kernel
def add_momenta(s: Scratch, o: Place, a: Place, b: Place) -> None:
    """p = a + b, real."""
    for e in range(4 * BLOCK):
        k = U(e)
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
