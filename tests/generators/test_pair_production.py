"""ee2mumu: cross sections, asymmetries, cuts and thresholds against closed forms and other programs."""

import math
from typing import Any

import numpy as np
import pytest
from scipy import constants as codata
from scipy.integrate import quad

from hepsym.errors import InputError
from hepsym.generators import generate, generator_for, load_card

MADGRAPH = (
    "electroweak={scheme='explicit', alpha_inverse=132.507, sin2_theta_w=0.22224648578577766, "
    "m_z=91.188, gamma_z=2.441404}"
)
MASSLESS = "masses={e-=0, mu-=0}"


def closed_form(sqrt_s: float, alpha: float, s2w: float, m_z: float, gamma_z: float) -> tuple[float, float]:
    """sigma in pb and A_FB of massless e+e- -> mu+mu-, from the textbook.

    sigma = 4 pi alpha^2 / 3s [1 + 2 v^2 Re chi + (v^2 + a^2)^2 |chi|^2] and
    A_FB = 3/4 [2 a^2 Re chi + 4 v^2 a^2 |chi|^2] / [the same], with v = -1/2 + 2 sin^2, a = -1/2,
    chi = s / (s - M^2 + i M Gamma) / (4 sin^2 cos^2).
    """
    s = sqrt_s**2
    chi = s / complex(s - m_z**2, m_z * gamma_z) / (4 * s2w * (1 - s2w))
    v, a = -0.5 + 2 * s2w, -0.5
    even = 1 + 2 * v**2 * chi.real + (v**2 + a**2) ** 2 * abs(chi) ** 2
    odd = 2 * a**2 * chi.real + 4 * v**2 * a**2 * abs(chi) ** 2
    hbar_c = codata.hbar * codata.c / codata.e * 1e6  # GeV fm
    return 4 * math.pi * alpha**2 / (3 * s) * even * hbar_c**2 * 1e10, 0.75 * odd / even


@pytest.mark.parametrize("sqrt_s", [10.58, 91.1876, 200.0, 500.0, 37.3, 3000.0])
def test_massless_closed_form(sqrt_s: float) -> None:
    generator = generator_for(load_card("ee2mumu", [f"sqrt_s={sqrt_s}", MASSLESS, MADGRAPH]))
    sigma, asymmetry = closed_form(sqrt_s, 1 / 132.507, 0.22224648578577766, 91.188, 2.441404)
    made = generator.cross_section()
    assert made.value_pb == pytest.approx(sigma, rel=1e-6)
    assert made.integrated_pb == pytest.approx(made.value_pb, rel=1e-12)
    assert generator.figures()["forward_backward_asymmetry"] == pytest.approx(asymmetry, abs=1e-6)


