"""Does generating more events take more memory? Peaks of commands that write 1e6, 1e7, ... events."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.torture.campaign import WRONG, Row, tally

__all__ = ["memory"]

BYTES_AN_EVENT = 64
"""Of a muon pair in the native format."""
ALLOWED = 1.25
"""Peak over that of a tenth as many events."""


def memory(events: int, seed: int, folder: Path) -> Row:
    """Write events/10, then events, muon pairs to the native format, and compare the peaks."""
    folder.mkdir(parents=True, exist_ok=True)
    begun = time.time()
    return tally(f"memory of generate, up to {events:.0e} events", seed, _peaks(events, seed, folder), begun)


def _peaks(events: int, seed: int, folder: Path) -> Iterator[tuple[int, str]]:
    if shutil.disk_usage(folder).free < 2 * BYTES_AN_EVENT * events:
        return
    before = 0.0
    for n in (events // 10, events):
        out = folder / "out"
        words = ["generate", "ee2mumu", "-n", str(n), "-o", str(out), "--seed", str(seed), "--threads", "2"]
        process = subprocess.Popen([sys.executable, "-m", "hepsym", *words], stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        peak = usage.ru_maxrss / 1024
        shutil.rmtree(out, ignore_errors=True)
        flat = process.returncode == 0 and (not before or peak < ALLOWED * before)
        yield (
            n,
            f"{n:.0e} events: {peak:.0f} MB" if flat else f"{WRONG}: {n} events took {peak:.0f} MB, {status}",
        )
        before = peak
