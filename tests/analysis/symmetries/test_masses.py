"""Masses and constants have the errors that they are told with; of exact equations these are bounds."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from hepsym.analysis.symmetries import discover
from hepsym.analysis.symmetries.equations.constraints import find_constraints
from hepsym.analysis.symmetries.equations.noise import find_noisy
from hepsym.analysis.symmetries.recognition.masses import mass_of
from hepsym.analysis.symmetries.recognition.names import recognise

Floats = NDArray[np.float64]
FORM = np.diag([1.0, -1.0, -1.0, -1.0])


def legs(rng: np.random.Generator, mass: float, n: int = 2000) -> Floats:
    """Momenta of normal components of 30, with tails from a boost along z."""
    p = 30 * rng.normal(size=(n, 3)) * np.array([1.0, 1.0, 3.0])
    return np.column_stack([np.sqrt(mass**2 + (p**2).sum(axis=1)), p])


def noisy(size: Floats) -> Any:
    """Four columns whose noise was found to be `size` (4,), independent, and equal in this unit."""
    frame = SimpleNamespace(
        relations=np.empty((0, 5)), to_white=np.eye(4), from_white=np.eye(4), scale=size / 0.01
    )
    return SimpleNamespace(
        frame=frame, covariance=np.diag(size**2), noise=0.01, noise_axes=None, noise_doubt=None, rows=2000
    )


@pytest.mark.parametrize("mass", [0.0, 20.0])
def test_squared_masses_cover(mass: float) -> None:
    """600 tables with 1 % noise: 68.3 and 95 % of the intervals of m^2 hold the truth, within four binomial
    errors (one false alarm in 8,000)."""
    rng, size = np.random.default_rng(31), np.array([0.6, 0.3, 0.3, 0.9])
    pulls = []
    for _ in range(600):
        rows = legs(rng, mass) + size * rng.normal(size=(2000, 4))
        value, error = mass_of(noisy(size), rows, FORM)["m^2"]
        pulls.append((value - mass**2) / error)
    within = np.abs(np.array(pulls))
    assert abs((within < 1).mean() - 0.6827) < 4 * 0.019
    assert abs((within < 1.96).mean() - 0.95) < 4 * 0.009


def test_a_row_of_high_energy_does_not_decide() -> None:
    """One row of 30 TeV among 2000 of 100 GeV: its weight is as small as what it knows."""
    rng, size = np.random.default_rng(5), np.full(4, 0.5)
    rows = legs(rng, 20.0)
    rows[0] = [np.sqrt(3e4**2 + 400), 0.0, 0.0, 3e4]
    rows += size * rng.normal(size=rows.shape)
    mass, error = mass_of(noisy(size), rows, FORM)["m"]
    assert abs(mass - 20) < 3 * error < 0.5


def test_a_mass_that_is_not_told_from_zero_is_bounded() -> None:
    rng, size = np.random.default_rng(6), np.full(4, 0.5)
    told = mass_of(noisy(size), legs(rng, 0.0) + size * rng.normal(size=(2000, 4)), FORM)
    assert told["m"][0] == 0.0
    assert told["m"][1] == pytest.approx(np.sqrt(max(told["m^2"][0], 0.0) + told["m^2"][1]))


def test_noise_that_is_not_equal_is_doubted() -> None:
    """A found noise that is three times as large in one column as in the unit of the fit widens the error."""
    rng, size = np.random.default_rng(8), np.full(4, 0.5)
    rows = legs(rng, 0.0, 100_000) + size * rng.normal(size=(100_000, 4))
    found = noisy(size)
    found.covariance = np.diag((size * np.array([1.0, 3.0, 1.0, 1.0])) ** 2)
    value, error = mass_of(found, rows, FORM)["m^2"]
    assert abs(value) < 2 * error
    assert error > 5 * mass_of(noisy(size), rows, FORM)["m^2"][1]


def test_constants_are_told_by_all_rows() -> None:
    """A sum's constant is the mean of the sum over every row, not over those of the search alone."""
    rng = np.random.default_rng(7)
    a = rng.exponential(size=(3000, 2))
    rows = np.column_stack([a, 7.5 - a.sum(axis=1)])
    rows += 0.01 * rows.std(axis=0) * rng.normal(size=rows.shape)
    fit, test = rows[:1500], rows[1500:]
    found = find_noisy(fit, test, find_constraints(fit, test, max_degree=2, alpha=0.005), None, noise=0.01)
    assert found is not None
    (told,) = recognise(found, test, ["a", "b", "c"], rows)
    value, error = told.values["value"]
    sums = rows.sum(axis=1)
    assert (told.kind, told.exact) == ("sum rule", False)
    assert value == pytest.approx(sums.mean(), abs=1e-9)
    assert error == pytest.approx(sums.std() / np.sqrt(3000), rel=0.2)


def test_errors_of_exact_equations_are_bounds() -> None:
    """Of 8 tables far from 0 every constant and mass is off by less than is told, and by rounding only."""
    for seed in range(8):
        rng = np.random.default_rng([seed, 3])
        p = legs(rng, 0.105, 400)
        share = rng.exponential(size=400)
        rows = np.column_stack([p, share + 1e4, 3e4 - share])
        told = discover(rows, ["E", "x", "y", "z", "a", "b"], max_degree=2)
        values = {c.kind: c.values for c in told.constraints}
        assert all(c.exact for c in told.constraints)
        total, off = values["sum rule"]["value"]
        assert abs(total - 4e4) <= off < 1e-4
        mass, off = values["mass shell"]["m"]
        assert abs(mass - 0.105) <= off < 1e-4
