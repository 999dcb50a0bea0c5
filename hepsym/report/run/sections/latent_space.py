"""What does the latent space look like, and where in it is which event?"""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepsym.report.page.drawing import Drawing, drawn
from hepsym.report.page.html import join, tag
from hepsym.report.page.labels import Written, axis_label, named, pretty
from hepsym.report.page.section import Section, figures
from hepsym.report.page.style import look, new_figure
from hepsym.report.run.cloud import Cloud

__all__ = ["section"]

Array = NDArray[np.float64]
_STEPS = 16
_PAIRS = 3
_ENDS = ("#2f74d0", "#9aa0a8", "#e0701f")
"""Blue, grey, orange: of like lightness, so that all can be seen on white and on near black."""


def section(cloud: Cloud | None, relevant: Sequence[int], written: Mapping[str, Written]) -> Section | None:
    """Test events in the planes of the most relevant latents, coloured by what can be read off them."""
    if cloud is None or len(relevant) < 2 or not cloud.observables:
        return None
    pairs = list(combinations(relevant[:3], 2))[:_PAIRS]
    with look():
        drawings = [
            _plot(cloud, pair, name, written.get(name, Written()))
            for name in cloud.observables
            for pair in pairs
        ]
    words = tag(
        "p",
        f"Mean codes of {len(cloud.codes)} test events in the planes of the most relevant latents. A colour "
        "that changes steadily across the cloud is an observable that the latents carry; a closed cloud that "
        "is empty inside, seen from three sides, is a surface such as a sphere.",
    )
    return Section("latents", "The latent space", join(words, figures(drawings)))


def _plot(cloud: Cloud, pair: tuple[int, int], name: str, written: Written) -> Drawing:
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import ListedColormap, Normalize

    values = cloud.observables[name]
    colours = _around() if written.period else _along()
    low, high = _range(values, written.period)
    step = np.clip(((values - low) / (high - low) * _STEPS).astype(int), 0, _STEPS - 1)
    figure = new_figure(4.0, 3.3)
    axes = figure.subplots()
    x, y = cloud.codes[:, pair[0]], cloud.codes[:, pair[1]]
    axes.scatter(x, y, s=7, c=[colours[k] for k in step], lw=0)
    axes.set_aspect("equal", adjustable="datalim")
    axes.set_xlabel(f"$z_{{{pair[0]}}}$")
    axes.set_ylabel(f"$z_{{{pair[1]}}}$")
    scale = ScalarMappable(Normalize(low, high), ListedColormap(colours))
    bar = figure.colorbar(scale, ax=axes, fraction=0.06, pad=0.03)
    bar.set_label(axis_label(name, written.latex, written.unit))
    bar.outline.set_visible(False)
    return drawn(
        figure, f"latents-{name}-z{pair[0]}-z{pair[1]}",
        alt=f"Test events in the plane of latents {pair[0]} and {pair[1]}, coloured by {pretty(name)}.",
        caption=join(tag("strong", named(name)), f" over z{pair[0]} and z{pair[1]}."),
        header=(f"z{pair[0]}", f"z{pair[1]}", name),
        rows=[(float(a), float(b), float(c)) for a, b, c in zip(x, y, values, strict=True)],
    )  # fmt: skip


def _range(values: Array, period: float | None) -> tuple[float, float]:
    if period:
        low = -period / 2 if values.min() < 0 else 0.0
        return low, low + period
    low, high = (float(v) for v in np.quantile(values, [0.01, 0.99]))
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _along() -> list[Any]:
    """From one end over grey to the other."""
    from matplotlib.colors import LinearSegmentedColormap, to_hex

    blend = LinearSegmentedColormap.from_list("along", _ENDS)
    return [to_hex(blend(k / (_STEPS - 1))) for k in range(_STEPS)]


def _around() -> list[Any]:
    """Once round the circle of hues, at one lightness: Lab with L = 62 and radius 46, as sRGB."""
    from matplotlib.colors import to_hex

    angles = 2 * np.pi * (np.arange(_STEPS) + 0.5) / _STEPS
    lightness = np.full(_STEPS, 62.0)
    return [to_hex(rgb) for rgb in _srgb(lightness, 46 * np.cos(angles), 46 * np.sin(angles))]


def _srgb(lightness: Array, a: Array, b: Array) -> Array:
    """CIE Lab (D65) to sRGB, clipped. IEC 61966-2-1; CIE 15:2004, section 8.2.1."""
    fy = (lightness + 16) / 116
    f = np.stack([fy + a / 500, fy, fy - b / 200])
    xyz = np.where(f > 6 / 29, f**3, 3 * (6 / 29) ** 2 * (f - 4 / 29)) * np.array(
        [[0.95047], [1.0], [1.08883]]
    )
    matrix = np.array([[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]])
    linear = np.clip(matrix @ xyz, 0.0, 1.0)
    return np.asarray(np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055).T)
