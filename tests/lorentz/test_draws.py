"""Random rotations and boosts follow their laws, and number i depends on (seed, i) alone."""

import numpy as np
import pytest
from scipy import stats

from hepsym.lorentz import group

DRAWS = [group.random_rotations, group.random_boosts, group.random_transformations]
FALSE_ALARM = 1e-4  # of each p-value below, at a fixed seed


@pytest.mark.parametrize("draw", DRAWS)
def test_number_i_depends_on_the_seed_and_i(draw) -> None:
    whole = draw(3, 50)
    assert np.array_equal(draw(3, 20, first=30), whole[30:])
    assert not np.array_equal(draw(4, 50), whole)
    assert not np.array_equal(draw(3, 50, stream=1), whole)
    assert draw(3, 0).shape == (0, 4, 4)
    assert group.is_lorentz(whole, tolerance=1e-13).all()


@pytest.mark.compiled
def test_rotations_are_uniform() -> None:
    """Haar: angle density (1 - cos a)/pi; every matrix element uniform in (-1, 1)."""
    r = group.random_rotations(5, 20_000)[:, 1:, 1:]
    angle = np.arccos(np.clip((np.trace(r, axis1=1, axis2=2) - 1) / 2, -1, 1))
    assert stats.kstest(angle, lambda a: (a - np.sin(a)) / np.pi).pvalue > FALSE_ALARM
    for i in range(3):
        for j in range(3):
            assert stats.kstest(r[:, i, j], stats.uniform(-1, 2).cdf).pvalue > FALSE_ALARM
    azimuth = np.arctan2(r[:, 1, 2], r[:, 0, 2])
    assert stats.kstest(azimuth, stats.uniform(-np.pi, 2 * np.pi).cdf).pvalue > FALSE_ALARM
    # the tests do see a law that is not uniform: an axis at random, but a uniform angle
    assert (
        stats.kstest(
            np.random.default_rng(1).uniform(0, np.pi, 20_000), lambda a: (a - np.sin(a)) / np.pi
        ).pvalue
        < 1e-9
    )


@pytest.mark.compiled
def test_boosts_are_isotropic_with_uniform_rapidity() -> None:
    b = group.random_boosts(6, 20_000, max_rapidity=2.0)
    assert np.allclose(b, np.swapaxes(b, 1, 2), atol=1e-14)  # pure
    rapidity = np.arccosh(np.maximum(b[:, 0, 0], 1.0))
    assert stats.kstest(rapidity, stats.uniform(0, 2).cdf).pvalue > FALSE_ALARM
    n = b[:, 0, 1:] / np.linalg.norm(b[:, 0, 1:], axis=1)[:, None]
    for i in range(3):
        assert stats.kstest(n[:, i], stats.uniform(-1, 2).cdf).pvalue > FALSE_ALARM
    assert np.array_equal(group.random_boosts(6, 3, max_rapidity=0.0), np.broadcast_to(np.eye(4), (3, 4, 4)))


def test_a_boost_and_a_rotation_of_one_number_are_independent_draws() -> None:
    made = group.random_transformations(7, 30)
    want = group.random_boosts(7, 30) @ group.random_rotations(7, 30)
    assert np.array_equal(made, want)
