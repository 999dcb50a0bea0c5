"""Whose pose is called 0? A class' own frame may change without v ceasing to follow the group."""

from pathlib import Path

import numpy as np
import torch

from hepsym.generators.images import glyphs
from hepsym.models.equivae import EquiVAE, picture_similarities
from hepsym.models.equivae.straightening.origins import Origins

UNITS = (0.35, 0.15, 1.7)
CODES = np.arange(600) % 3


def poses() -> np.ndarray:
    """600 of three classes with unlike zeros, and one coordinate more."""
    rng = np.random.default_rng(3)
    zero = np.array([[0.5, -0.2, 1.0, 0.0, 0], [0, 0, 0, 0, 0], [-1.0, 0.7, 0.3, -2.0, 0]])
    return rng.normal(size=(600, 5)) + zero[CODES]


def test_classes_are_centred_and_come_back() -> None:
    v = poses()
    origins = Origins.of(v, CODES, 3, UNITS)
    moved = origins.apply(v, CODES)
    for k in range(3):
        np.testing.assert_allclose(moved[k == CODES, :4].mean(0), 0, atol=1e-12)
    np.testing.assert_array_equal(moved[:, 4], v[:, 4])
    np.testing.assert_allclose(origins.invert(moved, CODES), v, atol=1e-12)
    more = origins.with_class()
    np.testing.assert_allclose(more.apply(v, np.full(600, 3)), v, atol=1e-12)


def test_it_commutes_with_the_group() -> None:
    """rho(g) T_y(v) = T_y(rho(g) v), float64: 1e-12. Centring each coordinate would not: 0.1 off."""
    v = poses()
    origins = Origins.of(v, CODES, 3, UNITS)
    action = picture_similarities((16, 16, 1), units=UNITS)
    assert action.pose_units == UNITS
    g = action.draw(600, torch.Generator().manual_seed(1)).double()
    first = action.represent(torch.from_numpy(origins.apply(v, CODES)), g).numpy()
    last = origins.apply(action.represent(torch.from_numpy(v), g).numpy(), CODES)
    np.testing.assert_allclose(first, last, atol=1e-12)
    middle = np.stack([v[k == CODES].mean(0) for k in range(3)])[CODES]
    plain = action.represent(torch.from_numpy(v - middle), g).numpy()
    assert np.abs(plain - (action.represent(torch.from_numpy(v), g).numpy() - middle)).max() > 0.1


def test_they_are_kept_with_the_model_and_move_no_bound(tmp_path: Path) -> None:
    rows = glyphs(120, seed=1)
    small = {"equivariant": 6, "width": 16, "epochs": 1, "validation": 0.0, "action_penalty": 1.0}
    action = picture_similarities((*rows.x.shape[1:], 1))
    plain = EquiVAE(**small).fit(rows.x, rows.y, action=action)
    model = EquiVAE(**small, straighten=True, kept=4).fit(rows.x, rows.y, action=action)
    np.testing.assert_array_equal(plain.predictive_bound(rows.x), model.predictive_bound(rows.x))
    v = model.transform(rows.x, rows.y)[1]
    np.testing.assert_allclose(v[rows.y == rows.y[0], :4].mean(0), 0, atol=1e-9)
    np.testing.assert_allclose(
        model.decode(v, rows.y), plain.decode(plain.transform(rows.x, rows.y)[1], rows.y), atol=1e-5
    )
    model.save(tmp_path / "m")
    again = EquiVAE.load(tmp_path / "m")
    np.testing.assert_array_equal(again.transform(rows.x, rows.y)[1], v)
