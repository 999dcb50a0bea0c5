"""How fast are pp > mu- mu+ and pp > t t~ drawn with their PDFs, beside Pythia 8's hard process?

Unweighted events at 13 TeV by one thread, the cards `pp2mumu` (m > 60 GeV) and `pp2tt`: four legs as
(n, 4, 4) float64 into a reused buffer, with partons, colour flow, helicities and scales of each event,
and for comparison momenta alone. Pythia makes the hard process only, with the same grid file, by `next()`,
and nothing is read. Turns alternate. On a machine that is busy the clock of the thread counts, not the
wall's: both sides are one thread, so their ratio is the same on an idle one.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import bench_pythia
import numpy as np

from hepsym.generators import load_card
from hepsym.generators.production.generate import generator_for
from hepsym.random import key

N, THEIRS = 1 << 16, 20_000
SETTINGS = [
    *(line for line in bench_pythia.SETTINGS if not line.startswith(("Beams", "PDF"))),
    "Beams:eCM = 13000",
    "PDF:pSet = 13",
]
PROCESSES: dict[str, tuple[list[str], int]] = {
    "pp2mumu": (
        ["WeakSingleBoson:ffbar2gmZ = on", "23:onMode = off", "23:onIfAny = 13", "PhaseSpace:mHatMin = 60"],
        12,
    ),
    "pp2tt": (["Top:gg2ttbar = on", "Top:qqbar2ttbar = on"], 15),
}


def pythia(lines: list[str]) -> Any:
    import pythia8mc

    made = pythia8mc.Pythia("", False)
    for line in [*SETTINGS, *lines]:
        if not made.readString(line):
            raise RuntimeError(f"Pythia refuses the setting {line!r}")
    if not made.init():
        raise RuntimeError("Pythia does not initialise")
    return made


def rate(call: Callable[[], object], n: int) -> float:
    start = time.thread_time()
    call()
    return n / (time.thread_time() - start)


def measure(repeats: int) -> list[dict[str, Any]]:
    rows = []
    for name, (lines, target) in PROCESSES.items():
        generator, peer = generator_for(load_card(name)), pythia(lines)
        out = np.zeros((N, 4, 4))
        columns = {k: c.empty(N) for k, c in generator.columns.items()} | {"weights": np.empty(N)}
        k = key(1, name)
        calls: dict[str, tuple[Callable[[], object], int]] = {
            "whole": (lambda g=generator, o=out, c=columns, k=k: g.fill(o, 0, k, c), N),  # type: ignore[misc]
            "momenta": (lambda g=generator, o=out, k=k: g.fill(o, 0, k), N),  # type: ignore[misc]
            "peer": (lambda p=peer: [p.next() for _ in range(THEIRS)], THEIRS),  # type: ignore[misc]
        }
        for call, _ in calls.values():
            call()  # kernels are compiled and grids adapted here, Pythia's maxima settle
        turns = [{side: rate(*of) for side, of in calls.items()} for _ in range(repeats)]
        for side, what in (
            ("whole", "with partons, colours and helicities"),
            ("momenta", "momenta"),
        ):
            rows.append(
                {
                    "what": f"{name}, unweighted, {what}, 1 thread",
                    "unit": "events/s",
                    "hepsym": statistics.median(t[side] for t in turns),
                    "peer_name": f"pythia8mc {version('pythia8mc')}, hard process, next()",
                    "peer": statistics.median(t["peer"] for t in turns),
                    "ratio": statistics.median(t[side] / t["peer"] for t in turns),
                    "target": target,
                }
            )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--json", type=Path, help="write the numbers here")
    options = parser.parse_args()
    rows = measure(options.repeats)
    for row in rows:
        print(
            f"{row['what']:72} {row['hepsym']:>12,.0f} /s   {row['peer_name']}: {row['peer']:,.0f} /s   "
            f"ratio {row['ratio']:.3g} (target {row['target']})"
        )
    if options.json:
        options.json.write_text(json.dumps({"repeats": options.repeats, "rows": rows}, indent=2))


if __name__ == "__main__":
    main()
