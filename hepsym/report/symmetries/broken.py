"""Which observable shows that a flow is broken? The column whose distribution the flow changes most."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import ks_2samp

from hepsym.report.page.drawing import Drawing, drawn
from hepsym.report.page.html import join, tag
from hepsym.report.page.labels import p_equals
from hepsym.report.page.style import INK, SERIES, new_figure
from hepsym.report.symmetries.flows import Flow, column_label, moved

__all__ = ["broken_figure", "changed_most"]

Floats = NDArray[np.float64]

DISTANCES = (0.5, 1.0, 2.0, 3.0)
"""Rows are carried by so many standard deviations (rms, at the first speed); the most telling is drawn."""

BINS = 40

SEEN = 0.01


def changed_most(flow: Flow, rows: Floats) -> tuple[int, float, float, float]:
    """(column, distance moved, KS distance, p-value) of what changes most when half of the rows are moved.

    The other half stays, so that the two samples are independent; p is Bonferroni's over columns and
    distances.
    """
    half = len(rows) // 2
    still, before = rows[:half], rows[half:]
    size = np.maximum(np.abs(rows).max(axis=0), 1e-300)
    best, tests = (0, DISTANCES[0], 0.0, 1.0), 0
    for distance in DISTANCES:
        carried = moved(flow, before, distance)
        # Rounding moves a column that the flow leaves alone: no difference.
        changed = np.abs(carried - before).max(axis=0) > 1e-9 * size
        for j in np.flatnonzero(changed):
            test = ks_2samp(still[:, j], carried[:, j], method="asymp")
            tests += 1
            if test.statistic > best[2]:
                best = (int(j), distance, float(test.statistic), float(test.pvalue))
    return (*best[:3], min(1.0, best[3] * max(tests, 1)))


def broken_figure(flow: Flow, rows: Floats, names: Sequence[str], index: int, words: str) -> Drawing:
    """That column before and after the flow; call it inside `style.look()`."""
    j, far, distance, p = changed_most(flow, rows)
    half = len(rows) // 2
    still, carried = rows[:half, j], moved(flow, rows[half:], far)[:, j]
    edges = np.histogram_bin_edges(
        np.concatenate([still, carried]),
        BINS,
        range=tuple(np.quantile(np.append(still, carried), (0.01, 0.99))),
    )
    figure = new_figure(4.0, 3.2)
    axes = figure.subplots()
    densities = []
    for values, colour, label in ((still, INK, "as they are"), (carried, SERIES[1], "moved")):
        density = np.histogram(values, edges)[0] / len(values) / np.diff(edges)
        axes.stairs(density, edges, color=colour, lw=1.5, label=label)
        densities.append(density)
    axes.set_xlabel(column_label(names[j]))
    axes.set_ylabel("density")
    axes.set_ylim(bottom=0.0)
    axes.legend(loc="best")
    axes.grid(axis="y")
    return drawn(
        figure, f"broken-{index}",
        alt=f"Histograms of {names[j]} of rows as they are and of rows moved by {flow.name}.",
        caption=join(
            tag("strong", flow.name), f". {words} Shown by ", names[j],
            f" of half of the rows, carried by {far:g} standard deviations, beside the other half: "
            f"KS distance {distance:.3f}, {p_equals(p)}.",
            "" if p < SEEN else " No single column shows it clearly.",
        ),
        header=("low", "high", "as_they_are", "moved"),
        rows=list(zip(map(float, edges[:-1]), map(float, edges[1:]), map(float, densities[0]),
                      map(float, densities[1]), strict=True)),
    )  # fmt: skip
