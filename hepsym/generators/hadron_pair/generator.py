"""p p to two particles at the speed of the PDFs: events in one loop where |M|^2 is known in closed form.

The rate, the laws and what is recorded are those of `scattering`; this is a shorter way to the events.
It is taken only where the closed forms agree with the amplitudes at sample points to AGREE.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepsym import constants
from hepsym.errors import InputError
from hepsym.generators.cards.card import Card
from hepsym.generators.cards.process_string import read_process
from hepsym.generators.hadron_pair.cells import Cells
from hepsym.generators.hadron_pair.laws import (
    EXCHANGE,
    GLUONS,
    LAW,
    Pair,
    exchange_weights,
    flow_share,
    helicity_weight,
    me2,
    pair_at,
)
from hepsym.generators.hadron_pair.loops import evaluate, fill
from hepsym.generators.hadron_pair.points import Region
from hepsym.generators.hadron_pair.preparation import (
    CELLS,
    bounds_of,
    estimate,
    levelled,
    rates_at,
    stratified,
)
from hepsym.generators.hadron_pair.setup import physics_of, region_of
from hepsym.generators.hadron_pair.stages import Physics
from hepsym.generators.integration import Maximum, Rate
from hepsym.generators.integration.draws import TRIALS, WEIGHTED_POINTS, uniforms_of
from hepsym.generators.integration.integrand import Density
from hepsym.generators.integration.rate import Iteration
from hepsym.generators.process import NO_COLUMNS, Array, Columns, Generator
from hepsym.generators.scattering.generator import Key, Prepared, Scattering

__all__ = ["HadronPair", "hadron_generator"]

AGREE = 1e-9
TOP = 6
LEVELS = 256
BLOCK = 8192
"""Events made at a time: what is said of them stays in the second-level cache."""

Integers = NDArray[np.int64]
WEIGHTS = "weights"
"""The column of event weights in pb."""


def hadron_generator(card: Card) -> Generator:
    """HadronPair where it can make the card's process, else Scattering."""
    card = _with_stable_tops(card)
    general = Scattering(card)
    definition = general.definition
    if card.variations.scales or card.variations.members:
        return general
    scale, other = card.qcd.scale, card.qcd.factorization_scale
    physics = physics_of(definition, scale, scale if other is None else other)
    if physics is None:
        return general
    made = HadronPair(general, physics)
    return made if made.agrees() else general


def _with_stable_tops(card: Card) -> Card:
    """The card with the width of a top that leaves undecayed set to zero, unless it says one.

    On its mass shell it has none; in the t channel it would break gauge invariance, by 6e-5 of g g > t t~.
    """
    process = read_process(card.process)
    leaves = {abs(pdg) for leg in process.outgoing for pdg in leg}
    if TOP not in leaves or process.decays or any(abs(constants.pdg_id(name)) == TOP for name in card.widths):
        return card
    return card.model_copy(update={"widths": {**card.widths, "t": 0.0}})


@dataclass(frozen=True, slots=True)
class Ready(Prepared):
    """What the loops need besides."""

    region: Region
    cells: Cells


