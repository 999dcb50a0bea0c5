"""What every test runs under: one thread in the linear algebra, no display, and which tests are left out."""

import os
from typing import Any

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
