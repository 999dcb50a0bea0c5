"""How does a flow look on the rows? Its paths from some of them, in the plane in which it moves them most."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import expm

from hepsym.report.page.drawing import Drawing, drawn
from hepsym.report.page.html import join, tag
from hepsym.report.page.labels import MOMENTUM, axis_label
from hepsym.report.page.style import SERIES, SOFT, new_figure

__all__ = ["Flow", "column_label", "flow_figure", "flow_of", "moved"]

Floats = NDArray[np.float64]

POINTS, PATHS, STEPS = 1500, 14, 40
LONGEST = 26
CLEAN = 0.9
"""Share of the motion of two columns that they must give each other to be drawn as axes."""
REACH = 1.5
"""A path is about this long, in standard deviations of a column."""


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """dx/dt = matrix x + push, in column units."""

    name: str
    matrix: Floats
    push: Floats

    def after(self, rows: Floats, time: float) -> Floats:
        """Rows (n, D) carried along for this time: exact, by the exponential of the affine matrix."""
        d = len(self.push)
        affine = np.zeros((d + 1, d + 1))
        affine[:d, :d], affine[:d, d] = self.matrix * time, self.push * time
        carried = expm(affine)
        out: Floats = rows @ carried[:d, :d].T + carried[:d, d]
        return out


def flow_of(generator: Mapping[str, Any], centre: Floats) -> Flow:
    """The flow of a generator as `hepsym symmetries --json` tells it: matrix (x - centre) + shift."""
    matrix = np.asarray(generator["matrix"], dtype=np.float64)
    shift = np.asarray(generator.get("shift") or np.zeros(len(matrix)), dtype=np.float64)
    return Flow(str(generator["name"]), matrix, shift - matrix @ centre)


def column_label(name: str) -> str:
    """A column's name on an axis, as the table has it: a name is no physics, and `a` no photon.

    Momenta of charged or numbered particles, `mu-.px` and `g#2.E`, can be no others: p_x(μ⁻), in GeV.
    """
    if MOMENTUM.fullmatch(name) and set(name) & set("+-~#"):
        return axis_label(name, unit="GeV")
    shown = "".join(c if c.isprintable() else "�" for c in name)
    return (shown if len(shown) <= LONGEST else shown[: LONGEST - 1] + "…").replace("$", r"\$")


def scales_of(rows: Floats) -> Floats:
    """Standard deviations of columns, 1 for a constant one."""
    spread = rows.std(axis=0)
    return np.where(spread > 0, spread, 1.0)


def speed(flow: Flow, rows: Floats) -> float:
    """Root mean square of dx/dt over rows, in standard deviations of each column."""
    rates = (rows @ flow.matrix.T + flow.push) / scales_of(rows)
    return float(np.sqrt((rates**2).sum(axis=1).mean()))


def moved(flow: Flow, rows: Floats, distance: float) -> Floats:
    """Rows carried along so far that they move by `distance` standard deviations (rms, at first)."""
    return flow.after(rows, distance / max(speed(flow, rows), 1e-300))


def plane_of(flow: Flow, rows: Floats, names: Sequence[str]) -> tuple[Floats, tuple[str, str], str]:
    """Two directions (2, D) to draw, their labels, and words for what they are where they are no columns.

    The two columns that move most among those pairs whose motion is told by themselves alone (linear
    regression of their rates on the two of them); else the two directions of most motion, in standard
    deviations of the columns.
    """
    scale = scales_of(rows)
    rates = (rows @ flow.matrix.T + flow.push) / scale
    strength = (rates**2).mean(axis=0)
    d = len(scale)
    if d == 1:
        return np.ones((2, 1)), (column_label(names[0]), column_label(names[0])), ""
    pairs = [(a, b) for a in range(d) for b in range(a + 1, d)]
    told = _told((rows - rows.mean(axis=0)) / scale, rates, pairs)
    score = np.where(told > CLEAN, [strength[a] + strength[b] for a, b in pairs], 0.0)
    if score.max() < 0.5 * strength.max():
        _, _, axes = np.linalg.svd(rates, full_matrices=False)
        spelled = " and ".join(_words(axis, names) for axis in axes[:2])
        return axes[:2] / scale, ("first direction of motion", "second direction of motion"), spelled
    # Equal ones differ by rounding; neighbours in the table are the natural choice.
    equal = np.flatnonzero(score >= (1 - 1e-6) * score.max())
    a, b = pairs[min(equal, key=lambda k: pairs[k][1] - pairs[k][0])]
    chosen = np.zeros((2, d))
    chosen[0, a] = chosen[1, b] = 1.0
    return chosen, (column_label(names[a]), column_label(names[b])), ""


def _told(z: Floats, rates: Floats, pairs: Sequence[tuple[int, int]]) -> Floats:
    """For each pair of columns: the share of their rates' mean square that 1 and the two columns explain."""
    n = len(z)
    cross, second, mean = z.T @ rates / n, z.T @ z / n, rates.mean(axis=0)
    square = (rates**2).mean(axis=0)
    out = np.zeros(len(pairs))
    for k, (a, b) in enumerate(pairs):
        pair = [a, b]
        c = cross[np.ix_(pair, pair)]
        inner = np.linalg.lstsq(second[np.ix_(pair, pair)], c, rcond=1e-9)[0]
        explained = float((c * inner).sum() + (mean[pair] ** 2).sum())
        out[k] = explained / max(float(square[pair].sum()), 1e-300)
    return out


