"""What do all tests run under? One thread, no display, the same numbers in any order. Which are left out?"""

import os
import random
import signal
import sys
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

# The suite tries the same examples in every run; HEPSYM_EXPLORE=1 tries new ones. No clock decides: a busy
# machine may be as slow as it likes.
PATIENT: dict[str, Any] = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("same", derandomize=True, **PATIENT)
settings.register_profile("explore", derandomize=False, **PATIENT)
settings.load_profile("explore" if os.environ.get("HEPSYM_EXPLORE", "0") not in {"", "0"} else "same")

# Before numpy or torch is imported: many threads on few cores only disturb one another, and a sum
# over threads may change its last bit with their number.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("MPLBACKEND", "Agg")
# What is printed is compared, so it is printed as into a file, and wide enough.
os.environ["COLUMNS"] = "100"
for colourful in ("FORCE_COLOR", "PY_COLORS", "GITHUB_ACTIONS", "TERMINAL_WIDTH"):
    os.environ.pop(colourful, None)

# A shell that starts the suite in its background has it ignore Ctrl-C, and all its children with it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Without torch, which has no build for every Python, the rest of the suite runs all the same.
NEED_TORCH = [
    "models", "report/jets", "report/run/test_analyze.py", "report/run/test_commands.py",
    "report/studies/test_class_study.py", "report/studies/test_run_study.py",
    "report/studies/test_study_card.py", "report/studies/test_toy_study.py",
    "report/symmetries/test_symmetries_latents.py", "cli/test_analyze.py", "cli/test_cite.py",
    "cli/test_fit.py", "cli/test_study.py", "torture/test_torture.py",
]  # fmt: skip
collect_ignore = [] if find_spec("torch") else NEED_TORCH

STARTS: dict[ModuleType, dict[str, Any]] = {}
"""The states of random generators that test modules hold, as their import left them."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for module in {item.module for item in items if isinstance(item, pytest.Function)}:
        held = {k: v for k, v in vars(module).items() if isinstance(v, np.random.Generator)}
        STARTS[module] = {name: generator.bit_generator.state for name, generator in held.items()}
    left_out: dict[str, str] = {}
    if os.environ.get("HEPSYM_SLOW", "0") in {"", "0"}:
        left_out["slow"] = "takes minutes: set HEPSYM_SLOW=1"
    if os.environ.get("NUMBA_DISABLE_JIT", "0") not in {"", "0"}:
        left_out["compiled"] = "too many events for kernels run as plain Python"
    if any("gpu" in item.keywords for item in items) and not cuda_is_there():
        left_out["gpu"] = "no CUDA device here"
    for item in items:
        if "slow" in item.keywords and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(4 * 3600))
        for mark, reason in left_out.items():
            if mark in item.keywords:
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(autouse=True)
def the_same_numbers(request: pytest.FixtureRequest) -> None:
    """Every test begins with the same random numbers and options, whichever ran before it in its process."""
    for name, state in STARTS.get(request.module, {}).items():
        getattr(request.module, name).bit_generator.state = state
    random.seed(1)
    np.random.seed(1)  # noqa: NPY002 - packages that others wrote may draw from it
    torch: Any = sys.modules.get("torch")
    if torch is not None:
        torch.manual_seed(1)
        torch.set_default_dtype(torch.float32)
        torch.set_num_threads(1)


def cuda_is_there() -> bool:
    try:
        import torch
    except ModuleNotFoundError:
        return False
    return bool(torch.cuda.is_available())


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The table of pulls: every card against its references (tests/generators/test_references.py)."""
    reports = [r for how in ("passed", "failed") for r in terminalreporter.getreports(how)]
    rows = [value for r in reports for name, value in r.user_properties if name == "pull"]
    if not rows:
        return
    terminalreporter.section("pulls of cross sections and widths")
    for card, ours, error, theirs, their_error, pull, unit, source in sorted(rows, key=lambda row: row[0]):
        measured = (
            f"{ours:12.6g} +- {error / ours:.1e} {unit:3s}  {theirs:12.6g} +- {their_error / theirs:.1e}"
        )
        terminalreporter.write_line(f"{card:16s} {measured}  {pull:+5.2f}  {source}")
    chi2 = sum(row[5] ** 2 for row in rows)
    terminalreporter.write_line(f"{len(rows)} pulls, sum of their squares {chi2:.1f}")
