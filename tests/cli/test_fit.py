"""`hepsym fit` from the shell's side: what it prints, what it refuses, and that it goes on after --resume."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from hepsym.cli import main

QUICK = ["--epochs", "2", "--batch", "64", "--hidden", "8", "--latent-dim", "3", "--threads", "1"]


def called(*arguments: object) -> int:
    with pytest.raises(SystemExit) as caught:
        main(["fit", *(str(a) for a in arguments)])
    assert isinstance(caught.value.code, int)
    return caught.value.code


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A CSV file of 400 rows: an angle's cosine and sine, noise, and a constant."""
    rng = np.random.default_rng(3)
    phi = rng.uniform(-np.pi, np.pi, 400)
    rows = np.column_stack([np.cos(phi), np.sin(phi), rng.normal(size=400), np.full(400, 7.5)])
    path = tmp_path / "table.csv"
    np.savetxt(path, rows, delimiter=",", header="c,s,noise,seven", comments="")
    return path


@pytest.fixture
def events(tmp_path: Path) -> Path:
    path = tmp_path / "events"
    with pytest.raises(SystemExit) as caught:
        main(["generate", "ee2mumu", "-n", "600", "-o", str(path), "--seed", "4"])
    assert caught.value.code == 0
    return path


def test_json_of_a_fit_of_events(events: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    capfd.readouterr()
    assert called(events, "-o", tmp_path / "run", "--json", "--seed", "5", *QUICK) == 0
    out, errors = capfd.readouterr()
    told = json.loads(out)
    assert errors == ""
    assert told["model"] == "vae"
    assert told["run"] == str(tmp_path / "run")
    assert told["rows"] == 600
    assert sum(told["split"].values()) == 600
    assert told["features"] == ["mu-.px", "mu-.py", "mu-.pz", "mu+.px", "mu+.py", "mu+.pz"]
    assert told["dropped_columns"] == ["mu-.E", "mu+.E"]
    assert (told["epochs"], told["seed"], told["device"]) == (2, 5, "cpu")
    for split in ("train", "validation"):
        assert {"loss", "reconstruction", "kl", "kl_per_latent"} <= told[split].keys()
    assert told["seconds"] > 0
    assert told["samples_per_second"] > 0
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    assert config["source"]["files"] == [str(events)]
    assert config["source"]["kind"] == "events"
    assert config["source"]["provenance"]["process"] == "ee2mumu"


def test_words_of_a_fit_of_a_table(table: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert called(table, "-o", tmp_path / "run", "--columns", "c, s,noise", *QUICK) == 0
    out, _ = capfd.readouterr()
    assert "features        c, s, noise" in out
    assert f"Next: hepsym analyze {tmp_path / 'run'}" in out


def test_observables_are_columns(events: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    capfd.readouterr()
    columns = "cos_theta(mu-),phi(mu-),mu-.pz"
    assert called(events, "-o", tmp_path / "run", "--columns", columns, "--json", *QUICK) == 0
    assert json.loads(capfd.readouterr().out)["features"] == ["cos_theta(mu-)", "phi(mu-)", "mu-.pz"]


def test_a_finished_run_is_resumed_to_the_same_weights(table: Path, tmp_path: Path) -> None:
    arguments = (table, "-o", tmp_path / "run", "--columns", "c,s", *QUICK)
    assert called(*arguments) == 0
    before = (tmp_path / "run" / "checkpoint.safetensors").read_bytes()
    assert called(*arguments) == 2
    assert called(*arguments, "--resume") == 0
    assert (tmp_path / "run" / "checkpoint.safetensors").read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "column 'seven' is constant, 7.5 in all 400 rows: leave it out by --columns c,s,noise"),
        (["--columns", "c,seven"], "column 'seven' is constant"),
        (["--columns", "c,sin"], "sin"),
        (["--columns", "c,,s"], "holds an empty name"),
        (["--columns", "c,s", "--batch", "1000"], "fewer than a batch of 1000"),
        (["--columns", "c,s", "--model", "vea"], "did you mean 'vae'?"),
        (["--columns", "c,s", "--beta", "-1"], "beta = -1 must not be negative"),
        (["--columns", "c,s", "--latent-dim", "0"], "latent = 0 must be an integer of at least 1"),
        (["--columns", "c,s", "--device", "gpu"], "device = 'gpu' is not one of auto, cpu, cuda"),
        (["--columns", "c,s", "--hidden", "64x64"], "hidden = '64x64': give widths by commas"),
        (["--columns", "c,s", "--rows", "0"], "rows = 0 must be at least 1"),
        (["--columns", "c,s", "--rows", "401"], "rows = 401, but there are 400: give at most so many"),
        (["--columns", "c,s", "--threads", "0"], "threads = 0 must be at least 1"),
        (["--columns", "c,s", "--epochs", "many"], "many"),
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(
    table: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    assert called(table, "-o", tmp_path / "run", *arguments) == 2
    out, errors = capfd.readouterr()
    assert out == ""
    assert errors.count("\n") == 1
    assert errors.startswith("hepsym: error: ")
    assert told in errors
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("text", "told"), [("c,s\n", "empty"), ("c,s\n1,2\n3,nan\n", "nan"), ("c,s\n1,2\n3,x\n", "x")]
)
def test_tables_without_numbers_are_told(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], text: str, told: str
) -> None:
    (tmp_path / "bad.csv").write_text(text)
    assert called(tmp_path / "bad.csv", "-o", tmp_path / "run", *QUICK) == 2
    errors = capfd.readouterr().err
    assert errors.count("\n") == 1
    assert told in errors
    assert not (tmp_path / "run").exists()


def test_cuda_asked_for_and_absent(table: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a CUDA device here")
    assert called(table, "-o", tmp_path / "run", "--columns", "c,s", "--device", "cuda") == 2
    assert "PyTorch finds no CUDA device here; give cpu or auto instead" in capfd.readouterr().err


def test_the_first_rows_are_what_a_file_of_them_would_give(table: Path, tmp_path: Path) -> None:
    short = tmp_path / "short.csv"
    short.write_text("".join(table.read_text().splitlines(keepends=True)[:301]))
    options = ("--columns", "c,s", *QUICK)
    assert called(table, "-o", tmp_path / "a", "--rows", "300", *options) == 0
    assert called(short, "-o", tmp_path / "b", *options) == 0
    a, b = ((tmp_path / run / "checkpoint.safetensors").read_bytes() for run in "ab")
    assert a == b
    assert json.loads((tmp_path / "a" / "config.json").read_text())["rows"] == 300


def test_weighted_events_are_refused(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Events that say that they are weighted, and events of another program whose weights differ."""
    with pytest.raises(SystemExit):
        main(["generate", "ee2mumu", "-n", "300", "-o", str(tmp_path / "weighted.npz"), "--weighted"])
    from hepsym import events

    sample = events.read(tmp_path / "weighted.npz")
    foreign = dataclasses.replace(sample, provenance=events.Provenance())
    events.write(tmp_path / "foreign.npz", foreign)
    equal = dataclasses.replace(foreign, weights=np.full(300, 0.7))
    events.write(tmp_path / "equal.npz", equal)
    for name, told in (
        ("weighted.npz", "generate it without --weighted"),
        ("foreign.npz", "has weights from"),
    ):
        capfd.readouterr()
        assert called(tmp_path / name, "-o", tmp_path / "run", *QUICK) == 2
        errors = capfd.readouterr().err
        assert errors.count("\n") == 1
        assert str(tmp_path / name) in errors
        assert told in errors
        assert not (tmp_path / "run").exists()
    assert called(tmp_path / "equal.npz", "-o", tmp_path / "run", *QUICK) == 0
