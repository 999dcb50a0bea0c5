"""What nature is taken to be: particle names, masses and widths (PDG, through `particle`), couplings.

GeV throughout; `particle` speaks MeV and is asked once per particle. Which edition of the PDG is
meant depends on the installed `particle`, so every sample's provenance writes the values out.
"""

import difflib
from functools import cache
from typing import TYPE_CHECKING

from hepsym.errors import InputError

if TYPE_CHECKING:
    from particle import Particle

__all__ = [
    "ALPHA0_INVERSE",
    "ALPHAMZ_INVERSE",
    "FERMI_CONSTANT",
    "GEV2_PICOBARN",
    "charge",
    "latex_of",
    "mass",
    "name_of",
    "pdg_id",
    "width",
]

GEV2_PICOBARN = 0.389379372171859e9
"""(hbar c)^2 in GeV^2 pb: (0.1973269804 GeV fm)^2, exact in the 2019 SI."""

FERMI_CONSTANT = 1.1663788e-5
"""G_F in GeV^-2, from the muon lifetime. PDG 2024, table 1.1."""

ALPHA0_INVERSE = 137.035999178
"""1/alpha in the Thomson limit. CODATA 2022."""

ALPHAMZ_INVERSE = 127.951
"""1/alpha(M_Z), five flavours, MS-bar. Source: PDG 2022, electroweak review, sec. 10.2.2."""

_MADGRAPH_NAMES = {
    "d": 1, "u": 2, "s": 3, "c": 4, "b": 5, "t": 6,
    "e-": 11, "ve": 12, "mu-": 13, "vm": 14, "ta-": 15, "vt": 16,
    "g": 21, "a": 22, "z": 23, "w+": 24, "h": 25, "p": 2212,
}  # fmt: skip
_ANTI_NAMES = {-11: "e+", -13: "mu+", -15: "ta+", -24: "w-"}
_SYNONYMS = {
    "tau-": 15, "tau+": -15, "gamma": 22, "photon": 22, "Z": 23, "W+": 24, "W-": -24, "H": 25,
    "nue": 12, "numu": 14, "nutau": 16, "nue~": -12, "numu~": -14, "nutau~": -16, "p+": 2212, "p~": -2212,
}  # fmt: skip
_SELF_CONJUGATE = {21, 22, 23, 25}

_NAME_OF: dict[int, str] = {i: name for name, i in _MADGRAPH_NAMES.items()}
_NAME_OF |= {-i: f"{name}~" for name, i in _MADGRAPH_NAMES.items() if i not in _SELF_CONJUGATE}
_NAME_OF |= _ANTI_NAMES
_PDG_ID: dict[str, int] = {name: i for i, name in _NAME_OF.items()} | _SYNONYMS
_CHARGE_THIRDS = {1: -1, 2: 2, 3: -1, 4: 2, 5: -1, 6: 2, 11: -3, 12: 0, 13: -3, 14: 0, 15: -3, 16: 0}
_CHARGE_THIRDS |= {21: 0, 22: 0, 23: 0, 24: 3, 25: 0, 2212: 3}


@cache
def pdg_id(name: str) -> int:
    """The PDG number of a particle by MadGraph's name (`ta-`, `vm~`) or `particle`'s (`tau-`, `nu(mu)~`).

    Raises InputError for a name that neither knows, with the nearest that one does.
    """
    if name in _PDG_ID:
        return _PDG_ID[name]
    from particle import Particle, ParticleNotFound

    try:
        return int(Particle.from_name(name).pdgid)
    except ParticleNotFound:
        near = difflib.get_close_matches(name, _PDG_ID, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise InputError(
            f"unknown particle {name!r}{hint} (names as in MadGraph or the particle package)"
        ) from None


def _listing(pdg: int) -> "Particle | None":
    from particle import InvalidParticle, Particle, ParticleNotFound

    try:
        return Particle.from_pdgid(pdg)
    except (ParticleNotFound, InvalidParticle):
        return None


@cache
def name_of(pdg: int) -> str:
    """MadGraph's name of a particle where it has one, `particle`'s else, the number as a last resort."""
    if pdg in _NAME_OF:
        return _NAME_OF[pdg]
    listed = _listing(pdg)
    return str(listed.name) if listed else str(pdg)


@cache
def latex_of(pdg: int) -> str:
    r"""How a particle is written in a figure, without dollar signs: `\mu^{-}`."""
    listed = _listing(pdg)
    return str(listed.latex_name) if listed else name_of(pdg)


@cache
def mass(pdg: int) -> float:
    """PDG mass in GeV; 0 for the photon, the gluon and neutrinos. InputError where the PDG has none."""
    if abs(pdg) in {12, 14, 16}:
        return 0.0
    return _property(pdg, "mass")


@cache
def width(pdg: int) -> float:
    """PDG width in GeV. InputError where the PDG has none."""
    return _property(pdg, "width")


def _property(pdg: int, what: str) -> float:
    value = getattr(_listing(pdg), what, None)
    if value is None:
        raise InputError(f"the PDG gives no {what} for {name_of(pdg)!r}: set it in the card")
    return float(value) / 1000.0


@cache
def charge(pdg: int) -> float:
    """Electric charge in units of the positron's."""
    if abs(pdg) in _CHARGE_THIRDS:
        thirds = _CHARGE_THIRDS[abs(pdg)]
        return (thirds if pdg > 0 else -thirds) / 3.0
    value = getattr(_listing(pdg), "charge", None)
    if value is None:
        raise InputError(f"the PDG gives no charge for {name_of(pdg)!r}")
    return float(value)
