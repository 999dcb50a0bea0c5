"""How fast are four-momentum functions, beside `vector` over the same arrays, on one thread in one run?

Pairs of momenta in float64: the mass of the pair, the boost of one to the other's rest frame, and
Delta R from Cartesian components. Both sides allocate their results; rounds alternate, and the
ratio is that of the medians. `vector` holds its arrays as structured numpy arrays, as it makes them.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import vector

import hepsym.lorentz as lz
from hepsym.random import normals

TARGETS = {"invariant mass": 8.0, "boost to rest frame": 12.0, "delta R": 1.5}
"""Times vector's speed."""


def momenta(seed: int, n: int) -> tuple[np.ndarray, Any]:
    """The same momenta for either side, masses of 0.1 GeV and components of some 20 GeV."""
    xyz = 20.0 * np.column_stack([normals(seed, n, stream=s) for s in range(3)])
    p = lz.from_mass(xyz, 0.1)
    return p, vector.array({"px": p[:, 1], "py": p[:, 2], "pz": p[:, 3], "E": p[:, 0]})


def nanoseconds(function: Callable[[], object], n: int) -> float:
    start = time.perf_counter()
    function()
    return (time.perf_counter() - start) / n * 1e9


def compare(ours: Callable[[], object], theirs: Callable[[], object], n: int, rounds: int) -> dict[str, Any]:
    """Medians over alternating rounds, after one of each that is not counted."""
    ours(), theirs()
    mine, peer = [], []
    for _ in range(rounds):
        peer.append(nanoseconds(theirs, n))
        mine.append(nanoseconds(ours, n))
    a, b = statistics.median(mine), statistics.median(peer)
    return {"hepsym": a, "peer": b, "ratio": b / a}


def measure(n: int, rounds: int) -> list[dict[str, Any]]:
    p, a = momenta(1, n)
    q, b = momenta(2, n)
    assert np.allclose(lz.invariant_mass(p, q), (a + b).mass, rtol=1e-6)
    assert np.allclose(lz.delta_r(p, q), a.deltaR(b), rtol=1e-9)
    cases = {
        "invariant mass": (lambda: lz.invariant_mass(p, q), lambda: (a + b).mass),
        "boost to rest frame": (lambda: lz.boost_to_rest(p, q), lambda: a.boostCM_of_p4(b)),
        "delta R": (lambda: lz.delta_r(p, q), lambda: a.deltaR(b)),
        "pseudorapidity": (lambda: lz.pseudorapidity(p), lambda: a.eta),
        "opening angle": (lambda: lz.opening_angle(p, q), lambda: a.deltaangle(b)),
    }
    return [
        {
            "what": f"{name} of {n:,} pairs, one thread",
            **compare(ours, theirs, n, rounds),
            "peer_name": f"vector {vector.__version__}",
            "unit": "ns/pair",
            "target": TARGETS.get(name),
        }
        for name, (ours, theirs) in cases.items()
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
    print(f"{'':48}{'hepsym':>8}{'vector':>8}{'ratio':>8}{'target':>8}")
    for row in rows:
        target = f"{row['target']:.1f}" if row["target"] else ""
        print(f"{row['what']:48}{row['hepsym']:8.2f}{row['peer']:8.2f}{row['ratio']:8.1f}{target:>8}")
    if options.json:
        record = {"rows": rows, "pairs": options.pairs, "rounds": options.rounds}
        options.json.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
