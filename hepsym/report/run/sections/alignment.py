"""Which observables does each relevant latent follow, and what can be read off all of them together?"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepsym.report.page.drawing import Drawing, drawn
from hepsym.report.page.html import Markup, join, tag
from hepsym.report.page.labels import axis_label, named, r_squared, value_error
from hepsym.report.page.section import Section, figures, table
from hepsym.report.page.style import INK, MUTED, PAPER, SERIES, look, new_figure
from hepsym.report.run.sections.relevance import estimate

__all__ = ["recovered", "section"]

_ROWS = 16
"""At most so many observables in a figure; the CSV has all."""

Cells = dict[tuple[str, int], tuple[float, float]]
"""(observable, latent): (value, error)."""


def section(analysis: Mapping[str, Any], relevant: Sequence[int], latex: Mapping[str, str]) -> Section:
    """Maps of mutual information and of R², what is recovered, and the links as a table.

    latex: how an observable is written, by its name, as far as that is known.
    """
    latents = [entry for entry in analysis.get("latents") or [] if entry.get("observables")]
    latents.sort(key=lambda entry: (entry["index"] not in relevant, entry["index"]))
    information = _cells(latents, "mutual_information")
    found = recovered(analysis)
    drawings: list[Drawing] = []
    with look():
        if found:
            drawings.append(_recovered_plot(found, latex))
        if information:
            alone = "R² of each observable from one latent alone"
            told = "Mutual information of each latent and each observable"
            names = _ranked(information)
            drawings.append(_map("mutual-information", told, names, information, latex, limit=None))
            drawings.append(_map("r2-alone", alone, names, _cells(latents, "r2"), latex, limit=1.0))
    intro = tag(
        "p",
        "All numbers come from test events that the training never saw. R² is that of a small regression "
        "that is scored on events it was not fitted to; an angle counts through its sine and cosine. Mutual "
        "information is in nats, less the mean of a permutation null. Latents may stand rotated against the "
        "observables: then no single latent gives one, but all of them together do.",
    )
    return Section("alignment", "What the latents mean", join(intro, figures(drawings), _links(latents)))


def recovered(analysis: Mapping[str, Any]) -> list[tuple[str, float, float]]:
    """(observable, R², error) from all relevant latents together, best first; without a value, left out."""
    found = []
    for entry in analysis.get("recovered") or []:
        value, error = estimate({"value": entry.get("r2"), "error": entry.get("error")})
        if np.isfinite(value):
            found.append((str(entry.get("observable", "?")), value, error))
    return sorted(found, key=lambda entry: -entry[1])


def _cells(latents: Sequence[Mapping[str, Any]], key: str) -> Cells:
    return {
        (str(link.get("name", "?")), int(latent["index"])): estimate(link.get(key))
        for latent in latents
        for link in latent["observables"]
    }


def _ranked(cells: Cells) -> list[str]:
    best: dict[str, float] = {}
    for (name, _), (value, _) in cells.items():
        best[name] = max(best.get(name, -np.inf), value if np.isfinite(value) else -np.inf)
    return sorted(best, key=lambda name: -best[name])


def _map(
    anchor: str,
    words: str,
    names: Sequence[str],
    cells: Cells,
    latex: Mapping[str, str],
    *,
    limit: float | None,
) -> Drawing:
    columns = list(dict.fromkeys(latent for _, latent in cells))
    shown = names[:_ROWS]
    grid = np.asarray([[cells.get((n, c), (np.nan, np.nan))[0] for c in columns] for n in shown])
    figure = new_figure(4.0, 0.7 + 0.27 * len(shown))
    axes = figure.subplots()
    _paint(axes, grid, limit)
    axes.set_xticks(np.arange(len(columns)) + 0.5, [f"$z_{{{c}}}$" for c in columns])
    axes.set_yticks(np.arange(len(shown)) + 0.5, [axis_label(n, latex.get(n)) for n in shown])
    more = f" The {len(shown)} strongest of {len(names)}; the CSV has all." if len(names) > len(shown) else ""
    return drawn(
        figure, anchor, alt=f"{words}: a map, observables down, latents across.",
        caption=join(tag("strong", words), f".{more}"), header=("observable", "latent", "value", "error"),
        rows=[(n, f"z{c}", *cells.get((n, c), (None, None))) for n in names for c in columns],
    )  # fmt: skip


def _paint(axes: Any, grid: NDArray[np.float64], limit: float | None) -> None:
    """Cells whose opacity is the value over the limit: that reads on a light and on a dark page."""
    from matplotlib.patches import Rectangle

    finite = grid[np.isfinite(grid)]
    top = limit or max(float(finite.max(initial=0.0)), 1e-12)
    for (row, column), value in np.ndenumerate(grid):
        share = float(np.clip(np.nan_to_num(value) / top, 0.0, 1.0))
        axes.add_patch(
            Rectangle(
                (column + 0.03, row + 0.05), 0.94, 0.9, facecolor=SERIES[0], alpha=0.04 + 0.96 * share, lw=0
            )
        )
        said = f"{value:.2f}" if np.isfinite(value) else "–"
        axes.text(
            column + 0.5,
            row + 0.52,
            "0.00" if said == "-0.00" else said,
            ha="center",
            va="center",
            fontsize=8.5,
            color=PAPER if share > 0.5 else INK,
        )
    axes.set(xlim=(0, grid.shape[1]), ylim=(grid.shape[0], 0))
    axes.tick_params(length=0, top=True, labeltop=True, bottom=False, labelbottom=False)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)


def _recovered_plot(found: Sequence[tuple[str, float, float]], latex: Mapping[str, str]) -> Drawing:
    shown = found[:_ROWS]
    figure = new_figure(4.0, 0.8 + 0.27 * len(shown))
    axes = figure.subplots()
    places = np.arange(len(shown))
    values = np.asarray([value for _, value, _ in shown])
    errors = np.nan_to_num([error for *_, error in shown])
    axes.barh(places, np.clip(values, 0.0, None), height=0.66, color=SERIES[2], zorder=2)
    axes.errorbar(values, places, xerr=errors, fmt="none", ecolor=INK, elinewidth=1.1, capsize=2.0, zorder=3)
    for place, value in enumerate(values.tolist()):
        axes.text(1.03, place, r_squared(value), va="center", fontsize=8.5)
    axes.set_yticks(places, [_target_label(name, latex) for name, *_ in shown])
    axes.set(xlim=(min(0.0, float(values.min(initial=0.0)) * 1.05), 1.24), ylim=(len(shown) - 0.4, -0.6))
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1.0])
    axes.axvline(1.0, color=MUTED, lw=0.8)
    axes.set_xlabel("$R^2$ from all relevant latents")
    axes.grid(axis="x")
    axes.tick_params(axis="y", length=0)
    more = f" The best {len(shown)} of {len(found)}; the CSV has all." if len(found) > len(shown) else ""
    return drawn(
        figure, "recovered", alt="R squared of every observable from all relevant latents together, as bars.",
        caption=join(
            tag("strong", "What the relevant latents know together"), f": held-out R² with its error.{more}"
        ),
        header=("observable", "r2", "error"), rows=found,
    )  # fmt: skip


def _target_label(name: str, latex: Mapping[str, str]) -> str:
    function, _, rest = name.partition(" ")
    if function in {"sin", "cos"} and rest in latex:
        return axis_label(name, rf"\{function}\,{latex[rest]}")
    return axis_label(name, latex.get(name))


def _links(latents: Sequence[Mapping[str, Any]]) -> Markup | None:
    rows = []
    for latent in latents:
        for link in [link for link in latent["observables"] if link.get("follows", True)][:5]:
            rank, circle = link.get("spearman"), link.get("circular_linear")
            rows.append(
                (
                    f"z{latent['index']}",
                    named(str(link.get("name", "?"))),
                    _cell(link.get("mutual_information")),
                    _cell(rank) if rank is not None else "–",
                    _cell(circle) if circle is not None else "–",
                    _cell(link.get("r2")),
                    _cell(link.get("monotone_r2")) if link.get("monotone_r2") is not None else "–",
                )
            )
    if not rows:
        return None
    header = (
        "Latent",
        "Observable",
        "Mutual information [nats]",
        "Spearman ρ",
        "Circular R²",
        "R²",
        "Monotone R²",
    )
    caption = "The five observables that each latent follows most closely"
    return tag("details", tag("summary", "Numbers with errors"), table(caption, header, rows))


def _cell(value: Any) -> str:
    number, error = estimate(value)
    return value_error(number, error) if np.isfinite(number) else "–"
