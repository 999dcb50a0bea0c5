"""The commands on the page make the run again, to the bit."""

import json
from pathlib import Path

import numpy as np
import pytest
from made_run import analysis, made_run

from hepsym import models
from hepsym.cli import main
from hepsym.report.run.commands import commands_of
from hepsym.report.run.record import load_record
from hepsym.report.run.sample import Sample, read_sample


def done(*words: str) -> None:
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert caught.value.code == 0


def test_the_fit_that_is_printed_gives_the_same_weights(tmp_path: Path) -> None:
    values = np.random.default_rng(1).normal(size=(300, 3))
    np.savez(tmp_path / "table.npz", a=values[:, 0], b=values[:, 1], c=values[:, 2])
    settings = models.FitSettings(
        latent=2, hidden=(5,), beta=0.3, variance="learned", kl_warmup_epochs=1, epochs=2, batch=32,
        learning_rate=0.004, patience=3, seed=7, dtype="float64", device="cpu", validation=0.2, test=0.3,
        scaling="standard",
    )  # fmt: skip
    source = {"files": [str(tmp_path / "table.npz")], "columns": ["c", "a"], "kind": "table"}
    models.fit(values[:, [2, 0]], ("c", "a"), settings, tmp_path / "run", source=source)
    record = load_record(tmp_path / "run")
    fit, report = commands_of(record, read_sample(record.files))
    assert report == ["hepsym", "report", str(tmp_path / "run")]
    done(*fit[1:-1], str(tmp_path / "again"))
    config = json.loads((tmp_path / "again" / "config.json").read_text())
    assert config["settings"] == record.config["settings"]
    assert config["digest"] == record.config["digest"]
    weights = (tmp_path / name / "checkpoint.safetensors" for name in ("run", "again"))
    assert len({path.read_bytes() for path in weights}) == 1


def test_a_fit_of_the_first_rows_is_printed_with_their_number(tmp_path: Path) -> None:
    np.save(tmp_path / "table.npy", np.random.default_rng(2).normal(size=(400, 2)))
    table, run = str(tmp_path / "table.npy"), str(tmp_path / "run")
    small = ("--epochs", "2", "--batch", "32", "--hidden", "5", "--latent-dim", "2")
    done("fit", table, "-o", run, "--rows", "300", *small)
    record = load_record(tmp_path / "run")
    assert (record.config["rows"], record.config["source"]["rows"]) == (300, 400)
    fit = commands_of(record, read_sample(record.files))[0]
    assert fit[fit.index("--rows") + 1] == "300"
    done(*fit[1:-1], str(tmp_path / "again"))
    weights = (tmp_path / name / "checkpoint.safetensors" for name in ("run", "again"))
    assert len({path.read_bytes() for path in weights}) == 1


def test_the_generation_that_is_printed_gives_the_same_events(tmp_path: Path) -> None:
    sets = ("--set", "sqrt_s=200.0", "--set", "electroweak.m_z=91.0")
    done("generate", "ee2mumu", "-n", "500", "--seed", "5", *sets, "-o", str(tmp_path / "events"))
    record = load_record(made_run(tmp_path / "run", files=(str(tmp_path / "events"),), analysed=False))
    sample = read_sample(record.files)
    generate = commands_of(record, sample)[0]
    (tmp_path / "card.toml").write_text(sample.provenance["card"], encoding="utf-8")
    place = [str(tmp_path / "card.toml") if word == "card.toml" else word for word in generate[1:-1]]
    done(*place, str(tmp_path / "again"))
    shards = (tmp_path / name / "events-000000.npy" for name in ("events", "again"))
    assert len({path.read_bytes() for path in shards}) == 1


def test_analyze_is_printed_with_its_sweep(tmp_path: Path) -> None:
    run = made_run(tmp_path / "run")
    found = analysis()
    found["relevant"]["seeds"] = [1, 2, 3]
    (run / "analysis.json").write_text(json.dumps(found))
    words = commands_of(load_record(run), Sample({}, 0, ()))[0]
    assert words == ["hepsym", "analyze", str(run), "--betas", "0.001,0.01,0.03,0.1", "--seeds", "3"]


def test_a_run_of_a_study_is_made_by_its_study(tmp_path: Path) -> None:
    run = made_run(tmp_path / "study" / "run")
    (tmp_path / "study" / "study.toml").write_text("")
    card = str((tmp_path / "study" / "study.toml").resolve())
    assert commands_of(load_record(run), Sample({}, 0, ())) == [["hepsym", "study", card, "-o", "again"]]
