"""Expressions of observables: arithmetic and nothing else."""

import numpy as np
import pytest

from hepsym import events as ev
from hepsym.errors import InputError
from hepsym.generators import generate, load_card
from hepsym.report.compare.asked import answer
from hepsym.report.compare.expression import evaluated

EVENTS = generate(load_card("ee2mumu", ["sqrt_s=200"]), 50, seed=1)


def of(name: str) -> np.ndarray:
    return np.asarray(ev.observable(EVENTS, name).values)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pt(mu-) / m(mu- mu+)", lambda: of("pt(mu-)") / of("m(mu- mu+)")),
        ("mu-.px**2 + mu-.py**2", lambda: of("px(mu-)") ** 2 + of("py(mu-)") ** 2),
        ("-2 * sqrt(abs(pz(mu+)))", lambda: -2 * np.sqrt(np.abs(of("pz(mu+)")))),
        ("n(mu-) + sum_pt()", lambda: 1 + of("pt(mu-)") + of("pt(mu+)")),
        ("mu+.E - mu-.E", lambda: of("E(mu+)") - of("E(mu-)")),
    ],
)
def test_arithmetic(text: str, expected) -> None:
    assert np.allclose(answer(EVENTS, text).values, expected(), rtol=1e-12, atol=1e-9)


def test_columns_of_a_table() -> None:
    table = {"x": np.array([1.0, 4.0]), "a b": np.array([1.0, 2.0])}
    assert answer(table, "sqrt(x) + 1").values.tolist() == [2.0, 3.0]
    assert answer(table, "a b").values.tolist() == [1.0, 2.0]
    with pytest.raises(InputError, match="no column 'y'"):
        answer(table, "x + y")


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')", "(lambda: 1)()", "x.__class__", "[1][0]", "x if 1 else 2", "x; y",
        "open('f')", "pt(mu-)", "x", "3", "True + x", "'a' * 9", "(" * 400, "x" * 301, "f'{x}'", "x := 1",
    ],
)  # fmt: skip
def test_what_is_no_arithmetic_is_no_expression(text: str) -> None:
    assert evaluated(text, lambda _: np.ones(2), {"pt"}) is None


def test_an_unknown_observable_is_still_told_as_such() -> None:
    with pytest.raises(InputError, match="did you mean 'pt'"):
        answer(EVENTS, "ptt(mu-)")
    with pytest.raises(InputError, match="tau"):
        answer(EVENTS, "pt(tau-) / 2")
    with pytest.raises(InputError, match="holds no observable"):
        answer(EVENTS, "1 + 2")
