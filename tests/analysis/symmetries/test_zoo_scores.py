"""The zoo judges fairly: formulas are read as printed, wrong ones found out, tables are the scores' own."""

import json
import runpy
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from hepsym.generators.toys import TOYS

ZOO = Path(__file__).parents[3] / "benchmarks" / "symmetry_zoo"
PAGE = ZOO.parents[1] / "docs" / "symmetry-zoo.md"


@pytest.fixture(autouse=True)
def zoo_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ZOO))
    for name in ("formulas", "masses", "tables", "scoring", "trajectories"):
        monkeypatch.delitem(sys.modules, name, raising=False)


def formulas() -> SimpleNamespace:
    return SimpleNamespace(**runpy.run_path(str(ZOO / "formulas.py")))


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("x^2 + y^2 = 1", lambda x, y: x * x + y * y - 1),
        ("0.111111 x^2 + y^2 = 1.00038", lambda x, y: 0.111111 * x * x + y * y - 1.00038),
        ("-2 x y + 1e-3 y = 0", lambda x, y: -2 * x * y + 1e-3 * y),
        ("0.75 (x + 0.5)^2 - (x - y) = 9.5^2", lambda x, y: 0.75 * (x + 0.5) ** 2 - x + y - 90.25),
        ("x - -3 y = 0", lambda x, y: x + 3 * y),
        ("x / 2 = y", lambda x, y: x / 2 - y),
    ],
)
def test_a_formula_is_read_as_it_is_printed(formula: str, expected) -> None:
    rows = np.random.default_rng(1).normal(size=(20, 2))
    assert formulas().value(formula, ["x", "y"], rows) == pytest.approx(expected(*rows.T), abs=1e-12)


def test_names_may_hold_signs_and_dots_and_begin_alike() -> None:
    names = ["mu-.E", "mu-.px", "mu+.px", "mu", "mu2"]
    rows = np.random.default_rng(1).normal(size=(20, 5))
    found = formulas().value("mu-.E - 2 mu-.px + mu+.px mu2^2 = mu", names, rows)
    e, p, q, m, m2 = rows.T
    assert found == pytest.approx(e - 2 * p + q * m2**2 - m, abs=1e-12)


@pytest.mark.parametrize("text", ["x + = 1", "x + z = 1", "x + 1", "(x = 1", "x = 1 = 2", "x^2 + y^2"])
def test_what_is_no_formula_is_refused(text: str) -> None:
    module = formulas()
    with pytest.raises(module.FormulaError):
        module.value(text, ["x", "y"], np.zeros((3, 2)))


def test_the_distance_is_that_in_deviations_of_the_columns() -> None:
    rows = TOYS["circle"].draw(2000)
    module = formulas()
    assert module.distance("x^2 + y^2 = 1", ("x", "y"), rows) < 1e-12
    # r = 1.01 is 0.01 away, the columns' deviation is 1 / sqrt(2)
    assert module.distance("x^2 + y^2 = 1.0201", ("x", "y"), rows) == pytest.approx(
        0.01 * np.sqrt(2), rel=0.02
    )
    assert module.distance("x + y = 0.3", ("x", "y"), rows) > 0.5


def test_equations_that_say_the_same_count_once() -> None:
    rows = TOYS["circle"].draw(500)
    same = ["x^2 + y^2 = 1", "2 x^2 + 2 y^2 = 2", "x = 0"]
    assert formulas().independent(same, ("x", "y"), rows) == 2


def test_a_wrong_equation_a_wrong_flow_and_a_missed_one_are_scored(monkeypatch: pytest.MonkeyPatch) -> None:
    import scoring  # of the zoo, by the path

    toy = TOYS["sphere"]

    def told(rows, names, **_: object) -> SimpleNamespace:
        turn, boost = toy.fields[0], toy.fields[1].copy()
        boost[0, 2] *= -1.0
        equation = SimpleNamespace(formula="x^2 + y^2 + z^2 = 1", degree=2, kind="sphere")
        wrong = SimpleNamespace(formula="x + y = 0", degree=1, kind="linear")
        return SimpleNamespace(
            dimension=SimpleNamespace(value=2, low=2, high=2, scales=()),
            constraints=(equation, wrong), of="manifold", centre=np.zeros(3), density={"count": 4},
            generators=[SimpleNamespace(matrix=f[:, :3], shift=np.zeros(3)) for f in (turn, boost)],
        )  # fmt: skip

    monkeypatch.setattr(scoring, "discover", told)
    score = scoring.scored(toy, 1000, 0.0, 3)
    assert (score.dimension, score.true_dimension) == (2, 2)
    assert (score.equations, score.right, score.found, score.declared) == (2, 1, 1, 1)
    assert (score.fields, score.declared_fields) == (1, 3)
    assert (score.kept, score.declared_kept, score.false) == (3, 3, 2)


def test_the_page_s_tables_are_those_of_the_kept_scores() -> None:
    """Nobody edits a measured number by hand."""
    tables = runpy.run_path(str(ZOO / "tables.py"))
    kept = ZOO / "results.json"
    made = tables["tables"](json.loads(kept.read_text())) if kept.exists() else {}
    text = PAGE.read_text()
    for title, table in made.items():
        start, end = tables["START"].format(title), tables["END"].format(title)
        assert text.split(start)[1].split(end)[0].strip() == table.strip()


def test_masses_are_put_beside_those_of_their_own_legs() -> None:
    import masses

    def shell(leg: str, **values: tuple[float, float]) -> SimpleNamespace:
        return SimpleNamespace(kind="mass shell", formula=f"{leg}.E^2 - {leg}.px^2 = 1", values=values)

    told = [shell("b", m=(10.25, 0.1)), shell("a", m=(19.9, 0.2))]
    sum_of_energies = SimpleNamespace(kind="energy conservation", formula="", values={"value": (91.2, 0.01)})
    rows = masses.masses("ee-3-massive", [*told, sum_of_energies])
    assert [(r["told"], r["truth"]) for r in rows] == [(10.25, 10.0), (19.9, 20.0), (91.2, 91.1876)]
    assert masses.masses("ee-3", [shell("c", **{"m": (0.0, 1.0), "m^2": (-0.2, 0.3)})])[0]["told"] == -0.2
    table = masses.mass_table([{"n": 1000, "noise": 0.01, "masses": rows}, {"n": 1000, "noise": 0.0}])
    assert "| 1,000 | mass shell | 10 | 1 | 0 | 1 | 2.50 | 0.1 |" in table
    assert "| 1,000 | mass shell | 20 | 1 | 1 | 1 | 0.50 | 0.2 |" in table
