"""Generators of the manifold: the span of the told fields is that of the true ones."""

import numpy as np
import pytest
from numpy.typing import NDArray

from hepsym.analysis.symmetries import Discovery, discover
from hepsym.analysis.symmetries.flows.lie_pca import fields_from_neighbours, local_normals
from hepsym.generators.toys import TOYS

Floats = NDArray[np.float64]


def angle(told: Discovery, rows: Floats, true_fields: Floats) -> float:
    """Sine of the largest angle between the spans, as flows of the rows in units of the columns' spreads."""
    centred, scale = rows[:2000] - told.centre, rows.std(axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    found = [((centred @ g.matrix.T + g.shift) / scale).ravel() for g in told.generators]
    true = [((rows[:2000] @ f[:, :-1].T + f[:, -1]) / scale).ravel() for f in true_fields]
    q, p = np.linalg.qr(np.array(found).T)[0], np.linalg.qr(np.array(true).T)[0]
    return float(np.linalg.norm(q - p @ (p.T @ q), 2)) if q.shape == p.shape else 1.0


@pytest.mark.parametrize("name", ["torus", "two-circles", "helix"])
def test_surfaces_without_known_equations_have_theirs_by_neighbourhoods(name: str) -> None:
    toy = TOYS[name]
    rows = toy.draw(20_000, 4)
    told = discover(rows, toy.columns)
    assert (told.of, told.algebra) == ("manifold", toy.manifold)
    assert toy.fields is not None
    assert angle(told, rows, toy.fields) < 1e-3
    assert any("neighbourhoods" in note for note in told.notes)


@pytest.mark.parametrize("name", ["circle", "sphere", "ee-2", "pp-narrow", "pp-breit-wigner"])
def test_turned_shifted_and_scaled_columns_have_them_as_exactly(name: str) -> None:
    toy = TOYS[name]
    rng = np.random.default_rng(11)
    rows = toy.draw(4000, 2)
    turn = np.linalg.qr(rng.normal(size=(rows.shape[1],) * 2))[0] * 10 ** rng.uniform(-2, 2, rows.shape[1])
    shift = rng.normal(size=rows.shape[1]) * rows.std()
    moved = (rows + shift) @ turn
    assert toy.fields is not None
    a, b = toy.fields[:, :, :-1], toy.fields[:, :, -1]
    b = b - a @ shift
    carried = np.concatenate([turn.T @ a @ np.linalg.inv(turn.T), (b @ turn)[:, :, None]], axis=2)
    told = discover(moved, [f"c{i}" for i in range(rows.shape[1])])
    assert told.algebra == toy.manifold
    assert angle(told, moved, carried) < 1e-6


@pytest.mark.parametrize("name", ["sphere", "cone", "paraboloid"])
def test_one_per_cent_of_noise_turns_them_by_less_than_a_hundredth(name: str) -> None:
    """Of a cone and a paraboloid the dilation is blurred where so(2,1) and e(2) are not: all are told."""
    toy = TOYS[name]
    assert toy.fields is not None
    told = discover(toy.draw(20_000, 3, noise=0.01), toy.columns)
    assert told.algebra == toy.manifold
    assert angle(told, toy.draw(2000, 3), toy.fields) < 0.01


def test_normals_of_a_sphere_are_its_radii() -> None:
    """To the third order of the neighbourhood, 0.05: a few 1e-4."""
    rows = TOYS["sphere"].draw(20_000, 6)
    places, normals = local_normals(rows, 2)
    off = 1 - np.abs((places * normals[:, 0]).sum(axis=1))
    assert np.sqrt(2 * np.median(off)) < 1e-3


@pytest.mark.parametrize("name", ["moebius", "double-pendulum", "kepler-orbit"])
def test_surfaces_without_affine_flows_have_none_by_neighbourhoods(name: str) -> None:
    rows = TOYS[name].draw(20_000, 5)
    white = (rows - rows.mean(axis=0)) / rows.std(axis=0)
    fields, _ = fields_from_neighbours(white, TOYS[name].dimension)
    assert len(fields) == 0
