"""Two processes train what one does: gradients and weights to rounding, on the CPU by gloo."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import Tensor

from hepsym.errors import InputError
from hepsym.events import Provenance
from hepsym.events.jets.jetnet import write_jetnet
from hepsym.events.jets.sample import Jets
from hepsym.models.hardware.parallel import ALONE, Crowd, joined
from hepsym.models.jets import load_run

CPU = torch.device("cpu")
SMALL = {"latent_vectors": 3, "layers": 1, "hidden": 8, "scalars": 4, "particles": 12}


def test_parts_make_the_batch() -> None:
    """Every row in one part, also where there are more processes than rows."""
    batch = torch.arange(10.0).view(1, 5, 2)
    for size in (1, 2, 3, 7):
        parts = [Crowd(rank, size).part(batch) for rank in range(size)]
        assert torch.equal(torch.cat(parts, 1), batch)


def test_one_process_is_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    assert joined(CPU) is ALONE
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.delenv("RANK", raising=False)
    with pytest.raises(InputError, match="torchrun"):
        joined(CPU)


def fitted(run: Path, file: Path, processes: int, *more: str) -> subprocess.CompletedProcess[str]:
    """`hepsym fit`, under torchrun for more than one process."""
    command = [sys.executable, "-m", "hepsym"] if processes == 1 else [
        sys.executable, "-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={processes}", "-m",
        "hepsym",
    ]  # fmt: skip
    own = [word for name, value in SMALL.items() for word in ("--set", f"{name}={value}")]
    command += ["fit", str(file), "--model", "lgae", "--epochs", "2", "--batch", "9", "--dtype", "float64"]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    command += ["-o", str(run), *own, *more]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300, check=False)


@pytest.mark.slow
def test_two_processes_train_what_one_does(jets: Tensor, tmp_path: Path) -> None:
    """HEPSYM_SLOW=1 pytest tests/models/jets/test_parallel.py: weights and losses to 1e-9."""
    file = tmp_path / "jets.h5"
    write_jetnet(file, Jets.of(jets.numpy(), source=Provenance()))
    for processes in (1, 2):
        done = fitted(tmp_path / f"run-{processes}", file, processes)
        assert done.returncode == 0, done.stderr
    one, two = (load_run(tmp_path / f"run-{n}") for n in (1, 2))
    pairs = zip(one.named_parameters(), two.named_parameters(), strict=True)
    for (name, a), (_, b) in pairs:
        torch.testing.assert_close(a, b, rtol=1e-9, atol=1e-9, msg=name)
    lines = [(tmp_path / f"run-{n}" / "metrics.jsonl").read_text().splitlines() for n in (1, 2)]
    for a, b in zip(*lines, strict=True):
        for part in ("train", "validation"):
            assert abs(json.loads(a)[part]["loss"] / json.loads(b)[part]["loss"] - 1) < 1e-9
    again = fitted(tmp_path / "run-2", file, 2, "--resume")
    assert again.returncode == 0, again.stderr
    refused = fitted(tmp_path / "vae", file, 2, "--model", "vae")
    assert refused.returncode != 0
