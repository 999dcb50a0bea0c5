"""What every test runs under: one thread in the linear algebra, no display, and which tests are left out."""

import os

import pytest
from hypothesis import settings

# The suite tries the same examples in every run; HEPSYM_EXPLORE=1 tries new ones.
settings.register_profile("same", derandomize=True)
settings.register_profile("explore", derandomize=False)
settings.load_profile("explore" if os.environ.get("HEPSYM_EXPLORE", "0") not in {"", "0"} else "same")

# Before numpy or torch is imported: many threads on few cores only disturb one another, and a sum
# over threads may change its last bit with their number.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("MPLBACKEND", "Agg")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    left_out: dict[str, str] = {}
    if os.environ.get("HEPSYM_SLOW", "0") in {"", "0"}:
        left_out["slow"] = "takes minutes: set HEPSYM_SLOW=1"
    if os.environ.get("NUMBA_DISABLE_JIT", "0") not in {"", "0"}:
        left_out["compiled"] = "too many events for kernels run as plain Python"
    if any("gpu" in item.keywords for item in items) and not cuda_is_there():
        left_out["gpu"] = "no CUDA device here"
    for item in items:
        for mark, reason in left_out.items():
            if mark in item.keywords:
                item.add_marker(pytest.mark.skip(reason=reason))


def cuda_is_there() -> bool:
    try:
        import torch
    except ModuleNotFoundError:
        return False
    return bool(torch.cuda.is_available())
