"""A study of a toy or of smeared events: its rows, what its latents say beside the truth, its pages."""

import json
from pathlib import Path

import numpy as np
import pytest
from chromium import Browser
from page_in_browser import check_page

from hepsym import events as ev
from hepsym.analysis import COUNTING_RULES, DEFINITIONS
from hepsym.generators.toys import TOYS
from hepsym.report.studies.card import Study, load_study
from hepsym.report.studies.latents import JACOBIAN
from hepsym.report.studies.rows import make_rows
from hepsym.report.studies.run import run_study

SMALL = (
    "generate.events=1500", "generate.noise=0.02", "fit.epochs=3", "fit.hidden=[8]", "fit.latent=3",
    "analyze.betas=[0.03, 0.3]", "analyze.seeds=2",
)  # fmt: skip


@pytest.fixture(scope="module")
def study() -> Study:
    return load_study("circle", SMALL)


@pytest.fixture(scope="module")
def done(study: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("studies") / "circle"
    result = run_study(study, out)
    assert list(result.stages) == ["generate", "fit", "analyze", "symmetries", "truth", "report"]
    json.dumps(result.to_json(), allow_nan=False)
    return out


def test_rows_are_those_of_the_toy(done: Path) -> None:
    table = ev.read_table(done / "rows.npz")
    assert table.names == ("x", "y")
    assert np.array_equal(table.values, TOYS["circle"].draw(1500, 1, noise=0.02))


def test_every_latent_of_every_training_is_told(done: Path) -> None:
    told = json.loads((done / "latents.json").read_text())
    assert told["truth"]["dimension"] == 1
    assert (told["betas"], told["seeds"], told["latent"]) == ([0.03, 0.3], [1, 2], 3)
    assert set(told["counts"]) == {*COUNTING_RULES, JACOBIAN} == set(told["plateau"])
    for table in told["counts"].values():
        assert np.shape(table) == (2, 2)
    for name in DEFINITIONS:
        values = np.asarray(told["relevance"][name])
        assert values.shape == (2, 2, 3)
        assert (np.diff(values, axis=-1) <= 0).all()
    # Counted again from the relevances: the rule is mean KL above 0.1 nat.
    kl = np.asarray(told["relevance"]["kl"])
    assert ((kl > 0.1).sum(-1) == told["counts"]["kl"]).all()
    assert np.asarray(told["ratio"]).shape == (2, 2, 2)
    assert np.allclose(np.asarray(told["ratio"])[..., 0], 1.0)


def test_the_count_agrees_with_that_of_analyze(done: Path) -> None:
    """Two roads to one number, on test rows of one split."""
    told = json.loads((done / "latents.json").read_text())
    analysis = json.loads((done / "run" / "analysis.json").read_text())
    assert told["counts"]["kl"] == analysis["relevant"]["counts"]


def test_pages_and_numbers_stand_beside_each_other(done: Path) -> None:
    page = (done / "study.html").read_text(encoding="utf-8")
    for anchor in ("truth", "counts", "relevance", "jacobian"):
        assert f'<section id="{anchor}"' in page
    assert page.count("<figure ") == len(COUNTING_RULES) + 1 + len(DEFINITIONS) + 1
    found = json.loads((done / "symmetries" / "symmetries.json").read_text())
    kept = json.loads((done / "study.json").read_text())["stages"]["symmetries"]
    assert kept["dimension"]["value"] == found["dimension"]["value"]
    assert found["jacobian"]["median"][0] > 0
    assert (done / "symmetries" / "symmetries.html").is_file()
    assert (done / "run" / "report.html").is_file()


@pytest.mark.parametrize("page", ["study.html", "run/report.html", "symmetries/symmetries.html"])
def test_its_pages_in_a_browser(done: Path, browser: Browser, page: str) -> None:
    check_page(browser, done / page)


def test_a_study_stopped_before_its_symmetries_goes_on(done: Path, study: Study) -> None:
    """Also where their folder is there, but they were not entered in the journal."""
    journal = json.loads((done / "study.json").read_text())
    for name in ("symmetries", "truth", "report"):
        del journal["stages"][name]
    (done / "study.json").write_text(json.dumps(journal))
    before = (done / "latents.json").read_bytes()
    said: list[str] = []
    run_study(study, done, resume=True, say=said.append)
    assert said[:3] == ["generate: complete already", "fit: complete already", "analyze: complete already"]
    assert (done / "latents.json").read_bytes() == before


def test_smeared_events_keep_their_names_and_spread(tmp_path: Path) -> None:
    """Noise of 1 % of each column's deviation: 2000 rows tell its size to 1.6 % each; within 8 %."""
    study = load_study("ee2mumu", ["generate.events=2000", "generate.noise=0.01"])
    said = make_rows(study, tmp_path, 1, None)
    assert (said["events"], said["noise"]) == (2000, 0.01)
    clean, smeared = ev.read_table(tmp_path / "events"), ev.read_table(tmp_path / "rows.npz")
    assert smeared.names == clean.names
    spread = clean.values.std(axis=0)
    varies = spread > 1e-6
    ratio = (smeared.values - clean.values).std(axis=0)[varies] / spread[varies]
    assert ratio == pytest.approx(0.01, rel=0.08)
