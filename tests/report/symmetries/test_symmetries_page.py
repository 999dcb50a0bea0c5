"""The page of symmetries: what is found is on it, flows move rows as they should, a browser is content."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from chromium import Browser
from scipy.linalg import expm

from hepsym.errors import InputError
from hepsym.generators.toys import TOYS
from hepsym.report.symmetries import find_symmetries, write_symmetries
from hepsym.report.symmetries.broken import changed_most
from hepsym.report.symmetries.equations import equation
from hepsym.report.symmetries.find import Found
from hepsym.report.symmetries.flows import Flow, flow_of, moved, plane_of, speed
from hepsym.report.symmetries.page import found_sentence, page

EVIL = "</script><script>document.title='broken'</script><img src=http://example.org/x>$^{\\frac"


def table(path: Path, toy: str, n: int, names: tuple[str, ...] | None = None) -> Path:
    chosen = TOYS[toy]
    rows = chosen.draw(n, 3)
    np.savez(path, **dict(zip(names or chosen.columns, rows.T, strict=True)))
    return path


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Found:
    """e+e- to two bodies: equations, so(3), of which two rotations are broken."""
    return find_symmetries(table(tmp_path_factory.mktemp("tables") / "pair.npz", "ee-2", 16_000))


@pytest.fixture(scope="module")
def written(pair: Found, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_symmetries(pair, tmp_path_factory.mktemp("pages") / "pair")


def test_everything_found_is_on_the_page(pair: Found, written: Path) -> None:
    text = written.read_text(encoding="utf-8")
    for anchor in ("dimension", "equations", "flows", "broken", "evidence"):
        assert f'<section id="{anchor}"' in text
    for constraint in pair.told["constraints"]:
        assert equation(constraint["formula"]) in text
    for number in range(1, pair.told["generators"]["count"] + 1):
        assert f'id="flow-{number}"' in text
    assert len(pair.told["broken"]) >= 1
    for number in range(1, len(pair.told["broken"]) + 1):
        assert f'id="broken-{number}"' in text
    kept = json.loads(written.with_name("symmetries.json").read_text(encoding="utf-8"))
    assert kept == pair.told


def test_the_sentence_says_what_is_true(pair: Found) -> None:
    said = found_sentence(pair.told)
    assert said.startswith("The rows fill 2 of 8 directions; 6 equations hold for every row; so(3) carries")
    assert "so(2) leaves the density as it is" in said


def test_flows_are_drawn_in_columns_that_move_each_other(pair: Found) -> None:
    """Every rotation of e+e- to two bodies turns two components of one leg; also where units differ."""
    centre = np.asarray(pair.told["generators"]["centre"])
    for generator in pair.told["generators"]["basis"]:
        axes, labels, spelled = plane_of(flow_of(generator, centre), pair.rows, pair.names)
        assert spelled == ""
        assert sorted(axes.sum(axis=1)) == [1.0, 1.0]
        a, b = labels
        assert (a[0], a[:3] in {"a.p", "b.p"}) == (b[0], True)


def test_a_flow_of_no_two_columns_is_drawn_along_its_motion() -> None:
    """A rotation in a plane askew to five columns: no column has a partner, and the plane is found."""
    rng = np.random.default_rng(2)
    turn, _ = np.linalg.qr(rng.normal(size=(5, 5)))
    plain = np.zeros((5, 5))
    plain[0, 1], plain[1, 0] = -1.0, 1.0
    flow = Flow("rotation", turn @ plain @ turn.T, np.zeros(5))
    rows = rng.normal(size=(3000, 5)) @ turn.T
    axes, labels, spelled = plane_of(flow, rows, list("abcde"))
    assert labels[0].startswith("first direction")
    assert spelled.count(" and ") == 1
    # All of the motion lies in that plane, in standard deviations of the columns.
    scale = rows.std(axis=0)
    rates, plane = rows @ flow.matrix.T / scale, axes * scale
    assert plane @ plane.T == pytest.approx(np.eye(2), abs=1e-12)
    assert rates @ plane.T @ plane == pytest.approx(rates, abs=1e-12)


def test_rows_are_carried_by_the_exponential() -> None:
    rng = np.random.default_rng(3)
    flow = Flow("any", rng.normal(size=(3, 3)), rng.normal(size=3))
    rows = rng.normal(size=(50, 3))
    centre = np.linalg.solve(flow.matrix, -flow.push)
    expected = centre + (rows - centre) @ expm(0.3 * flow.matrix).T
    assert flow.after(rows, 0.3) == pytest.approx(expected, rel=1e-10)
    small = (moved(flow, rows, 1e-6) - rows) / rows.std(axis=0)
    assert np.sqrt((small**2).sum(axis=1).mean()) == pytest.approx(1e-6, rel=1e-4)
    assert speed(flow, rows) > 0


def test_the_column_that_shows_a_broken_flow() -> None:
    """Squeezed in z: rotations about z change nothing (p is uniform), about x they change z."""
    rng = np.random.default_rng(4)
    rows = rng.normal(size=(20_000, 3)) * np.array([1.0, 1.0, 0.3])
    about_z, about_x = np.zeros((2, 3, 3))
    about_z[0, 1], about_z[1, 0] = -1.0, 1.0
    about_x[1, 2], about_x[2, 1] = -1.0, 1.0
    kept = changed_most(Flow("about z", about_z, np.zeros(3)), rows)
    assert kept[3] > 1e-3
    lost = changed_most(Flow("about x", about_x, np.zeros(3)), rows)
    assert lost[0] == 2
    assert lost[3] < 1e-30


def test_no_change_is_no_division_by_nothing() -> None:
    """Constant columns, a flow that stands still, one row moved."""
    rows = np.column_stack([np.ones(100), np.arange(100.0)])
    still = Flow("none", np.zeros((2, 2)), np.zeros(2))
    assert changed_most(still, rows)[2:] == (0.0, 1.0)
    assert np.isfinite(plane_of(still, rows, ["a", "b"])[0]).all()


@pytest.mark.parametrize(
    ("formula", "shown"),
    [
        ("x^2 + y^2 = 1", "x<sup>2</sup> + y<sup>2</sup> = 1"),
        ("-x - y = 0", "−x − y = 0"),
        ("mu-.E = 2e-05", "mu-.E = 2e-05"),
        ("<b>^2 = 1", "&lt;b&gt;<sup>2</sup> = 1"),
    ],
)
def test_formulae_are_html(formula: str, shown: str) -> None:
    assert equation(formula) == shown


def test_tables_of_every_kind_have_a_page(tmp_path: Path) -> None:
    """One column, all constant, full-dimensional, a torus, translations: no figure fails."""
    rng = np.random.default_rng(5)
    kinds = {
        "one": rng.normal(size=(500, 1)),
        "constant": np.ones((200, 3)),
        "line": np.outer(rng.normal(size=600), [1.0, 2.0, -1.0]),
        "torus": TOYS["torus"].draw(3000, 1),
        "cylinder": TOYS["cylinder"].draw(3000, 1),
        "swiss": TOYS["swiss-roll"].draw(3000, 1),
        "large": 1e12 + rng.normal(size=(500, 2)),
    }
    for name, rows in kinds.items():
        np.save(tmp_path / f"{name}.npy", rows)
        text = page(find_symmetries(tmp_path / f"{name}.npy"))
        assert "nan" not in re.sub(r"data:text/csv;base64,[^\"]*", "", text).lower().replace("resonan", "")


def test_a_taken_place_is_refused_and_left_alone(pair: Found, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(InputError, match="exists already"):
        write_symmetries(pair, tmp_path / "out")
    assert list(tmp_path.iterdir()) == [tmp_path / "out"]
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("width", [320, 820, 1600])
@pytest.mark.parametrize("dark", [False, True])
def test_a_browser_shows_it_and_asks_for_nothing(
    browser: Browser, written: Path, width: int, dark: bool
) -> None:
    browser.show(written, width=width, dark=dark)
    assert browser.requested() == [written.resolve().as_uri()]
    assert browser.complaints() == []
    assert browser.ask("document.documentElement.scrollWidth") <= width
    boxes = browser.ask(
        "[...document.querySelectorAll('figure svg')].map(s => [s.getBBox().width, s.getBBox().height,"
        " s.querySelectorAll('path, use').length])"
    )
    assert len(boxes) >= 5
    for wide, high, marks in boxes:
        assert min(wide, high) > 50
        assert marks > 10


def test_hostile_names_run_nothing(browser: Browser, tmp_path: Path) -> None:
    names = (EVIL.replace("/", "|"), "$x^2$")
    out = write_symmetries(find_symmetries(table(tmp_path / "t.npz", "circle", 800, names)), tmp_path / "out")
    browser.show(out)
    assert browser.ask("document.title") != "broken"
    assert browser.requested() == [out.resolve().as_uri()]
    assert browser.complaints() == []
