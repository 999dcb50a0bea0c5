"""Tables that cannot be learned from are refused in one line; others are split and scaled as said."""

import numpy as np
import pytest
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.models import FitSettings
from hepsym.models.rows.dataset import prepare
from hepsym.models.rows.scaling import Scaling, constant_columns
from hepsym.models.rows.splitting import split_rows
from tests.models.conftest import NAMES

SMALL = FitSettings(batch=64)
Floats = NDArray[np.float64]


def refusal(values: Floats, names: tuple[str, ...], settings: FitSettings = SMALL) -> str:
    with pytest.raises(InputError) as caught:
        prepare(values, names, settings)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_bad_tables_are_told(gaussian: Floats) -> None:
    names = ("a", "b", "c", "d")
    assert "the table is empty (0 rows, 4 columns)" in refusal(gaussian[:0], names)
    assert "has 4 columns, but 2 names: a, b" in refusal(gaussian, ("a", "b"))
    assert "'a' is named twice" in refusal(gaussian, ("a", "b", "a", "d"))
    assert "shape (1200,)" in refusal(gaussian[:, 0], ("a",))
    broken = gaussian.copy()
    broken[17, 2] = np.nan
    broken[18, 0] = np.inf
    assert "row 17, column 'c' is nan" in refusal(broken, names)
    assert "(2 values in all" in refusal(broken, names)
    assert "fewer than a batch of 64" in refusal(gaussian[:70], names)
    assert "--batch" in refusal(gaussian[:70], names)
    assert "none for validation" in refusal(gaussian[:40], names, FitSettings(batch=4, validation=1e-6))


def test_a_constant_column_is_named_with_its_value_and_the_way_out(sphere: Floats) -> None:
    told = refusal(sphere, NAMES)
    assert "'mu-.E' is constant, 45.6 in all 1500 rows" in told
    assert "--columns mu-.px,mu-.py,mu-.pz,mu+.px,mu+.py,mu+.pz" in told
    data = prepare(sphere, NAMES, SMALL, drop_constant=True)
    assert data.dropped == ("mu-.E", "mu+.E")
    assert data.kept == (*NAMES[1:4], *NAMES[5:])
    with pytest.raises(InputError, match="every column is constant"):
        prepare(sphere[:, :1], NAMES[:1], SMALL, drop_constant=True)


def test_constant_but_for_rounding_is_constant(gaussian: Floats) -> None:
    """A range of 1e-9 of the size is rounding; 1e-8 is not, and zero itself is constant."""
    jitter = np.where(np.arange(1200) % 2, 1.0, -1.0)
    table = np.column_stack([5 + 2e-9 * jitter, 5 + 2.6e-9 * jitter, np.zeros(1200), gaussian[:, 0]])
    assert constant_columns(table).tolist() == [0, 2]


def test_a_column_that_varies_only_outside_the_training_rows_is_told(gaussian: Floats) -> None:
    table = gaussian.copy()
    table[:, 1] = 1.0
    _, _, test = split_rows(len(table), SMALL.seed, SMALL.validation, SMALL.test)
    table[test[0], 1] = 2.0
    assert "'b' is constant in all" in refusal(table, ("a", "b", "c", "d"))


def test_the_fate_of_a_row_depends_on_seed_and_row_alone() -> None:
    """Appended rows move no other; shares within 5 binomial errors (seed fixed); no row is lost."""
    long, short = split_rows(20_000, 7, 0.1, 0.2), split_rows(5_000, 7, 0.1, 0.2)
    for many, few in zip(long, short, strict=True):
        assert np.array_equal(many[many < 5_000], few)
    assert np.array_equal(np.sort(np.concatenate(long)), np.arange(20_000))
    for rows, share in zip(long, (0.7, 0.1, 0.2), strict=True):
        assert abs(len(rows) - 20_000 * share) < 5 * np.sqrt(20_000 * share * (1 - share))
    assert not np.array_equal(split_rows(5_000, 8, 0.1, 0.2)[2], short[2])


@pytest.mark.parametrize("how", ["common", "standard", "none"])
def test_scaling_is_of_the_training_rows_and_undone_exactly(sphere: Floats, how: str) -> None:
    settings = FitSettings(batch=64, scaling=how)
    data = prepare(sphere, NAMES, settings, drop_constant=True)
    x, kept = data.training, list(data.scaling.columns)
    if how == "common":
        assert np.allclose(x.mean(0), 0, atol=1e-13)
        assert np.mean(x.std(0) ** 2) == pytest.approx(1, rel=1e-12)
        assert len(set(data.scaling.scale)) == 1
    elif how == "standard":
        assert np.allclose(x.mean(0), 0, atol=1e-13)
        assert np.allclose(x.std(0), 1, rtol=1e-12)
    else:
        rows, _, _ = split_rows(len(sphere), settings.seed, settings.validation, settings.test)
        assert np.array_equal(x, sphere[rows][:, kept])
    back = data.scaling.undo(data.scaling.apply(sphere))
    assert np.abs(back - sphere).max() <= 4 * np.finfo(float).eps * np.abs(sphere).max()
    assert np.array_equal(data.scaling.apply(sphere), data.scaling.apply(sphere[:, kept]))
    again = Scaling.from_json(data.scaling.to_json())
    assert np.array_equal(again.apply(sphere), data.scaling.apply(sphere))


def test_values_of_another_width_are_refused(sphere: Floats) -> None:
    scaling = prepare(sphere, NAMES, SMALL, drop_constant=True).scaling
    with pytest.raises(InputError, match="trained on 8 columns"):
        scaling.apply(sphere[:, :5])
    broken = sphere.copy()
    broken[3, 1] = np.inf
    with pytest.raises(InputError, match="row 3 has a value that is not finite"):
        scaling.apply(broken)
