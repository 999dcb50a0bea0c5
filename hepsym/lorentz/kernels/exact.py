"""How are sums of products that cancel evaluated without losing what is left?

E^2 - p^2 of a particle with E/m = 1e8 keeps no digit of m^2 in plain float64. The rounding error of
a product, and of a sum, is itself a float64 and can be computed (Dekker 1971, Knuth 1969); carrying
it along gives the result as if computed in twice the precision. With a fused multiply-add this
vectorises and, over arrays, costs less than the memory traffic.

Ogita, Rump, Oishi, "Accurate sum and dot product", SIAM J. Sci. Comput. 26 (2005) 1955,
https://doi.org/10.1137/030601818; Jeannerod, Louvet, Muller, "Further analysis of Kahan's algorithm
for the accurate computation of 2x2 determinants", Math. Comp. 82 (2013) 2245,
https://doi.org/10.1090/S0025-5718-2013-02679-8
"""

from collections.abc import Callable
from fractions import Fraction
from typing import Any, cast

from numba import types
from numba.extending import intrinsic

from hepsym._numba import JIT_DISABLED, kernel

__all__ = ["difference_of_products", "dot_four", "dot_three", "fma", "square_four", "two_sum"]

Four = tuple[float, float, float, float]


def _fma_plain(a: float, b: float, c: float) -> float:
    """The same number as the compiled fma, by exact rationals; infinities and nan go as in IEEE."""
    try:
        exact = Fraction(float(a)) * Fraction(float(b)) + Fraction(float(c))
    except (OverflowError, ValueError):
        return a * b + c
    return float(exact)


def _fma_compiled(_typing_context: Any, _a: Any, _b: Any, _c: Any) -> Any:
    """LLVM's fma: one machine instruction, or libm's function on a machine that has none."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.fma(*arguments)

    return types.float64(types.float64, types.float64, types.float64), generate


fma = cast(
    Callable[[float, float, float], float],
    _fma_plain if JIT_DISABLED else intrinsic(_fma_compiled),
)
"""a b + c rounded once, in kernels; the same bits compiled and as plain Python."""


@kernel
def two_sum(a: float, b: float) -> tuple[float, float]:
    """The rounded sum of a and b and its rounding error: s + e = a + b exactly (Knuth)."""
    s = a + b
    t = s - a
    return s, (a - (s - t)) + (b - t)


@kernel
def square_four(a: Four, rest: float) -> float:
    """a0^2 - a1^2 - a2^2 - a3^2 + 2 rest.

    Half of two_sum's work is enough (Dekker), and one fma brings back what the difference and the
    square in it dropped. The condition, that the first term is the larger, fails only for h < b' / 2
    beside a square b', and then the whole is <= -b' / 2: what is missed is a rounding of the result.
    The last square needs no such care: its fma rounds once, and nothing is subtracted thereafter.

    Error: 3 eps of the result + 12 eps^2 of a0^2 + a1^2 + a2^2 + a3^2.
    """
    h0 = a[0] * a[0]
    s = h0 - a[1] * a[1]
    e = fma(-a[1], a[1], h0 - s)
    t = s - a[2] * a[2]
    f = fma(-a[2], a[2], s - t)
    u = fma(-a[3], a[3], t)
    return u + ((e + f) + fma(2.0, rest, fma(a[0], a[0], -h0)))


@kernel
def difference_of_products(a: float, b: float, c: float, d: float) -> float:
    """a b - c d (Kahan). Error: 1.5 units in the last place, however much cancels."""
    w = c * d
    e = fma(-c, d, w)
    return fma(a, b, -w) + e


@kernel
def dot_three(a1: float, b1: float, a2: float, b2: float, a3: float, b3: float) -> float:
    """a1 b1 + a2 b2 + a3 b3. Error: 1 eps of the result + 8 eps^2 of the sum of |a_i b_i|."""
    h1 = a1 * b1
    h2 = a2 * b2
    h3 = a3 * b3
    s, e = two_sum(h1, h2)
    s, f = two_sum(s, h3)
    return s + ((e + f) + ((fma(a1, b1, -h1) + fma(a2, b2, -h2)) + fma(a3, b3, -h3)))


@kernel
def dot_four(a: Four, b: Four) -> float:
    """a0 b0 - a1 b1 - a2 b2 - a3 b3. Error: 1 eps of the result + 12 eps^2 of the sum of |a_i b_i|."""
    h0 = a[0] * b[0]
    h1 = a[1] * b[1]
    h2 = a[2] * b[2]
    h3 = a[3] * b[3]
    s, e1 = two_sum(h0, -h1)
    s, e2 = two_sum(s, -h2)
    s, e3 = two_sum(s, -h3)
    low = ((fma(a[0], b[0], -h0) - fma(a[1], b[1], -h1)) - fma(a[2], b[2], -h2)) - fma(a[3], b[3], -h3)
    return s + ((e1 + e2 + e3) + low)
