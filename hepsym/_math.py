"""sin, cos and log as polynomials, so that event loops vectorise: libm's stay scalar in Numba.

Scalar kernels; nothing is checked or allocated. The compiler may not contract a*b + c, because it
would do so in a vector loop's body and not in its tail; where one rounding is wanted, it is written
out as `fma`, which rounds once wherever it stands.
"""

import math
from fractions import Fraction
from typing import Any

import numpy as np
from numba import types
from numba.extending import intrinsic

from hepsym._numba import JIT_DISABLED, kernel


@intrinsic  # Numba finds the arguments' number and names by the signature
def _fused(_context: Any, a: Any, b: Any, c: Any) -> Any:  # noqa: ARG001
    def code(_target: Any, builder: Any, _signature: Any, values: Any) -> Any:
        return builder.fma(*values)

    return types.float64(types.float64, types.float64, types.float64), code


def _fused_exactly(a: float, b: float, c: float) -> float:
    """What the processor's instruction gives, in plain Python (math.fma is there from 3.13 on)."""
    if not (math.isfinite(a) and math.isfinite(b) and math.isfinite(c)):
        return a * b + c
    exact = Fraction(a) * Fraction(b) + Fraction(c)
    return float(exact) if exact else a * b + c  # which has the sign of the zero


if JIT_DISABLED:
    fma = _fused_exactly
else:

    @kernel
    def fma(a: float, b: float, c: float) -> float:
        """a b + c, rounded once (IEEE 754 fusedMultiplyAdd)."""
        return float(_fused(a, b, c))  # type: ignore[call-arg]


HALF_PI_HIGH = 1.5707963267948966
LN2_HIGH = 0.6931471803691238  # the first 33 bits of ln 2 (fdlibm's split): n * LN2_HIGH is exact
LN2_LOW = 1.9082149292705877e-10


@kernel
def sincos_quarter(a: float) -> tuple[float, float]:
    """sin and cos of an angle |a| <= pi/4, in radians.

    sin a = a + a z S(z) and cos a = 1 - z/2 + z^2 C(z) with z = a^2 and S, C of degree 5, Chebyshev
    fits of the two remainders on [0, (pi/4)^2] (2e-17 and 2e-18 off, before rounding).

    Error: 2e-16 absolute (tests/test_math.py).
    """
    z = a * a
    s = 1.5918129280835e-10
    s = fma(s, z, -2.5051131844808866e-08)
    s = fma(s, z, 2.7557316102551507e-06)
    s = fma(s, z, -0.00019841269836758574)
    s = fma(s, z, 0.008333333333330948)
    s = fma(s, z, -0.16666666666666666)
    c = -1.1382632416743667e-11
    c = fma(c, z, 2.087614626828136e-09)
    c = fma(c, z, -2.755731727172921e-07)
    c = fma(c, z, 2.4801587298765686e-05)
    c = fma(c, z, -0.0013888888888887398)
    c = fma(c, z, 0.041666666666666664)
    return fma(a, s * z, a), fma(z, fma(c, z, -0.5), 1.0)


@kernel
def turn_quarters(s: float, c: float, k: np.int64) -> tuple[float, float]:
    """sin and cos of an angle plus k quarter turns, from its own sin and cos; k >= 0."""
    sine = c if k & 1 else s
    cosine = s if k & 1 else c
    sine = -sine if k & 2 else sine
    cosine = -cosine if (k + 1) & 2 else cosine
    return sine, cosine


@kernel
def sincos2pi(u: float) -> tuple[float, float]:
    """sin and cos of 2 pi u.

    The angle is reduced exactly in quarter turns before pi is met: 4u - round(4u) in [-1/2, 1/2].

    Error: 2.5e-16 absolute for |u| <= 2^50; sin^2 + cos^2 = 1 to 4.5e-16 (tests/test_math.py).
    """
    turns = 4.0 * u
    quarter = math.floor(turns + 0.5)
    s, c = sincos_quarter((turns - quarter) * HALF_PI_HIGH)
    return turn_quarters(s, c, np.int64(quarter) & 3)


