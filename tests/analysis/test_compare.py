"""Tests of two samples against formulae and programs that others wrote, and against planted differences."""

import numpy as np
import pytest
from scipy import stats

from hepsym.analysis import compare as c
from hepsym.analysis.compare.chi_squared import quadratic_form
from hepsym.analysis.compare.classifier import area_under_curve
from hepsym.errors import InputError

RNG = np.random.default_rng(7)


def sums(values: np.ndarray, edges: np.ndarray, weights: np.ndarray | None = None) -> c.Sums:
    return c.Sums.of(c.cell_of(values, edges), len(edges) + 1, weights)


def test_every_value_has_its_cell() -> None:
    edges = np.array([0.0, 1.0, 2.0])
    values = np.array([-np.inf, -1.0, 0.0, 0.5, 1.0, 2.0, np.inf, np.nan])
    assert c.cell_of(values, edges).tolist() == [0, 0, 1, 1, 2, 3, 3, 3]


def test_sums_add_and_group() -> None:
    x, w = RNG.normal(size=500), RNG.uniform(-0.5, 2.0, 500)
    edges = np.linspace(-2, 2, 9)
    whole, parts = sums(x, edges, w), sums(x[:200], edges, w[:200]) + sums(x[200:], edges, w[200:])
    assert np.allclose(whole.weights, parts.weights, rtol=0, atol=1e-13)
    assert whole.effective == pytest.approx(w.sum() ** 2 / (w @ w))
    grouped = whole.grouped(np.array([0, 3, 7]))
    assert grouped.weights.tolist() == pytest.approx(
        [whole.weights[:3].sum(), whole.weights[3:7].sum(), whole.weights[7:].sum()]
    )


def test_groups_hold_enough() -> None:
    assert c.merged_groups(np.array([4.0, 7.0, 20.0, 1.0, 1.0]), 10.0).tolist() == [0, 2]
    assert c.merged_groups(np.array([1.0, 1.0]), 10.0).tolist() == [0]


# Chi-squared ---------------------------------------------------------------------------------------


def test_unweighted_chi_squared_is_pearson_s() -> None:
    a, b = RNG.normal(size=3000), RNG.normal(0.05, 1.0, size=1700)
    edges = np.linspace(-2, 2, 21)
    found = c.chi_squared(c.difference(sums(a, edges), sums(b, edges)))
    table = np.stack([sums(x, edges).weights for x in (a, b)])
    expected = stats.chi2_contingency(table, correction=False)
    assert found.ndf == expected.dof
    assert found.chi2 == pytest.approx(expected.statistic, rel=1e-10)
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-9)


def test_the_quadratic_form_is_that_of_the_pseudoinverse() -> None:
    a, b = RNG.normal(size=900), RNG.normal(size=800)
    edges = np.linspace(-2, 2, 7)
    between = c.difference(sums(a, edges, RNG.exponential(size=900)), sums(b, edges))
    p, v = between.p, between.v
    covariance = np.diag(v) - np.outer(v, p) - np.outer(p, v) + np.outer(p, p) * v.sum()
    expected = between.d @ np.linalg.pinv(covariance, rcond=1e-12) @ between.d
    assert float(quadratic_form(between.d, p, v)) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("scale", [1e-12, 3.0, 1e9])
def test_the_unit_of_weights_does_not_matter(scale: float) -> None:
    a, b = RNG.normal(size=2000), RNG.normal(size=2000)
    w = RNG.exponential(size=2000)
    edges = np.linspace(-2, 2, 30)
    one, other = (c.difference(sums(a, edges), sums(b, edges, w * s)) for s in (1.0, scale))
    assert c.chi_squared(one).chi2 == pytest.approx(c.chi_squared(other).chi2, rel=1e-9)
    assert c.kolmogorov_smirnov(one).p_value == pytest.approx(c.kolmogorov_smirnov(other).p_value, rel=1e-6)


def test_one_bin_that_holds_everything_says_nothing() -> None:
    between = c.difference(
        sums(RNG.uniform(size=9), np.array([0.5])), sums(RNG.uniform(size=9), np.array([0.5]))
    )
    assert c.chi_squared(between) == c.ChiSquared(0.0, 0, 1.0)


