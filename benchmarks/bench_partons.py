"""How fast are the parton densities of the proton at one (x, Q^2), beside Pythia 8's from Python?

The same grid file, NNPDF2.3 QCD+QED LO, and the same random points: x from 1e-6 to 1, Q from 1.5 GeV to
9 TeV, both even in the logarithm. hepsym fills all fourteen partons of a batch into a reused array;
Pythia is asked for eleven, one `xf` after another, which its cache of the last point helps.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from hepsym.generators.partons import load_pdf
from hepsym.random import uniforms

ELEVEN = (21, 1, -1, 2, -2, 3, -3, 4, -4, 5, -5)
BATCH = 4096
LIMIT_NS = 150.0


def pythias() -> Any:
    """Pythia's proton with the set that is its own default and hepsym's."""
    import pythia8mc

    made = pythia8mc.Pythia("", False)
    for line in ("Print:quiet = on", "PDF:pSet = 13", "HardQCD:all = on"):
        made.readString(line)
    if not made.init():
        raise RuntimeError("Pythia does not initialise")
    return made


def nanoseconds(call: Callable[[], object], points: int) -> float:
    start = time.perf_counter()
    call()
    return (time.perf_counter() - start) / points * 1e9


def measure(repeats: int) -> list[dict[str, Any]]:
    """Medians of `repeats` alternated turns."""
    made = pythias()  # kept: its density is its own
    density, pdf = made.getPDFPtr(2212), load_pdf()
    x = np.exp(np.log(1e-6) * uniforms(1, BATCH))
    q2 = np.exp(np.log(2.25) + np.log(8.1e7 / 2.25) * uniforms(2, BATCH))
    out = np.empty((BATCH, 14))
    points = list(zip(x.tolist(), q2.tolist(), strict=True))

    def ours() -> None:
        for _ in range(10):
            pdf.xf(x, q2, out)

    def theirs() -> None:
        ask = density.xf
        for a, b in points:
            for parton in ELEVEN:
                ask(parton, a, b)

    ours()
    turns = [(nanoseconds(ours, 10 * BATCH), nanoseconds(theirs, BATCH)) for _ in range(repeats)]
    mine, other = (statistics.median(side) for side in zip(*turns, strict=True))
    return [
        {
            "what": "x f of fourteen partons at one (x, Q^2), batches of 4096",
            "unit": "ns/point",
            "hepsym": mine,
            "peer_name": f"pythia8mc {version('pythia8mc')}, eleven partons",
            "peer": other,
            "ratio": other / mine,
            "target": 15,
        }
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=25)
    parser.add_argument("--json", type=Path, help="write the numbers here")
    options = parser.parse_args()
    rows = measure(options.repeats)
    for row in rows:
        print(
            f"{row['what']}: {row['hepsym']:.1f} ns (bound {LIMIT_NS:g})   {row['peer_name']}: "
            f"{row['peer']:,.0f} ns   ratio {row['ratio']:.1f} (target {row['target']})"
        )
    if options.json:
        options.json.write_text(json.dumps({"repeats": options.repeats, "rows": rows}, indent=2))


if __name__ == "__main__":
    main()