def _words(axis: Floats, names: Sequence[str]) -> str:
    order = np.argsort(-np.abs(axis))[:4]
    return " ".join(f"{axis[k]:+.2f} {names[k]}" for k in order if abs(axis[k]) > 0.05)


def flow_figure(flow: Flow, rows: Floats, names: Sequence[str], words: str, index: int) -> Drawing:
    """The flow from some rows; call it inside `style.look()`."""
    few = rows[:POINTS]
    axes_of, labels, spelled = plane_of(flow, few, names)
    figure = new_figure(4.0, 3.7)
    axes = figure.subplots()
    flat = few @ axes_of.T
    axes.scatter(flat[:, 0], flat[:, 1], s=5, color=SOFT, lw=0, alpha=0.8)
    time = REACH / max(speed(flow, few), 1e-300)
    starts = few[:PATHS]
    paths = np.stack([flow.after(starts, t) for t in np.linspace(0.0, time, STEPS)]) @ axes_of.T
    for k in range(len(starts)):
        x, y = paths[:, k, 0], paths[:, k, 1]
        axes.plot(x, y, color=SERIES[0], lw=1.3)
        axes.annotate(
            "", (x[-1], y[-1]), (x[-3], y[-3]),
            arrowprops={"arrowstyle": "-|>", "color": SERIES[0], "lw": 1.2, "shrinkA": 0, "shrinkB": 0},
        )  # fmt: skip
    _frame(axes, np.concatenate([flat, paths.reshape(-1, 2)]))
    axes.set_xlabel(labels[0])
    axes.set_ylabel(labels[1])
    axes.grid()
    return drawn(
        figure, f"flow-{index}", alt=f"Paths of the flow {flow.name} drawn on the rows.",
        caption=join(tag("strong", flow.name), f". {words}", f" Axes: {spelled}." if spelled else ""),
        header=("path", "step", "x", "y"),
        rows=[(k, s, *map(float, paths[s, k])) for k in range(len(starts)) for s in range(STEPS)],
    )  # fmt: skip


def _frame(axes: Any, points: Floats) -> None:
    """Limits that leave out the farthest hundredth of the points where tails are long."""
    low, high = np.quantile(points, (0.005, 0.995), axis=0)
    margin = 0.08 * np.maximum(high - low, 1e-300)
    low, high = (
        np.maximum(low - margin, points.min(axis=0) - margin),
        np.minimum(high + margin, points.max(axis=0) + margin),
    )
    axes.set_xlim(low[0], high[0])
    axes.set_ylim(low[1], high[1])
