"""What the textbook says of widths: f -> f' W* -> f' a b with every mass kept, H -> Z* Z* -> four leptons.

Integrals over the virtual bosons' masses by quadrature; propagators 1/(q^2 - M^2 + i M Gamma), unit CKM.
Source: Jezabek and Kuehn, NPB 314 (1989) 1; Marciano and Sirlin, PRL 61 (1988) 1815 for the muon's;
Keung and Marciano, PRD 30 (1984) 248 for the Higgs boson's.
"""

import itertools
import math
from collections.abc import Callable

import numpy as np

from tests.generators.oracles.electroweak import Inputs, colours


def integrate(
    f: Callable[[float], float],
    low: float,
    high: float,
    peak: float = 0.0,
    width: float = 0.0,
    nodes: int = 200,
) -> float:
    """Integral over q^2, in arctan((q^2 - M^2)/M Gamma) where a peak lies inside or near, flat in q else."""
    points, shares = np.polynomial.legendre.leggauss(nodes)
    if width > 0:
        a, b = (math.atan((q2 - peak**2) / (peak * width)) for q2 in (low, high))
        x = 0.5 * (a + b) + 0.5 * (b - a) * points
        q2s = peak**2 + peak * width * np.tan(x)
        jacobians = ((q2s - peak**2) ** 2 + (peak * width) ** 2) / (peak * width)
    else:
        a, b = low, high
        q2s = 0.5 * (a + b) + 0.5 * (b - a) * points
        jacobians = np.ones_like(q2s)
    return 0.5 * (b - a) * float(sum(w * j * f(q2) for w, j, q2 in zip(shares, jacobians, q2s, strict=True)))


def momentum(m: float, a: float, b: float) -> float:
    """|p| of m -> a b at rest."""
    return math.sqrt(max((m - a - b) * (m + a + b) * (m - a + b) * (m + a - b), 0.0)) / (2 * m)


def pair_tensor(q2: float, a: float, b: float) -> tuple[float, float]:
    """Transverse and longitudinal part of J^m J^n*, J = ubar g^m P_L v, over two-body phase space."""
    ab = 0.5 * (q2 - a * a - b * b)
    qa, qb = 0.5 * (q2 + a * a - b * b), 0.5 * (q2 - a * a + b * b)
    longitudinal = 2 * (2 * qa * qb - q2 * ab) / q2
    space = momentum(math.sqrt(q2), a, b) / (4 * math.pi * math.sqrt(q2))
    return space * (4 * ab + longitudinal) / 3, space * longitudinal


def weak_decay(inputs: Inputs, m: float, partner: float, a: float, b: float, pdg: int = 11) -> float:
    """Width in GeV of a fermion of mass m to its partner and, through a W, to a and b (pdg is one)."""
    m_w, gamma = inputs.m_w, inputs.gamma_w

    def at(q2: float) -> float:
        ff = 0.5 * (m * m + partner**2 - q2)
        fq, pq = m * m - ff, ff - partner**2
        trace, longitudinal = 4 * ff, 2 * (2 * fq * pq - q2 * ff) / q2
        pair_t, pair_l = pair_tensor(q2, a, b)
        contraction = pair_t * (trace + longitudinal) + pair_l * longitudinal * (1 - q2 / m_w**2) ** 2
        space = momentum(m, partner, math.sqrt(q2)) / (4 * math.pi * m)
        propagator = 1 / ((q2 - m_w**2) ** 2 + (m_w * gamma) ** 2)
        return 0.5 * (inputs.g2 / 2) ** 2 * contraction * space * propagator / (2 * m) / (2 * math.pi)

    low, high = (a + b) ** 2, (m - partner) ** 2
    peaked = (m_w, gamma) if high > 0.25 * m_w**2 else (0.0, 0.0)
    return colours(pdg) * integrate(at, low, high, *peaked)


def z_spectral(inputs: Inputs, q2: float, pdg: int) -> float:
    """Share of an off-shell Z that goes to massless f fbar, per unit q^2; its integral is the branching."""
    left, right = inputs.z(pdg)
    transverse, _ = pair_tensor(q2, 0.0, 0.0)
    return (
        colours(pdg)
        * (left**2 + right**2)
        * transverse
        * abs(inputs.z_propagator(np.array(q2))) ** 2
        / (2 * math.pi)
    )


def higgs_to_z_pair(inputs: Inputs, m: float, one: int, two: int, nodes: int = 40) -> float:
    """Width in GeV of a scalar of mass m through two Zs to two massless pairs of different fermions."""
    coupling = inputs.g2 * inputs.m_z**2 / (1 - inputs.sin2)
    peaked = (inputs.m_z, inputs.gamma_z)

    def outer(s1: float) -> float:
        def inner(s2: float) -> float:
            tensor = 2 + (m * m - s1 - s2) ** 2 / (4 * s1 * s2)
            space = momentum(m, math.sqrt(s1), math.sqrt(s2)) / (4 * math.pi * m)
            return z_spectral(inputs, s2, two) * tensor * space

        return z_spectral(inputs, s1, one) * integrate(inner, 1e-12, (m - math.sqrt(s1)) ** 2, *peaked, nodes)

    # Panels for the first mass: beyond m - m_Z the second Z cannot be on its shell.
    steps = [x + k for x in (m - inputs.m_z, inputs.m_z) for k in (-12, -4, 0, 4, 12)]
    edges = [1e-6, *sorted(x for x in steps if 0 < x < m), m]
    total = sum(integrate(outer, a * a, b * b, *peaked, nodes // 2) for a, b in itertools.pairwise(edges))
    return coupling * total / (2 * m)


def muon_by_formula(fermi: float, m: float, x: float) -> float:
    """Width of m -> nu nubar l in Fermi's theory: G_F^2 m^5/(192 pi^3) (1 - 8x + 8x^3 - x^4 - 12x^2 ln x)."""
    return fermi**2 * m**5 / (192 * math.pi**3) * (1 - 8 * x + 8 * x**3 - x**4 - 12 * x**2 * math.log(x))


def gluonic_higgs(fermi: float, alpha_s: float, m: float) -> float:
    """Width of H -> g g with an infinitely heavy top: G_F alpha_s^2 m^3 / (36 sqrt 2 pi^3)."""
    return fermi * alpha_s**2 * m**3 / (36 * math.sqrt(2) * math.pi**3)


def boson_to_massless(left: float, right: float, m: float, colour: int = 1) -> float:
    """Width of a vector boson to massless f fbar: m (gL^2 + gR^2) / (24 pi) per colour."""
    return colour * m * (left**2 + right**2) / (24 * math.pi)
