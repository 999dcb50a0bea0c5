"""What the tables of a process card hold: couplings, beams, cuts, integration. One class a table."""

import math
from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from hepsym import _toml, constants

__all__ = ["QCD", "Beams", "Cut", "DecayShape", "Electroweak", "Integration", "Variations"]


class Electroweak(_toml.Table):
    """The input scheme and its inputs; what is absent is the PDG's (see electroweak.couplings)."""

    scheme: Literal["gmu", "alpha0", "alphamz", "explicit"] = "gmu"
    alpha_inverse: float | None = Field(default=None, gt=0)
    sin2_theta_w: float | None = Field(default=None, gt=0, lt=1)
    sin2_theta_eff: float | None = Field(default=None, gt=0, lt=1)
    G_F: float | None = Field(default=None, gt=0)
    m_z: float | None = Field(default=None, gt=0)
    gamma_z: float | None = Field(default=None, ge=0)
    m_w: float | None = Field(default=None, gt=0)
    gamma_w: float | None = Field(default=None, ge=0)
    width: Literal["fixed", "running"] = "fixed"

    @model_validator(mode="after")
    def _inputs_fit_the_scheme(self) -> Self:
        takes = {
            "gmu": {"G_F"},
            "alpha0": {"alpha_inverse"},
            "alphamz": {"alpha_inverse"},
            "explicit": {"alpha_inverse", "sin2_theta_w", "G_F"},
        }[self.scheme]
        for name in sorted({"alpha_inverse", "sin2_theta_w", "G_F"} - takes):
            if getattr(self, name) is not None:
                raise ValueError(
                    f"{name} is no input of scheme {self.scheme!r}; use scheme = 'explicit' to set it"
                )
        if self.scheme == "explicit":
            for name in ("alpha_inverse", "sin2_theta_w"):
                if getattr(self, name) is None:
                    raise ValueError(f"scheme 'explicit' needs {name}")
        if self.scheme != "explicit":
            m_w = constants.mass(24) if self.m_w is None else self.m_w
            m_z = constants.mass(23) if self.m_z is None else self.m_z
            if m_w >= m_z:
                raise ValueError(f"m_w = {m_w:g} GeV must be below m_z = {m_z:g} GeV")
        return self


class QCD(_toml.Table):
    """The strong coupling and how it is used."""

    alpha_s: float | None = Field(default=None, gt=0, lt=1)
    """At M_Z; the PDF set's own coupling where absent, 0.118 without one."""
    order: int = Field(default=1, ge=0, le=3)
    """Loops of its running; 0 keeps it fixed."""
    scale: Literal["s_hat", "mt", "ht/2"] | float = "ht/2"
    """Renormalisation scale: sqrt(s-hat), the largest transverse mass, half their sum, or GeV."""
    factorization_scale: Literal["s_hat", "mt", "ht/2"] | float | None = None
    """Of the PDFs; the renormalisation scale where absent."""
    flavors: int = Field(default=5, ge=1, le=6)
    """Quark flavours in a proton and in a jet, from d up."""

    @property
    def value(self) -> float:
        """alpha_s at M_Z, 0.118 where the card has none: what matrix elements are first evaluated with."""
        return 0.118 if self.alpha_s is None else self.alpha_s

    @field_validator("scale", "factorization_scale")
    @classmethod
    def _positive(cls, value: Any) -> Any:
        if isinstance(value, float) and not value > 0.0:
            raise ValueError(f"a scale of {value:g} GeV is not positive")
        return value


class Integration(_toml.Table):
    """How the cross section is found and how points become events of equal weight."""

    precision: float = Field(default=1e-3, gt=0, lt=1)
    """Relative error of the cross section at which sampling stops."""
    points: int = Field(default=100_000, ge=1000)
    """Drawn in an iteration once the grid is frozen; one that adapts it draws a fifth, more on many axes."""
    adaptations: int = Field(default=8, ge=0, le=100)
    """Iterations that adapt grid and channels before both are frozen."""
    most_points: int = Field(default=20_000_000, ge=1000)
    """Where sampling stops whatever the precision."""
    bins: int = Field(default=64, ge=2, le=4096)
    """Of the grid, along each axis."""
    bw_cutoff: float = Field(default=15.0, gt=0)
    """Widths that a decay declared in the process string may be off its resonance, as in MadGraph: further
    out a resonance alone is neither gauge invariant nor what is there."""
    overweight: float = Field(default=1e-4, gt=0, lt=1)
    """Share of the cross section above the maximum, kept as events of greater weight."""


class Beams(_toml.Table):
    """What collides: degree of longitudinal polarisation per beam (+1 right-handed), and PDFs."""

    polarization: tuple[float, float] = (0.0, 0.0)
    pdf: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _pair(cls, values: Any) -> Any:
        pair = values.get("polarization") if isinstance(values, dict) else None
        if isinstance(pair, list | tuple):
            if len(pair) != 2:
                raise ValueError(
                    f"polarization needs two numbers, one a beam, not {len(pair)}; e.g. [0.8, -0.3]"
                )
            values = {**values, "polarization": tuple(pair)}
        return values

    @model_validator(mode="after")
    def _degrees(self) -> Self:
        for degree in self.polarization:
            if not abs(degree) <= 1.0:
                raise ValueError(f"polarization = {degree:g} is out of range: give a degree from -1 to 1")
        return self


class Cut(_toml.Table):
    """Bounds on an observable, both inclusive; GeV for energies, radians for angles."""

    min: float = -math.inf
    max: float = math.inf

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.min < self.max:
            raise ValueError(f"min = {self.min:g} must be below max = {self.max:g}")
        return self


class Variations(_toml.Table):
    """Further weights that each event carries."""

    scales: bool = False
    """Renormalisation and factorisation scale halved and doubled, the two at most a factor of 2 apart."""
    members: bool = False
    """The other members of the PDF set."""


class DecayShape(_toml.Table):
    """How the mass of an intermediate state is distributed; GeV. What is absent is the PDG's."""

    shape: Literal["fixed", "breit_wigner", "flat"] | None = None
    """"breit_wigner" where the width is above 1 keV, "fixed" else, unless given."""
    mass: float | None = Field(default=None, gt=0)
    width: float | None = Field(default=None, ge=0)
    low: float | None = Field(default=None, ge=0)
    """Range of the mass: mass -+ 15 widths for a Breit-Wigner, what kinematics leaves for "flat"."""
    high: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.low is not None and self.high is not None and not self.low < self.high:
            raise ValueError(f"low = {self.low:g} must be below high = {self.high:g}")
        if self.shape == "fixed" and (self.low is not None or self.high is not None):
            raise ValueError("shape 'fixed' has no low or high; use 'breit_wigner' or 'flat'")
        if self.shape == "breit_wigner" and self.width == 0.0:
            raise ValueError("shape 'breit_wigner' needs a width above 0")
        return self
