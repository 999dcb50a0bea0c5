"""Which numbers do all observers agree on?"""

from hepsym._numba import kernel
from hepsym.lorentz.kernels.elementary import sqrt
from hepsym.lorentz.kernels.exact import difference_of_products, fma, two_sum
from hepsym.lorentz.kernels.products import (
    Momentum,
    add_to,
    mass_squared,
    mass_squared_of_sum,
    signed_root,
    sum_of,
)

__all__ = [
    "breakup_momentum", "invariant_mass", "invariant_mass_of_three", "kallen", "mandelstam",
    "transverse_mass", "transverse_mass_of_pair",
]  # fmt: skip


@kernel
def invariant_mass(p: Momentum, q: Momentum) -> float:
    """The mass of p + q, GeV; negative where it is spacelike."""
    return signed_root(mass_squared_of_sum(sum_of(p, q)))


@kernel
def invariant_mass_of_three(p: Momentum, q: Momentum, r: Momentum) -> float:
    """The mass of p + q + r, GeV; negative where it is spacelike."""
    return signed_root(mass_squared_of_sum(add_to(sum_of(p, q), r)))


@kernel
def square_of_difference(p: Momentum, q: Momentum) -> float:
    """(p - q)^2, GeV^2."""
    return mass_squared_of_sum(sum_of(p, (-q[0], -q[1], -q[2], -q[3])))


@kernel
def mandelstam(p1: Momentum, p2: Momentum, p3: Momentum, p4: Momentum) -> tuple[float, float, float]:
    """s = (p1 + p2)^2, t = (p1 - p3)^2, u = (p1 - p4)^2, GeV^2, for 1 2 -> 3 4."""
    s = mass_squared_of_sum(sum_of(p1, p2))
    return s, square_of_difference(p1, p3), square_of_difference(p1, p4)


@kernel
def kallen(a: float, b: float, c: float) -> float:
    """(a - b - c)^2 - 4 b c, where the difference and both products keep their rounding errors."""
    d, e = two_sum(a, -b)
    d, f = two_sum(d, -c)
    d, e = two_sum(d, e + f)
    high = d * d
    other = 4.0 * b * c
    low = fma(d, d, -high) - fma(4.0 * b, c, -other)
    s, g = two_sum(high, -other)
    return s + (g + (low + 2.0 * d * e))


@kernel
def breakup_momentum(m: float, m1: float, m2: float) -> float:
    """|p*| of m -> m1 m2: sqrt((m - m1 - m2)(m + m1 + m2)(m - m1 + m2)(m + m1 - m2)) / (2 m).

    Kallen's function of the squares would lose the distance to the threshold. nan below it.
    """
    heavy = max(m1, m2)
    light = min(m1, m2)
    above = ((m - heavy) - light) * (m + (heavy + light))
    return sqrt(above) * sqrt(((m - heavy) + light) * (m + (heavy - light))) / (2.0 * m)


@kernel
def transverse_mass(p: Momentum) -> float:
    """sqrt((E - z)(E + z)), GeV; negative where |z| > E."""
    return signed_root((p[0] - p[3]) * (p[0] + p[3]))


@kernel
def transverse_mass_of_pair(p: Momentum, q: Momentum) -> float:
    """sqrt((ET + ET')^2 - |pT + pT'|^2) with ET = sqrt(m^2 + pT^2), GeV: the W's, of a lepton and missing pT.

        m_T^2 = m^2 + m'^2 + 2 (ET ET' - pT.pT')

    with the difference in two parts that do not cancel: (m^2 ET'^2 + m'^2 pT^2) / (ET ET' + pT pT'),
    and pT pT' - pT.pT' = |pT x pT'|^2 / (pT pT' + pT.pT') where the two are on one side.
    Masses come from the components; a slightly negative square counts as 0.
    """
    a = max(mass_squared(p), 0.0)
    b = max(mass_squared(q), 0.0)
    s = p[1] * p[1] + p[2] * p[2]
    t = q[1] * q[1] + q[2] * q[2]
    along = p[1] * q[1] + p[2] * q[2]
    cross = difference_of_products(p[1], q[2], p[2], q[1])
    product = sqrt(s * t)
    energies = sqrt((a + s) * (b + t))
    denominator = energies + product
    massive = (a * (b + t) + b * s) / (denominator if denominator > 0.0 else 1.0)
    sum_ = product + along
    close = cross * cross / (sum_ if along > 0.0 else 1.0)
    return sqrt(a + b + 2.0 * (massive + (close if along > 0.0 else product - along)))
