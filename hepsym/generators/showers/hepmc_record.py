"""How does Pythia's event record become the graph of vertices and particles that HepMC3 keeps?"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import RunError

__all__ = ["Record", "final_rows", "gen_event", "mothers_of", "records_of", "vertices_of"]

Record = Mapping[str, NDArray[Any]]
"""By column: id, status, mother1, mother2, m (n,); p (n, 4) E, x, y, z, GeV; vertex (n, 4) t, x, y, z, mm."""

BEAM_ROWS = (1, 2)
"""Row 0 of Pythia's record is the whole event."""
FINAL, DECAYED, BEAM = 1, 2, 4
"""HepMC3's status codes; 11 to 200 are a generator's own, here Pythia's without their sign."""


def records_of(batch: Any) -> list[Record | None]:
    """The columns of each event that `nextBatch` gave; None for those that did not come to their end."""
    import awkward as ak

    missing = ak.to_numpy(ak.is_none(batch))
    if missing.all():  # then the array does not know what an event is
        return [None] * len(missing)
    events = ak.drop_none(batch)
    ends = np.cumsum(ak.to_numpy(ak.num(events.prt)))
    prt = ak.flatten(events.prt)
    nowhere = {"px": 0.0, "py": 0.0, "pz": 0.0, "e": 0.0}
    columns = {name: ak.to_numpy(prt[name]) for name in ("id", "status", "mother1", "mother2", "m")}
    for name, four in (("p", prt.p), ("vertex", ak.fill_none(prt.vProd, nowhere, axis=0))):
        columns[name] = np.stack([ak.to_numpy(four[c]) for c in ("e", "px", "py", "pz")], axis=1)
    spans = iter(zip([0, *ends[:-1].tolist()], ends.tolist(), strict=True))
    found: list[Record | None] = []
    for gone in missing.tolist():
        if gone:
            found.append(None)
            continue
        first, last = next(spans)
        found.append({name: column[first:last] for name, column in columns.items()})
    return found


def mothers_of(record: Record) -> list[tuple[int, ...]]:
    """Rows of each particle's mothers, by Pythia's rules for the pair (mother1, mother2).

    One mother where the second is 0 or the same; all from the first to the second for hadrons of a string
    (status 81 to 86) or of R-hadrons (101 to 106); else two. Source: Pythia 8.3 manual, "Particle
    Properties".
    """
    found: list[tuple[int, ...]] = []
    columns = (record["mother1"].tolist(), record["mother2"].tolist(), np.abs(record["status"]).tolist())
    for one, two, status in zip(*columns, strict=True):
        if one == 0 and two == 0:
            found.append(())
        elif two in (0, one):
            found.append((one,))
        elif one == 0:
            found.append((two,))
        elif one < two and (81 <= status <= 86 or 101 <= status <= 106):
            found.append(tuple(range(one, two + 1)))
        else:
            found.append((one, two))
    return found


def statuses(record: Record) -> list[int]:
    """HepMC3's status of each row: 4 beam, 1 final, 2 hadrons and leptons that decayed, else Pythia's."""
    status = record["status"]
    size = np.abs(status)
    kind = np.abs(record["id"])
    decayed = (status < 0) & (size > 80) & (size < 100) & ((kind > 100) | ((kind > 10) & (kind < 23)))
    out = np.where(status > 0, FINAL, np.where(decayed, DECAYED, size))
    out[list(BEAM_ROWS)] = BEAM
    return [int(s) for s in out.tolist()]


def final_rows(record: Record) -> NDArray[np.intp]:
    """The two beams and the particles that are there at the end."""
    return np.concatenate([np.array(BEAM_ROWS), np.flatnonzero(record["status"] > 0)]).astype(np.intp)


@dataclass(slots=True)
class Vertex:
    """What goes in and what comes out, by row of the record."""

    ins: list[int]
    outs: list[int] = field(default_factory=list)


def vertices_of(record: Record) -> list[Vertex]:
    """The graph's vertices, each after those that what goes into it came out of.

    A particle ends in one vertex only, as HepMC3's graph wants: that of the first row that names it as a
    mother. A row whose mothers have all ended comes out of the first one's vertex. Rows without mothers
    come of the beams.
    """
    ends: dict[int, Vertex] = {}
    began: dict[int, Vertex] = {}
    vertices: list[Vertex] = []
    for row, mothers in enumerate(mothers_of(record)):
        if row == 0 or row in BEAM_ROWS:
            continue
        parents = tuple(m for m in mothers if m > 0) or BEAM_ROWS
        free = [m for m in parents if m not in ends]
        if free:  # joined to where the others end, they might end where they began
            vertices.append(Vertex(free))
            ends |= dict.fromkeys(free, vertices[-1])
        began[row] = ends[free[0] if free else parents[0]]
        began[row].outs.append(row)
    return _in_order(vertices, began, ends)


def _in_order(vertices: list[Vertex], began: dict[int, Vertex], ends: dict[int, Vertex]) -> list[Vertex]:
    """Sorted: Pythia lists what an initial-state shower began with after what came of it."""
    lacking = {id(v): sum(row in began for row in v.ins) for v in vertices}
    ready = deque(v for v in vertices if lacking[id(v)] == 0)
    placed: list[Vertex] = []
    while ready:
        vertex = ready.popleft()
        placed.append(vertex)
        for row in vertex.outs:
            if row in ends:
                following = ends[row]
                lacking[id(following)] -= 1
                if lacking[id(following)] == 0:
                    ready.append(following)
    if len(placed) != len(vertices):
        raise RunError("Pythia's event record goes in circles: another version than 8.317?")
    return placed


def gen_event(pyhepmc: Any, record: Record, number: int, weights: Sequence[float], run: Any) -> Any:
    """A pyhepmc.GenEvent of the whole record, in GeV and mm; a vertex is where its first particle began."""
    event = pyhepmc.GenEvent(run, pyhepmc.Units.GEV, pyhepmc.Units.MM)
    event.event_number = number
    event.weights = list(weights)
    particles: list[Any] = []
    columns = (record["p"].tolist(), record["id"].tolist(), statuses(record), record["m"].tolist())
    for (e, x, y, z), identity, status, mass in zip(*columns, strict=True):
        particle = pyhepmc.GenParticle((x, y, z, e), identity, status)
        particle.generated_mass = mass
        particles.append(particle)
    places = record["vertex"].tolist()
    for vertex in vertices_of(record):
        t, x, y, z = places[vertex.outs[0]]
        made = pyhepmc.GenVertex((x, y, z, t))
        for row in vertex.ins:
            made.add_particle_in(particles[row])
        for row in vertex.outs:
            made.add_particle_out(particles[row])
        event.add_vertex(made)
    return event
