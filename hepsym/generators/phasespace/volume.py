"""How large is the phase space of n particles? Exact for any masses, as one contour integral.

Massless particles have the closed form of Kleiss, Stirling and Ellis. With masses, the Laplace
transform of dPhi_n factorises, F(beta) = (2 pi)^4 prod m_i K_1(beta m_i) / (4 pi^2 beta), and its
inverse is Phi_n = 1 / (4 pi^2 i M) int beta^2 I_1(beta M) F(beta) dbeta along Re beta > 0 (Lurcat and
Mazur, Nuovo Cimento 31 (1964) 140).
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from hepsym.generators.phasespace.breakup import momentum_of_release

Plane = NDArray[Any]
"""float64 or complex128."""

__all__ = ["massless_volume", "volume"]

_NODES = 96


def massless_volume(n: int, sqrt_s: float) -> float:
    """(2 pi)^(4-3n) (pi/2)^(n-1) s^(n-2) / ((n-1)! (n-2)!), GeV^(2n - 4), for n >= 2."""
    return float(
        (2.0 * math.pi) ** (4 - 3 * n)
        * (0.5 * math.pi) ** (n - 1)
        * sqrt_s ** (2 * n - 4)
        / (math.factorial(n - 1) * math.factorial(n - 2))
    )


def volume(masses: Sequence[float], sqrt_s: float) -> float:
    """Phi_n of these masses, GeV^(2n - 4); 0 at and below threshold.

    Error: 1e-10 relative for n up to 12 and any masses (tests/generators/phasespace/test_volume.py).
    """
    n, release = len(masses), sqrt_s - math.fsum(masses)
    if not release > 0.0:
        return 0.0
    if not any(masses):
        return massless_volume(n, sqrt_s)
    if n == 2:
        p = momentum_of_release(release, float(masses[0]), float(masses[1]))
        return float(p / (4.0 * math.pi * sqrt_s))
    return _contour(np.asarray(masses, dtype=np.float64), sqrt_s, release)


def _contour(masses: NDArray[np.float64], sqrt_s: float, release: float) -> float:
    """Half of a Talbot contour, beta = c theta (cot theta + i), by Gauss and Legendre's rule.

    I_1 grows to the left, where the contour wants to end: it is (K_1(-z) + K_1(z)) / (i pi) in the
    upper half plane, the first part of which falls there; the second is integrated along the real
    axis, where it falls. Powers of the release are taken out, so that nothing overflows.
    """
    n = len(masses)
    scale = (1.5 * n - 2.0 if np.all(masses > 0.0) else 2.0 * n - 3.0) + 2.0
    nodes, shares = np.polynomial.legendre.leggauss(_NODES)
    theta = 0.5 * math.pi * (nodes + 1.0)
    cotangent = 1.0 / np.tan(theta)
    x = scale * theta * (cotangent + 1.0j)
    dx = scale * (cotangent + 1.0j - theta / np.sin(theta) ** 2) * (0.5 * math.pi * shares)
    whole = sqrt_s / release
    upper = _scaled_k1(-x * whole) * np.exp(x) * x * x * _transform(x, masses / release)
    total = float((upper / (1j * math.pi) * dx).sum().imag)
    nodes, shares = np.polynomial.laguerre.laggauss(48)
    rate = 2.0 * float(masses.sum()) / release + 1.0  # K_1 and F fall together as exp(-rate x)
    y = scale + nodes / rate
    lower = _scaled_k1(y * whole) * y * y * _transform(y, masses / release)
    total -= float((lower * shares).sum()) * math.exp(-scale * rate) / (rate * math.pi)
    factor = (2.0 * math.pi) ** 4 * (4.0 * math.pi**2) ** -n * release ** (2 * n - 3)
    return float(factor * total / (2.0 * math.pi**2 * sqrt_s))


def _transform(x: Plane, ratios: NDArray[np.float64]) -> Plane:
    """prod m K_1(x m) exp(x m) / x over masses in units of the release; 1 / x^2 for a mass of 0."""
    made = np.ones_like(x)
    for m in ratios:
        made = made * (m * _scaled_k1(x * m) / x if m > 0.0 else 1.0 / (x * x))
    return made


def _scaled_k1(z: Plane) -> Plane:
    """K_1(z) exp(z); by its asymptotic series beyond |z| = 1000, which Bessel routines do not reach."""
    far = np.abs(z) > 1e3
    near = special.kve(1, np.where(far, 1.0, z))
    w = 1.0 / (8.0 * np.where(far, z, 1e3))
    series = 1.0 + w * (3.0 + w * (-7.5 + w * (52.5 - w * 590.625)))
    return np.where(far, np.sqrt(0.5 * math.pi * 8.0 * w) * series, near)
