"""Polynomial sin, cos and log hold the errors their docstrings state."""

import math
from fractions import Fraction

import mpmath
import numpy as np

from hepsym import _math


def test_sincos2pi_error() -> None:
    rng = np.random.default_rng(1)
    us = np.concatenate(
        [rng.random(1500), rng.uniform(-50, 50, 300), np.arange(-8, 9) / 8, [2.0**-53, 1 - 2.0**-53]]
    )
    with mpmath.workdps(40):
        for u in us.tolist():
            s, c = _math.sincos2pi(u)
            angle = 2 * mpmath.pi * mpmath.mpf(u)
            assert abs(s - mpmath.sin(angle)) < 2.5e-16, u
            assert abs(c - mpmath.cos(angle)) < 2.5e-16, u
            assert abs(s * s + c * c - 1) <= 4.5e-16, u


def test_log_error() -> None:
    rng = np.random.default_rng(2)
    xs = np.concatenate(
        [
            10.0 ** rng.uniform(-300, 300, 1000),
            1 + rng.uniform(-0.4, 0.6, 1000),
            1 + 2.0 ** -rng.uniform(5, 52, 300),
        ]
    )
    with mpmath.workdps(40):
        for x in xs.tolist():
            exact = mpmath.log(mpmath.mpf(x))
            assert abs(_math.log(x) - exact) <= 4e-16 * abs(exact), x
    assert _math.log(1.0) == 0.0
    assert math.isclose(_math.log(2.0**-53), -53 * math.log(2), rel_tol=4e-16)


def test_sincos_of_turn_error() -> None:
    rng = np.random.default_rng(4)
    us = np.concatenate([rng.random(1500), np.arange(9) / 8, [2.0**-53, 1 - 2.0**-53]])
    with mpmath.workdps(40):
        for u in us.tolist():
            s, c = _math.sincos_of_turn(u)
            angle = 2 * mpmath.pi * mpmath.mpf(u)
            assert abs(s - mpmath.sin(angle)) < 3.5e-16, u
            assert abs(c - mpmath.cos(angle)) < 3.5e-16, u
            assert abs(s * s + c * c - 1) <= 7e-16, u


def test_minus_log2_error() -> None:
    """Also just below 1, where RAMBO's slowest particles come from."""
    rng = np.random.default_rng(5)
    xs = np.concatenate(
        [
            10.0 ** rng.uniform(-300, 300, 500),
            rng.random(500) * rng.random(500),
            1 + rng.uniform(-0.4, 0.6, 500),
            1 - 2.0 ** -rng.uniform(5, 52, 300),
            [0.5, 2.0, 2.0**-53, 1 - 2.0**-53],
        ]
    )
    with mpmath.workdps(40):
        for x in xs.tolist():
            exact = -mpmath.log(mpmath.mpf(x)) / mpmath.log(2)
            assert abs(_math.minus_log2(x) - exact) <= 4e-16 * abs(exact), x
    assert _math.minus_log2(1.0) == 0.0


def test_fma_rounds_once() -> None:
    """Against exact rationals, where a b + c in two roundings is off; signs of zero and infinities too."""
    rng = np.random.default_rng(3)
    for a, b in rng.normal(size=(200, 2)).tolist():
        c = -a * b * (1 + rng.choice([0.0, 1e-16, 1e-9]))
        assert _math.fma(a, b, c) == float(Fraction(a) * Fraction(b) + Fraction(c))
    assert math.copysign(1.0, _math.fma(-1.0, 0.0, -0.0)) == -1.0
    assert _math.fma(math.inf, 1.0, 1.0) == math.inf
    assert math.isnan(_math.fma(math.inf, 0.0, 1.0))