def test_samples_without_weight_are_refused() -> None:
    good = sums(RNG.uniform(size=9), np.array([0.5]))
    with pytest.raises(InputError, match="second sample sum to 0"):
        c.difference(good, sums(np.ones(2), np.array([0.5]), np.array([1.0, -1.0])))
    with pytest.raises(InputError, match="2 and 3 cells"):
        c.difference(good, sums(np.ones(2), np.array([0.5, 1.0])))


# Kolmogorov and Smirnov ------------------------------------------------------------------------------


@pytest.mark.parametrize("shift", [0.0, 0.03, 0.06])
def test_on_fine_cells_it_is_scipy_s(shift: float) -> None:
    a, b = RNG.normal(size=5000), RNG.normal(shift, 1.0, size=4000)
    fine = np.unique(np.quantile(np.concatenate([a, b]), np.linspace(0, 1, 1025)[1:-1]))
    found = c.kolmogorov_smirnov(c.difference(sums(a, fine), sums(b, fine)))
    expected = stats.ks_2samp(a, b, method="asymp")
    assert expected.statistic - 1e-3 < found.distance <= expected.statistic + 1e-12
    assert found.p_value == pytest.approx(expected.pvalue, rel=0.15, abs=0.02)


def test_far_in_the_tail_it_goes_on_falling() -> None:
    """Beyond all replicas: weighted samples 12 standard deviations apart."""
    a, b = RNG.normal(size=4000), RNG.normal(0.3, 1.0, size=4000)
    fine = np.linspace(-3, 3, 200)
    weighted = c.kolmogorov_smirnov(c.difference(sums(a, fine), sums(b, fine, RNG.uniform(0.9, 1.1, 4000))))
    plain = stats.ks_2samp(a, b, method="asymp")
    assert 0.5 < np.log(weighted.p_value) / np.log(plain.pvalue) < 1.5


# Smooth ----------------------------------------------------------------------------------------------


def test_a_tilt_of_one_percent_over_a_million_is_seen() -> None:
    """4 sigma: median p 5e-4 of the smooth test, 5e-5 of the slope; of chi-squared in 50 bins 0.05."""
    x = RNG.uniform(-1, 1, 2_000_000)
    edges = np.linspace(-1, 1, 1025)[1:-1]
    tilt = 1.0 + 0.01 * x[1_000_000:]
    between = c.difference(sums(x[:1_000_000], edges), sums(x[1_000_000:], edges, tilt))
    assert c.smooth_test(between).p_value < 0.02
    assert c.slope_test(between).p_value < 0.01


def test_the_slope_is_a_difference_of_means() -> None:
    """In units of its error: of x itself where it is flat; of cos phi and sin phi where it comes round."""
    x, y = RNG.uniform(size=40_000), RNG.uniform(size=30_000)
    edges = np.linspace(0, 1, 513)[1:-1]
    between = c.difference(sums(x, edges), sums(y, edges))
    error = np.sqrt((1 / 40_000 + 1 / 30_000) / 12)
    assert c.slope_test(between).chi2 == pytest.approx(
        ((x.mean() - y.mean()) / error) ** 2, rel=0.05, abs=0.05
    )
    turned = c.slope_test(between, round_=True)
    harmonics = [f(2 * np.pi * x).mean() - f(2 * np.pi * y).mean() for f in (np.cos, np.sin)]
    assert turned.ndf == 2
    wanted = np.square(harmonics).sum() / (6 * error**2)
    assert turned.chi2 == pytest.approx(wanted, rel=0.05, abs=0.05)


def test_a_smooth_test_has_as_many_directions_as_there_are() -> None:
    between = c.difference(
        sums(RNG.uniform(size=99), np.array([0.5])), sums(RNG.uniform(size=99), np.array([0.5]))
    )
    assert c.smooth_test(between).ndf == 1
    pearson = c.chi_squared(between)
    assert c.smooth_test(between).chi2 == pytest.approx(pearson.chi2)


# Family ----------------------------------------------------------------------------------------------


