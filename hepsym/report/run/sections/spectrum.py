"""In how many directions does the decoder move?"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from hepsym.report.page.drawing import Drawing, drawn
from hepsym.report.page.html import join, tag
from hepsym.report.page.section import Section, beside
from hepsym.report.page.style import INK, SERIES, SOFT, look, new_figure
from hepsym.report.run.sections.relevance import estimate

__all__ = ["section"]


def section(analysis: Mapping[str, Any]) -> Section | None:
    """Singular values of the decoder's Jacobian, relative to the largest; None where there are none."""
    jacobian = analysis.get("jacobian") or {}
    ratio = jacobian.get("ratio")
    if not isinstance(ratio, list) or not ratio:
        return None
    pairs = [estimate(entry) for entry in ratio]
    number = jacobian.get("count")
    with look():
        drawing = _plot(jacobian, pairs, number)
    return Section(
        "jacobian", "In how many directions the decoder moves", beside(_words(jacobian, number), drawing)
    )


def _plot(jacobian: Mapping[str, Any], pairs: Sequence[tuple[float, float]], number: int | None) -> Drawing:
    figure = new_figure(4.4, 3.1)
    axes = figure.subplots()
    k = np.arange(1, len(pairs) + 1)
    values = np.asarray([value for value, _ in pairs])
    bands = _bands(jacobian, values)
    if bands is not None:
        axes.errorbar(k, values, bands, fmt="none", ecolor=SOFT, elinewidth=5, alpha=0.55, zorder=1)
    errors = np.nan_to_num([error for _, error in pairs])
    axes.errorbar(k, values, errors, fmt="none", ecolor=INK, elinewidth=1.1, capsize=2.5, zorder=3)
    axes.scatter(k, values, s=44, color=[SERIES[0] if number and i <= number else SOFT for i in k], zorder=4)
    smallest = float(values[values > 0].min(initial=1.0))
    if smallest < 0.05:
        axes.set_yscale("log")
        axes.set_ylim(max(1e-4, 0.5 * smallest), 1.6)
    else:
        axes.set_ylim(bottom=0.0)
    axes.set_xticks(k)
    axes.set_xlabel("singular value")
    axes.set_ylabel("median $s_k / s_1$")
    axes.grid(axis="y")
    return drawn(
        figure, "jacobian-spectrum", alt="Singular values of the decoder's Jacobian relative to the largest.",
        caption=join(
            tag("strong", "Spectrum of the decoder's Jacobian"),
            f" at {jacobian.get('points', 'the')} test points: median over points with its error",
            ", and the central 68 % of points (broad bar)" if bands is not None else "", ".",
        ),
        header=("k", "ratio", "error"), rows=[(int(i), *pair) for i, pair in zip(k, pairs, strict=True)],
    )  # fmt: skip


def _words(jacobian: Mapping[str, Any], number: int | None) -> object:
    if number is None:
        return None
    interval = f" (between {jacobian['low']} and {jacobian['high']})" if "low" in jacobian else ""
    return tag(
        "p",
        f"The largest gap in the spectrum stands after {number} direction{'s' if number != 1 else ''}"
        f"{interval}. This counts how the decoder's output moves at a point, so it can be smaller than the "
        "number of relevant latents and nearer to the intrinsic dimension.",
    )


def _bands(jacobian: Mapping[str, Any], values: np.ndarray[Any, np.dtype[np.float64]]) -> Any:
    """Distances from the median to the 16 % and 84 % quantiles over points, as ratios; None without them."""
    quantiles = [jacobian.get(f"ratio_{side}") for side in ("lower", "upper")]
    if not all(isinstance(q, list) and len(q) == len(values) for q in quantiles):
        return None
    lower, upper = (np.asarray(q, dtype=np.float64) for q in quantiles)
    return np.maximum([values - lower, upper - values], 0.0)
