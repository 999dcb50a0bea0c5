"""The comparison of files: verdicts on planted faults, any format, and the page with its histograms."""

import json
import re
from dataclasses import replace
from pathlib import Path

import boost_histogram as bh
import numpy as np
import pytest
import uhi.io.json as uhi_io
from chromium import Browser
from page_in_browser import check_page

from hepsym import events as ev
from hepsym.errors import InputError
from hepsym.generators import generate, load_card
from hepsym.report.compare import compare, write_comparison

CARD = load_card("ee2mumu")
EVIL = "</script><script>document.title=1</script><img src=http://example.org/x onerror=alert(1)>"


def muons(n: int, seed: int, *, weighted: bool = False) -> ev.Events:
    return generate(CARD, n, seed=seed, weighted=weighted)


def saved(path: Path, events: ev.Events) -> Path:
    ev.write(path, events)
    return path


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved(tmp_path_factory.mktemp("samples") / "reference", muons(20_000, 1))


@pytest.mark.parametrize("name", ["b.lhe.gz", "b.npz", "b.parquet", "b.h5"])
def test_one_law_in_any_format_is_compatible(reference: Path, tmp_path: Path, name: str) -> None:
    found = compare([reference, saved(tmp_path / name, muons(8000, 2))])
    assert found.compatible, found.p_value
    assert found.verdicts[0].rate is not None and found.verdicts[0].rate.p_value is None
    told = found.to_json()
    assert told["events"] == {str(reference): 20_000, str(tmp_path / name): 8000}
    assert {"chi2", "ndf", "p_chi2", "p_ks"} <= told["observables"]["cos_theta(mu-)"].keys()


def test_a_weighted_sample_of_the_same_law_is_compatible(reference: Path, tmp_path: Path) -> None:
    found = compare([reference, saved(tmp_path / "w", muons(30_000, 3, weighted=True))])
    assert found.filled[1].weighted
    assert found.compatible, found.p_value


def turned(events: ev.Events) -> ev.Events:
    momenta = events.momenta.copy()
    momenta[:, 2:, 3] *= -1.0
    return replace(events, momenta=momenta)


def without_azimuth(events: ev.Events) -> ev.Events:
    momenta = events.momenta.copy()
    momenta[:, 2:, 1] = np.hypot(momenta[:, 2:, 1], momenta[:, 2:, 2]) * np.array([1.0, -1.0])
    momenta[:, 2:, 2] = 0.0
    return replace(events, momenta=momenta)


def test_the_sign_of_the_asymmetry_is_found(tmp_path: Path) -> None:
    """A_FB = 0.033 against -0.033 in 20,000 events: 13 standard deviations of it."""
    paths = [saved(tmp_path / "a", muons(20_000, 4)), saved(tmp_path / "b", turned(muons(20_000, 5)))]
    found = compare(paths)
    assert found.p_value < 1e-8
    named = found.to_json()["observables"]
    smallest = min(named, key=lambda name: named[name]["p_smooth"])
    assert smallest.startswith(("cos_theta", "eta"))
    assert named["phi(mu-)"]["p_chi2"] > 1e-4


@pytest.mark.parametrize("first", [True, False], ids=["in the reference", "in the other"])
def test_a_missing_azimuth_is_found(tmp_path: Path, first: bool) -> None:
    good, bad = saved(tmp_path / "a", muons(3000, 6)), saved(tmp_path / "b", without_azimuth(muons(3000, 7)))
    found = compare([bad, good] if first else [good, bad])
    assert found.p_value < 1e-12
    assert found.to_json()["observables"]["phi(mu-)"]["p_chi2"] < 1e-12


@pytest.mark.compiled
def test_a_tilt_is_found(tmp_path: Path) -> None:
    """4 % of tilt in cos theta of 200,000: eight standard deviations. (1 % in a million: docs/compare.md.)"""
    a, b = muons(200_000, 8), muons(200_000, 9)
    c = ev.observable(b, "cos_theta(mu-)").values
    tilted = replace(b, weights=1.0 + 0.04 * c)
    found = compare([saved(tmp_path / "a", a), saved(tmp_path / "b", tilted)])
    assert found.p_value < 1e-4
    assert compare([tmp_path / "a", saved(tmp_path / "c", b)]).compatible


