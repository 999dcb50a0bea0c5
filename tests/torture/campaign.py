"""What is a campaign of torture? Trials counted by what became of them, and a row of the table."""

import os
import resource
import signal
import sys
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["Row", "Trial", "fork", "in_children", "tally"]

WRONG = "WRONG"
"""An outcome that begins so is a defect."""
SECONDS = 5.0
"""CPU time that one trial may take: the promise for damaged files is 2, on a quiet machine."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table in docs/reliability.md."""

    what: str
    trials: int
    outcomes: dict[str, int]
    seed: int
    seconds: float
    wrong: list[str] = field(default_factory=list)
    """The first defects, each with what is needed to have it again."""

    @property
    def sound(self) -> bool:
        """Whether nothing went wrong, and anything was tried."""
        return not self.wrong and self.trials > 0

    def to_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


Trial = Callable[[int], str]
"""Trial number i: what became of it, in a word or two; a defect begins with WRONG."""


def tally(what: str, seed: int, outcomes: Iterable[tuple[int, str]], begun: float) -> Row:
    """Count outcomes."""
    counts: Counter[str] = Counter()
    wrong = []
    for i, outcome in outcomes:
        counts[WRONG if outcome.startswith(WRONG) else outcome] += 1
        if outcome.startswith(WRONG):
            wrong.append(f"trial {i}: {outcome}"[:400])
    return Row(
        what, sum(counts.values()), dict(sorted(counts.items())), seed, time.time() - begun, wrong[:20]
    )


def fork() -> int:
    """os.fork, of a process whose threads only wait: Python 3.12 warns of threads."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def in_children(
    what: str, trial: Trial, trials: int, seed: int, *, memory: int = 1 << 30, share: int = 500
) -> Row:
    """Run trials 0 .. trials - 1 in forked children, some hundred each.

    So a reader that crashes the process, eats memory beyond `memory` bytes more than there are now, or
    hangs costs one trial, and is a defect. What counts is memory that is written to: threads of libraries,
    as many as the machine has cores, reserve much more.
    """
    begun, outcomes, first = time.time(), list[tuple[int, str]](), 0
    while first < trials:
        told = _child(trial, range(first, min(first + share, trials)), memory)
        outcomes += told
        first += len(told)
    return tally(what, seed, outcomes, begun)


def _child(trial: Trial, numbers: range, memory: int) -> list[tuple[int, str]]:
    """What became of these trials, or of the first of them up to one that killed the child."""
    receive, send = os.pipe()
    child = fork()
    if child == 0:
        try:
            os.close(receive)
            _limit(memory)
            with os.fdopen(send, "w") as out:
                for i in numbers:
                    print(_guarded(trial, i), file=out, flush=True)
        finally:
            os._exit(0)
    os.close(send)
    with os.fdopen(receive) as lines:
        told = [line.rstrip("\n") for line in lines]
    _, status = os.waitpid(child, 0)
    if len(told) < len(numbers):
        code = os.waitstatus_to_exitcode(status)
        told.append(f"{WRONG}: the process died ({signal.Signals(-code).name if code < 0 else code})")
    return list(zip(numbers, told, strict=False))


def _limit(memory: int) -> None:
    size = int(Path("/proc/self/statm").read_text().split()[5]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_DATA, (size + memory, size + memory))


def _guarded(trial: Trial, i: int) -> str:
    begun = time.process_time()
    try:
        outcome = trial(i)
    except BaseException as error:
        at = traceback.extract_tb(sys.exc_info()[2])
        place = next((f"{f.filename}:{f.lineno}" for f in reversed(at) if "hepsym/" in f.filename), "?")
        outcome = f"{WRONG}: {type(error).__name__}: {error} ({place})"
    took = time.process_time() - begun
    if took > SECONDS:
        outcome = f"{WRONG}: took {took:.1f} s ({outcome})"
    return " ".join(outcome.split())
