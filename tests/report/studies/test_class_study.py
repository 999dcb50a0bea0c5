"""`hepsym study` of classes: letters of known pose, once, small; the page, the lines, and what is refused."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from hepsym.cli import app
from hepsym.errors import InputError
from hepsym.models.equivae import EquiVAE, picture_similarities
from hepsym.report.representation import ClassStudy
from hepsym.report.representation.divided import divided, shown_labels
from hepsym.report.representation.jets import confusion, rejections, transformed
from hepsym.report.representation.poses import disentangled, followed
from hepsym.report.studies.card import study_names
from hepsym.report.studies.kinds import load_any

SMALL = ["rows.events=150", "train.epochs=1", "train.width=32", "train.seeds=[1]", "train.couplings=1"]


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("classes") / "study"
    study = load_any("glyphs", SMALL)
    study.run(out, resume=False, threads=None, say=lambda _: None, bar=lambda _: None)  # type: ignore[arg-type,return-value]
    return out


def test_every_shipped_card_is_read() -> None:
    names = study_names("classes")
    assert {"equivae/digits", "equivae/glyphs", "equivae/jets", "equivae/mnist"} <= set(names)
    for name in names:
        assert isinstance(load_any(name), ClassStudy)


def test_a_line_a_training(done: Path) -> None:
    (line,) = [json.loads(text) for text in (done / "results.jsonl").read_text().splitlines()]
    assert (line["model"], line["seed"]) == ("EquiVAE", 1)
    assert {
        "bound",
        "error_bound",
        "kl",
        "r2_angle",
        "class_from_r",
        "swap_accuracy",
        "leak_mlp_of_both",
        "mig",
        "sap",
        "dci_completeness",
        "equivariance_error_kept",
        "change_of_r",
    } <= set(line)
    counts = np.array(line["confusion"])
    assert counts.sum(1).tolist() == [3] * 10  # a fifth of 15 of each letter
    assert line["error_bound"] == pytest.approx(1 - counts.trace() / counts.sum(), abs=1e-6)


def test_the_page_shows_swaps_walks_and_mistakes(done: Path) -> None:
    page = (done / "report.html").read_text()
    for figure in ("swaps", "walk-A", "walk-B", "confusion-EquiVAE"):
        assert f'<figure id="{figure}"' in page
    assert "<image" not in page
    assert not re.search("(src|href)=.http", page)
    assert "Letters of known pose" in page


def test_what_stays_still_is_followed_and_what_moves_is_seen(done: Path) -> None:
    """No motion is followed exactly: pixels are read at their middles. Motions are not, untrained."""
    model, study = EquiVAE.load(done / "models" / "EquiVAE-1"), load_any("glyphs", SMALL)
    assert isinstance(study, ClassStudy)
    rows = divided(study.rows)
    still = followed(model, rows, picture_similarities((28, 28, 1), angle=0.0, log_scale=0.0, shift=0.0))
    assert set(still) == {"equivariance_error_not_straightened", "equivariance_error_kept", "change_of_r"}
    assert max(still.values()) < 1e-3
    moved = followed(model, rows, picture_similarities((28, 28, 1)))
    assert min(moved.values()) > 0.1


def test_a_latent_a_factor_scores_one_and_mixed_ones_less() -> None:
    truth = np.random.default_rng(1).uniform(size=(600, 3))
    alone = disentangled(truth, truth)
    assert {"mig", "sap", "dci_disentanglement", "dci_completeness", "factor_vae_score"} == set(alone)
    assert min(alone.values()) > 0.8
    mixed = disentangled(truth @ np.linalg.qr(np.random.default_rng(2).normal(size=(3, 3)))[0], truth)
    assert max(mixed[k] for k in alone if k != "factor_vae_score") < 0.7
    assert "factor_vae_score" not in disentangled(1e-3 * truth, truth)


def test_resumed_it_trains_nothing_and_another_card_is_refused(done: Path) -> None:
    before = (done / "results.jsonl").read_bytes()
    again = CliRunner().invoke(
        app,
        ["study", "glyphs", "-o", str(done), "--resume", "--json", *(w for s in SMALL for w in ("--set", s))],
    )
    assert again.exit_code == 0, again.output
    assert (done / "results.jsonl").read_bytes() == before
    assert len(json.loads(again.stdout)["results"]) == 1
    other = load_any("glyphs", [*SMALL, "train.epochs=2"])
    with pytest.raises(InputError, match="is a study of another card"):
        other.run(done, resume=True, threads=None, say=lambda _: None, bar=lambda _: None)  # type: ignore[arg-type,return-value]
    with pytest.raises(InputError, match="exists already"):
        other.run(done, resume=False, threads=None, say=lambda _: None, bar=lambda _: None)  # type: ignore[arg-type,return-value]


@pytest.mark.parametrize(
    ("override", "told"),
    [
        ("rows.set=glyph", "glyphs"),
        ("rows.sets=glyphs", "rows"),
        ("train.epoch=3", "did you mean"),
        ("train.epochs=0", "epochs = 0 must be at least 1"),
        ("train.models=['VAE']", "CVAE"),
        ("train.action=turns", "similarities"),
        ("train.seeds=[1,1]", "no seed twice"),
        ("rows.files={g='g.h5'}", "rows.files names the jets"),
    ],
)
def test_a_faulty_card_is_one_clear_line(override: str, told: str) -> None:
    with pytest.raises(InputError, match=re.escape(told)) as caught:
        load_any("glyphs", [override])
    assert "equivae/glyphs" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_labels_are_hidden_class_by_class() -> None:
    y = np.repeat(np.array(["a", "b"]), 50)
    shown = shown_labels(y, 20, seed=3)
    assert (shown == y).sum() == 20
    assert (shown[y == "a"] == "a").sum() == 10
    assert set(shown[shown != y]) == {""}
    np.testing.assert_array_equal(shown, shown_labels(y, 20, seed=3))
    with pytest.raises(InputError, match="must be a multiple of 2 classes"):
        shown_labels(y, 21, seed=3)


def test_test_rows_are_apart_and_the_same_for_all() -> None:
    study = load_any("digits")
    assert isinstance(study, ClassStudy)
    one, two = divided(study.rows), divided(study.rows)
    np.testing.assert_array_equal(one.x_test, two.x_test)
    assert len(one.y) + len(one.y_test) == 1797
    every = {row.tobytes() for row in one.x} & {row.tobytes() for row in one.x_test}
    assert not every
    smaller = divided(study.rows.model_copy(update={"develop": True}))
    kept = {row.tobytes() for row in one.x}
    assert all(row.tobytes() in kept for row in smaller.x_test)


def test_rejection_by_hand() -> None:
    """Four signal jets at .9 .8 .2 .1, four of background at .85 .3 .15 .05: half the signal from 0.5 up."""
    y = np.array(["t", "w", "z", "t", "g", "q", "g", "q"])
    score = np.array([0.9, 0.8, 0.2, 0.1, 0.85, 0.3, 0.15, 0.05])
    p = np.column_stack([1 - score, np.zeros(8), score / 2, score / 4, score / 4])
    found = rejections(p, ["g", "q", "t", "w", "z"], y)
    assert found["rejection at 0.5"] == 4.0
    counted = confusion(np.array(["g", "t", "t", "g"]), np.array(["g", "g", "t", "t"]), ["g", "t"])
    assert counted == [[1, 1], [1, 1]]
    assert confusion(np.array(["t"] * 3), np.array(["g", "g", "t"]), ["g", "t"]) == [[0, 2], [0, 1]]
    with pytest.raises(InputError, match="jets of g or q and of t, w or z"):
        rejections(p[:4], ["g", "q", "t", "w", "z"], y[:4])


def test_what_a_boost_should_do_is_what_it_does() -> None:
    from hepsym.models.equivae import rest_rows

    p = np.random.default_rng(5).normal(size=(40, 7, 3))
    x = rest_rows(np.concatenate([np.linalg.norm(p, axis=2, keepdims=True), p], axis=2))
    moved, turn = transformed(x, 3.0, seed=1)
    np.testing.assert_allclose(transformed(80 * x, 3.0, seed=1)[0], 80 * moved, atol=1e-7)
    np.testing.assert_allclose(moved, np.einsum("nij,npj->npi", turn, x), atol=1e-9)
    np.testing.assert_allclose(turn @ turn.transpose(0, 2, 1), np.tile(np.eye(3), (40, 1, 1)), atol=1e-9)
    assert np.abs(turn - np.eye(3)).max() > 0.1
