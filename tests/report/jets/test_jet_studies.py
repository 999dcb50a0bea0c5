"""`hepsym study jets/...`: five questions about autoencoders of jets, asked of a few jets."""

import json
from collections.abc import Callable
from contextlib import nullcontext
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from chromium import Browser
from page_in_browser import check_page

from hepsym.errors import InputError
from hepsym.models.jets import load_jets
from hepsym.report.jets.card import QUESTIONS, OwnTable, StudyCard, read_study
from hepsym.report.jets.contenders import Field, decoded, evenly
from hepsym.report.jets.study import JetStudy
from hepsym.report.page.html import escaped
from hepsym.report.studies.card import read_card, study_names
from hepsym.report.studies.kinds import AnyStudy, Outcome, load_any

pytest.importorskip("h5py")
pytest.importorskip("matplotlib")

SMALL = {"lgae": {"layers": 1, "hidden": 8, "scalars": 4, "latent_vectors": 4, "latent_scalars": 2}}


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """120 random jets a class: three prongs for t, two for w and z, so that classes differ."""
    from hepsym.events import Provenance
    from hepsym.events.jets.jetnet import write_jetnet
    from hepsym.events.jets.sample import Jets

    folder, made = tmp_path_factory.mktemp("jets"), {}
    for seed, letter in enumerate("gqtwz"):
        rng = np.random.default_rng(seed)
        prongs = {"t": 3, "w": 2, "z": 2}.get(letter, 1)
        share = np.sort(rng.dirichlet(np.full(12, 0.7), 120), axis=1)[:, ::-1] + 1e-3
        centre = rng.normal(0, 0.15, (120, prongs, 2))[:, np.arange(12) % prongs]
        eta, phi = (centre + rng.normal(0, 0.03, (120, 12, 2))).transpose(2, 0, 1)
        pt = 1000 * share
        p = np.stack([pt * np.cosh(eta), pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)], 2)
        made[letter] = str(folder / f"{letter}.h5")
        write_jetnet(Path(made[letter]), Jets.of(p, source=Provenance()))
    return made


def small(about: str, files: dict[str, str], runs: Path) -> list[str]:
    """Overrides that make a shipped card a matter of seconds."""
    letters = "gqtwz" if about in ("detection", "latents") else "gq"
    seeds = 2 if about in ("reconstruction", "data-efficiency") else 1
    options = json.dumps(SMALL["lgae"]).replace(":", "=").replace('"', "")
    return [
        *(f'jets.files.{c}="{files[c]}"' for c in letters), "jets.particles=12", "train.epochs=1",
        "train.batch=32", f"train.seeds={seeds}", f'train.runs="{runs}"', f"train.options.lgae={options}",
        "ask.flows=5", "ask.checked=16", "ask.least_steps=2", "ask.fractions=[1.0, 0.3]",
        'train.models=["lgae", "linear"]', "ask.choose_at=0.1", "ask.rapidities=[1.0]", "ask.angles=[0.5]",
    ]  # fmt: skip


Answers = Callable[[str], tuple[AnyStudy, Outcome]]


