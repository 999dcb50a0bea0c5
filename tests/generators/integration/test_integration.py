"""Rates with honest errors, and events of equal weight, on integrands whose integrals are known."""

import math

import numpy as np
import pytest
from scipy import stats

from hepsym.errors import InputError
from hepsym.generators.integration import Integrand, Points, accepted, adapt, integrate, maximum_of
from hepsym.generators.integration.draws import uniforms_of
from hepsym.generators.integration.grid import Grid
from hepsym.generators.integration.integrand import Density
from hepsym.random import key

Array = np.ndarray


class Peaks(Integrand):
    """Two narrow Gaussians on the diagonal of the unit square, drawn by one or two channels."""

    def __init__(self, channels: int, width: float = 0.02) -> None:
        self.axes = (2,) * channels
        self.width = width

    def value(self, x: Array) -> Array:
        norm = 1.0 / (2.0 * math.pi * self.width**2)
        return sum(
            share * norm * np.exp(-((x - place) ** 2).sum(axis=1) / (2.0 * self.width**2))
            for place, share in ((0.25, 0.7), (0.75, 0.3))
        )

    def evaluate(self, u: Array, density: Density) -> Points:
        """Channel 1 maps x to x^2, channel 0 is the identity."""
        chosen = density.choose(u[:, self.numbers - 1]) if len(self.axes) > 1 else np.zeros(len(u), int)
        x = np.empty((len(u), 2))
        for channel, grid in enumerate(density.grids):
            rows = chosen == channel
            at, _ = grid.forward(np.ascontiguousarray(u[rows, :2]))
            x[rows] = at if channel == 0 else at**2
        each = np.empty((len(u), len(self.axes)))
        for channel, grid in enumerate(density.grids):
            back = x if channel == 0 else np.sqrt(x)
            slope = 1.0 if channel == 0 else (2.0 * back).prod(axis=1)
            each[:, channel] = 1.0 / (grid.jacobian_at(back) * slope)
        mixture = each @ density.chances
        return Points(x[:, None, :], self.value(x) / mixture, densities=each / mixture[:, None])


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_integral_within_its_error(channels: int, seed: int) -> None:
    """4 standard errors: a false alarm in 6e-5 of fair seeds, of which there are six."""
    integrand = Peaks(channels)
    adapted = adapt(integrand, iterations=6, points=20_000, bins=50, key=key(seed))
    rate = integrate(
        integrand, adapted.density, precision=1e-3, points=50_000, most_points=10**7,
        stream=adapted.next_stream, key=key(seed),
    )  # fmt: skip
    assert rate.error < 1e-3
    assert abs(rate.value - 1.0) < 4.0 * rate.error
    assert rate.p_value > 1e-4
    assert rate.weights.std() < 2.0  # unadapted: 13


def test_errors_are_those_of_repetition() -> None:
    """The pulls of 200 independent integrals have unit variance: chi2 interval of level 1e-3."""
    integrand = Peaks(1, width=0.1)
    grid = adapt(integrand, iterations=4, points=5000, bins=20, key=key(1)).density
    exact = (stats.norm.cdf(7.5) - stats.norm.cdf(-2.5)) ** 2  # either peak, cut by the square's edge
    pulls = []
    for seed in range(200):
        rate = integrate(
            integrand, grid, precision=1.0, points=2000, most_points=8000, stream=100, key=key(seed)
        )
        pulls.append((rate.value - exact) / rate.error)
    low, high = stats.chi2.interval(0.999, 200)
    assert low < np.square(pulls).sum() < high


def test_grid_and_its_density_agree() -> None:
    grid = Grid.uniform(3, 16).adapted(*weighted_cube(seed=5))
    y = uniforms_of(np.arange(1000), np.zeros(1000, int), 3, np.uint64(0), key(9))
    x, jacobian = grid.forward(y)
    np.testing.assert_allclose(grid.jacobian_at(x), jacobian, rtol=1e-12)
    assert jacobian.std() > 0.1
    assert abs(jacobian.mean() - 1.0) < 0.2
    assert np.all(np.diff(grid.edges, axis=1) > 0.0)


def weighted_cube(seed: int) -> tuple[Array, Array]:
    y = uniforms_of(np.arange(20_000), np.zeros(20_000, int), 3, np.uint64(0), key(seed))
    return y, np.exp(-10.0 * y[:, 0]) / (0.01 + y[:, 1])


@pytest.mark.parametrize("overweight", [1e-6, 1e-3, 0.1])
def test_maximum_leaves_the_stated_share_above(overweight: float) -> None:
    weights = np.random.default_rng(3).exponential(size=10_000)
    weights[::3] = 0.0
    maximum = maximum_of(weights, overweight)
    assert maximum.overweight == pytest.approx(overweight, rel=1e-9)
    assert maximum.efficiency == pytest.approx(np.minimum(weights / maximum.weight, 1).mean(), rel=1e-12)


def test_equal_weights_have_no_overweight() -> None:
    maximum = maximum_of(np.full(100, 2.5), 1e-4)
    assert maximum.weight <= 2.5
    assert maximum.event_weight == pytest.approx(maximum.weight * maximum.efficiency)
    with pytest.raises(InputError, match="nothing is left"):
        maximum_of(np.zeros(10), 1e-4)


@pytest.mark.parametrize("channels", [1, 2])
def test_events_are_distributed_as_the_integrand_and_depend_on_their_number_alone(channels: int) -> None:
    integrand = Peaks(channels)
    density = adapt(integrand, iterations=5, points=20_000, bins=50, key=key(1)).density
    rate = integrate(
        integrand, density, precision=0.01, points=50_000, most_points=10**6, stream=90, key=key(1)
    )
    maximum = maximum_of(rate.weights, 1e-4)
    n = 20_000

    def events(first: int, count: int, guess: float) -> tuple[Array, Array]:
        x, weight = np.empty((count, 2)), np.empty(count)

        def keep(rows: Array, trials: Array, points: Points, which: Array) -> None:
            x[rows] = points.momenta[which, 0]
            weight[rows] = np.maximum(points.weight[which] / maximum.weight, 1.0)

        accepted(integrand, density, maximum.weight, first, count, key(7), keep, efficiency=guess)
        return x, weight

    x, weight = events(0, n, maximum.efficiency)
    again = np.concatenate([events(0, 37, 1.0)[0], events(37, n - 37, 0.1)[0]])
    np.testing.assert_array_equal(x, again)
    assert np.mean(weight > 1.0) < 0.01
    radius = ((x - np.where(x.sum(axis=1)[:, None] > 1.0, 0.75, 0.25)) ** 2).sum(axis=1)
    assert stats.kstest(radius / integrand.width**2, stats.chi2(2).cdf).pvalue > 1e-3
    right = np.mean(x[:, 0] > 0.5)
    assert abs(right - 0.3) < 4.0 * math.sqrt(0.21 / n)


def test_no_phase_space_is_one_clear_line() -> None:
    class Nothing(Peaks):
        def value(self, x: Array) -> Array:
            return np.zeros(len(x))

    with pytest.raises(InputError, match="leave no phase space"):
        adapt(Nothing(1), iterations=2, points=2000, bins=10, key=key(1))
