"""`hepsym fit --model lgae` and its peers: files of jets to runs, split by hash, resumed to the same bits."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from hepsym.cli import main
from hepsym.errors import InputError
from hepsym.events import Provenance
from hepsym.events.jets.jetnet import write_jetnet
from hepsym.events.jets.sample import Jets
from hepsym.models import FitSettings, fit
from hepsym.models.jets import LGAE, load_jets, load_run
from hepsym.models.jets.jet_set import hash_split
from hepsym.models.registry import family

pytest.importorskip("h5py")

SMALL = [
    "--set",
    "latent_vectors=3",
    "--set",
    "layers=1",
    "--set",
    "hidden=8",
    "--set",
    "scalars=4",
    "--set",
    "particles=12",
]


def status(*arguments: str) -> int:
    """What the shell would see."""
    try:
        main(list(arguments))
    except SystemExit as end:
        return int(end.code or 0)
    return 0


@pytest.fixture
def file(jets: Tensor, tmp_path: Path) -> Path:
    path = tmp_path / "jets.h5"
    write_jetnet(path, Jets.of(jets.numpy(), source=Provenance()))
    return path


def test_fit_makes_a_run_that_loads(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = tmp_path / "run"
    options = ["--epochs", "3", "--batch", "8", "--json", *SMALL]
    assert status("fit", str(file), "--model", "lgae", "-o", str(run), *options) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["model"] == "lgae"
    assert sum(told["split"].values()) == told["rows"] == 64
    model = load_run(run)
    assert isinstance(model, LGAE)
    assert model.options.particles == 12
    jets = load_jets({"g": file}, particles=12)
    training, validation, _ = jets.split()
    assert (len(training), len(validation)) == (told["split"]["train"], told["split"]["validation"])
    with torch.no_grad():
        loss = model.loss(validation.momenta).mean().item()
    assert abs(loss / told["validation"]["loss"] - 1) < 1e-3
    untrained = LGAE(model.options).double()
    untrained.learn(training.momenta)
    assert model.loss(training.momenta).mean() < untrained.loss(training.momenta).mean()


@pytest.mark.parametrize("name", ["gnnae", "cnnae", "jetvae"])
def test_the_baselines_are_fitted_alike(jets: Tensor, name: str, tmp_path: Path) -> None:
    options = {"cnnae": {"channels": 4}, "gnnae": {"width": 4, "messages": 4}, "jetvae": {"hidden": 8}}[name]
    settings = FitSettings(model=name, epochs=1, batch=8, options=options)
    names = [f"p{i}.{c}" for i in range(30) for c in ("E", "px", "py", "pz")]
    fit(jets.flatten(1).numpy(), names, settings, tmp_path / "run", source={})
    assert load_run(tmp_path / "run").encode(jets[:2]).shape[0] == 2


def test_a_resumed_training_has_the_same_bits(jets: Tensor, tmp_path: Path) -> None:
    options = {"latent_vectors": 3, "layers": 1, "hidden": 8, "scalars": 4, "variational": True}
    names = [f"p{i}.{c}" for i in range(30) for c in ("E", "px", "py", "pz")]
    values = jets.flatten(1).numpy()
    settings = FitSettings(model="lgae", epochs=3, batch=8, options=options)

    class StopError(Exception):
        pass

    def stop(epoch: int, _: int) -> None:
        if epoch == 2:
            raise StopError

    fit(values, names, settings, tmp_path / "whole", source={})
    with pytest.raises(StopError):
        fit(values, names, settings, tmp_path / "parts", source={}, progress=stop)
    fit(values, names, settings, tmp_path / "parts", source={}, resume=True)
    whole, parts = (load_run(tmp_path / n).state_dict() for n in ("whole", "parts"))
    assert all(torch.equal(whole[k], parts[k]) for k in whole)


def test_no_jet_can_leak(jets: Tensor) -> None:
    """Copies of a jet fall on one side whatever the order; shares are what was asked for."""
    rows = jets.flatten(1).numpy()
    parts = hash_split(np.concatenate([rows, rows[::-1]]), 0.25, 0.25)
    sides = np.empty(128, dtype=int)
    for side, part in enumerate(parts):
        sides[part] = side
    assert (sides[:64] == sides[64:][::-1]).all()
    many = np.random.default_rng(1).normal(size=(20_000, 3))
    counts = np.array([len(p) for p in hash_split(many, 0.1, 0.2)]) / 20_000
    assert np.abs(counts - [0.7, 0.1, 0.2]).max() < 0.015  # 5 standard deviations


def test_files_by_class(file: Path, jets: Tensor) -> None:
    found = load_jets({"g": file, "t": [file, file]}, particles=30)
    assert len(found) == 192
    assert len(found.of("t")) == 128
    assert found.left_out == 0
    torch.testing.assert_close(found.momenta[:64], found.momenta[64:128])
    hardest = load_jets({"g": file}, particles=5)
    assert hardest.momenta.shape[1] == 5
    pt = found.momenta[:64, :, 1:3].norm(dim=-1)
    torch.testing.assert_close(hardest.momenta[..., 1:3].norm(dim=-1), pt[:, :5])


def test_jets_without_a_rest_frame_are_left_out_and_counted(tmp_path: Path, jets: Tensor) -> None:
    p = jets.clone()
    p[3, 1:] = 0
    write_jetnet(tmp_path / "jets.h5", Jets.of(p.numpy()))
    assert load_jets({"g": tmp_path / "jets.h5"}).left_out == 1
    write_jetnet(tmp_path / "single.h5", Jets.of(p[3:4].numpy()))
    with pytest.raises(InputError, match="no jet of two particles"):
        load_jets({"g": tmp_path / "single.h5"})


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--set", "aggregation=max"], "aggregation = 'max' is not one of"),
        (["--set", "particels=3"], "did you mean 'particles'"),
        (["--columns", "p0.E"], "leave --columns out"),
        (["--beta", "0.3"], "has no use for beta"),
        (["--batch", "100"], "smaller batch"),
    ],
)
def test_what_a_fit_refuses(
    file: Path, tmp_path: Path, arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    assert status("fit", str(file), "--model", "lgae", "-o", str(run), *arguments) == 2
    assert words in capsys.readouterr().err
    assert not run.exists()


def test_other_files_and_classes_are_refused(tmp_path: Path, file: Path) -> None:
    with pytest.raises(InputError, match="not one of g, q, t, w, z"):
        load_jets({"gluon": file})
    with pytest.raises(InputError, match="not one of g, q, t, w, z"):
        load_jets({"g": file}).of("x")
    with pytest.raises(InputError, match="no files"):
        load_jets({})
    import h5py

    with h5py.File(tmp_path / "other.h5", "w") as other:
        other["numbers"] = [1.0]
    with pytest.raises(InputError, match="particle_features"):
        load_jets({"g": tmp_path / "other.h5"})
    run = tmp_path / "vae"
    values = np.random.default_rng(1).normal(size=(64, 2))
    fit(values, ["a", "b"], FitSettings(latent=1, epochs=1, batch=8), run, source={})
    with pytest.raises(InputError, match="none of jets"):
        load_run(run)
    assert family("lgae").next_step(run).startswith("hepsym.models.jets")
