"""How does a decoded event look while a latent moves? Its momenta, seen along and across the beam."""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepsym.report.page.drawing import Drawing, csv_text
from hepsym.report.page.html import Markup, join, tag
from hepsym.report.page.labels import compact, particle
from hepsym.report.page.lettering import outline
from hepsym.report.page.style import SERIES

__all__ = ["Particles", "decoded_momenta", "momenta_drawing"]

Array = NDArray[np.float64]
Particles = dict[str, Array]
"""Name of a particle: its px, py, pz on every walk, (walks, steps, 3) GeV."""

_STATES = 250
"""At most about so many momenta in one player, so that the page stays small: then fewer starting points."""

_HALF = 130.0
"""Half the drawing's side, in its own units."""


def decoded_momenta(features: Mapping[str, Any]) -> Particles:
    """The three-momenta among decoded features `NAME.px`, `NAME.py`, `NAME.pz`, where all three are."""
    names = [name.removesuffix(".px") for name in features if name.endswith(".px")]
    found: Particles = {}
    for name in names:
        columns = [features.get(f"{name}.{axis}") for axis in ("px", "py", "pz")]
        if all(isinstance(column, list) for column in columns):
            momenta = np.stack([np.asarray(column, dtype=np.float64) for column in columns], axis=-1)
            if momenta.ndim == 3 and np.isfinite(momenta).all():
                found[name] = momenta
    return found


