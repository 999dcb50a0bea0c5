"""Noise of 1 % of every column's spread: the same equations, masses within three of their errors."""

import numpy as np
import pytest

from hepsym.analysis.symmetries import discover
from hepsym.generators.toys import TOYS

FOUND = ["circle", "ellipse", "sphere", "spring-pair", "kepler-orbit", "ee-2", "ee-3"]


@pytest.mark.parametrize("name", FOUND)
def test_one_per_cent_changes_neither_dimension_nor_number_of_equations(name: str) -> None:
    toy = TOYS[name]
    told = discover(toy.draw(12_000, 3, noise=0.01), toy.columns)
    degrees = [c.degree for c in told.constraints]
    assert told.dimension.value == toy.dimension
    assert (degrees.count(1), degrees.count(2)) == (toy.linear, toy.quadratic)
    assert told.noise == pytest.approx(0.01, rel=0.05)
    assert told.dimension.scale == pytest.approx(0.04, rel=0.05)
    assert told.algebra == toy.manifold


@pytest.mark.parametrize("name", ["annulus", "gaussian", "cube", "skewed", "oscillator-energies"])
def test_full_sets_stay_full_and_carry_no_equation(name: str) -> None:
    toy = TOYS[name]
    told = discover(toy.draw(6000, 3, noise=0.01), toy.columns)
    assert (told.dimension.value, told.constraints, told.noise) == (toy.dimension, (), 0.0)


def test_a_mass_is_found_within_three_errors() -> None:
    """Two bodies of 40 GeV at sqrt(s) = 100: E = 50, |p| = 30, smeared by 0.3 GeV in every component."""
    rng = np.random.default_rng(6)
    direction = rng.normal(size=(20_000, 3))
    p = 30 * direction / np.linalg.norm(direction, axis=1, keepdims=True)
    energy = np.full((20_000, 1), 50.0)
    rows = np.column_stack([energy, p, energy, -p]) + 0.3 * rng.normal(size=(20_000, 8))
    told = discover(rows, [f"{leg}.{c}" for leg in "ab" for c in ("E", "px", "py", "pz")])
    shell = told.constraints[-1]
    mass, error = shell.values["m"]
    assert (shell.kind, told.dimension.value, len(told.constraints)) == ("mass shell", 2, 6)
    assert abs(mass - 40) < 3 * error < 0.15


def test_a_single_thin_direction_is_not_called_noise_but_with_scale() -> None:
    rows = np.random.default_rng(7).normal(size=(4000, 3))
    rows[:, 2] = rows[:, 0] + 0.01 * rows[:, 2]
    assert discover(rows, list("xyz")).constraints == ()
    told = discover(rows, list("xyz"), scale=0.05)
    assert [c.degree for c in told.constraints] == [1]
    assert told.dimension.value == 2
