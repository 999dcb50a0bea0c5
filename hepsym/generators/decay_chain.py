"""The decay of one particle through a chain of others, flat in phase space: B0 > K*0 gamma, K*0 > K+ pi-.

Every coupling is a constant and every intermediate state a propagator of fixed width, so that
|M|^2 = prod 1 / ((s - m^2)^2 + m^2 Gamma^2) over states that are not sharp (a state whose mass is
asked to be flat has the density 1 / 2M in s instead). Sharp two-body chains need no rejection;
others try points (i, 0), (i, 1), ... Weights are relative, of mean 1: no rate is predicted.
"""

import math
import threading
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from hepsym import constants
from hepsym.errors import InputError
from hepsym.generators.cards.card import Card
from hepsym.generators.cards.process_string import Node, Subprocess, single_process
from hepsym.generators.decay_shape import DecayShape, law_of
from hepsym.generators.integration import Integrand, Maximum, Points, accepted, maximum_of
from hepsym.generators.integration.adaptation import BATCH
from hepsym.generators.integration.draws import INTEGRATION, WEIGHTED_POINTS, uniforms_of
from hepsym.generators.integration.integrand import Density
from hepsym.generators.phasespace import mass_laws
from hepsym.generators.phasespace.cascades.program import Law
from hepsym.generators.phasespace.cascades.tree import Decay, Leaf, Tree
from hepsym.generators.phasespace.draws import check_open
from hepsym.generators.process import (
    NO_COLUMNS,
    Array,
    Column,
    Columns,
    CrossSection,
    Distribution,
    Generator,
)
from hepsym.generators.scattering.layout import layout
from hepsym.random import key as philox_key

__all__ = ["DecayChain", "is_decay_chain"]

Key = tuple[np.uint64, np.uint64]
SAMPLE = 65_536
"""Points that the mean and the maximum of the weights are found from."""
EVENTS = 0
"""Stream of sharp chains' events."""
_NOTHING = Density((), np.empty(0))


def is_decay_chain(subprocess: Subprocess) -> bool:
    """Whether one particle decays and a hadron is among the legs or the states between."""

    def ids(node: Node) -> list[int]:
        return [node.pdg, *(i for product in node.products for i in ids(product))]

    everything = [*subprocess.incoming, *(i for node in subprocess.outgoing for i in ids(node))]
    return len(subprocess.incoming) == 1 and any(100 < abs(i) < 9_900_000 for i in everything)


