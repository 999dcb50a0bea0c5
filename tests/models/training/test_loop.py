"""The parts of the loop: Adam on one vector, streaming, interruption, threads, a full disk."""

import errno
import os
import signal
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from hepsym._interruption import Interruption
from hepsym.errors import RunError
from hepsym.models import FitSettings, fit, load
from hepsym.models.hardware.threads import WORK, enough_threads, useful_threads
from hepsym.models.training.feed import Resident, Streamed
from hepsym.models.training.flat import FlatAdam
from hepsym.models.training.loop import Training
from hepsym.models.vae import VAE
from tests.models.conftest import NAMES

Floats = NDArray[np.float64]
QUICK = FitSettings(latent=2, hidden=(8,), epochs=3, batch=64, seed=3)


def test_adam_on_one_vector_is_torchs() -> None:
    """200 steps on a quartic bowl with a falling rate, float64: to 1e-12 of torch.optim.Adam's."""

    def layer() -> torch.nn.Linear:
        made = torch.nn.Linear(5, 3, dtype=torch.float64)
        with torch.no_grad():
            made.weight.copy_(torch.linspace(-1, 1, 15, dtype=torch.float64).view(3, 5))
            made.bias.fill_(0.3)
        return made

    ours, theirs = layer(), layer()
    flat = FlatAdam(ours, 1e-2)
    adam = torch.optim.Adam(theirs.parameters(), lr=1e-2)
    parameters = {module: list(module.parameters()) for module in (ours, theirs)}
    for step in range(200):
        for module in (ours, theirs):
            bowl = module.weight.pow(4).sum() + (module.bias - 1).pow(4).sum()
            for p, gradient in zip(
                parameters[module], torch.autograd.grad(bowl, parameters[module]), strict=True
            ):
                p.grad = gradient if p.grad is None else p.grad.copy_(gradient)
        flat.rate(1e-2 / (1 + step))
        adam.param_groups[0]["lr"] = 1e-2 / (1 + step)
        flat.step()
        adam.step()
    for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert (a - b).abs().max() < 1e-12
        assert a.data_ptr() >= flat.values.data_ptr()


def test_data_that_do_not_fit_are_streamed(
    sphere: Floats, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one chunk the order is the resident one, bit for bit; in many, another that learns as well.

    The features' variances sum to 6; both orders leave less than 1 % of it.
    """
    settings = FitSettings(**(QUICK.to_json() | {"epochs": 20, "latent": 4, "learning_rate": 1e-2}))

    def loss(run: Path) -> float:
        fit(sphere, NAMES, settings, run, source={}, drop_constant=True)
        return float(load(run).reconstruction_loss(sphere).mean())

    resident = loss(tmp_path / "resident")
    monkeypatch.setattr("hepsym.models.training.feed.resident_bytes", lambda _: 0)
    assert loss(tmp_path / "one") == resident
    monkeypatch.setattr("hepsym.models.training.feed.Streamed", partial(Streamed, chunk_batches=3))
    many = loss(tmp_path / "many")
    assert many != resident
    assert max(many, resident) < 0.06


def test_the_first_interrupt_asks_and_the_second_insists() -> None:
    before = signal.getsignal(signal.SIGINT)
    with Interruption() as interruption:
        assert not interruption.asked
        os.kill(os.getpid(), signal.SIGINT)
        assert interruption.asked
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_an_interrupted_fit_goes_on(sphere: Floats, tmp_path: Path) -> None:
    """In this process: SIGINT after epoch 1; the rest gives the undisturbed bits."""

    def interrupt(done: int, total: int) -> None:
        if done == 1:
            os.kill(os.getpid(), signal.SIGINT)

    for run, callback in ((tmp_path / "a", interrupt), (tmp_path / "b", None)):
        arguments = (sphere, NAMES, QUICK, run)
        if callback is not None:
            with pytest.raises(KeyboardInterrupt):
                fit(*arguments, source={}, drop_constant=True, progress=callback)
        fit(*arguments, source={}, drop_constant=True, resume=True)
    a, b = ((tmp_path / name / "checkpoint.safetensors").read_bytes() for name in "ab")
    assert a == b


@pytest.mark.parametrize("broken", ["log_variance", "encoder.weights.1", "decoder.biases.0"])
def test_a_loss_that_is_not_finite_stops_in_its_own_step(broken: str, tmp_path: Path) -> None:
    """A variance of e^-200, whose inverse overflows float32, leaves all sums finite in the first step."""
    settings = FitSettings(**(QUICK.to_json() | {"variance": "learned"}))
    model = VAE(3, settings).to(torch.float32)
    with torch.no_grad():
        dict(model.named_parameters())[broken].fill_(-200.0 if broken == "log_variance" else torch.nan)
    rows = torch.randn(640, 3, generator=torch.Generator().manual_seed(2))
    (tmp_path / "state").mkdir()
    training = Training(model, Resident(rows, 64, (3,), torch.device("cpu")), rows[:64], settings, tmp_path)
    with pytest.raises(RunError, match=r"the loss is (inf|nan) at step 0 \(epoch 0, batch 0 of 10\)"):
        training.run()


def test_threads_are_as_many_as_can_be_fed() -> None:
    assert useful_threads(256 * 64 * 64, 8) == 1
    assert useful_threads(3 * WORK, 8) == 3
    assert useful_threads(100 * WORK, 8) == 8
    torch.set_num_threads(2)
    with enough_threads(1) as threads:
        assert threads == torch.get_num_threads() == 1
    assert torch.get_num_threads() == 2


def test_a_full_disk_is_told_and_the_last_state_stays(
    sphere: Floats, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, sync, calls = tmp_path / "run", os.fsync, 0

    def full(handle: int) -> None:
        nonlocal calls
        calls += 1
        if calls > 12:
            raise OSError(errno.ENOSPC, "No space left on device")
        sync(handle)

    monkeypatch.setattr("hepsym.models.training.loop.SAVE_SECONDS", 0.0)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RunError, match="the disk is full"):
        fit(sphere, NAMES, QUICK, run, source={}, drop_constant=True)
    monkeypatch.undo()
    assert not list(run.rglob("*.part"))
    fit(sphere, NAMES, QUICK, run, source={}, drop_constant=True, resume=True)
    fit(sphere, NAMES, QUICK, tmp_path / "other", source={}, drop_constant=True)
    weights = [(r / "checkpoint.safetensors").read_bytes() for r in (run, tmp_path / "other")]
    assert weights[0] == weights[1]
