"""The loops that fill momenta: the same bits compiled or not, with and without beams, at any start."""

import math

import numpy as np
import pytest

from hepsym import random
from hepsym.generators.phasespace import pair
from hepsym.generators.phasespace.quadratic_angle import AngularLaw

KEY = random.key(5, "pair")
ENERGY, MASS = 45.6, 0.1056583755
MOMENTUM = math.sqrt((ENERGY - MASS) * (ENERGY + MASS))
FRAME = (ENERGY, MOMENTUM, MOMENTUM, ENERGY, ENERGY)
LAW = AngularLaw(1.0, 0.3, 0.99)


def filled(legs: int, first: int, n: int) -> np.ndarray:
    out = np.full((n, legs, 4), np.nan)
    even = LAW.even()
    assert even is not None
    pair.fill_even(out, first, *KEY, even, LAW.a1, LAW.a2, FRAME)
    return out


def windowed(first: int, n: int, edges: np.ndarray) -> np.ndarray:
    out = np.full((n, 2, 4), np.nan)
    pair.fill_windows(out, first, *KEY, pair.UNWEIGHTED, edges, (LAW.a0, LAW.a1, LAW.a2), FRAME)
    return out


@pytest.mark.parametrize("n", [1, pair.BLOCK - 1, pair.BLOCK, 2 * pair.BLOCK + 3])
def test_beams_are_put_before_the_pair(n: int) -> None:
    alone, whole = filled(2, 7, n), filled(4, 7, n)
    assert np.array_equal(whole[:, 2:], alone)
    assert np.array_equal(whole[:, 0], np.tile([ENERGY, 0, 0, ENERGY], (n, 1)))
    assert np.array_equal(whole[:, 1], np.tile([ENERGY, 0, 0, -ENERGY], (n, 1)))
    assert np.array_equal(alone[:, 0, 1:], -alone[:, 1, 1:])
    assert np.array_equal(filled(2, 0, 7 + n)[7:], alone)


def test_compiled_is_what_is_written() -> None:
    """Numba's loops and the Python they are written in, bit for bit."""
    edges = np.array([[-0.9, -0.2, 0.4], [0.1, 1.0, 1.0]])
    plain_even = getattr(pair.fill_even, "py_func", pair.fill_even)
    plain_windows = getattr(pair.fill_windows, "py_func", pair.fill_windows)
    even = LAW.even()
    assert even is not None
    out = np.empty((40, 2, 4))
    plain_even(out, 3, *KEY, even, LAW.a1, LAW.a2, FRAME)
    assert np.array_equal(out, filled(2, 3, 40))
    plain_windows(out, 3, *KEY, pair.UNWEIGHTED, edges, (LAW.a0, LAW.a1, LAW.a2), FRAME)
    assert np.array_equal(out, windowed(3, 40, edges))


def test_windows_are_kept_and_shared_as_told() -> None:
    """40 % of 400 events in the first window, within 4 standard errors (false alarm 6e-5)."""
    c = windowed(0, 400, np.array([[-0.9, -0.2, 0.4], [0.1, 1.0, 1.0]]))[:, 0, 3] / MOMENTUM
    low = (c >= -0.9) & (c <= -0.2)
    assert np.all(low | ((c >= 0.1) & (c <= 1.0)))
    assert abs(low.sum() - 160) < 4 * math.sqrt(400 * 0.4 * 0.6)


def test_azimuth_covers_the_circle_evenly() -> None:
    """The word's two top bits choose the quarter; its ends are half a step off the quarter's borders."""
    top = np.uint64(0xFFFFFFFF)
    zero = np.uint64(0)
    for quarter in range(4):
        word = np.uint64(quarter << 30)
        s, c = pair.azimuth(word, zero)
        assert math.atan2(s, c) == pytest.approx(
            math.remainder(quarter * math.pi / 2 - math.pi / 4, 2 * math.pi), abs=1e-12
        )
        s, c = pair.azimuth(np.uint64(word | np.uint64(0x3FFFFFFF)), top)
        assert math.atan2(s, c) == pytest.approx(
            math.remainder(quarter * math.pi / 2 + math.pi / 4, 2 * math.pi), abs=1e-12
        )
