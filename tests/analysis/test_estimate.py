"""Are the errors of estimates those seen when the experiment is repeated?"""

import json

import numpy as np
import pytest

from hepsym.analysis.door import column, is_constant, matrix, same_length
from hepsym.analysis.estimate import Estimate, bootstrap, bootstrap_weights, mean
from hepsym.errors import InputError


def test_mean_and_bootstrap_errors_agree_with_repetition() -> None:
    """Exponentials: the mean's error is 1/sqrt(n); 400 repetitions know it to 3.5 %, tested at 4 sigma."""
    rng = np.random.default_rng(1)
    samples = rng.exponential(size=(400, 300))
    found = [mean(s) for s in samples]
    spread = np.std([e.value for e in found], ddof=1)
    assert np.mean([e.error for e in found]) == pytest.approx(spread, rel=0.15)
    assert np.mean([e.error for e in found]) == pytest.approx(1 / np.sqrt(300), rel=0.05)
    booted = bootstrap(lambda m: m[..., 0], samples[0][:, None], bootstrap_weights(300, 2000, 3))
    assert booted.value == pytest.approx(found[0].value, rel=1e-12)
    assert booted.error == pytest.approx(found[0].error, rel=0.07)


def test_bootstrap_weights_are_multinomial_and_seeded() -> None:
    weights = bootstrap_weights(50, 4000, 7)
    assert np.allclose(weights.sum(axis=1), 1.0)
    assert np.allclose(weights * 50, np.round(weights * 50))
    assert (weights * 50).var() == pytest.approx(1 - 1 / 50, rel=0.02)
    assert np.array_equal(weights, bootstrap_weights(50, 4000, 7))
    assert not np.array_equal(weights, bootstrap_weights(50, 4000, 8))


def test_estimates_survive_json() -> None:
    assert json.loads(json.dumps(Estimate(1.5, float("nan")).to_json())) == {"value": 1.5, "error": None}
    assert "±" in str(Estimate(1.5, 0.1))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: matrix(np.ones((2, 2)), "mu"), "mu has 2 rows, fewer than the 4 needed"),
        (lambda: matrix(np.ones((5, 2, 2)), "mu"), "shape"),
        (lambda: matrix([[1.0], [np.nan], [2.0], [3.0]], "mu"), "mu holds nan in row 1, column 0"),
        (lambda: column(np.ones((5, 2)), "phi"), "phi has shape"),
        (lambda: same_length(a=np.ones(3), b=np.ones(4)), "a has 3, b has 4"),
    ],
)
def test_bad_arrays_are_named(call, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()


def test_rounding_is_constant_physics_is_not() -> None:
    rng = np.random.default_rng(0)
    assert is_constant(45.6 + 1e-13 * rng.normal(size=100))
    assert is_constant(np.zeros(10))
    assert not is_constant(45.6 + 1e-6 * rng.normal(size=100))
