"""The chi-squared of control plots: right under the law, and planted faults are found."""

import numpy as np
import pytest
from scipy import stats

from hepsym.report.run.control import Filling, compared, edges_for, worst


def cdf(c: np.ndarray) -> np.ndarray:
    """Of 3/8 (1 + c^2)."""
    return (4 + 3 * c + c**3) / 8


def cosines(n: int, seed: int, coefficient: float = 1.0) -> np.ndarray:
    """Events of 1 + coefficient c^2, by rejection."""
    rng = np.random.default_rng(seed)
    c = rng.uniform(-1, 1, 3 * n)
    return c[rng.uniform(size=c.size) * 2 < 1 + coefficient * c**2][:n]


def test_p_values_are_uniform_under_the_law() -> None:
    """400 seeds; a Kolmogorov-Smirnov test at 1e-3."""
    edges = np.linspace(-1, 1, 21)
    found = []
    for seed in range(400):
        filling = Filling(edges)
        filling.fill(cosines(2000, seed))
        found.append(compared("c", filling, cdf).p_value)
    assert stats.kstest(found, "uniform").pvalue > 1e-3


def test_weighted_p_values_are_uniform_under_the_law() -> None:
    """Flat cosines with weights 1 + c^2 and a random factor; 400 seeds, at 1e-3."""
    found = []
    for seed in range(400):
        rng = np.random.default_rng(seed)
        c = rng.uniform(-1, 1, 4000)
        filling = Filling(np.linspace(-1, 1, 13))
        filling.fill(c, (1 + c**2) * rng.exponential(size=c.size))
        found.append(compared("c", filling, cdf, weighted=True).p_value)
    assert stats.kstest(found, "uniform").pvalue > 1e-3


def test_unweighted_is_pearson() -> None:
    filling = Filling(np.linspace(-1, 1, 11))
    filling.fill(cosines(5000, 7))
    found = compared("c", filling, cdf)
    pearson = stats.chisquare(found.counts, found.expected)
    assert found.chi2 == pytest.approx(pearson.statistic, rel=1e-10)
    assert found.p_value == pytest.approx(pearson.pvalue, rel=1e-9)


def test_a_planted_fault_is_found() -> None:
    """The coefficient of cos^2 at 0.9 instead of 1, 1e6 events."""
    filling = Filling(np.linspace(-1, 1, 51))
    filling.fill(cosines(1_000_000, 3, coefficient=0.9))
    p_value = compared("c", filling, cdf).p_value
    assert p_value is not None
    assert p_value < 1e-12


def test_events_where_the_law_has_none() -> None:
    filling = Filling(np.linspace(-1, 1, 11))
    filling.fill(np.append(cosines(1000, 1), 1.5))
    found = compared("c", filling, lambda x: cdf(np.clip(x, -1, 1)))
    assert found.p_value == 0.0
    assert found.total == 1001


def test_too_few_events_make_no_test() -> None:
    filling = Filling(np.linspace(-1, 1, 11))
    filling.fill(np.array([0.1, 0.2]))
    assert compared("c", filling, cdf).p_value is None
    assert compared("c", Filling(np.linspace(-1, 1, 3)), cdf).p_value is None


def test_without_a_law_nothing_is_claimed() -> None:
    filling = Filling(np.linspace(-1, 1, 11))
    filling.fill(cosines(1000, 1))
    found = compared("c", filling, None)
    assert found.expected is None
    assert worst([found]) is None


def test_worst_is_bonferroni() -> None:
    filling = Filling(np.linspace(-1, 1, 11))
    filling.fill(cosines(1000, 1))
    found = compared("c", filling, cdf)
    assert found.p_value is not None
    assert worst([found, found]) == min(1.0, 2 * found.p_value)


def test_edges() -> None:
    rng = np.random.default_rng(1)
    assert edges_for(rng.uniform(-3, 3, 99), name="phi(mu-)", period=2 * np.pi)[[0, -1]] == pytest.approx(
        [-np.pi, np.pi]
    )
    assert edges_for(rng.uniform(0, 6, 99), name="phi(mu-)", period=2 * np.pi)[0] == 0.0
    assert edges_for(rng.uniform(0, 0.1, 99), name="cos_theta(mu-)", period=None)[[0, -1]].tolist() == [-1, 1]
    assert len(edges_for(np.array([2.0, 2.0]), name="m", period=None, bins=10)) == 11
    assert np.all(np.diff(edges_for(np.array([]), name="m", period=None)) > 0)
