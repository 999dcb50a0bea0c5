"""How do two histograms look beside one another? Shapes, their ratio, and the pulls, the reference first."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepsym.analysis.compare import Sums, difference
from hepsym.report.compare.filled import Binning
from hepsym.report.page.drawing import Drawing, drawn
from hepsym.report.page.histograms import histogram, uhi_json
from hepsym.report.page.html import Markup, join, tag
from hepsym.report.page.labels import axis_label, named, p_equals, pretty
from hepsym.report.page.style import GRID, INK, MUTED, SERIES, SOFT, new_figure

__all__ = ["figure", "filled_histogram"]

Floats = NDArray[np.float64]


def figure(
    binned: Binning, sums: Sequence[Sums], names: Sequence[str], tested: Sequence[Mapping[str, Any]]
) -> Drawing:
    """One observable of all samples; call it inside `style.look()`.

    Densities are normalised to one, under- and overflow included. A ratio's error is that of the
    sample alone, the reference's own is the band; a pull is the difference of the two shapes over
    its standard deviation under one law.
    """
    made = new_figure(4.0, 4.3)
    upper, middle, lower = made.subplots(3, 1, sharex=True, height_ratios=(3, 1.2, 1.0))
    widths, centres = np.diff(binned.edges), 0.5 * (binned.edges[1:] + binned.edges[:-1])
    shapes = [_shape(s) for s in sums]
    colours = [INK, *SERIES]
    for (shape, error), name, colour in zip(shapes, names, _cycled(colours, len(names)), strict=True):
        upper.stairs(shape / widths, binned.edges, baseline=None, color=colour, lw=1.4, label=_short(name))
        upper.errorbar(centres, shape / widths, error / widths, fmt="none", ecolor=colour, elinewidth=0.8)
    upper.set_ylabel(f"1/N dN/dx{f' [1/{binned.unit}]' if binned.unit else ''}")
    upper.set_ylim(bottom=min(0.0, float(min((s / widths).min() for s, _ in shapes))))
    upper.ticklabel_format(axis="y", scilimits=(-3, 4), useMathText=True)
    upper.legend(loc="best")
    upper.grid(axis="y")
    rows = _panels(middle, lower, binned, sums, shapes, _cycled(colours, len(names)))
    lower.set_xlabel(axis_label(binned.name, binned.latex, binned.unit))
    lower.set_xlim(binned.edges[0], binned.edges[-1])
    return drawn(
        made, f"compare-{binned.name}",
        alt=f"Histograms of {pretty(binned.name)} of {len(sums)} samples in {len(widths)} bins, "
        "with ratios to the first and pulls below.",
        caption=_caption(binned, tested, names),
        header=("low", "high", *(f"{what}_{k}" for k in range(len(sums)) for what in ("shape", "error")),
                *(f"{what}_{k}" for k in range(1, len(sums)) for what in ("ratio", "pull"))),
        rows=rows, histograms=_uhi(binned, sums, names),
    )  # fmt: skip


def _uhi(binned: Binning, sums: Sequence[Sums], names: Sequence[str]) -> str:
    """All samples by name, the reference first, as filled: not normalised."""
    return uhi_json({name: filled_histogram(s, binned) for name, s in zip(names, sums, strict=True)})


def filled_histogram(sums: Sums, binned: Binning) -> Any:
    """One sample's histogram of one observable, as boost-histogram has it."""
    return histogram(sums.weights, sums.squares, binned.edges, name=binned.name, unit=binned.unit)


def _cycled(colours: Sequence[str], n: int) -> list[str]:
    return [colours[k % len(colours)] for k in range(n)]


def _short(name: str) -> str:
    shown = "".join(c if c.isprintable() else "�" for c in name)
    return (shown if len(shown) <= 28 else f"…{shown[-27:]}").replace("$", r"\$")


def _shape(sums: Sums) -> tuple[Floats, Floats]:
    """Fractions in the bins and their errors, flow left out."""
    return sums.weights[1:-1] / sums.total, np.sqrt(sums.squares[1:-1]) / abs(sums.total)


def _panels(
    middle: Any,
    lower: Any,
    binned: Binning,
    sums: Sequence[Sums],
    shapes: Sequence[tuple[Floats, Floats]],
    colours: Sequence[str],
) -> list[list[float | None]]:
    """Draw ratios and pulls; returns the rows of the figure's table."""
    edges = binned.edges
    centres = 0.5 * (edges[1:] + edges[:-1])
    base, base_error = shapes[0]
    some = base > 0.0
    relative = np.divide(base_error, base, out=np.zeros_like(base), where=some)
    middle.stairs(1.0 + relative, edges, baseline=1.0 - relative, fill=True, color=SOFT, alpha=0.45, lw=0)
    for axes in (middle, lower):
        axes.axhline(1.0 if axes is middle else 0.0, color=INK, lw=1.0)
        axes.grid(axis="y", color=GRID)
        axes.tick_params(axis="y", colors=MUTED, labelcolor=INK)
    columns: list[Floats] = [edges[:-1], edges[1:], *(x for shape in shapes for x in shape)]
    reach, far = 0.0, 3.0
    for other, (shape, error), colour in zip(sums[1:], shapes[1:], colours[1:], strict=True):
        between = difference(sums[0], other)
        # C_kk of the difference's covariance (hepsym.analysis.compare.difference)
        variance = between.v - 2.0 * between.p * between.v + between.p**2 * between.v.sum()
        pull = np.divide(-between.d, np.sqrt(np.maximum(variance, 0.0)), out=np.full_like(variance, np.nan),
                         where=variance > 0.0)[1:-1]  # fmt: skip
        ratio, spread = (
            np.divide(x, base, out=np.full_like(base, np.nan), where=some) for x in (shape, error)
        )
        good = some & (shape != 0.0)
        middle.errorbar(centres[good], ratio[good], spread[good], fmt="o", ms=2.0, lw=0.8, color=colour)
        lower.stairs(np.nan_to_num(pull), edges, baseline=0.0, fill=True, color=colour, alpha=0.55, lw=0)
        if good.any():
            # Bins that hold next to nothing would leave no room for the others.
            sure = good & (spread <= 3.0 * np.median(spread[good]))
            reach = max(reach, float(np.max(np.abs(ratio[sure] - 1.0) + spread[sure])))
        far = max(far, float(np.nanmax(np.abs(pull), initial=0.0)))
        columns += [ratio, pull]
    reach = float(np.clip(1.15 * reach, 0.002, 1.0))
    middle.set_ylim(1.0 - reach, 1.0 + reach)
    lower.set_ylim(-1.1 * far, 1.1 * far)
    middle.set_ylabel("ratio")
    lower.set_ylabel("pull")
    return [[float(x) if np.isfinite(x) else None for x in row] for row in np.stack(columns, axis=1)]


def _caption(binned: Binning, tested: Sequence[Mapping[str, Any]], names: Sequence[str]) -> Markup:
    parts: list[object] = [tag("strong", named(binned.name)), ". "]
    for result, name in zip(tested, names[1:], strict=True):
        of = f"{name}: " if len(tested) > 1 else ""
        parts.append(
            f"{of}χ² / ndf = {result['chi2']:.1f} / {result['ndf']}, {p_equals(result['p_chi2'])}; "
            f"KS {p_equals(result['p_ks'])}; smooth {p_equals(result['p_smooth'])}; "
            f"slope {p_equals(result['p_slope'])}. "
        )
    return join(*parts)
