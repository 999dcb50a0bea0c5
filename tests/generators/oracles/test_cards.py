"""Where the numbers in the cards come from: each `closed form` there, computed again.

Parton densities are hepsym's reading of the set that Pythia's reading gave the numbers for, so that rates in
protons agree to 3e-4 only.
"""

import math
from collections.abc import Callable

import numpy as np
import pytest

from hepsym.generators import card_names, load_card
from hepsym.generators.partons import load_pdf
from tests.generators.oracles import decays, off_shell, resonances
from tests.generators.oracles import electroweak as ew
from tests.generators.oracles import hadron_rates as rates
from tests.generators.oracles.hadrons import PICOBARN, Rate, cross_section, two_body

MG = ew.Inputs()
NO_WIDTH = MG.with_(gamma_w=0.0)
HIGGS_WIDTH = 0.006382339


def protons(rate: Rate, masses: list[float], scale: float | None = None) -> float:
    return cross_section(rate, load_pdf("NNPDF23_lo_as_0130_qed").xf, 13000.0, masses, scale, 12, 12)


def falling(lowest: float) -> list[float]:
    return [lowest * (1 + 1e-7), *(lowest * x for x in (1.05, 1.2, 1.5, 2.2, 4, 10, 30)), 13000.0]


def around(m: float, width: float, low: float, high: float) -> list[float]:
    steps = [m + k * width for k in (-60, -20, -8, -3, -1, 0, 1, 3, 8, 20, 60)]
    return sorted({low, high, *(x for x in (*steps, 2 * m) if low < x < high)})


def pair(f: int, m: float, sqrt_s: float) -> float:
    return two_body(lambda s, t, u: ew.pair(MG, 11, f, m, s, t, u), sqrt_s**2, (m, m))


def bhabha(sqrt_s: float) -> float:
    c, shares = np.polynomial.legendre.leggauss(200)
    c, s = 0.9 * c, np.array(sqrt_s**2)
    law = PICOBARN * ew.bhabha(MG, s, -s * (1 - c) / 2, -s * (1 + c) / 2) / (32 * math.pi * s)
    return float(0.9 * shares @ law)


def top_pair() -> float:
    return protons(rates.top_pair(173, 0.118), [346.00001, 360, 400, 500, 700, 1500, 4000, 13000], 173.0)


def higgs(to: Callable[[float], float]) -> float:
    """g g -> H -> X between 120 and 130 GeV, alpha_s = 0.118, PDFs at 125 GeV; to is X's width at a mass."""

    def rate(s: float, f: rates.Luminosity) -> rates.Array:
        m = math.sqrt(s)
        law = PICOBARN * math.pi / 8 * decays.gluonic_higgs(MG.fermi, 0.118, m) * to(m)
        return law / ((s - 125.0**2) ** 2 + (125.0 * HIGGS_WIDTH) ** 2) * f(0, 0)

    steps = [125 + sign * HIGGS_WIDTH * 4**k for k in range(-1, 5) for sign in (-1, 1)]
    return protons(rate, sorted({120, 125, 130, *(x for x in steps if 120 < x < 130)}), 125.0)


def four_leptons() -> Callable[[float], float]:
    """Width of a Higgs boson to e e mu mu against its mass, a polynomial through nine masses."""
    widths = np.vectorize(lambda m: decays.higgs_to_z_pair(MG, m, 11, 13, 24))
    law = np.polynomial.Chebyshev.interpolate(widths, 8, domain=[120, 130])
    return lambda m: float(law(m))


def bump(spin: int) -> float:
    card = load_card(("scalar2mumu", "zp2mumu", "graviton2mumu")[spin])
    x = card.resonance
    low, high = card.cuts["m"].min, min(card.cuts["m"].max, 13000.0)
    quark, lepton = {
        0: lambda: (resonances.spin_zero(x.mass, x.quark), resonances.spin_zero(x.mass, x.lepton)),
        1: lambda: (
            resonances.spin_one(x.mass, x.quark, x.quark_axial),
            resonances.spin_one(x.mass, x.lepton, x.lepton_axial),
        ),
        2: lambda: (
            resonances.spin_two(x.mass, x.quark, x.mass),
            resonances.spin_two(x.mass, x.lepton, x.mass),
        ),
    }[spin]()
    gluons = (resonances.spin_zero_gluons, lambda *_: 0.0, resonances.spin_two_gluons)[spin]
    rate = resonances.produced(spin, x.mass, x.width, gluons(x.mass, x.gluon, x.mass), 3 * quark, lepton)
    return protons(rate, around(x.mass, x.width, low, high))


def muon_width(m: float, lepton: float) -> float:
    return decays.weak_decay(NO_WIDTH, m, 0.0, lepton, 0.0)


def narrow_tops(rate: float, m_b: float) -> float:
    """Both tops with a width of 1 MeV, decaying to a lepton."""
    return rate * (decays.weak_decay(MG, 173.0, m_b, 0.0, 0.0) / 1e-3) ** 2


