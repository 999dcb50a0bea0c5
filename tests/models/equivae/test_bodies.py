"""Pictures, clouds and vectors: the order of points and their padding change nothing; groups act on v."""

import numpy as np
import pytest
import torch

from hepsym.analysis.representation import equivariance_error
from hepsym.generators.images import plane_orbits
from hepsym.models.equivae import EquiVAE, picture_rotations, plane_rotations
from hepsym.models.equivae.labels import read_labels
from hepsym.models.equivae.networks.bodies import Cloud, Picture
from hepsym.models.equivae.reading import Reading
from hepsym.models.equivae.training.action import turn_pairs
from hepsym.models.equivae.training.temperature import fit_temperature
from hepsym.models.equivae.training.wobble import Wobble


def test_a_cloud_has_no_order_and_no_padding() -> None:
    x = torch.randn((4, 5, 3), generator=torch.Generator().manual_seed(1))
    x[:, 3:] = 0
    network = Cloud((5, 3), 16)
    with torch.no_grad():
        plain = network(x.flatten(1))
        torch.testing.assert_close(network(x[:, [2, 4, 0, 3, 1]].flatten(1)), plain)
        assert not torch.allclose(network(x[:, [0, 1]].repeat(1, 3, 1)[:, :5].flatten(1)), plain)


@pytest.mark.parametrize("shape", [(28, 28, 1), (8, 8, 1), (9, 14, 3), (17, 16, 2)])
def test_pictures_of_any_size_are_read(shape: tuple[int, int, int]) -> None:
    assert Picture(shape, 10)(torch.rand((2, int(np.prod(shape))))).shape == (2, 10)


@pytest.mark.parametrize(
    ("x", "kind", "shape"),
    [(np.ones((4, 3)), "auto", (3,)), (np.ones((4, 5, 6)), "auto", (5, 6, 1)),
     (np.ones((4, 5, 6, 3)), "auto", (5, 6, 3)), (np.ones((4, 5, 6)), "cloud", (5, 6))],
)  # fmt: skip
def test_shapes_are_read(x: np.ndarray, kind: str, shape: tuple[int, ...]) -> None:
    assert Reading.of(x, kind).shape == shape


@pytest.mark.parametrize("kind", ["vector", "image", "cloud"])
def test_features_go_back_to_rows(kind: str) -> None:
    shape = (6, 4) if kind == "vector" else (6, 4, 3)
    x = np.random.default_rng(2).uniform(0, 9, size=shape)
    if kind == "cloud":
        x[:, 2:] = 0
    reading = Reading.of(x, kind)
    features = reading.apply(x)
    np.testing.assert_allclose(reading.invert(features), x, atol=2e-6)
    if kind == "cloud":
        assert (features.reshape(6, 4, 3)[:, 2:] == 0).all()
    again = Reading.from_json(reading.to_json())
    np.testing.assert_array_equal(again.apply(x), features)


def test_jets_as_clouds_are_learned() -> None:
    """Two kinds of clouds, of few wide and many narrow points."""
    rng = np.random.default_rng(3)
    x = np.zeros((300, 8, 2))
    y = np.arange(300) % 2
    for i, k in enumerate(y):
        count = rng.integers(2, 4) if k == 0 else rng.integers(5, 9)
        x[i, :count] = rng.normal(size=(count, 2)) * (1.0 if k == 0 else 0.3)
    model = EquiVAE(kind="cloud", width=32, epochs=40, batch=36, invariant=4, equivariant=2).fit(
        x[:200], y[:200]
    )
    assert model.score(x[200:], y[200:], by="classifier") > 0.95
    assert model.swap(x[200:], 1 - y[200:]).shape == (100, 8, 2)


