"""Where does a model train? The one place that chooses a device and moves data to it."""

import contextlib
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from hepsym.errors import InputError

__all__ = ["choose_device", "resident_bytes", "to_device"]

DTYPES = {"float32": torch.float32, "float64": torch.float64}
NUMPY_DTYPES = {"float32": np.float32, "float64": np.float64}

_SHARE = 0.5
"""Of the memory that is free, so much may hold the data set with its shuffled copies."""


def choose_device(name: str) -> torch.device:
    """The device of FitSettings.device: auto is CUDA where there is one, else the CPU.

    Raises InputError for a name that is not auto, cpu or cuda, and for cuda where there is none.
    """
    if name not in {"auto", "cpu", "cuda"}:
        raise InputError(f"device = {name!r} is not one of auto, cpu, cuda")
    there = torch.cuda.is_available()
    if name == "cuda" and not there:
        raise InputError("device = 'cuda', but PyTorch finds no CUDA device here; give cpu or auto instead")
    return torch.device("cuda" if there and name != "cpu" else "cpu")


def to_device(array: NDArray[np.floating], device: torch.device) -> torch.Tensor:
    """A tensor of the array on the device; on the CPU it shares the array's memory."""
    tensor = torch.from_numpy(array)
    if device.type == "cpu":
        return tensor
    return tensor.pin_memory().to(device, non_blocking=True)


def resident_bytes(device: torch.device) -> int:
    """How large a data set may be to stay on the device whole."""
    if device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(device)
        return int(free * _SHARE)
    return int(_free_memory() * _SHARE)


def _free_memory() -> int:
    with contextlib.suppress(OSError, StopIteration):
        with Path("/proc/meminfo").open(encoding="ascii") as file:
            available = next(line for line in file if line.startswith("MemAvailable:"))
        return int(available.split()[1]) * 1024
    return 8 << 30  # where the system does not say: what any machine that trains has
