"""How fast are four-momentum functions, beside `vector` over the same arrays, on one thread in one run?

Pairs of momenta in float64: the mass of the pair, the boost of one to the other's rest frame, and
Delta R from Cartesian components. Both sides allocate their results; rounds alternate, and the
ratio is that of the medians. `vector` holds its arrays as structured numpy arrays, as it makes them.

Alternating, each side finds its arrays pushed out of the near caches by the other, and the mass
waits for memory: the row of the floor has a loop over the same blocks that only adds what it reads
and writes one number a pair. The row "in warm caches" times the last of six calls in a row, on
either side, for arrays that are in use (they take a few passes to come back from memory).
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import numpy as np
import vector

import hepsym.lorentz as lz
from hepsym.lorentz._prefetch import AHEAD, BLOCK, prefetch
from hepsym.random import normals

TARGETS = {
    "invariant mass": 8.0,
    "invariant mass in warm caches": 8.0,
    "boost to rest frame": 12.0,
    "delta R": 1.5,
}
"""Times vector's speed."""
WARM = 5
"""Calls after which arrays of this size are timed as in warm caches."""


def momenta(seed: int, n: int) -> tuple[np.ndarray, Any]:
    """The same momenta for either side, masses of 0.1 GeV and components of some 20 GeV."""
    xyz = 20.0 * np.column_stack([normals(seed, n, stream=s) for s in range(3)])
    p = lz.from_mass(xyz, 0.1)
    return p, vector.array({"px": p[:, 1], "py": p[:, 2], "pz": p[:, 3], "E": p[:, 0]})


def nanoseconds(function: Callable[[], object], n: int) -> float:
    start = time.perf_counter()
    function()
    return (time.perf_counter() - start) / n * 1e9


@numba.njit(nogil=True)
def _read_and_add(p: np.ndarray, q: np.ndarray, out: np.ndarray) -> None:
    for start in range(0, out.size - BLOCK + 1, BLOCK):
        for line in range(BLOCK // 2):
            prefetch(p, 4 * (start + AHEAD) + 8 * line)
            prefetch(q, 4 * (start + AHEAD) + 8 * line)
        a, b, o = p[4 * start :], q[4 * start :], out[start:]
        for i in range(BLOCK):
            j = 4 * i
            o[i] = (a[j] + b[j]) + (a[j + 1] + b[j + 1]) + (a[j + 2] + b[j + 2]) + (a[j + 3] + b[j + 3])


def read_and_add(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """What reading two arrays of momenta and writing one number a pair costs."""
    out = np.empty(len(p))
    _read_and_add(p.reshape(-1), q.reshape(-1), out)
    return out


Call = Callable[[], object]


def compare(ours: Call, theirs: Call, n: int, rounds: int, before: Call | None = None) -> dict[str, Any]:
    """Medians over alternating rounds, after one of each that is not counted.

    `before` is called, untimed, ahead of every timed call; `warm` stands for WARM calls of the same.
    """
    ours(), theirs()
    mine: list[float] = []
    peer: list[float] = []
    for _ in range(rounds):
        for function, times in ((theirs, peer), (ours, mine)):
            for call in [function] * WARM if before is warm else [before] if before else []:
                call()
            times.append(nanoseconds(function, n))
    a, b = statistics.median(mine), statistics.median(peer)
    return {"hepsym": a, "peer": b, "ratio": b / a}


def warm() -> None:
    """Stands for calls of what is timed: see `compare`."""


def measure(n: int, rounds: int) -> list[dict[str, Any]]:
    p, a = momenta(1, n)
    q, b = momenta(2, n)
    assert np.allclose(lz.invariant_mass(p, q), (a + b).mass, rtol=1e-6)
    assert np.allclose(lz.delta_r(p, q), a.deltaR(b), rtol=1e-9)
    peer = f"vector {vector.__version__}"

    def our_mass() -> object:
        return lz.invariant_mass(p, q)

    def their_mass() -> object:
        return (a + b).mass

    cases: list[tuple[str, Call, Call, str, Call | None]] = [
        ("invariant mass", our_mass, their_mass, peer, None),
        ("invariant mass in warm caches", our_mass, their_mass, peer, warm),
        (
            "invariant mass beside memory's floor",
            our_mass,
            lambda: read_and_add(p, q),
            "read and add",
            their_mass,
        ),
        ("boost to rest frame", lambda: lz.boost_to_rest(p, q), lambda: a.boostCM_of_p4(b), peer, None),
        ("delta R", lambda: lz.delta_r(p, q), lambda: a.deltaR(b), peer, None),
        ("pseudorapidity", lambda: lz.pseudorapidity(p), lambda: a.eta, peer, None),
        ("opening angle", lambda: lz.opening_angle(p, q), lambda: a.deltaangle(b), peer, None),
    ]
    return [
        {
            "what": f"{name} of {n:,} pairs, one thread",
            **compare(ours, theirs, n, rounds, before),
            "peer_name": peer_name,
            "unit": "ns/pair",
            "target": TARGETS.get(name),
        }
        for name, ours, theirs, peer_name, before in cases
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", "--pairs", type=int, default=1_000_000)
    parser.add_argument(
        "--rounds", type=int, default=9, help="alternating rounds, of which medians are taken"
    )
    parser.add_argument("--json", type=Path, help="write the numbers there too")
    options = parser.parse_args()
    if options.pairs < 1 or options.rounds < 1:
        parser.error("--pairs and --rounds must be at least 1")
    rows = measure(options.pairs, options.rounds)
    print(f"medians of {options.rounds} rounds, vector {vector.__version__}; ns a pair")
    print(f"{'':66}{'hepsym':>8}{'peer':>8}{'ratio':>8}{'target':>8}")
    for row in rows:
        target = f"{row['target']:.1f}" if row["target"] else ""
        print(f"{row['what']:66}{row['hepsym']:8.2f}{row['peer']:8.2f}{row['ratio']:8.1f}{target:>8}")
    if options.json:
        record = {"rows": rows, "pairs": options.pairs, "rounds": options.rounds}
        options.json.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