Z_PANELS = [60, 80, 88, 90, 91, 92, 95, 105, 150, 400, 2000, 13000]
W_PANELS = [40, 60, 75, 78.5, 80, 81, 83, 90, 150, 500, 3000, 13000]
CLOSED: dict[str, list[Callable[[], float]]] = {
    "ee2ee": [lambda: bhabha(91.188), lambda: bhabha(200.0)],
    "ee2aa": [lambda: two_body(lambda _, t, u: ew.two_photons(MG, 11, t, u), 4e4, (0.0, 0.0), 20.0)],
    "ee2zz": [lambda: two_body(lambda s, t, u: ew.two_z(MG, 11, s, t, u), 210.0**2, (MG.m_z, MG.m_z))],
    "ee2zh": [lambda: two_body(lambda s, t, u: ew.z_higgs(MG, 11, s, t, u), 240.0**2, (MG.m_z, 125.0))],
    "ee2ww": [lambda: off_shell.w_pair_rate(MG, 200.0, MG.m_w, MG.m_w)],
    "ee2tt": [lambda: pair(6, 173.0, 500.0)],
    "ee2tt6f": [lambda: narrow_tops(pair(6, 173.0, 500.0), 4.7)],
    "pp2mumu": [lambda: protons(rates.drell_yan(MG, 5), Z_PANELS)],
    "pp2munu": [lambda: protons(rates.w_to_lepton(MG, 1), W_PANELS)],
    "pp2munubar": [lambda: protons(rates.w_to_lepton(MG, -1), W_PANELS)],
    "pp2tt": [top_pair],
    "pp2tt6f": [lambda: narrow_tops(top_pair(), 0.0)],
    "pp2jj": [lambda: protons(rates.jets(0.118, 50, 5), falling(100.0), 100.0)],
    "pp2aa": [lambda: protons(rates.photon_pair(MG, 30, 5), falling(60.0), 100.0)],
    "pp2aj": [lambda: protons(rates.photon_jet(MG, 0.118, 30, 5), falling(60.0), 100.0)],
    "pp2zj": [lambda: protons(rates.z_jet(MG, 0.118, 30, 5), falling(30 + math.hypot(30, MG.m_z)), MG.m_z)],
    "pp2h4l": [lambda: higgs(four_leptons())],
    "pp2haa": [lambda: higgs(lambda m: resonances.higgs_to_photons(MG, 173.0) * (m / 125) ** 3)],
    "mu2enunu": [lambda: muon_width(0.1056583755, 0.00051099895)],
    "tau2mununu": [lambda: muon_width(1.77693, 0.1056583755)],
    "t2blnu": [lambda: decays.weak_decay(MG, 173.0, 4.7, 0.0, 0.0)],
    "h24l": [lambda: decays.higgs_to_z_pair(MG, 125.0, 11, 13)],
    "zp2mumu": [lambda: bump(1)],
    "scalar2mumu": [lambda: bump(0)],
    "graviton2mumu": [lambda: bump(2)],
}
for which, (f, m) in {"tautau": (15, 1.777), "dd": (1, 0.0), "uu": (2, 0.0), "bb": (5, 4.7)}.items():
    CLOSED[f"ee2{which}"] = [lambda f=f, m=m, e=e: pair(f, m, e) for e in (91.188, 200.0)]  # type: ignore[misc]
CLOSED |= {"ee2ss": CLOSED["ee2dd"], "ee2cc": CLOSED["ee2uu"]}
SLOW = {
    "ee2ww4f": [lambda: off_shell.w_pair_to_leptons(MG, 200.0)],
    "ee2zh4f": [lambda: off_shell.z_higgs_to_fermions(MG, 240.0, HIGGS_WIDTH, 4.7)],
}
SHIPPED = set(card_names())


def check(name: str, computed: list[Callable[[], float]]) -> None:
    entries = [
        e for e in load_card(name).reference if e["source"].startswith(("closed form", "Feynman rules"))
    ]
    assert len(entries) == len(computed)
    for entry, value in zip(entries, computed, strict=True):
        stated = entry["width_gev"] if "width_gev" in entry else entry["cross_section_pb"]
        assert value() == pytest.approx(stated, rel=entry["relative_error"])


@pytest.mark.parametrize("name", sorted(set(CLOSED) & SHIPPED))
def test_a_cards_closed_form_is_this_one(name: str) -> None:
    check(name, CLOSED[name])


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(SLOW) & SHIPPED))
def test_a_cards_closed_form_is_this_one_too(name: str) -> None:
    """HEPSYM_SLOW=1 python -m pytest tests/generators/oracles/test_cards.py; half a minute."""
    check(name, SLOW[name])


@pytest.mark.parametrize("lepton", [0.00051099895, 0.03])
def test_the_muons_width_is_fermis(lepton: float) -> None:
    """The integral with the W's propagator against the formula, times 1 + 3/5 m^2/M_W^2 (and 1e-9 of m_l)."""
    m = 0.1056583755
    formula = decays.muon_by_formula(MG.fermi, m, (lepton / m) ** 2) * (1 + 0.6 * (m / MG.m_w) ** 2)
    assert muon_width(m, lepton) == pytest.approx(formula, rel=2e-6)
