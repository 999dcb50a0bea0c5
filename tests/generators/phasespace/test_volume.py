"""Volumes: the contour integral against closed forms, the recursion of phase space, and drawn points."""

import math

import numpy as np
import pytest
from scipy import integrate

from hepsym import random
from hepsym.generators.phasespace.cascades.diet import Diet
from hepsym.generators.phasespace.rambo.rambo import Rambo
from hepsym.generators.phasespace.volume import _contour, massless_volume, volume


@pytest.mark.parametrize("n", range(2, 13))
def test_contour_gives_the_massless_form(n: int) -> None:
    assert _contour(np.zeros(n), 7.0, 7.0) == pytest.approx(massless_volume(n, 7.0), rel=1e-12)


@pytest.mark.parametrize(("masses", "sqrt_s"), [((0.3, 1.2), 4.0), ((1e-3, 5.0), 5.002), ((1.0, 1.0), 1e4)])
def test_contour_gives_two_bodies(masses: tuple[float, float], sqrt_s: float) -> None:
    assert _contour(np.array(masses), sqrt_s, sqrt_s - sum(masses)) == pytest.approx(
        volume(masses, sqrt_s), rel=1e-11
    )


@pytest.mark.parametrize(
    ("masses", "sqrt_s"),
    [
        ((0.1, 0.2, 0.3), 1.0),
        ((0.139, 0.139, 0.494), 1.869),
        ((1e-6, 1e-6, 1e-6), 1.0),
        ((0.0, 1e-3, 1.0), 2.0),
        ((0.1, 0.2, 0.3, 0.4), 1.01),
        ((0.1, 0.0, 0.3, 0.4, 0.0), 3.0),
        ((0.5,) * 6, 4.0),
        ((0.1,) * 7 + (5.0,), 9.0),
        ((0.0,) * 5 + (0.2,) * 4, 20.0),
        ((0.13957,) * 10, 3.0),
    ],
)
def test_volumes_of_n_and_of_n_minus_one_are_tied(masses: tuple[float, ...], sqrt_s: float) -> None:
    """Phi_n(M) = int ds / (2 pi) Phi_(n-1)(s) Phi_2(M; s, m_n), ends smoothed; n = 3 rests on two bodies."""
    low, high = sum(masses[:-1]), sqrt_s - masses[-1]

    def integrand(t: float) -> float:
        m = low + (high - low) * t * t * (3.0 - 2.0 * t)
        inner = volume(masses[:-1], m) * volume((m, masses[-1]), sqrt_s)
        return inner * m / math.pi * (high - low) * 6.0 * t * (1.0 - t)

    value = integrate.quad(integrand, 0.0, 1.0, epsabs=0.0, epsrel=1e-11, limit=200)[0]
    assert volume(masses, sqrt_s) == pytest.approx(value, rel=1e-10)


def test_near_threshold_it_is_the_non_relativistic_one() -> None:
    """(2 pi)^(4-3n + a) T^(a-1) (prod m / M)^(3/2) / (Gamma(a) 2^n prod m), a = 3 (n-1) / 2."""
    masses, release = np.array([0.5, 1.0, 2.0, 0.7]), 1e-6
    n, total = len(masses), masses.sum()
    power = 1.5 * (n - 1)
    expected = (2 * math.pi) ** (4 - 3 * n + power) / math.gamma(power) * release ** (power - 1)
    expected *= (masses.prod() / total) ** 1.5 / (2**n * masses.prod())
    # masses and sqrt(s) hold the release to 2e-16 / 1e-6; the next order is release / mass
    assert volume(masses.tolist(), total + release) == pytest.approx(expected, rel=2e-5)


def test_below_threshold_there_is_none() -> None:
    assert volume((1.0, 2.0, 3.0), 6.0) == 0.0
    assert volume((1.0, 2.0), 1.0) == 0.0


@pytest.mark.compiled
@pytest.mark.parametrize("n", range(2, 11))
def test_mean_weights_are_the_volume(n: int) -> None:
    """Within 4 standard errors, of finite variance: false alarm 6e-5 each, 18 in all."""
    masses = tuple(0.1 * (k % 4) for k in range(n))
    for space in (Diet(masses), Rambo(masses)):
        p, weight = np.empty((40_000, n, 4)), np.empty(40_000)
        space.fill(p, weight, 2.0 + 0.5 * n, 0, random.key(n, "volume"))
        error = weight.std() / 200.0
        assert 0.0 < error < 0.02 * weight.mean() or n == 2
        assert abs(weight.mean() - space.volume(2.0 + 0.5 * n)) <= 4 * error + 1e-12 * weight.mean()
