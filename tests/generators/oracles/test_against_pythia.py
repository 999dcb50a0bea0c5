"""The oracles held to Pythia: each case of tests/reference/pythia_cross_sections.json by quadrature.

So closed forms, Pythia's settings and parton densities are one another's check, before hepsym's amplitudes
are held to any of them. Bound: 3.5 standard errors each, so that 32 true values fail in 1.5 % of all seeds;
they are fixed.
"""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from hepsym.generators.partons import load_pdf
from tests.generators.oracles import electroweak as ew
from tests.generators.oracles import hadron_rates, hadrons, resonances, w_pair

CASES: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "reference" / "pythia_cross_sections.json").read_text()
)["cases"]
PAIRS = {
    "tautau": (15, 1.777),
    "dd": (1, 0.33),
    "uu": (2, 0.33),
    "ss": (3, 0.5),
    "cc": (4, 1.5),
    "bb": (5, 4.7),
}
PAIRS["tt"] = (6, 173.0)
Z_PRIME = {1: (-0.693, -1.0), 2: (0.387, 1.0), 11: (-0.08, -1.0)}
"""Pythia's default couplings (v, a) of a Z', in units of e / (4 s_W c_W)."""


def inputs_of(name: str) -> ew.Inputs:
    """MadGraph's couplings with Pythia's widths, running."""
    widths = CASES[name]["widths"]
    return ew.Inputs(gamma_z=widths["23"], gamma_w=widths["24"], running=True)


def protons(rate: hadrons.Rate, masses: list[float], scale: float | None = None, nodes: int = 12) -> float:
    xf = load_pdf("NNPDF23_lo_as_0130_qed").xf
    return hadrons.cross_section(rate, xf, 13000.0, masses, scale, nodes, 12)


def falling(lowest: float) -> list[float]:
    """Panels of mass from a threshold up."""
    return [lowest * (1 + 1e-7), *(lowest * x for x in (1.05, 1.2, 1.5, 2.2, 4, 10, 30)), 13000.0]


def pair(name: str, sqrt_s: float) -> float:
    f, m = PAIRS[name.split(maxsplit=1)[0].removeprefix("ee2")]
    inputs = inputs_of(name)
    return hadrons.two_body(lambda s, t, u: ew.pair(inputs, 11, f, m, s, t, u), sqrt_s**2, (m, m))


def two_w(name: str, sqrt_s: float) -> float:
    inputs = inputs_of(name)
    k = math.sqrt(sqrt_s**2 / 4 - inputs.m_w**2)
    c, shares = np.polynomial.legendre.leggauss(40)
    law = np.array([w_pair.me2(inputs, sqrt_s, x, inputs.m_w, inputs.m_w) for x in c])
    return float(hadrons.PICOBARN * (shares @ law) * k / (16 * math.pi * sqrt_s**3))


