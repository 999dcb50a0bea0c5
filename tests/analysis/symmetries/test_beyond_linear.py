"""Symmetries that no matrix in the columns shows: through latents, or a quadratic change of coordinates."""

import numpy as np
import pytest
from numpy.typing import NDArray

from hepsym.analysis.symmetries import discover
from hepsym.analysis.symmetries.flows.straightened import straightened
from hepsym.analysis.symmetries.latent import latent_flows
from hepsym.analysis.symmetries.moments import whitened
from hepsym.errors import InputError

Floats = NDArray[np.float64]
ROWS = 24_000


def circle(seed: int) -> Floats:
    t = 2 * np.pi * np.random.default_rng(seed).uniform(size=ROWS)
    return np.column_stack([np.cos(t), np.sin(t)])


def bent(z: Floats) -> Floats:
    """(x, y + x^2)"""
    return np.column_stack([z[:, 0], z[:, 1] + z[:, 0] ** 2])


def test_a_bent_circle_has_its_rotation_in_other_coordinates() -> None:
    """x' = (x, y + x^2) of a circle: u is the circle again, and the flow keeps x^2 + (y - x^2)^2 = 1."""
    rows = bent(circle(1))
    found = straightened(whitened(rows[:6000]), whitened(rows[6000:]), alpha=1e-3, seed=1)
    assert found is not None and found.certified
    y = whitened(rows[6000:])
    radius = np.linalg.norm(found.straight(y), axis=1)
    assert radius.std() / radius.mean() < 0.03
    step = 1e-3
    before, after = (np.linalg.norm(found.straight(part), axis=1) for part in (y, y + step * found.flow(y)))
    assert np.abs(after - before).max() < 10 * step**2


@pytest.mark.parametrize("seed", range(2))
def test_blobs_have_none(seed: int) -> None:
    rng = np.random.default_rng([seed, 17])
    which = rng.integers(0, 3, ROWS)
    rows = (2 * rng.normal(size=(3, 2)))[which] + rng.normal(size=(ROWS, 2)) * rng.uniform(0.3, 1, (3, 2))[
        which
    ]
    found = straightened(whitened(rows[:6000]), whitened(rows[6000:]), alpha=1e-3, seed=1)
    assert found is None or not found.certified


def test_a_latent_space_shows_what_the_columns_do_not() -> None:
    latents = circle(2) @ np.array([[2.0, 0.5], [0.0, 1.0]]) + [3.0, -1.0]

    def decode(z: Floats) -> Floats:
        return bent((z - [3.0, -1.0]) @ np.linalg.inv(np.array([[2.0, 0.5], [0.0, 1.0]])))

    rows = decode(latents)
    told = discover(rows, ["x", "y"])
    assert told.density["count"] == 0
    assert [found["certified"] for found in told.nonlinear] == [True]
    (flow,) = latent_flows(latents, rows, decode)
    assert flow.certified
    moved = decode(flow.moved(latents, 0.7))
    assert np.abs(moved[:, 0] ** 2 + (moved[:, 1] - moved[:, 0] ** 2) ** 2 - 1).max() < 0.05


def test_a_decoder_that_does_not_give_the_rows_back_is_found_out() -> None:
    latents = circle(3)
    (flow,) = latent_flows(latents, bent(latents), lambda z: bent(1.15 * z))
    assert flow.bound_latents < 0.1 < flow.bound_rows
    assert not flow.certified


def test_unlike_numbers_of_rows_are_refused() -> None:
    with pytest.raises(InputError, match="as many rows as latents"):
        latent_flows(circle(1), circle(1)[:100], bent)
