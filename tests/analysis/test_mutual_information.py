"""Is the mutual information right where it is known, silent where there is none, and its error true?"""

import numpy as np
import pytest

from hepsym.analysis import mutual_information
from hepsym.analysis.mutual_information import CAP, _null
from hepsym.errors import InputError

TURN = 2 * np.pi


def gaussian(rho: float, n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    return x, rho * x + np.sqrt(1 - rho**2) * rng.normal(size=n)


@pytest.mark.parametrize("rho", [0.0, 0.3, 0.6, 0.9])
def test_gaussian_pairs(rho: float) -> None:
    """Known: -log(1 - rho^2) / 2. The mean of 12 estimates within 0.02 nat, each within 0.05 + 3 errors."""
    found = [mutual_information(*gaussian(rho, 2000, 50 + k)) for k in range(12)]
    off = np.array([f.estimate.value for f in found]) + 0.5 * np.log(1 - rho**2)
    assert abs(off.mean()) < 0.02
    assert (np.abs(off) < 0.05 + 3 * np.array([f.estimate.error for f in found])).all()


def test_monotone_maps_change_nothing() -> None:
    x, y = gaussian(0.7, 1000, 1)
    assert mutual_information(x, y) == mutual_information(np.exp(3 * x), y**3)


def test_false_alarms_and_errors_for_independent_data() -> None:
    """300 seeds at n = 300: P(p <= 0.05) = 0.05 exactly; 3.3 sigma is 0.008 .. 0.092."""
    found = []
    for seed in range(300):
        rng = np.random.default_rng(seed)
        found.append(mutual_information(rng.exponential(size=300), rng.normal(size=300)))
    p = np.array([f.p_value for f in found])
    assert 0.008 <= (p <= 0.05).mean() <= 0.092
    assert p.mean() == pytest.approx(0.5, abs=0.06)
    values = np.array([f.estimate.value for f in found])
    assert abs(values.mean()) < 4 * values.std() / np.sqrt(300) + 0.002
    assert np.mean([f.estimate.error for f in found]) == pytest.approx(values.std(), rel=0.35)


def test_errors_for_dependent_data() -> None:
    """60 repetitions at rho = 0.6, n = 2000: the spread is known to 9 %."""
    found = [mutual_information(*gaussian(0.6, 2000, 900 + k)).estimate for k in range(60)]
    spread = np.std([e.value for e in found], ddof=1)
    assert np.mean([e.error for e in found]) == pytest.approx(spread, rel=0.35)


@pytest.mark.parametrize("width", [0.1, 0.3])
def test_angles_on_the_circle(width: float) -> None:
    """phi' = phi + noise, uniform in a window of `width` turns: I = -log(width), across the seam too."""
    rng = np.random.default_rng(5)
    phi = rng.uniform(-np.pi, np.pi, 2000)
    near = phi + TURN * width * rng.uniform(-0.5, 0.5, 2000)
    wrapped = np.mod(near + np.pi, TURN) - np.pi
    found = mutual_information(phi, wrapped, periods=(TURN, TURN))
    assert found.estimate.value == pytest.approx(-np.log(width), abs=0.08)
    turned = mutual_information(np.mod(phi + 1.0, TURN), wrapped, periods=(TURN, TURN))
    assert turned.estimate.value == pytest.approx(found.estimate.value, abs=0.08)


def test_line_against_circle() -> None:
    """x = cos phi + noise depends on phi; Spearman would see nothing. Truth by numerical integration."""
    rng = np.random.default_rng(6)
    phi, sigma = rng.uniform(0, TURN, 2000), 0.5
    x = np.cos(phi) + sigma * rng.normal(size=2000)
    grid, angles = np.linspace(-4, 4, 2001), np.linspace(0, TURN, 400, endpoint=False)
    density = np.exp(-0.5 * ((grid[:, None] - np.cos(angles)) / sigma) ** 2) / (sigma * np.sqrt(TURN))
    p = density.mean(axis=1)
    entropy = -(p * np.log(p)).sum() * (grid[1] - grid[0])
    truth = entropy - 0.5 * np.log(TURN * np.e * sigma**2)
    found = mutual_information(x, phi, periods=(None, TURN))
    assert found.estimate.value == pytest.approx(truth, abs=0.05 + 3 * found.estimate.error)
    assert found.p_value <= 0.001


def test_ties_and_constants_hold_no_surprise() -> None:
    """A fair coin seen through 10 % errors: log 2 - H(0.1) = 0.368 nat. A constant tells nothing."""
    rng = np.random.default_rng(8)
    coin = rng.integers(0, 2, 2000).astype(float)
    seen = np.where(rng.random(2000) < 0.1, 1 - coin, coin)
    truth = np.log(2) + 0.1 * np.log(0.1) + 0.9 * np.log(0.9)
    assert mutual_information(coin, seen).estimate.value == pytest.approx(truth, abs=0.06)
    nothing = mutual_information(np.zeros(500), rng.normal(size=500))
    assert abs(nothing.estimate.value) < 5 * _null(500, (False, False), 3, 999, 0).std()


def test_cap_and_seed() -> None:
    x, y = gaussian(0.5, CAP + 500, 3)
    found = mutual_information(x, y, seed=4, permutations=99)
    assert found.n == CAP
    assert found == mutual_information(x, y, seed=4, permutations=99)
    assert found != mutual_information(x, y, seed=5, permutations=99)
    assert set(found.to_json()) == {"value", "error", "raw", "null_mean", "p_value", "n"}


@pytest.mark.parametrize(
    ("x", "y", "options", "words"),
    [
        (np.ones(99), np.ones(99), {}, "fewer than the 100"),
        (np.ones(100), np.ones(101), {}, "rows do not match"),
        (np.full(100, np.nan), np.ones(100), {}, "x holds nan"),
        (np.ones(100), np.ones(100), {"neighbours": 0}, "neighbours = 0"),
        (np.ones(100), np.ones(100), {"periods": (None, -1.0)}, "period = -1.0"),
    ],
)
def test_bad_input_is_refused(x, y, options, words: str) -> None:
    with pytest.raises(InputError, match=words):
        mutual_information(x, y, **options)
