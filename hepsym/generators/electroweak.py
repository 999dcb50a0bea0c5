"""Which numbers the electroweak theory is evaluated with: an input scheme becomes couplings."""

import math
from dataclasses import dataclass

from hepsym import constants
from hepsym.generators.cards.card import Electroweak

__all__ = ["Couplings", "couplings"]


@dataclass(frozen=True, slots=True)
class Couplings:
    """Everything an electroweak tree amplitude needs, whatever scheme it came from. GeV."""

    alpha: float
    sin2_theta_w: float
    """Normalises the weak couplings, g = e / sin(theta_W)."""
    sin2_theta_eff: float
    """Enters vector couplings, v_f = T_3 - 2 Q sin^2; equal to sin2_theta_w at tree level."""
    m_z: float
    gamma_z: float
    m_w: float
    gamma_w: float
    running_width: bool
    """Z propagator 1/(s - M^2 + i s Gamma/M) where True, 1/(s - M^2 + i M Gamma) else."""


def couplings(inputs: Electroweak) -> Couplings:
    """The couplings of a card's [electroweak] table.

    gmu:      G_F, M_W, M_Z    sin^2 = 1 - M_W^2/M_Z^2,  alpha = sqrt(2) G_F M_W^2 sin^2 / pi
    alpha0:   alpha(0), M_W, M_Z        sin^2 as above
    alphamz:  alpha(M_Z), M_W, M_Z      sin^2 as above
    explicit: alpha and sin^2 as given, M_W = M_Z cos unless given (MadGraph's and Pythia's settings
              can be copied exactly)

    Masses and widths absent from the card are the PDG's. Source: Denner, Fortschr. Phys. 41 (1993)
    307, https://arxiv.org/abs/0709.1075, sec. 8.
    """
    m_z = constants.mass(23) if inputs.m_z is None else inputs.m_z
    if inputs.scheme == "explicit":
        assert inputs.alpha_inverse is not None and inputs.sin2_theta_w is not None  # the card saw to it
        sin2 = inputs.sin2_theta_w
        alpha = 1.0 / inputs.alpha_inverse
        m_w = m_z * math.sqrt(1.0 - sin2) if inputs.m_w is None else inputs.m_w
    else:
        m_w = constants.mass(24) if inputs.m_w is None else inputs.m_w
        sin2 = (m_z - m_w) * (m_z + m_w) / m_z**2
        if inputs.scheme == "gmu":
            fermi = constants.FERMI_CONSTANT if inputs.G_F is None else inputs.G_F
            alpha = math.sqrt(2.0) * fermi * m_w**2 * sin2 / math.pi
        elif inputs.alpha_inverse is not None:
            alpha = 1.0 / inputs.alpha_inverse
        else:
            thomson = inputs.scheme == "alpha0"
            alpha = 1.0 / (constants.ALPHA0_INVERSE if thomson else constants.ALPHAMZ_INVERSE)
    return Couplings(
        alpha=alpha,
        sin2_theta_w=sin2,
        sin2_theta_eff=sin2 if inputs.sin2_theta_eff is None else inputs.sin2_theta_eff,
        m_z=m_z,
        gamma_z=constants.width(23) if inputs.gamma_z is None else inputs.gamma_z,
        m_w=m_w,
        gamma_w=constants.width(24) if inputs.gamma_w is None else inputs.gamma_w,
        running_width=inputs.width == "running",
    )
