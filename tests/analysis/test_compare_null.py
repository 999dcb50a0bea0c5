"""Under one law p-values are uniform: unweighted, weighted, few cells, atoms. Fixed seeds.

Bounds are 3.5 binomial standard deviations, so that a right test would fail one of these
with a chance below 1 % over all of them had the seeds not been fixed.
"""

import numpy as np
import pytest

from hepsym.analysis import compare as c

LEVELS = (0.01, 0.05, 0.1, 0.5)


def sums(values: np.ndarray, edges: np.ndarray, weights: np.ndarray | None = None) -> c.Sums:
    return c.Sums.of(c.cell_of(values, edges), len(edges) + 1, weights)


def assert_uniform(p_values: list[float]) -> None:
    p, n = np.array(p_values), len(p_values)
    for level in LEVELS:
        spread = 3.5 * np.sqrt(level * (1 - level) / n)
        assert abs((p <= level).mean() - level) < spread + 1 / n, (level, (p <= level).mean())


def pair(rng: np.random.Generator, kind: str) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """(a, b, weights of b) of one law."""
    a = rng.normal(size=1500)
    if kind == "unweighted":
        return a, rng.normal(size=1000), None
    if kind == "counts":
        return rng.poisson(2.5, 1500).astype(float), rng.poisson(2.5, 1000).astype(float), None
    b = 1.6 * rng.normal(size=1800)
    weights = np.exp(-0.5 * b**2 * (1.0 - 1.6**-2))
    if kind == "weights without bearing":
        b, weights = rng.normal(size=1800), rng.exponential(size=1800)
    if kind == "negative weights":
        b = rng.normal(size=1800)
        weights = np.where(rng.random(1800) < 0.15, -1.0, 1.0)
    return a, b, weights


KINDS = ["unweighted", "weighted", "weights without bearing", "negative weights", "counts"]


@pytest.mark.parametrize("kind", KINDS)
def test_chi_squared_and_smooth(kind: str) -> None:
    rng = np.random.default_rng(11)
    chi2, smooth, slope = [], [], []
    for _ in range(500):
        a, b, w = pair(rng, kind)
        edges = np.arange(-0.5, 9.5) if kind == "counts" else np.linspace(-3, 3, 31)
        fine = np.unique(np.quantile(np.concatenate([a, b]), np.linspace(0, 1, 257)[1:-1]))
        chi2.append(c.chi_squared(c.difference(sums(a, edges), sums(b, edges, w))).p_value)
        between = c.difference(sums(a, fine), sums(b, fine, w))
        smooth.append(c.smooth_test(between).p_value)
        slope.append(c.slope_test(between).p_value)
    for found in (chi2, smooth, slope):
        assert_uniform(found)


@pytest.mark.parametrize("kind", KINDS)
def test_kolmogorov_smirnov(kind: str) -> None:
    """On fine cells; for weights and counts with the simulated null."""
    rng = np.random.default_rng(12)
    p_values = []
    for k in range(600 if kind == "unweighted" else 150):
        a, b, w = pair(rng, kind)
        n = 1024 if kind == "unweighted" else 128
        fine = np.unique(np.sort(np.concatenate([a, b]))[np.arange(1, n) * (len(a) + len(b)) // n])
        p_values.append(c.kolmogorov_smirnov(c.difference(sums(a, fine), sums(b, fine, w)), k).p_value)
    if kind == "counts":  # a discrete statistic: never too small, and not far from it
        assert all((np.array(p_values) <= q).mean() < q + 3.5 * np.sqrt(q / 150) for q in LEVELS)
    else:
        assert_uniform(p_values)


def test_on_few_bins_kolmogorov_s_law_would_be_wrong() -> None:
    """What binned data need a null of their own for: on five bins the textbook's p-values are too large."""
    from scipy import special

    rng = np.random.default_rng(13)
    ours, textbook = [], []
    edges = np.linspace(-1.5, 1.5, 4)
    for k in range(300):
        between = c.difference(sums(rng.normal(size=900), edges), sums(rng.normal(size=900), edges))
        found = c.kolmogorov_smirnov(between, k)
        ours.append(found.p_value)
        textbook.append(special.kolmogorov(found.distance * np.sqrt(450)))
    assert_uniform(ours)
    assert (np.array(textbook) < 0.1).mean() < 0.06


def test_the_smallest_of_dependent_tests() -> None:
    """Twelve histograms of x, y and their mixtures: the family-wise p-value is uniform, not conservative."""
    rng = np.random.default_rng(14)
    turns = np.linspace(0, np.pi, 6, endpoint=False)
    mix = np.stack([np.cos(turns), np.sin(turns)])
    edges = np.linspace(-2.5, 2.5, 16)
    p_values = []
    for k in range(60):
        a, b = rng.normal(size=(1500, 2)) @ mix, rng.normal(size=(1500, 2)) @ mix
        tested = []
        for i in range(mix.shape[1]):
            between = c.difference(sums(a[:, i], edges), sums(b[:, i], edges))
            ks = c.kolmogorov_smirnov(between, k)
            others = [test(between).p_value for test in (c.chi_squared, c.smooth_test, c.slope_test)]
            tested.append(
                c.Tested(
                    (*others, ks.p_value),
                    c.cell_of(a[:, i], edges),
                    c.cell_of(b[:, i], edges),
                )
            )
        p_values.append(c.family(tested, seed=k).p_value)
    assert_uniform(p_values)


def test_the_classifier() -> None:
    rng = np.random.default_rng(15)
    p_values = []
    for k in range(60):
        a, b = rng.normal(size=(400, 2)), rng.normal(size=(500, 2))
        p_values.append(c.classifier_test(a, b, None, rng.exponential(size=500), seed=k).p_value)
    assert_uniform(p_values)