def momenta_drawing(
    particles: Particles, z: Sequence[float], index: int, points: Sequence[str]
) -> Drawing | None:
    """Both views with a slider along the latent and a choice of the event that it starts from."""
    if not particles:
        return None
    everything = np.stack(list(particles.values()), axis=2)  # (walks, steps, particles, 3)
    everything = everything[: max(2, _STATES // (everything.shape[1] * everything.shape[2]))]
    reach = float(np.sqrt((everything**2).sum(-1)).max())
    if reach <= 0.0 or everything.shape[1] != len(z):
        return None
    names = list(particles)
    key = f"momenta-z{index}"
    start = 1 if len(everything) > 1 else 0  # a real event: the median code may lie off the data
    views = [
        _view(everything, names, reach, axes, start, f"{key}-{''.join(axes[:2])}")
        for axes in (("x", "y", 0, 1), ("z", "x", 2, 0))
    ]
    labels = [f"z{index} = {value:+.2f}" for value in z]
    player = tag("div", *_controls(index, labels, points[: len(everything)], start), class_="player")
    rows = [
        (walk, float(z[step]), names[leg], *map(float, everything[walk, step, leg]))
        for walk, step, leg in np.ndindex(*everything.shape[:3])
    ]
    return Drawing(
        key,
        tag("div", player, tag("div", *views, class_="stage"), data_player=json.dumps(labels)),
        f"Decoded momenta of {len(names)} particles at {len(z)} positions along latent {index}.",
        join(
            tag("strong", "Decoded momenta"),
            ": across the beam (first view) and along it (second). Dots: every step. "
            f"The circle is |p| = {compact(round(reach, 1), 3)} GeV.",
        ),
        csv_text(("start", f"z{index}", "particle", "px", "py", "pz"), rows),
        wide=True,
    )


def _controls(index: int, labels: Sequence[str], points: Sequence[str], start: int) -> list[Markup]:
    numbered = [
        f"start: {point}" + (f" ({i})" if list(points).count(point) > 1 else "")
        for i, point in enumerate(points)
    ]
    options = (tag("option", text, value=i, selected=i == start) for i, text in enumerate(numbered))
    middle = len(labels) // 2
    return [
        tag("select", *options, aria_label="Event that the walk starts from"),
        tag(
            "input",
            type="range",
            min=0,
            max=len(labels) - 1,
            step=1,
            value=middle,
            aria_label=f"Latent {index}",
        ),
        tag("output", labels[middle]),
    ]


def _view(
    everything: Array,
    names: Sequence[str],
    reach: float,
    axes: tuple[str, str, int, int],
    start: int,
    key: str,
) -> Markup:
    """One view as SVG; key begins the ids in it."""
    across, up, i, j = axes
    scale = 0.8 * _HALF / reach
    parts: list[Markup] = [
        _line(-_HALF, 0, _HALF, 0, "var(--grid)", 1),
        _line(0, -_HALF, 0, _HALF, "var(--grid)", 1),
        tag("circle", r=f"{reach * scale:.1f}", fill="none", stroke="var(--soft)", stroke_dasharray="3 4"),
        tag("defs", *(_letters(particle(name), f"{key}-{leg}", 12.0) for leg, name in enumerate(names))),
        _axis(across, _HALF - 3, 15, 1.0),
        _axis(up, 6, -_HALF + 12, 0.0),
    ]
    middle = everything.shape[1] // 2
    for walk, steps in enumerate(everything[..., [i, j]] * [scale, -scale]):
        trail = [_dot(x, y, _colour(leg)) for step in steps.tolist() for leg, (x, y) in enumerate(step)]
        frames = [_frame(k, momenta, key, now=k == middle) for k, momenta in enumerate(steps)]
        parts.append(tag("g", *trail, *frames, data_walk=walk, data_now=walk == start))
    size = f"{-_HALF:.0f} {-_HALF:.0f} {2 * _HALF:.0f} {2 * _HALF:.0f}"
    label = f"p{across} and p{up} of the decoded particles"
    return tag("svg", *parts, xmlns="http://www.w3.org/2000/svg", viewBox=size, role="img", aria_label=label)


def _frame(step: int, momenta: Array, key: str, *, now: bool) -> Markup:
    arrows = (_arrow(x, y, _colour(leg), f"#{key}-{leg}") for leg, (x, y) in enumerate(momenta.tolist()))
    return tag("g", *arrows, data_frame=step, data_now=now)


def _axis(name: str, x: float, y: float, before: float) -> Markup:
    """p_x and such at (x, y); `before` is the share of it that stands left of x."""
    path, width = outline(f"p{name}", 12.0)
    return tag("path", d=path, transform=f"translate({x - before * width:.1f} {y:.0f})", fill="var(--muted)")


def _letters(label: str, key: str, size: float) -> Markup:
    """A label to be used many times, centred on its origin."""
    path, width = outline(label, size)
    return tag("path", d=path, transform=f"translate({-0.5 * width:.1f} {0.35 * size:.1f})", id=key)


def _colour(leg: int) -> str:
    return f"var(--{('c0', 'c1', 'c2', 'c3', 'c4', 'c5')[leg % len(SERIES)]})"


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, width: float) -> Markup:
    ends = {"x1": x1, "y1": y1, "x2": x2, "y2": y2}
    placed = {key: f"{value:.1f}" for key, value in ends.items()}
    return tag("line", **placed, stroke=colour, stroke_width=width, stroke_linecap="round")


def _dot(x: float, y: float, colour: str) -> Markup:
    return tag("circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r="1.8", fill=colour, opacity="0.3")


def _arrow(x: float, y: float, colour: str, label: str) -> Markup:
    """From the origin to (x, y) with a head; the label, by its id, stands beyond it, inside the drawing."""
    length = math.hypot(x, y)
    if length < 3.0:
        return tag("circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r="3.5", fill=colour)
    ux, uy = x / length, y / length
    back = max(length - 9.0, 0.0)
    head = [(x, y), (back * ux + 4 * uy, back * uy - 4 * ux), (back * ux - 4 * uy, back * uy + 4 * ux)]
    tip = tag("polygon", points=" ".join(f"{a:.1f},{b:.1f}" for a, b in head), fill=colour)
    beyond = {"x": f"{x + 12 * ux:.1f}", "y": f"{y + 12 * uy:.1f}"}
    named = tag("use", href=label, **beyond, fill="var(--ink)")
    return join(_line(0, 0, back * ux, back * uy, colour, 2.4), tip, named)
