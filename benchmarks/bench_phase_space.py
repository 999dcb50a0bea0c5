"""How fast is phase space drawn, beside `phasespace` (TensorFlow), `madspace` and ROOT, one thread each?

The others live in two environments of their own, .venv-phase-space and .venv-root, which `--make-peers`
makes: TensorFlow, ROOT and hepsym need not agree on anything. Sides take turns. Where none is there, ours
is timed alone.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
import venv
from pathlib import Path
from typing import Any

import numpy as np

from hepsym.generators.phasespace.cascades.genbod import Genbod
from hepsym.generators.phasespace.cascades.s_channel import fixed
from hepsym.generators.phasespace.cascades.tree import Decay, Leaf, Tree
from hepsym.generators.phasespace.map import PhaseSpace
from hepsym.generators.phasespace.rambo.rambo import Rambo
from hepsym.generators.phasespace.two_body import TwoBody
from hepsym.random import key

HERE = Path(__file__).resolve().parent
PEERS = {
    HERE.parent / ".venv-phase-space": ["phasespace==1.10.4", "madspace==0.2.1"],
    HERE.parent / ".venv-root": ["root==0.1a12", "numpy"],
}
"""Apart, because two programs that each bring an LLVM had better not share a process."""
B, KSTAR, K, PI = 5.27965, 0.89581, 0.493677, 0.13957
MASSLESS, ROOT = Rambo((0.0,) * 4), "ROOT TGenPhaseSpace"
TASKS: dict[str, tuple[str, PhaseSpace, float, str, float | None]] = {
    "two": ("1 -> 2", TwoBody((K, PI)), B, "phasespace", 40.0),
    "three": ("1 -> 3", Genbod((K, PI, PI)), B, "phasespace", 40.0),
    "four": ("1 -> 4", Genbod((K, PI, PI, PI)), B, "phasespace", 40.0),
    "kstar": (
        "B -> K*(K pi) gamma", Tree(Decay((Decay((Leaf(K), Leaf(PI)), fixed(KSTAR)), Leaf(0.0)))), B,
        "phasespace", 40.0,
    ),
    "rambo": ("massless RAMBO, 4 particles", MASSLESS, 91.1876, "madspace FastRambo", 1.5),
    "root_two": ("1 -> 2", TwoBody((K, PI)), B, ROOT, None),
    "root_three": ("1 -> 3", Genbod((K, PI, PI)), B, ROOT, None),
    "root_four": ("1 -> 4", Genbod((K, PI, PI, PI)), B, ROOT, None),
    "root_rambo": ("massless RAMBO, 4 particles", MASSLESS, 91.1876, ROOT, 6.0),
}  # fmt: skip
PEER_POINTS = {"rambo": 16_384, **{task: 65_536 for task in TASKS if task.startswith("root_")}}
"""phasespace is fastest at a million points a call, madspace where its arrays stay in the cache; so are we,
as in a run, which fills and uses a buffer of about a MiB again and again.

Calls as short as these are timed as ours are, the best of five; a million points average themselves.
"""
CALLS = 8


class Peers:
    """The other programs in their own process, asked for one time at a time."""

    def __init__(self, python: Path) -> None:
        self._process = subprocess.Popen(
            [python, HERE / "peers" / "phase_space.py"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        self.versions = self._answer()

    def _answer(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def seconds(self, task: str, n: int) -> float | None:
        """For n points; None where that program is not installed."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{task} {n}\n")
        self._process.stdin.flush()
        answer = self._answer()
        if not answer:
            raise RuntimeError(f"the peers' process ended at {task!r}")
        return None if answer == "missing" else float(answer)

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=60)


def make_peers() -> None:
    """Virtual environments with nothing but the peers; one that pip cannot fill is left without."""
    for place, packages in PEERS.items():
        if not place.exists():
            venv.create(place, with_pip=True)
        subprocess.run([place / "bin" / "pip", "install", "--quiet", *packages], check=False)


def ours(space: PhaseSpace, sqrt_s: float, n: int) -> Any:
    """A function that fills the same buffer CALLS times with other points and returns the seconds of one."""
    momenta, weight = np.zeros((n, len(space.masses), 4)), np.zeros(n)
    philox = key(1, "benchmark")

    def run() -> float:
        start = time.perf_counter()
        for call in range(CALLS):
            space.fill(momenta, weight, sqrt_s, call * n, philox)
        return (time.perf_counter() - start) / CALLS

    return run


def measure(peers: list[Peers], n: int, peer_points: int, repeats: int) -> list[dict[str, Any]]:
    """Medians of alternating repeats; the first of each is left out."""
    rows = []
    for task, (what, space, sqrt_s, name, target) in TASKS.items():
        run, count = ours(space, sqrt_s, n), PEER_POINTS.get(task, peer_points)
        mine, theirs = [], []
        for _ in range(repeats + 1):
            mine.append(min(run() for _ in range(5)) / n)
            calls = 5 if task in PEER_POINTS else 1
            if seconds := [s for peer in peers for _ in range(calls) if (s := peer.seconds(task, count))]:
                theirs.append(min(seconds) / count)
        rate = 1.0 / statistics.median(mine[1:])
        row: dict[str, Any] = {"what": f"phase space, {what}, 1 thread", "hepsym": rate, "unit": "events/s"}
        if theirs:
            other = 1.0 / statistics.median(theirs[1:])
            row |= {"peer": other, "peer_name": name, "ratio": rate / other, "target": target}
        rows.append(row)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=8_192, help="points of ours a call, into one buffer")
    parser.add_argument("--peer-points", type=int, default=1_048_576, help="points of theirs a repeat")
    parser.add_argument("--repeats", type=int, default=7)
    names = " and ".join(place.name for place in PEERS)
    parser.add_argument("--make-peers", action="store_true", help=f"make {names} with pip first")
    parser.add_argument("--peers", type=Path, nargs="+", help="Pythons of other environments that have them")
    parser.add_argument("--json", type=Path, help="write the numbers here")
    options = parser.parse_args()
    if options.make_peers:
        make_peers()
    pythons = options.peers or [place / "bin" / "python" for place in PEERS]
    for python in (p for p in pythons if not p.exists()):
        print(f"no {python}, so not beside what it has; --make-peers makes {names}", file=sys.stderr)
    peers = [Peers(python) for python in pythons if python.exists()]
    rows = measure(peers, options.n, options.peer_points, options.repeats)
    versions = "; ".join(peer.versions for peer in peers if peer.versions)
    for peer in peers:
        peer.close()
    for row in rows:
        other = (
            f"{row['peer'] / 1e6:8.2f} M/s {row['peer_name']:20} {row['ratio']:6.1f}x"
            if "peer" in row
            else ""
        )
        print(f"{row['what']:48} {row['hepsym'] / 1e6:8.1f} M/s {other}")
    if options.json:
        # a row without a peer is no line of the table: it would state a speed beside nothing
        record = {"rows": [row for row in rows if "peer" in row], "peers": versions, "n": options.n}
        options.json.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
