"""`hepsym analyze`: what it prints, its JSON, and how it refuses bad input."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from hepsym import events, models
from hepsym.cli import main
from hepsym.cli.analyze import parse_betas, summary
from hepsym.errors import InputError


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A circle in a table of its two coordinates and a linear VAE: two latents, whatever the seed."""
    torch.set_num_threads(1)
    place = tmp_path_factory.mktemp("circle")
    angle = np.random.default_rng(1).uniform(-np.pi, np.pi, 3000)
    rows = np.column_stack([np.cos(angle), np.sin(angle)])
    np.savetxt(place / "circle.csv", rows, delimiter=",", header="x,y", comments="")
    table = events.read_table(place / "circle.csv")
    settings = models.FitSettings(latent=3, hidden=(), beta=0.2, epochs=100, batch=256, learning_rate=5e-2)
    models.fit(table.values, table.names, settings, place / "run", source=table.source)
    return place / "run"


def called(arguments: list[str]) -> int:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    code = caught.value.code
    return code if isinstance(code, int) else 0


def test_json_and_words(run: Path, capfd: pytest.CaptureFixture[str]) -> None:
    arguments = ["analyze", str(run), "--betas", "0.1,0.2,0.4", "--seeds", "2"]
    assert called([*arguments, "--json"]) == 0
    told = capfd.readouterr()
    found = json.loads(told.out)
    assert found == json.loads((run / "analysis.json").read_text(encoding="utf-8"))
    assert {"run", "relevant", "latents", "recovered", "jacobian", "caveat", "n_test", "seed"} <= set(found)
    assert {"value", "low", "high"} <= set(found["relevant"])
    assert (found["relevant"]["value"], found["relevant"]["counts"]) == (2, [[2, 2]] * 3)
    assert called(arguments) == 0
    words = capfd.readouterr().out
    assert "Relevant latents: 2 (interval 2 to 2)" in words
    assert "circle" in words
    for index in found["relevant"]["indices"]:
        assert f"z{index}: KL" in words
    assert f"{found['n_test']} test events" in words
    assert words.count("\n") < 40


def test_no_plateau_is_put_into_words() -> None:
    """What is printed where nothing is relevant: no crash, no number that is not there."""
    found = {
        "relevant": {
            "value": None, "low": 0, "high": 0, "rule": "mean KL above 0.1 nat",
            "words": "no plateau; all is off", "caveat": "A caveat.",
            "indices": [], "this_run": {"beta": 9.0, "value": 0, "latents": 2},
        },
        "latents": [], "recovered": [], "left_out": ["E is left out: it is 1 in every event"],
        "n_test": 200, "seed": 1, "run": "run",
    }  # fmt: skip
    words = "\n".join(summary(found))
    assert "not settled (no plateau; all is off)" in words
    assert "nothing: no latent is relevant" in words
    assert "E is left out" in words


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--betas", "0.1;0.2"], "give numbers with commas"),
        (["--betas", "0.2,0.1"], "increasing order"),
        (["--betas", "-1"], "positive"),
        (["--seeds", "0"], "seeds = 0"),
        (["--alpha", "2"], "alpha = 2"),
    ],
)
def test_bad_options_are_one_line(
    run: Path, options: list[str], words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert called(["analyze", str(run), *options]) == 2
    told = capfd.readouterr()
    assert told.out == ""
    assert words in told.err
    assert told.err.count("\n") == 1


def test_no_run_is_one_line(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert called(["analyze", str(tmp_path / "nowhere")]) == 2
    told = capfd.readouterr()
    assert "not a run" in told.err
    assert told.err.count("\n") == 1


def test_betas_are_read() -> None:
    assert parse_betas("0.01, 1e-1,1") == [0.01, 0.1, 1.0]
    with pytest.raises(InputError):
        parse_betas("")