def test_v_follows_a_group_it_was_told_of() -> None:
    """Triangles turned in the plane: v turns by the same angle, exact to 15 % of its size."""
    orbit = plane_orbits(600, classes=2, seed=5, noise=0.05)
    settings = {"scaling": "common", "invariant": 4, "equivariant": 2, "width": 48, "epochs": 80,
                "validation": 0.0, "discriminative": 0.0}  # fmt: skip
    turned = turn_pairs(torch.from_numpy(orbit.x), torch.full((600,), 0.9), (1, 1, 1)).numpy()
    error = {}
    for penalty in (0.0, 30.0):
        model = EquiVAE(**settings, action_penalty=penalty)
        model.fit(orbit.x[:400], orbit.y[:400], action=plane_rotations() if penalty else None)
        v, moved = (model.transform(x[400:], orbit.y[400:])[1] for x in (orbit.x, turned))
        wanted = turn_pairs(torch.from_numpy(v), torch.full((200,), 0.9), (1,)).numpy()
        error[penalty] = equivariance_error(moved, wanted).value
    assert error[30.0] < 0.15
    assert error[30.0] < 0.5 * error[0.0]


def test_a_turned_picture_is_numpy_s_quarter_turn() -> None:
    picture = torch.rand((1, 6, 6), generator=torch.Generator().manual_seed(1))
    action = picture_rotations((6, 6, 1))
    turned = action.apply(picture.flatten(1), torch.tensor([[torch.pi / 2]])).reshape(6, 6)
    np.testing.assert_allclose(turned, np.rot90(picture[0]), atol=1e-6)


def test_small_motions_are_small_and_new_every_time() -> None:
    """A shift of whole pixels by hand; turns and stretches keep the sum of a picture that stays inside."""
    picture = torch.zeros((200, 12, 12))
    picture[:, 4:8, 4:8] = torch.rand((4, 4), generator=torch.Generator().manual_seed(1))
    flat = picture.flatten(1)
    still = Wobble((12, 12, 1), 0.0, 0.0, 0.0, torch.Generator().manual_seed(2))(flat)
    torch.testing.assert_close(still, flat)
    moved = Wobble((12, 12, 1), 2.0, 0.0, 0.0, torch.Generator().manual_seed(2))(flat)
    torch.testing.assert_close(moved.sum(1), flat.sum(1))
    at = torch.arange(12.0)
    off = (moved.reshape(-1, 12, 12).sum(1) @ at - flat.reshape(-1, 12, 12).sum(1) @ at) / flat.sum(1)
    assert float(off.abs().max()) <= 2 + 1e-4
    assert float(off.abs().max()) > 1.8
    assert abs(float(off.mean())) < 5 * 2 / np.sqrt(3 * 200)
    turned = Wobble((12, 12, 1), 0.0, 0.2, 0.0, torch.Generator().manual_seed(2))(flat)
    torch.testing.assert_close(turned.sum(1), flat.sum(1), rtol=0.05, atol=0)
    assert not torch.allclose(turned[0], turned[1])


def test_rho_is_a_representation() -> None:
    v = torch.randn((7, 5), generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    a, b = torch.linspace(-3, 3, 7).double(), torch.linspace(1, 2, 7).double()
    twice = turn_pairs(turn_pairs(v, a, (1, 3)), b, (1, 3))
    torch.testing.assert_close(twice, turn_pairs(v, a + b, (1, 3)))
    torch.testing.assert_close(turn_pairs(v, a, (1, 3))[:, 4], v[:, 4])


def test_a_temperature_undoes_overconfidence() -> None:
    """Scores ten times too large: T = 10 within the error of 20,000 rows."""
    rng = np.random.default_rng(1)
    scores = rng.normal(size=(20_000, 3))
    p = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    codes = (rng.random((20_000, 1)) > p.cumsum(1)).sum(1)
    assert fit_temperature(10 * scores, codes) == pytest.approx(10, rel=0.05)
    assert fit_temperature(scores[:0], codes[:0]) == 1


def test_numbers_as_words_are_sorted_as_numbers() -> None:
    assert read_labels(["10", "9", "10", "9"])[0].classes == ("9", "10")
    labels, codes = read_labels(["b", "a", "b", "a", -1])
    assert labels.classes == ("a", "b")
    assert codes.tolist() == [1, 0, 1, 0, -1]
    assert labels.decode(codes[:4]).tolist() == ["b", "a", "b", "a"]
