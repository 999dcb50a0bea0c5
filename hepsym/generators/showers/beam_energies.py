"""What collides, and with which energy each? Asked of a file whose events are to be showered."""

import gzip
import zlib
from pathlib import Path

import numpy as np

from hepsym.errors import InputError
from hepsym.events.event import INCOMING, Events

__all__ = ["beams_of"]

MOST_LINES = 1_000_000
"""Before <init>; hepsym.events has read the file by then and found it sane."""
PARTONS = {0, 1, 2, 3, 4, 5, 6, 21}


def beams_of(source: str | Path, events: Events) -> tuple[tuple[int, int], tuple[float, float]]:
    """PDG ids and energies (GeV) of the beams, +z first.

    From an LHE file's <init> block; else the provenance's, with half of sqrt_s each; else what comes in
    in the first event. Raises InputError where these are partons: nobody then knows the beams.
    """
    source_of = events.provenance
    beams = source_of.beams
    energies = _init_energies(Path(source))
    if energies is None and source_of.sqrt_s is not None:
        energies = (source_of.sqrt_s / 2.0, source_of.sqrt_s / 2.0)
    shape = events.momenta.shape[:2]
    incoming = np.flatnonzero(np.broadcast_to(events.status, shape)[0] == INCOMING)
    if len(incoming) != 2:
        raise InputError(f"{source} has {len(incoming)} incoming particles in an event: two beams are needed")
    if beams is None or 0 in beams:
        ids = np.broadcast_to(events.pdg_ids, shape)[0]
        beams = (int(ids[incoming[0]]), int(ids[incoming[1]]))
    if energies is None:
        e = events.momenta[0, incoming, 0]
        energies = (float(e[0]), float(e[1]))
    if {abs(b) for b in beams} & PARTONS:
        raise InputError(
            f"{source} does not say what its beams are: particles {beams[0]} and {beams[1]} are partons"
        )
    return beams, energies


def _init_energies(path: Path) -> tuple[float, float] | None:
    """EBMUP of an LHE file; None for other files, and where they are not positive."""
    name = path.name.lower()
    if not name.endswith((".lhe", ".lhe.gz")):
        return None
    try:
        with gzip.open(path, "rb") if name.endswith(".gz") else path.open("rb") as file:
            inside = False
            for _ in range(MOST_LINES):
                words = file.readline(1 << 20).split()
                if inside and len(words) >= 4:
                    one, two = (
                        float(w.decode("ascii").replace("d", "e").replace("D", "e")) for w in words[2:4]
                    )
                    return (one, two) if one > 0.0 and two > 0.0 else None
                inside = inside or (
                    bool(words) and words[0].startswith(b"<init") and not words[0].startswith(b"<initrwgt")
                )
    except (OSError, EOFError, ValueError, zlib.error):
        return None
    return None
