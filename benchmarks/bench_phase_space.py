"""How fast is phase space drawn, beside `phasespace` (TensorFlow) and `madspace` (C++), one thread each?

The others live in an environment of their own, .venv-phase-space, which `--make-peers` makes: TensorFlow
and hepsym need not agree on anything. Sides take turns. Where it is not there, ours is timed alone.
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

from hepsym.generators.phasespace.genbod import Genbod
from hepsym.generators.phasespace.map import PhaseSpace
from hepsym.generators.phasespace.rambo import Rambo
from hepsym.generators.phasespace.s_channel import fixed
from hepsym.generators.phasespace.tree import Decay, Leaf, Tree
from hepsym.generators.phasespace.two_body import TwoBody
from hepsym.random import key

HERE = Path(__file__).resolve().parent
PEERS = HERE.parent / ".venv-phase-space"
PACKAGES = ["phasespace==1.10.4", "madspace==0.2.1"]
B, KSTAR, K, PI = 5.27965, 0.89581, 0.493677, 0.13957
TASKS: dict[str, tuple[str, PhaseSpace, float, str, float]] = {
    "two": ("1 -> 2", TwoBody((K, PI)), B, "phasespace", 40.0),
    "three": ("1 -> 3", Genbod((K, PI, PI)), B, "phasespace", 40.0),
    "four": ("1 -> 4", Genbod((K, PI, PI, PI)), B, "phasespace", 40.0),
    "kstar": (
        "B -> K*(K pi) gamma", Tree(Decay((Decay((Leaf(K), Leaf(PI)), fixed(KSTAR)), Leaf(0.0)))), B,
        "phasespace", 40.0,
    ),
    "rambo": ("massless RAMBO, 4 particles", Rambo((0.0,) * 4), 91.1876, "madspace FastRambo", 1.5),
}  # fmt: skip
PEER_POINTS = {"rambo": 16_384}
"""phasespace is fastest at a million points a call, madspace where its arrays stay in the cache."""


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
    """A virtual environment with nothing but the peers."""
    venv.create(PEERS, with_pip=True)
    subprocess.run([PEERS / "bin" / "pip", "install", "--quiet", *PACKAGES], check=True)


def ours(space: PhaseSpace, sqrt_s: float, n: int) -> Any:
    """A function that fills the same buffer again and returns the seconds it took."""
    momenta, weight = np.zeros((n, len(space.masses), 4)), np.zeros(n)
    philox = key(1, "benchmark")

    def run() -> float:
        start = time.perf_counter()
        space.fill(momenta, weight, sqrt_s, 0, philox)
        return time.perf_counter() - start

    return run


def measure(peers: Peers | None, n: int, peer_points: int, repeats: int) -> list[dict[str, Any]]:
    """Medians of alternating repeats; the first of each is left out."""
    rows = []
    for task, (what, space, sqrt_s, name, target) in TASKS.items():
        run, count = ours(space, sqrt_s, n), PEER_POINTS.get(task, peer_points)
        mine, theirs = [], []
        for _ in range(repeats + 1):
            mine.append(min(run() for _ in range(5)) / n)
            if peers is not None and (seconds := peers.seconds(task, count)) is not None:
                theirs.append(seconds / count)
        rate = 1.0 / statistics.median(mine[1:])
        row: dict[str, Any] = {"what": f"phase space, {what}, 1 thread", "hepsym": rate, "unit": "events/s"}
        if theirs:
            other = 1.0 / statistics.median(theirs[1:])
            row |= {"peer": other, "peer_name": name, "ratio": rate / other, "target": target}
        rows.append(row)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=65_536, help="points of ours a repeat, into one buffer")
    parser.add_argument("--peer-points", type=int, default=1_048_576, help="points of theirs a repeat")
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--make-peers", action="store_true", help=f"make {PEERS.name} with pip first")
    parser.add_argument("--peers", type=Path, help="Python of another environment that has them")
    parser.add_argument("--json", type=Path, help="write the numbers here")
    options = parser.parse_args()
    if options.make_peers and not PEERS.exists():
        make_peers()
    python = options.peers or PEERS / "bin" / "python"
    peers = Peers(python) if python.exists() else None
    if peers is None:
        print(
            f"no {python}: timing hepsym alone; --make-peers installs {' and '.join(PACKAGES)}",
            file=sys.stderr,
        )
    rows = measure(peers, options.n, options.peer_points, options.repeats)
    versions = peers.versions if peers is not None else ""
    if peers is not None:
        peers.close()
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
