"""|M|^2 of f fbar -> F Fbar: MadGraph's numbers, closed forms, symmetries, and mpmath at E/m = 1e8."""

import json
import math
from pathlib import Path

import mpmath
import numpy as np
import pytest

from hepsym.generators.amplitudes.fermion_pair import fermion_pair, me2
from hepsym.generators.cards.card import Electroweak
from hepsym.generators.electroweak import couplings

REFERENCE = json.loads((Path(__file__).parents[2] / "reference" / "matrix_elements.json").read_text())
MADGRAPH = couplings(
    Electroweak(
        scheme="explicit",
        alpha_inverse=132.507,
        sin2_theta_w=0.22224648578577766,
        m_z=91.188,
        gamma_z=2.441404,
    )
)


@pytest.mark.parametrize(
    ("name", "pdg"),
    [
        ("full_ee_mumu", 13), ("ee_tautau", 15), ("ee_uu", 2), ("ee_bb", 5), ("ee_tt", 6),
        ("full_ee_tautau", 15), ("full_ee_bb", 5),
    ],
)  # fmt: skip
def test_equals_madgraph(name: str, pdg: int) -> None:
    """1e-10 relative at every point; MadGraph puts e+ first, and mu+ before mu- but q before qbar."""
    entry = REFERENCE["processes"][name]
    momenta = np.array([point["momenta"] for point in entry["points"]])
    expected = np.array([point["me2"] for point in entry["points"]])
    order = (1, 0, 2, 3) if pdg <= 6 else (1, 0, 3, 2)
    pair = fermion_pair(11, pdg, (entry["masses"][0], entry["masses"][2]), MADGRAPH)
    assert len(expected) >= 6
    assert np.abs(me2(pair, momenta, order) / expected - 1).max() < 1e-10


def in_the_cms(sqrt_s: float, c: float, m_in: float, m_out: float) -> np.ndarray:
    e = sqrt_s / 2
    k, p = (math.sqrt((e - m) * (e + m)) for m in (m_in, m_out))
    s = math.sqrt((1 - c) * (1 + c))
    return np.array([[[e, 0, 0, k], [e, 0, 0, -k], [e, p * s, 0, p * c], [e, -p * s, 0, -p * c]]])


def massive_closed_form(sqrt_s: float, c: float, m: float, running: bool = False) -> mpmath.mpf:
    """Massless electrons, massive muons, 50 digits, from the textbook's helicity sums.

    |M|^2 = sum over e chirality of s^2/4 [ |V|^2 (1 + c^2 + (1 - b^2)(1 - c^2)) + |A|^2 b^2 (1 + c^2)
    + 4 chirality b c Re(V A*) ], V and A the vector and axial couplings to that chirality over s.
    """
    mp = mpmath.mp
    g = MADGRAPH
    s = mp.mpf(sqrt_s) ** 2
    b2 = 1 - 4 * mp.mpf(m) ** 2 / s
    e2 = 4 * mp.pi * mp.mpf(g.alpha)
    sw2 = mp.mpf(g.sin2_theta_w)
    gz2 = e2 / (sw2 * (1 - sw2))
    gamma = s * mp.mpf(g.gamma_z) / g.m_z if running else mp.mpf(g.m_z) * g.gamma_z
    weak = gz2 / mp.mpc(s - mp.mpf(g.m_z) ** 2, gamma)
    left, right = mp.mpf(-0.5) + sw2, sw2
    total = mp.mpf(0)
    for coupling, sign in ((left, -1), (right, 1)):
        v = e2 / s + weak * coupling * (left + right) / 2
        a = weak * coupling * (right - left) / 2
        total += (
            abs(v) ** 2 * (1 + mp.mpf(c) ** 2 + (1 - b2) * (1 - mp.mpf(c) ** 2))
            + abs(a) ** 2 * b2 * (1 + mp.mpf(c) ** 2)
            + 4 * sign * mp.sqrt(b2) * mp.mpf(c) * mp.re(v * mp.conj(a))
        )
    return total * s**2 / 2


