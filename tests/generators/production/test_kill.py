"""kill -9 at random times, in generate and in convert: nothing lost, nothing twice, nothing half.

The suite kills a handful of times. 200 times each, some minutes:

    HEPSYM_SLOW=1 pytest -s tests/generators/production/test_kill.py
"""

import contextlib
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from hepsym import events
from hepsym.events.files import FORMATS
from hepsym.events.native import Dataset
from hepsym.generators import generate, generate_to, load_card

N, SHARD = 400_000, 20_000
SUFFIXES = ["", *(suffix for suffix, name in FORMATS.items() if name != "jetnet")]
"""Muon pairs are no jets."""

FORGE = """
import os, sys, traceback
from hepsym.events.conversion import convert
from hepsym.generators import generate, generate_to, load_card

def made(out, threads):
    generate_to(card, {n}, out, seed=3, threads=int(threads), shard_events={shard}, resume=True)

card = load_card("ee2mumu")
generate(card, 10, threads=1)
print("ready", flush=True)
for line in sys.stdin:
    what, *words = line.rstrip("\\n").split("\\t")
    child = os.fork()
    if child == 0:
        code = 1
        try:
            made(*words) if what == "generate" else convert(*words)
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class Forge:
    """A process with everything imported that forks a child for each piece of work, to be killed."""

    def __init__(self) -> None:
        code = FORGE.format(n=N, shard=SHARD)
        self._process = subprocess.Popen(
            [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._line() == "ready"

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def work(self, *words: str, kill_after: float | None = None) -> int:
        """The child's exit status: 0 done, -9 killed."""
        assert self._process.stdin is not None
        self._process.stdin.write("\t".join(words) + "\n")
        self._process.stdin.flush()
        child = int(self._line())
        if kill_after is not None:
            time.sleep(kill_after)
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        return int(self._line())

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()


@pytest.fixture(scope="module")
def forge() -> Iterator[Forge]:
    made = Forge()
    yield made
    made.close()


def digest(path: Path) -> str:
    """Of a file, or of all files of a directory by name and content."""
    found = hashlib.sha256()
    for file in sorted(path.iterdir()) if path.is_dir() else [path]:
        found.update(file.name.encode() if path.is_dir() else b"")
        found.update(file.read_bytes())
    return found.hexdigest()


def seconds_of(forge: Forge, *words: str) -> float:
    start = time.perf_counter()
    assert forge.work(*words) == 0
    return time.perf_counter() - start


# generate ---------------------------------------------------------------------------------------


def kill_generation(forge: Forge, folder: Path, kills: int, seed: int) -> tuple[int, int]:
    """(kills that hit, runs brought to their end): each run is killed and resumed until it is whole."""
    draw = random.Random(seed)
    duration = max(seconds_of(forge, "generate", str(folder / f"warm{i}"), str(i + 1)) for i in range(2))
    whole, seen = digest(folder / "warm0"), np.sort(events.read(folder / "warm0").momenta[:, 2, 1])
    hits = runs = 0
    while hits < kills:
        out, ended = folder / "out", False
        while not ended:
            threads = str(draw.choice([1, 2]))
            last = hits >= kills  # let the last run end
            wait = None if last else draw.uniform(0.0, duration)
            status = forge.work("generate", str(out), threads, kill_after=wait)
            assert status in {0, -9}
            ended = status == 0
            hits += status == -9
            if status == -9 and (out / "manifest.json").exists():
                faults = Dataset(out, partial=True).verify()  # what the manifest names is whole
                assert faults in ([], [f"{out} is incomplete"])
        assert digest(out) == whole
        held = np.sort(events.read(out).momenta[:, 2, 1])
        assert np.array_equal(held, seen)
        assert len(np.unique(held)) == N  # no event twice
        shutil.rmtree(out)
        runs += 1
    return hits, runs


def test_generate_killed_a_few_times(forge: Forge, tmp_path: Path) -> None:
    hits, _ = kill_generation(forge, tmp_path, 6, seed=1)
    assert hits >= 6


@pytest.mark.slow
def test_generate_killed_200_times(forge: Forge, tmp_path: Path) -> None:
    hits, runs = kill_generation(forge, tmp_path, 200, seed=2)
    print(f"generate: {hits} kills, {runs} runs brought to their end, all of the same bytes")
    assert hits >= 200


def test_a_run_killed_before_its_first_manifest_can_be_resumed(forge: Forge, tmp_path: Path) -> None:
    """Between the directory and the manifest lie microseconds: put there by hand."""
    out = tmp_path / "out"
    out.mkdir()
    (out / ".manifest.json.abc.part").write_text("half a manif")
    assert forge.work("generate", str(out), "1") == 0
    generate_to(load_card("ee2mumu"), N, tmp_path / "whole", seed=3, shard_events=SHARD)
    assert digest(out) == digest(tmp_path / "whole")


# convert ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("source") / "events"
    events.write(path, generate(load_card("ee2mumu"), 8_000, seed=4))
    return path


def kill_conversion(forge: Forge, source: Path, folder: Path, suffix: str, kills: int, seed: int) -> int:
    """Kills that hit; after each the output is whole or not there, and the next try makes it."""
    draw = random.Random(seed)
    whole = folder / f"whole{suffix}"
    seconds_of(forge, "convert", str(source), str(whole))  # may compile
    duration = seconds_of(forge, "convert", str(source), str(folder / f"again{suffix}"))
    expected = events.read(source).momenta
    same_bytes = digest(whole) == digest(folder / f"again{suffix}")
    hits = 0
    while hits < kills:
        out = folder / f"out{suffix}"
        status = forge.work("convert", str(source), str(out), kill_after=draw.uniform(0.0, duration))
        assert status in {0, -9}
        hits += status == -9
        if status == 0 or out.exists():
            check(out, whole, expected, same_bytes)
            shutil.rmtree(out) if out.is_dir() else out.unlink()
    assert forge.work("convert", str(source), str(folder / f"out{suffix}")) == 0
    check(folder / f"out{suffix}", whole, expected, same_bytes)
    return hits


def check(out: Path, whole: Path, expected: np.ndarray, same_bytes: bool) -> None:
    """The same bytes where the format gives them twice; the same events where it writes the time."""
    if same_bytes:
        assert digest(out) == digest(whole)
    else:
        assert np.array_equal(events.read(out).momenta, expected)


@pytest.mark.parametrize("suffix", ["", ".lhe"])
def test_convert_killed_a_few_times(suffix: str, forge: Forge, source: Path, tmp_path: Path) -> None:
    assert kill_conversion(forge, source, tmp_path, suffix, 3, seed=1) >= 3


@pytest.mark.slow
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_convert_killed_200_times_in_all_formats(
    suffix: str, forge: Forge, source: Path, tmp_path: Path
) -> None:
    kills = -(-200 // len(SUFFIXES))
    hits = kill_conversion(forge, source, tmp_path, suffix, kills, seed=2)
    print(f"convert to {suffix or 'native'}: {hits} kills")
    assert hits >= kills
