"""What was generated, and does it follow the law it should?"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from hepsym.report.page.drawing import Drawing, drawn
from hepsym.report.page.histograms import histogram, uhi_json
from hepsym.report.page.html import Markup, join, tag
from hepsym.report.page.labels import axis_label, compact, named, p_equals, pretty, value_error
from hepsym.report.page.section import Section, figures, table
from hepsym.report.page.style import GRID, INK, MUTED, SERIES, look, new_figure
from hepsym.report.run.control import Control, worst

__all__ = ["section"]

_ALARM = 1e-3
"""A family-wise p-value below this is called a disagreement."""


def section(provenance: Mapping[str, Any], made: str, controls: Sequence[Control], events: int) -> Section:
    """Card, cross section, and a control plot an observable; made is the process in words, or ""."""
    parts: list[Markup | None] = [_facts(provenance, made, events), _verdict(controls)]
    with look():
        parts.append(figures(_control_plot(control) for control in controls))
    card = str(provenance.get("card") or "")
    if card:
        parts.append(tag("details", tag("summary", "The process card"), tag("pre", card)))
    else:
        parts.append(
            tag("p", "The file says nothing of how the events were made: no process card came with it.")
        )
    return Section("generated", "What went in", join(*parts))


def _facts(provenance: Mapping[str, Any], made: str, events: int) -> Markup:
    sigma = provenance.get("cross_section_pb")
    rows: list[tuple[str, object]] = [
        ("Process", made or "not stated"),
        ("Events", compact(events)),
    ]
    if provenance.get("sqrt_s") is not None:
        rows.append(("√s", f"{provenance['sqrt_s']:g} GeV"))
    if sigma is not None:
        rows.append(("Cross section", value_error(sigma, provenance.get("cross_section_error_pb"), "pb")))
    if provenance.get("seed") is not None:
        rows.append(("Seed", str(provenance["seed"])))
    rows.append(("Weights", "weighted" if provenance.get("weighted") else "all equal"))
    rows += [("History", line) for line in provenance.get("history") or ()]
    return table("The sample", ("", ""), rows)


def _verdict(controls: Sequence[Control]) -> Markup:
    tested = [c for c in controls if c.p_value is not None]
    p = worst(controls)
    if p is None:
        return tag("p", "No exact law is known for these quantities, so the plots below have no reference.")
    good = p >= _ALARM
    return tag(
        "p",
        tag(
            "span",
            "The sample follows the exact law" if good else "The sample does not follow the exact law",
            class_="verdict-good" if good else "verdict-bad",
        ),
        f" in {len(tested)} distribution{'s' if len(tested) > 1 else ''} tested: "
        f"family-wise {p_equals(p)} (Bonferroni; below {_ALARM:g} it would be called a disagreement).",
    )


def _control_plot(control: Control) -> Drawing:
    figure = new_figure(4.0, 3.5 if control.expected is not None else 2.9)
    if control.expected is not None:
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
        _ratio(lower, control)
    else:
        upper = lower = figure.subplots()
    edges, widths = control.edges, np.diff(control.edges)
    centres = 0.5 * (edges[1:] + edges[:-1])
    upper.errorbar(
        centres, control.counts / widths, np.sqrt(control.variances) / widths, fmt="o", ms=2.4, lw=0.9,
        color=INK, label="events", zorder=3,
    )  # fmt: skip
    if control.expected is not None:
        upper.stairs(
            control.expected / widths, edges, baseline=None, color=SERIES[0], lw=1.5, label="exact law"
        )
        upper.legend(loc="best")
    unit = f" / {control.unit}" if control.unit and control.unit != "rad" else ""
    upper.set_ylabel(f"events{unit}" if control.unit != "rad" else "events / rad")
    upper.set_ylim(bottom=0.0)
    upper.ticklabel_format(axis="y", scilimits=(-3, 4), useMathText=True)
    upper.grid(axis="y")
    lower.set_xlabel(axis_label(control.name, control.label, control.unit))
    lower.set_xlim(edges[0], edges[-1])
    return drawn(
        figure, f"control-{control.name}", alt=_alt(control), caption=_caption(control),
        header=("low", "high", "sum_of_weights", "variance", "expected"),
        rows=_rows(control), histograms=_uhi(control),
    )  # fmt: skip


def _ratio(axes: Any, control: Control) -> None:
    assert control.expected is not None
    edges = control.edges
    centres = 0.5 * (edges[1:] + edges[:-1])
    some = control.expected > 0
    ratio = control.counts[some] / control.expected[some]
    error = np.sqrt(control.variances[some]) / control.expected[some]
    axes.axhline(1.0, color=SERIES[0], lw=1.2)
    axes.errorbar(centres[some], ratio, error, fmt="o", ms=2.2, lw=0.9, color=INK)
    reach = float(np.clip(1.15 * np.max(np.abs(ratio - 1.0) + error), 0.002, 1.0)) if some.any() else 0.1
    axes.set_ylim(1.0 - reach, 1.0 + reach)
    axes.set_ylabel("ratio")
    axes.grid(axis="y", color=GRID)
    axes.tick_params(axis="y", colors=MUTED, labelcolor=INK)


def _alt(control: Control) -> str:
    law = ""
    if control.expected is not None:
        law = " beside the exact law, with their ratio below"
    return f"Histogram of {pretty(control.name)} in {len(control.counts)} bins{law}."


def _caption(control: Control) -> Markup:
    name = tag("strong", named(control.name))
    if control.chi2 is None or control.p_value is None:
        return join(
            name,
            ". ",
            "No exact law to compare with." if control.expected is None else "Too few events to test.",
        )
    return join(name, f". χ² / ndf = {control.chi2:.1f} / {control.ndf}, {p_equals(control.p_value)}.")


def _uhi(control: Control) -> str:
    made = histogram(control.sums, control.squares, control.edges, name=control.name, unit=control.unit)
    return uhi_json(made)


def _rows(control: Control) -> list[tuple[object, ...]]:
    expected = control.expected
    return [
        (
            float(control.edges[i]), float(control.edges[i + 1]), float(control.counts[i]),
            float(control.variances[i]), None if expected is None else float(expected[i]),
        )
        for i in range(len(control.counts))
    ]  # fmt: skip
