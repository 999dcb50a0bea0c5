"""v of every class on one law: there and back, a bound that does not move, a leak that does."""

from pathlib import Path

import numpy as np
import pytest

from hepsym.analysis.representation import leak
from hepsym.errors import InputError
from hepsym.generators.images import plane_orbits
from hepsym.models.equivae import CVAE
from hepsym.models.equivae.straightening.straighten import straightening

RNG = np.random.default_rng(6)
Y = np.arange(4000) % 2
V = np.where(
    Y[:, None] == 0, np.sinh(RNG.normal(size=(4000, 3))), 0.3 * RNG.normal(size=(4000, 3)) + [1, 0, 2]
)
"""One class with heavy tails about 0, another narrow and elsewhere."""


def test_there_and_back() -> None:
    t = straightening(V[:2000], Y[:2000], 2)
    there = t.apply(V, Y)
    np.testing.assert_allclose(t.invert(there, Y), V, atol=1e-9)


def test_classes_become_alike() -> None:
    """Rows that the maps were not made of: mean and variance of both within 5 standard errors, no leak."""
    t = straightening(V[:2000], Y[:2000], 2)
    new = t.apply(V[2000:], Y[2000:])
    for k in (0, 1):
        part = new[Y[2000:] == k]
        assert np.abs(part.mean(0)).max() < 5 * np.sqrt(2 / 1000)
        assert np.abs(part.std(0) - 1).max() < 0.2
    assert leak(V[2000:], Y[2000:]).mlp.value > 0.95
    assert leak(new, Y[2000:]).mlp.value < 0.58


def test_too_few_rows_are_centred_only() -> None:
    t = straightening(V[:20], Y[:20], 2)
    np.testing.assert_allclose(t.apply(V[:20], Y[:20])[Y[:20] == 0].mean(0), 0, atol=1e-12)
    np.testing.assert_array_equal(t.whitening[0], np.eye(3))


def test_a_model_s_bound_and_pictures_stay_what_they_were(tmp_path: Path) -> None:
    orbit = plane_orbits(400, classes=2, seed=2, noise=0.1)
    small = {"equivariant": 2, "width": 16, "epochs": 3, "validation": 0.0}
    plain, straight = (CVAE(**small, straighten=s).fit(orbit.x[:300], orbit.y[:300]) for s in (False, True))
    x, y = orbit.x[300:], orbit.y[300:]
    np.testing.assert_array_equal(plain.predictive_bound(x), straight.predictive_bound(x))
    own = straight.decode(straight.transform(x, y)[1], y)
    np.testing.assert_allclose(own, plain.decode(plain.transform(x, y)[1], y), atol=1e-5)
    assert not np.allclose(straight.transform(x, y)[1], plain.transform(x, y)[1], atol=0.01)
    straight.save(tmp_path / "m")
    again = CVAE.load(tmp_path / "m")
    np.testing.assert_array_equal(again.transform(x, y)[1], straight.transform(x, y)[1])
    np.testing.assert_array_equal(again.swap(x, 1 - y), straight.swap(x, 1 - y))


PLAIN = RNG.normal(size=(1600, 2))
BENT = np.column_stack([PLAIN[:, 0], (PLAIN[:, 0] ** 2 - 1 + 0.15 * PLAIN[:, 1]) / np.sqrt(2.0225)])
SHAPED = np.where(np.arange(1600)[:, None] % 2 == 0, BENT, PLAIN)
"""A banana and a disc, with one mean and one covariance: quantiles of coordinates do not make them alike."""
BENDS = np.arange(1600) % 2


