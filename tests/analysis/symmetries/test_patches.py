"""Thickness about the best surface: the cube of the radius if it is smooth, and the noise where there is."""

import numpy as np
import pytest

from hepsym.analysis.symmetries.dimensions.patches import patches
from hepsym.generators.toys import TOYS


def test_about_a_torus_the_thickness_falls_as_the_cube_of_the_radius() -> None:
    rows = TOYS["torus"].draw(20_000, 3)
    seen = patches(rows, np.eye(3), None, 1)
    few, many = seen.sizes.index(48), seen.sizes.index(192)
    thick, wide = (np.median(x, axis=1) for x in (seen.tau[:, :, 2], seen.sigma[:, :, 1]))
    assert np.log(thick[many] / thick[few]) / np.log(wide[many] / wide[few]) == pytest.approx(3, abs=0.7)


@pytest.mark.parametrize("noise", [0.003, 0.01])
def test_about_a_noisy_plane_it_is_the_noise(noise: float) -> None:
    """Within 3 % at neighbourhoods of 96 rows and more, whatever their size."""
    rng = np.random.default_rng(2)
    x, y = rng.uniform(-1, 1, (2, 10_000))
    rows = np.column_stack([x, y, x * y]) + noise * rng.normal(size=(10_000, 3))
    seen = patches(rows, np.eye(3), None, 1)
    found = np.median(seen.tau[seen.sizes.index(192) : seen.sizes.index(768), :, 2], axis=1)
    assert found == pytest.approx(noise, rel=0.03)


def test_in_full_densities_no_ratio_reaches_the_gap() -> None:
    """Medians of sigma_d / tau_d below 1.5 for a normal and an even law in 2 to 20 columns."""
    rng = np.random.default_rng(3)
    for columns in (2, 8, 20):
        for rows in (rng.normal(size=(3000, columns)), rng.uniform(size=(3000, columns))):
            seen = patches(rows, np.eye(columns), None, 1)
            ratio = seen.sigma[:, :, :-1] / seen.tau[:, :, 1:]
            with np.errstate(invalid="ignore"):
                middle = np.median(ratio, axis=1)
            assert np.nanmax(middle) < 1.5


def test_what_equations_leave_free_is_looked_at_alone() -> None:
    rows = TOYS["sphere"].draw(4000, 3)

    def tangent(point: np.ndarray) -> np.ndarray:
        return np.asarray(np.linalg.svd(point[None, :], full_matrices=True)[2][1:].T)

    seen = patches(rows, np.eye(3), tangent, 1)
    assert seen.tau.shape[2] == 2
    assert np.nanmax(np.median(seen.sigma[:, :, 0] / seen.tau[:, :, 1], axis=1)) < 1.6
