"""External fermions: Weyl spinors of definite helicity, and the currents they form.

Chiral basis, psi = (psi_L, psi_R). With omega_pm = sqrt(E pm |p|) and the helicity spinors chi_pm(p),

    u(p, h) = (omega_-h chi_h, omega_h chi_h)      v(p, h) = (-h omega_h chi_-h, h omega_-h chi_-h)

omega_- = m / omega_+ keeps its digits at E/m = 1e8, where E - |p| has none left.
Source: Hagiwara and Zeppenfeld, Nucl. Phys. B274 (1986) 1, appendix A.
"""

import math

from hepsym._numba import kernel

Momentum = tuple[float, float, float, float]
Weyl = tuple[complex, complex]
Dirac = tuple[complex, complex, complex, complex]
Current = tuple[complex, complex, complex, complex]


@kernel
def helicity_spinor(x: float, y: float, z: float, h: int) -> Weyl:
    """chi_h along (x, y, z), with sigma.p chi_h = h |p| chi_h and unit norm; chi of the z axis for p = 0.

    |p| + z is formed as (x^2 + y^2)/(|p| - z) where z < 0, so that a momentum a hair off the
    negative axis keeps its azimuth. Error: 4 eps (tests/generators/amplitudes/test_spinors.py).
    """
    transverse = x * x + y * y
    norm = math.sqrt(transverse + z * z)
    if norm == 0.0:
        return (1.0 + 0.0j, 0.0j) if h > 0 else (0.0j, 1.0 + 0.0j)
    plus = norm + z if z >= 0.0 else transverse / (norm - z)
    if plus == 0.0:
        return (0.0j, 1.0 + 0.0j) if h > 0 else (-1.0 + 0.0j, 0.0j)
    scale = 1.0 / math.sqrt(2.0 * norm * plus)
    if h > 0:
        return complex(plus * scale, 0.0), complex(x * scale, y * scale)
    return complex(-x * scale, y * scale), complex(plus * scale, 0.0)


@kernel
def omega(p: Momentum, m: float) -> tuple[float, float]:
    """(sqrt(E - |p|), sqrt(E + |p|)) of a momentum of mass m, the first as m over the second."""
    high = math.sqrt(p[0] + math.sqrt(p[1] * p[1] + p[2] * p[2] + p[3] * p[3]))
    return (m / high if high > 0.0 else 0.0), high


@kernel
def u_spinor(p: Momentum, m: float, h: int) -> Dirac:
    """u(p, h) of a fermion of momentum p, mass m and helicity h = +1 or -1 (twice the spin)."""
    low, high = omega(p, m)
    a, b = helicity_spinor(p[1], p[2], p[3], h)
    left, right = (low, high) if h > 0 else (high, low)
    return left * a, left * b, right * a, right * b


@kernel
def v_spinor(p: Momentum, m: float, h: int) -> Dirac:
    """v(p, h) of an antifermion of momentum p, mass m and helicity h = +1 or -1."""
    low, high = omega(p, m)
    a, b = helicity_spinor(p[1], p[2], p[3], -h)
    left, right = (-high, low) if h > 0 else (low, -high)
    return left * a, left * b, right * a, right * b


@kernel
def current(bar: Dirac, ket: Dirac) -> tuple[Current, Current]:
    """Left and right currents: bar-psi gamma^mu P_L psi' and bar-psi gamma^mu P_R psi'.

    psi_L^dagger sigma-bar^mu psi'_L and psi_R^dagger sigma^mu psi'_R, contravariant components.
    """
    a, b = bar[0].conjugate(), bar[1].conjugate()
    c, d = ket[0], ket[1]
    left = (a * c + b * d, -(a * d + b * c), -1j * (b * c - a * d), -(a * c - b * d))
    a, b = bar[2].conjugate(), bar[3].conjugate()
    c, d = ket[2], ket[3]
    right = (a * c + b * d, a * d + b * c, 1j * (b * c - a * d), a * c - b * d)
    return left, right


@kernel
def contract(j: Current, k: Current) -> complex:
    """j.k with the metric (+, -, -, -), no complex conjugation."""
    return j[0] * k[0] - j[1] * k[1] - j[2] * k[2] - j[3] * k[3]