def test_a_scale_wrong_by_one_percent_is_found(tmp_path: Path) -> None:
    """The momenta of muons, 1 % too large across the beam: the edge of pt moves."""
    a, b = muons(200_000, 8), muons(200_000, 9)
    momenta = b.momenta.copy()
    momenta[:, 2:, 1:3] *= 1.01
    scaled = replace(b, momenta=momenta)
    found = compare([saved(tmp_path / "a", a), saved(tmp_path / "b", scaled)], observables=["pt(mu-)"])
    assert found.p_value < 1e-6


def test_another_rate_alone_makes_a_difference(reference: Path, tmp_path: Path) -> None:
    events = muons(5000, 10)
    for name, error, compatible in (("near", 20.0, True), ("far", 2.0, False)):
        said = replace(events.provenance, cross_section_pb=2030.0, cross_section_error_pb=error)
        found = compare([reference, saved(tmp_path / name, replace(events, provenance=said))])
        assert found.compatible is compatible
        rate = found.verdicts[0].rate
        assert rate is not None and rate.p_value is not None


def test_the_same_events_are_called_that(reference: Path) -> None:
    found = compare([reference, reference])
    assert found.p_value == 1.0
    assert any("the same events?" in note for note in found.notes)


def test_three_samples_share_the_level(reference: Path, tmp_path: Path) -> None:
    good = saved(tmp_path / "good", muons(5000, 11))
    bad = saved(tmp_path / "bad", turned(muons(20_000, 12)))
    found = compare([reference, good, bad])
    assert [v.p_value >= 0.01 for v in found.verdicts] == [True, False]
    assert found.worst.source.path == bad
    assert found.p_value == pytest.approx(2 * found.worst.p_value)


def unlike(n: int, seed: int, many: float) -> ev.Events:
    """Events of 1 to 6 pions and photons."""
    rng = np.random.default_rng(seed)
    there = np.arange(6) < (1 + rng.poisson(many, n))[:, None]
    p = rng.normal(scale=5.0, size=(n, 6, 3)) * there[..., None]
    ids = np.where(rng.random((n, 6)) < 0.5, 211, 22) * there
    masses = np.where(ids == 211, 0.13957, 0.0)
    energy = np.sqrt((p**2).sum(-1) + masses**2)
    return ev.Events(
        momenta=np.ascontiguousarray(np.concatenate([energy[..., None], p], axis=-1)),
        pdg_ids=ids.astype(np.int32), status=there.astype(np.int8), masses=masses,
    )  # fmt: skip


def test_events_of_differing_particles(tmp_path: Path) -> None:
    a = saved(tmp_path / "a", unlike(4000, 1, 1.5))
    same = compare([a, saved(tmp_path / "b", unlike(4000, 2, 1.5))])
    more = compare([a, saved(tmp_path / "c", unlike(4000, 3, 1.7))])
    names = list(same.to_json()["observables"])
    assert {"n()", "sum_pt()", "total_m()", "n(a)", "leading_pt(a)"} <= set(names)
    assert same.compatible, same.p_value
    assert more.p_value < 1e-4
    chosen = compare([a, tmp_path / "c"], observables=["n()"]).to_json()["observables"]
    assert list(chosen) == ["n()"] and chosen["n()"]["p_chi2"] < 1e-4


def test_other_particles_leave_what_all_events_have(reference: Path, tmp_path: Path) -> None:
    tau = generate(load_card("ee2tautau"), 3000, seed=1)
    found = compare([reference, saved(tmp_path / "tau", tau)])
    assert {"total_m()", "leading_eta()"} & set(found.to_json()["observables"])
    assert any("different particles" in note for note in found.notes)


def test_a_run_stands_for_its_data(reference: Path, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "config.json").write_text(
        json.dumps({"source": {"files": [{"path": str(reference)}]}})
    )
    assert compare([reference, tmp_path / "run"]).p_value == 1.0
    (tmp_path / "run" / "config.json").write_text("{}")
    with pytest.raises(InputError, match="does not name its data files"):
        compare([reference, tmp_path / "run"])


