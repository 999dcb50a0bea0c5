"""What do letters look like, turned, scaled, sheared and moved by known amounts? Areas, exactly."""

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.generators.images.coverage import add_edges
from hepsym.generators.images.labelled import LabelledSet
from hepsym.generators.images.outlines import font_names, outline
from hepsym.random import uniforms

__all__ = ["draw_glyph", "glyphs"]

Floats = NDArray[np.float64]


def draw_glyph(
    font: str, letter: str, *, size: int = 28, angle: float = 0.0, scale: float = 1.0, shear: float = 0.0,
    shift: tuple[float, float] = (0.0, 0.0), height: float = 0.55,
) -> Floats:  # fmt: skip
    """The letter's picture (size, size), each pixel the share of its area that is covered, in [0, 1].

    Points of the outline go to  R(angle) [[1, shear], [0, 1]] scale * p + shift, angle in radians,
    counter-clockwise as seen, shift (right, down) in pixels; scale 1 makes the letter `height` of the
    picture high. Areas are exact but for the curves' polygons (2e-3 of the height). Where outlines
    overlap, coverage is cut at 1.
    """
    cos, sin = np.cos(angle), np.sin(angle)
    turn = np.array([[cos, sin], [-sin, cos]])  # y points down
    map_ = turn @ np.array([[1.0, -shear], [0.0, 1.0]]) * (scale * height * size)
    corners = outline(font, letter).reshape(-1, 2) @ map_.T + size / 2 + np.asarray(shift)
    picture = np.zeros((size, size))
    add_edges(picture, corners.reshape(-1, 4))
    return np.minimum(np.abs(picture), 1.0)


def glyphs(
    n: int, *, letters: str = "ABCDEFGHJK", seed: int = 1, size: int = 28,
    fonts: tuple[str, ...] | None = None,
    angle: float = 0.6, scale: tuple[float, float] = (0.7, 1.2), shear: float = 0.0, shift: float = 3.0,
) -> LabelledSet:  # fmt: skip
    """n pictures of letters, in turn, in fonts at random: y their letters (strings), factors as drawn.

    Factors: angle uniform in +-angle (radians), scale in its range, shear in +-shear, right and down in
    +-shift (pixels), and the font's number. Row i is a function of (seed, i) alone. Raises InputError:
    n < 1, fewer than two letters, a letter twice.
    """
    if n < 1 or len(letters) < 2 or len(set(letters)) < len(letters):
        raise InputError(f"n = {n}, letters = {letters!r}: give n >= 1 and at least two different letters")
    chosen = fonts or font_names()
    u = [uniforms(seed, n, stream=0x617F + i) for i in range(6)]
    factors = {
        "angle": angle * (2 * u[0] - 1), "scale": scale[0] + (scale[1] - scale[0]) * u[1],
        "shear": shear * (2 * u[2] - 1), "right": shift * (2 * u[3] - 1), "down": shift * (2 * u[4] - 1),
        "font": np.floor(len(chosen) * u[5]),
    }  # fmt: skip
    y = np.array([letters[i % len(letters)] for i in range(n)])
    x = np.stack([
        draw_glyph(chosen[int(factors["font"][i])], str(y[i]), size=size, angle=factors["angle"][i],
                   scale=factors["scale"][i], shear=factors["shear"][i],
                   shift=(factors["right"][i], factors["down"][i]))
        for i in range(n)
    ])  # fmt: skip
    return LabelledSet(x, y, factors)
