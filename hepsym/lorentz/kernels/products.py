"""What is the metric product of two four-momenta, and the mass of one?"""

import numpy as np

from hepsym._numba import kernel
from hepsym.lorentz.kernels.elementary import copysign, sqrt
from hepsym.lorentz.kernels.exact import (
    difference_of_products,
    dot_four,
    fma,
    square_four,
    two_sum,
)

__all__ = [
    "Momentum", "add_to", "dot", "dot_from_masses", "energy_from_mass", "mass", "mass_squared",
    "mass_squared_of_sum", "momentum", "momentum_from_mass", "signed_root", "sum_of",
]  # fmt: skip

Momentum = tuple[float, float, float, float]
Sum = tuple[Momentum, Momentum]


@kernel
def signed_root(x: float) -> float:
    """sqrt(x), and -sqrt(-x) where x < 0: the mass of a mass squared, spacelike ones included."""
    return copysign(sqrt(np.abs(x)), x)


@kernel
def dot(p: Momentum, q: Momentum) -> float:
    """p0 q0 - p1 q1 - p2 q2 - p3 q3, GeV^2. Error: see `hepsym.lorentz.dot`."""
    return dot_four(p, q)


@kernel
def mass_squared(p: Momentum) -> float:
    """p.p, GeV^2, negative for a spacelike p. Error: see `hepsym.lorentz.mass_squared`."""
    return square_four(p, 0.0)


@kernel
def mass(p: Momentum) -> float:
    """sqrt(p.p), or -sqrt(-p.p) for a spacelike p, GeV. Error: see `hepsym.lorentz.mass`."""
    return signed_root(square_four(p, 0.0))


@kernel
def momentum(p: Momentum) -> float:
    """|p|, GeV. Error: 2 eps."""
    return sqrt(p[1] * p[1] + p[2] * p[2] + p[3] * p[3])


@kernel
def dot_from_masses(p: Momentum, m: float, q: Momentum, k: float) -> float:
    """p.q of two particles of masses m and k, which their rounded energies may have lost; E > 0.

        E E' - |p||p'| = (m^2 E'^2 + k^2 |p|^2) / (E E' + |p||p'|)
        |p||p'| - p.p' = |p x p'|^2 / (|p||p'| + p.p')   where the two are on one side

    so that only positive terms are added. Error: 16 eps, however fast and close the two are.
    """
    length = momentum(p)
    lengths = length * momentum(q)
    along = p[1] * q[1] + p[2] * q[2] + p[3] * q[3]
    x = difference_of_products(p[2], q[3], p[3], q[2])
    y = difference_of_products(p[3], q[1], p[1], q[3])
    z = difference_of_products(p[1], q[2], p[2], q[1])
    a = m * q[0]
    b = k * length
    energies = p[0] * q[0] + lengths
    massive = (a * a + b * b) / (energies if energies != 0.0 else 1.0)
    close = (x * x + y * y + z * z) / (lengths + along if along > 0.0 else 1.0)
    return massive + (close if along > 0.0 else lengths - along)


@kernel
def momentum_from_mass(energy: float, m: float) -> float:
    """|p| = sqrt((E - m)(E + m)), which E^2 - m^2 would lose near threshold. Error: 2 eps; nan for E < m."""
    return sqrt((energy - m) * (energy + m))


@kernel
def energy_from_mass(momentum: float, m: float) -> float:
    """E = sqrt(|p|^2 + m^2). Error: 2 eps."""
    return sqrt(momentum * momentum + m * m)


@kernel
def sum_of(p: Momentum, q: Momentum) -> Sum:
    """p + q exactly, as rounded components and what rounding dropped."""
    a, d = two_sum(p[0], q[0])
    b, e = two_sum(p[1], q[1])
    c, f = two_sum(p[2], q[2])
    h, g = two_sum(p[3], q[3])
    return (a, b, c, h), (d, e, f, g)


@kernel
def add_to(total: Sum, q: Momentum) -> Sum:
    """A sum from `sum_of` and one more momentum. Error: a few eps^2 of the largest term."""
    high, low = total
    s, e = sum_of(high, q)
    return s, (low[0] + e[0], low[1] + e[1], low[2] + e[2], low[3] + e[3])


@kernel
def mass_squared_of_sum(total: Sum) -> float:
    """The square of a sum from `sum_of` or `add_to`, (s + e)^2 as s^2 + 2 s.e.

    Error: see `hepsym.lorentz.invariant_mass`.
    """
    s, e = total
    return square_four(s, fma(-s[3], e[3], fma(-s[2], e[2], fma(-s[1], e[1], s[0] * e[0]))))
