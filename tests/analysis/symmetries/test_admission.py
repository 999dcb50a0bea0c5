"""What is no table gets one line; constant, equal and dependent columns are answered."""

import numpy as np
import pytest

from hepsym.analysis.symmetries import discover
from hepsym.errors import InputError

GOOD = np.random.default_rng(1).normal(size=(300, 3))


def spoilt(value: float) -> np.ndarray:
    rows = GOOD.copy()
    rows[[5, 9], 1] = value
    return rows


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (spoilt(np.nan), "2 of 300 rows hold NaN or infinity, the first such column is 'b'"),
        (spoilt(-np.inf), "2 of 300 rows hold NaN or infinity, the first such column is 'b'"),
        (spoilt(1e200), "column 'b' reaches 1e\\+200"),
        (GOOD * np.array([1.0, 1e-200, 1.0]), "column 'b' varies by .* only"),
        (GOOD + 1j, "the rows are complex"),
        (GOOD[:1], "1 row for 3 columns are too few: give at least 46"),
        (GOOD[:2], "2 rows for 3 columns are too few"),
        (GOOD[0], "are no table"),
        (np.array([["e", "mu", "tau"]] * 300), "not all numbers"),
        (GOOD[:, :2], "3 names for 2 columns"),
    ],
)
def test_what_is_no_table_is_refused_in_one_line(rows: np.ndarray, said: str) -> None:
    with pytest.raises(InputError, match=said) as refused:
        discover(rows, ["a", "b", "c"])
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ({"alpha": 0.0}, "alpha = 0"), ({"alpha": 0.7}, "alpha = 0.7"), ({"scale": 2.0}, "scale = 2"),
        ({"max_degree": 4}, "max_degree = 4"), ({"noise": -0.1}, "noise = -0.1"),
    ],
)  # fmt: skip
def test_options_out_of_range_are_refused(option: dict[str, float], said: str) -> None:
    with pytest.raises(InputError, match=said):
        discover(GOOD, ["a", "b", "c"], **option)  # type: ignore[arg-type]


def test_constant_and_equal_columns_are_the_relations_they_are() -> None:
    rows = np.column_stack([GOOD[:, 0], np.full(300, 5.0), GOOD[:, 1], GOOD[:, 0], np.zeros(300)])
    found = discover(rows, ["a", "b", "c", "d", "e"])
    assert found.dimension.value == 2
    assert sorted(c.kind for c in found.constraints) == ["constant", "constant", "equal columns"]


def test_one_point_has_dimension_0_and_whole_numbers_are_columns() -> None:
    found = discover(np.tile([1.0, 2.0], (100, 1)), ["a", "b"])
    assert (found.dimension.value, len(found.constraints)) == (0, 2)
    counts = np.random.default_rng(2).integers(0, 40, size=(300, 2))
    assert discover(counts, ["a", "b"]).dimension.value == 2
