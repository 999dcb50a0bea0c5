"""Does alpha_s run as its equation says, and meet Pythia's and a table's numbers?"""

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from hepsym.errors import InputError
from hepsym.generators.partons import alpha_s, load_pdf

MZ = 91.1876


def test_one_loop_is_the_closed_form() -> None:
    run = alpha_s.running(0.13, 1)
    for q, nf in ((20.0, 5), (MZ, 5), (160.0, 5)):
        b = (33 - 2 * nf) / (12 * math.pi)
        expected = 0.13 / (1 + 0.13 * b * math.log(q * q / MZ**2))
        assert run(q * q) == pytest.approx(expected, rel=1e-15)
    wall = float(run(171.0**2))
    assert run(1000.0**2) == pytest.approx(
        wall / (1 + wall * 21 / (12 * math.pi) * math.log((1000 / 171) ** 2)), rel=1e-14
    )


@pytest.mark.parametrize("loops", [2, 3])
def test_more_loops_solve_the_equation(loops: int) -> None:
    """scipy's eighth-order solver at 1e-13, from M_Z to 10 TeV through the top and down to 2 GeV."""

    def slope(nf: int):  # type: ignore[no-untyped-def]
        b = [
            (33 - 2 * nf) / (12 * math.pi),
            (153 - 19 * nf) / (24 * math.pi**2),
            (2857 - 5033 / 9 * nf + 325 / 27 * nf**2) / (128 * math.pi**3),
        ][:loops]
        return lambda _, a: [-sum(b[k] * a[0] ** (k + 2) for k in range(loops))]

    run, a, place = alpha_s.running(0.118, loops), 0.118, MZ
    for stop, nf in ((171.0, 5), (1e4, 6)):
        sol = solve_ivp(
            slope(nf), (2 * math.log(place), 2 * math.log(stop)), [a], "DOP853", rtol=1e-13, atol=1e-15
        )
        a, place = sol.y[0, -1], stop
        assert run(stop**2) == pytest.approx(a, rel=1e-8)
    a, place = 0.118, MZ
    for stop, nf in ((4.8, 5), (2.0, 4)):
        sol = solve_ivp(
            slope(nf), (2 * math.log(place), 2 * math.log(stop)), [a], "DOP853", rtol=1e-13, atol=1e-15
        )
        a, place = sol.y[0, -1], stop
        assert run(stop**2) == pytest.approx(a, rel=1e-8)


@pytest.mark.parametrize("loops", [1, 2, 3])
def test_the_coupling_is_continuous_and_falls(loops: int) -> None:
    run = alpha_s.running(0.13, loops)
    q2 = np.geomspace(1.2, 1e6, 2000) ** 2
    values = run(q2)
    assert (np.diff(values) < 0.0).all()
    for m in alpha_s.THRESHOLDS:
        assert run(m * m * (1 - 1e-12)) == pytest.approx(float(run(m * m * (1 + 1e-12))), rel=1e-10)
    assert run(1e-4) == pytest.approx(float(run(run.q2_min)), rel=1e-9)
    assert run(run.q2_min) <= 2.0 + 1e-12


def test_pythia_runs_the_same_at_one_loop() -> None:
    """AlphaStrong starts at 91.188 GeV, with the thresholds that are hepsym's default."""
    pythia8mc = pytest.importorskip("pythia8mc")
    theirs = pythia8mc.AlphaStrong()
    theirs.init(0.130, 1, 6, False)
    ours = alpha_s.running(0.130, 1, m_z=91.188)
    for q in (2.0, 10.0, 91.188, 173.0, 500.0, 5000.0):
        assert ours(q * q) == pytest.approx(theirs.alphaS(q * q), rel=2e-4)


def test_a_table_is_exact_at_knots_and_a_parabola_between() -> None:
    q = np.geomspace(2.0, 200.0, 12)
    law = lambda q: 0.3 - 0.02 * np.log(q**2) + 0.0005 * np.log(q**2) ** 2  # noqa: E731
    run = alpha_s.table(q, law(q))
    np.testing.assert_allclose(run(q**2), law(q), rtol=1e-14)
    middle = np.sqrt(q[1:-2] * q[2:-1])
    np.testing.assert_allclose(run(middle**2), law(middle), rtol=1e-13)
    assert run([0.5, 1e6]).tolist() == [law(q)[0], law(q)[-1]]


def test_a_sets_name_says_its_coupling_where_there_is_no_info() -> None:
    pytest.importorskip("pythia8mc")
    assert load_pdf("NNPDF23_lo_as_0130_qed").alpha_s(MZ**2) == pytest.approx(0.13, rel=1e-15)
    assert "2-loop running from 0.119" in load_pdf("NNPDF23_nlo_as_0119_qed").coupling.source  # type: ignore[union-attr]
    with pytest.raises(InputError, match=r"does not say its alpha_s: set qcd\.alpha_s"):
        load_pdf("GKG18_DPDF_FitA_LO").alpha_s(100.0)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: alpha_s.running(0.13, 4), "1, 2 or 3 loops, not 4"),
        (lambda: alpha_s.running(-0.1, 1), "outside"),
        (lambda: alpha_s.running(0.1, 1, thresholds=(5.0, 1.0)), "must rise"),
        (lambda: alpha_s.running(0.1, 1, m_z=0.0), "m_z = 0"),
        (lambda: alpha_s.constant(1.5), "outside"),
        (lambda: alpha_s.table([1.0], [0.3]), "at least two"),
        (lambda: alpha_s.table([2.0, 1.0], [0.3, 0.2]), "must rise"),
        (lambda: alpha_s.table([1.0, 2.0], [0.3, -0.2]), "outside"),
        (lambda: alpha_s.constant(0.1)(0.0), "above 0"),
    ],
)
def test_a_coupling_that_cannot_be_is_refused(make, says: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError, match=says):
        make()


def test_a_logarithm_gives_what_the_scale_gives() -> None:
    """To the rounding of the logarithm itself: 2e-16 of log Q^2 is 4e-15 of a cubic's steepest piece."""
    q2 = np.geomspace(1.0, 1e10, 500)
    table = load_pdf("NNPDF23_lo_as_0130_qed").coupling
    assert table is not None
    for coupling in (alpha_s.running(0.118, 2), table):
        np.testing.assert_allclose(coupling.at_log(np.log(q2)), coupling(q2), rtol=1e-13)


def test_a_constant_is_constant() -> None:
    assert alpha_s.constant(0.118)([1.0, 1e8]).tolist() == [0.118, 0.118]
