"""Momentum fractions: exact area, inverse, bounds, and the laws of tau."""

import math

import numpy as np
import pytest
from scipy import stats

from hepsym import random
from hepsym.errors import InputError
from hepsym.generators.phasespace.initial_state import InitialState
from hepsym.generators.phasespace.map import philox_uniforms

N = 20_000
CASES = {
    "power": InitialState(13000.0, 60.0),
    "logarithm": InitialState(13000.0, 20.0, power=1.0),
    "resonance": InitialState(13000.0, 60.0, 120.0, 91.19, 2.5, resonance_share=1.0),
    "both": InitialState(13000.0, 20.0, 2000.0, 91.19, 2.5, 1.3, 0.6, rapidity=2.5),
    "nearly all": InitialState(100.0, 99.0),
}


def drawn(case: InitialState) -> tuple[np.ndarray, ...]:
    u = philox_uniforms(N, 2, 0, random.key(4), 32)
    fractions, root, weight = np.empty((N, 2)), np.empty(N), np.empty(N)
    case.forward(u, fractions, root, weight)
    return u, fractions, root, weight


@pytest.mark.compiled
@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_area_bounds_and_inverse(case: InitialState) -> None:
    """Mean weight within 4 standard errors of the area: false alarm 6e-5 each."""
    u, x, root, weight = drawn(case)
    assert abs(weight.mean() - case.volume()) < 4 * weight.std() / math.sqrt(N)
    assert (x > 0.0).all() and (x <= 1.0).all()
    assert np.abs(root / (case.sqrt_s * np.sqrt(x[:, 0] * x[:, 1])) - 1.0).max() < 1e-13
    assert root.min() >= case.low and root.max() <= min(case.high, case.sqrt_s)
    assert np.abs(0.5 * np.log(x[:, 0] / x[:, 1])).max() <= case.rapidity + 1e-12
    back, own = np.empty_like(u), np.empty(N)
    case.inverse(x, back, own)
    again = np.empty_like(x)
    case.forward(back, again, np.empty(N), np.empty(N))
    assert np.abs(again / x - 1.0).max() < 1e-12
    assert np.median(np.abs(back - u)) < 1e-12
    assert np.abs(own / weight - 1.0).max() < 1e-10


@pytest.mark.compiled
def test_the_resonance_is_a_breit_wigner() -> None:
    case = CASES["resonance"]
    _, _, root, _ = drawn(case)
    bottom, top = (math.atan((m * m - 91.19**2) / (91.19 * 2.5)) for m in (60.0, 120.0))
    share = (np.arctan((root**2 - 91.19**2) / (91.19 * 2.5)) - bottom) / (top - bottom)
    assert stats.kstest(share, "uniform").pvalue > 1e-3


def test_fractions_outside_cannot_be_reached() -> None:
    x = np.array([[0.5, 0.5], [1e-9, 1e-3], [1.5, 0.1]])
    u, weight = np.empty((3, 2)), np.empty(3)
    CASES["resonance"].inverse(x, u, weight)
    assert (weight == 0.0).all() and np.isnan(u).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((100.0, 200.0), r"sqrt\(s-hat\) from 200 to 100 GeV leaves no momentum fractions"),
        ((100.0, 0.0), r"from 0 to 100 GeV"),
        ((100.0, 10.0, 50.0, 0.0, 0.0, 1.5, 0.5), r"needs a mass and a width"),
        ((100.0, 10.0, 50.0, 20.0, 1.0, 1.5, 1.5), r"resonance_share = 1.5"),
        ((100.0, 10.0, 50.0, 20.0, 1.0, 1.5, 0.5, 0.0), r"rapidity = 0"),
    ],
)
def test_ranges_that_are_empty_are_refused(arguments: tuple[float, ...], message: str) -> None:
    with pytest.raises(InputError, match=message):
        InitialState(*arguments)
