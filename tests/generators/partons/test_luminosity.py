"""Are luminosities the sums they say, are pairs drawn in proportion, are scales what the page says?"""

import numpy as np
import pytest
from scipy import stats

from hepsym.errors import InputError
from hepsym.generators.partons.luminosity import PartonPairs, luminosities, pick_pairs
from hepsym.generators.partons.scales import scale_choice, scales
from hepsym.random import uniforms

GROUPS = [[(2, -2), (-2, 2), (4, -4), (-4, 4)], [(1, -1), (-1, 1)], [(21, 21)]]


def densities(n: int) -> tuple[np.ndarray, np.ndarray]:
    return uniforms(1, 14 * n).reshape(n, 14), uniforms(2, 14 * n).reshape(n, 14)


def test_luminosities_are_sums_of_products() -> None:
    f1, f2 = densities(50)
    pairs = PartonPairs.of(GROUPS)
    out = np.empty((50, 3))
    luminosities(f1, f2, pairs.columns, pairs.first, out)
    for g, group in enumerate(GROUPS):
        codes = [[6 if c == 21 else c + 6 for c in pair] for pair in group]
        np.testing.assert_allclose(out[:, g], sum(f1[:, a] * f2[:, b] for a, b in codes), rtol=1e-15)


def test_pairs_are_drawn_in_proportion() -> None:
    """chi^2 over the four up-type pairs; p > 1e-3 for this seed."""
    n = 4000
    f1, f2 = (np.tile(f, (n, 1)) for f in densities(1))
    pairs = PartonPairs.of(GROUPS)
    drawn = np.empty(n, dtype=np.int64)
    pick_pairs(f1, f2, pairs.columns, pairs.first, np.zeros(n, dtype=np.int64), uniforms(3, n), drawn)
    chance = f1[0, pairs.columns[:4, 0]] * f2[0, pairs.columns[:4, 1]]
    seen = np.bincount(drawn, minlength=4)
    assert len(seen) == 4
    assert stats.chisquare(seen, n * chance / chance.sum()).pvalue > 1e-3


def test_a_group_of_its_own_draws_from_itself_alone() -> None:
    f1, f2 = densities(30)
    pairs = PartonPairs.of(GROUPS)
    drawn = np.empty(30, dtype=np.int64)
    group = np.arange(30) % 3
    pick_pairs(f1, f2, pairs.columns, pairs.first, group, uniforms(3, 30), drawn)
    assert ((pairs.first[group] <= drawn) & (drawn < pairs.first[group + 1])).all()


def test_no_parton_is_refused() -> None:
    with pytest.raises(InputError, match="PDG 11 is no parton"):
        PartonPairs.of([[(11, 1)]])


def test_scales_are_the_formulas() -> None:
    masses = np.array([0.0, 0.0, 173.0, 4.7, 0.0])
    momenta = np.zeros((20, 5, 4))
    momenta[:, 2:, 1:] = 300 * uniforms(4, 180).reshape(20, 3, 3) - 150
    momenta[:, :, 0] = np.sqrt(masses**2 + (momenta[:, :, 1:] ** 2).sum(-1))
    total = momenta[:, 2:].sum(1)
    momenta[:, 0, 0], momenta[:, 0, 3] = (total[:, 0] + total[:, 3]) / 2, (total[:, 0] + total[:, 3]) / 2
    momenta[:, 1, 0], momenta[:, 1, 3] = (total[:, 0] - total[:, 3]) / 2, (total[:, 3] - total[:, 0]) / 2
    mt2 = masses[2:] ** 2 + momenta[:, 2:, 1] ** 2 + momenta[:, 2:, 2] ** 2
    s_hat = (momenta[:, 0, 0] + momenta[:, 1, 0]) ** 2 - (momenta[:, 0, 3] + momenta[:, 1, 3]) ** 2
    np.testing.assert_allclose(scales("s_hat", momenta, masses), s_hat, rtol=1e-12)
    np.testing.assert_allclose(scales("mt", momenta, masses), mt2.max(1), rtol=1e-14)
    np.testing.assert_allclose(scales("ht/2", momenta, masses), (np.sqrt(mt2).sum(1) / 2) ** 2, rtol=1e-14)
    np.testing.assert_allclose(scales(91.0, momenta, masses, factor=0.5), 45.5**2)


@pytest.mark.parametrize(
    ("scale", "says"), [("mtop", "is no scale: give s_hat, mt, ht/2"), (-5.0, "above 0")]
)
def test_a_scale_that_there_is_not_is_refused(scale: str | float, says: str) -> None:
    with pytest.raises(InputError, match=says):
        scale_choice(scale)
