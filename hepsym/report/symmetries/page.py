"""What are the symmetries of these rows? Dimension, equations, flows, what is broken: one page."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from hepsym.report.page.assembly import assembled
from hepsym.report.page.html import Markup, join, tag
from hepsym.report.page.labels import compact, p_equals, p_text
from hepsym.report.page.section import Section, figures, table
from hepsym.report.page.style import look
from hepsym.report.symmetries.broken import broken_figure
from hepsym.report.symmetries.equations import conserved_section, equations
from hepsym.report.symmetries.find import Found
from hepsym.report.symmetries.flows import flow_figure, flow_of
from hepsym.report.symmetries.scales import dimension_section

__all__ = ["found_sentence", "page"]

FIGURES = 10
"""Flows drawn at most; the tables have all."""


def found_sentence(told: Mapping[str, Any]) -> str:
    """What was found, one plain sentence."""
    d, made, kept = told["dimension"], told["generators"], told.get("density") or {}
    of = len(told["columns"])
    said = [f"The rows fill {d['value']} of {of} direction{'s' * (of != 1)}"]
    count = len(told["constraints"])
    said.append(f"{count} equation{'s hold' if count != 1 else ' holds'} for every row")
    if made["of"] == "manifold" and made["count"]:
        said.append(f"{made['algebra']} carries the set into itself")
        if kept.get("count") is not None:
            said.append(_kept_words(kept))
    elif made["count"]:
        said.append(f"{made['algebra']} leaves the density as it is")
    broken = len(told.get("broken") or [])
    if broken:
        said.append(f"{broken} flow{'s are' if broken != 1 else ' is'} broken")
    return "; ".join(said) + "."


def _kept_words(kept: Mapping[str, Any]) -> str:
    if kept["count"]:
        return f"{kept['algebra']} leaves the density as it is"
    if kept.get("undecided"):
        return "whether any of it leaves the density as it is could not be decided"
    return "none of it leaves the density as it is"


def page(found: Found) -> str:
    """The page, one static HTML file that loads nothing."""
    told = found.told
    with look():
        sections = [
            dimension_section(told, found.rows),
            equations(told),
            _flows(found),
            conserved_section(told),
            _discrete(told),
            _broken(found),
            _evidence(found),
        ]
    return assembled(
        title=f"Symmetries of {found.path.resolve().name}",
        kicker="hepsym symmetries",
        found=found_sentence(told),
        caveat=None,
        tiles=_tiles(told),
        missing=[],
        sections=[section for section in sections if section is not None],
        beside="symmetries.json beside it holds all that was found.",
    )


def _tiles(told: Mapping[str, Any]) -> list[tuple[str, str | Markup]]:
    d, made, kept = told["dimension"], told["generators"], told.get("density") or {}
    interval = f"dimension, from {d['low']} to {d['high']}" if d["low"] != d["high"] else "dimension"
    tiles: list[tuple[str, str | Markup]] = [
        (str(d["value"]), f"{interval}, of {len(told['columns'])} columns"),
        (str(len(told["constraints"])), "equations"),
    ]
    if made["of"] == "manifold":
        tiles.append((made["algebra"] or "none", "carries the set into itself"))
    if kept:
        tiles.append((kept.get("algebra") or "none", "leaves the density as it is"))
    discrete = [c for c in told.get("discrete") or [] if c.get("certified")]
    if discrete:
        tiles.append((str(len(discrete)), "discrete symmetries certified"))
    tiles += [
        (compact(told["n"]), "rows"),
        (f"α = {told['alpha']:g}", "bounds the chance of any false claim"),
    ]
    return tiles


def _flows(found: Found) -> Section:
    told = found.told
    made, centre = told["generators"], np.asarray(told["generators"]["centre"], dtype=np.float64)
    manifold = made["of"] == "manifold"
    if not made["basis"]:
        return Section("flows", "Flows", tag("p", "No linear flow is claimed of these rows."))
    what = "carry the set of allowed rows into itself" if manifold else "leave the density as it is"
    head = "across / along" if manifold else "effect below"
    drawings, rows = [], []
    for k, generator in enumerate(made["basis"]):
        flow = flow_of(generator, centre)
        score = generator.get("score")
        rows.append((generator["name"], "not known" if score is None else f"{score:.1e}"))
        if k < FIGURES:
            words = "" if score is None else f"{head}: {score:.1e}."
            drawings.append(flow_figure(flow, found.rows, found.names, words, k + 1))
    kept = told.get("density") or {}
    extra = None
    if manifold and kept:
        undecided = kept.get("undecided") or 0
        extra = tag(
            "p",
            f"Of these {kept['count']} leave{'s' if kept['count'] == 1 else ''} also the density as it is"
            + (f" (algebra {kept['algebra']})" if kept["count"] else "")
            + (f"; {undecided} could not be decided for want of rows." if undecided else "."),
        )
    body = join(
        tag("p", f"Linear flows that {what}: {made['count']}, together the algebra {made['algebra']}."),
        extra,
        table("Generators", ("generator", head), rows),
        figures(drawings),
    )
    return Section("flows", "Flows", body)


def _discrete(told: Mapping[str, Any]) -> Section | None:
    found = told.get("discrete")
    if not found:
        return None
    certified = [entry for entry in found if entry.get("certified")]
    others = [entry for entry in found if not entry.get("certified")]
    header = ("map", "kind", "verdict", "effect below", "p-value", "shown by")
    parts: list[Markup] = [
        tag(
            "p",
            f"{len(certified)} of {len(found)} maps that were tested are certified to leave the density as "
            "it is. The p-value is that of the density having the symmetry: small where it is broken.",
        )
    ]
    if told.get("discrete_group"):
        parts.append(tag("p", f"Together these make a group of {told['discrete_group']} elements."))
    if certified:
        parts.append(table("Certified", header, [_discrete_row(entry) for entry in certified]))
    if others:
        shown = table("Broken or undecided", header, [_discrete_row(entry) for entry in others])
        parts.append(tag("details", tag("summary", f"{len(others)} broken or undecided"), shown))
    return Section("discrete", "Discrete symmetries", join(*parts))


def _discrete_row(entry: Mapping[str, Any]) -> tuple[str, ...]:
    verdict = "certified" if entry.get("certified") else "broken" if entry.get("broken") else "undecided"
    bound, p, shown = entry.get("bound"), entry.get("p_value"), entry.get("shown_by")
    return (
        str(entry["name"]),
        str(entry.get("kind") or "–"),
        verdict,
        "–" if bound is None else f"{bound:.2g}",
        "–" if p is None else p_text(p),
        _observable(shown) if shown and entry.get("broken") else "–",
    )


def _broken(found: Found) -> Section | None:
    told = found.told
    if not told.get("broken"):
        return None
    centre = np.asarray(told["generators"]["centre"], dtype=np.float64)
    drawings, rows = [], []
    for k, entry in enumerate(told["broken"]):
        p = entry.get("p_value")
        words = f"Broken in the {entry.get('of', 'density')}" + ("." if p is None else f", {p_equals(p)}.")
        shown = entry.get("shown_by") or entry.get("observable")
        rows.append(
            (
                entry["name"],
                str(entry.get("of", "density")),
                "–" if p is None else p_text(p),
                _observable(shown) if shown else "see the figure",
            )
        )
        if k < FIGURES and entry.get("matrix") is not None:
            drawings.append(broken_figure(flow_of(entry, centre), found.rows, found.names, k + 1, words))
    body = join(
        tag("p", "Flows that were candidates, and that change the rows' distribution or the set itself."),
        table("Broken", ("flow", "what it changes", "p-value", "observable"), rows),
        figures(drawings),
    )
    return Section("broken", "Broken symmetries", body)


def _observable(shown: Any) -> str:
    if not isinstance(shown, Mapping):
        return str(shown)
    effect = shown.get("effect")
    told = str(shown.get("observable") or shown.get("name") or "–")
    return told if effect is None else f"{told} (effect {effect:.2g})"


def _evidence(found: Found) -> Section:
    told, kept = found.told, found.told.get("density") or {}
    items: list[object] = [
        f"α = {told['alpha']:g} bounds the chance of any false claim on this page, over equations and "
        "generators together.",
        "An equation was fitted on some rows and tested on others: its p-value is that of “half of the "
        "population or more is farther from the surface than the threshold”.",
    ]
    if kept.get("delta") is not None:
        items.append(
            f"A generator of the density is certified where the simultaneous upper bound of its largest "
            f"effect is below δ = {kept['delta']:g} (an equivalence test), broken where the effect is not "
            "zero, and undecided else. Absence of evidence certifies nothing."
        )
    if told.get("noise"):
        items.append(f"Noise of {float(told['noise']):.2g} standard deviations of a column was recognised.")
    items += [str(note)[:1].upper() + str(note)[1:] + "." for note in told.get("notes") or []]
    command = f"hepsym symmetries {found.path} --alpha {told['alpha']:g} -o OUT"
    return Section(
        "evidence",
        "What counts as evidence",
        join(tag("ul", *(tag("li", item) for item in items)), tag("pre", command)),
    )
