"""How fast does Pythia 8 make e- e+ > mu- mu+ at the Z pole, hard process only, called from Python?

The loop is `next()` and nothing else: no event is read, no shower, no hadronisation, no initial-state
radiation, no event check, nothing printed; the settings that make Pythia fastest at this task.
"""

import argparse
import json
import statistics
import time
from pathlib import Path
from typing import Any

SETTINGS = [
    "Print:quiet = on",
    "Beams:idA = 11",
    "Beams:idB = -11",
    "Beams:eCM = 91.1876",
    "PDF:lepton = off",
    "PartonLevel:all = off",
    "HadronLevel:all = off",
    "Check:event = off",
    "Next:numberCount = 0",
    "Next:numberShowEvent = 0",
    "Next:numberShowInfo = 0",
    "Next:numberShowProcess = 0",
]
PROCESSES = {
    "2 -> 1, then decay": ["WeakSingleBoson:ffbar2gmZ = on", "23:onMode = off", "23:onIfAny = 13"],
    "2 -> 2": ["WeakSingleBoson:ffbar2ffbar(s:gmZ) = on", "23:onMode = off", "23:onIfAny = 13"],
}


def generator(process: str = "2 -> 1, then decay", seed: int = 1) -> Any:
    """An initialised Pythia for one of PROCESSES; raises RuntimeError where Pythia refuses."""
    import pythia8mc

    made = pythia8mc.Pythia("", False)
    for line in [*SETTINGS, *PROCESSES[process], "Random:setSeed = on", f"Random:seed = {seed}"]:
        if not made.readString(line):
            raise RuntimeError(f"Pythia refuses the setting {line!r}")
    if not made.init():
        raise RuntimeError("Pythia does not initialise")
    return made


def events_per_second(made: Any, n: int) -> float:
    """Rate of n calls of next(), each of which has to succeed."""
    draw = made.next
    start = time.perf_counter()
    accepted = sum(draw() for _ in range(n))
    seconds = time.perf_counter() - start
    if accepted != n:
        raise RuntimeError(f"Pythia failed in {n - accepted} of {n} events")
    return n / seconds


def measure(n: int = 200_000, repeats: int = 5) -> dict[str, Any]:
    """Median rates of both ways of asking, alternated; the faster one is the peer."""
    from importlib.metadata import version

    made = {name: generator(name) for name in PROCESSES}
    for each in made.values():
        events_per_second(each, n // 10)  # phase-space maxima and caches settle
    rates: dict[str, list[float]] = {name: [] for name in made}
    for _ in range(repeats):
        for name, each in made.items():
            rates[name].append(events_per_second(each, n))
    medians = {name: statistics.median(r) for name, r in rates.items()}
    fastest = max(medians, key=lambda name: medians[name])
    return {
        "program": f"pythia8mc {version('pythia8mc')}",
        "what": "e- e+ > mu- mu+, hard process only, next()",
        "n": n,
        "repeats": repeats,
        "events_per_second": medians[fastest],
        "way": fastest,
        "all": rates,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=200_000, help="events a repeat")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json", type=Path, help="write the numbers here")
    options = parser.parse_args()
    found = measure(options.n, options.repeats)
    for name, rates in found["all"].items():
        spread = f"{min(rates):,.0f} to {max(rates):,.0f}"
        print(f"{found['program']}  {name:20}  {statistics.median(rates):>10,.0f} events/s  ({spread})")
    if options.json:
        options.json.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
