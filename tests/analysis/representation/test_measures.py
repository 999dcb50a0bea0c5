"""Leaks, calibration, use of dimensions, steadiness, equivariance: known answers and nulls."""

import numpy as np
import pytest

from hepsym.analysis.representation import (
    calibration,
    equivariance_error,
    leak,
    mixed_leak,
    steadiness,
    swap_accuracy,
    usage,
)
from hepsym.errors import InputError

RNG = np.random.default_rng(11)


def test_a_leak_is_found_by_the_probe_that_can() -> None:
    """Two rings of one centre: an MLP tells them, a line does not; chance 1/2, the ceiling 1."""
    y = np.arange(600) % 2
    angle = RNG.uniform(0, 2 * np.pi, 600)
    v = np.column_stack([np.cos(angle), np.sin(angle)]) * (1 + y)[:, None]
    x = np.column_stack([v, y])
    found = leak(v, y, x=x)
    assert found.chance == 0.5
    assert found.linear.value < 0.6
    assert found.mlp.value > 0.97
    assert found.ceiling is not None
    assert found.ceiling.value > 0.99
    assert found.mlp.error < 0.01


def test_independence_is_chance() -> None:
    """500 scored rows: 4 standard errors, 1 in 16,000."""
    v, y = RNG.normal(size=(1500, 3)), np.arange(1500) % 3
    found = leak(v[:1000], y[:1000], v_test=v[1000:], y_test=y[1000:])
    for probe in (found.linear, found.mlp):
        assert abs(probe.value - 1 / 3) < 4 * np.sqrt(2 / 9 / 500)


def test_labels_may_be_words() -> None:
    y = np.array(["a", "b"] * 100)
    assert leak((y == "a")[:, None] + 0.1 * RNG.normal(size=(200, 1)), y).linear.value > 0.97


def test_exact_probabilities_are_calibrated_and_squared_ones_are_not() -> None:
    """20,000 rows: the error stays within luck's; confidence pushed to p^(1/3) shows as what it is."""
    p = RNG.uniform(0.5, 1, 20_000)
    right = RNG.random(20_000) < p
    found = calibration(p, right)
    assert found.error.value < 2.5 * found.by_luck
    assert found.counts.sum() == 20_000
    pushed = p ** (1 / 3)
    wanted = np.abs(pushed - p).mean()
    assert calibration(pushed, right).error.value == pytest.approx(wanted, abs=4 * found.error.error)


def test_calibration_by_hand() -> None:
    """Bins [0.6, 0.8) and [0.8, 1]: gaps |1/2 - 0.7| and |1 - 0.9|, two rows each: 0.15."""
    found = calibration([0.7, 0.7, 0.9, 0.9], [True, False, True, True], bins=5)
    assert found.error.value == pytest.approx(0.15)
    assert found.confidence[3:] == pytest.approx([0.7, 0.9])
    table = np.array([[0.7, 0.3], [0.3, 0.7], [0.1, 0.9], [0.9, 0.1]])
    assert calibration(table, [True, False, True, True], bins=5).error.value == pytest.approx(0.15)


def test_dimensions_in_use_by_hand() -> None:
    """mu = +-1, var = 1: KL 1/2, spread 1. mu = +-0.2, var 1: "active" at 0.02 nats. mu = 0, var 1: none."""
    sign = np.array([1.0, -1.0] * 10)[:, None]
    found = usage(sign * [1.0, 0.2, 0.0], np.zeros((20, 3)))
    np.testing.assert_allclose(found.kl, [0.5, 0.02, 0.0])
    assert found.active == 2
    assert found.total.value == pytest.approx(0.52)


def test_steadiness_by_hand() -> None:
    """Classes at +-2, draws at +-1 around them: 1 over 2."""
    codes = np.array([[[1.0], [3.0]], [[-1.0], [-3.0]]])
    assert steadiness(codes) == pytest.approx(0.5)
    with pytest.raises(InputError, match="all classes have one code"):
        steadiness(np.ones((2, 2, 1)))
    with pytest.raises(InputError, match="codes have shape"):
        steadiness(np.ones((2, 2)))


def test_equivariance_by_hand() -> None:
    a = np.array([[1.0], [-1.0], [1.0], [-1.0]])
    assert equivariance_error(a, a).value == 0
    assert equivariance_error(a, 0 * a).value == pytest.approx(1)
    assert equivariance_error(a, 0.5 * a).value == pytest.approx(0.5)
    with pytest.raises(InputError, match="the same in all rows"):
        equivariance_error(np.ones((4, 1)), a)


def test_swaps_are_judged_by_another() -> None:
    found = swap_accuracy(
        lambda rows: (rows[:, 0] > 0).astype(int), [[1.0], [2.0], [-1.0], [3.0]], [1, 1, 1, 1]
    )
    assert found.value == 0.75


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: leak(np.ones((12, 2)), np.zeros(12)), "a probe needs at least two classes"),
        (lambda: leak(np.ones((9, 2)), np.arange(9) % 2, v_test=np.ones((2, 2))), "belong together"),
        (lambda: leak(np.ones((9, 2)), np.arange(9) % 2, folds=1), "folds = 1 must lie from 2"),
        (lambda: leak(np.ones((9, 2)), np.arange(8) % 2), "rows do not match"),
        (lambda: calibration([1.2, 0.1, 0.1, 0.1], [1, 1, 1, 1]), "give values in"),
    ],
)
def test_what_has_no_answer(call: object, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()


def test_a_map_that_learned_its_rows_by_heart_is_seen_through() -> None:
    """Training rows without a trace of y, test rows with one: only a probe that learns on both reads it."""
    y = np.arange(1200) % 2
    v = RNG.normal(size=(1200, 2))
    v[600:, 0] += 3 * y[600:]
    told = leak(v[:600], y[:600], v_test=v[600:], y_test=y[600:]).mlp.value
    mixed = mixed_leak(v[:600], y[:600], v[600:], y[600:])
    assert told < 0.75
    assert mixed.value > 0.8
    nothing = mixed_leak(RNG.normal(size=(600, 2)), y[:600], RNG.normal(size=(600, 2)), y[600:])
    assert abs(nothing.value - 0.5) < 4 * np.sqrt(0.25 / 600)
    with pytest.raises(InputError, match="folds = 1 must lie"):
        mixed_leak(v[:600], y[:600], v[600:], y[600:], folds=1)
