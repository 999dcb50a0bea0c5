"""What is the outline of a letter? Polygons from the fonts that come with matplotlib."""

import logging
from functools import lru_cache
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from string import ascii_letters, digits

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError

__all__ = ["FONTS", "font_names", "outline"]

Floats = NDArray[np.float64]
Strokes = list[tuple[str, tuple[tuple[float, float] | None, ...]]]

FONTS = (
    "DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSans-BoldOblique", "DejaVuSansMono",
    "DejaVuSansMono-Bold", "DejaVuSansMono-Oblique", "DejaVuSansMono-BoldOblique", "DejaVuSerif",
    "DejaVuSerif-Bold", "DejaVuSerif-Italic", "DejaVuSerif-BoldItalic", "STIXGeneral", "STIXGeneralBol",
    "STIXGeneralItalic", "STIXGeneralBolIta", "cmr10", "cmb10", "cmss10", "cmti10", "cmtt10",
)  # fmt: skip
"""Those with all letters and digits."""

STEPS = 8
"""Straight pieces for each curve: within 2e-3 of a letter's height of the curve."""


def font_names() -> tuple[str, ...]:
    """The fonts of `FONTS` that are installed. Raises InputError where there are none."""
    there = tuple(name for name in FONTS if (_folder() / f"{name}.ttf").exists())
    if not there:
        raise InputError(f"no font of matplotlib's is in {_folder()}: pip install 'hepsym[plot]'")
    return there


def _folder() -> Path:
    # Only the path is asked for: generators never import matplotlib.
    found = find_spec("matplotlib")
    if found is None or found.origin is None:
        raise InputError("glyphs need the fonts that come with matplotlib: pip install 'hepsym[plot]'")
    return Path(found.origin).parent / "mpl-data" / "fonts" / "ttf"


@lru_cache(maxsize=1024)
def outline(font: str, letter: str) -> Floats:
    """Edges (k, 4) x0 y0 x1 y1 of closed polygons; y downward, the middle of the box at (0, 0), height 1.

    Raises InputError: no such font, no letter or digit of it, no fontTools.
    """
    drawn = _strokes(font).get(letter)
    if drawn is None:
        raise InputError(f"font {font} has no {letter!r}: choose a letter or a digit")
    edges = np.array(_polygons(drawn))
    if not len(edges):
        raise InputError(f"{letter!r} has no outline: choose a letter or a digit")
    corners = edges.reshape(-1, 2)
    low, high = corners.min(0), corners.max(0)
    scaled = (corners - (low + high) / 2) / (high[1] - low[1])
    scaled[:, 1] *= -1
    found: Floats = scaled.reshape(-1, 4)
    return found


@lru_cache(maxsize=64)
def _strokes(font: str) -> dict[str, Strokes]:
    """What a pen draws for every letter and digit of a font: a font's file is read once."""
    try:
        from fontTools.pens.recordingPen import DecomposingRecordingPen  # type: ignore[import-untyped]
        from fontTools.ttLib import TTFont, TTLibError  # type: ignore[import-untyped]
    except ModuleNotFoundError:
        raise InputError(
            "glyphs need fontTools, which comes with matplotlib: pip install 'hepsym[plot]'"
        ) from None
    found: dict[str, Strokes] = {}
    logger = logging.getLogger("fontTools.ttLib")
    level = logger.level
    logger.setLevel(logging.ERROR)  # it remarks on the dates in some of these fonts
    try:
        with TTFont(_folder() / f"{font}.ttf") as file:
            glyphs, names = file.getGlyphSet(), file.getBestCmap()
            for letter in ascii_letters + digits:
                if ord(letter) in names:
                    pen = DecomposingRecordingPen(glyphs)
                    glyphs[names[ord(letter)]].draw(pen)
                    found[letter] = pen.value
    except (OSError, TTLibError) as error:
        raise InputError(
            f"font {font!r} cannot be read ({error}): choose one of {', '.join(FONTS)}"
        ) from None
    finally:
        logger.setLevel(level)
    return found


def _polygons(strokes: Strokes) -> list[tuple[float, ...]]:
    """Edges of what a TrueType pen drew: lines and quadratic splines."""
    edges: list[tuple[float, ...]] = []
    start = here = (0.0, 0.0)
    for stroke, given in strokes:
        points = [p for p in given if p is not None]
        if stroke == "moveTo":
            start = here = points[0]
        elif stroke == "lineTo":
            edges.append((*here, *points[0]))
            here = points[0]
        elif stroke == "qCurveTo":
            if given[-1] is None:  # a closed curve without a point on it: start between two controls
                start = here = _middle(points[-1], points[0])
                points.append(here)
            for control, end in _pieces(points):
                t = np.linspace(0, 1, STEPS + 1)[:, None]
                curve = (
                    (1 - t) ** 2 * np.array(here) + 2 * t * (1 - t) * np.array(control) + t**2 * np.array(end)
                )
                edges += [(*a, *b) for a, b in zip(curve[:-1].tolist(), curve[1:].tolist(), strict=True)]
                here = end
        elif here != start:  # closePath
            edges.append((*here, *start))
            here = start
    return edges


def _pieces(points: list[tuple[float, float]]) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """(control, end) of each piece of a TrueType spline: ends lie halfway between controls."""
    controls, end = points[:-1], points[-1]
    if not controls:
        return [(end, end)]
    halfway = [_middle(a, b) for a, b in pairwise(controls)]
    return list(zip(controls, [*halfway, end], strict=True))


def _middle(a: tuple[float, float], b: tuple[float, float]) -> tuple[float, float]:
    return ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
