"""The dimension at every scale: noise, widths, bent and flat sets, unions, lattices, full densities."""

import numpy as np
import pytest
from numpy.typing import NDArray

from hepsym.analysis.symmetries import Dimension, dimension, find_constraints
from hepsym.errors import InputError
from hepsym.generators.toys import TOYS

Floats = NDArray[np.float64]


def told(rows: Floats, **options: object) -> Dimension:
    """By exact equations and neighbours alone: no noisy equations are handed over."""
    half = len(rows) // 2
    mixed = rows[np.random.default_rng(1).permutation(len(rows))]
    exact = find_constraints(mixed[:half], mixed[half:], max_degree=2, alpha=0.005)
    return dimension(mixed, exact, None, **options)  # type: ignore[arg-type]


def at(d: Dimension, scale: float) -> int:
    return next(s.value for s in d.scales if s.scale >= 0.999 * scale)


def noisy(rows: Floats, size: float, seed: int = 4) -> Floats:
    return rows + size * rows.std(axis=0) * np.random.default_rng(seed).normal(size=rows.shape)


def torus(n: int, seed: int = 1) -> Floats:
    u, v = np.random.default_rng(seed).uniform(0, 2 * np.pi, (2, n))
    return np.column_stack([(2 + np.cos(u)) * np.cos(v), (2 + np.cos(u)) * np.sin(v), np.sin(u)])


def waves(n: int, d: int, columns: int, seed: int = 1) -> Floats:
    """sin(A z + b) of z even in d dimensions: no equation of low degree holds."""
    rng = np.random.default_rng(seed)
    return np.sin(rng.uniform(-1, 1, (n, d)) @ rng.normal(size=(d, columns)) + rng.uniform(0, 6, columns))


@pytest.mark.parametrize("noise", [0.01, 0.03, 0.06])
def test_a_noisy_circle_is_a_line_above_its_noise_and_fills_the_plane_below(noise: float) -> None:
    d = told(TOYS["circle"].draw(12_000, 2, noise=noise))
    assert (at(d, noise / 2), at(d, 2 * noise), at(d, 4 * noise)) == (2, 1, 1)
    assert (d.value, d.low, d.high) == (1, 1, 1)
    assert d.scale == pytest.approx(min(4 * noise, max(1.2 * noise, 0.25)), rel=0.2)
    assert any("noise" in said for said in d.counted)


def test_a_breit_wigner_adds_a_narrow_direction_that_is_told_as_such() -> None:
    d = told(TOYS["pp-breit-wigner"].draw(10_000, 3))
    assert (d.value, at(d, 0.005), at(d, 0.1)) == (4, 4, 3)
    assert not any("noise" in said for said in d.counted)


@pytest.mark.parametrize("name", ["moebius", "swiss-roll", "helix", "torus", "two-angles", "double-pendulum"])
def test_bent_sets_keep_their_dimension_under_noise_and_turns(name: str) -> None:
    """Exactly, and with 1 % of each column's spread; turned and in units of 1e-3 to 1e3."""
    toy, rng = TOYS[name], np.random.default_rng(7)
    rows = toy.draw(5000, 5)
    columns = rows.shape[1]
    turn = np.linalg.qr(rng.normal(size=(columns, columns)))[0]
    units = 10 ** rng.uniform(-3, 3, columns)
    exact, blurred = told((rows @ turn + 3) * units), told((noisy(rows, 0.01) @ turn + 3) * units)
    assert (exact.value, exact.low, exact.high, exact.scale) == (
        toy.dimension,
        toy.dimension,
        toy.dimension,
        0.0,
    )
    assert at(blurred, 0.04) == toy.dimension


@pytest.mark.parametrize(("d", "columns"), [(1, 4), (2, 7), (3, 12)])
def test_waves_in_many_columns(d: int, columns: int) -> None:
    found = told(noisy(waves(6000, d, columns), 0.01))
    assert (found.value, at(found, 0.04)) == (d, d)
    assert at(found, 0.003) > d


def test_noise_of_another_size_in_each_column_leaves_the_dimension() -> None:
    rows = torus(12_000)
    rng = np.random.default_rng(3)
    rows = rows + rows.std(axis=0) * np.array([0.005, 0.01, 0.02]) * rng.normal(size=rows.shape)
    assert at(told(rows), 0.05) == 2


