"""Which heavy particle does a searcher put in? The card's table [resonance]: a bump of spin 0, 1 or 2."""

from typing import Literal, Self

from pydantic import Field, model_validator

from hepsym import _toml

__all__ = ["NO_RESONANCE", "Resonance"]


class Resonance(_toml.Table):
    """A heavy neutral particle X, in process strings `zp` (spin 1), `x0` (spin 0) or `x2` (spin 2).

    spin 1:  fbar gamma^mu (g - g_axial gamma_5) f X_mu
    spin 0:  g fbar f X  and  (gluon / 4 M) X G G
    spin 2:  (g / M) X_{mu nu} T^{mu nu}, of quarks, leptons and gluons

    g is `quark` or `lepton`, the same for all flavours. No mass: no such particle.
    """

    spin: Literal[0, 1, 2] = 1
    mass: float = Field(default=0.0, ge=0)
    """GeV"""
    width: float = Field(default=0.0, ge=0)
    """GeV, fixed"""
    quark: float = 0.0
    quark_axial: float = 0.0
    lepton: float = 0.0
    lepton_axial: float = 0.0
    gluon: float = 0.0

    @property
    def pdg(self) -> int:
        """32 (Z'), 39 (graviton), or hepsym's own 9900025 for a scalar."""
        return {0: 9900025, 1: 32, 2: 39}[self.spin]

    @model_validator(mode="after")
    def _couplings_fit_the_spin(self) -> Self:
        if self.spin != 1 and (self.quark_axial or self.lepton_axial):
            raise ValueError(f"quark_axial and lepton_axial are couplings of spin 1, not of spin {self.spin}")
        if self.spin == 1 and self.gluon:
            raise ValueError("gluon is a coupling of spin 0 or 2: a vector does not couple to two gluons")
        couplings = (self.quark, self.quark_axial, self.lepton, self.lepton_axial, self.gluon)
        if any(couplings) and not self.mass > 0.0:
            raise ValueError("a resonance needs a mass above 0")
        return self


NO_RESONANCE = Resonance()
