"""Which events does a training see that makes them as it goes? Those of a card and a seed, by their number.

Events 0, 1, 2, ... are for training. Those from KEPT on are kept aside for scaling, validation, test and
analysis, and no training ever reaches them.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.events.event import Events
from hepsym.events.table import events_table
from hepsym.generators.cards.card import Card, card_from_toml, to_toml
from hepsym.generators.production.generate import (
    Filler,
    assemble,
    generator_for,
    provenance_of,
    stream_name,
    template_of,
)
from hepsym.random import key

__all__ = ["KEPT", "EventStream"]

KEPT = 1 << 48
"""Number of the first event kept aside: 2.8e14 events lie before it."""
EQUAL = 0.99
"""Effective over actual number of events above which a sample counts as unweighted."""


class EventStream:
    """Rows of a table of events that no file holds; row i is a function of (card, seed, i) alone."""

    def __init__(
        self, card: Card, seed: int, columns: Sequence[str] | None = None, *, threads: int | None = None
    ) -> None:
        """columns: as of `hepsym.events.table.events_table`; those of the outgoing legs by default."""
        self.card, self.seed, self.columns = card, seed, columns
        self._generator = generator_for(card)
        self._filler = Filler(self._generator, seed, threads=1 if threads is None else threads)
        self._template = template_of(self._generator, fixed=False)
        self._provenance = provenance_of(self._generator, 1, seed)

    def events(self, first: int, n: int) -> Events:
        """Events first .. first + n - 1, those that `generate` with this seed gives."""
        out = np.empty((n, self._generator.legs, 4))
        columns = self._filler.columns(n)
        with self._filler.running() as fill:
            fill(out, columns, first)
        return assemble(self._template, out, columns, self._provenance)

    def rows(self, first: int, n: int) -> NDArray[np.float64]:
        """The table (n, columns) of `events`. Raises InputError where the stream ends: at KEPT events."""
        if first < KEPT < first + n:
            raise InputError(f"a training sees at most {KEPT} events of a stream")
        return events_table(self.events(first, n), self.columns).values

    def kept(self, n: int) -> Events:
        """The first n events that are kept aside. Raises InputError where events do not count alike."""
        events = self.events(KEPT, n)
        weights = events.weights
        if weights is not None and np.ptp(weights) > 1e-6 * np.abs(weights).max():
            alike = weights.min() > 0.0 and weights.sum() ** 2 >= EQUAL * n * (weights**2).sum()
            if not alike:
                raise InputError(
                    f"the events of {self.card.name or self.card.process} have weights, but a fit counts all "
                    "alike: raise integration.calls on the card"
                )
        return events

    def to_json(self) -> dict[str, Any]:
        """All that is needed to make the stream again, as JSON values."""
        return {
            "kind": "online",
            "card": to_toml(self._generator.resolved()),
            "name": self.card.name,
            "seed": self.seed,
            "columns": None if self.columns is None else list(self.columns),
            "stream": stream_name(self._generator),
            "key": [int(k) for k in key(self.seed, stream_name(self._generator))],
            "kept_from": KEPT,
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "EventStream":
        """Inverse of `to_json`. Raises InputError for a card that cannot be."""
        card = card_from_toml(str(values["card"]), str(values.get("name") or ""))
        return cls(card, int(values["seed"]), values.get("columns"))
