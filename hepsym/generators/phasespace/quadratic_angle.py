"""How a scattering angle is drawn exactly, without rejection, from P(c) = a0 + a1 c + a2 c^2.

Every pair made through a photon, a Z or a scalar in the s channel has this law. On a window that is
symmetric, |c| <= C, the even part a0 + a2 c^2 is inverted first and the sign drawn after, with
P(c) / (P(c) + P(-c)): Newton on the full distribution function diverges for large a1, this cannot.
On any other window the distribution function is inverted between brackets.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.polynomial import Chebyshev, Polynomial
from numpy.typing import NDArray

from hepsym._math import fma
from hepsym._numba import kernel
from hepsym.errors import InputError

__all__ = ["AngularLaw", "Window", "invert_even", "invert_window"]

Window = tuple[float, float]
Guess = tuple[float, float, float, float, float, float, float, float, float]
Even = tuple[float, float, float, Guess]
"""Upper edge C, target at the edge, cubic coefficient, coefficients of the first guess."""

_GUESS_DEGREE = 8
_FAST_ERROR = 4e-15


@kernel
def invert_even(u: float, even: Even) -> float:
    """c in (0, C] with (c + q c^3) / (C + q C^3) = u, where q = a2 / (3 a0).

    A polynomial guess good to 6e-6, then one Halley step, which cubes that.
    Error: 4e-15 in the distribution function; AngularLaw.even checks it before it is used.
    """
    edge, target, q, g = even
    t = u * target
    z = t * t
    c = g[8]
    c = fma(c, z, g[7])
    c = fma(c, z, g[6])
    c = fma(c, z, g[5])
    c = fma(c, z, g[4])
    c = fma(c, z, g[3])
    c = fma(c, z, g[2])
    c = fma(c, z, g[1])
    c = t * fma(c, z, g[0])
    qc = q * c
    f = fma(qc, c * c, c) - t
    slope = fma(3.0 * qc, c, 1.0)
    c = c - f * slope / fma(slope, slope, -3.0 * qc * f)
    return min(c, edge)


@kernel
def invert_window(u: float, low: float, high: float, a0: float, a1: float, a2: float) -> float:
    """c in [low, high] with distribution function u of P(c) = a0 + a1 c + a2 c^2.

    Newton steps from the middle, replaced by bisection whenever they leave the bracket.
    Error: 1e-14 in the distribution function (tests/generators/phasespace/test_quadratic_angle.py).
    """
    width = high - low
    b0 = a0 + low * (a1 + low * a2)
    b1 = a1 + 2.0 * low * a2
    target = u * width * (b0 + width * (0.5 * b1 + width * a2 / 3.0))
    left, right = 0.0, width
    x = 0.5 * width
    for _ in range(80):
        f = x * (b0 + x * (0.5 * b1 + x * a2 / 3.0)) - target
        if f > 0.0:
            right = x
        else:
            left = x
        density = b0 + x * (b1 + x * a2)
        newton = x - f / density if density > 0.0 else 2.0 * width
        if abs(newton - x) <= 1e-9 * width:  # the next step would be the square of it
            x = newton
            break
        x = newton if left < newton < right else 0.5 * (left + right)
    return min(max(low + x, low), high)


@dataclass(frozen=True, slots=True)
class AngularLaw:
    """P(c) = a0 + a1 c + a2 c^2 >= 0 on disjoint windows of c = cos theta, in increasing order."""

    a0: float
    a1: float
    a2: float
    windows: tuple[Window, ...] = ((-1.0, 1.0),)

    def __post_init__(self) -> None:
        if not self.windows or self.integral() <= 0.0:
            raise InputError("no scattering angle is left: the cuts exclude all of them, or the law is zero")

    def density(self, c: NDArray[np.float64]) -> NDArray[np.float64]:
        """Normalised probability density at c, zero outside the windows, any shape."""
        inside = np.zeros(np.shape(c), dtype=bool)
        for low, high in self.windows:
            inside |= (c >= low) & (c <= high)
        return np.where(inside, (self.a0 + c * (self.a1 + c * self.a2)) / self.integral(), 0.0)

    def cumulative(self, c: NDArray[np.float64]) -> NDArray[np.float64]:
        """Distribution function at c, any shape."""
        below = sum(
            (self._antiderivative(np.clip(c, low, high)) - self._antiderivative(low))
            for low, high in self.windows
        )
        return np.asarray(below / self.integral(), dtype=np.float64)

    def integral(self, *, windows: tuple[Window, ...] | None = None) -> float:
        """Integral of P over the windows (or over others)."""
        over = self.windows if windows is None else windows
        return math.fsum(float(self._antiderivative(high) - self._antiderivative(low)) for low, high in over)

    def asymmetry(self) -> float:
        """(forward - backward) / (forward + backward), forward being c > 0, within the windows."""
        forward = tuple((max(low, 0.0), high) for low, high in self.windows if high > 0.0)
        backward = tuple((low, min(high, 0.0)) for low, high in self.windows if low < 0.0)
        f, b = self.integral(windows=forward), self.integral(windows=backward)
        return (f - b) / (f + b)

    def even(self) -> Even | None:
        """What invert_even needs, or None where the window or the law is not one it holds for."""
        if len(self.windows) != 1 or self.windows[0][0] != -self.windows[0][1] or self.a0 <= 0.0:
            return None
        edge, q = self.windows[0][1], self.a2 / (3.0 * self.a0)
        if not -0.3 <= q <= 2.0:
            return None
        target = edge + q * edge**3
        nodes = 0.5 * target**2 * (1.0 + np.cos(np.pi * (np.arange(64) + 0.5) / 64))
        exact = np.array([_root(math.sqrt(z), q, edge) / math.sqrt(z) for z in nodes])
        fit = Chebyshev.fit(nodes, exact, _GUESS_DEGREE, domain=[0.0, target**2]).convert(kind=Polynomial)
        g = np.zeros(_GUESS_DEGREE + 1)
        g[: len(fit.coef)] = fit.coef
        even = (edge, target, q, (g[0], g[1], g[2], g[3], g[4], g[5], g[6], g[7], g[8]))
        return even if _residual(even) < _FAST_ERROR else None

    def _antiderivative(self, c: float | NDArray[np.float64]) -> float | NDArray[np.float64]:
        return c * (self.a0 + c * (0.5 * self.a1 + c * self.a2 / 3.0))


def _root(target: float, q: float, edge: float) -> float:
    low, high = 0.0, edge
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if middle + q * middle**3 < target else (low, middle)
    return 0.5 * (low + high)


def _residual(even: Even) -> float:
    """Largest error of invert_even's distribution function on a grid that holds both ends."""
    edge, target, q = even[:3]
    worst = 0.0
    for u in [2.0**-53, 1e-12, 1e-6, *np.linspace(0.001, 1.0, 400).tolist(), 1 - 2.0**-53]:
        c = invert_even(u, even)
        worst = max(worst, abs((c + q * c**3) / target - u) if 0.0 < c <= edge else math.inf)
    return worst
