"""Any tree-level process, ready to be drawn: adapted once, then event i is a function of (seed, i).

The grid is adapted and the rate integrated from a key of their own, so that they depend on the card
and not on the seed of the events.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepsym.generators.cards.card import Card
from hepsym.generators.integration import Maximum, Points, Rate, accepted, adapt, integrate, maximum_of
from hepsym.generators.integration.adaptation import BATCH
from hepsym.generators.integration.draws import WEIGHTED_POINTS, uniforms_of
from hepsym.generators.integration.integrand import Density
from hepsym.generators.process import NO_COLUMNS, Array, Columns, CrossSection, Distribution, Generator
from hepsym.generators.scattering.definition import Definition
from hepsym.generators.scattering.record import NUMBERS, RECORD
from hepsym.random import key as philox_key

__all__ = ["Scattering"]

Key = tuple[np.uint64, np.uint64]


@dataclass(frozen=True, slots=True)
class Prepared:
    """What integration left behind."""

    density: Density
    rate: Rate
    maximum: Maximum


class Scattering(Generator):
    """A process of the amplitude engine: two beams or two protons collide, or one particle decays."""

    overweights = True

    def __init__(self, card: Card) -> None:
        self.card = card
        self.definition = Definition.of(card)
        plan, record = self.definition.layout, self.definition.record
        self.pdg_ids = record.first_ids
        self.status = plan.status
        self.masses = self.definition.masses
        self.beams = self.definition.collision.beams
        self.columns = record.columns
        self._lock = threading.Lock()
        self._prepared: Prepared | None = None

    @property
    def beam_ids(self) -> tuple[int, int] | None:
        """See Generator.beam_ids; protons where partons collide."""
        if self.definition.hadrons:
            return self.definition.hadrons
        return (self.pdg_ids[0], self.pdg_ids[1]) if len(self.definition.collision.masses) == 2 else None

    @property
    def prepared(self) -> Prepared:
        """Grid, rate and maximum; found at the first call, by whichever thread comes first."""
        with self._lock:
            if self._prepared is None:
                self._prepared = self._prepare()
            return self._prepared

    def _prepare(self) -> Prepared:
        how, integrand = self.card.integration, self.definition.integrand
        key = philox_key(0, " ".join(str(i) for i in self.pdg_ids))
        adapted = adapt(
            integrand,
            iterations=how.adaptations,
            points=max(how.points // 5, 1000) * max(1, max(integrand.axes) // 4),
            bins=how.bins,
            key=key,
        )
        rate = integrate(
            integrand,
            adapted.density,
            precision=how.precision,
            points=how.points,
            most_points=how.most_points,
            stream=adapted.next_stream,
            key=key,
        )
        return Prepared(adapted.density, rate, maximum_of(rate.weights, how.overweight))

    def cross_section(self) -> CrossSection:
        """See Generator.cross_section: by adaptive Monte Carlo, the error that of the iterations."""
        rate = self.prepared.rate
        unit = "GeV" if len(self.definition.collision.masses) == 1 else "pb"
        return CrossSection(rate.value, rate.error, rate.value, unit)

    def efficiency(self) -> float:
        """See Generator.efficiency."""
        return self.prepared.maximum.efficiency

    def fill(self, out: Array, first: int, key: Key, columns: Columns = NO_COLUMNS) -> None:
        """See Generator.fill."""
        ready, definition = self.prepared, self.definition
        most = ready.maximum
        weights = columns["weights"] if "weights" in columns else np.empty(len(out))
        fixed = 0 if out.shape[1] == self.legs else len(self.beams)

        def keep(
            rows: NDArray[np.int64], trials: NDArray[np.int64], points: Points, which: NDArray[np.int64]
        ) -> None:
            excess = np.maximum(points.weight[which] / most.weight, 1.0)
            weights[rows] = most.event_weight * excess
            definition.layout.spread(out, points.momenta[which], rows, fixed)
            if columns:
                u = uniforms_of(first + rows, trials, NUMBERS, RECORD, key)
                definition.record.fill(columns, rows, points, which, u, weights[rows])

        accepted(
            definition.integrand, ready.density, most.weight, first, len(out), key, keep,
            efficiency=most.efficiency,
        )  # fmt: skip

    def fill_weighted(
        self, out: Array, weights: Array, first: int, key: Key, columns: Columns = NO_COLUMNS
    ) -> None:
        """See Generator.fill_weighted; points outside the cuts have weight 0."""
        ready, definition = self.prepared, self.definition
        fixed = 0 if out.shape[1] == self.legs else len(self.beams)
        for start in range(0, len(out), BATCH):
            rows = np.arange(start, min(start + BATCH, len(out)))
            zeros = np.zeros(len(rows), np.int64)
            u = uniforms_of(first + rows, zeros, definition.integrand.numbers, WEIGHTED_POINTS, key)
            points = definition.integrand.evaluate(u, ready.density)
            weights[rows] = points.weight
            definition.layout.spread(out, points.momenta, rows, fixed)
            if columns:
                inside = np.flatnonzero(points.weight > 0.0)
                usual = {"pdg_ids": self.pdg_ids, "masses": self.masses, "mothers": definition.layout.mothers}
                for name, column in columns.items():  # what is cut away is an event of weight 0 all the same
                    column[rows] = usual.get(name, 0)
                u = uniforms_of(first + rows[inside], zeros[inside], NUMBERS, RECORD, key)
                definition.record.fill(columns, rows[inside], points, inside, u, weights[rows[inside]])

    def me2(self, momenta: Array) -> Array:
        """See Generator.me2: of the first subprocess, at the matrix element's own legs."""
        return np.asarray(self.definition.integrand.groups[0].element.me2(momenta))

    def distributions(self) -> Mapping[str, Distribution]:
        """None is known in closed form."""
        return {}

    def figures(self) -> Mapping[str, float]:
        """Of the integration, and for a decay its width."""
        ready, exact = self.prepared, self.cross_section()
        found = {
            "chi2_per_dof": ready.rate.chi2_per_dof,
            "chi2_p_value": ready.rate.p_value,
            "integration_points": float(len(ready.rate.weights)),
            "overweight": ready.maximum.overweight,
        }
        if exact.unit == "GeV":
            found |= {"width_gev": exact.value_pb, "width_error_gev": exact.error_pb}
        return found

    def iterations(self) -> Sequence[tuple[int, float, float]]:
        """(points, value, error) of each iteration of the frozen grid."""
        return [(i.points, i.value, i.error) for i in self.prepared.rate.iterations]

    def resolved(self) -> Card:
        """See Generator.resolved."""
        return self.definition.resolved(self.card)
