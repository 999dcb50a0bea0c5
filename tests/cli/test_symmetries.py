"""`hepsym symmetries`: its words, its JSON, and how it meets bad tables."""

import json
from pathlib import Path

import numpy as np
import pytest

from hepsym.cli import main


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
        (np.ones((1, 2)), "1 row for 2 columns are too few"),
        (np.ones((10, 12)), "too few"),
        (np.array([[1.0, np.nan]] * 90), "'y' is nan in row 0"),
        (np.outer(np.arange(90.0), [1e300, 1.0]), "column 'x' reaches 9e+301"),
        (np.outer(np.arange(90.0), [1.0, 1e-300]), "column 'y' varies by 9e-299 only"),
    ],
)
def test_bad_tables_are_refused_in_one_line(
    rows: np.ndarray, words: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    names = ",".join("xyabcdefghij"[: rows.shape[1]])
    assert called([table(tmp_path / "t.csv", rows, names)]) == 2
    told = capfd.readouterr()
    assert (told.out, words in told.err, told.err.count("\n")) == ("", True, 1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("x,y\n", "it has no rows"),
        ("x,y\n" + "1,2\n" * 50 + "1\n", "line 52: 1 values for 2 columns"),
        ("1,2\n3,4\n", "the first line must hold the columns' names"),
        ("x,x\n" + "1,2\n" * 90, "must be there and differ"),
        ("x,y\n" + "1,inf\n" * 90, "'y' is inf in row 0"),
    ],
)
def test_broken_files_are_refused_in_one_line(
    text: str, words: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "t.csv").write_text(text)
    assert called([str(tmp_path / "t.csv")]) == 2
    told = capfd.readouterr()
    assert (told.out, words in told.err, told.err.count("\n")) == ("", True, 1)


def test_words_in_a_column_are_refused(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "t.csv").write_text("x,y\n" + "1,red\n" * 100)
    assert called([str(tmp_path / "t.csv")]) == 2
    assert capfd.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    ("option", "words"),
    [
        (["--columns", "x,z"], "no column 'z'"),
        (["--columns", "x,x"], "name each column once"),
        (["--columns", ""], "holds an empty name"),
        (["--trajectory", "t"], "no column 't'"),
        (["--columns", "x,y", "--trajectory", "y"], "leave it out of --columns"),
        (["--open"], "give -o OUT too"),
    ],
)
def test_wrong_names_are_refused(
    option: list[str], words: str, circle: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert called([circle, *option]) == 2
    told = capfd.readouterr()
    assert (told.out, words in told.err, told.err.count("\n")) == ("", True, 1)


def test_a_page_and_its_numbers(circle: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "found"
    assert called([circle, "-o", str(out), "--json"]) == 0
    told = json.loads(capfd.readouterr().out)
    assert told["page"] == str(out / "symmetries.html")
    assert sorted(p.name for p in out.iterdir()) == ["symmetries.html", "symmetries.json"]
    assert json.loads((out / "symmetries.json").read_text()) == {k: v for k, v in told.items() if k != "page"}
    assert called([circle, "-o", str(out)]) == 2
    assert "exists already" in capfd.readouterr().err


def test_a_run_brings_its_data_and_its_decoder(
    circle: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The same answer as of its data, and the Jacobian's two singular values as further evidence."""
    pytest.importorskip("torch")
    with pytest.raises(SystemExit) as caught:
        main(
            ["fit", circle, "-o", str(tmp_path / "run"), "--latent-dim", "2", "--epochs", "2", "--seed", "1"]
        )
    assert caught.value.code in {0, None}
    capfd.readouterr()
    assert called([str(tmp_path / "run"), "--json"]) == 0
    told = json.loads(capfd.readouterr().out)
    assert called([circle, "--json"]) == 0
    alone = json.loads(capfd.readouterr().out)
    assert told["constraints"] == alone["constraints"]
    assert told["dimension"]["value"] == 1
    assert len(told["jacobian"]["median"]) == 2
    assert set(told["latent"]) == {"used", "flows"}
    assert {"jacobian", "latent"}.isdisjoint(alone)
    Path(circle).unlink()
    assert called([str(tmp_path / "run")]) == 2
    assert "any more: give the data file itself" in capfd.readouterr().err


def test_a_label_of_trajectories_is_no_column(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Oscillators of 60 energies: each keeps p^2 + 4 q^2, and the table without the label has two columns."""
    rng = np.random.default_rng(6)
    energy = np.repeat(rng.uniform(0.5, 2.0, 60), 40)
    t = rng.uniform(0, 2 * np.pi, 2400)
    rows = np.column_stack(
        [np.sqrt(energy / 2) * np.sin(t), np.sqrt(2 * energy) * np.cos(t), np.repeat(np.arange(60.0), 40)]
    )
    file = table(tmp_path / "t.csv", rows, "q,p,orbit")
    assert called([file, "--trajectory", "orbit", "--json"]) == 0
    told = json.loads(capfd.readouterr().out)
    assert told["columns"] == ["q", "p"]
    assert told["alpha"] == 0.01
    assert told["conserved"]["count"] == 1
    assert told["conserved"]["quantities"][0]["within"] < 1e-9
    assert called([file, "--trajectory", "orbit", "-o", str(tmp_path / "out")]) == 0
    assert "Kept by each of 60 trajectories: 1" in capfd.readouterr().out
    assert '<section id="conserved"' in (tmp_path / "out" / "symmetries.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_ten_million_rows_of_64_columns_fit_into_memory(tmp_path: Path) -> None:
    """5 GB on disk, at most 4 GB in memory: HEPSYM_SLOW=1 pytest tests/cli/test_symmetries.py -k memory."""
    import subprocess
    import sys

    rng = np.random.default_rng(7)
    block = rng.normal(size=(100_000, 64))
    block[:, 63] = block[:, :3].sum(axis=1)
    file = np.lib.format.open_memmap(tmp_path / "t.npy", mode="w+", dtype=np.float64, shape=(10_000_000, 64))
    for first in range(0, len(file), len(block)):
        rng.shuffle(block)
        file[first : first + len(block)] = block
    del file
    limit = 4 * 2**30
    code = (
        f"import resource; resource.setrlimit(resource.RLIMIT_DATA, ({limit}, {limit}));"
        "from hepsym.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "symmetries", str(tmp_path / "t.npy"), "--json"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["n"] == 10_000_000
    assert len(told["constraints"]) == 1


@pytest.mark.parametrize(
    "option", [["--alpha", "2"], ["--max-degree", "4"], ["--scale", "7"], ["--noise", "2"]]
)
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
