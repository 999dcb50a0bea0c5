"""What is printed holds as it is printed: turned, shifted, in any unit, with noise or without.

Formulas are read back by the zoo's reader and put to fresh rows without noise; a third of the noise, or 10^-5
of a spread without, is allowed.
"""

import runpy
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from hepsym.analysis.symmetries import Discovery, discover
from hepsym.generators.toys import TOYS

Floats = NDArray[np.float64]
READER = runpy.run_path(str(Path(__file__).parents[3] / "benchmarks" / "symmetry_zoo" / "formulas.py"))


def turned(name: str, seed: int) -> Callable[[Floats], Floats]:
    """A fixed turn, shift and change of units of the toy's columns."""
    rng = np.random.default_rng([seed, 8])
    columns = len(TOYS[name].columns)
    turn = np.linalg.qr(rng.normal(size=(columns, columns)))[0]
    units, shift = 10.0 ** rng.uniform(-2, 2, columns), 5 * rng.normal(size=columns)
    return lambda rows: (rows @ turn + shift) * units


def worst(found: Discovery, clean: Floats) -> float:
    return max(READER["distance"](c.formula, found.columns, clean) for c in found.constraints)


@pytest.mark.parametrize(
    ("name", "noise"),
    [
        ("cone", 0.01),
        ("ee-2", 0.01),
        ("kepler-orbit", 0.01),
        ("sphere-7", 0.01),
        ("ee-2", 0.0),
        ("turns", 0.0),
    ],
)
def test_a_turned_table_is_told_by_equations_that_hold(name: str, noise: float) -> None:
    toy, carried = TOYS[name], turned(name, 3)
    rows = carried(toy.draw(8000, 21, noise=noise, one_unit=True))
    found = discover(rows, [f"c{i}" for i in range(rows.shape[1])], max_degree=2)
    assert found.dimension.value == toy.dimension
    assert [sum(c.degree == k for c in found.constraints) for k in (1, 2)] == [toy.linear, toy.quadratic]
    assert worst(found, carried(toy.draw(2000, 9021))) < max(1e-5, noise / 3)


@pytest.mark.parametrize("noise", [0.0, 0.01])
def test_units_far_apart_and_places_far_away_keep_their_digits(noise: float) -> None:
    rng = np.random.default_rng(4)

    def hyperbola(n: int) -> Floats:
        u = rng.uniform(-1.2, 1.4, n)
        rows = np.column_stack([3 * np.cosh(u), np.sinh(u)]) @ np.array([[0.8, 0.6], [-0.6, 0.8]])
        far: Floats = rows * np.array([1e3, 1e-2]) + np.array([5.0, 7.0])
        return far

    rows = hyperbola(6000)
    rows += noise * rows.std(axis=0) * rng.normal(size=rows.shape)
    found = discover(rows, ["far", "small"])
    assert [c.kind for c in found.constraints] == ["hyperbola"]
    assert worst(found, hyperbola(2000)) < max(1e-5, noise / 3)


@pytest.mark.parametrize("units", [(1e-9, 1e9), (1e-15, 1e-15), (1e20, 1.0)])
def test_a_noisy_circle_in_any_units(units: tuple[float, float]) -> None:
    rows = TOYS["circle"].draw(6000, 5, noise=0.01) * np.array(units)
    found = discover(rows, ["a", "b"])
    assert len(found.constraints) == 1
    assert worst(found, TOYS["circle"].draw(2000, 6) * np.array(units)) < 0.003


@pytest.mark.parametrize("law", ["uniform", "exponential", "laplace", "proportional"])
def test_noise_that_is_not_normal_makes_no_wrong_equation(law: str) -> None:
    """It may be taken for normal noise, where margins allow it, or no equation is told."""
    rng = np.random.default_rng(6)
    rows = TOYS["sphere"].draw(10_000, 7)
    drawn = {
        "uniform": rng.uniform(-np.sqrt(3), np.sqrt(3), rows.shape),
        "exponential": rng.exponential(size=rows.shape) - 1,
        "laplace": rng.laplace(size=rows.shape) / np.sqrt(2),
        "proportional": 2 * rows * rng.normal(size=rows.shape),
    }
    found = discover(rows + 0.006 * drawn[law], ["x", "y", "z"])
    assert len(found.constraints) <= 1
    assert all(READER["distance"](c.formula, found.columns, TOYS["sphere"].draw(2000, 8)) < 0.003
               for c in found.constraints)  # fmt: skip
    assert next(a.value for a in found.dimension.scales if a.scale > 0.04) == 2


def test_beside_an_exact_circle_a_noisy_one_is_told_by_the_dimension_and_a_note() -> None:
    rows = TOYS["two-angles"].draw(6000, 3)
    rows[:, 2:] += 0.007 * np.random.default_rng(9).normal(size=(6000, 2))
    found = discover(rows, ["a", "b", "c", "d"])
    assert [c.formula for c in found.constraints] == ["a^2 + b^2 = 1"]
    assert next(a.value for a in found.dimension.scales if a.scale > 0.04) == 2
    assert any("beside equations that hold exactly" in note for note in found.notes)
