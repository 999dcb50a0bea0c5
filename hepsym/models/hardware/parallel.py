"""How do several processes train one model? torchrun starts them; each takes its part of every batch."""

import atexit
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from hepsym.errors import InputError

__all__ = ["ALONE", "Crowd", "joined", "place"]


@dataclass(frozen=True, slots=True)
class Crowd:
    """`size` processes, of which this one is `rank`."""

    rank: int
    size: int

    def part(self, batch: Tensor) -> Tensor:
        """This process's rows of a batch (seeds, n, features); it may have none."""
        return torch.tensor_split(batch, self.size, dim=1)[self.rank]

    def total(self, value: Tensor) -> Tensor:
        """The sum over all processes, the same bits in each; in place."""
        if self.size > 1:
            torch.distributed.all_reduce(value)
        return value


ALONE = Crowd(0, 1)


def joined(device: torch.device) -> Crowd:
    """The processes that torchrun started, waiting for all of them at the first call; ALONE without it.

    gloo on CPUs, NCCL on CUDA, where each process takes the device of its local rank. Raises InputError
    where torchrun's environment is not whole or the device is not there.
    """
    size = os.environ.get("WORLD_SIZE", "1")
    if size == "1":
        return ALONE
    if not torch.distributed.is_available():
        raise InputError("this PyTorch was built without torch.distributed: train with one process")
    try:
        rank, local = int(os.environ["RANK"]), int(os.environ.get("LOCAL_RANK", "0"))
        crowd = Crowd(rank, int(size))
    except (KeyError, ValueError):
        raise InputError(
            f"WORLD_SIZE = {size!r} without a RANK: start the processes by `torchrun "
            "--nproc-per-node N -m hepsym fit ...`, or unset WORLD_SIZE"
        ) from None
    if device.type == "cuda":
        if local >= torch.cuda.device_count():
            raise InputError(f"process {local} has no CUDA device: there are {torch.cuda.device_count()}")
        torch.cuda.set_device(local)
    if not torch.distributed.is_initialized():
        torch.distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    return crowd


def place(run: Path, crowd: Crowd, *, resume: bool) -> Path:
    """Where a process keeps its run: the first in RUN, the others in folders that go when they end.

    On resume the others begin with a copy of what is in RUN, before the first may change it.
    """
    if crowd.size == 1:
        return run
    own = run
    if crowd.rank:
        folder = tempfile.mkdtemp(prefix="hepsym-rank-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        own = Path(folder) / "run"
        if resume and run.exists():
            shutil.copytree(run, own)
    torch.distributed.barrier()
    return own
