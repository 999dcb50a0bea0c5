"""What the textbook says of two partons to two: |M|^2 averaged over spins and colours, 1/n! included.

Legs a b -> c d with t = (p_a - p_c)^2. Massless but for top and Z. Couplings are taken out: multiply by g_s^4
(QCD), g_s^2 e^2 (photon and parton).
Source: Ellis, Stirling and Webber, QCD and Collider Physics, tables 7.1, 9.1 and eq. (10.5);
Combridge, Kripfganz and Ranft, PLB 70 (1977) 234.
"""

from tests.generators.oracles.electroweak import CHARGE, Array, Inputs, family


def quarks_differ(s: Array, t: Array, u: Array) -> Array:
    """q q' -> q q', and q qbar' -> q qbar'."""
    return 4 / 9 * (s**2 + u**2) / t**2


def quarks_equal(s: Array, t: Array, u: Array) -> Array:
    """q q -> q q."""
    return 0.5 * (4 / 9 * ((s**2 + u**2) / t**2 + (s**2 + t**2) / u**2) - 8 / 27 * s**2 / (t * u))


def annihilate_to_others(s: Array, t: Array, u: Array) -> Array:
    """q qbar -> q' qbar'."""
    return 4 / 9 * (t**2 + u**2) / s**2


def annihilate_to_same(s: Array, t: Array, u: Array) -> Array:
    """q qbar -> q qbar."""
    return 4 / 9 * ((s**2 + u**2) / t**2 + (t**2 + u**2) / s**2) - 8 / 27 * u**2 / (s * t)


def annihilate_to_gluons(s: Array, t: Array, u: Array) -> Array:
    """q qbar -> g g."""
    return 0.5 * (32 / 27 * (t**2 + u**2) / (t * u) - 8 / 3 * (t**2 + u**2) / s**2)


def gluons_to_quarks(s: Array, t: Array, u: Array) -> Array:
    """g g -> q qbar."""
    return 1 / 6 * (t**2 + u**2) / (t * u) - 3 / 8 * (t**2 + u**2) / s**2


def quark_gluon(s: Array, t: Array, u: Array) -> Array:
    """q g -> q g."""
    return -4 / 9 * (s**2 + u**2) / (s * u) + (s**2 + u**2) / t**2


def gluons(s: Array, t: Array, u: Array) -> Array:
    """g g -> g g."""
    return 0.5 * 9 / 2 * (3 - t * u / s**2 - s * u / t**2 - s * t / u**2)


def gluons_to_heavy(m: float, s: Array, t: Array, u: Array) -> Array:
    """g g -> Q Qbar."""
    a, b, rho = (m * m - t) / s, (m * m - u) / s, 4 * m * m / s
    return (1 / (6 * a * b) - 3 / 8) * (a**2 + b**2 + rho - rho**2 / (4 * a * b))


def quarks_to_heavy(m: float, s: Array, t: Array, u: Array) -> Array:
    """q qbar -> Q Qbar."""
    a, b, rho = (m * m - t) / s, (m * m - u) / s, 4 * m * m / s
    return 4 / 9 * (a**2 + b**2 + rho / 2)


def annihilate_to_photon_gluon(quark: int, t: Array, u: Array) -> Array:
    """q qbar -> gamma g, over g_s^2 e^2."""
    return 8 / 9 * CHARGE[family(quark)] ** 2 * (t / u + u / t)


def compton(quark: int, s: Array, u: Array) -> Array:
    """q g -> q gamma with u between quark and photon, over g_s^2 e^2."""
    return -1 / 3 * CHARGE[family(quark)] ** 2 * (u / s + s / u)


def annihilate_to_z_gluon(inputs: Inputs, quark: int, s: Array, t: Array, u: Array) -> Array:
    """q qbar -> Z g, over g_s^2."""
    left, right = inputs.z(quark)
    return 4 / 9 * (left**2 + right**2) * (t**2 + u**2 + 2 * s * inputs.m_z**2) / (t * u)


def z_compton(inputs: Inputs, quark: int, s: Array, t: Array, u: Array) -> Array:
    """q g -> q Z, u between quark and Z, over g_s^2: q qbar -> Z g crossed."""
    left, right = inputs.z(quark)
    return -1 / 6 * (left**2 + right**2) * (s**2 + u**2 + 2 * t * inputs.m_z**2) / (s * u)
