"""Does every relevance definition give its formula's value, and an error that repetition confirms?"""

import numpy as np
import pytest

from hepsym.analysis import COUNTING_RULES, DEFINITIONS, count, counts_by_rule, relevances
from hepsym.errors import InputError

SIGMA2 = np.array([0.01, 0.25, 1.0])
VARIANCE = 1 - SIGMA2


def codes(n: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gaussian codes at the linear optimum: Var mu = 1 - sigma^2, sigma^2 scattered by 20 %."""
    rng = np.random.default_rng(seed)
    mu = rng.normal(size=(n, 3)) * np.sqrt(VARIANCE)
    log_var = np.log(SIGMA2) + np.log(rng.uniform(0.8, 1.2, size=(n, 3)))
    rise = rng.exponential(size=(n, 3)) * [3.0, 1.0, 0.0]
    return mu, log_var, rise


TRUTH = {
    "variance": VARIANCE,
    "variance_over_noise": VARIANCE / SIGMA2,
    "one_minus_noise": 1 - SIGMA2,
    "ablation": np.array([3.0, 1.0, 0.0]),
}


def test_values_are_within_their_errors_of_the_truth() -> None:
    """16 numbers, each within 4.5 errors: false alarm 1e-4. The KL's truth has E[log u] of the scatter."""
    found = relevances(*codes(20_000, seed=3))
    u = np.linspace(0.8, 1.2, 200_001)
    kl = 0.5 * (VARIANCE + SIGMA2 - 1 - np.log(SIGMA2) - np.log(u).mean())
    for name, truth in {**TRUTH, "kl": kl}.items():
        for estimate, expected in zip(found[name], truth, strict=True):
            assert abs(estimate.value - expected) <= 4.5 * estimate.error + 1e-12, name


@pytest.mark.parametrize("name", DEFINITIONS)
def test_errors_are_those_of_repetition(name: str) -> None:
    """300 repetitions of n = 400: spread known to 4 %, plus a few per cent of second order."""
    found = [relevances(*codes(400, seed))[name][:2] for seed in range(300)]
    values = np.array([[e.value for e in f] for f in found])
    errors = np.array([[e.error for e in f] for f in found])
    assert errors.mean(axis=0) == pytest.approx(values.std(axis=0, ddof=1), rel=0.18)


def test_each_rule_counts_by_its_threshold() -> None:
    mu, log_var, _ = codes(5000, 5)
    found = relevances(mu, log_var)
    counted = count(found, "kl")
    assert (counted.value, counted.low, counted.high) == (2, 2, 2)
    assert counted.indices == (0, 1)
    assert counts_by_rule(mu, log_var) == {"kl": 2, "variance": 2, "variance_over_noise": 2}
    assert set(COUNTING_RULES) == {"kl", "variance", "variance_over_noise"}


def test_a_latent_at_the_threshold_widens_the_interval() -> None:
    """KL = 0.1 nat within its error: the interval must hold both counts."""
    rng = np.random.default_rng(2)
    mu = rng.normal(size=(1000, 1))
    log_var = np.zeros((1000, 1))
    mu *= np.sqrt(0.2 / (mu**2).mean())
    counted = count(relevances(mu, log_var), "kl")
    assert (counted.low, counted.high) == (0, 1)


@pytest.mark.parametrize(
    ("mu", "log_var", "rise", "words"),
    [
        (np.zeros((9, 2)), np.zeros((9, 3)), None, "one shape"),
        (np.zeros((9, 2)), np.full((9, 2), 1e4), None, "diverged"),
        (np.zeros((9, 2)), np.full((9, 2), -1e4), None, "diverged"),
        (np.full((9, 2), np.inf), np.zeros((9, 2)), None, "mu holds inf"),
        (np.zeros((9, 2)), np.zeros((9, 2)), np.zeros((8, 2)), "rows do not match"),
        (np.zeros((9, 2)), np.zeros((9, 2)), np.zeros((9, 1)), "one shape"),
    ],
)
def test_bad_codes_are_refused(mu, log_var, rise, words: str) -> None:
    with pytest.raises(InputError, match=words):
        relevances(mu, log_var, rise)


def test_unknown_rule_lists_the_known() -> None:
    with pytest.raises(InputError, match="choose one of kl, variance"):
        count(relevances(np.zeros((9, 1)), np.zeros((9, 1))), "entropy")