@pytest.fixture(scope="module")
def answers(files: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Answers:
    """Each study, run once, and what it came to."""
    folder = tmp_path_factory.mktemp("studies")

    @cache
    def answered(about: str) -> tuple[AnyStudy, Outcome]:
        study = load_any(f"jets/{about}", small(about, files, folder / "runs"))
        return study, run(study, folder / about)

    return answered


def run(study: AnyStudy, out: Path, *, resume: bool = False) -> Outcome:
    return study.run(out, resume=resume, threads=1, say=lambda _: None, bar=lambda _: nullcontext())


@pytest.mark.parametrize("about", QUESTIONS)
def test_every_question_is_answered(about: str, answers: Answers) -> None:
    """Numbers in answer.json, a page with figures, one sentence; going on keeps what is there."""
    study, made = answers(about)
    told = json.loads((made.out / "answer.json").read_text())
    assert told["about"] == about
    assert sum(told["split"].values()) == 240
    page = made.report.read_text()
    assert page.count("<figure") >= 1
    assert str(escaped(made.found)) in page
    assert "nan" not in made.found
    with pytest.raises(InputError, match="exists already"):
        run(study, made.out)
    made.report.unlink()
    again = run(study, made.out, resume=True)
    assert made.report.read_text() == page
    assert json.loads((made.out / "answer.json").read_text()) == told
    assert again.found == made.found


@pytest.mark.parametrize("about", ["reconstruction", "detection", "data-efficiency"])
def test_what_was_found_of_a_model_is_kept(
    about: str, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A study that lost its answer makes it again from OUT/told, with no model trained or evaluated."""
    study, made = answers(about)
    told = (made.out / "answer.json").read_text()
    (made.out / "answer.json").unlink()

    def never(*_: object) -> None:
        raise AssertionError("a model was asked for")

    monkeypatch.setattr(Field, "model", never)
    run(study, made.out, resume=True)
    assert (made.out / "answer.json").read_text() == told


def test_a_model_s_own_share_is_told() -> None:
    """[train.of] changes seeds, jets and epochs of one model alone."""
    card = load_any("jets/reconstruction", ["train.of.mlp.epochs=40", "train.of.mlp.jets=500"])
    assert isinstance(card, JetStudy)
    train = card.card.train
    assert train.own("mlp") == OwnTable(seeds=3, jets=500, epochs=40)
    assert train.own("lgae") == OwnTable(seeds=3, jets=0, epochs=10)


def test_models_are_asked_in_the_dtype_of_training(
    files: dict[str, str], answers: Answers, tmp_path: Path
) -> None:
    """float32, which is faster; momenta differ from those of the same weights in float64 by its rounding."""
    study, _ = answers("reconstruction")
    assert isinstance(study, JetStudy)
    jets = load_jets({c: files[c] for c in "gq"}, particles=12)
    field = Field(study.card, jets, Path(study.card.train.runs), tmp_path, lambda _: None)
    asked, exact = field.asked("lgae", 1), field.model("lgae", 1)
    assert (asked.dtype, exact.dtype) == (torch.float32, torch.float64)
    assert field.asked("linear", 1).dtype == torch.float64
    found, wanted = decoded(asked, jets.momenta), decoded(exact, jets.momenta)
    assert 0 < np.abs(found - wanted).max() < 1e-4 * np.abs(wanted).max()


def test_a_few_jets_are_taken_evenly(files: dict[str, str]) -> None:
    """Of gluons that lie before quarks as many of each; 0 is all."""
    jets = load_jets({c: files[c] for c in "gq"}, particles=12)
    assert (evenly(jets, 24).classes == 0).sum() == 12
    assert len(evenly(jets, 0)) == len(evenly(jets, 10_000)) == len(jets) == 240


@pytest.mark.parametrize("about", QUESTIONS)
def test_its_page_in_a_browser(about: str, answers: Answers, browser: Browser) -> None:
    check_page(browser, answers(about)[1].report)


@pytest.mark.parametrize("name", study_names("jets"))
def test_the_cards_read_back_equal(name: str, tmp_path: Path) -> None:
    _, values = read_card(name)
    values.pop("kind")
    card = read_study(name, values)
    path = tmp_path / "card.toml"
    path.write_text(card.to_toml())
    _, again = read_card(path)
    assert again.pop("kind") == "jets"
    assert read_study(name, again) == card
    assert set(study_names("jets")) == {f"jets/{q}" for q in (*QUESTIONS, "losses")}


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("train.models=['lgea']", "did you mean 'lgae'"),
        ("train.epoch=3", "did you mean .*epochs"),
        ("train.options.lgae={ latent_vector = 3 }", "did you mean 'latent_vectors'"),
        ("train.options.linear={ order = 'pt' }", "closed form"),
        ("train.of.lgea.jets=100", "did you mean 'lgae'"),
        ("train.of.lgae.jet=100", "jet"),
        ("jets.files.g='none.h5'", "not a file"),
        ("jets.files.x='none.h5'", "not one of|unknown class"),
        ("ask.fractions=[0.0]", "above 0"),
        ("about='speed'", "about"),
        ("kind='jet'", "did you mean 'jets'"),
    ],
)
def test_a_card_that_cannot_be_is_refused(override: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        load_any("jets/reconstruction", [override])
    assert "\n" not in str(caught.value)


def test_a_card_is_frozen() -> None:
    _, values = read_card("jets/latents")
    values.pop("kind")
    card = read_study("jets/latents", values)
    assert isinstance(card, StudyCard)
    with pytest.raises(ValueError, match="frozen"):
        card.title = "x"  # type: ignore[misc]
