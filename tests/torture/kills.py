"""What does kill -9 leave behind, at any moment of generate, convert, fit and report? Nothing lost or half.

A process with everything imported forks a child for each piece of work, and the child is killed after
a random share of the time that the work takes. Afterwards what is there must be whole, and going on
(--resume, or the same command again) must end in the very bytes of a run that nobody disturbed.
"""

import contextlib
import hashlib
import os
import random
import shutil
import signal
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

from hepsym import events as ev
from hepsym.events.conversion import convert
from hepsym.events.native import Dataset
from hepsym.generators import generate, generate_to, load_card
from hepsym.models import FitSettings, fit, load
from hepsym.models.training import loop as training
from tests.models.conftest import NAMES, back_to_back
from tests.torture.campaign import WRONG, Row, fork, tally
from tests.torture.runs import small_run

__all__ = ["WORKS", "kills"]

N, SHARD = 200_000, 20_000
SUFFIXES = ("", ".lhe", ".lhe.gz", ".hepmc", ".h5", ".root", ".npz", ".parquet")
FIT = FitSettings(latent=4, hidden=(16,), epochs=8, batch=64, seed=3)


def child(work: Callable[[], object], kill_after: float | None = None) -> tuple[int, float]:
    """Exit status of a forked child that does the work (-9: killed in time), and how long it took."""
    begun = time.perf_counter()
    pid = fork()
    if pid == 0:
        code = 1
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                work()
            code = 0
        except BaseException as error:
            print(repr(error)[:300], flush=True)
        finally:
            os._exit(code)
    if kill_after is not None:
        time.sleep(kill_after)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), time.perf_counter() - begun


def digest(path: Path, but: tuple[str, ...] = ()) -> str:
    """Of a file, or of all files below a directory by name and content."""
    found = hashlib.sha256()
    for file in sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]:
        if file.name in but:
            continue
        found.update(str(file.relative_to(path)).encode() if path.is_dir() else b"")
        found.update(file.read_bytes())
    return found.hexdigest()


def _remove(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def _generation(folder: Path, draw: random.Random) -> "Work":
    del draw
    card = load_card("ee2mumu")
    generate(card, 10, threads=1)

    def work(out: Path) -> None:
        generate_to(card, N, out, seed=3, threads=1, shard_events=SHARD, resume=True)

    def check(out: Path, *, killed: bool) -> str:
        if killed and (out / "manifest.json").exists():
            faults = Dataset(out, partial=True).verify()  # what the manifest names is whole
            return "" if faults in ([], [f"{out} is incomplete"]) else f"{faults}"
        return "" if killed or digest(out) == whole else "other bytes than an undisturbed run"

    work(folder / "whole")
    whole = digest(folder / "whole")
    return Work(work, check, resumes=True)


def _conversion(folder: Path, draw: random.Random) -> "Work":
    suffix = draw.choice(SUFFIXES)
    source = folder / "source"
    if not source.exists():
        ev.write(source, generate(load_card("ee2mumu"), 4000, seed=4))
    expected = ev.read(source).momenta.tobytes()

    def work(out: Path) -> None:
        convert(source, out)

    def check(out: Path, *, killed: bool) -> str:
        if killed and not out.exists():
            return ""
        return "" if ev.read(out).momenta.tobytes() == expected else f"{suffix}: other events"

    return Work(work, check, suffix=suffix)


def _fitting(folder: Path, draw: random.Random) -> "Work":
    del draw
    table = back_to_back(1500, seed=5)

    def work(out: Path) -> None:
        before, training.SAVE_SECONDS = training.SAVE_SECONDS, 0.02  # else a short run saves at its end only
        fit(table, NAMES, FIT, out, source={}, drop_constant=True, resume=True)
        training.SAVE_SECONDS = before

    def check(out: Path, *, killed: bool) -> str:
        if killed:
            if (out / "checkpoint.safetensors").exists():
                load(out)  # whole, its checksum says
            return ""
        same = (out / "checkpoint.safetensors").read_bytes() == checkpoint
        return "" if same and not list(out.rglob("*.part")) else "other weights than an undisturbed run"

    work(folder / "whole")
    checkpoint = (folder / "whole" / "checkpoint.safetensors").read_bytes()
    return Work(work, check, resumes=True)


def _reporting(folder: Path, draw: random.Random) -> "Work":
    del draw
    from hepsym.report.run.compose import write

    run = folder / "run"
    if not run.exists():
        small_run(run)
    whole = write(run).read_bytes()

    def work(out: Path) -> None:
        del out
        write(run)

    def check(out: Path, *, killed: bool) -> str:
        del out, killed
        page = run / "report.html"
        return "" if page.read_bytes() == whole else "a page that is not whole"

    return Work(work, check)


class Work:
    """What is done, and what must hold afterwards: an empty text, or what does not."""

    def __init__(
        self,
        do: Callable[[Path], object],
        check: Callable[..., str],
        *,
        resumes: bool = False,
        suffix: str = "",
    ) -> None:
        self.do, self.check, self.resumes, self.suffix = do, check, resumes, suffix


WORKS: dict[str, Callable[[Path, random.Random], Work]] = {
    "generate": _generation,
    "convert": _conversion,
    "fit": _fitting,
    "report": _reporting,
}


def kills(what: str, wanted: int, seed: int, folder: Path) -> Row:
    """Kill this work until so many kills hit; each time look at what is left, and bring it to its end."""
    folder.mkdir(parents=True, exist_ok=True)
    begun = time.time()
    return tally(f"kill -9 in {what}", seed, _killed(what, wanted, random.Random(seed), folder), begun)


def _killed(what: str, wanted: int, draw: random.Random, folder: Path) -> Iterator[tuple[int, str]]:
    hits = runs = 0
    work = WORKS[what](folder, draw)
    while hits < wanted:
        if what == "convert":
            work = WORKS[what](folder, draw)
        out = folder / f"out{work.suffix}"
        _, duration = child(lambda: work.do(out))  # noqa: B023 - called at once
        _remove(out)
        for _ in range(10 if work.resumes else 4):
            status, _ = child(lambda: work.do(out), draw.uniform(0.0, 1.1 * duration))  # noqa: B023
            fault = work.check(out, killed=status == -9) if status in {0, -9} else f"exit status {status}"
            if status == -9 or fault:
                yield hits, f"{WRONG}: {fault}" if fault else "killed, and whole"
                hits += 1
            if status == 0 or not work.resumes:
                _remove(out)
            if hits >= wanted:
                break
        status, _ = child(lambda: work.do(out))  # noqa: B023
        fault = work.check(out, killed=False) if status == 0 else f"exit status {status} in the end"
        yield hits, f"{WRONG}: {fault}" if fault else "brought to its end"
        left = [p.name for p in folder.iterdir() if p.name.endswith(".part")]
        for name in left:  # kill -9 cannot tidy up; but it must not be in the way
            _remove(folder / name)
        _remove(out)
        runs += 1
