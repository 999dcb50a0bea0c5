"""What is said of an event besides its momenta? Flavours, colour flow, helicities, scales, weights.

Each is drawn with the chances that its contributions to the event's rate have, from uniforms of a
stream of their own, so that momenta do not depend on what is recorded.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from hepsym.generators.integration import Points
from hepsym.generators.partons.luminosity import pick_pairs
from hepsym.generators.process import Column, Columns
from hepsym.generators.scattering.groups import choose, member_offsets
from hepsym.generators.scattering.integrand import ScatteringIntegrand
from hepsym.generators.scattering.layout import Layout
from hepsym.generators.scattering.variations import Variation

__all__ = ["NUMBERS", "RECORD", "Record"]

Array = NDArray[np.float64]
Rows = NDArray[np.int64]
RECORD = np.uint64(4)
"""Stream of the uniforms."""
NUMBERS = 4
"""Uniforms an event takes: partons, final state, colour flow, helicities."""


class Record:
    """The columns of a process, and how they are filled."""

    def __init__(
        self, integrand: ScatteringIntegrand, plan: Layout, variations: Sequence[Variation], alpha: float
    ) -> None:
        self._integrand = integrand
        self._plan = plan
        self._variations = tuple(variations)
        self._alpha = alpha
        members = [m for g in integrand.groups for m in g.members]
        self._first = member_offsets(integrand.groups)
        self._ids = np.array([self._with_nodes(m) for m in members], dtype=np.int32)
        self._flows = [plan.tags(g.element.flows) for g in integrand.groups]
        self.columns = self._columns(plan.legs)

    @property
    def first_ids(self) -> tuple[int, ...]:
        """PDG ids of the first subprocess, all legs."""
        return tuple(self._ids[0].tolist())

    def _with_nodes(self, member: Sequence[int]) -> list[int]:
        ids = np.zeros(self._plan.legs, dtype=np.int32)
        ids[list(self._plan.external)] = member
        for (place, _), pdg in zip(self._plan.nodes, self._plan.node_ids, strict=True):
            ids[place] = pdg
        return [int(i) for i in ids]

    def _columns(self, legs: int) -> Mapping[str, Column]:
        columns = {"spins": Column("i1", (legs, 1))}
        if (self._ids != self._ids[0]).any():
            columns["pdg_ids"] = Column("i4", (legs,))
        if self._plan.nodes:
            columns["masses"] = Column("f8", (legs,))
            columns["mothers"] = Column("i1", (legs, 2))
        if any(flows.any() for flows in self._flows):
            columns["colours"] = Column("i2", (legs, 2))
        if self._integrand.collision.pdf is not None or self._integrand.powers.any():
            columns |= {name: Column("f8") for name in ("scale", "aqcd", "aqed")}
        return columns | {f"weight:{v.name}": Column("f8") for v in self._variations}

    def fill(
        self, columns: Columns, rows: Rows, points: Points, which: Rows, u: Array, weights: Array
    ) -> None:
        """Complete rows of the columns for the points `which`; u (m, NUMBERS), weights (m,) of the events."""
        momenta = points.momenta[which]
        groups = self._groups(points, which, u[:, 0])
        if "pdg_ids" in columns:
            columns["pdg_ids"][rows] = self._ids[self._members(points, which, groups, u[:, 1])]
        if "masses" in columns:
            columns["mothers"][rows] = self._plan.mothers
            columns["masses"][rows] = self._masses(momenta)
        self._quantum_numbers(columns, rows, momenta, groups, u)
        if "scale" in columns:
            q2 = points.scales[which]
            columns["scale"][rows] = np.sqrt(q2[:, 0] if self._integrand.pairs is None else q2[:, 1])
            columns["aqcd"][rows] = self._integrand.alpha_s(q2[:, 0])
            columns["aqed"][rows] = self._alpha
        for variation in self._variations:
            ratio = self._integrand.varied(points, which, variation.factors, variation.pdf())
            columns[f"weight:{variation.name}"][rows] = weights * ratio

    def _groups(self, points: Points, which: Rows, u: Array) -> Rows:
        if len(self._integrand.groups) == 1:
            return np.zeros(len(which), dtype=np.int64)
        return choose(self._integrand.shares(points, which), u)

    def _members(self, points: Points, which: Rows, groups: Rows, u: Array) -> Rows:
        """Number of each event's subprocess among all groups' members."""
        pairs = self._integrand.pairs
        if pairs is None:  # all members of a group are equally likely
            count = np.diff(self._first)[groups]
            inside: Rows = np.minimum((u * count).astype(np.int64), count - 1)
            return np.asarray(self._first[groups] + inside)
        one, two = self._integrand.parton_densities(points.fractions[which], points.scales[which, 1])
        out = np.empty(len(which), dtype=np.int64)
        pick_pairs(one, two, pairs.columns, pairs.first, groups, u, out)
        return out

    def _masses(self, momenta: Array) -> Array:
        masses = np.empty((len(momenta), self._plan.legs))
        masses[:, list(self._plan.external)] = self._integrand.groups[0].element.masses
        for place, ends in self._plan.nodes:
            p = momenta[:, list(ends)].sum(axis=1)
            square = (p[:, 0] - p[:, 3]) * (p[:, 0] + p[:, 3]) - p[:, 1] ** 2 - p[:, 2] ** 2
            masses[:, place] = np.sqrt(np.maximum(square, 0.0))
        return masses

    def _quantum_numbers(self, columns: Columns, rows: Rows, momenta: Array, groups: Rows, u: Array) -> None:
        for number, group in enumerate(self._integrand.groups):
            own = np.flatnonzero(groups == number) if len(self._integrand.groups) > 1 else slice(None)
            at = momenta[own]
            if not len(at):
                continue
            if "colours" in columns:
                flows = self._flows[number]
                chances = group.element.flow_weights(at) if len(flows) > 1 else np.ones((len(at), 1))
                columns["colours"][rows[own]] = flows[choose(chances, u[own, 2])]
            if "spins" not in columns:
                continue
            spins = np.full((len(at), self._plan.legs), 9, dtype=np.int8)
            helicities = group.element.helicities
            spins[:, list(self._plan.external)] = helicities[
                choose(group.element.helicity_weights(at), u[own, 3])
            ]
            columns["spins"][rows[own], :, 0] = spins
