"""A table becomes a run that can be loaded, asked and resumed; a refused fit writes nothing."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file

from hepsym.errors import InputError, RunError
from hepsym.models import FitResult, FitSettings, fit, load
from hepsym.models.vae import VAE
from tests.models.conftest import NAMES, back_to_back

Floats = NDArray[np.float64]
QUICK = FitSettings(latent=4, hidden=(16,), epochs=4, batch=64, seed=3)


def quick(values: Floats, run: Path, settings: FitSettings = QUICK, *, resume: bool = False) -> FitResult:
    return fit(values, NAMES, settings, run, source={"kind": "test"}, drop_constant=True, resume=resume)


def test_a_sphere_takes_three_latents(tmp_path: Path) -> None:
    """8000 events in 6 varying columns: exactly 3 of 6 latents carry information, and decode to the momenta.

    The sphere cannot be embedded in fewer than 3 dimensions; beta = 0.05 in units of the mean variance
    leaves a mean error below 0.05 of it per event. Seed 3.
    """
    values = back_to_back(8000, seed=1)
    settings = FitSettings(latent=6, epochs=50, seed=3)
    result = quick(values, tmp_path / "run", settings)
    trained = load(tmp_path / "run")
    _, _, test = trained.split(len(values))
    assert (result.n_train, result.n_validation, result.n_test) == tuple(len(p) for p in trained.split(8000))
    mu, log_var = trained.encode(values[test])
    kl = 0.5 * (mu**2 + np.exp(log_var) - 1 - log_var).mean(0)
    assert (kl > 1).sum() == 3
    assert (kl < 0.05).sum() == 3
    assert trained.reconstruction_loss(values[test]).mean() < 0.05
    back = trained.decode(mu)
    assert back.shape == (len(test), 8)
    assert np.array_equal(back[:, [0, 4]], values[test][:, [0, 4]])
    lost = ((back - values[test]) ** 2).sum(1) / trained.scale[0] ** 2
    assert lost == pytest.approx(trained.reconstruction_loss(values[test]), rel=1e-9)


def test_what_a_trained_run_answers(sphere: Floats, tmp_path: Path) -> None:
    """Shapes, float64, ablation as defined, and the Jacobian against differences of the decoder (1e-8)."""
    quick(sphere, tmp_path / "run")
    trained = load(tmp_path / "run")
    mu, log_var = trained.encode(sphere)
    assert mu.shape == log_var.shape == (1500, 4)
    assert mu.dtype == np.float64
    assert trained.names == NAMES
    assert len(trained.kept) == 6
    assert trained.mean.shape == trained.scale.shape == (6,)
    ablated = mu.copy()
    ablated[:, 2] = mu[:, 2].mean()
    x = trained.scaling.apply(sphere)
    assert trained.reconstruction_loss(sphere, ablate=2) == pytest.approx(
        ((x - trained.decode_scaled(ablated)) ** 2).sum(1), rel=1e-12
    )
    jacobian, step = trained.jacobian(mu[:5]), 1e-5
    assert jacobian.shape == (5, 6, 4)
    for i in range(4):
        shift = step * np.eye(4)[i]
        slope = (trained.decode_scaled(mu[:5] + shift) - trained.decode_scaled(mu[:5] - shift)) / (2 * step)
        assert np.abs(jacobian[:, :, i] - slope).max() < 1e-8
    assert trained.encode(sphere[:0])[0].shape == (0, 4)
    with pytest.raises(InputError, match="ablate = 4 is no latent"):
        trained.reconstruction_loss(sphere, ablate=4)
    with pytest.raises(InputError, match="latents of shape"):
        trained.decode(mu[:, :2])


def test_same_seed_same_bits_other_seed_other_weights(sphere: Floats, tmp_path: Path) -> None:
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        quick(sphere, tmp_path / name, FitSettings(**(QUICK.to_json() | {"seed": seed})))
    a, b, c = ((tmp_path / name / "checkpoint.safetensors").read_bytes() for name in "abc")
    assert a == b
    assert a != c


def test_metrics_keep_terms_apart_and_add_up(sphere: Floats, tmp_path: Path) -> None:
    settings = FitSettings(**(QUICK.to_json() | {"kl_warmup_epochs": 2, "beta": 0.3}))
    result = quick(sphere, tmp_path / "run", settings)
    lines = [json.loads(line) for line in (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()]
    assert [line["epoch"] for line in lines] == [0, 1, 2, 3]
    assert [line["kl_weight"] for line in lines] == [0, 0.5, 1, 1]
    assert lines[-1]["learning_rate"] == pytest.approx(0, abs=1e-12)
    for line in lines:
        for split, weight in (("train", line["kl_weight"]), ("validation", 1)):
            terms = line[split]
            assert terms["kl"] == pytest.approx(sum(terms["kl_per_latent"]), rel=1e-5)
            assert terms["loss"] == pytest.approx(
                terms["reconstruction"] + 0.3 * weight * terms["kl"], rel=1e-5
            )
            assert terms["reconstruction"] == pytest.approx(terms["squared_error"])
    best = min(range(4), key=lambda e: lines[e]["validation"]["loss"])
    assert result.best_epoch == best
    assert result.losses["validation"] == lines[best]["validation"]
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    assert config["loss"].startswith("sum_j (x_j - xhat_j)^2 + 0.3 KL")
    assert config["dropped_columns"] == ["mu-.E", "mu+.E"]


def test_early_stopping_waits_for_patience_and_keeps_the_best(gaussian: Floats, tmp_path: Path) -> None:
    """A learning rate far too high makes the validation loss jump, so that no epoch stays the best."""
    settings = FitSettings(latent=2, hidden=(16,), epochs=200, batch=64, learning_rate=0.3, patience=5)
    result = fit(gaussian, "abcd", settings, tmp_path / "run", source={})
    lines = [json.loads(line) for line in (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()]
    losses = [line["validation"]["loss"] for line in lines]
    assert result.epochs == len(losses) < 200
    assert result.best_epoch == int(np.argmin(losses)) == result.epochs - 1 - 5


def test_nothing_is_written_where_a_fit_is_refused(sphere: Floats, tmp_path: Path) -> None:
    run = tmp_path / "run"
    cases: list[tuple[dict[str, object], str]] = [
        ({"model": "vae2"}, "did you mean 'vae'"),
        ({"amp": True, "device": "cpu"}, "amp = true needs a CUDA device"),
        ({"batch": 5000}, "fewer than a batch of 5000"),
    ]
    if not torch.cuda.is_available():
        cases.append(({"device": "cuda"}, "give cpu or auto instead"))
    for changed, told in cases:
        with pytest.raises(InputError, match=told):
            quick(sphere, run, FitSettings(**(QUICK.to_json() | changed)))
        assert not run.exists()
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="cannot make the run directory"):
        quick(sphere, tmp_path / "file" / "run")


def test_an_existing_run_is_neither_overwritten_nor_resumed_as_another(
    sphere: Floats, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    quick(sphere, run)
    before = {p.name: p.read_bytes() for p in run.iterdir() if p.is_file()}
    with pytest.raises(InputError, match="exists already: name another run, or go on with it by --resume"):
        quick(sphere, run)
    with pytest.raises(InputError, match=r"with beta = 0\.2: it was started with beta = 0\.05"):
        quick(sphere, run, FitSettings(**(QUICK.to_json() | {"beta": 0.2})), resume=True)
    with pytest.raises(InputError, match="with other data"):
        quick(sphere[:-1], run, resume=True)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").touch()
    with pytest.raises(InputError, match="is not a run"):
        quick(sphere, tmp_path / "other", resume=True)
    again = quick(sphere, run, resume=True)
    assert again.epochs == 4
    assert again.samples_per_second == 0
    assert before == {p.name: p.read_bytes() for p in run.iterdir() if p.is_file()}


class _Bad(VAE):
    """Loss becomes NaN at step 30."""

    seen = 0

    def accumulate(self, *arguments: object) -> dict[str, torch.Tensor]:
        terms = super().accumulate(*arguments)  # type: ignore[arg-type]
        type(self).seen += 1
        return {n: t * float("nan") for n, t in terms.items()} if self.seen == 31 else terms


def test_nan_stops_at_once_and_the_last_good_checkpoint_stays(
    sphere: Floats, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """16 steps an epoch (1500 rows, batch 64, about 1050 to train on): step 30 is batch 14 of epoch 1."""
    monkeypatch.setattr("hepsym.models.vae.VAE", _Bad)
    with pytest.raises(RunError) as caught:
        quick(sphere, tmp_path / "run")
    steps = int(str(caught.value).split("batch ")[1].split(" of ")[1].split(")")[0])
    assert f"the loss is nan at step 30 (epoch {30 // steps}, batch {30 % steps} of {steps})" in str(
        caught.value
    )
    assert "the checkpoint of epoch 0 is kept" in str(caught.value)
    weights = load_file(tmp_path / "run" / "checkpoint.safetensors")
    assert all(torch.isfinite(w).all() for w in weights.values())
    monkeypatch.undo()
    assert quick(sphere, tmp_path / "run", resume=True).epochs == 4
    undisturbed = tmp_path / "undisturbed"
    quick(sphere, undisturbed)
    for run in (tmp_path / "run", undisturbed):
        assert (run / "checkpoint.safetensors").is_file()
    same = (tmp_path / "run" / "checkpoint.safetensors").read_bytes()
    assert same == (undisturbed / "checkpoint.safetensors").read_bytes()


def test_outliers_that_overflow_float32_are_told(sphere: Floats, tmp_path: Path) -> None:
    wild = sphere.copy()
    wild[:, 1] *= 1e25
    settings = FitSettings(**(QUICK.to_json() | {"scaling": "none"}))
    with pytest.raises(RunError, match=r"the loss is inf at step 0 .*no epoch was finished"):
        quick(wild, tmp_path / "run", settings)
    with pytest.raises(InputError, match="no finished epoch yet"):
        load(tmp_path / "run")
