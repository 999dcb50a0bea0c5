"""What are the Feynman rules? Particles and cubic vertices of the Standard Model, as data.

Unitary gauge, unit CKM matrix. Every vertex is cubic: the four-boson vertices are pairs of cubic
ones joined by an auxiliary field whose propagator is 1 (an antisymmetric tensor for four gauge
bosons, a scalar for those with Higgs pairs). With D = d - i g T W - ... a vertex is the coefficient
in the Lagrangian of its fields, all incoming; a particle of PDG id f enters a vertex at the field
named f. The factors i of vertices and propagators cancel but for one overall:

    M = product of vertices x product of -N/D,   N/D = (pslash + m)/D, (-g + p p/m^2)/D, 1/D

Source: Denner, Fortschr. Phys. 41 (1993) 307, https://arxiv.org/abs/0709.1075, app. A; auxiliary
fields as in Kanaki and Papadopoulos, Comput. Phys. Commun. 132 (2000) 306.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from hepsym import constants
from hepsym.generators.theory import FERMIONS, Theory

__all__ = ["AUXILIARY", "Vertex", "anti", "colour_of", "kind_of", "vertices"]

AUX_GLUON, AUX_NEUTRAL, AUX_CHARGED, AUX_HIGGS = 90021, 90023, 90024, 90025
AUXILIARY = frozenset({AUX_GLUON, AUX_NEUTRAL, AUX_CHARGED, -AUX_CHARGED, AUX_HIGGS, -AUX_HIGGS})
Z_PRIME, SCALAR_X, GRAVITON = 32, 9900025, 39
_SELF_CONJUGATE = frozenset({21, 22, 23, 25, AUX_GLUON, AUX_NEUTRAL, Z_PRIME, SCALAR_X, GRAVITON})
_LEPTON_PARTNERS = ((11, 12), (13, 14), (15, 16))
_QUARK_PARTNERS = ((1, 2), (3, 4), (5, 6))


@dataclass(frozen=True, slots=True)
class Vertex:
    """Three fields that meet. Fermion vertices list (antifermion, fermion, boson).

    kind FFV: psibar gamma^mu (left P_L + right P_R) psi V_mu; FFS the same without gamma; VVV:
    left [(1.2)(p2-p1).3 + cyclic]; VVT: left 1^mu 2^nu B_munu; VVS: left (1.2) S; SSS: left;
    VVF: left [(p1.p2)(1.2) - (p1.2)(p2.1)] S, a scalar and two field strengths; FFG and VVG: left
    times a spin-2 field and the energy-momentum tensor.
    """

    kind: str
    fields: tuple[int, int, int]
    left: float
    right: float
    colour: str
    qcd: int
    qed: int


def anti(pdg: int) -> int:
    """The antiparticle's id."""
    return pdg if pdg in _SELF_CONJUGATE else -pdg


def kind_of(pdg: int) -> str:
    """How a current of the incoming particle transforms: col (psi), row (psibar), V, S, T or G (spin 2)."""
    a = abs(pdg)
    if a in FERMIONS:
        return "col" if pdg > 0 else "row"
    if a in {25, AUX_HIGGS, SCALAR_X}:
        return "S"
    if a in {AUX_GLUON, AUX_NEUTRAL, AUX_CHARGED}:
        return "T"
    return "G" if a == GRAVITON else "V"


def colour_of(pdg: int) -> int:
    """1, 3, -3 or 8."""
    if 1 <= abs(pdg) <= 6:
        return 3 if pdg > 0 else -3
    return 8 if pdg in {21, AUX_GLUON} else 1


def vertices(theory: Theory, *, loops: bool = True) -> tuple[Vertex, ...]:
    """Every cubic vertex of the theory whose coupling is not zero; `loops`: the effective ggh and aah too."""
    return tuple(v for v in _all(theory, loops) if v.left or v.right)


def _all(theory: Theory, loops: bool) -> Iterator[Vertex]:
    yield from _gauge_currents(theory)
    yield from _gauge_bosons(theory)
    yield from _higgs(theory)
    if loops:
        yield from _loops(theory)
    if theory.resonance.mass > 0.0:
        yield from _resonance(theory)


@cache
def _isospin(f: int) -> float:
    return 0.5 if f % 2 == 0 else -0.5


