"""Names, masses and couplings: what the PDG says, in GeV, under either naming."""

import pytest
from scipy import constants as codata

from hepsym import constants
from hepsym.errors import InputError


@pytest.mark.parametrize(
    ("name", "pdg"),
    [
        ("e-", 11), ("mu+", -13), ("ta-", 15), ("tau-", 15), ("vm~", -14), ("nu(mu)~", -14), ("u~", -2),
        ("a", 22), ("gamma", 22), ("z", 23), ("Z0", 23), ("w-", -24), ("W-", -24), ("h", 25), ("H0", 25),
        ("g", 21), ("t~", -6), ("p", 2212), ("K*(892)0", 313), ("B0", 511), ("pi-", -211),
    ],
)  # fmt: skip
def test_both_namings(name: str, pdg: int) -> None:
    assert constants.pdg_id(name) == pdg
    assert constants.pdg_id(constants.name_of(pdg)) == pdg


def test_masses_are_in_gev() -> None:
    assert constants.mass(13) == pytest.approx(0.1056583755, rel=1e-8)
    assert constants.mass(-13) == constants.mass(13)
    assert 91.1 < constants.mass(23) < 91.3
    assert 2.4 < constants.width(23) < 2.6
    assert constants.mass(14) == constants.mass(22) == constants.mass(21) == 0.0


def test_charges_are_those_of_the_pdg() -> None:
    from particle import Particle

    for pdg in (1, -1, 2, -6, 11, -13, 14, 22, 24, -24, 2212, 211):
        assert constants.charge(pdg) == pytest.approx(Particle.from_pdgid(pdg).charge)


def test_couplings_against_codata() -> None:
    hbar_c = codata.hbar * codata.c / codata.e * 1e-9 * 1e15  # GeV fm
    assert pytest.approx(hbar_c**2 * 1e10, rel=1e-9) == constants.GEV2_PICOBARN  # 1 fm^2 = 1e10 pb
    assert pytest.approx(1 / codata.fine_structure, rel=1e-8) == constants.ALPHA0_INVERSE
    assert (
        pytest.approx(codata.physical_constants["Fermi coupling constant"][0], rel=1e-6)
        == constants.FERMI_CONSTANT
    )


def test_unknown_particles() -> None:
    with pytest.raises(InputError, match=r"unknown particle 'mu--'; did you mean 'mu-'"):
        constants.pdg_id("mu--")
    with pytest.raises(InputError, match="no width"):
        constants.width(1)
    assert constants.name_of(99999999) == "99999999"
    assert constants.latex_of(13) == r"\mu^{-}"
    assert constants.latex_of(99999999) == "99999999"
