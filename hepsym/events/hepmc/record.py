"""How do legs with mothers become particles and vertices of a HepMC record, and back?"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.events.event import INCOMING, INTERMEDIATE, OUTGOING

__all__ = [
    "ATTRIBUTES", "DEFAULT_WEIGHT", "KEY", "LIST", "LONGEST_LINE", "PARTICLE_COLUMNS", "STATUS", "Graph",
    "carried", "from_status", "graph_of", "import_pyhepmc", "mothers_of",
]  # fmt: skip

LONGEST_LINE = 262_000
"""Bytes; HepMC3's reader has a buffer of 2^18 for a line and reads nothing of a file with a longer one."""
KEY = "hepsym"
"""The run's attribute with provenance and columns, as JSON."""
DEFAULT_WEIGHT = "Default"
STATUS = {INCOMING: 4, OUTGOING: 1, INTERMEDIATE: 2}
"""Beam particle, final, decayed: HepMC's codes."""
ATTRIBUTES = {
    "scale": "event_scale",
    "aqed": "alphaQED",
    "aqcd": "alphaQCD",
    "process_id": "signal_process_id",
}
"""HepMC's names of what an event says of itself."""
PARTICLE_COLUMNS = {"mothers", "colours", "lifetimes", "spins"}
LIST = "weights"


def import_pyhepmc() -> Any:
    """The module, late. Raises InputError where it is not installed."""
    try:
        import pyhepmc
    except ModuleNotFoundError:
        raise InputError(
            "HepMC files need pyhepmc, which is not installed: pip install 'hepsym[io]'"
        ) from None
    pyhepmc.Setup.print_errors = pyhepmc.Setup.print_warnings = False  # onto stdout, beside our JSON
    pyhepmc.Setup.debug_level = 0
    return pyhepmc


def carried(name: str, column: NDArray[Any]) -> bool:
    """Whether an event record has a place for this column: as a weight, or as an attribute."""
    if name in PARTICLE_COLUMNS or name in ATTRIBUTES or name == LIST or name.startswith("weight:"):
        return True
    return column.ndim == 1 and column.dtype.kind in "iuf" and name.isprintable() and " " not in name


@dataclass(frozen=True, slots=True)
class Graph:
    """Vertices of one event: legs, from 0, that go in and come out of each."""

    vertices: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]
    exact: bool
    """Whether `mothers` can be had back from them."""


def graph_of(mothers: list[list[int]]) -> Graph:
    """The vertices of an event whose legs have these first and last mothers (from 1, 0 for none).

    Legs with the same mothers come out of one vertex; vertices that share a mother are one, as a
    particle ends once. A leg whose mother stands after it has no place in HepMC's order: it stays alone.
    """
    where: dict[int, int] = {}
    vertices: list[tuple[list[int], list[int]]] = []
    exact = True
    for leg, (first, last) in enumerate(mothers):
        ins = range(first - 1, max(first, last)) if first > 0 else range(last - 1, last) if last > 0 else ()
        if not ins:
            continue
        if max(ins) >= leg:
            exact = False
            continue
        vertex = next((where[i] for i in ins if i in where), len(vertices))
        if vertex == len(vertices):
            vertices.append(([], []))
        for i in ins:
            if i not in where:
                where[i] = vertex
                vertices[vertex][0].append(i)
            exact = exact and where[i] == vertex
        vertices[vertex][1].append(leg)
    made = tuple((tuple(a), tuple(b)) for a, b in vertices)
    return Graph(made, exact and mothers_of(made, len(mothers)) == mothers)


def mothers_of(vertices: Any, legs: int) -> list[list[int]]:
    """First and last mother of each leg, from 1; the second is 0 where there is one only."""
    mothers = [[0, 0] for _ in range(legs)]
    for ins, outs in vertices:
        for leg in outs:
            mothers[leg] = [min(ins) + 1, max(ins) + 1 if len(ins) > 1 else 0] if ins else [0, 0]
    return mothers


def from_status(codes: NDArray[Any]) -> NDArray[np.int8]:
    """Our codes of HepMC's: 4 is a beam, 1 final; whatever else is inside the event."""
    return np.where(codes == 4, INCOMING, np.where(codes == 1, OUTGOING, INTERMEDIATE)).astype(np.int8)
