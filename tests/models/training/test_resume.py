"""A run that is killed, again and again, ends with the bits of one that was left alone."""

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from hepsym.errors import InputError
from hepsym.models import FitSettings, fit, load
from hepsym.models.training.checkpoint import STATE_FORMAT, read_state, write_state, write_weights
from tests.models.conftest import NAMES, back_to_back

FIT = """
import os, signal, sys, torch
torch.set_num_threads(1)
from hepsym.models import FitSettings, fit, training
from tests.models.conftest import NAMES, back_to_back
training.SAVE_SECONDS = float(sys.argv[2])
settings = FitSettings(latent=4, hidden=(16,), epochs=40, batch=32, seed=3, variance="learned")
epochs, seconds, how = int(sys.argv[3]), float(sys.argv[4]), sys.argv[5]
if how == "SIGINT":
    signal.signal(signal.SIGALRM, lambda *_: os.kill(os.getpid(), signal.SIGINT))
def progress(done, total):
    global epochs
    epochs -= 1
    if epochs == 0:
        signal.setitimer(signal.ITIMER_REAL, seconds)
fit(back_to_back(1500, seed=5), NAMES, settings, sys.argv[1], source={}, drop_constant=True, resume=True,
    progress=progress)
"""


def fitted(
    run: Path, save_seconds: float = 0.02, *, stop: tuple[int, float] = (0, 0.0), by: str = "SIGALRM"
) -> "subprocess.CompletedProcess[str]":
    """A fit in a process of its own; after `stop` = (epochs, seconds) of this process the signal comes.

    The kernel's timer sends it, whose signal ends a process at once as SIGKILL does: a test on a busy
    machine, which sends one itself, may come when the fit is over.
    """
    return subprocess.run(
        [sys.executable, "-c", FIT, str(run), str(save_seconds), *map(str, stop), by],
        capture_output=True, text=True, cwd=Path(__file__).parents[3], timeout=500, check=False,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )  # fmt: skip


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("undisturbed") / "run"
    done = fitted(run, 60.0)
    assert done.returncode == 0, done.stderr
    return run


def same(run: Path, other: Path) -> None:
    assert (run / "checkpoint.safetensors").read_bytes() == (other / "checkpoint.safetensors").read_bytes()
    assert (run / "metrics.jsonl").read_text() == (other / "metrics.jsonl").read_text()
    states = [read_state(r / "state" / "last.pt", torch.device("cpu")) for r in (run, other)]
    assert states[0] is not None
    assert states[1] is not None
    for name in ("values", "first", "second", "count"):
        assert torch.equal(states[0]["adam"][name], states[1]["adam"][name])


def test_killed_three_times_and_resumed_gives_the_same_bits(undisturbed: Path, tmp_path: Path) -> None:
    """At random moments, within an epoch as a rule; weights, moments and metrics."""
    run, chance = tmp_path / "run", random.Random(12)
    for _ in range(3):
        done = fitted(run, stop=(chance.randint(1, 6), chance.uniform(1e-4, 0.02)))
        assert done.returncode == -signal.SIGALRM, done.stderr
    (run / "state" / ".last.pt.abc.part").touch()  # as a kill leaves it that comes while a file is written
    done = fitted(run)
    assert done.returncode == 0, done.stderr
    same(run, undisturbed)
    assert not list(run.rglob("*.part"))


def test_ctrl_c_finishes_the_step_and_saves(undisturbed: Path, tmp_path: Path) -> None:
    """With the clock's saving off, all that is there after SIGINT is what the interruption saved."""
    run = tmp_path / "run"
    done = fitted(run, 60.0, stop=(3, 1e-3), by="SIGINT")
    assert done.returncode != 0
    assert "KeyboardInterrupt" in done.stderr
    state = read_state(run / "state" / "last.pt", torch.device("cpu"))
    assert state is not None
    assert 3 <= state["epoch"] < 40
    done = fitted(run)
    assert done.returncode == 0, done.stderr
    same(run, undisturbed)


QUICK = FitSettings(latent=2, hidden=(8,), epochs=2, batch=64)


def small_run(run: Path) -> Path:
    fit(back_to_back(600, seed=2), NAMES, QUICK, run, source={}, drop_constant=True)
    return run


def test_a_run_killed_before_its_config_can_be_resumed(tmp_path: Path) -> None:
    """Between the directory and its first file lie microseconds; any other folder is not touched."""
    run = tmp_path / "run"
    (run / "state").mkdir(parents=True)
    (run / ".config.json.abc.part").write_text("half a conf")
    table = back_to_back(600, seed=2)
    fit(table, NAMES, QUICK, run, source={}, drop_constant=True, resume=True)
    assert load(run) and not list(run.glob(".*"))
    (tmp_path / "other" / "state").mkdir(parents=True)
    (tmp_path / "other" / "state" / "mine").touch()
    with pytest.raises(InputError, match="is not a run"):
        fit(table, NAMES, QUICK, tmp_path / "other", source={}, drop_constant=True, resume=True)
    assert (tmp_path / "other" / "state" / "mine").exists()