@pytest.mark.parametrize("m", [0.0, 0.1056583755, 1.77693])
@pytest.mark.parametrize("sqrt_s", [3.6, 10.58, 91.1876, 500.0, 1e4, 1e7])
def test_equals_the_massive_closed_form(sqrt_s: float, m: float) -> None:
    pair = fermion_pair(11, 13, (0.0, m), MADGRAPH)
    with mpmath.workdps(50):
        for c in (-1.0, -0.999999, -0.3, 0.0, 0.6, 1.0):
            exact = massive_closed_form(sqrt_s, c, m)
            got = me2(pair, in_the_cms(sqrt_s, c, 0.0, m))[0]
            assert abs(got - exact) < 1e-12 * massive_closed_form(sqrt_s, 0.5, m), (c, got, exact)


def test_polarised_rates_add_up() -> None:
    """Pure helicity states average to the unpolarised rate, and massless ones of equal helicity vanish."""
    momenta = in_the_cms(91.1876, 0.37, 0.0, 0.1)
    rates = {
        (a, b): me2(fermion_pair(11, 13, (0.0, 0.1), MADGRAPH, (a, b)), momenta)[0]
        for a in (-1.0, 0.0, 1.0)
        for b in (-1.0, 0.0, 1.0)
    }
    pure = [rates[a, b] for a in (-1.0, 1.0) for b in (-1.0, 1.0)]
    assert np.mean(pure) == pytest.approx(rates[0.0, 0.0], rel=1e-14)
    assert rates[1.0, 1.0] < 1e-25
    assert rates[-1.0, -1.0] < 1e-25
    assert rates[-1.0, 1.0] / rates[1.0, -1.0] > 1.1  # the Z couples more to the left


def test_frame_independence() -> None:
    """Rotations and a boost of gamma 40 leave |M|^2 alone, to what the boosted momenta carry."""
    from scipy.spatial.transform import Rotation

    pair = fermion_pair(11, 15, (0.000511, 1.777), MADGRAPH)
    at_rest = in_the_cms(91.1876, -0.8, 0.000511, 1.777)
    expected = me2(pair, at_rest)[0]
    turned = at_rest.copy()
    turned[0, :, 1:] = Rotation.from_rotvec([0.3, -1.0, 2.0]).apply(at_rest[0, :, 1:])
    assert me2(pair, turned)[0] == pytest.approx(expected, rel=1e-12)
    gamma = 40.0
    eta = math.sqrt(gamma**2 - 1)
    moved = turned.copy()
    moved[0, :, 0] = gamma * turned[0, :, 0] + eta * turned[0, :, 1]
    moved[0, :, 1] = gamma * turned[0, :, 1] + eta * turned[0, :, 0]
    assert me2(pair, moved)[0] == pytest.approx(expected, rel=1e-9)


def test_charge_conjugation_times_parity() -> None:
    """CP: both pairs swapped and all momenta reversed. The tree-level process conserves it."""
    pair = fermion_pair(11, 13, (0.000511, 0.1057), MADGRAPH)
    momenta = in_the_cms(60.0, 0.44, 0.000511, 0.1057)
    reversed_ = momenta[:, [1, 0, 3, 2]].copy()
    reversed_[..., 1:] *= -1
    assert me2(pair, reversed_)[0] == pytest.approx(me2(pair, momenta)[0], rel=1e-13)


def test_running_width() -> None:
    running = couplings(
        Electroweak(
            scheme="explicit",
            alpha_inverse=132.507,
            sin2_theta_w=0.22224648578577766,
            m_z=91.188,
            gamma_z=2.441404,
            width="running",
        )
    )
    pair = fermion_pair(11, 13, (0.0, 0.1), running)
    with mpmath.workdps(40):
        for sqrt_s in (60.0, 93.0, 200.0):
            exact = massive_closed_form(sqrt_s, 0.3, 0.1, running=True)
            assert abs(me2(pair, in_the_cms(sqrt_s, 0.3, 0.0, 0.1))[0] / exact - 1) < 1e-13
