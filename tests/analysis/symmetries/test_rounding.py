"""Coefficients are set to simple numbers together, where nothing speaks against it, and the rest follows."""

import numpy as np

from hepsym.analysis.symmetries.equations.rounding import EVERY, SOME, jackknife_error, settled

BLOCKS = 100


def replicas(
    rng: np.random.Generator, truth: np.ndarray, spread: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """An estimate with covariance spread spread^T, and jackknife replicas of it."""
    root = np.linalg.cholesky(spread)
    parts = truth + np.sqrt(BLOCKS) * rng.normal(size=(BLOCKS, len(truth))) @ root.T
    return parts.mean(axis=0), (parts.sum(axis=0) - parts) / (BLOCKS - 1)


def test_errors_of_a_mean_are_its_own() -> None:
    rng = np.random.default_rng(1)
    others = replicas(rng, np.zeros(400), np.eye(400))[1]
    assert abs(float((jackknife_error(others) ** 2).mean()) - 1) < 4 * np.sqrt(2 / BLOCKS / 400)


def test_what_is_set_moves_the_rest_as_it_is_correlated() -> None:
    """Of two coefficients with correlation 0.9 the second is known better once the first is."""
    rng = np.random.default_rng(2)
    spread = 1e-4 * np.array([[1.0, 0.9], [0.9, 1.0]])
    off = []
    for _ in range(200):
        row, others = replicas(rng, np.array([1.0, 0.37]), spread)
        only = np.array([True, False])
        main, copies, chosen = settled(row, others, np.array([1.0, 0.0]), only, SOME)
        if chosen[0]:
            assert main[0] == 1.0
            off.append((main[1] - 0.37) / jackknife_error(copies)[1])
            assert jackknife_error(copies)[1] < 0.6 * jackknife_error(others)[1]
    assert len(off) > 180
    assert 0.85 < float(np.std(off)) < 1.2


def test_true_integers_are_set_and_others_are_not() -> None:
    """100 rows of six coefficients: all integers are kept in 98 and more; a 1.03 known to 0.003 is let go."""
    rng = np.random.default_rng(3)
    spread, whole = 9e-6 * np.eye(6), np.array([1.0, -1.0, 0.0, 0.0, 1.0, 2.0])
    kept = wrong = 0
    for _ in range(100):
        row, others = replicas(rng, whole, spread)
        kept += bool(settled(row, others, whole, np.ones(6, dtype=bool), EVERY)[2].all())
        row, others = replicas(rng, whole + np.array([0.03, 0, 0, 0, 0, 0]), spread)
        wrong += bool(settled(row, others, whole, np.ones(6, dtype=bool), EVERY)[2][0])
    assert kept >= 98
    assert wrong == 0