def in_cells(x: np.ndarray) -> np.ndarray:
    return c.cell_of(x, stats.norm.ppf(np.linspace(0, 1, 21)[1:-1]))


def test_one_test_said_eight_times_is_one_test() -> None:
    x, y = RNG.normal(size=5000), RNG.normal(size=5000)
    once = c.family([c.Tested((0.003, 0.003, 0.003, 0.003), in_cells(x), in_cells(y))])
    often = c.family([c.Tested((0.003, 0.003, 0.003, 0.003), in_cells(x), in_cells(y))] * 8)
    assert once.p_value < 0.013
    assert often.tests == 32
    assert abs(np.log(often.p_value / once.p_value)) < 0.8  # five errors of two counts among 8000 draws
    assert often.effective_tests < 5.0


def test_independent_tests_count_in_full() -> None:
    x, y = RNG.normal(size=(10, 20_000)), RNG.normal(size=(10, 20_000))
    found = c.family(
        [c.Tested((0.001, 0.5, 0.5, 0.5), in_cells(a), in_cells(b)) for a, b in zip(x, y, strict=True)]
    )
    single = c.family([c.Tested((0.001, 0.5, 0.5, 0.5), in_cells(x[0]), in_cells(y[0]))])
    assert abs(np.log(found.effective_tests / (10 * single.effective_tests))) < 0.8  # as above
    assert found.p_value <= 0.04


def test_a_p_value_beyond_the_draws_is_bonferroni_s() -> None:
    x, y = RNG.normal(size=3000), RNG.normal(size=3000)
    found = c.family([c.Tested((1e-20, 0.5, 0.5, 0.5), in_cells(x), in_cells(y))])
    assert found.p_value == pytest.approx(4e-20)
    assert c.family([]).p_value == 1.0


# Classifier ------------------------------------------------------------------------------------------


def test_the_area_is_mann_and_whitney_s() -> None:
    a, b = RNG.integers(0, 30, 400).astype(float), RNG.integers(3, 33, 300).astype(float)
    auc, error = area_under_curve(a, b, np.ones(400), np.ones(300))
    assert auc == pytest.approx(stats.mannwhitneyu(b, a).statistic / (400 * 300), rel=1e-12)
    assert error == pytest.approx(np.sqrt(701 / (12 * 400 * 300)), rel=0.1)


def test_a_correlation_that_no_histogram_shows_is_found() -> None:
    a = RNG.normal(size=(6000, 2))
    b = RNG.multivariate_normal([0, 0], [[1, 0.4], [0.4, 1]], 6000)
    assert c.classifier_test(a, b).p_value < 1e-6
    assert c.classifier_test(a, RNG.normal(size=(6000, 2))).p_value > 1e-3


def test_a_weighted_sample_of_the_same_law_is_not_told_apart() -> None:
    a = RNG.normal(size=(4000, 1))
    b = RNG.uniform(-4, 4, size=(8000, 1))
    found = c.classifier_test(a, b, None, stats.norm.pdf(b[:, 0]))
    assert found.p_value > 1e-3
    assert c.classifier_test(a, b).p_value < 1e-12


def test_too_few_events_and_other_features_are_refused() -> None:
    with pytest.raises(InputError, match="needs 200 events"):
        c.classifier_test(np.zeros((300, 2)), np.zeros((100, 2)))
    with pytest.raises(InputError, match="same features"):
        c.classifier_test(np.zeros((300, 2)), np.zeros((300, 3)))


# Rates -----------------------------------------------------------------------------------------------


def test_rates() -> None:
    found = c.rates(100.0, 1.0, 104.0, 2.0)
    assert found is not None and found.p_value == pytest.approx(2 * stats.norm.sf(4 / 5**0.5))
    assert found.ratio == pytest.approx(1.04)
    same = c.rates(100.0, 1e-9, 100.0, 1e-9)
    assert same is not None and same.p_value is None
    unknown = c.rates(100.0, None, 104.0, 1.0)
    assert unknown is not None and unknown.p_value is None and unknown.ratio_error is None
    assert c.rates(0.0, 1.0, 1.0, 1.0) is None
