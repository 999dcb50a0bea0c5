"""Fit once on turned triangles, then ask everything; what was saved is what is read."""

import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from hepsym.analysis.representation import steadiness
from hepsym.errors import InputError
from hepsym.generators.images import LabelledSet, plane_orbits
from hepsym.models.equivae import CVAE, MLVAE, ClassModel, EquiVAE

SMALL = {"invariant": 6, "equivariant": 3, "set_size": 6, "width": 48, "epochs": 60, "batch": 64}


@pytest.fixture(scope="module")
def orbit() -> LabelledSet:
    return plane_orbits(660, classes=3, seed=2, noise=0.1)


@pytest.fixture(scope="module")
def model(orbit: LabelledSet) -> EquiVAE:
    return EquiVAE(**SMALL).fit(orbit.x[:450], orbit.y[:450])


def test_classes_are_told_in_three_ways(model: EquiVAE, orbit: LabelledSet) -> None:
    x, y = orbit.x[450:], orbit.y[450:]
    for by in ("bound", "classifier", "prototype"):
        assert model.score(x, y, by=by) > 0.95, by
        p = model.predict_proba(x, by=by)
        np.testing.assert_allclose(p.sum(1), 1)
        np.testing.assert_array_equal(model.classes_[p.argmax(1)], model.predict(x, by=by))
    assert model.counts_ == {"labelled": 450, "unlabelled": 0, "validation": 21}


def test_the_angle_is_in_v_and_the_class_in_r(model: EquiVAE, orbit: LabelledSet) -> None:
    x, y = orbit.x[450:], orbit.y[450:]
    r, v = model.transform(x)
    assert r.shape == (210, 6)
    assert v.shape == (210, 3)
    assert LogisticRegression().fit(r[:100], y[:100]).score(r[100:], y[100:]) > 0.95
    angle = orbit.factors["angle"][450:]
    nearest = np.argsort(((v[:, None] - v[None]) ** 2).sum(-1), axis=1)
    same = np.array([next(j for j in row[1:] if y[j] == y[i]) for i, row in enumerate(nearest)])
    # Of some 70 angles on a circle the nearest in v is near: at random the mean is 0.
    assert np.cos(angle - angle[same]).mean() > 0.9


def test_bounds_fall_where_the_class_is_wrong_and_rise_with_draws(model: EquiVAE, orbit: LabelledSet) -> None:
    x, y = orbit.x[450:], orbit.y[450:]
    every = model.predictive_bound(x)
    own = model.predictive_bound(x, y)
    np.testing.assert_array_equal(own, every[np.arange(210), y])
    assert own.mean() > every.mean() + 1
    importance = model.predictive_bound(x, y, importance=True, draws=64).mean()
    assert importance > own.mean()


def test_a_density_is_in_the_units_of_x(orbit: LabelledSet) -> None:
    """Ten times larger x: the same network in its own units, and a density 10^-D times lower."""
    short = SMALL | {"epochs": 2}
    small = EquiVAE(**short).fit(orbit.x[:300], orbit.y[:300])
    large = EquiVAE(**short).fit(10 * orbit.x[:300], orbit.y[:300])
    difference = small.predictive_bound(orbit.x[450:]) - large.predictive_bound(10 * orbit.x[450:])
    np.testing.assert_allclose(difference, 6 * np.log(10), atol=2e-3)


def test_swapped_rows_are_of_the_class_that_was_asked_for(model: EquiVAE, orbit: LabelledSet) -> None:
    x, y = orbit.x[450:], orbit.y[450:]
    judge = EquiVAE(**SMALL | {"seed": 5, "discriminative": 0.0}).fit(orbit.x[:450], orbit.y[:450])
    target = (y + 1) % 3
    assert judge.score(model.swap(x, target, source=y), target, by="classifier") > 0.9
    drawn = model.sample(np.arange(300) % 3, seed=4)
    assert judge.score(drawn, np.arange(300) % 3, by="classifier") > 0.8
    np.testing.assert_array_equal(drawn, model.sample(np.arange(300) % 3, seed=4))


def test_r_is_steady_over_class_sets(model: EquiVAE, orbit: LabelledSet) -> None:
    rng = np.random.default_rng(0)
    codes = [[model.embed_set(orbit.x[rng.choice(np.flatnonzero(orbit.y == k), 20, replace=False)])
              for _ in range(8)] for k in range(3)]  # fmt: skip
    assert steadiness(codes) < 0.3


def test_strings_and_integers_mean_the_same(orbit: LabelledSet) -> None:
    short = SMALL | {"epochs": 2}
    first = EquiVAE(**short).fit(orbit.x[:200], orbit.y[:200] + 9)
    second = EquiVAE(**short).fit(orbit.x[:200], (orbit.y[:200] + 9).astype(str))
    assert first.classes_.tolist() == [9, 10, 11]
    assert second.classes_.tolist() == ["9", "10", "11"]
    np.testing.assert_array_equal(
        first.predictive_bound(orbit.x[450:]), second.predictive_bound(orbit.x[450:])
    )
    np.testing.assert_array_equal(first.predict(orbit.x[450:]).astype(str), second.predict(orbit.x[450:]))
    assert first.score(orbit.x[450:], (orbit.y[450:] + 9).astype(str)) == first.score(
        orbit.x[450:], orbit.y[450:] + 9
    )


