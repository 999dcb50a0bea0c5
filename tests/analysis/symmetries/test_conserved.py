"""What trajectories keep is found, counted once, and written down; what they do not keep is not told."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from hepsym.analysis.symmetries.conserved import conserved
from hepsym.errors import InputError
from hepsym.generators.toys.trajectories import SYSTEMS

EXACT = {"Kepler": 1e-12, "isotropic oscillator": 1e-12, "two oscillators": 1e-12}


@pytest.mark.parametrize("system", SYSTEMS.values(), ids=SYSTEMS)
def test_the_declared_invariants_are_kept(system) -> None:
    rows, labels = system.draw(30, 60, 4)
    for invariant in system.invariants.values():
        values = invariant(rows).reshape(30, 60)
        assert values.std(axis=1).max() < EXACT.get(system.name, 1e-5) * values.mean(axis=1).std()
    assert np.array_equal(labels, np.repeat(np.arange(30), 60))
    assert np.array_equal(system.draw(10, 60, 4)[0][:60], rows[:60]) or system.name == "wandering"


@pytest.mark.parametrize("name", ["pendulum", "Kepler", "isotropic oscillator", "predators", "wandering"])
def test_as_many_are_told_as_there_are(name: str) -> None:
    system = SYSTEMS[name]
    rows, labels = system.draw(100, 60, 4)
    told = conserved(rows, labels, system.columns)
    assert told.count == system.conserved
    assert all(q.within <= q.bound < told.tolerance for q in told.quantities)


def test_the_energy_of_a_pendulum_is_written_down() -> None:
    system = SYSTEMS["pendulum"]
    told = conserved(*system.draw(100, 60, 4), system.columns)
    assert [q.formula for q in told.quantities] == ["0.5 omega^2 - cos(theta)"]
    rows = system.draw(50, 60, 5)[0][::60]
    assert spearmanr(told.values(rows)[:, 0], system.invariants["energy"](rows)).statistic > 0.9999


def test_angular_momentum_and_energy_of_orbits_are_written_down() -> None:
    system = SYSTEMS["Kepler"]
    told = conserved(*system.draw(100, 60, 4), system.columns)
    formulas = [q.formula for q in told.quantities]
    assert "x vy - y vx" in formulas
    assert "0.5 vx^2 + 0.5 vy^2 - 1/sqrt(x^2 + y^2)" in formulas


def test_one_per_cent_of_noise_changes_no_count() -> None:
    system = SYSTEMS["isotropic oscillator"]
    rows, labels = system.draw(100, 60, 4)
    rows = rows + 0.01 * rows.std(axis=0) * np.random.default_rng(1).normal(size=rows.shape)
    assert conserved(rows, labels, system.columns).count == 3


def test_shuffled_labels_keep_nothing() -> None:
    """20 seeds at alpha = 0.01 see a false claim with probability 0.18 at most; these see none."""
    system = SYSTEMS["predators"]
    rows, labels = system.draw(40, 30, 4)
    for seed in range(20):
        mixed = np.random.default_rng(seed).permutation(labels)
        assert conserved(rows, mixed, system.columns, seed=seed).count == 0


def test_units_and_shifts_of_polynomials_change_no_count() -> None:
    system = SYSTEMS["two oscillators"]
    rows, labels = system.draw(100, 60, 4)
    moved = rows * np.array([1e-3, 1e3, 10.0, 1.0]) + np.array([5.0, -1e4, 0.0, 200.0])
    assert conserved(moved, labels, system.columns).count == 2


def test_the_order_of_rows_and_a_single_row_change_nothing() -> None:
    system = SYSTEMS["isotropic oscillator"]
    rows, labels = system.draw(60, 40, 4)
    order = np.random.default_rng(2).permutation(len(rows))
    rows = np.concatenate([rows[order], [[9.0, 9, 9, 9]]])
    labels = np.concatenate([labels[order], [1000]])
    assert conserved(rows, labels, system.columns).count == 3


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda r, k: (r, k // 10), "6 trajectories of two rows or more are too few: give at least 20"),
        (lambda r, k: (np.where(r == r[0, 0], np.nan, r), k), "1 rows are not finite: leave them out"),
        (lambda r, k: (r, k[:-1]), "do not fit: one label a row"),
    ],
)
def test_what_cannot_be_is_refused_in_a_line(change, words: str) -> None:
    rows, labels = SYSTEMS["predators"].draw(60, 20, 1)
    with pytest.raises(InputError, match=words):
        conserved(*change(rows, labels), ("u", "v"))


def test_json_has_its_keys() -> None:
    system = SYSTEMS["two oscillators"]
    told = conserved(*system.draw(40, 40, 4), system.columns).to_json()
    assert set(told) == {"count", "quantities", "library", "alpha", "tolerance", "trajectories"}
    assert {"formula", "within", "bound"} == set(told["quantities"][0])


def test_both_components_of_the_perihelion_are_kept_though_one_follows_but_for_its_sign() -> None:
    system = SYSTEMS["Kepler"]
    rows, labels = system.draw(100, 60, 4)
    told = conserved(rows, labels, system.columns)
    values = told.values(rows, further=True)
    for axis in ("perihelion x", "perihelion y"):
        true = system.invariants[axis](rows)
        left = true - values @ np.linalg.lstsq(values, true, rcond=None)[0]
        assert np.abs(left).max() < 1e-8
    assert (told.count, told.values(rows).shape[1]) == (3, 3)
