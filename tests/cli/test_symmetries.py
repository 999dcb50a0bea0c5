"""`hepsym symmetries`: its words, its JSON, and how it meets bad tables."""

import json
from pathlib import Path

import numpy as np
import pytest

from hepsym.cli import main
from hepsym.cli.symmetries import split_names


def called(arguments: list[str]) -> int:
    with pytest.raises(SystemExit) as caught:
        main(["symmetries", *arguments])
    return caught.value.code if isinstance(caught.value.code, int) else 0


def table(path: Path, rows: np.ndarray, names: str) -> str:
    np.savetxt(path, rows, delimiter=",", header=names, comments="")
    return str(path)


@pytest.fixture
def circle(tmp_path: Path) -> str:
    t = np.random.default_rng(1).uniform(0, 2 * np.pi, 2000)
    return table(tmp_path / "circle.csv", np.column_stack([np.cos(t), np.sin(t)]), "x,y")


def test_json_has_what_the_contract_names(circle: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert called([circle, "--json"]) == 0
    told = json.loads(capfd.readouterr().out)
    assert {k: told["dimension"][k] for k in ("value", "low", "high")} == {"value": 1, "low": 1, "high": 1}
    (equation,) = told["constraints"]
    assert (equation["formula"], equation["kind"]) == ("x^2 + y^2 = 1", "circle")
    assert equation["residual"] < 1e-12
    assert equation["p_value"] < 1e-100
    made = told["generators"]
    assert (made["count"], made["algebra"], made["of"]) == (1, "so(2)", "manifold")
    assert np.abs(np.array(made["basis"][0]["matrix"]).diagonal()).max() < 0.05
    assert (told["alpha"], told["n"]) == (0.01, 2000)


def test_words(circle: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert called([circle, "--seed", "3"]) == 0
    told = capfd.readouterr().out
    assert "Dimension: 1 of 2 columns" in told
    assert "x^2 + y^2 = 1" in told
    assert "algebra so(2)" in told


def test_events_of_a_generator_tell_the_muon_mass(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """At E / m = 431 the shell is found to rounding: m = 0.10566 GeV."""
    with pytest.raises(SystemExit):
        main(["generate", "ee2mumu", "-n", "2000", "-o", str(tmp_path / "ee.npz"), "--seed", "5"])
    capfd.readouterr()
    assert called([str(tmp_path / "ee.npz"), "--json"]) == 0
    told = json.loads(capfd.readouterr().out)
    assert (told["dimension"]["value"], told["generators"]["algebra"]) == (2, "so(3)")
    assert told["constraints"][-1]["kind"] == "mass shell"
    assert told["constraints"][-1]["values"]["m"]["value"] == pytest.approx(0.1056583755, abs=1e-8)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (np.ones((1, 2)), "1 rows for 2 columns are too few"),
        (np.ones((10, 12)), "too few"),
        (np.array([[1.0, np.nan]] * 90), "'y' is nan in row 0"),
    ],
)
def test_bad_tables_are_refused_in_one_line(
    rows: np.ndarray, words: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    names = ",".join("xyabcdefghij"[: rows.shape[1]])
    assert called([table(tmp_path / "t.csv", rows, names)]) == 2
    told = capfd.readouterr()
    assert (told.out, words in told.err, told.err.count("\n")) == ("", True, 1)


def test_words_in_a_column_are_refused(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "t.csv").write_text("x,y\n" + "1,red\n" * 100)
    assert called([str(tmp_path / "t.csv")]) == 2
    assert capfd.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("option", [["--alpha", "2"], ["--max-degree", "3"], ["--scale", "7"]])
def test_bad_options_are_refused(option: list[str], circle: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert called([circle, *option]) == 2
    assert capfd.readouterr().err.count("\n") == 1


def test_constant_and_equal_columns_are_the_equations_they_are(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    x, y = np.random.default_rng(2).normal(size=(2, 500))
    file = table(tmp_path / "t.csv", np.column_stack([x, y, np.full(500, 3.5), x]), "x,y,c,copy")
    assert called([file, "--json"]) == 0
    told = json.loads(capfd.readouterr().out)
    assert told["dimension"]["value"] == 2
    assert sorted(c["kind"] for c in told["constraints"]) == ["constant", "equal columns"]


def test_columns_all_constant_have_dimension_zero(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert called([table(tmp_path / "t.csv", np.ones((100, 2)), "x,y"), "--json"]) == 0
    told = json.loads(capfd.readouterr().out)
    assert (told["dimension"]["value"], len(told["constraints"])) == (0, 2)


def test_columns_may_be_observables_with_commas() -> None:
    assert split_names("x, m(mu-,mu+) ,y") == ["x", "m(mu-,mu+)", "y"]
    assert split_names(None) is None
