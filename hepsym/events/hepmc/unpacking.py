"""What is in one HepMC event, as arrays in the order of its particles?"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepsym.events.hepmc.record import from_status, mothers_of

__all__ = ["Unpacked", "unpack"]

_OF_PARTICLES = {"flow1": "colours", "flow2": "colours", "spin": "spins", "lifetime": "lifetimes"}
MEV = 1e-3


@dataclass(slots=True)
class Unpacked:
    """One event."""

    momenta: NDArray[np.float64]
    """(particles, 4): E, x, y, z in GeV."""
    masses: NDArray[np.float64]
    ids: NDArray[np.int32]
    status: NDArray[np.int8]
    mothers: NDArray[np.int32]
    """(particles, 2), from 1, 0 for none."""
    weights: list[float]
    absent: set[str]
    """Names of weights that this event does not have."""
    of_event: dict[str, str]
    """Attributes of the event."""
    of_particles: dict[str, list[tuple[int, str, str]]]
    """By column: particle (from 0), attribute, text."""

    def column(self, name: str) -> NDArray[Any]:
        """(particles, 2) colours, (particles, 1) spins and lifetimes; defaults where nothing is said."""
        if name == "colours":
            table: NDArray[Any] = np.zeros((len(self.ids), 2), dtype=np.int32)
        else:
            table = np.full((len(self.ids), 1), 9.0 if name == "spins" else 0.0)
        for particle, attribute, text in self.of_particles.get(name, []):
            value = float(text)
            if not np.isfinite(value) or (name == "colours" and abs(value) >= 2**31):
                raise ValueError(f"attribute {attribute} = {text!r} is impossible")
            table[particle, 1 if attribute == "flow2" else 0] = value
        return table


def unpack(event: Any, hep: Any) -> Unpacked:
    """The arrays of a pyhepmc.GenEvent. Raises ValueError for attributes that make no sense."""
    if str(event.momentum_unit) != str(hep.Units.GEV):
        event.set_units(hep.Units.GEV, hep.Units.MM)
    held = hep.GenEventData()
    event.write_data(held)
    p = held.particles
    momenta = np.stack([p["e"], p["px"], p["py"], p["pz"]], axis=1)
    with np.errstate(over="ignore", invalid="ignore"):
        size = np.sqrt(p["px"] ** 2 + p["py"] ** 2 + p["pz"] ** 2)
        computed = np.sqrt(np.maximum((p["e"] - size) * (p["e"] + size), 0.0))
    masses = np.where(p["is_mass_set"], p["mass"], computed)
    if not np.isfinite(masses).all():
        raise ValueError("momenta so large that a mass overflows")
    vertices: dict[int, tuple[list[int], list[int]]] = {}
    for a, b in zip(np.asarray(held.links1).tolist(), np.asarray(held.links2).tolist(), strict=True):
        ins, outs = vertices.setdefault(b if a > 0 else a, ([], []))
        (ins if a > 0 else outs).append((a if a > 0 else b) - 1)
    of_event: dict[str, str] = {}
    of_particles: dict[str, list[tuple[int, str, str]]] = {}
    for where, name, text in zip(held.attribute_id, held.attribute_name, held.attribute_string, strict=True):
        if where == 0:
            of_event[name] = text
        elif where > 0 and name in _OF_PARTICLES:
            of_particles.setdefault(_OF_PARTICLES[name], []).append((where - 1, name, text))
    mothers = np.array(mothers_of(vertices.values(), len(p)), dtype=np.int32)
    status = from_status(p["status"])
    if "lhe_mothers" in of_event:
        mothers = _numbers(of_event["lhe_mothers"], 2 * len(p), 0, len(p)).reshape(-1, 2)
    if "lhe_status" in of_event:
        status = _numbers(of_event["lhe_status"], len(p), -127, 127).astype(np.int8)
    return Unpacked(
        momenta, masses, p["pid"].astype(np.int32), status, mothers, list(event.weights),
        _names(of_event.get("absent_weights", "")), of_event, of_particles,
    )  # fmt: skip


def _numbers(text: str, count: int, low: int, high: int) -> NDArray[np.int32]:
    values = [int(t) for t in text.split()]
    if len(values) != count or not all(low <= v <= high for v in values):
        raise ValueError("mothers or status codes that cannot be")
    return np.array(values, dtype=np.int32)


def _names(text: str) -> set[str]:
    import json

    if not text:
        return set()
    try:
        found = json.loads(text)
    except RecursionError:
        raise ValueError("names of weights that are none") from None
    if not isinstance(found, list):
        raise ValueError("names of weights that are none")
    return {str(name) for name in found}