def z_window(inputs: ew.Inputs, nodes: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Masses of a Z between 60 and 120 GeV, and their shares of its Breit-Wigner."""
    m2, mg = inputs.m_z**2, inputs.m_z * inputs.gamma_z
    x, w = hadrons.panels([math.atan((m * m - m2) / mg) for m in (60, 120)], nodes)
    s = m2 + mg * np.tan(x)
    density = s * inputs.gamma_z / inputs.m_z / math.pi * abs(inputs.z_propagator(s)) ** 2
    return np.sqrt(s), w * density * ((s - m2) ** 2 + mg**2) / mg


def two_z(name: str) -> float:
    inputs = inputs_of(name)
    masses, shares = z_window(inputs, 40)
    return sum(
        v * w * hadrons.two_body(lambda s, t, u: ew.two_z(inputs, 11, s, t, u, (m, n)), 210.0**2, (m, n))  # noqa: B023
        for m, v in zip(masses, shares, strict=True)
        for n, w in zip(masses, shares, strict=True)
    )


def z_jet(name: str, flavours: int) -> float:
    inputs = inputs_of(name)
    return sum(
        share
        * protons(
            hadron_rates.z_jet(inputs.with_(m_z=m), 0.118, 30, flavours),
            falling(30 + math.hypot(30, m)),
            inputs.m_z,
            5,
        )
        for m, share in zip(*z_window(inputs, 10), strict=True)
    )


def z_prime(name: str) -> float:
    inputs, m, width = inputs_of(name), 3000.0, CASES[name]["widths"]["32"]
    unit = math.sqrt(inputs.e2 / (inputs.sin2 * (1 - inputs.sin2))) / 4

    def rate(s: float, f: hadrons.Luminosity) -> NDArray[np.float64]:
        total = 0.0
        propagator = 1 / ((s - m * m) ** 2 + (s * width / m) ** 2)
        for q in range(1, 6):
            squares = [2 * unit**2 * (v * v + a * a) for v, a in (Z_PRIME[ew.family(q)], Z_PRIME[11])]
            sigma = hadrons.PICOBARN * s / (48 * math.pi) * squares[0] * squares[1] / 3 * propagator
            total = total + sigma * hadrons.either(f, q, -q)
        return np.asarray(total)

    return protons(rate, [1000, 1500, 2000, 2500, 2800, 2950, 3050, 3200, 3500, 4500, 7000, 13000])


def graviton(name: str) -> float:
    """Pythia's kappa m = 0.54 is a coupling of 0.54 / sqrt 2 to the energy-momentum tensor over m."""
    m, coupling, width = 1000.0, 0.54 / math.sqrt(2), CASES[name]["widths"]["5100039"]
    gluons = resonances.spin_two_gluons(m, coupling, m)
    fermions = resonances.spin_two(m, coupling, m)
    rate = resonances.produced(2, m, width, gluons, 3 * fermions, fermions, running=True)
    return protons(rate, [500, 700, 850, 950, 985, 1000, 1015, 1050, 1150, 1300, 1700, 3000, 13000])


def higgsstrahlung(name: str) -> float:
    inputs = inputs_of(name)
    return hadrons.two_body(lambda s, t, u: ew.z_higgs(inputs, 11, s, t, u), 240.0**2, (inputs.m_z, 125.0))


def photons(name: str) -> float:
    inputs = inputs_of(name)
    return hadrons.two_body(lambda _, t, u: ew.two_photons(inputs, 11, t, u), 200.0**2, (0.0, 0.0), 20.0)


Z_PANELS = [60, 80, 88, 90, 91, 92, 95, 105, 150, 400, 2000, 13000]
W_PANELS = [40, 60, 75, 78.5, 80, 81, 83, 90, 150, 500, 3000, 13000]
T_PANELS = [346.00001, 360, 400, 500, 700, 1500, 4000, 13000]
rates = hadron_rates
CLOSED: dict[str, Callable[[str], float]] = {
    "ee2aa 200": photons,
    "ee2zz 210": two_z,
    "ee2zh 240": higgsstrahlung,
    "ee2ww 200": lambda name: two_w(name, 200.0),
    "pp2munu W+": lambda name: protons(rates.w_to_lepton(inputs_of(name), 1), W_PANELS),
    "pp2munu W-": lambda name: protons(rates.w_to_lepton(inputs_of(name), -1), W_PANELS),
    "pp2tt fixed": lambda _: protons(rates.top_pair(173, 0.118), T_PANELS, 173.0),
    "pp2tt s_hat": lambda _: protons(rates.top_pair(173, 0.118), T_PANELS),
    "zp2mumu 3000": z_prime,
    "graviton2mumu 1000": graviton,
}
for which in PAIRS:
    for energy in (400.0, 500.0) if which == "tt" else (91.188, 200.0):
        CLOSED[f"ee2{which} {energy:g}"] = lambda name, energy=energy: pair(name, energy)  # type: ignore[misc]
for number in (4, 5):
    CLOSED |= {
        f"pp2mumu {number} flavours": lambda name, n=number: protons(  # type: ignore[misc]
            rates.drell_yan(inputs_of(name), n), Z_PANELS
        ),
        f"pp2jj {number} flavours": lambda _, n=number: protons(  # type: ignore[misc]
            rates.jets(0.118, 50, n), falling(100.0), 100.0
        ),
        f"pp2aa {number} flavours": lambda name, n=number: protons(  # type: ignore[misc]
            rates.photon_pair(inputs_of(name), 30, n), falling(60.0), 100.0
        ),
        f"pp2aj {number} flavours": lambda name, n=number: protons(  # type: ignore[misc]
            rates.photon_jet(inputs_of(name), 0.118, 30, n), falling(60.0), 100.0
        ),
        f"pp2zj {number} flavours": lambda name, n=number: z_jet(name, n),  # type: ignore[misc]
    }


@pytest.mark.parametrize("name", sorted(CLOSED))
def test_closed_form_meets_pythia(name: str) -> None:
    case = CASES[name]
    pull = (CLOSED[name](name) - case["cross_section_pb"]) / case["standard_error_pb"]
    assert case["standard_error_pb"] < 1e-3 * case["cross_section_pb"]
    assert abs(pull) < 3.5, f"{name}: {pull:+.2f} standard errors"


def test_every_case_is_looked_at() -> None:
    """But the one whose scale moves with the angle; the card pp2tt is held to that."""
    assert set(CASES) - set(CLOSED) == {"pp2tt mt one-loop 0.130"}
