"""How near is x f to Pythia 8's own reading of the same file, whose cubic differs from LHAPDF's?

Pythia passes one Lagrange cubic through the four knots around; LHAPDF joins Hermite cubics with finite
differences. On NNPDF2.3 LO's knots, e^0.37 apart, the two differ by 4e-5 typically and by up to 1.5e-3 of
all partons together between the coarsest. So three things are held: Lagrange on the numbers that hepsym
read is Pythia to rounding (same file, same knots, same columns), the two cubics differ by less than
1e-3 of the parton in 95 % of the cloud (3e-4 measured), and never by more than 2e-3 of all partons.
"""

import numpy as np
import pytest
from numpy.typing import NDArray

from hepsym.generators.partons import load_pdf
from hepsym.generators.partons.lhagrid import COLUMNS, Subgrid, read_member
from tests.generators.partons.test_interpolation import cloud

pythia8mc = pytest.importorskip("pythia8mc")

Array = NDArray[np.float64]
CODES = (-5, -4, -3, -2, -1, 21, 1, 2, 3, 4, 5, 22)
COLUMN = [COLUMNS[c] for c in CODES]
N = 3000


@pytest.fixture(scope="module")
def compared() -> tuple[Array, Array, Array, Array, Subgrid]:
    """x, Q^2, ours and Pythia's x f (N, 12) at Q > 1.5 GeV and x from 1e-6 to 0.8."""
    pythia = pythia8mc.Pythia("", False)
    for line in ("Print:quiet = on", "PDF:pSet = 13", "HardQCD:all = on"):
        pythia.readString(line)
    assert pythia.init()
    density, pdf = pythia.getPDFPtr(2212), load_pdf("NNPDF23_lo_as_0130_qed")
    x, q2 = cloud(N, 1e-6, 1.5**2, 0.99e8, x_max=0.8)
    theirs = np.array([[density.xf(c, a, b) for c in CODES] for a, b in zip(x, q2, strict=True)])
    return x, q2, pdf.xf(x, q2)[:, COLUMN], theirs, read_member(pdf.path).subgrids[0]


def lagrange(knots: Array, at: Array) -> tuple[NDArray[np.int64], Array]:
    """First knot and the four weights of the cubic through the knots around."""
    first = np.clip(np.searchsorted(knots, at, side="right") - 2, 0, len(knots) - 4)
    near = knots[first[:, None] + np.arange(4)]
    weights = np.ones_like(near)
    for j in range(4):
        for k in set(range(4)) - {j}:
            weights[:, j] *= (at - near[:, k]) / (near[:, j] - near[:, k])
    return first, weights


def test_pythia_reads_the_same_numbers(compared: tuple[Array, Array, Array, Array, Subgrid]) -> None:
    x, q2, _, theirs, grid = compared
    first_x, in_x = lagrange(np.log(grid.x), np.log(x))
    first_q, in_q = lagrange(2 * np.log(grid.q), np.log(q2))
    found = sum(
        (in_q[:, k] * in_x[:, j])[:, None] * grid.xf[first_q + k, first_x + j]
        for j in range(4)
        for k in range(4)
    )
    positive = np.maximum(found[:, COLUMN], 0.0)  # b dips below zero at its threshold; Pythia cuts that off
    assert abs(positive - theirs).max() < 1e-11 * abs(theirs).max()


def test_the_two_cubics_agree_as_far_as_they_can(
    compared: tuple[Array, Array, Array, Array, Subgrid],
) -> None:
    """Relative to the parton, or to a thousandth of all where it is all but absent (b below threshold)."""
    _, _, ours, theirs, _ = compared
    total = abs(theirs).sum(axis=1, keepdims=True)
    apart = abs(ours - theirs) / np.maximum(abs(theirs), 1e-3 * total)
    assert np.median(apart) < 1e-4
    assert np.quantile(apart, 0.95) < 1e-3
    assert (abs(ours - theirs) / total).max() < 2e-3


def test_momentum_adds_up() -> None:
    """sum_i integral of x f_i dx is 1.005 for this set, by Pythia's reading too; trapezia in log x."""
    x = np.geomspace(1e-9, 1.0, 20001)
    momentum = load_pdf("NNPDF23_lo_as_0130_qed").xf(x, 1e4).sum(axis=1)
    assert np.trapezoid(momentum * x, np.log(x)) == pytest.approx(1.005, abs=1e-3)
