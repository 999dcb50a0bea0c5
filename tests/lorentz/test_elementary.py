"""The arithmetic under the kernels holds the errors that its docstrings state."""

from fractions import Fraction

import mpmath as mp
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from lorentz_oracle import EPS

from hepsym._numba import loop
from hepsym.lorentz import kernels
from hepsym.lorentz.kernels import exact

floats = st.floats(-1e60, 1e60).filter(lambda x: x == 0 or abs(x) > 1e-60)


@loop
def fma_of(a: float, b: float, c: float) -> float:
    return kernels.fma(a, b, c)


@given(floats, floats, floats)
@settings(max_examples=200, deadline=None)
def test_fma_is_rounded_once(a: float, b: float, c: float) -> None:
    assert fma_of(a, b, c) == float(Fraction(a) * Fraction(b) + Fraction(c))
    assert exact._fma_plain(a, b, c) == fma_of(a, b, c)


def test_plain_fma_follows_ieee_beyond_the_numbers() -> None:
    assert exact._fma_plain(np.inf, 2.0, 1.0) == np.inf
    assert np.isnan(exact._fma_plain(np.nan, 2.0, 1.0))
    assert np.isnan(exact._fma_plain(np.inf, 1.0, -np.inf))


@given(floats, floats)
@settings(max_examples=200, deadline=None)
def test_two_sum_is_exact(a: float, b: float) -> None:
    s, e = kernels.two_sum(np.float64(a), np.float64(b))
    assert Fraction(float(s)) + Fraction(float(e)) == Fraction(a) + Fraction(b)


@given(floats, floats, st.floats(-1, 1), st.floats(-1, 1))
@settings(max_examples=200, deadline=None)
def test_difference_of_products_keeps_what_is_left(a: float, b: float, x: float, y: float) -> None:
    """c d next to a b, so that nearly everything cancels."""
    c, d = a * (1 + x * 1e-9), b * (1 + y * 1e-12)
    want = Fraction(a) * Fraction(b) - Fraction(c) * Fraction(d)
    got = kernels.difference_of_products(np.float64(a), np.float64(b), np.float64(c), np.float64(d))
    assert abs(Fraction(float(got)) - want) <= Fraction(1.5 * EPS) * abs(want)


def relative(got: float, want: mp.mpf) -> float:
    return float(abs(mp.mpf(float(got)) - want) / abs(want)) if want else abs(float(got))


def test_atan2_error() -> None:
    rng = np.random.default_rng(1)
    angle = np.concatenate([rng.uniform(-np.pi, np.pi, 1500), np.arange(-16, 17) * np.pi / 16])
    size = 10.0 ** rng.uniform(-50, 50, angle.size)
    tilt = 10.0 ** rng.uniform(-15, 0, angle.size)
    y, x = np.sin(angle) * size, np.cos(angle) * size
    y[::3] *= tilt[::3]
    x[1::3] *= tilt[1::3]
    worst = max(
        relative(kernels.atan2(b, a), mp.atan2(mp.mpf(b), mp.mpf(a))) for b, a in zip(y, x, strict=True)
    )
    assert worst < 4e-16


def test_atan2_on_the_axes_and_at_the_origin() -> None:
    zero = np.float64(0.0)
    for y in (0.0, -0.0, 1.0, -1.0, 3.0):
        for x in (0.0, 1.0, -1.0, 3.0):
            got = kernels.atan2(np.float64(y), np.float64(x))
            assert got == np.arctan2(y, x)
            assert np.signbit(got) == np.signbit(np.arctan2(y, x)), (y, x)
    for y, x in ((np.nan, 1.0), (1.0, np.nan), (np.nan, 0.0), (zero, np.nan)):
        assert np.isnan(kernels.atan2(np.float64(y), np.float64(x)))


def test_log1p_and_arsinh_error() -> None:
    rng = np.random.default_rng(2)
    xs = 10.0 ** rng.uniform(-50, 60, 1000)
    xs = np.concatenate([xs, rng.uniform(0, 3, 500)])
    assert max(relative(kernels.log1p(x), mp.log1p(mp.mpf(x))) for x in xs) < 1e-15
    assert max(relative(kernels.arsinh(x), mp.asinh(mp.mpf(x))) for x in xs) < 1.5e-15
    assert kernels.arsinh(np.float64(-2.0)) == -kernels.arsinh(np.float64(2.0))
    assert kernels.log1p(np.float64(0.0)) == 0.0
    with np.errstate(all="ignore"):  # run as plain Python, numpy would warn of what is asked here
        assert kernels.log1p(np.float64(np.inf)) == np.inf
        assert np.isnan(kernels.log1p(np.float64(np.nan)))