@pytest.mark.parametrize("columns", [2, 6, 20])
@pytest.mark.parametrize("kind", ["normal", "even", "heavy", "skewed", "clusters"])
def test_full_densities_fill_all_their_columns(columns: int, kind: str) -> None:
    rng = np.random.default_rng([columns, 8])
    n, centres = 2000, rng.normal(size=(4, columns))
    rows = {
        "normal": lambda: rng.normal(size=(n, columns)) @ rng.normal(size=(columns, columns)),
        "even": lambda: rng.uniform(size=(n, columns)),
        "heavy": lambda: rng.standard_t(3, size=(n, columns)),
        "skewed": lambda: rng.exponential(size=(n, columns)),
        "clusters": lambda: 3 * centres[rng.integers(0, 4, n)] + rng.normal(size=(n, columns)),
    }[kind]()  # fmt: skip
    d = told(rows)
    assert (d.value, d.high) == (columns, columns)
    assert all(a.value >= b.value for a, b in zip(d.scales, d.scales[1:], strict=False))


def test_an_even_width_is_a_direction_and_no_noise() -> None:
    rng = np.random.default_rng(6)
    t, r = rng.uniform(0, 2 * np.pi, 12_000), rng.uniform(0.95, 1, 12_000)
    d = told(np.column_stack([r * np.cos(t), r * np.sin(t)]))
    assert (d.value, at(d, 0.005), at(d, 0.1)) == (2, 2, 1)


def test_a_thin_normal_density_is_full_below_its_thickness_and_flat_above() -> None:
    rows = np.random.default_rng(7).normal(size=(6000, 3))
    rows[:, 2] = rows[:, 0] + 0.01 * rows[:, 2]
    d = told(rows)
    assert (d.value, at(d, 0.002), at(d, 0.05)) == (3, 3, 2)


def test_of_a_union_the_larger_dimension_is_told_and_the_shares_of_both() -> None:
    """A line for a third of the rows, a plane for the rest: 2, from 1."""
    d = told(TOYS["line-and-plane"].draw(6000, 2))
    assert (d.value, d.low, d.high) == (2, 1, 2)
    assert d.shares[1] == pytest.approx(1 / 3, abs=0.15)
    assert sum(d.shares.values()) == pytest.approx(1)


def test_counts_are_a_lattice_and_few_values_are_points() -> None:
    rng = np.random.default_rng(5)
    counts = rng.poisson(200, size=(6000, 2)).astype(float)
    assert told(counts).value == 2
    t = rng.uniform(0, 2 * np.pi, 6000)
    labelled = np.column_stack([np.cos(t), np.sin(t), rng.integers(0, 3, 6000)])
    assert told(labelled).value == 1
    rounded = np.round(np.column_stack([np.cos(t), np.sin(t)]), 3)
    assert told(rounded).value == 1


def test_few_rows_are_said_to_be_too_few() -> None:
    d = told(np.random.default_rng(1).normal(size=(44, 2)))
    assert (d.low, d.value, d.high) == (1, 2, 2)
    assert "too few" in d.evidence


def test_nothing_is_left_of_constant_columns() -> None:
    assert told(np.full((100, 3), 7.0)).value == 0


def test_a_decoder_narrows_an_interval_of_the_same_dimension_only() -> None:
    rows = TOYS["line-and-plane"].draw(6000, 2)
    assert (told(rows, spectrum=[1.0, 0.8, 0.001]).low, told(rows, spectrum=[1.0, 0.02]).low) == (2, 1)
    assert any(
        "Jacobian shows 1" in said and "did not count" in said for said in told(rows, spectrum=[1.0]).counted
    )
    with pytest.raises(InputError, match="finite singular values"):
        told(rows, spectrum=[np.nan])


def test_a_scale_that_is_asked_for_is_the_one_told() -> None:
    rows = TOYS["circle"].draw(6000, 2, noise=0.02)
    assert (told(rows, scale=0.005).value, told(rows, scale=0.1).value) == (2, 1)
    assert told(rows, scale=0.1).scale == pytest.approx(0.1)
