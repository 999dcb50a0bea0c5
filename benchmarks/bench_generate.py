"""How fast are e- e+ > mu- mu+ events drawn, beside the store-only floor and beside Pythia 8?

Unweighted, massive muons, gamma and Z, all four legs as (n, 4, 4) float64 into a reused buffer. The
floor is a loop that stores the same 128 bytes an event and computes nothing, over the same buffer, by
as many threads, measured in turn with ours. Pythia makes the hard process only and nothing is read.

The floor depends on the buffer's size (caches, page tables), so two are measured: a million events
(122 MiB), as the fractions of the floor are stated for, and 65,536 events (8 MiB), a buffer as one
would reuse in a loop, which stays in the last cache and shows what the arithmetic takes.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import bench_pythia
import numba
import numpy as np

from hepsym.generators import generator_for, load_card
from hepsym.generators.production.generate import Filler

LARGE, SMALL = 1_000_000, 65_536


@numba.njit(nogil=True)
def store_only(out: np.ndarray, value: float) -> None:
    for i in range(out.shape[0]):
        for leg in range(4):
            for k in range(4):
                out[i, leg, k] = value


def seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def floor(out: np.ndarray, threads: int, pool: ThreadPoolExecutor) -> None:
    list(pool.map(lambda part: store_only(part, 45.6), np.array_split(out, threads)))


def measure(repeats: int, settings: list[str]) -> list[dict[str, Any]]:
    """Medians of `repeats` turns of ours and the floor, then Pythia's rate, all in this process."""
    generator = generator_for(load_card("ee2mumu", settings))
    rows = []
    for n, threads, target in ((LARGE, 1, 0.35), (LARGE, 2, 0.6), (SMALL, 1, None), (SMALL, 2, None)):
        out = np.zeros((n, 4, 4))
        filler = Filler(generator, seed=1, threads=threads, chunk=n // threads)
        with filler.running() as fill, ThreadPoolExecutor(threads) as pool:
            ours, stores = [], []
            for turn in range(repeats + 2):
                drawn = seconds(partial(fill, out, {}, 0))
                stored = seconds(partial(floor, out, threads, pool))
                if turn >= 2:
                    ours.append(n / drawn)
                    stores.append(n / stored)
        rows.append(
            {
                "what": f"ee2mumu, (n, 4, 4) float64, buffer of {n:,}, {threads} thread{'s' * (threads > 1)}",
                "unit": "events/s",
                "hepsym": statistics.median(ours),
                "peer_name": f"store-only loop, {threads} thread{'s' * (threads > 1)}",
                "peer": statistics.median(stores),
                "ratio": statistics.median(o / s for o, s in zip(ours, stores, strict=True)),
                "target": target,
            }
        )
    pythia = bench_pythia.measure(repeats=7)
    rows.append(
        {
            "what": f"ee2mumu, (n, 4, 4) float64, buffer of {SMALL:,}, 1 thread",
            "unit": "events/s",
            "hepsym": rows[2]["hepsym"],
            "peer_name": f"{pythia['program']}, hard process, next()",
            "peer": pythia["events_per_second"],
            "ratio": rows[2]["hepsym"] / pythia["events_per_second"],
            "target": 200,
        }
    )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=25)
    parser.add_argument("--set", action="append", default=[], help="card key to change, key=value")
    parser.add_argument("--json", type=Path, help="write the numbers here")
    options = parser.parse_args()
    rows = measure(options.repeats, options.set)
    for row in rows:
        print(
            f"{row['what']:58} {row['hepsym']:>14,.0f} /s   {row['peer_name']}: {row['peer']:,.0f} /s   "
            f"ratio {row['ratio']:.3g} (target {row['target']})"
        )
    if options.json:
        options.json.write_text(json.dumps({"repeats": options.repeats, "rows": rows}, indent=2))


if __name__ == "__main__":
    main()
