"""What protons make of a partonic rate: parton luminosities by quadrature over rapidity, mass and angle.

sigma = integral dtau sum_ab L_ab(tau) sigma_ab(tau s)
L_ab(tau) = integral dy f_a(sqrt(tau) e^y) f_b(sqrt(tau) e^-y)
"""

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
PartonDensity = Callable[[Array, Array], Array]
"""x f(x, Q^2) as (n, 14) for x and Q^2 (n,): parton i = -6 .. 6 at i + 6, the gluon at 6."""
Luminosity = Callable[[int, int], Array]
"""x1 f_a(x1) x2 f_b(x2) at the rapidities of a batch."""
Rate = Callable[[float, Luminosity], Array]
"""Sum over partons of partonic cross section in pb at s-hat times luminosity."""

PICOBARN = 0.389379372171859e9


def panels(edges: Iterable[float], nodes: int) -> tuple[Array, Array]:
    """Gauss-Legendre points and shares on consecutive intervals."""
    edge = np.array(list(edges))
    x, w = np.polynomial.legendre.leggauss(nodes)
    middle, half = 0.5 * (edge[1:] + edge[:-1]), 0.5 * (edge[1:] - edge[:-1])
    return (middle[:, None] + half[:, None] * x).ravel(), (half[:, None] * w).ravel()


def cross_section(
    rate: Rate,
    xf: PartonDensity,
    sqrt_s: float,
    masses: Iterable[float],
    scale: float | None = None,
    nodes: int = 16,
    rapidities: int = 16,
) -> float:
    """In pb, over sqrt(s-hat) from the first to the last of `masses`, GeV, a panel between neighbours.

    scale is the factorisation scale in GeV, sqrt(s-hat) where None. nodes a panel of mass, rapidities a
    quarter of the range of y.
    """
    log_m, shares = panels(np.log(list(masses)), nodes)
    total = 0.0
    for m, share in zip(np.exp(log_m), shares, strict=True):
        tau = (m / sqrt_s) ** 2
        y_max = -0.5 * np.log(tau)
        y, dy = panels(np.linspace(-y_max, y_max, 5), rapidities)
        q2 = np.full(len(y), m * m if scale is None else scale**2)
        sides = [xf(np.sqrt(tau) * np.exp(sign * y), q2) for sign in (1.0, -1.0)]
        total += 2 * share * float(dy @ rate(float(m * m), luminosity(*sides)))  # dtau / tau = 2 d ln m
    return total


def luminosity(one: Array, two: Array) -> Luminosity:
    return lambda a, b: one[:, a + 6] * two[:, b + 6]


def either(f: Luminosity, a: int, b: int) -> Array:
    """Parton a from either proton."""
    return f(a, b) + f(b, a)


def two_body(
    me2: Callable[[Array, Array, Array], Array],
    s: float,
    masses: tuple[float, float],
    pt_min: float = 0.0,
) -> float:
    """Cross section in pb of massless partons to two masses, pt > pt_min: |M|^2 p / (16 pi s^(3/2)) dcos."""
    one, two = masses
    sqrt_s = np.sqrt(s)
    k = np.sqrt(max((s - (one + two) ** 2) * (s - (one - two) ** 2), 0.0)) / (2 * sqrt_s)
    if k <= pt_min:
        return 0.0
    farthest = np.arctanh(min(np.sqrt((1 - pt_min / k) * (1 + pt_min / k)), 1 - 1e-12))
    eta, shares = panels(np.linspace(-farthest, farthest, 3), 40)
    c = np.tanh(eta)
    t = one**2 - sqrt_s * ((s + one**2 - two**2) / (2 * sqrt_s) - k * c)
    u = one**2 + two**2 - s - t
    law = PICOBARN * me2(np.array(s), t, u) * k / (16 * np.pi * s * sqrt_s)
    return float((shares * (1 - c) * (1 + c)) @ law)
