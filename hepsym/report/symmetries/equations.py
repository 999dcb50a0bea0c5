"""Which equations hold for every row? A list of formulae with their constants, errors and p-values."""

import re
from collections.abc import Mapping
from typing import Any

from hepsym.report.page.html import Markup, escaped, join, tag
from hepsym.report.page.labels import p_text, scientific, value_error
from hepsym.report.page.section import Section, table

__all__ = ["conserved_section", "equation", "equations"]


def equation(formula: str) -> Markup:
    """A formula of `hepsym symmetries` as HTML: powers raised, a minus sign, names escaped."""
    shown = re.sub(r"\^(\d+)", r"<sup>\1</sup>", escaped(formula))
    return Markup(re.sub(r"(^|(?<= ))-(?=[ \d\w(])", "−", shown))


def equations(told: Mapping[str, Any]) -> Section:
    """The section, with a table of all of them."""
    found = told["constraints"]
    if not found:
        return Section(
            "equations", "Equations", tag("p", "No equation is claimed: nothing holds for every row.")
        )
    rows = [
        (
            tag("span", c["kind"], class_="kind"),
            tag("code", equation(c["formula"])),
            _values(c.get("values") or {}),
            f"{c['residual']:.1e}",
            p_text(float(c["p_value"])),
        )
        for c in found
    ]
    degrees = [int(c.get("degree") or 1) for c in found]
    linear = sum(d == 1 for d in degrees)
    words = tag(
        "p",
        f"{len(found)} independent: {linear} linear, {len(found) - linear} of higher degree. Residuals are "
        "in standard deviations of a column.",
    )
    header = ("kind", "formula", "constants", "residual", "p-value")
    return Section(
        "equations", "Equations", join(words, table("Equations that hold for every row", header, rows))
    )


def conserved_section(told: Mapping[str, Any]) -> Section | None:
    """Functions of the columns that each trajectory keeps; None where trajectories were not told apart."""
    found = told.get("conserved")
    if found is None:
        return None
    words = tag(
        "p",
        f"{found['count']} independent functions are kept by each of {found['trajectories']} trajectories. "
        f"Looked for among {found['library']}; told where less than {found['tolerance']:g} of the variance "
        "lies within trajectories, by a simultaneous upper bound.",
    )
    rows = [
        (tag("code", equation(q["formula"])), f"{q['within']:.1e}", f"{q['bound']:.1e}")
        for q in found["quantities"]
    ]
    header = ("function", "share of variance within", "upper bound")
    shown = table("Kept along trajectories", header, rows) if rows else None
    return Section("conserved", "What trajectories keep", join(words, shown))


def _values(values: Mapping[str, Any]) -> Markup:
    """name = value ± error of each constant; an error that is not known is left out, and said to be."""
    parts: list[object] = []
    for name, entry in values.items():
        value, error = entry.get("value"), entry.get("error")
        if value is None:
            continue
        parts.append(tag("div", f"{name} = {_number(float(value), error)}"))
    return join(*parts) if parts else Markup("–")


def _number(value: float, error: float | None) -> str:
    if error is not None and abs(value) < 1e-12 and error < 1e-10:
        return f"0 ± {max(abs(value), error):.0e}" if value or error else "0"
    if error is None or error <= 0:
        return f"{value:.8g}" if 1e-4 <= abs(value) < 1e7 or value == 0 else scientific(value, 6)
    return value_error(value, error)
