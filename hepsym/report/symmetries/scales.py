"""How many directions do the rows fill, and at which scale? The dimension against the scale."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepsym.report.page.drawing import Drawing, drawn
from hepsym.report.page.html import Markup, join, tag
from hepsym.report.page.section import Section, figures, table
from hepsym.report.page.style import INK, SERIES, SOFT, new_figure

__all__ = ["dimension_section"]

Floats = NDArray[np.float64]

SMALLEST = 1e-17
"""Rounding leaves thicknesses of about 1e-16; an exact 0 is drawn here."""


def dimension_section(told: Mapping[str, Any], rows: Floats) -> Section:
    """The dimension in words, against the scale, and the thickness of the rows' principal directions.

    Call it inside `style.look()`.
    """
    d = told["dimension"]
    scales = [s for s in d.get("scales") or [] if s.get("scale") is not None]
    evidence = d.get("evidence")
    listed = evidence if isinstance(evidence, list) else [evidence]
    words: list[object] = [
        tag(
            "p",
            f"{d['value']} of {len(told['columns'])} directions"
            + (f", between {d['low']} and {d['high']}" if d["low"] != d["high"] else "")
            + (f", above {d['scale']:.2g} standard deviations of a column" if d.get("scale") else "")
            + ".",
        ),
        tag("p", tag("strong", "Evidence: "), "; ".join(_text(e) for e in listed if e), "."),
    ]
    drawings = [_thickness(rows, int(d["value"]))] if rows.shape[1] > 1 else []
    if len(scales) > 1:
        drawings.insert(0, _against_scale(scales))
        words.append(_table(scales))
    spectrum = (told.get("jacobian") or {}).get("median")
    if spectrum:
        drawings.append(_jacobian(spectrum, int(d["value"])))
    return Section("dimension", "Dimension", join(*words, figures(drawings)))


def _text(evidence: Any) -> str:
    if isinstance(evidence, Mapping):
        return ", ".join(f"{k.replace('_', ' ')}: {v}" for k, v in evidence.items() if v is not None)
    return str(evidence)


def _table(scales: Sequence[Mapping[str, Any]]) -> Markup:
    rows = [
        (
            f"{s['scale']:.2g}", str(s["value"]), f"{s['low']} to {s['high']}",
            "; ".join(_text(e) for e in s["evidence"]) if isinstance(s.get("evidence"), list)
            else _text(s.get("evidence") or "–"),
        )
        for s in scales
    ]  # fmt: skip
    shown = table("The dimension at each scale", ("scale", "dimension", "interval", "evidence"), rows)
    return tag("details", tag("summary", f"The dimension at {len(rows)} scales"), shown)


def _against_scale(scales: Sequence[Mapping[str, Any]]) -> Drawing:
    figure = new_figure(4.4, 3.1)
    axes = figure.subplots()
    ordered = sorted(scales, key=lambda s: float(s["scale"]))
    x = np.asarray([float(s["scale"]) for s in ordered])
    value, low, high = (np.asarray([int(s[key]) for s in ordered]) for key in ("value", "low", "high"))
    axes.fill_between(x, low, high, step="mid", color=SERIES[0], alpha=0.18, lw=0)
    axes.step(x, value, where="mid", color=SERIES[0])
    axes.scatter(x, value, s=26, color=SERIES[0], zorder=3)
    axes.set_xscale("log")
    axes.set_ylim(-0.3, int(high.max()) + 0.6)
    axes.locator_params(axis="y", integer=True)
    axes.set_xlabel("scale [standard deviations of a column]")
    axes.set_ylabel("dimension")
    axes.grid(axis="y")
    return drawn(
        figure, "dimension-scale", alt="The dimension against the scale at which the rows are looked at.",
        caption=join(
            tag("strong", "The dimension at each scale"),
            ": what is thinner than the scale is not counted. Band: its interval.",
        ),
        header=("scale", "dimension", "low", "high"),
        rows=[(float(a), int(b), int(c), int(e)) for a, b, c, e in zip(x, value, low, high, strict=True)],
    )  # fmt: skip


def _bars(values: Floats, counted: int, name: str, alt: str, label: str, caption: Markup) -> Drawing:
    figure = new_figure(4.4, 3.1)
    axes = figure.subplots()
    k = np.arange(1, len(values) + 1)
    shown = np.maximum(values, SMALLEST)
    axes.scatter(k, shown, s=40, color=[SERIES[0] if i <= counted else SOFT for i in k], zorder=3)
    if shown.min() < 0.05 * shown.max():
        axes.set_yscale("log")
    else:
        axes.set_ylim(0.0, 1.12 * float(shown.max()))
    axes.set_xlabel("direction")
    axes.locator_params(axis="x", integer=True)
    axes.set_ylabel(label)
    axes.grid(axis="y", color=SOFT, alpha=0.4)
    axes.tick_params(labelcolor=INK)
    return drawn(
        figure, name, alt=alt, caption=caption, header=("direction", "value"),
        rows=[(int(i), float(v)) for i, v in zip(k, values, strict=True)],
    )  # fmt: skip


def _thickness(rows: Floats, counted: int) -> Drawing:
    spread = rows.std(axis=0)
    size = np.abs(rows).max(axis=0)
    varies = spread > 1e-12 * np.maximum(size, 1e-300)
    scaled = (rows[:, varies] - rows[:, varies].mean(axis=0)) / spread[varies]
    values = np.zeros(rows.shape[1])
    if varies.any():
        found = np.linalg.svd(scaled / np.sqrt(len(rows)), compute_uv=False)
        values[: len(found)] = found
    return _bars(
        values, counted, "thickness", "Thickness of the rows' principal directions, the thickest first.",
        "standard deviation",
        join(
            tag("strong", "Thickness of the principal directions"),
            " of the columns, each in units of its standard deviation. What is flat at rounding is a linear "
            f"equation; a curved surface is thick in more directions than the {counted} it has.",
        ),
    )  # fmt: skip


def _jacobian(spectrum: Sequence[float], counted: int) -> Drawing:
    values = np.asarray(spectrum, dtype=np.float64)
    values = values / max(float(values.max(initial=0.0)), 1e-300)
    return _bars(
        values, counted, "jacobian", "Singular values of the trained decoder's Jacobian over the largest.",
        "$s_k / s_1$",
        join(tag("strong", "The trained decoder's Jacobian"), ": singular values, median over rows."),
    )  # fmt: skip
