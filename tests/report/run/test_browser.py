"""The page in a real browser: figures are drawn, nothing complains, and no request leaves it."""

from pathlib import Path

import pytest
from chromium import Browser
from made_run import RELEVANT, made_run

from hepsym.report import write

EVIL = (
    "</script><script>document.title='broken'</script>"
    "<img src=http://example.org/x onerror=document.title='broken'>"
)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(made_run(tmp_path_factory.mktemp("runs") / "run"))


def test_no_request_leaves_the_page(browser: Browser, page: Path) -> None:
    browser.show(page)
    assert browser.requested() == [page.resolve().as_uri()]
    assert browser.ask("performance.getEntriesByType('resource').length") == 0
    assert browser.complaints() == []


def test_the_watch_would_see_a_request(browser: Browser, tmp_path: Path) -> None:
    """The same watch on a page that does load something."""
    (tmp_path / "x.css").write_text("p { color: red }")
    leaky = tmp_path / "leaky.html"
    leaky.write_text("<!doctype html><link rel=stylesheet href=x.css><script>console.error('e')</script><p>x")
    browser.show(leaky)
    assert len(browser.requested()) == 2
    assert browser.complaints() != []


def test_every_figure_is_drawn(browser: Browser, page: Path) -> None:
    browser.show(page)
    boxes = browser.ask(
        "[...document.querySelectorAll('figure svg')].map(s => {"
        " const b = s.getBBox(), r = s.getBoundingClientRect();"
        " const marks = s.querySelectorAll('path, circle, line, use');"
        " return [b.width, b.height, r.width, r.height, marks.length]; })"
    )
    assert len(boxes) >= 20
    for width, height, wide, high, marks in boxes:
        assert min(width, height) > 50
        assert min(wide, high) > 100
        assert marks > 10


def test_colours_follow_the_reader(browser: Browser, page: Path) -> None:
    page_and_ink = (
        "(() => { const s = getComputedStyle(document.querySelector('figure svg [style*=\"var(--ink)\"]'));"
        " return [getComputedStyle(document.body).backgroundColor, s.fill + s.stroke]; })()"
    )
    colours = []
    for dark in (False, True):
        browser.show(page, dark=dark)
        colours.append(browser.ask(page_and_ink))
    assert colours[0][0] != colours[1][0]
    assert colours[0][1] != colours[1][1]


@pytest.mark.parametrize("width", [320, 390, 820, 1600])
def test_nothing_sticks_out_sideways(browser: Browser, page: Path, width: int) -> None:
    browser.show(page, width=width)
    assert browser.ask("document.documentElement.scrollWidth") <= width
    assert (
        browser.ask(
            "Math.max(...[...document.querySelectorAll('figure')].map(f => f.getBoundingClientRect().right))"
        )
        <= width
    )


def test_the_slider_moves_the_momenta(browser: Browser, page: Path) -> None:
    browser.show(page)
    assert browser.ask("document.querySelectorAll('[data-player]').length") == len(RELEVANT)
    seen = (
        "[...document.querySelectorAll('#momenta-z1 [data-walk][data-now] [data-frame][data-now] line')]"
        ".map(l => l.getAttribute('x2')).join()"
    )
    start = browser.ask(seen)
    move = (
        "s = document.querySelector('#momenta-z1 input'); s.value = 0; s.dispatchEvent(new Event('input'));"
    )
    browser.ask(move)
    assert browser.ask(seen) not in {start, ""}
    assert browser.ask("document.querySelector('#momenta-z1 output').textContent") == "z1 = -2.00"
    moved = browser.ask(seen)
    browser.ask(
        "c = document.querySelector('#momenta-z1 select'); c.value = 2; c.dispatchEvent(new Event('change'));"
    )
    assert browser.ask(seen) not in {moved, ""}


def test_a_saved_figure_stands_alone(browser: Browser, page: Path) -> None:
    browser.show(page)
    browser.ask(
        "window.saved = []; URL.createObjectURL = blob => { saved.push(blob.text()); return '#'; };"
        "HTMLAnchorElement.prototype.click = () => {};"
        "document.querySelectorAll('#relevance-kl [data-kind=svg], #momenta-z1 [data-kind=svg]')"
        ".forEach(b => b.click());"
    )
    texts = browser.ask("Promise.all(saved)")
    assert len(texts) == 3
    for text in texts:
        assert "var(--" not in text
        assert (
            browser.ask(
                f"new DOMParser().parseFromString({text!r}, 'image/svg+xml').documentElement.nodeName"
            )
            == "svg"
        )


def test_hostile_names_run_nothing(browser: Browser, tmp_path: Path) -> None:
    page = write(made_run(tmp_path / "run", evil=EVIL))
    browser.show(page)
    assert browser.ask("document.title") != "broken"
    assert browser.requested() == [page.resolve().as_uri()]
    assert browser.complaints() == []


def test_readers_of_other_kinds_are_served(browser: Browser, page: Path) -> None:
    """Every drawing and control has a name, one h1, and a language."""
    browser.show(page)
    assert browser.ask("[...document.querySelectorAll('svg')].every(s => s.getAttribute('aria-label'))")
    assert browser.ask(
        "[...document.querySelectorAll('input, select')].every(s => s.getAttribute('aria-label'))"
    )
    assert browser.ask("document.querySelectorAll('h1').length") == 1
    assert browser.ask("document.documentElement.lang") == "en"