def test_couplings_make_alike_what_quantiles_cannot() -> None:
    """On rows that nothing was fitted to; there and back; a class that was not fitted stays as it is."""
    maps = straightening(SHAPED[:1200], BENDS[:1200], 2)
    rng = np.random.default_rng(8)
    shown = [SHAPED[:1200] + 0.05 * i * rng.normal(size=(1200, 2)) for i in (0, 1, 1)]
    t = maps.with_couplings(shown, BENDS[:1200], epochs=35, seed=1)
    new = t.apply(SHAPED, BENDS)
    told = [
        leak(v[:1200], BENDS[:1200], v_test=v[1200:], y_test=BENDS[1200:]).mlp.value
        for v in (maps.apply(SHAPED, BENDS), new)
    ]
    for k in (0, 1):
        rows = t.apply(SHAPED[:1200], BENDS[:1200])[BENDS[:1200] == k]
        np.testing.assert_allclose(rows.mean(0), 0, atol=1e-9)
        np.testing.assert_allclose(np.cov(rows.T), np.eye(2), atol=1e-9)
    assert told[0] > 0.65, told
    assert told[1] < told[0] - 0.08, told
    np.testing.assert_allclose(t.invert(new, BENDS), SHAPED, atol=1e-9)
    third = np.full(1600, 2)
    np.testing.assert_allclose(t.with_class().apply(SHAPED, third), SHAPED, atol=1e-12)


def test_couplings_are_kept_with_the_model(tmp_path: Path) -> None:
    orbit = plane_orbits(400, classes=2, seed=2, noise=0.1)
    small = {"equivariant": 2, "width": 16, "epochs": 2, "validation": 0.0, "straighten": True}
    model = CVAE(**small, couplings=2).fit(orbit.x[:300], orbit.y[:300])
    assert model.fitted.straight is not None
    assert model.fitted.straight.couplings is not None
    model.save(tmp_path / "m")
    x, y = orbit.x[300:], orbit.y[300:]
    np.testing.assert_array_equal(CVAE.load(tmp_path / "m").transform(x, y)[1], model.transform(x, y)[1])
    again = CVAE(**small, couplings=2).fit(orbit.x[:300], orbit.y[:300])
    np.testing.assert_array_equal(again.transform(x, y)[1], model.transform(x, y)[1])
    with pytest.raises(InputError, match="couplings = 2 must be 0, or above it with straighten"):
        CVAE(**small | {"straighten": False}, couplings=2)


POSE = RNG.normal(size=1600)
SIGN = np.where(BENDS == 0, 1.0, -1.0)
POSED = np.column_stack([POSE, PLAIN[:, 0] + SIGN * POSE, 0.5 * PLAIN[:, 1] + 0.5 * SIGN * (POSE**2 - 1)])
"""A coordinate to keep, the same in both classes, and two that hang together with it class by class."""


def test_what_is_kept_stays_and_the_others_forget_it_and_the_class() -> None:
    """On rows that nothing was fitted to: to the bit; correlations within 5 standard errors of 0; no leak."""
    maps = straightening(POSED[:1200], BENDS[:1200], 2, kept=1)
    rng = np.random.default_rng(7)
    shown = [POSED[:1200] + [0, 0.05 * i, 0.05 * i] * rng.normal(size=(1200, 3)) for i in (0, 1, 1)]
    t = maps.with_couplings(shown, BENDS[:1200], epochs=40, seed=1)
    new = t.apply(POSED, BENDS)
    np.testing.assert_array_equal(new[:, 0], POSED[:, 0])
    np.testing.assert_allclose(t.invert(new, BENDS), POSED, atol=1e-9)
    told = [
        leak(v[:1200], BENDS[:1200], v_test=v[1200:], y_test=BENDS[1200:]).mlp.value for v in (POSED, new)
    ]
    assert told[0] > 0.8
    assert told[1] < 0.58  # chance 0.5, standard error 0.025
    for k in (0, 1):
        rows = new[1200:][BENDS[1200:] == k]
        assert abs(np.corrcoef(rows[:, 0], rows[:, 1])[0, 1]) < 5 / np.sqrt(200)
    with pytest.raises(
        InputError, match="kept = 3 must be 0, or above it with straighten = true and a larger"
    ):
        CVAE(straighten=True, equivariant=3, kept=3)
    with pytest.raises(InputError, match="two dimensions of v at least beside those kept"):
        CVAE(straighten=True, equivariant=3, kept=2, couplings=1)