@pytest.mark.parametrize(
    ("cuts", "passes"),
    [
        ("cuts={cos_theta={min=-0.5, max=0.9}}", lambda c, _: (c > -0.5) & (c < 0.9)),
        ("cuts={'cos_theta(mu+)'={min=-0.5, max=0.9}}", lambda c, _: (-c > -0.5) & (-c < 0.9)),
        ("cuts={pt={min=20}}", lambda c, k: k * np.sqrt(1 - c * c) > 20),
        ("cuts={pt={max=20}}", lambda c, k: k * np.sqrt(1 - c * c) < 20),
        ("cuts={pt={min=10, max=20}}", lambda c, k: np.abs(k * np.sqrt(1 - c * c) - 15) < 5),
        ("cuts={abs_eta={max=1.5}}", lambda c, _: np.abs(np.arctanh(c)) < 1.5),
        ("cuts={eta={max=1.5}}", lambda c, _: np.abs(np.arctanh(c)) < 1.5),
        ("cuts={'eta(mu-)'={max=1.5}}", lambda c, _: np.arctanh(c) < 1.5),
        ("cuts={theta={min=1.0, max=2.5}}", lambda c, _: np.abs(np.arccos(c) - 1.75) < 0.75),
        ("cuts={abs_cos_theta={min=0.2}}", lambda c, _: np.abs(c) > 0.2),
        ("cuts={'y(mu-)'={min=-1, max=0.5}}", lambda c, _: (c > np.tanh(-1)) & (c < np.tanh(0.5))),
    ],
)
def test_cuts_are_windows(cuts: str, passes: Any) -> None:
    """Cross section within cuts, against quadrature; generated events pass; their law is the cut one."""
    plain = generator_for(load_card("ee2mumu", ["masses={e-=0, mu-=0}"]))
    card = load_card("ee2mumu", ["masses={e-=0, mu-=0}", cuts])
    cut = generator_for(card)
    k = plain.card.sqrt_s / 2
    c = np.linspace(-1, 1, 400001)[1:-1]
    density = plain.distributions()["cos_theta(mu-)"].density(c)
    fraction = np.sum(density * passes(c, k)) * (c[1] - c[0])
    expected = plain.cross_section().value_pb * fraction
    assert cut.cross_section().value_pb == pytest.approx(expected, rel=1e-4)
    events = generate(card, 4000, seed=3, threads=1)
    drawn = events.momenta[:, 2, 3] / k
    inside = np.clip(drawn, -1 + 1e-12, 1 - 1e-12)
    assert np.all(passes(inside * (1 - 1e-9), k) | passes(inside * (1 + 1e-9), k))
    from scipy.stats import kstest

    assert kstest(drawn, cut.distributions()["cos_theta(mu-)"].cumulative).pvalue > 1e-4
    plus = events.momenta[:, 3, 3] / k
    assert kstest(plus, cut.distributions()["cos_theta(mu+)"].cumulative).pvalue > 1e-4


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("sqrt_s=0.2", "sqrt_s = 0.2.* is not above the threshold .* GeV of the outgoing pair; raise"),
        ("sqrt_s=0.211316751", "not above the threshold"),
        ("cuts.pt.min=50", r"cuts.pt \(min = 50\) leaves no events"),
        ("cuts.cos_theta={min=1.5}", "leaves no events"),
        ("cuts.mass={min=1}", "unknown cut 'mass'; known"),
        ("cuts={'pt(ta-)'={min=1}}", "no outgoing 'ta-'"),
        ("cuts.E={max=10}", "leaves no events"),
    ],
)
def test_what_cannot_be(override: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        generator_for(load_card("ee2mumu", [override]))


def test_polarisation_that_leaves_nothing() -> None:
    with pytest.raises(InputError, match="leaves a rate of zero"):
        generator_for(load_card("ee2mumu", [MASSLESS, "beams.polarization=[1.0, 1.0]"]))


def test_polarised_cross_section() -> None:
    """sigma(P1, P2) = sum of (1 +- P1)(1 +- P2)/4 times the two helicity cross sections, massless."""

    def sigma(a: float, b: float) -> float:
        card = load_card("ee2mumu", [MASSLESS, f"beams.polarization=[{a}, {b}]"])
        return generator_for(card).cross_section().value_pb

    left, right = sigma(-1, 1), sigma(1, -1)
    assert sigma(0.8, -0.3) == pytest.approx((1.8 * 1.3 * right + 0.2 * 0.7 * left) / 4, rel=1e-13)
    swapped = load_card("e+ e- > mu- mu+", [MASSLESS, "beams.polarization=[-0.3, 0.8]"])
    assert generator_for(swapped).cross_section().value_pb == pytest.approx(sigma(0.8, -0.3), rel=1e-13)


def test_schemes() -> None:
    """alpha scales the low-energy cross section; the G_mu scheme's alpha is near 1/132."""
    at_low_energy = ["sqrt_s=1.0", MASSLESS]
    thomson = generator_for(load_card("ee2mumu", [*at_low_energy, "electroweak.scheme=alpha0"]))
    higher = generator_for(load_card("ee2mumu", [*at_low_energy, "electroweak.scheme=alphamz"]))
    ratio = higher.cross_section().value_pb / thomson.cross_section().value_pb
    assert ratio == pytest.approx((137.035999178 / 127.951) ** 2, rel=1e-3)
    fermi = generator_for(load_card("ee2mumu", at_low_energy)).cross_section().value_pb
    assert 131 < 137.035999178 * math.sqrt(thomson.cross_section().value_pb / fermi) < 133


def test_distribution_is_what_the_cross_section_integrates() -> None:
    law = generator_for(load_card("ee2mumu")).distributions()["cos_theta(mu-)"]
    area, _ = quad(lambda c: float(law.density(np.array(c))), -1, 1)
    assert area == pytest.approx(1, abs=1e-12)
