"""What a single resonance makes of partons: Breit-Wigner rates from partial widths.

A resonance of spin J at sqrt(s), D = (s - M^2)^2 + M^2 Gamma^2, G_x(s) its partial widths at that mass:

    g g -> X:   (2J + 1) pi/8 G_gg G_x / D          q qbar -> X:   (2J + 1) 4 pi/9 G_qq G_x / D

Couplings: spin 1 fbar gamma^mu (v - a gamma_5) f; spin 0 g fbar f and (g/4M) X G G; spin 2 (g/M) X_mn T^mn.
Source: PDG, Kinematics, Breit-Wigner resonances; Djouadi, Phys. Rept. 457 (2008) 1 (Higgs to photons); Han,
Lykken and Zhang, PRD 59 (1999) 105006 (spin 2).
"""

import math

import numpy as np

from tests.generators.oracles.electroweak import Inputs
from tests.generators.oracles.hadrons import PICOBARN, Array, Luminosity, Rate, either


def spin_one(m: float, vector: float, axial: float) -> float:
    """Width to massless f fbar, per colour."""
    return m * (vector**2 + axial**2) / (12 * math.pi)


def spin_zero(m: float, coupling: float) -> float:
    """Width to massless f fbar, per colour."""
    return coupling**2 * m / (8 * math.pi)


def spin_zero_gluons(m: float, coupling: float, scale: float) -> float:
    """Width to gluons of (coupling / 4 scale) X G G."""
    return (coupling / scale) ** 2 * m**3 / (8 * math.pi)


def spin_two(m: float, coupling: float, scale: float) -> float:
    """Width to massless f fbar, per colour."""
    return (coupling / scale) ** 2 * m**3 / (160 * math.pi)


def spin_two_gluons(m: float, coupling: float, scale: float) -> float:
    """Width to gluons."""
    return (coupling / scale) ** 2 * m**3 / (10 * math.pi)


def higgs_to_photons(inputs: Inputs, m_top: float) -> float:
    """Width in GeV of H -> gamma gamma through W and top loops, below both thresholds."""

    def f(tau: float) -> float:
        return math.asin(math.sqrt(tau)) ** 2

    w, t = ((inputs.m_h / (2 * m)) ** 2 for m in (inputs.m_w, m_top))
    spin_one_loop = -(2 * w * w + 3 * w + 3 * (2 * w - 1) * f(w)) / w**2
    spin_half_loop = 2 * (t + (t - 1) * f(t)) / t**2
    amplitude = spin_one_loop + 3 * (2 / 3) ** 2 * spin_half_loop
    return inputs.fermi * inputs.alpha**2 * inputs.m_h**3 * amplitude**2 / (128 * math.sqrt(2) * math.pi**3)


def produced(
    spin: int,
    m: float,
    width: float,
    gluons: float,
    quarks: float,
    to: float,
    flavours: int = 5,
    running: bool = False,
) -> Rate:
    """From the partial widths at the peak, that to quarks being of one flavour with its colours.

    Widths grow with the mass m of the resonance: of gluons and of spin 2 as m^3, all others as m.
    """

    def rate(s: float, f: Luminosity) -> Array:
        root = math.sqrt(s)
        grow = (root / m) ** (3 if spin == 2 else 1)
        breadth = s * width / m if running else m * width
        law = PICOBARN * (2 * spin + 1) * to * grow / ((s - m * m) ** 2 + breadth**2)
        pairs = sum(either(f, q, -q) for q in range(1, flavours + 1))
        cubic = (root / m) ** 3
        return np.asarray(
            law * (math.pi / 8 * gluons * cubic * f(0, 0) + 4 * math.pi / 9 * quarks * grow * pairs)
        )

    return rate
