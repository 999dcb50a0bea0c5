"""A figure on the page: ids of its own, colours of the page, no words of a file in its comments."""

import base64
import csv
import io
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from hepsym.report.page.drawing import anchor, csv_text, drawn
from hepsym.report.page.style import COLOURS, INK, SERIES, look, new_figure


def a_drawing(name: str = "test", label: str = "x"):
    with look():
        figure = new_figure()
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], color=SERIES[0])
        axes.fill_between([0, 1], [0, 1], color=INK, alpha=0.3)
        axes.set_xlabel(label)
        return drawn(figure, name, alt="A line.", caption="Caption", header=("a", "b"), rows=[(1, 0.1)])


def test_svg_is_well_formed_and_says_what_it_shows() -> None:
    drawing = a_drawing()
    root = ET.fromstring(drawing.svg)
    assert root.get("role") == "img"
    assert root.get("aria-label") == "A line."
    assert root.get("width") is None, "the size follows the column"
    assert len(root.findall(".//{http://www.w3.org/2000/svg}path")) > 5


def test_no_sentinel_colour_is_left_and_no_colour_is_fixed() -> None:
    svg = a_drawing().svg
    assert not any(sentinel in svg for sentinel in COLOURS)
    assert "var(--c0)" in svg
    assert re.findall(r"#[0-9a-f]{6}\b", svg) == []


def test_ids_of_two_figures_never_meet() -> None:
    one, two = (set(re.findall(r'\bid="([^"]+)"', a_drawing(name).svg)) for name in ("one", "two"))
    assert one
    assert not one & two
    svg = a_drawing("one").svg
    assert set(re.findall(r'(?:href="#|url\(#)([^")]+)', svg)) <= one


@pytest.mark.parametrize(
    "label", ["<script>alert(1)</script>", "--!><script>alert(1)</script>", "$x", "a$b$c", "\\frac{"]
)
def test_hostile_labels_draw_and_do_not_become_markup(label: str) -> None:
    from hepsym.report.page.labels import axis_label

    with look():
        text = axis_label(label, latex=label)
    svg = a_drawing(label=text).svg
    assert "script" not in svg
    assert "<!--" not in svg
    ET.fromstring(svg)


def test_csv_reads_back_exactly_and_runs_no_formula() -> None:
    values = np.random.default_rng(1).normal(size=20)
    text = csv_text(("=SUM(A1)", "v"), [('a,\n"b"', float(v)) for v in values])
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0][0] == "'=SUM(A1)"
    assert [float(row[1]) for row in rows[1:]] == values.tolist()
    assert rows[1][0] == 'a,\n"b"'


def test_csv_link_holds_the_table() -> None:
    drawing = a_drawing()
    encoded = re.search(r"data:text/csv;base64,([^\"]+)", drawing.html())
    assert encoded
    assert base64.b64decode(encoded[1]).decode() == drawing.table


def test_look_leaves_matplotlib_as_it_was() -> None:
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    a_drawing()
    assert dict(mpl.rcParams) == before


def test_anchors_tell_a_particle_from_its_antiparticle() -> None:
    assert anchor("relevance-kl") == "relevance-kl"
    names = ("control-phi(mu-)", "control-phi(mu+)", "控", "", "<script>", "a b", "a_b")
    anchors = [anchor(name) for name in names]
    assert len(set(anchors)) == len(names)
    assert all(re.fullmatch(r"[A-Za-z0-9-]*", a) for a in anchors)