def test_damage_in_the_middle_of_a_file_is_one_clear_error(reference: Path, tmp_path: Path) -> None:
    path = saved(tmp_path / "b.lhe", muons(300, 13))
    text = path.read_text()
    path.write_text(text[: len(text) // 2])
    with pytest.raises(InputError, match=r"b\.lhe"):
        compare([reference, path])


def test_tables_and_columns(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    for name, shift in (("a", 0.0), ("b", 0.2)):
        rows = "\n".join(f"{x:.6f},{y:.6f}" for x, y in rng.normal(shift, 1.0, size=(3000, 2)))
        (tmp_path / f"{name}.csv").write_text(f"x,y\n{rows}\n")
    found = compare([tmp_path / "a.csv", tmp_path / "b.csv"], observables=["y"])
    assert not found.compatible and list(found.to_json()["observables"]) == ["y"]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"observables": ["pt(nosuch)"]}, "nosuch"),
        ({"observables": ["ptt(mu-)"]}, "did you mean 'pt'"),
        ({"observables": ["E(mu-)"]}, "one and the same"),
        ({"bins": 1}, "from 2 to 1000"),
        ({"alpha": 1.0}, "between 0 and 1"),
    ],
)
def test_bad_questions(reference: Path, changed: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=re.escape(words)):
        compare([reference, reference], **changed)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="give two or more"):
        compare([reference])


# The page -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def written(reference: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("written")
    other = saved(folder / "weighted.npz", muons(9000, 20, weighted=True))
    found = compare([reference, other])
    write_comparison(found, folder / "out", found.to_json())
    return folder / "out"


def test_the_directory_holds_page_numbers_and_histograms(written: Path) -> None:
    assert sorted(path.name for path in written.iterdir()) == ["compare.html", "compare.json", "histograms"]
    told = json.loads((written / "compare.json").read_text())
    assert len(list((written / "histograms").iterdir())) == 2 * len(told["observables"])
    text = (written / "compare.html").read_text()
    assert text.count("<figure") == len(told["observables"])
    assert "default-src &#x27;none&#x27;" in text
    assert not re.findall(r'(?:src|href)="(?!#|data:)', text), "nothing is loaded from elsewhere"


def test_the_page_in_a_browser(written: Path, browser: Browser) -> None:
    check_page(browser, written / "compare.html")
    offered = "document.querySelectorAll('a[href^=\"data:application/json\"]').length"
    assert browser.ask(offered) == browser.ask("document.querySelectorAll('figure').length")


def test_every_histogram_reads_back_with_all_events(written: Path) -> None:
    for path in (written / "histograms").iterdir():
        read = bh.Histogram(json.loads(path.read_text(), object_hook=uhi_io.object_hook))
        total = read.sum(flow=True)
        if path.stem.endswith("-0"):
            assert total.value == total.variance == 20_000
        else:
            assert 0 < total.value**2 / total.variance < 9000


def test_nothing_is_overwritten(written: Path, reference: Path) -> None:
    found = compare([reference, reference], observables=["phi(mu-)"])
    with pytest.raises(InputError, match="exists already"):
        write_comparison(found, written, found.to_json())


def test_names_of_files_and_columns_do_not_become_markup(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    for name in ("a", "b"):
        rows = "\n".join(f"{x:.6f}" for x in rng.normal(size=500))
        (tmp_path / f"{name}<img src=x onerror=1>$.csv").write_text(f'"{EVIL}"\n{rows}\n')
    found = compare(sorted(tmp_path.glob("*.csv")))
    page = write_comparison(found, tmp_path / "out", found.to_json()).read_text()
    assert "<img" not in page
    assert page.count("<script") == 2


def test_kinds_of_tests_share_alpha() -> None:
    """The shares of those that were made add up to one, so that a tenth of alpha each is never too much."""
    from hepsym.report.compare.verdict import SHARES, together

    assert sum(SHARES.values()) == pytest.approx(1.0)
    assert together({"histograms": 0.006, "classifier": 0.5, "rate": 0.5}) == pytest.approx(0.01)
    assert together({"histograms": 0.5, "classifier": 0.002, "rate": None}) == pytest.approx(0.006)
    assert together({"histograms": 0.02, "classifier": None, "rate": None}) == 0.02
    assert together({"histograms": 1.0, "classifier": 0.9, "rate": 0.9}) == 1.0
    p = np.random.default_rng(3).uniform(size=(3, 20_000))
    for level in (0.01, 0.1):
        alarms = np.mean([together(dict(zip(SHARES, row, strict=True))) <= level for row in p.T.tolist()])
        assert alarms < level + 3.5 * (level / 20_000) ** 0.5
