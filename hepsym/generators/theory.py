"""Which numbers a tree amplitude of the Standard Model is evaluated with: couplings, masses, widths."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from hepsym import constants
from hepsym.generators.cards.card import Card, Electroweak
from hepsym.generators.cards.resonance import NO_RESONANCE, Resonance
from hepsym.generators.electroweak import couplings

__all__ = ["Theory", "default_theory", "theory_of"]

FERMIONS = (1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16)
LIGHT = (1, 2, 3, 4)
"""Massless unless a card gives them a mass: a free light quark has none that is known."""
UNSTABLE = (6, 13, 15, 25)
ALPHA_S = 0.118
"""At M_Z, where nothing else is said."""


@dataclass(frozen=True, slots=True)
class Theory:
    """Inputs of the Standard Model at tree level, with unit CKM matrix and Yukawas that are the masses.

    GeV; widths are fixed: 1 / (p^2 - m^2 + i m Gamma), the Z's running as i p^2 Gamma / m where asked.
    """

    alpha: float
    sin2_theta_w: float
    sin2_theta_eff: float
    alpha_s: float
    masses: Mapping[int, float] = field(hash=False)
    """By PDG id of the particle; what is absent is massless."""
    widths: Mapping[int, float] = field(hash=False)
    running_width: bool = False
    resonance: Resonance = NO_RESONANCE

    @property
    def e(self) -> float:
        """The positron's charge, sqrt(4 pi alpha)."""
        return math.sqrt(4.0 * math.pi * self.alpha)

    @property
    def vev(self) -> float:
        """v = 2 m_W sin(theta_W) / e, GeV."""
        return 2.0 * self.mass(24) * math.sqrt(self.sin2_theta_w) / self.e

    @property
    def higgs_gluon(self) -> float:
        """A of (A/4) h G G, GeV^-1: a top much heavier than the Higgs, alpha_s / (3 pi v).

        Source: Shifman, Vainshtein, Voloshin and Zakharov, Sov. J. Nucl. Phys. 30 (1979) 711.
        """
        return self.alpha_s / (3.0 * math.pi * self.vev)

    @property
    def higgs_photon(self) -> float:
        """B of (B/4) h F F, GeV^-1: the W and top loops at the Higgs mass, alpha (A_W + 4/3 A_t) / (2 pi v).

        Real below the thresholds 2 m_W and 2 m_t. Source: Djouadi, Phys. Rept. 457 (2008) 1, sec. 2.3.1.
        """
        m_h, m_w, m_t = self.mass(25), self.mass(24), self.mass(6)
        loops = 0.0
        if 0.0 < m_h < 2.0 * m_w:
            tau = (m_h / (2.0 * m_w)) ** 2
            loops -= (
                2.0 * tau**2 + 3.0 * tau + 3.0 * (2.0 * tau - 1.0) * math.asin(math.sqrt(tau)) ** 2
            ) / tau**2
        if 0.0 < m_h < 2.0 * m_t:
            tau = (m_h / (2.0 * m_t)) ** 2
            loops += (4.0 / 3.0) * 2.0 * (tau + (tau - 1.0) * math.asin(math.sqrt(tau)) ** 2) / tau**2
        return self.alpha * loops / (2.0 * math.pi * self.vev)

    def mass(self, pdg: int) -> float:
        """GeV, of a particle or its antiparticle."""
        return self.masses.get(abs(pdg), 0.0)

    def width(self, pdg: int) -> float:
        """GeV, of a particle or its antiparticle."""
        return self.widths.get(abs(pdg), 0.0)

    def with_alpha_s(self, alpha_s: float) -> "Theory":
        """The same theory with another strong coupling."""
        return replace(self, alpha_s=alpha_s)


def theory_of(card: Card) -> Theory:
    """The theory that a card describes.

    W and Z as its electroweak table says, d, u, s, c massless unless [masses] has them, every other
    mass from [masses] or the PDG; widths from [widths], else the PDG's of t, h, tau and mu, else 0.
    """
    g = couplings(card.electroweak)
    given = {abs(constants.pdg_id(name)): value for name, value in card.masses.items()}
    masses = (
        {f: 0.0 if f in LIGHT else constants.mass(f) for f in FERMIONS} | {25: constants.mass(25)} | given
    )
    masses |= {23: g.m_z, 24: g.m_w}
    widths = {pdg: constants.width(pdg) for pdg in UNSTABLE} | {23: g.gamma_z, 24: g.gamma_w}
    widths |= {abs(constants.pdg_id(name)): value for name, value in card.widths.items()}
    resonance: Resonance = getattr(card, "resonance", NO_RESONANCE)
    if resonance.mass > 0.0:
        masses[resonance.pdg], widths[resonance.pdg] = resonance.mass, resonance.width
    return Theory(
        alpha=g.alpha,
        sin2_theta_w=g.sin2_theta_w,
        sin2_theta_eff=g.sin2_theta_eff,
        alpha_s=ALPHA_S if card.qcd.alpha_s is None else card.qcd.alpha_s,
        masses=MappingProxyType(masses),
        widths=MappingProxyType(widths),
        running_width=g.running_width,
        resonance=resonance,
    )


def default_theory() -> Theory:
    """The theory of a card that says nothing: G_F, M_W, M_Z of the PDG, alpha_s = 0.118."""
    return theory_of(Card(process="e- e+ > mu- mu+", sqrt_s=91.1876, electroweak=Electroweak()))