def _gauge_currents(theory: Theory) -> Iterator[Vertex]:
    e = theory.e
    s2 = theory.sin2_theta_w
    g_z = e / math.sqrt(s2 * (1.0 - s2))
    g_w = e / math.sqrt(2.0 * s2)
    g_s = math.sqrt(4.0 * math.pi * theory.alpha_s)
    for f in FERMIONS:
        delta = "d" if f <= 6 else "1"
        q = constants.charge(f)
        right = -g_z * q * theory.sin2_theta_eff
        yield Vertex("FFV", (-f, f, 22), e * q, e * q, delta, 0, 1)
        yield Vertex("FFV", (-f, f, 23), right + g_z * _isospin(f), right, delta, 0, 1)
        if f <= 6:
            yield Vertex("FFV", (-f, f, 21), g_s, g_s, "T", 1, 0)
    for down, up in _QUARK_PARTNERS:
        yield Vertex("FFV", (-up, down, 24), g_w, 0.0, "d", 0, 1)
        yield Vertex("FFV", (-down, up, -24), g_w, 0.0, "d", 0, 1)
    for down, up in _LEPTON_PARTNERS:
        yield Vertex("FFV", (-up, down, 24), g_w, 0.0, "1", 0, 1)
        yield Vertex("FFV", (-down, up, -24), g_w, 0.0, "1", 0, 1)


def _gauge_bosons(theory: Theory) -> Iterator[Vertex]:
    e = theory.e
    g = e / math.sqrt(theory.sin2_theta_w)
    g_s = math.sqrt(4.0 * math.pi * theory.alpha_s)
    yield Vertex("VVV", (21, 21, 21), g_s, 0.0, "f", 1, 0)
    yield Vertex("VVT", (21, 21, AUX_GLUON), g_s, 0.0, "f", 1, 0)
    yield Vertex("VVT", (24, -24, AUX_NEUTRAL), g, 0.0, "1", 0, 1)
    for neutral, share in ((22, e), (23, g * math.sqrt(1.0 - theory.sin2_theta_w))):
        yield Vertex("VVV", (24, -24, neutral), share, 0.0, "1", 0, 1)
        yield Vertex("VVT", (neutral, 24, -AUX_CHARGED), share, 0.0, "1", 0, 1)
        yield Vertex("VVT", (-24, neutral, AUX_CHARGED), share, 0.0, "1", 0, 1)


def _higgs(theory: Theory) -> Iterator[Vertex]:
    v, m_w, m_z, m_h = theory.vev, theory.mass(24), theory.mass(23), theory.mass(25)
    for f in FERMIONS:
        yukawa = -theory.mass(f) / v
        yield Vertex("FFS", (-f, f, 25), yukawa, yukawa, "d" if f <= 6 else "1", 0, 1)
    yield Vertex("VVS", (24, -24, 25), 2.0 * m_w**2 / v, 0.0, "1", 0, 1)
    yield Vertex("VVS", (23, 23, 25), 2.0 * m_z**2 / v, 0.0, "1", 0, 1)
    yield Vertex("SSS", (25, 25, 25), -3.0 * m_h**2 / v, 0.0, "1", 0, 1)
    yield Vertex("SSS", (25, 25, AUX_HIGGS), 1.0, 0.0, "1", 0, 1)
    yield Vertex("SSS", (25, 25, -AUX_HIGGS), -0.5 * m_h**2 / v**2, 0.0, "1", 0, 1)
    yield Vertex("VVS", (24, -24, -AUX_HIGGS), 2.0 * m_w**2 / v**2, 0.0, "1", 0, 1)
    yield Vertex("VVS", (23, 23, -AUX_HIGGS), 2.0 * m_z**2 / v**2, 0.0, "1", 0, 1)


def _loops(theory: Theory) -> Iterator[Vertex]:
    yield Vertex("VVF", (21, 21, 25), -theory.higgs_gluon, 0.0, "gg", 2, 1)
    yield Vertex("VVF", (22, 22, 25), -theory.higgs_photon, 0.0, "1", 0, 3)


def _resonance(theory: Theory) -> Iterator[Vertex]:
    x = theory.resonance
    for f in FERMIONS:
        delta = "d" if f <= 6 else "1"
        vector, axial = (x.quark, x.quark_axial) if f <= 6 else (x.lepton, x.lepton_axial)
        if x.spin == 1:
            yield Vertex("FFV", (-f, f, Z_PRIME), vector + axial, vector - axial, delta, 0, 1)
        elif x.spin == 0:
            yield Vertex("FFS", (-f, f, SCALAR_X), vector, vector, delta, 0, 1)
        else:
            yield Vertex("FFG", (-f, f, GRAVITON), vector / x.mass, vector / x.mass, delta, 0, 1)
    if x.spin == 0:
        yield Vertex("VVF", (21, 21, SCALAR_X), -x.gluon / x.mass, 0.0, "gg", 0, 1)
    elif x.spin == 2:
        yield Vertex("VVG", (21, 21, GRAVITON), x.gluon / x.mass, 0.0, "gg", 0, 1)
