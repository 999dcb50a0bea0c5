"""Tables that nobody would hand in on purpose get the right answer, or a line that says what is wrong."""

import numpy as np
import pytest
from numpy.typing import NDArray

from hepsym.analysis.symmetries import Discovery, discover
from hepsym.errors import InputError

Floats = NDArray[np.float64]
RNG = np.random.default_rng(21)
N = 600
ANGLE = RNG.uniform(0, 2 * np.pi, N)
CIRCLE = np.column_stack([np.cos(ANGLE), np.sin(ANGLE)])
TURN = np.linalg.qr(RNG.normal(size=(6, 6)))[0]
BALL = RNG.normal(size=(N, 3))
SPHERE = BALL / np.linalg.norm(BALL, axis=1, keepdims=True)
DICE = RNG.integers(1, 7, (N, 2))


def asked(rows: NDArray[np.generic]) -> Discovery:
    return discover(rows, [f"c{i}" for i in range(rows.shape[1])])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rows", "dimension", "degrees"),
    [
        pytest.param(BALL @ RNG.normal(size=(3, 20)) + np.arange(20), 3, [1] * 17, id="3 of 20 columns"),
        pytest.param(
            (CIRCLE @ TURN[:2] + TURN[2]) * 10.0 ** np.array([-6, -3, 0, 2, 4, 6]), 1, [1] * 4 + [2],
            id="turned circle in six units",
        ),
        pytest.param(SPHERE @ TURN[:3] + 1e8, 2, [1] * 3 + [2], id="turned sphere far away"),
        pytest.param(np.column_stack([DICE, DICE.sum(axis=1)]), 2, [1], id="two dice and their sum"),
        pytest.param(np.column_stack([DICE[:, 0] % 3, BALL[:, :2]]), 2, [3], id="three categories"),
        pytest.param(BALL[:, :2] > 0.3, 0, [2, 2], id="two flags"),
        pytest.param(np.column_stack([np.full(N, 3.3), CIRCLE]), 1, [1, 2], id="a constant and a circle"),
        pytest.param(
            np.column_stack([BALL[:, 0], 2 * BALL[:, 0], 3 - BALL[:, 0], BALL[:, 1]]), 2, [1, 1],
            id="one column three times",
        ),
        pytest.param(BALL[:, :2] * np.array([1e-30, 1e30]), 2, [], id="units 60 powers of ten apart"),
        pytest.param(np.round(CIRCLE, 4), 1, [2], id="a circle of four decimals"),
        pytest.param(CIRCLE[np.argsort(ANGLE)], 1, [2], id="rows in order"),
        pytest.param(np.column_stack([1.7e9 + np.arange(N) / 2, CIRCLE]), 2, [2], id="a time beside it"),
        pytest.param(RNG.poisson(3, (N, 4)), 4, [], id="counts"),
        pytest.param(np.ones((N, 3)), 0, [1, 1, 1], id="one point"),
    ],
)  # fmt: skip
def test_dimension_and_equations_are_right(
    rows: NDArray[np.generic], dimension: int, degrees: list[int]
) -> None:
    told = asked(rows)
    assert told.dimension.value == dimension
    assert sorted(c.degree for c in told.constraints) == degrees
    assert all(c.exact for c in told.constraints)


def test_rows_that_return_are_said_to() -> None:
    told = asked(np.repeat(BALL[:50], 12, axis=0))
    assert told.constraints == ()
    assert any("600 rows hold 50 different ones only" in note for note in told.notes)
    assert told.dimension.low < told.dimension.high


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (np.column_stack([CIRCLE, np.full(N, np.nan)]), "600 of 600 rows hold NaN or infinity, .* 'c2'"),
        (BALL[:1], "1 row for 3 columns are too few"),
        (RNG.normal(size=(10, 20)), "10 rows for 20 columns are too few: give at least 80"),
        (np.empty((N, 0)), "the table has no columns"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_one_line(rows: Floats, said: str) -> None:
    with pytest.raises(InputError, match=said) as refused:
        asked(rows)
    assert "\n" not in str(refused.value)