@kernel
def sincos_of_turn(u: float) -> tuple[float, float]:
    """sin and cos of 2 pi u for 0 <= u <= 1, in fewer steps than `sincos2pi`.

    With q = |u - 1/2| - 1/4 in [-1/4, 1/4], exact, cos 2 pi u = sin 2 pi q and |sin 2 pi u| = cos 2 pi q:
    no quadrant is chosen. sin 2 pi q = q S(q^2) and cos 2 pi q = 1 + q^2 C(q^2), S and C of degree 8,
    Chebyshev fits on [0, 1/16] (1.3e-18 and 4e-19 off, before rounding).

    Error: 3.5e-16 absolute; sin^2 + cos^2 = 1 to 7e-16 (tests/test_math.py).
    """
    t = u - 0.5
    q = abs(t) - 0.25
    z = q * q
    s = 0.10089695501646812
    s = fma(s, z, -0.7177337921413454)
    s = fma(s, z, 3.8199280942271643)
    s = fma(s, z, -15.0946416761179)
    s = fma(s, z, 42.058693925428685)
    s = fma(s, z, -76.70585975282492)
    s = fma(s, z, 81.60524927607362)
    s = fma(s, z, -41.341702240399755)
    s = fma(s, z, 6.283185307179586)
    c = -0.03533453351022262
    c = fma(c, z, 0.2818836870497314)
    c = fma(c, z, -1.7143830010384546)
    c = fma(c, z, 7.903536087724504)
    c = fma(c, z, -26.42625677724394)
    c = fma(c, z, 60.244641371802196)
    c = fma(c, z, -85.45681720669327)
    c = fma(c, z, 64.9393940226683)
    c = fma(c, z, -19.739208802178716)
    c = fma(c, z, 1.0)
    return (c if t < 0.0 else -c), q * s


BITS_OF_ROOT_HALF = 0x3FE6A09E667F3BCD


@kernel
def minus_log2(x: float) -> float:
    """-log2 x of a positive normal double, in fewer steps than `log`.

    x = 2^n f with sqrt(1/2) <= f < sqrt(2); log2 f = s P(s^2), s = (f - 1)/(f + 1), P of degree 7, a
    Chebyshev fit (2e-18 off, before rounding).

    Error: 4e-16 relative for 1e-300 < x < 1e300 (tests/test_math.py). Other x give nonsense.
    """
    bits = np.float64(x).view(np.int64)
    n = (bits - BITS_OF_ROOT_HALF) >> 52
    g = np.int64(bits - (n << 52)).view(np.float64) - 1.0
    s = g / (2.0 + g)
    z = s * s
    p = 0.2136589569431927
    p = fma(p, z, 0.2209130842311768)
    p = fma(p, z, 0.262334352504183)
    p = fma(p, z, 0.32059853491395984)
    p = fma(p, z, 0.4121985858409005)
    p = fma(p, z, 0.5770780163455203)
    p = fma(p, z, 0.9617966939259898)
    p = fma(p, z, 2.8853900817779268)
    return -fma(s, p, np.float64(n))


@kernel
def log(x: float) -> float:
    """Natural logarithm of a positive normal double.

    x = 2^n f with sqrt(1/2) < f <= sqrt(2); log f = 2 artanh s, s = (f - 1)/(f + 1), by its
    series to s^21.

    Error: 4e-16 relative for 1e-300 < x < 1e300 (tests/test_math.py). x <= 0, subnormal,
    infinite or nan x give nonsense: the caller has excluded them.
    """
    bits = np.float64(x).view(np.int64)
    n = (bits >> 52) - 1023
    f = np.int64((bits & 0x000FFFFFFFFFFFFF) | 0x3FF0000000000000).view(np.float64)
    above = f > 1.4142135623730951
    f = 0.5 * f if above else f
    e = np.float64(n) + (1.0 if above else 0.0)
    g = f - 1.0
    s = g / (2.0 + g)
    z = s * s
    p = 1.0 / 21.0
    p = fma(p, z, 1.0 / 19.0)
    p = fma(p, z, 1.0 / 17.0)
    p = fma(p, z, 1.0 / 15.0)
    p = fma(p, z, 1.0 / 13.0)
    p = fma(p, z, 1.0 / 11.0)
    p = fma(p, z, 1.0 / 9.0)
    p = fma(p, z, 1.0 / 7.0)
    p = fma(p, z, 1.0 / 5.0)
    p = fma(p, z, 1.0 / 3.0)
    half = 0.5 * g * g
    # log(1 + g) = g - g^2/2 + s (g^2/2 + 2 z p'), which keeps the leading g exact
    tail = s * (half + 2.0 * z * p)
    return e * LN2_HIGH + ((g - half) + (tail + e * LN2_LOW))