class DecayChain(Generator):
    """Legs: the particle at rest (status -1), then as declared, a state before its products (2, 1)."""

    overweights = True

    def __init__(self, card: Card) -> None:
        """Raises InputError for a process that is not the decay of one particle, or a closed one."""
        self.card = card
        process = single_process(card.process)
        if len(process.incoming) != 1:
            raise InputError(f"process = {card.process!r} is no decay; one particle must stand before the >")
        (parent,) = process.incoming
        plan = layout(1, process.outgoing)
        shapes: Mapping[str, DecayShape] = getattr(card, "decay", {})
        self._shapes = {constants.pdg_id(name): shape for name, shape in shapes.items()}
        self._refuse_unknown({parent, *plan.node_ids})
        self.tree = Tree(Decay(tuple(self._part(node) for node in process.outgoing)))
        self.parent_mass = card.sqrt_s
        check_open(self.tree, self.parent_mass)
        self._check_states()
        slots = np.empty(plan.legs, dtype=np.int64)
        slots[0], *systems = self.tree.systems
        slots[list(plan.external[1:])] = np.arange(len(self.tree.masses))
        slots[[place for place, _ in plan.nodes]] = systems
        self._slots = slots
        self._mothers = plan.mothers
        ids, masses = np.empty(plan.legs, dtype=np.int64), np.empty(plan.legs)
        ids[0], masses[0] = parent, self.parent_mass
        ids[list(plan.external[1:])] = [i for node in process.outgoing for i in node.leaves()]
        masses[list(plan.external[1:])] = self.tree.masses
        self._laws: dict[int, Law] = {}
        for (place, _), pdg in zip(plan.nodes, plan.node_ids, strict=True):
            law = self._law(pdg)
            ids[place] = pdg
            masses[place] = law.low if law.kind == mass_laws.FIXED else card.mass(pdg)
            self._laws[place] = law
        self.pdg_ids = tuple(ids.tolist())
        self.masses = tuple(masses.tolist())
        self.status = plan.status
        self.beams = np.array([[self.parent_mass, 0.0, 0.0, 0.0]])
        self.columns = {}
        if plan.nodes:
            self.columns = {"mothers": Column("i1", (plan.legs, 2))}
        if any(law.kind != mass_laws.FIXED for law in self._laws.values()):
            self.columns |= {"masses": Column("f8", (plan.legs,))}
        self._lock = threading.Lock()
        self._found: tuple[float, float, Maximum] | None = None

    def _refuse_unknown(self, decaying: set[int]) -> None:
        for pdg in self._shapes:
            if not {pdg, -pdg} & decaying:
                names = ", ".join(sorted(constants.name_of(i) for i in decaying))
                raise InputError(
                    f"decay.{constants.name_of(pdg)}: no such particle decays here; there are {names}"
                )

    def _law(self, pdg: int) -> Law:
        """Of a decaying state, its antiparticle's table standing for it too."""
        table = self._shapes.get(pdg, self._shapes.get(-pdg))
        mass = table.mass if table is not None and table.mass is not None else self.card.mass(pdg)
        return law_of(constants.name_of(pdg), mass, _width(self.card, pdg), table)

    def _part(self, node: Node) -> Decay | Leaf:
        if not node.products:
            return Leaf(self.card.mass(node.pdg))
        return Decay(tuple(self._part(product) for product in node.products), self._law(node.pdg))

    def _check_states(self) -> None:
        least = sum(_least(part) for part in self.tree.decay.parts)
        if not least < self.parent_mass:
            raise InputError(
                f"the decay {self.card.process!r} is closed: its products take {least:g} GeV of "
                f"{self.parent_mass:g} GeV; lower a mass, or the low end of a state's range"
            )

    @property
    def beam_ids(self) -> None:
        """See Generator.beam_ids: nothing collides."""
        return

    def cross_section(self) -> CrossSection:
        """1, without unit: couplings are not known. The error is that of the weights' mean."""
        mean, error, _ = self._scan()
        return CrossSection(1.0, error / mean, 1.0, "1")

    def efficiency(self) -> float:
        """See Generator.efficiency."""
        return 1.0 if self.tree.sharp else self._scan()[2].efficiency

    def _scan(self) -> tuple[float, float, Maximum]:
        """Mean, its error, and maximum of the weights, from a key of their own."""
        with self._lock:
            if self._found is None:
                key = philox_key(0, " ".join(str(i) for i in self.pdg_ids))
                rows = np.arange(SAMPLE)
                u = uniforms_of(rows, np.zeros(SAMPLE, np.int64), self.tree.dimensions, INTEGRATION, key)
                weight = self.points(u)[1]
                error = 0.0 if self.tree.sharp else float(weight.std()) / math.sqrt(SAMPLE)
                most = maximum_of(weight, self.card.integration.overweight)
                self._found = float(weight.mean()), error, most
            return self._found

    def points(self, u: Array) -> tuple[Array, Array]:
        """Momenta of all legs (n, legs, 4) and weights |M|^2 dPhi/du (n,) of uniforms (n, dimensions)."""
        momenta, weight = np.empty((len(u), self.legs, 4)), np.empty(len(u))
        self.tree.forward_slots(u, self.parent_mass, momenta, weight, self._slots)
        return momenta, weight * self.me2(momenta)

    def fill(self, out: Array, first: int, key: Key, columns: Columns = NO_COLUMNS) -> None:
        """See Generator.fill."""
        fixed = self.legs - out.shape[1]
        if self.tree.sharp:
            self.tree.fill_slots(
                out, np.empty(len(out)), self.parent_mass, first, key, self._slots[fixed:], EVENTS
            )
            if "weights" in columns:
                columns["weights"][:] = 1.0
            self._record(columns, slice(None), out, fixed)
            return
        mean, _, most = self._scan()

        def keep(
            rows: NDArray[np.int64], _trials: NDArray[np.int64], points: Points, which: NDArray[np.int64]
        ) -> None:
            out[rows] = points.momenta[which, fixed:]
            if "weights" in columns:
                excess = np.maximum(points.weight[which] / most.weight, 1.0)
                columns["weights"][rows] = most.event_weight * excess / mean
            self._record(columns, rows, points.momenta[which], 0)

        accepted(_Chain(self), _NOTHING, most.weight, first, len(out), key, keep, efficiency=most.efficiency)

    def fill_weighted(
        self, out: Array, weights: Array, first: int, key: Key, columns: Columns = NO_COLUMNS
    ) -> None:
        """See Generator.fill_weighted; weights are relative, of mean 1."""
        mean = self._scan()[0]
        fixed = self.legs - out.shape[1]
        for start in range(0, len(out), BATCH):
            rows = np.arange(start, min(start + BATCH, len(out)))
            zeros = np.zeros(len(rows), np.int64)
            u = uniforms_of(first + rows, zeros, self.tree.dimensions, WEIGHTED_POINTS, key)
            momenta, weight = self.points(u)
            out[rows], weights[rows] = momenta[:, fixed:], weight / mean
            self._record(columns, rows, momenta, 0)

    def _record(self, columns: Columns, rows: NDArray[np.int64] | slice, momenta: Array, fixed: int) -> None:
        if "mothers" in columns:
            columns["mothers"][rows] = self._mothers
        if "masses" in columns:
            masses = np.tile(self.masses, (len(momenta), 1))
            for place, law in self._laws.items():
                if law.kind != mass_laws.FIXED:
                    masses[:, place] = np.sqrt(_square(momenta[:, place - fixed]))
            columns["masses"][rows] = masses

    def me2(self, momenta: Array) -> Array:
        """prod 1 / ((s - m^2)^2 + m^2 Gamma^2), GeV^-4 a state, of (n, legs, 4) momenta; 1 if sharp."""
        made = np.ones(len(momenta))
        for place, law in self._laws.items():
            if law.kind == mass_laws.BREIT_WIGNER:
                made /= (_square(momenta[:, place]) - law.m2) ** 2 + law.mg**2
            elif law.kind == mass_laws.FLAT:
                made /= 2.0 * np.sqrt(_square(momenta[:, place]))
        return made

    def distributions(self) -> Mapping[str, Distribution]:
        """None is given in closed form."""
        return {}

    def figures(self) -> Mapping[str, float]:
        """Share of points that become events."""
        return {"acceptance": self.efficiency()}

    def resolved(self) -> Card:
        """See Generator.resolved."""
        masses = {constants.name_of(abs(i)): self.card.mass(i) for i in self.pdg_ids if i != 22}
        states = [
            self.pdg_ids[place] for place, law in self._laws.items() if law.kind == mass_laws.BREIT_WIGNER
        ]
        widths = {constants.name_of(abs(i)): _width(self.card, i) for i in states}
        update = {"masses": self.card.masses | masses, "widths": self.card.widths | widths}
        return self.card.model_copy(update=update)


class _Chain(Integrand):
    """The points of a chain, as unweighting asks for them."""

    def __init__(self, chain: DecayChain) -> None:
        self._chain = chain
        self.axes = (chain.tree.dimensions,)

    def evaluate(self, u: Array, density: Density) -> Points:  # noqa: ARG002 - nothing is adapted
        """See Integrand.evaluate."""
        own = np.ascontiguousarray(u[:, : self.axes[0]])
        return Points(*self._chain.points(own))


def _least(part: Decay | Leaf) -> float:
    if isinstance(part, Leaf):
        return part.mass
    own = 0.0 if part.law is None else part.law.low
    return max(own, sum(_least(p) for p in part.parts))


def _width(card: Card, pdg: int) -> float | None:
    """GeV; None where neither the card nor the PDG has one."""
    try:
        return card.width(pdg)
    except InputError:
        return None


def _square(p: Array) -> Array:
    """s of momenta (n, 4)."""
    along = np.sqrt(p[:, 1] ** 2 + p[:, 2] ** 2 + p[:, 3] ** 2)
    return np.asarray((p[:, 0] - along) * (p[:, 0] + along))
