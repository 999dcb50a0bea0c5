"""How long does one |M|^2 take, beside MadGraph's code for the same process, on one thread?

Points in general position, in batches of 8192 that stay in the near caches, as event generation
evaluates them. The peers' numbers were measured once, in November 2026, on a two-core AVX-512
machine: MadGraph5_aMC@NLO's standalone Fortran (HELAS, what its events are made with) and its
vectorised C++ (the plugin cudacpp, AVX-512). Neither can be installed from PyPI, so these rows are
the exception to the rule that both sides run here; a rate moves with the machine.
"""

import argparse
import json
import statistics
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from hepsym.generators.amplitudes.diagrams.sample_points import sample_points
from hepsym.generators.amplitudes.matrix_element import matrix_element
from hepsym.generators.cards.process_string import single_process
from hepsym.generators.theory import default_theory

THEORY = replace(
    default_theory(), masses={p: m for p, m in default_theory().masses.items() if p not in {11, 13}}
)
"""Massless electrons and muons, as in MadGraph's default model."""
BATCH = 8192
ROUNDS = 25
PEERS = (
    ("e+ e- > mu+ mu-", "MadGraph HELAS Fortran", 1750.0, 10.0),
    ("e+ e- > mu+ mu-", "MadGraph cudacpp AVX-512", 204.0, 1.0),
    ("g g > t t~", "MadGraph HELAS Fortran", 11700.0, 10.0),
    ("g g > t t~", "MadGraph cudacpp AVX-512", 1140.0, 1.0),
)
ALONE = (
    "e- e+ > w+ w-", "e- e+ > e- e+", "g g > g g", "u g > u g", "u u~ > z g", "u u~ > t t~",
    "e- e+ > w+ w-, w+ > mu+ vm, w- > e- ve~",
    "g g > t t~, (t > w+ b, w+ > mu+ vm), (t~ > w- b~, w- > e- ve~)",
    "g g > h, (h > z z, z > mu- mu+, z > e- e+)",
)  # fmt: skip


def nanoseconds(process: str) -> tuple[float, float]:
    """The median time of one |M|^2, and the seconds it took to make the program of the process."""
    start = time.perf_counter()
    element = matrix_element(single_process(process), THEORY)
    made = time.perf_counter() - start
    incoming = len(element.process.incoming)
    few = sample_points(element.masses[:incoming], element.masses[incoming:], 64, seed=1)
    momenta = np.ascontiguousarray(np.tile(few, (BATCH // 64, 1, 1)))
    out = np.empty(BATCH)
    element.me2(momenta, out)
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        element.me2(momenta, out)
        times.append(time.perf_counter() - start)
    return statistics.median(times) / BATCH * 1e9, made


def main() -> None:
    """Print the table; with --json PATH keep it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    nanoseconds("e- e+ > w+ w-")  # compile
    rows: list[dict[str, Any]] = []
    for process, peer_name, peer, target in PEERS:
        ours, _ = nanoseconds(process)
        rows.append(
            {
                "what": f"|M|^2 of {process}", "hepsym": ours, "peer": peer, "unit": "ns/call",
                "peer_name": f"{peer_name}, measured elsewhere", "ratio": peer / ours, "target": target,
            }
        )  # fmt: skip
        print(
            f"{process:18s} {ours:8.1f} ns  {peer_name} {peer:6.0f} ns  {peer / ours:5.1f}x, target {target}x"
        )
    alone = {}
    for process in ALONE:
        ours, made = nanoseconds(process)
        alone[process] = {"ns": ours, "seconds_to_make": made}
        print(f"{process:66s} {ours:8.1f} ns, made in {made:.3f} s")
    if arguments.json:
        arguments.json.write_text(json.dumps({"rows": rows, "alone": alone}, indent=1) + "\n")


if __name__ == "__main__":
    main()
