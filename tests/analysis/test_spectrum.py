"""Does the decoder-Jacobian spectrum count the directions in which a known decoder moves?"""

import json

import numpy as np
import pytest

from hepsym.analysis import jacobian_spectrum
from hepsym.errors import InputError


def with_singular_values(values: np.ndarray, features: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    n, latents = values.shape
    left = np.linalg.qr(rng.normal(size=(n, features, latents)))[0]
    right = np.linalg.qr(rng.normal(size=(n, latents, latents)))[0]
    return left * values[:, None, :] @ right


def test_values_and_gap_of_known_jacobians() -> None:
    rng = np.random.default_rng(1)
    scale = rng.uniform(0.5, 2, size=(500, 1))
    jacobians = with_singular_values(scale * [2.0, 1.0, 0.1, 0.0], 8, seed=2)
    found = jacobian_spectrum(jacobians)
    assert found.median == pytest.approx(np.median(scale) * np.array([2.0, 1.0, 0.1, 0.0]), abs=1e-12)
    assert [r.value for r in found.ratio] == pytest.approx([1, 0.5, 0.05, 0], abs=1e-12)
    assert (found.count, found.low, found.high, found.share) == (2, 2, 2, 1.0)
    assert found.gap.value == pytest.approx(10)
    assert (found.lower <= found.median).all()
    assert (found.median <= found.upper).all()
    assert found.points == 500
    assert json.loads(json.dumps(found.to_json()))["count"] == 2


@pytest.mark.parametrize("dimension", [2, 3])
def test_projection_to_a_sphere_moves_in_one_direction_less(dimension: int) -> None:
    """x = z / |z| has the Jacobian (1 - x x^T) / |z|: circle 1, sphere 2, though the code has 2, 3."""
    z = np.random.default_rng(3).normal(size=(300, dimension))
    size = np.linalg.norm(z, axis=1)
    x = z / size[:, None]
    jacobians = (np.eye(dimension) - x[:, :, None] * x[:, None, :]) / size[:, None, None]
    found = jacobian_spectrum(jacobians)
    assert (found.count, found.low, found.high) == (dimension - 1,) * 3


def test_full_rank_is_counted_in_full() -> None:
    jacobians = with_singular_values(np.tile([1.0, 0.9, 0.8], (50, 1)), 5, seed=0)
    assert jacobian_spectrum(jacobians).count == 3


def test_an_ambiguous_gap_gives_an_interval() -> None:
    """At half of the points the gap stands after 1, at half after 3: the interval holds both."""
    values = np.array([[1, 0.05, 0.04, 0.0]] * 260 + [[1, 0.9, 0.8, 0.0]] * 240)
    found = jacobian_spectrum(with_singular_values(values, 6, seed=1))
    assert (found.low, found.high) == (1, 3)
    assert 0.4 < found.share < 0.6


def test_errors_of_ratios_are_those_of_repetition() -> None:
    """200 repetitions of the median over 200 points; its bootstrap error is good to about 20 %."""
    rng = np.random.default_rng(5)
    found = []
    for _ in range(200):
        values = np.column_stack([np.ones(200), rng.uniform(0.2, 0.8, 200)])
        found.append(jacobian_spectrum(with_singular_values(values, 3, seed=1)).ratio[1])
    spread = np.std([e.value for e in found], ddof=1)
    assert np.mean([e.error for e in found]) == pytest.approx(spread, rel=0.25)


@pytest.mark.parametrize(
    ("jacobians", "words"),
    [
        (np.zeros((9, 3, 2)), "switched off"),
        (np.full((9, 3, 2), np.nan), "diverged"),
        (np.zeros((9, 3)), "points"),
        (np.zeros((2, 3, 2)), "points"),
    ],
)
def test_bad_jacobians_are_refused(jacobians: np.ndarray, words: str) -> None:
    with pytest.raises(InputError, match=words):
        jacobian_spectrum(jacobians)
