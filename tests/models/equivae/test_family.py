"""`hepsym fit --model equivae`: a table with a class column becomes a run, and the run a model."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from hepsym.cli import app
from hepsym.errors import InputError
from hepsym.generators.images import plane_orbits
from hepsym.models import FitSettings, fit
from hepsym.models.equivae import load_run

ORBIT = plane_orbits(900, classes=3, seed=2, noise=0.1)
NAMES = (*(f"x{i}" for i in range(6)), "kind")
TABLE = np.column_stack([ORBIT.x, 2 * ORBIT.y + 1.0])
SETTINGS = {"latent": 3, "epochs": 12, "batch": 90, "patience": 0, "label": "kind"}
OPTIONS = {"invariant": 5, "width": 32}


@pytest.mark.parametrize("model", ["equivae", "cvae", "mlvae"])
def test_a_run_becomes_a_model(model: str, tmp_path: Path) -> None:
    settings = FitSettings(model=model, options=OPTIONS, **SETTINGS)
    result = fit(TABLE, NAMES, settings, tmp_path / "run", source={})
    first = json.loads((tmp_path / "run" / "metrics.jsonl").read_text().splitlines()[0])["validation"]["loss"]
    assert result.losses["validation"]["loss"] < first
    assert {"bound", "kl", "cross_entropy"} <= set(result.losses["validation"])
    found = load_run(tmp_path / "run", ORBIT.x[:300], TABLE[:300, -1])
    assert found.classes_.tolist() == [1, 3, 5]
    assert found.score(ORBIT.x[300:], TABLE[300:, -1], by="classifier") > 0.8
    assert found.swap(ORBIT.x[:4], [1, 3, 5, 1]).shape == (4, 6)


def test_a_killed_run_goes_on_to_the_same_bits(tmp_path: Path) -> None:
    """Stopped after an epoch by the settings of the loop, resumed: the weights of an undisturbed run."""
    settings = FitSettings(model="equivae", options=OPTIONS, **SETTINGS | {"epochs": 3})

    class StoppedError(Exception):
        pass

    def stop(done: int, _: int) -> None:
        if done == 1:
            raise StoppedError

    with pytest.raises(StoppedError):
        fit(TABLE, NAMES, settings, tmp_path / "a", source={}, progress=stop)
    fit(TABLE, NAMES, settings, tmp_path / "a", source={}, resume=True)
    fit(TABLE, NAMES, settings, tmp_path / "b", source={})
    weights = [(tmp_path / run / "checkpoint.safetensors").read_bytes() for run in "ab"]
    assert weights[0] == weights[1]


def test_from_the_command_line(tmp_path: Path) -> None:
    np.savetxt(tmp_path / "t.csv", TABLE, delimiter=",", header=",".join(NAMES), comments="")
    asked = ["fit", str(tmp_path / "t.csv"), "-o", str(tmp_path / "run"), "--model", "equivae",
             "--label", "kind", "--latent-dim", "2", "--epochs", "1", "--set", "invariant=4",
             "--json"]  # fmt: skip
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["model"] == "equivae"
    assert told["latent"] == 2
    assert "load_run" in told["next"]


@pytest.mark.parametrize(
    ("table", "settings", "options", "words"),
    [
        (TABLE, {"label": "species"}, {}, "there is no column 'species' to be the class"),
        (TABLE, {"label": ""}, {}, "learns from classes: name their column by --label"),
        (TABLE, {"batch": 6}, {}, "give a larger batch"),
        (TABLE, {}, {"picture": [2, 4]}, r"picture = \(2, 4\) has 8 pixels, the table 6 columns"),
        (TABLE, {}, {"picture": [-2, -3]}, r"picture = \[-2, -3\] is no shape: give \[h, w\]"),
        (TABLE, {}, {"picture": [1.5, 4]}, "is no shape"),
        (TABLE, {}, {"likelihood": "bernoulli"}, "likelihood = 'bernoulli' takes values from 0 to 1"),
        (TABLE, {}, {"likelihood": "categorical"}, "takes pictures of whole numbers"),
        (TABLE * ([1e300] * 6 + [1.0]), {}, {}, "whose square overflows: give other units"),
        (TABLE, {}, {"invariantt": 3}, "did you mean 'invariant'"),
        (TABLE * ([1.0] * 6 + [0.0]), {}, {}, "one class only"),
        (np.column_stack([ORBIT.x, np.full(900, -1.0)]), {}, {}, "all 900 rows are unlabelled"),
    ],
)
def test_what_cannot_be_fitted(
    table: np.ndarray, settings: dict, options: dict, words: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=words):
        chosen = FitSettings(model="equivae", options=OPTIONS | options, **SETTINGS | settings)
        fit(table, NAMES, chosen, tmp_path / "run", source={})
    assert not (tmp_path / "run").exists()


def test_what_an_ml_vae_s_options_and_a_model_s_rows_must_be(tmp_path: Path) -> None:
    """The class term is refused, as in Python; so is a label too few. Pictures below 0 are gaussian."""
    mlvae = FitSettings(model="mlvae", options={"discriminative": 1.0}, **SETTINGS)
    with pytest.raises(InputError, match="an ML-VAE's holds it: give discriminative = 0"):
        fit(TABLE, NAMES, mlvae, tmp_path / "run", source={})
    assert not (tmp_path / "run").exists()
    signed = FitSettings(model="equivae", options=OPTIONS | {"picture": [2, 3]}, **SETTINGS | {"epochs": 1})
    fit(TABLE, NAMES, signed, tmp_path / "run", source={})
    model = load_run(tmp_path / "run", TABLE[:, :6].reshape(-1, 2, 3), TABLE[:, -1])
    assert model.settings.likelihood == "gaussian"
    assert model.sample([1, 3]).shape == (2, 2, 3)
    with pytest.raises(InputError, match="X has 900 rows, y has 899 labels"):
        load_run(tmp_path / "run", TABLE[:, :6].reshape(-1, 2, 3), TABLE[:-1, -1])
