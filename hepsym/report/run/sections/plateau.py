"""Does the count of relevant latents stand still over beta and seeds?"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from hepsym.report.page.drawing import Drawing, drawn
from hepsym.report.page.html import Markup, join, tag
from hepsym.report.page.section import Section, beside, table
from hepsym.report.page.style import INK, MUTED, PAPER, SERIES, look, new_figure

__all__ = ["counts_table", "section"]


def section(analysis: Mapping[str, Any]) -> Section:
    """The number of relevant latents in every training of the sweep, and the plateau."""
    relevant = analysis.get("relevant") or {}
    betas, counts = counts_table(relevant)
    caveat = relevant.get("caveat") or analysis.get("caveat")
    words = join(
        _words(relevant),
        _by_rule(relevant),
        tag("p", tag("strong", "Read with care. "), caveat) if caveat else None,
    )
    if betas:
        with look():
            words = beside(words, _plot(betas, counts, relevant))
    return Section("plateau", "How many, whatever β and the seed", words)


def counts_table(relevant: Mapping[str, Any]) -> tuple[list[float], list[list[int]]]:
    """(betas, counts of every seed at each beta); empty where the analysis made no sweep."""
    betas = relevant.get("betas") or []
    counts = relevant.get("counts") or []
    if len(betas) != len(counts):
        return [], []
    return [float(beta) for beta in betas], [[int(c) for c in row] for row in counts]


def _words(relevant: Mapping[str, Any]) -> Markup:
    value, low, high = (relevant.get(key) for key in ("value", "low", "high"))
    rule = relevant.get("rule") or "the counting rule of the analysis"
    if value is None:
        said = "There is no plateau: the count never stands still between neighbouring values of β"
        said += f" (between {low} and {high} over the sweep)." if low is not None else "."
    else:
        said = f"{value} relevant latents, between {low} and {high} over the seeds and β of the plateau."
    words = relevant.get("words")
    return tag("p", said, " " + str(words) + "." if words else "", f" Counted by: {rule}.")


def _by_rule(relevant: Mapping[str, Any]) -> Markup | None:
    rules = relevant.get("by_rule")
    if not isinstance(rules, Mapping) or not rules:
        return None
    own = (relevant.get("this_run") or {}).get("by_rule") or {}
    rows = [
        (
            rule.replace("_", " "),
            "no plateau" if found.get("value") is None else str(found["value"]),
            f"{found.get('low')} to {found.get('high')}",
            str(own.get(rule, "–")),
        )
        for rule, found in rules.items()
    ]
    return table("The count by every rule", ("Rule", "Plateau", "Interval", "This run"), rows)


def _plot(betas: list[float], counts: list[list[int]], relevant: Mapping[str, Any]) -> Drawing:
    figure = new_figure(4.4, 3.1)
    axes = figure.subplots()
    plateau = [float(beta) for beta in relevant.get("plateau_betas") or []]
    if plateau and relevant.get("value") is not None:
        step = (betas[-1] / betas[0]) ** (0.4 / max(len(betas) - 1, 1)) if len(betas) > 1 else 1.3
        axes.axvspan(min(plateau) / step, max(plateau) * step, color=SERIES[0], alpha=0.12, lw=0)
        axes.axhline(relevant["value"], color=SERIES[0], lw=1.2, ls="--")
    for beta, row in zip(betas, counts, strict=True):
        for count, times in Counter(row).items():
            share = times / len(row)
            axes.scatter(beta, count, s=40 + 210 * share, color=SERIES[0], zorder=3, lw=0)
            axes.text(beta, count, str(times), color=PAPER, ha="center", va="center", fontsize=8.5, zorder=4)
    axes.set_xscale("log")
    axes.set_xticks(betas, [f"{beta:g}" for beta in betas])
    axes.minorticks_off()
    axes.set_xlabel(r"$\beta$")
    axes.set_ylabel("relevant latents")
    top = max(max(row) for row in counts)
    axes.set_ylim(-0.7, top + 0.8)
    axes.set_yticks(range(0, top + 1, 1 if top < 12 else 2))
    axes.margins(x=0.09)
    axes.grid(axis="y")
    axes.tick_params(colors=MUTED, labelcolor=INK)
    seeds = len(counts[0])
    caption = join(
        tag("strong", "Count of relevant latents"),
        f" for {len(betas)} values of β and {seeds} seeds each; a dot says how many seeds gave it.",
        " Shaded: the plateau." if plateau else "",
    )
    return drawn(
        figure, "plateau-counts", alt="Number of relevant latents against beta, a dot for each count.",
        caption=caption, header=("beta", *(f"seed {i}" for i in range(seeds))),
        rows=[(beta, *row) for beta, row in zip(betas, counts, strict=True)],
    )  # fmt: skip
