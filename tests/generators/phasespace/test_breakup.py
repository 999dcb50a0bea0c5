"""Two-body kinematics against 60 digits: at threshold, in hierarchies, and for fast pairs of small mass."""

import math

import mpmath as mp
import numpy as np
import pytest

from hepsym.generators.phasespace.breakup import (
    momentum_of_release,
    product_excess,
    release_of_excess,
    rest_direction,
)

EPS = 2.0**-52
mp.mp.dps = 60
LOGS = np.random.default_rng(4).uniform(-12, 3, (300, 3))


def test_momentum_keeps_its_digits() -> None:
    for q, a, b in [*(10.0**LOGS).tolist(), [1e-300, 1.0, 2.0], [1.0, 0.0, 0.0], [1e-16, 1.0, 0.0]]:
        exact = mp.sqrt(
            mp.mpf(q) * (q + 2 * mp.mpf(a)) * (q + 2 * mp.mpf(b)) * (q + 2 * mp.mpf(a) + 2 * mp.mpf(b))
        )
        exact /= 2 * (mp.mpf(q) + a + b)
        assert abs(momentum_of_release(q, a, b) / exact - 1) < 4 * EPS


def vectors(kind: str, n: int = 200) -> list[tuple[list[float], float, list[float], float]]:
    """Pairs (p, a, q, b): any, almost collinear and fast, or of nearly the same velocity."""
    rng = np.random.default_rng(len(kind))
    found = []
    for _ in range(n):
        a, b = (10.0 ** rng.uniform(-9, 0, 2)).tolist()
        p = rng.normal(size=3)
        q = rng.normal(size=3)
        if kind == "collinear":
            q = p * rng.uniform(0.1, 10.0) + 1e-7 * rng.normal(size=3)
        if kind == "together":
            q = p * (b / a) * (1.0 + 1e-7 * rng.normal(size=3))
        found.append((p.tolist(), a, q.tolist(), b))
    return found


@pytest.mark.parametrize("kind", ["any", "collinear", "together"])
def test_products_keep_their_digits(kind: str) -> None:
    """Up to the rounding of the inputs: an angle of 1e-7 is known to 1e-9 of itself."""
    bound = {"any": 1e-13, "collinear": 1e-7, "together": 1e-7}[kind]
    for p, a, q, b in vectors(kind):
        exact = mp.sqrt(mp.fdot(p, p) + mp.mpf(a) ** 2) * mp.sqrt(mp.fdot(q, q) + mp.mpf(b) ** 2)
        exact -= mp.fdot(p, q) + mp.mpf(a) * b
        x = product_excess(*p, a, *q, b)
        assert abs(x / exact - 1) < bound
        mass = mp.sqrt(2 * exact + (mp.mpf(a) + b) ** 2)
        assert abs(release_of_excess(x, a, b) / (mass - a - b) - 1) < 2 * bound + 1e-12


def test_products_with_what_stands_still() -> None:
    assert product_excess(0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0, 3.0) == 0.0
    kinetic = math.sqrt(1.0 + 9.0) - 3.0
    assert product_excess(0.0, 0.0, 0.0, 2.0, 1.0, 0.0, 0.0, 3.0) == pytest.approx(2.0 * kinetic, rel=1e-14)
    assert product_excess(0.0, 1.0, 0.0, 3.0, 0.0, 0.0, 0.0, 2.0) == pytest.approx(2.0 * kinetic, rel=1e-14)
    assert release_of_excess(0.0, 0.0, 0.0) == 0.0


@pytest.mark.parametrize("gamma", [1.0 + 1e-12, 2.0, 1e4, 1e8])
def test_directions_at_rest_come_back(gamma: float) -> None:
    """What is boosted out of a rest frame and back has its part along the boost to 1e-12, however fast."""
    rng = np.random.default_rng(3)
    mass, a = 1.0, 0.3
    p = math.sqrt((1.0 - a * a) * (1.0 - a * a)) / 2.0
    e = math.sqrt(p * p + a * a)
    for _ in range(100):
        n, axis = (v / np.linalg.norm(v) for v in rng.normal(size=(2, 3)))
        speed = math.sqrt((gamma - 1.0) * (gamma + 1.0))
        q = mass * speed * axis
        along = p * float(n @ axis)
        moved = p * n + axis * ((gamma - 1.0) * along + speed * e)
        found = np.array(rest_direction(*moved, *q, mass, e, p))
        assert np.linalg.norm(found) == pytest.approx(1.0, abs=1e-11)
        unit = q / np.linalg.norm(q)
        assert float(found @ unit) == pytest.approx(float(n @ unit), abs=2e-12)
        assert np.abs(found - n).max() < 1e-11 + 1e-15 * gamma
