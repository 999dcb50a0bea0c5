"""What becomes of outputs where the disk is full, Ctrl-C comes, two runs meet, or the path is a trap?

Of a file: all of it or nothing. Of a native dataset or a run: what is complete is kept, and --resume
ends in the bytes of an undisturbed run.
"""

import os
import random
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from hepsym import events as ev
from hepsym.generators import generate, load_card
from tests.torture.campaign import WRONG, Row, tally
from tests.torture.commands import Told, run, start, told
from tests.torture.kills import SUFFIXES, digest

__all__ = ["CAMPAIGNS", "small_disk"]

FIT = ("--epochs", "3", "--batch", "64", "--hidden", "8", "--latent-dim", "2", "--threads", "1")
Outcomes = Iterator[tuple[int, str]]


def _fresh(folder: Path) -> Path:
    """An empty folder to run a command in, a sound dataset beside it."""
    source = folder.parent / "source"
    if not source.exists():
        source.parent.mkdir(parents=True, exist_ok=True)
        ev.write(source, generate(load_card("ee2mumu"), 3000, seed=4))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _left(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def _jobs(folder: Path) -> list[tuple[str, list[str]]]:
    """(output, command) of everything that writes."""
    source = str(folder.parent / "source")
    jobs = [
        (f"out{s}", ["generate", "ee2mumu", "-n", "20000", "--threads", "1", "-o", f"out{s}"])
        for s in SUFFIXES
    ]
    jobs += [(f"out{s}", ["convert", source, f"out{s}"]) for s in SUFFIXES]
    jobs.append(("run", ["fit", source, "-o", "run", *FIT]))
    return jobs


def _judged(what: str, found: Told, status: int, wrong: str = "") -> str:
    if found.status != status:
        return f"{WRONG}: {what}: exit status {found.status}, not {status}: {found.err[:150]}"
    if status and not found.clear:
        return f"{WRONG}: {what}: not one clear line: {found.err[:150]}"
    return f"{WRONG}: {what}: {wrong}" if wrong else "as promised"


def _full(trials: int, seed: int, folder: Path) -> Outcomes:
    """No file may grow beyond some kB: the disk is full at some moment of the writing."""
    draw, place = random.Random(seed), folder / "place"
    for i in range(trials):
        _fresh(place)
        out, words = _jobs(place)[i % len(_jobs(place))]
        found = run(words, place, file_bytes=draw.choice([1, 100, 4096, 20_000, 60_000]))
        kept = _left(place)
        whole = out in {"run", "out"}  # may stay, for --resume
        wrong = f"left {kept}" if set(kept) - ({out} if whole else set()) else ""
        if found.status == 0:  # it fitted
            yield i, _judged(" ".join(words[:2]), found, 0)
            continue
        yield i, _judged(f"{words[0]} {out}", found, 1, wrong)


def _interrupted(trials: int, seed: int, folder: Path) -> Outcomes:
    draw, place = random.Random(seed), folder / "place"
    times: dict[str, float] = {}
    for i in range(trials):
        _fresh(place)
        out, words = _jobs(place)[i % len(_jobs(place))]
        key = " ".join(words)
        if key not in times:
            begun = time.perf_counter()
            run(words, place)
            times[key] = time.perf_counter() - begun
            _fresh(place)
        found = run(words, place, interrupt_after=draw.uniform(0, times[key]))
        kept = _left(place)
        if found.status == 0:
            yield i, "done before" if kept == [out] else f"{WRONG}: {key}: left {kept}"
            continue
        allowed = {out} if out in {"run", "out"} else set()
        wrong = f"left {kept}" if set(kept) - allowed else ""
        if found.err.strip() != "hepsym: interrupted":
            wrong = f"said {found.err[:100]!r}"
        again = [*words, "--resume"] if words[0] in {"generate", "fit"} and out in {"run", "out"} else words
        if (not wrong and not kept) or again[-1] == "--resume":
            ended = run(again, place)
            wrong = wrong or (f"cannot go on: {ended.err[:150]}" if ended.status else "")
        yield i, _judged(key, found, 130, wrong)


def _paths(trials: int, seed: int, folder: Path) -> Outcomes:
    """Outputs that exist, dangle, lead elsewhere, lie in a closed folder or under a file."""
    place, draw = folder / "place", random.Random(seed)
    for i in range(trials):
        _fresh(place)
        place.chmod(0o777)
        out, words = draw.choice(_jobs(place))
        target, kind = place / out, i % 7
        nobody, status, wanted = False, 2, ""
        if kind == 0:
            target.write_text("mine")
        elif kind == 1:
            target.symlink_to(place / "nowhere")
        elif kind == 2:
            (place / "mine").write_text("mine")
            target.symlink_to(place / "mine")
        elif kind == 3:
            nobody = os.geteuid() == 0  # who may write anywhere
            place.chmod(0o555)
        elif kind == 4:
            (place / "file").write_text("mine")
            words = [w.replace(out, f"file/{out}") if w == out else w for w in words]
        elif kind == 5:
            words = [f"absent/{w}" if w == out else w for w in words]
            if words[0] == "fit":
                status = 0  # a run's directory is made with its parents
        else:
            (place / "real").mkdir()
            (place / "link").symlink_to(place / "real")
            words = [f"link/../real/{w}" if w == out else w for w in words]
            status, wanted = 0, f"real/{out}"
        before = {p: p.read_bytes() for p in place.iterdir() if p.is_file() and not p.is_symlink()}
        listed = _left(place)
        found = run(words, place, nobody=nobody)
        wrong = (
            "" if all(p.read_bytes() == b for p, b in before.items()) else "a file of the user was changed"
        )
        if status and _left(place) != listed:
            wrong = f"left {set(_left(place)) - set(listed)}"
        if wanted and not (place / wanted).exists():
            wrong = "the output is elsewhere"
        yield i, _judged(f"{kind} {' '.join(words[:2])}", found, status, wrong)


def _together(trials: int, seed: int, folder: Path) -> Outcomes:
    """Two runs into one output at one time: both refuse to mix; what is there in the end is whole."""
    draw, place = random.Random(seed), folder / "place"
    for i in range(trials):
        _fresh(place)
        out, words = _jobs(place)[i % len(_jobs(place))]
        resume = ["--resume"] * (words[0] == "generate" and out == "out" and i % 2)
        first = start([*words, *resume], place)
        time.sleep(draw.uniform(0.0, 0.15))
        second = start([*words, *resume], place)
        ends = [told(first), told(second)]
        codes = sorted(e.status for e in ends)
        wrong = ""
        if codes[0] != 0 and out not in {"out", "run"}:
            wrong = f"neither was made: {[e.err[:100] for e in ends]}"
        if any(e.status and not e.clear for e in ends) or set(codes) - {0, 1, 2}:
            wrong = f"{codes}: {[e.err[:150] for e in ends]}"
        if not wrong and codes[0] == 0:
            wrong = _not_whole(place / out, [*words, *resume], place)
        yield i, f"{WRONG}: {' '.join(words[:3])} {resume}: {wrong}" if wrong else f"exit {codes}"


def _not_whole(out: Path, words: list[str], place: Path) -> str:
    """Whether the output is not what one run alone makes; empty if it is."""
    if _left(place) != [out.name]:
        return f"left {_left(place)}"
    alone = place.parent / "alone"
    _fresh(alone)
    run(words, alone)
    if out.name == "run":
        name = "checkpoint.safetensors"
        same = (out / name).read_bytes() == (alone / "run" / name).read_bytes()
    elif out.suffix in {".root", ".h5", ".gz"}:
        same = ev.read(out).momenta.tobytes() == ev.read(alone / out.name).momenta.tobytes()
    else:
        same = digest(out) == digest(alone / out.name)
    return "" if same else "other bytes than of one run alone"


def _disk(trials: int, seed: int, folder: Path) -> Outcomes:
    """A file system of 1 MiB, filled: where this process may mount one."""
    for i in range(trials):
        place = folder / "disk"
        with_mount = small_disk(place)
        if not with_mount:
            return
        try:
            jobs = _jobs(folder / "place")
            _fresh(folder / "place")
            out, words = jobs[(i + seed) % len(jobs)]
            (place / "work").mkdir()
            words = [w if w != "20000" else "60000" for w in words]
            words = [str(folder / "source") if w.endswith("/source") else w for w in words]
            room = os.statvfs(place).f_bavail * 4096
            (place / "ballast").write_bytes(b"x" * (room - 60_000 * (1 + i % 3)))
            found = run(words, place / "work")
            kept = _left(place / "work")
            allowed = {out} if out in {"run", "out"} else set()
            wrong = f"left {kept}" if found.status and set(kept) - allowed else ""
            yield i, _judged(f"{words[0]} {out}", found, 0 if found.status == 0 else 1, wrong)
        finally:
            subprocess.run(["umount", "--lazy", str(place)], check=False)


def small_disk(place: Path) -> bool:
    """Mount a tmpfs of 1 MiB, where that is allowed."""
    place.mkdir(parents=True, exist_ok=True)
    words = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)]
    return os.geteuid() == 0 and not subprocess.run(words, capture_output=True, check=False).returncode


WAYS: dict[str, Callable[[int, int, Path], Outcomes]] = {
    "disk full (files cannot grow)": _full,
    "disk full (a file system of 1 MiB)": _disk,
    "Ctrl-C": _interrupted,
    "paths that are traps": _paths,
    "two runs into one output": _together,
}


def _campaign(name: str) -> Callable[[int, int, Path], Row]:
    def campaign(trials: int, seed: int, folder: Path) -> Row:
        begun = time.time()
        folder.mkdir(parents=True, exist_ok=True)
        return tally(name, seed, WAYS[name](trials, seed, folder), begun)

    return campaign


CAMPAIGNS: dict[str, Callable[[int, int, Path], Row]] = {name: _campaign(name) for name in WAYS}
