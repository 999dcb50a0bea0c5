"""How fast are Les Houches files written and read, beside pylhe, in one run and for the same events?"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pylhe

from hepsym import events as ev
from hepsym.events.lhe import LheReader, LheWriter
from hepsym.random import uniforms

TARGET = 10.0
"""Times pylhe's writer."""


def sample(n: int) -> ev.Events:
    """Muon pairs at the Z, beams included: four legs."""
    beam, muon = 45.5938, 0.1056583755
    p = ((beam - muon) * (beam + muon)) ** 0.5
    cosine, phi = 2 * uniforms(1, n) - 1, 2 * np.pi * uniforms(2, n)
    sine = np.sqrt((1 - cosine) * (1 + cosine))
    momenta = np.full((n, 2, 4), beam)
    momenta[:, 0, 1:] = p * np.stack([sine * np.cos(phi), sine * np.sin(phi), cosine], axis=1)
    momenta[:, 1, 1:] = -momenta[:, 0, 1:]
    fixed = {0: (beam, 0.0, 0.0, beam), 1: (beam, 0.0, 0.0, -beam)}
    template = ev.Template((11, -11, 13, -13), (-1, -1, 1, 1), (0.0, 0.0, muon, muon), fixed)
    return template.expand(momenta, provenance=ev.Provenance(process="ee2mumu", seed=1, sqrt_s=2 * beam))


def as_pylhe(events: ev.Events) -> pylhe.LHEFile:
    """The same events as pylhe's objects; making them is not timed."""
    ids, status, masses = events.pdg_ids.tolist(), events.status.tolist(), events.masses.tolist()
    made = []
    for momenta in events.momenta.tolist():
        particles = [
            pylhe.LHEParticle(
                id=i, status=s, mother1=1 if s > 0 else 0, mother2=2 if s > 0 else 0, color1=0, color2=0,
                px=x, py=y, pz=z, e=e, m=m, lifetime=0.0, spin=9.0,
            )
            for i, s, m, (e, x, y, z) in zip(ids, status, masses, momenta, strict=True)
        ]  # fmt: skip
        info = pylhe.LHEEventInfo(nparticles=4, pid=1, weight=1.0, scale=-1.0, aqed=-1.0, aqcd=-1.0)
        made.append(pylhe.LHEEvent(eventinfo=info, particles=particles))
    init = pylhe.LHEInit(
        initInfo=pylhe.LHEInitInfo(
            beamA=11, beamB=-11, energyA=45.6, energyB=45.6, PDFgroupA=0, PDFgroupB=0, PDFsetA=0, PDFsetB=0,
            weightingStrategy=3, numProcesses=1,
        ),
        procInfo=[pylhe.LHEProcInfo(xSection=1.0, error=0.1, unitWeight=1.0, procId=1)],
        generators=[],
    )  # fmt: skip
    return pylhe.LHEFile(init=init, events=made)


def count_by_pylhe(path: Path) -> int:
    return sum(1 for _ in pylhe.LHEFile.fromfile(str(path)).events)


def seconds(work: Callable[[Path], object], path: Path, *, fresh: bool) -> float:
    if fresh:
        path.unlink(missing_ok=True)
    start = time.perf_counter()
    work(path)
    return time.perf_counter() - start


def write_ours(events: ev.Events) -> Callable[[Path], None]:
    def work(path: Path) -> None:
        with LheWriter(path) as writer:
            writer.write(events)

    return work


def measure(ours: int, theirs: int, repeats: int) -> dict[str, float]:
    """Events/s of each, medians of `repeats` rounds in turn."""
    events = sample(ours)
    few = events.select(slice(theirs))
    file = as_pylhe(few)
    rates: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        ours_path, gz_path, theirs_path = (
            Path(folder) / n for n in ("ours.lhe", "ours.lhe.gz", "theirs.lhe")
        )
        rounds: list[tuple[str, int, Path, Callable[[Path], object], bool]] = [
            ("write, hepsym", ours, ours_path, write_ours(events), True),
            ("write, pylhe", theirs, theirs_path, lambda p: file.tofile(str(p)), True),
            ("write .gz, hepsym", ours, gz_path, write_ours(events), True),
            ("read, hepsym", ours, ours_path, lambda p: [len(e) for e in LheReader(p)], False),
            (
                "read, pylhe",
                theirs,
                theirs_path,
                lambda p: sum(1 for _ in pylhe.LHEFile.fromfile(str(p)).events),
                False,
            ),
        ]
        write_ours(few)(Path(folder) / "warm.lhe")  # the kernel is compiled here
        for _ in range(repeats):
            for name, n, path, work, fresh in rounds:
                rates.setdefault(name, []).append(n / seconds(work, path, fresh=fresh))
        same = all(
            (e.momenta.view(np.uint64) == events.momenta[:theirs].view(np.uint64)).all()
            for e in [ev.concatenate(list(LheReader(ours_path))).select(slice(theirs))]
        )
        exact = all(
            [[p.e, p.px, p.py, p.pz] for p in event.particles] == momenta
            for event, momenta in zip(
                pylhe.LHEFile.fromfile(str(ours_path)).events, few.momenta.tolist(), strict=False
            )
        )
    found = {name: statistics.median(values) for name, values in rates.items()}
    return found | {"bit_exact": float(same and exact)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=500_000)
    parser.add_argument("--peer-events", type=int, default=20_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    found = measure(given.events, given.peer_events, given.repeats)
    if not found.pop("bit_exact"):
        raise SystemExit("the file does not give back the same bits")
    for name, rate in found.items():
        print(f"{name:<20} {rate:>12,.0f} events/s")
    rows = [
        row(f"LHE {what}ing, 17 digits", found, what, goal)
        for what, goal in (("write", TARGET), ("read", None))
    ]
    for made in rows:
        goal = "" if made["target"] is None else f" (target {made['target']:g})"
        print(f"{made['what']}: {made['ratio']:.1f} x pylhe{goal}; bit-exact by both readers")
    if given.json:
        given.json.write_text(
            json.dumps({"rows": rows, "all": found, "events": given.events}, indent=2) + "\n"
        )


def row(title: str, found: dict[str, float], what: str, target: float | None) -> dict[str, object]:
    ours, theirs = found[f"{what}, hepsym"], found[f"{what}, pylhe"]
    return {
        "what": title.replace("writeing", "writing"),
        "hepsym": ours,
        "peer": theirs,
        "peer_name": "pylhe",
        "ratio": ours / theirs,
        "unit": "events/s",
        "target": target,
    }


if __name__ == "__main__":
    main()
