"""What do the figures of jet studies look like? Histograms, curves with bands, pictures of jets."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from hepsym.report.jets.contenders import WORDS
from hepsym.report.page.drawing import Drawing, drawn
from hepsym.report.page.html import Markup, join, tag
from hepsym.report.page.section import figures
from hepsym.report.page.style import INK, MUTED, SERIES, new_figure

__all__ = ["curves", "histograms", "pictures"]

DASHES = ("-", "--", ":")


def pen(i: int) -> dict[str, Any]:
    """Colour and dash of the i-th line: six colours, then again with another dash."""
    return {"color": SERIES[i % len(SERIES)], "ls": DASHES[i // len(SERIES) % len(DASHES)]}


def histograms(
    name: str, counts: Mapping[str, Sequence[int]], bins: Sequence[float], label: str, of: str
) -> Drawing:
    """Steps of each model, normalised to unit area; "true" filled."""
    figure = new_figure(4.4, 3.2)
    axes = figure.subplots()
    edges = np.asarray(bins)
    lines = [n for n in counts if n != "true"]
    for n, values in counts.items():
        density = np.asarray(values) / max(sum(values), 1) / np.diff(edges)
        if n == "true":
            axes.stairs(density, edges, fill=True, color=MUTED, alpha=0.25, label="true")
        else:
            axes.stairs(density, edges, label=WORDS.get(n, n).replace("p_T", "$p_T$"), **pen(lines.index(n)))
    axes.set_xlabel(label.replace("p_T", "$p_T$").replace("η_jet", "$η_{jet}$"))
    axes.set_ylabel(f"{of}, normalised")
    axes.legend(fontsize=8)
    rows = zip(edges[:-1], edges[1:], *counts.values(), strict=True)
    return drawn(
        figure, name, alt=f"Histograms of the {label} for each model.",
        caption=join(tag("strong", label), ". Values beyond the ends are in the last bins."),
        header=("from", "to", *counts), rows=[tuple(float(v) for v in row) for row in rows],
    )  # fmt: skip


def curves(
    name: str,
    x: Sequence[float],
    lines: Mapping[str, Sequence[tuple[float, float]]],
    *,
    labels: tuple[str, str],
    caption: str,
    scales: tuple[str, str] = ("log", "log"),
    bound: Mapping[float, float] | None = None,
) -> Drawing:
    """Lines (value, error) over x, errors as bars; `bound` marks (x, y) that are to be stayed below."""
    figure = new_figure(4.6, 3.3)
    axes = figure.subplots()
    for i, (n, points) in enumerate(lines.items()):
        values, errors = np.asarray(points, dtype=np.float64).T
        axes.errorbar(x, values, errors, marker="o", ms=3, capsize=2, label=WORDS.get(n, n), **pen(i))
    for at, most in (bound or {}).items():
        axes.scatter([at], [most], marker="v", s=36, color=INK, zorder=4)
    axes.set_xscale(scales[0])
    axes.set_yscale(scales[1])
    axes.set_xlabel(labels[0])
    axes.set_ylabel(labels[1])
    axes.grid(axis="y")
    axes.legend(fontsize=8)
    header = ("x", *(f"{n}{end}" for n in lines for end in ("", ", error")))
    rows = [(float(v), *(float(c) for n in lines for c in lines[n][i])) for i, v in enumerate(x)]
    return drawn(figure, name, alt=caption, caption=caption, header=header, rows=rows)


def pictures(jets: Mapping[str, Sequence[Sequence[Sequence[float]]]]) -> Markup:
    """Jets (SHOWN, P, 3) = (eta, phi, p_T) relative to the axis: a figure a model, its area the p_T."""
    made = []
    for n, shown in jets.items():
        if n == "true":
            continue
        figure = new_figure(6.6, 2.5)
        panels = figure.subplots(1, len(shown), sharex=True, sharey=True, squeeze=False)[0]
        rows = []
        for k, panel in enumerate(panels):
            for kind, colour, jet in (("true", MUTED, jets["true"][k]), (n, SERIES[0], shown[k])):
                eta, phi, pt = np.asarray(jet, dtype=np.float64).T
                there = pt > 0
                area = 900 * pt[there] + 1
                panel.scatter(eta[there], phi[there], s=area, facecolors="none", edgecolors=colour, lw=1.0)
                rows += [(k + 1, kind, *map(float, row)) for row in np.stack([eta, phi, pt], 1)[there]]
            panel.set_xlim(-0.4, 0.4)
            panel.set_ylim(-0.4, 0.4)
            panel.set_xlabel(r"$\eta$ − $\eta_{jet}$")
        panels[0].set_ylabel(r"$\phi$ − $\phi_{jet}$")
        title = WORDS.get(n, n)
        made.append(drawn(
            figure, f"picture-{n}", alt=f"Three jets and what {title} makes of them.",
            caption=join(tag("strong", title), ": true particles grey, reconstructed ones blue; area: p_T."),
            header=("jet", "kind", "eta", "phi", "pt"), rows=rows, wide=True,
        ))  # fmt: skip
    return figures(made)
