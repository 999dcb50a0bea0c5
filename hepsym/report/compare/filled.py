"""What is kept of a sample? Histograms of every observable, and some of its events; memory does not grow."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepsym.analysis.compare import Sums, cell_of
from hepsym.errors import InputError
from hepsym.report.compare.sources import Block, Source
from hepsym.report.run.control import edges_for

__all__ = ["Binning", "Filled", "binning", "fill"]

Floats = NDArray[np.float64]

FINE = 1024
"""Cells of equal probability, in which Kolmogorov-Smirnov and the smooth test look."""
KEPT = 20_000
"""Events kept of each sample, for the classifier and for how the tests depend on each other."""


@dataclass(frozen=True, slots=True, eq=False)
class Binning:
    """How one observable is binned."""

    name: str
    latex: str | None
    unit: str
    period: float | None
    edges: Floats
    """Of the bins that are shown, and in which chi-squared is computed."""
    fine: Floats
    """Edges of the fine cells; the first and the last cell are open."""


@dataclass(slots=True, eq=False)
class Filled:
    """One sample in histograms."""

    events: int
    weighted: bool
    shown: list[Sums]
    """An entry an observable: underflow, bins, overflow (with NaN)."""
    fine: list[Sums]
    kept: Floats
    """(k, observables): values of k events drawn at random"""
    kept_weights: Floats


def binning(name: str, beginnings: Sequence[Sequence[Block]], bins: int) -> Binning | None:
    """Bins of an observable, from the first events of all samples pooled; None where it does not vary.

    Counts get bins of whole numbers, an angle its period, a cosine [-1, 1], the rest the central
    99.8 %. What lies outside is under- or overflow, and part of the tests.
    """
    answers = [block.ask(name) for blocks in beginnings for block in blocks]
    values = np.concatenate([a.values for a in answers])
    finite = values[np.isfinite(values)]
    spread = float(np.ptp(finite)) if finite.size else 0.0
    # What is constant but for rounding holds no physics: a difference in the last bit is none.
    if len(finite) == len(values) and spread <= 1e-9 * max(1.0, float(np.abs(finite).max(initial=0.0))):
        return None
    first = answers[0]
    if not finite.size:
        return None
    distinct = np.unique(finite[:4096])
    if first.whole or (len(distinct) <= 40 and (distinct == np.rint(distinct)).all()):
        edges = _of_counts(finite, bins)
    else:
        edges = edges_for(finite, name=name, period=first.period, bins=bins)
    ordered = np.sort(finite)
    fine = np.unique(ordered[np.arange(1, FINE) * len(ordered) // FINE])
    return Binning(name, first.latex, first.unit, first.period, edges, fine)


def _of_counts(values: Floats, bins: int) -> Floats:
    low, high = np.floor(np.quantile(values, [0.0, 0.999]))
    step = max(1.0, np.ceil((high - low + 1.0) / bins))
    return np.arange(low - 0.5, high + 0.5 + step, step)


def fill(
    source: Source,
    binnings: Sequence[Binning],
    seed: int,
    progress: Callable[[int], None] | None = None,
) -> Filled:
    """Go through a sample once. Raises InputError for damaged files, and for weights that are not finite."""
    rng = np.random.default_rng([seed, 1])
    shown = [Sums.empty(len(b.edges) + 1) for b in binnings]
    fine = [Sums.empty(len(b.fine) + 1) for b in binnings]
    kept, kept_weights, keys = np.empty((0, len(binnings))), np.empty(0), np.empty(0)
    events, weighted = 0, False
    for block in source.blocks():
        weights = block.weights
        if weights is not None and not np.isfinite(weights).all():
            bad = int(np.flatnonzero(~np.isfinite(weights))[0])
            raise InputError(f"{source.path}: the weight of event {events + bad + 1} is {weights[bad]}")
        values = np.empty((len(binnings), len(block)))
        for i, b in enumerate(binnings):
            values[i] = block.ask(b.name).values
            shown[i] += Sums.of(cell_of(values[i], b.edges), len(b.edges) + 1, weights)
            fine[i] += Sums.of(cell_of(values[i], b.fine), len(b.fine) + 1, weights)
        # The KEPT smallest of random keys: every event has the same chance, wherever it stands.
        key = rng.random(len(block))
        bar = np.partition(keys, KEPT - 1)[KEPT - 1] if len(keys) >= KEPT else np.inf
        chosen = np.flatnonzero(key < bar)
        keys = np.concatenate([keys, key[chosen]])
        kept = np.concatenate([kept, values[:, chosen].T])
        kept_weights = np.concatenate(
            [kept_weights, np.ones(len(chosen)) if weights is None else weights[chosen]]
        )
        if len(keys) > KEPT:
            best = np.sort(np.argpartition(keys, KEPT - 1)[:KEPT])
            keys, kept, kept_weights = keys[best], kept[best], kept_weights[best]
        events += len(block)
        weighted = weighted or (weights is not None and bool(np.ptp(weights) > 0.0))
        if progress is not None:
            progress(len(block))
    return Filled(events, weighted, shown, fine, kept, kept_weights)
