"""Areas of turned letters are those of their outlines; every factor does what its name says."""

import numpy as np
import pytest

from hepsym.errors import InputError
from hepsym.generators.images import draw_glyph, glyphs
from hepsym.generators.images.coverage import add_edges
from hepsym.generators.images.outlines import font_names, outline

FONT = "DejaVuSans"


def area(letter: str) -> float:
    e = outline(FONT, letter)
    return float(abs(0.5 * (e[:, 0] * e[:, 3] - e[:, 2] * e[:, 1]).sum()))


def middle(picture: np.ndarray) -> tuple[float, float]:
    at = np.arange(len(picture)) + 0.5
    return float(picture.sum(0) @ at / picture.sum()), float(picture.sum(1) @ at / picture.sum())


def test_a_triangle_by_hand() -> None:
    """Corners (0, 0), (2, 0), (0, 2): whole, half and no pixels."""
    picture = np.zeros((2, 2))
    add_edges(picture, np.array([[0.0, 0, 2, 0], [2, 0, 0, 2], [0, 2, 0, 0]]))
    np.testing.assert_allclose(np.abs(picture), [[1, 0.5], [0.5, 0]], atol=1e-15)


def test_a_rectangle_off_the_grid_by_hand() -> None:
    picture = np.zeros((3, 4))
    x0, x1, y0, y1 = 0.25, 2.5, 0.5, 2.0
    corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    add_edges(picture, np.array([(*corners[i], *corners[(i + 1) % 4]) for i in range(4)]))
    row = [0.75, 1, 0.5, 0]
    np.testing.assert_allclose(np.abs(picture), [np.multiply(0.5, row), row, [0, 0, 0, 0]], atol=1e-15)


@pytest.mark.parametrize("letter", list("HLTEI"))
def test_covered_area_is_that_of_the_outline(letter: str) -> None:
    """To rounding, however it is turned, moved and scaled: no letter of these overlaps itself."""
    for angle, scale, shear, shift in [
        (0, 1, 0, (0, 0)),
        (0.3, 0.8, 0, (1.3, -2)),
        (-0.5, 1.1, 0.2, (0.5, 2)),
    ]:
        picture = draw_glyph(FONT, letter, angle=angle, scale=scale, shear=shear, shift=shift)
        assert picture.sum() == pytest.approx(area(letter) * (0.55 * 28 * scale) ** 2, rel=1e-9)


def test_a_shift_moves_the_middle() -> None:
    a, b = middle(draw_glyph(FONT, "H")), middle(draw_glyph(FONT, "H", shift=(2.3, -1.7)))
    np.testing.assert_allclose(np.subtract(b, a), (2.3, -1.7), atol=0.01)  # pixels are no points
    assert a[0] == pytest.approx(14, abs=1e-6)  # upright and symmetric, but its bar is off the middle
    assert a[1] == pytest.approx(14, abs=0.2)


def test_an_angle_is_counter_clockwise() -> None:
    """The bar of an L lies to the lower right; a quarter turn brings it to the upper right."""
    turned = draw_glyph(FONT, "L", angle=np.pi / 2)
    np.testing.assert_allclose(turned, np.rot90(draw_glyph(FONT, "L")), atol=1e-12)


def test_a_shear_moves_the_top_to_the_right() -> None:
    straight, sheared = draw_glyph(FONT, "I"), draw_glyph(FONT, "I", shear=0.4)
    at = np.arange(28) + 0.5
    assert (sheared[8] @ at / sheared[8].sum()) > (straight[8] @ at / straight[8].sum()) + 1


def test_row_i_depends_on_the_seed_and_i_alone() -> None:
    few, many = glyphs(6, seed=4), glyphs(15, seed=4)
    np.testing.assert_array_equal(few.x, many.x[:6])
    assert "".join(few.y) == "ABCDEF"
    assert not np.array_equal(few.x, glyphs(6, seed=5).x)
    font = font_names()[int(few.factors["font"][2])]
    again = draw_glyph(font, "C", angle=few.factors["angle"][2], scale=few.factors["scale"][2],
                       shift=(few.factors["right"][2], few.factors["down"][2]))  # fmt: skip
    np.testing.assert_array_equal(again, few.x[2])
    assert many.x.min() >= 0
    assert many.x.max() <= 1


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: draw_glyph(FONT, "é"), "has no 'é': choose a letter or a digit"),
        (lambda: draw_glyph("Comic", "A"), "font 'Comic' cannot be read"),
        (lambda: glyphs(0), "n = 0"),
        (lambda: glyphs(5, letters="AA"), "at least two different letters"),
    ],
)
def test_bad_input(call: object, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()
