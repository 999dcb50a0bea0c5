"""How is a short label drawn where it must look the same everywhere? As outlines, in the figures' font."""

import warnings
from functools import cache

from hepsym.report.page.labels import axis_label

__all__ = ["outline"]


@cache
def outline(label: str, size: float) -> tuple[str, float]:
    """An SVG path of a label and its width, in units of `size`; y points down, the baseline is y = 0.

    The path starts at x = 0 and has two decimals. `$` opens no mathematics; a character that no font
    at hand has becomes a box. Call it inside `style.look()`.
    """
    from matplotlib import rcParams
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    font = FontProperties(family=rcParams["font.family"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of a glyph that no font has
        path = TextPath((0, 0), axis_label(label), size=size, prop=font)
    parts = []
    for vertices, code in path.iter_segments(simplify=False, curves=True):
        numbers = " ".join(f"{v if i % 2 == 0 else -v:.2f}" for i, v in enumerate(vertices.tolist()))
        parts.append("z" if code == path.CLOSEPOLY else f"{_LETTERS[int(code)]} {numbers}")
    width = float(path.get_extents().x1) if len(path.vertices) else 0.0
    return " ".join(parts), width


_LETTERS = {1: "M", 2: "L", 3: "Q", 4: "C"}
"""matplotlib.path.Path's codes in SVG."""
