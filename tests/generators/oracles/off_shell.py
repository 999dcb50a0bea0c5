"""What widths do to rates: sigma(e+e- -> bosons) integrated over the bosons' masses, decays included.

The integral over the decays' angles leaves, of a boson of mass sqrt(s1), the sum over its three polarisations
at that mass and a density in s1 that integrates to its branching ratio; massless decay products.
"""

import math
from collections.abc import Iterator

import numpy as np

from tests.generators.oracles import decays, w_pair
from tests.generators.oracles import electroweak as ew
from tests.generators.oracles.hadrons import PICOBARN, Array, panels, two_body


def peaked(m: float, width: float, edges: list[float], nodes: int) -> tuple[Array, Array]:
    """Points and shares in s between the edges (GeV^2), even in the arctangent of a Breit-Wigner."""
    x, w = panels([math.atan((s - m * m) / (m * width)) for s in edges], nodes)
    s = m * m + m * width * np.tan(x)
    return s, w * ((s - m * m) ** 2 + (m * width) ** 2) / (m * width)


def w_spectral(inputs: ew.Inputs, s: float) -> float:
    """Share of an off-shell W that goes to one massless lepton and its neutrino, per unit s."""
    transverse, _ = decays.pair_tensor(s, 0.0, 0.0)
    propagator = (s - inputs.m_w**2) ** 2 + (inputs.m_w * inputs.gamma_w) ** 2
    return inputs.g2 / 2 * transverse / (2 * math.pi) / propagator


def w_pair_rate(inputs: ew.Inputs, sqrt_s: float, m1: float, m2: float) -> float:
    """sigma(e- e+ -> W- W+) in pb for W bosons of masses m1 and m2.

    t^2 |M|^2 is a polynomial in the cosine, of degree 6 at most: nine values are all there is to know.
    """
    k = decays.momentum(sqrt_s, m1, m2)
    energy = math.hypot(k, m1)

    def t(c: Array) -> Array:
        return m1 * m1 - sqrt_s * (energy - k * c)

    nodes = np.cos(np.pi * (np.arange(9) + 0.5) / 9)
    values = [w_pair.me2(inputs, sqrt_s, x, m1, m2) * float(t(x)) ** 2 for x in nodes]
    law = np.polynomial.Chebyshev.fit(nodes, values, 8, domain=[-1, 1])
    # dc = dt / (2 k E_beam), evenly in ln(-t); at c = 1, t = -m1^2 m2^2 / u without cancellation.
    backward = float(t(np.array(-1.0)))
    x, shares = panels([math.log(-((m1 * m2) ** 2) / backward), math.log(-backward)], 48)
    ts = -np.exp(x)
    c = (ts - m1 * m1 + sqrt_s * energy) / (sqrt_s * k)
    integral = float(shares @ (law(c) / -ts)) / (sqrt_s * k)
    return PICOBARN * integral * k / (16 * math.pi * sqrt_s**3)


def w_pair_to_leptons(inputs: ew.Inputs, sqrt_s: float, nodes: int = 4) -> float:
    """sigma in pb of e- e+ -> W- W+ -> a lepton and a neutrino each, by the diagrams with two W bosons."""
    opening = sqrt_s - inputs.m_w  # beyond it the other W's peak leaves phase space

    def masses(highest: float) -> Iterator[tuple[float, float]]:
        inner = [m for m in (40.0, 65.0, 75.0, 79.0, 82.0, 86.0, 96.0, opening) if m < highest - 1]
        edges = [1e-9, *(m * m for m in sorted(inner)), highest**2]
        return zip(*peaked(inputs.m_w, inputs.gamma_w, edges, nodes), strict=True)

    total = 0.0
    for s1, w1 in masses(sqrt_s):
        for s2, w2 in masses(sqrt_s - math.sqrt(s1)):
            shares = w1 * w2 * w_spectral(inputs, s1) * w_spectral(inputs, s2)
            total += shares * w_pair_rate(inputs, sqrt_s, math.sqrt(s1), math.sqrt(s2))
    return total


def higgs_to_quarks(inputs: ew.Inputs, m: float, m_quark: float) -> float:
    """Width of H -> q qbar, 3 G_F m_q^2 m beta^3 / (4 sqrt 2 pi)."""
    beta = math.sqrt(max(1 - 4 * m_quark**2 / m**2, 0.0))
    return 3 * inputs.fermi * m_quark**2 * m * beta**3 / (4 * math.sqrt(2) * math.pi)


def z_higgs_to_fermions(
    inputs: ew.Inputs, sqrt_s: float, width_h: float, m_quark: float, nodes: int = 32
) -> float:
    """sigma in pb of e- e+ -> Z H, Z -> mu- mu+, H -> q qbar, both off shell."""
    m_h = inputs.m_h
    closing = (sqrt_s - m_h) ** 2  # where the Higgs boson's peak leaves phase space
    edges = [1e-9, closing - 30, closing + 30, (sqrt_s - 2 * m_quark) ** 2 - 1e-6]
    total = 0.0
    for s1, w1 in zip(*peaked(inputs.m_z, inputs.gamma_z, edges, nodes), strict=True):
        m1 = math.sqrt(s1)
        rest = [4 * m_quark**2, (sqrt_s - m1) ** 2]
        for s2, w2 in zip(*peaked(m_h, width_h, rest, nodes), strict=True):
            m2 = math.sqrt(s2)
            higgs = m2 * higgs_to_quarks(inputs, m2, m_quark) / math.pi
            higgs /= (s2 - m_h**2) ** 2 + (m_h * width_h) ** 2
            rate = two_body(lambda s, t, u: ew.z_higgs(inputs, 11, s, t, u, s1), sqrt_s**2, (m1, m2))  # noqa: B023
            total += w1 * w2 * decays.z_spectral(inputs, s1, 13) * higgs * rate
    return total