def test_the_same_seed_gives_the_same_bits(orbit: LabelledSet) -> None:
    short = SMALL | {"epochs": 2}
    one, two = (EquiVAE(**short).fit(orbit.x[:200], orbit.y[:200]).prototypes_ for _ in range(2))
    other = EquiVAE(**short | {"seed": 2}).fit(orbit.x[:200], orbit.y[:200]).prototypes_
    np.testing.assert_array_equal(one, two)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize("kind", [EquiVAE, CVAE, MLVAE])
def test_few_labels_and_many_without(kind: type[ClassModel], orbit: LabelledSet) -> None:
    """30 labels of 450, as strings with "" for none: one interface for all, far better than chance (1/3)."""
    y = np.array(["" if i >= 30 else f"class {k}" for i, k in enumerate(orbit.y[:450])])
    model = kind(**SMALL | {"epochs": 30}).fit(orbit.x[:450], y)
    assert model.counts_ == {"labelled": 30, "unlabelled": 420, "validation": 0}
    truth = np.array([f"class {k}" for k in orbit.y[450:]])
    assert model.score(orbit.x[450:], truth, by="classifier") > 0.55
    assert {"unlabelled_bound", "entropy"} <= set(model.history_[-1].terms)


@pytest.mark.parametrize("kind", [EquiVAE, CVAE, MLVAE])
def test_saved_and_loaded_is_the_same_model(
    kind: type[ClassModel], orbit: LabelledSet, tmp_path: Path
) -> None:
    model = kind(**SMALL | {"epochs": 2}).fit(orbit.x[:200], orbit.y[:200])
    model.save(tmp_path / "m")
    again = kind.load(tmp_path / "m")
    np.testing.assert_array_equal(model.predict_proba(orbit.x[450:]), again.predict_proba(orbit.x[450:]))
    assert again.settings == model.fitted.settings
    assert sorted(p.name for p in (tmp_path / "m").iterdir()) == ["config.json", "model.safetensors"]
    with pytest.raises(InputError, match="exists already"):
        model.save(tmp_path / "m")


def test_a_damaged_or_foreign_file_is_one_clear_line(model: EquiVAE, tmp_path: Path) -> None:
    model.save(tmp_path / "m")
    with pytest.raises(InputError, match="holds model 'equivae', not 'cvae': load it by its own class"):
        CVAE.load(tmp_path / "m")
    with pytest.raises(InputError, match="does not exist"):
        EquiVAE.load(tmp_path / "nothing")
    config = json.loads((tmp_path / "m" / "config.json").read_text())
    (tmp_path / "m" / "config.json").write_text(json.dumps(config | {"classes": [1, 2]}))
    with pytest.raises(InputError, match="prototypes do not fit"):
        EquiVAE.load(tmp_path / "m")
    (tmp_path / "m" / "config.json").write_text(json.dumps(config | {"trained_classes": 7}))
    with pytest.raises(InputError, match="is damaged"):
        EquiVAE.load(tmp_path / "m")
    (tmp_path / "m" / "config.json").write_text(json.dumps(config))
    weights = tmp_path / "m" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(InputError, match="is damaged"):
        EquiVAE.load(tmp_path / "m")


def test_a_class_is_added_by_showing_some(orbit: LabelledSet, tmp_path: Path) -> None:
    """Trained on classes 0 and 1; class 2 is known from 20 rows, and survives a trip to the disk."""
    two = orbit.y[:450] < 2
    model = EquiVAE(**SMALL | {"epochs": 30}).fit(orbit.x[:450][two], orbit.y[:450][two])
    model.add_class(orbit.x[:450][~two][:20], 2)
    assert model.classes_.tolist() == [0, 1, 2]
    model.save(tmp_path / "m")
    model = EquiVAE.load(tmp_path / "m")
    x, y = orbit.x[450:], orbit.y[450:]
    assert (model.predict(x, by="prototype")[y == 2] == 2).mean() > 0.6
    assert (model.predict(x, by="classifier") != 2).all()
    assert model.sample([2, 2]).shape == (2, 6)
    with pytest.raises(InputError, match="class 1 is known already"):
        model.add_class(x[:5], 1)
    with pytest.raises(InputError, match="class 3 has a single row"):
        model.add_class(x[:1], 3)
    named = CVAE(**SMALL | {"epochs": 1}).fit(orbit.x[:200], orbit.y[:200])
    with pytest.raises(InputError, match="a CVAE cannot add a class"):
        named.add_class(x[:5], 3)


@pytest.mark.parametrize("measure", ["mmd", "hsic", "adversary"])
def test_each_measure_of_the_leak_is_pressed_and_told(measure: str, orbit: LabelledSet) -> None:
    short = SMALL | {"epochs": 2}
    plain = CVAE(**short).fit(orbit.x[:200], orbit.y[:200])
    pressed = CVAE(**short, leak_penalty=20.0, leak_measure=measure).fit(orbit.x[:200], orbit.y[:200])
    assert "leak" in pressed.history_[-1].terms
    assert "leak" not in plain.history_[-1].terms
    x, y = orbit.x[450:], orbit.y[450:]
    assert not np.allclose(plain.transform(x, y)[1], pressed.transform(x, y)[1])
