"""What a figure is saved as: SVG and PDF that show the same, in light colours; numbers that read back."""

import base64
import io
import json
import re
from pathlib import Path

import boost_histogram as bh
import numpy as np
import pytest
import uhi.io.json as uhi_io
from chromium import Browser
from made_run import made_run
from numpy.typing import NDArray
from page_in_browser import check_page, saved
from PIL import Image

from hepsym.report import write
from hepsym.report.page.lettering import outline
from hepsym.report.page.style import look
from hepsym.report.run.control import Filling, compared
from hepsym.report.run.sections import generated

FIGURES = ("relevance-kl", "momenta-z1", "mutual-information", "training-loss", "plateau-counts")
"""Bars, arrows and dashes, opacities, lines, letters on dots."""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(made_run(tmp_path_factory.mktemp("runs") / "run"))


def test_the_page_is_fit_for_phone_and_desk(browser: Browser, page: Path) -> None:
    check_page(browser, page)


def darkness(picture: Image.Image) -> NDArray[np.float64]:
    return 1.0 - np.asarray(picture.convert("L"), dtype=np.float64) / 255.0


def alike(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    return float(np.corrcoef(a.ravel(), b.ravel())[0, 1])


@pytest.mark.parametrize("figure", FIGURES)
def test_the_pdf_shows_what_the_svg_shows(figure: str, browser: Browser, page: Path, tmp_path: Path) -> None:
    """Rasterised by PDFium and by Chromium; a shift by two points would be seen."""
    pdfium = pytest.importorskip("pypdfium2")
    browser.show(page, dark=True)
    pdfs, svgs = (saved(browser, kind, f"#{figure}") for kind in ("pdf", "svg"))
    assert len(pdfs) == len(svgs) == (2 if figure.startswith("momenta") else 1)
    for name, encoded in pdfs.items():
        document = pdfium.PdfDocument(base64.b64decode(encoded))
        sheet = document[0].render(scale=2).to_pil()
        half = (sheet.width // 2, sheet.height // 2)  # hairlines differ by where they are put into pixels
        shown = tmp_path / name.replace(".pdf", ".svg")
        shown.write_bytes(base64.b64decode(svgs[shown.name]))
        browser.show(shown, width=sheet.width, height=sheet.height)
        browser.ask("document.documentElement.style.maxWidth = 'none'")
        taken = tmp_path / "taken.png"
        browser.picture(taken)
        seen, drawn = (
            darkness(each.resize(half, Image.Resampling.BOX)) for each in (Image.open(taken), sheet)
        )
        assert 0.005 < drawn.mean() < 0.5
        assert alike(drawn, seen) > 0.94
        assert alike(np.roll(drawn, 2, axis=1), seen) < 0.9
        assert document.get_metadata_dict()["Title"]


def test_every_figure_becomes_a_pdf(browser: Browser, page: Path) -> None:
    """An element or a path command that the writer does not know would be an error on the console."""
    browser.show(page)
    found = saved(browser, "pdf")
    assert browser.complaints() == []
    assert len(found) == browser.ask("document.querySelectorAll('figure .plot svg').length")
    assert all(base64.b64decode(text).startswith(b"%PDF-1.4\n") for text in found.values())


def test_what_a_pdf_cannot_show_is_refused(browser: Browser, page: Path) -> None:
    browser.show(page)
    for inner in ("<rect width='1' height='1'/>", "<path d='M 0 0 A 1 1 0 0 0 1 1'/>"):
        svg = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'>{inner}</svg>"
        told = browser.ask(f'pdfOf("{svg}").then(() => "made", e => e.message)')
        assert "is not known" in told


def test_a_control_plot_s_histogram_reads_back(tmp_path: Path) -> None:
    filling = Filling(np.linspace(-1, 1, 11))
    rng = np.random.default_rng(3)
    filling.fill(rng.normal(size=500), rng.normal(1.0, 0.1, size=500))
    control = compared("x(mu-)", filling, None, unit="GeV", weighted=True)
    html = generated.section({}, "", [control], 500).html()
    link = re.search(r'download="([^"]+)\.json" href="data:application/json;base64,([^"]+)"', html)
    assert link is not None
    read = bh.Histogram(json.loads(base64.b64decode(link[2]), object_hook=uhi_io.object_hook))
    sums, squares = filling.sums()
    np.testing.assert_array_equal(read.view(flow=True).value, sums)
    np.testing.assert_array_equal(read.view(flow=True).variance, squares)
    assert sums[0] > 0, "underflow is there"


def test_letters_are_outlines_of_their_size() -> None:
    """Width and height as matplotlib draws the same text; a dollar sign opens no mathematics."""
    from matplotlib.figure import Figure

    with look():
        path, width = outline("μ⁻", 12.0)
        drawing = Figure(dpi=72)
        text = drawing.text(0, 0, "μ⁻", fontsize=12)
        drawing.savefig(io.BytesIO(), format="png", dpi=72)
        box = text.get_window_extent()
        assert width == pytest.approx(box.width, abs=2.0)
        numbers = [float(n) for n in re.findall(r"-?\d+\.\d+", path)]
        assert -12 < min(numbers) < -6
        assert outline("$x", 12.0)[1] > outline("x", 12.0)[1]
        assert outline("\ufdd0\x00", 12.0)[0]