def test_damaged_files_are_told_in_one_line(tmp_path: Path) -> None:
    run = small_run(tmp_path / "run")
    weights, state, config = run / "checkpoint.safetensors", run / "state" / "last.pt", run / "config.json"
    cases = [(weights, "is damaged"), (state, "is damaged or no training state"), (config, "is damaged")]
    for path, told in cases:
        whole = path.read_bytes()
        for broken in (whole[: len(whole) // 2], b"", random.Random(7).randbytes(300)):
            path.write_bytes(broken)
            with pytest.raises(InputError, match=told) as caught:
                if path == state:
                    fit(
                        back_to_back(600, seed=2),
                        NAMES,
                        QUICK,
                        run,
                        source={},
                        drop_constant=True,
                        resume=True,
                    )
                else:
                    load(run)
            assert str(path) in str(caught.value)
            assert "\n" not in str(caught.value)
        path.write_bytes(whole)
    load(run)


def test_a_pickle_in_place_of_a_state_is_not_run(tmp_path: Path) -> None:
    """Unpickling this file would create another; it is refused instead."""
    run, mark = small_run(tmp_path / "run"), tmp_path / "mark"

    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.mkdir, (str(mark),)

    state = run / "state" / "last.pt"
    torch.save({"format": Evil()}, state)
    bare = state.read_bytes()
    label = f"{STATE_FORMAT} {hashlib.sha256(bare).hexdigest()}\n".encode()
    for content in (bare, label + bare):  # the second one knows the checksum too
        state.write_bytes(content)
        with pytest.raises(InputError, match="is damaged or no training state"):
            fit(back_to_back(600, seed=2), NAMES, QUICK, run, source={}, drop_constant=True, resume=True)
        assert not mark.exists()


def test_no_bytes_in_place_of_a_state_get_past_the_reader(tmp_path: Path) -> None:
    """torch's reader of pickles raises an IndexError on some random bytes, a TypeError on others."""
    path, chance = tmp_path / "last.pt", random.Random(11)
    for _ in range(300):
        content = chance.randbytes(chance.randrange(1, 60))
        label = f"{STATE_FORMAT} {hashlib.sha256(content).hexdigest()}\n".encode()
        for held in (content, label + content):
            path.write_bytes(held)
            with pytest.raises(InputError, match="is damaged or no training state"):
                read_state(path, torch.device("cpu"))


def test_every_flipped_bit_of_a_state_is_told(tmp_path: Path) -> None:
    path, chance = tmp_path / "last.pt", random.Random(13)
    write_state(path, {"epoch": 3, "weights": torch.arange(40.0)})
    whole = path.read_bytes()
    for place in (chance.randrange(len(whole)) for _ in range(300)):
        changed = bytearray(whole)
        changed[place] ^= 1 << chance.randrange(8)
        path.write_bytes(changed)
        with pytest.raises(InputError, match=r"last\.pt (is damaged|has format)"):
            read_state(path, torch.device("cpu"))
    path.write_bytes(whole)
    found = read_state(path, torch.device("cpu"))
    assert found is not None
    assert found["epoch"] == 3
    assert torch.equal(found["weights"], torch.arange(40.0))


def test_checkpoints_of_another_model_or_version_are_told(tmp_path: Path) -> None:
    run, other = small_run(tmp_path / "run"), tmp_path / "other"
    fit(
        back_to_back(600, seed=2), NAMES, FitSettings(latent=3, hidden=(8,), epochs=1, batch=64), other,
        source={}, drop_constant=True,
    )  # fmt: skip
    weights, config = run / "checkpoint.safetensors", run / "config.json"
    whole = weights.read_bytes()
    weights.write_bytes((other / "checkpoint.safetensors").read_bytes())
    with pytest.raises(InputError, match=r"does not belong to this run's config\.json: .* has shape"):
        load(run)
    weights.write_bytes(whole.replace(b'\\"model\\": \\"vae\\"', b'\\"model\\": \\"vea\\"'))
    with pytest.raises(InputError, match=r"holds model 'vea', but the run's config\.json says 'vae'"):
        load(run)
    weights.write_bytes(whole.replace(b"hepsym-checkpoint-1", b"hepsym-checkpoint-9"))
    with pytest.raises(InputError, match="is hepsym-checkpoint-9; this hepsym reads hepsym-checkpoint-1"):
        load(run)
    weights.write_bytes(whole)
    config.write_text(json.dumps(json.loads(config.read_text()) | {"format": "hepsym-run-9"}))
    with pytest.raises(InputError, match="format 'hepsym-run-9'; this hepsym reads hepsym-run-1"):
        load(run)
    with pytest.raises(InputError, match=r"is not a run: it has no config\.json"):
        load(tmp_path)


def test_a_state_of_another_format_is_told(tmp_path: Path) -> None:
    """Format 1 had Adam's vectors in another order of parameters: to read it as it is would mix them up."""
    run = small_run(tmp_path / "run")
    state = run / "state" / "last.pt"
    state.write_bytes(state.read_bytes().replace(STATE_FORMAT.encode(), b"hepsym-state-1", 1))
    with pytest.raises(InputError, match="'hepsym-state-1'; this hepsym resumes from hepsym-state-3"):
        fit(back_to_back(600, seed=2), NAMES, QUICK, run, source={}, drop_constant=True, resume=True)


def test_a_checkpoints_bytes_depend_on_the_weights_alone(tmp_path: Path) -> None:
    """Not on the order in which tensors come, nor on that of a hash table: 30 writings, either order."""
    generator = torch.Generator().manual_seed(1)
    weights = {f"w.{i}": torch.randn(3, i + 1, generator=generator) for i in range(12)}
    written = set()
    for i in range(30):
        order = list(weights.items())[:: 1 if i % 2 else -1]
        write_weights(tmp_path / "checkpoint.safetensors", dict(order), "vae")
        written.add((tmp_path / "checkpoint.safetensors").read_bytes())
    assert len(written) == 1
