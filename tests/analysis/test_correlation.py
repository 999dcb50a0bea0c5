"""Are the correlation coefficients those of their definitions, with true errors and p-values?"""

import numpy as np
import pytest
from scipy import stats

from hepsym.analysis import circular_circular, circular_linear, spearman
from hepsym.errors import InputError

TURN = 2 * np.pi


def pair(rho: float, n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    return x, rho * x + np.sqrt(1 - rho**2) * rng.normal(size=n)


def test_spearman_is_scipys() -> None:
    x, y = pair(0.3, 200, 1)
    expected = stats.spearmanr(x, y)
    found = spearman(x, y)
    assert found.estimate.value == pytest.approx(expected.statistic, rel=1e-12)
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-9)


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.9])
def test_spearman_error_is_that_of_repetition(rho: float) -> None:
    """400 repetitions of n = 400 know the spread to 3.5 %."""
    found = [spearman(*pair(rho, 400, seed)).estimate for seed in range(400)]
    spread = np.std([e.value for e in found], ddof=1)
    assert np.mean([e.error for e in found]) == pytest.approx(spread, rel=0.15)


def test_circular_linear_is_least_squares_on_sine_and_cosine() -> None:
    rng = np.random.default_rng(2)
    phi = rng.vonmises(0.3, 0.7, 500)
    x = np.cos(phi - 1) + rng.normal(size=500)
    design = np.column_stack([np.ones(500), np.cos(phi), np.sin(phi)])
    residual = x - design @ np.linalg.lstsq(design, x, rcond=None)[0]
    found = circular_linear(phi, x)
    assert found.estimate.value == pytest.approx(1 - residual.var() / x.var(), rel=1e-9)
    assert circular_linear(phi * 180 / np.pi, x, period=360).estimate.value == pytest.approx(
        found.estimate.value, rel=1e-9
    )


def test_circular_circular_is_fisher_and_lees_sum_over_pairs() -> None:
    rng = np.random.default_rng(3)
    a = rng.uniform(0, TURN, 120)
    b = a + rng.normal(size=120)
    sa, sb = np.sin(a[:, None] - a), np.sin(b[:, None] - b)
    expected = (sa * sb).sum() / np.sqrt((sa**2).sum() * (sb**2).sum())
    assert circular_circular(a, b).estimate.value == pytest.approx(expected, rel=1e-9)
    assert circular_circular(a, a + 2).estimate.value == pytest.approx(1)
    assert circular_circular(a, 2 - a).estimate.value == pytest.approx(-1)


def test_bootstrap_errors_are_those_of_repetition() -> None:
    """200 repetitions of n = 400 know the spread to 5 %, the bootstrap of 200 its own to 5 %."""
    linear, circular = [], []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        phi = rng.uniform(0, TURN, 400)
        linear.append(circular_linear(phi, np.cos(phi) + rng.normal(size=400), permutations=9).estimate)
        circular.append(circular_circular(phi, phi + rng.normal(size=400), permutations=9).estimate)
    for found in (linear, circular):
        spread = np.std([e.value for e in found], ddof=1)
        assert np.mean([e.error for e in found]) == pytest.approx(spread, rel=0.25)


def test_p_values_of_independent_angles_are_uniform() -> None:
    """300 seeds: P(p <= 0.05) = 0.05 exactly; 3.3 sigma is 0.008 .. 0.092, for each statistic."""
    found, squares = [], []
    for seed in range(300):
        rng = np.random.default_rng(seed)
        a, b, x = rng.vonmises(0, 1, 60), rng.uniform(0, TURN, 60), rng.exponential(size=60)
        linear = circular_linear(a, x, permutations=199, seed=seed)
        squares.append(linear.estimate.value)
        found.append(
            (
                linear.p_value,
                circular_circular(a, b, permutations=199, seed=seed).p_value,
                spearman(x, b).p_value,
            )
        )
    alarms = (np.array(found) <= 0.05).mean(axis=0)
    assert ((alarms >= 0.008) & (alarms <= 0.092)).all(), alarms
    assert np.mean(squares) == pytest.approx(2 / 59, abs=4 * np.std(squares) / np.sqrt(300))


def test_dependence_is_seen_and_seeded() -> None:
    rng = np.random.default_rng(4)
    phi = rng.uniform(0, TURN, 500)
    x = np.sin(phi) + 0.1 * rng.normal(size=500)
    assert circular_linear(phi, x, seed=1).p_value == 0.001
    assert circular_linear(phi, x, seed=1) == circular_linear(phi, x, seed=1)
    assert set(spearman(phi, x).to_json()) == {"value", "error", "p_value"}


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: spearman(np.ones(9), np.arange(9.0)), "first quantity is constant"),
        (lambda: spearman(np.arange(9.0), np.arange(8.0)), "rows do not match"),
        (lambda: circular_linear(np.arange(9.0), np.arange(9.0), period=0), "period = 0"),
        (lambda: circular_circular(np.arange(3.0), np.arange(3.0)), "fewer than the 4"),
    ],
)
def test_bad_input_is_refused(call, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()