class HadronPair(Scattering):
    """Drell-Yan pairs, W to leptons, heavy quark pairs."""

    def __init__(self, general: Scattering, physics: Physics) -> None:
        vars(self).update(vars(general))  # the same definition: nothing is set up twice
        self._physics = physics
        integrand = self.definition.integrand
        self._grid = integrand.collision.pdf.grid
        self._held = integrand.selection.within_mass_window((0, 1))  # by the bounds of the region
        self._cut = len(integrand.selection.conditions) > len(self._held)
        self._start = region_of(self.definition, physics, LEVELS)
        members = [(g, m) for g, group in enumerate(integrand.groups) for m in group.members]
        self._group = np.array([g for g, _ in members])
        self._ids = np.array([m for _, m in members], dtype=np.int32)
        self._spins = physics.helicities.astype(np.int8)
        self._flows = [_flow_order(g.element.flows) for g in integrand.groups]
        self._tags = np.zeros((len(integrand.groups), 2, 4, 2), dtype=np.int16)
        for g, (group, order) in enumerate(zip(integrand.groups, self._flows, strict=True)):
            tags = self.definition.layout.tags(group.element.flows)
            self._tags[g, : len(order)] = tags[order]

    def agrees(self) -> bool:
        """Whether |M|^2, helicities and flows of every group are the amplitudes' at sample points."""
        physics, r = self._physics, self._start
        points = stratified(0)[:: CELLS // 4 + 1]
        momenta = np.empty((len(points), 4, 4))
        rates_at(physics, r, self._grid, points, momenta)
        reference = self.definition.theory.alpha_s**physics.power
        pairs = [self._pair(event) for event in momenta]
        for g, group in enumerate(self.definition.integrand.groups):
            square = np.array([me2(physics.law, g, pair, r.m3, r.m4) for pair in pairs]) * reference
            if not np.allclose(square, group.element.me2(momenta), rtol=AGREE, atol=0.0):
                return False
            states = physics.helicities[g, : physics.states[g]]
            shares = np.array([self._helicity_shares(g, p, states) for p in pairs])
            if not _proportional(shares, group.element.helicity_weights(momenta)):
                return False
            if physics.law[g, LAW] == GLUONS:
                one = np.array([flow_share(p.p * p.c / p.e3) for p in pairs])
                flows = np.stack([one, 1.0 - one], axis=1)[:, np.argsort(self._flows[g])]
                if not _proportional(flows, group.element.flow_weights(momenta)):
                    return False
        return True

    def _helicity_shares(self, g: int, pair: Pair, states: Array) -> Array:
        physics, r = self._physics, self._start
        if physics.law[g, LAW] != EXCHANGE:
            return np.array([helicity_weight(physics.law, g, pair, *h) for h in states])
        weights = exchange_weights(physics.law, g, pair, r.m3, r.m4)
        return np.asarray(np.bincount(physics.codes[g], weights, minlength=len(states)), dtype=np.float64)

    def _pair(self, event: Array) -> Pair:
        physics, r = self._physics, self._start
        root = 2.0 * math.sqrt(event[0, 0] * event[1, 0])
        e3 = 0.5 * (root + (r.m3 - r.m4) * (r.m3 + r.m4) / root)
        p = math.sqrt((e3 - r.m3) * (e3 + r.m3))
        along = 2.0 * event[0, 0] * (event[2, 0] - event[2, 3])  # 2 p1.p3 = sqrt(s) (E3 - p c)
        c = (e3 - along / root) / p
        return pair_at(root, p, r.m3, r.m4, c, physics.mass_2, physics.width, physics.running)

    def _prepare(self) -> Ready:
        how, physics, grid = self.card.integration, self._physics, self._grid
        region = levelled(physics, self._start, grid)
        bare = np.maximum(
            self._rates(region, stratified(1), uncut=True), self._rates(region, stratified(2), uncut=True)
        )
        iterations: list[Iteration] = []
        drawn: list[Array] = []
        while True:
            drawn.append(self._rates(region, stratified(3 + len(drawn))))
            iterations.append(estimate(drawn[-1]))
            value = float(np.mean([i.value for i in iterations]))
            error = float(np.sqrt(sum(i.error**2 for i in iterations)) / len(iterations))
            done = len(iterations) >= 4 and error <= how.precision * value
            if done or (len(iterations) + 1) * len(bare) > how.most_points:
                break
        if not value > 0.0:
            raise InputError("every point has weight zero: nothing is left of the process; widen the cuts")
        cells = bounds_of(bare, drawn[0], how.overweight)
        kept = np.mean([np.minimum(w.reshape(-1, CELLS), cells.bounds).mean() for w in drawn])
        most = Maximum(
            float(cells.bounds.mean()), float(kept / cells.bounds.mean()), float(1.0 - kept / value)
        )
        rate = Rate(value, error, tuple(iterations), np.concatenate(drawn))
        return Ready(Density((), np.ones(1)), rate, most, region, cells)

    def _rates(self, region: Region, points: Array, *, uncut: bool = False) -> Array:
        """pb at points, 0 where the cuts say so."""
        rates = np.empty(len(points))
        for start in range(0, len(points), BLOCK):
            part = points[start : start + BLOCK]
            momenta = np.empty((0 if uncut or not self._cut else len(part), 4, 4))
            rates[start : start + BLOCK] = rates_at(self._physics, region, self._grid, part, momenta)
            if len(momenta):
                rates[start : start + BLOCK] *= self._passes(momenta)
        return rates

    def _passes(self, momenta: Array) -> NDArray[np.bool_]:
        return self.definition.integrand.selection.passes(momenta[:, 2:], self._held)

    def fill(self, out: Array, first: int, key: Key, columns: Columns = NO_COLUMNS) -> None:
        """See Generator.fill."""
        ready: Ready = self.prepared  # type: ignore[assignment]
        room = _Room(min(BLOCK, len(out)), bool(columns))
        for start in range(0, len(out), BLOCK):
            momenta = out[start : start + BLOCK]
            n = len(momenta)
            events = np.arange(first + start, first + start + n)
            trials = np.zeros(n, dtype=np.int64)
            self._loop(ready, events, trials, key, momenta, room)
            left = np.flatnonzero(~self._passes(momenta) if self._cut else np.zeros(n, bool))
            while len(left):
                again = _Room(len(left), bool(columns))
                retried, tried = np.empty((len(left), 4, 4)), trials[left] + 1
                self._loop(ready, events[left], tried, key, retried, again)
                momenta[left], trials[left] = retried, tried
                room.take(left, again)
                left = left[~self._passes(retried)]
            if columns:
                self._record(columns, slice(start, start + n), room, n)
                columns[WEIGHTS][start : start + n] = ready.maximum.event_weight * room.weights[:n]

    def _loop(
        self, ready: Ready, events: Integers, trials: Integers, key: Key, momenta: Array, room: "_Room"
    ) -> None:
        fill(
            self._physics, ready.region, ready.cells, self._grid, events, trials, TRIALS, *key,
            momenta, room.weights, room.scales, room.chosen,
        )  # fmt: skip

    def fill_weighted(
        self, out: Array, weights: Array, first: int, key: Key, columns: Columns = NO_COLUMNS
    ) -> None:
        """See Generator.fill_weighted; points outside the cuts have weight 0."""
        ready: Ready = self.prepared  # type: ignore[assignment]
        for start in range(0, len(out), BLOCK):
            rows = np.arange(start, min(start + BLOCK, len(out)))
            u = uniforms_of(first + rows, np.zeros(len(rows), np.int64), 6, WEIGHTED_POINTS, key)
            room = _Room(len(rows))
            evaluate(
                self._physics, ready.region, self._grid, u,
                out[rows[0] : rows[-1] + 1], room.weights, room.scales, room.chosen,
            )  # fmt: skip
            weights[rows] = room.weights * (self._passes(out[rows]) if self._cut else 1.0)
            if columns:
                self._record(columns, slice(start, start + len(rows)), room, len(rows))

    def _record(self, columns: Columns, rows: slice, room: "_Room", n: int) -> None:
        """Flavours, colours, helicities and scales of events, as `scattering.record` names them."""
        chosen, scales = room.chosen[:n], room.scales[:n]
        group = self._group[chosen[:, 0]]
        if "pdg_ids" in columns:
            columns["pdg_ids"][rows] = _rows_of(self._ids, chosen[:, 0])
        if "colours" in columns:
            flow = group * self._tags.shape[1] + chosen[:, 1]
            columns["colours"][rows] = _rows_of(self._tags.reshape(-1, *self._tags.shape[2:]), flow)
        if "spins" in columns:
            state = group * self._spins.shape[1] + chosen[:, 2]
            columns["spins"][rows, :, 0] = _rows_of(self._spins.reshape(-1, self._spins.shape[2]), state)
        if "scale" in columns:
            columns["scale"][rows] = np.exp(0.5 * scales[:, 1])
            columns["aqcd"][rows] = self.definition.integrand.alpha_s.at_log(scales[:, 0])
            columns["aqed"][rows] = self.definition.theory.alpha


class _Room:
    """What the loop says of n events besides their momenta."""

    def __init__(self, n: int, described: bool = True) -> None:
        self.weights = np.empty(n)
        self.scales = np.zeros((n, 2))
        self.chosen = np.zeros((n if described else 0, 3), dtype=np.int64)

    def take(self, rows: Integers, other: "_Room") -> None:
        """Replace these rows by another's."""
        self.weights[rows], self.scales[rows] = other.weights, other.scales
        if len(self.chosen):
            self.chosen[rows] = other.chosen


def _rows_of(table: NDArray[Any], rows: Integers) -> NDArray[Any]:
    """table[rows], eight times faster: rows are known to be within."""
    return np.take(table, rows, axis=0, mode="clip")


def _flow_order(flows: NDArray[np.int64]) -> Integers:
    """Numbers of the flows, that which ties leg 0 to leg 2 first."""
    tied = [flow[0, 0] == flow[2, 0] > 0 for flow in flows]
    return np.argsort(~np.array(tied), kind="stable")


def _proportional(one: Array, two: Array) -> bool:
    return bool(np.allclose(one / one.sum(1, keepdims=True), two / two.sum(1, keepdims=True), atol=1e-8))
