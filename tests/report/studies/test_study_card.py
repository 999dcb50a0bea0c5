"""Study cards: every fault is one clear line, and a card survives being written and read."""

from pathlib import Path

import pytest

from hepsym.errors import InputError
from hepsym.report.studies.card import Study, load_study, study_names


@pytest.mark.parametrize("name", study_names())
def test_every_shipped_card_is_sound(name: str) -> None:
    study = load_study(name)
    study.check()
    assert study.name == name
    assert study.title
    assert study.question


@pytest.mark.parametrize("name", study_names())
def test_a_card_reads_back_as_it_was_written(name: str, tmp_path: Path) -> None:
    study = load_study(
        name, ['generate.set={sqrt_s = 200.0, "masses.mu-" = 0.0}', 'title="a \\"b\\"\\n\\u007f"']
    )
    path = tmp_path / f"{Path(name).name}.toml"
    path.write_text(study.to_toml(), encoding="utf-8")
    assert load_study(path) == study.model_copy(update={"name": path.stem})


def test_overrides_reach_the_stages() -> None:
    study = load_study(
        "ee2mumu", ["generate.set.sqrt_s=200", "fit.epochs=3", "fit.hidden=[8]", "analyze.betas=[0.1]"]
    )
    assert study.process_card().sqrt_s == 200
    assert study.fit_settings().epochs == 3
    assert study.fit_settings().hidden == (8,)
    assert study.analyze.betas == [0.1]


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("generat.events=5", "unknown key 'generat'; did you mean 'generate'?"),
        ("generate.evens=5", "unknown key 'generate.evens'; did you mean 'events'?"),
        ("analyze.beta=[1]", "unknown key 'analyze.beta'; did you mean 'betas'?"),
        ("generate.events=0", "generate.events = 0"),
        ("generate.events=1.5", "generate.events = 1.5 must be an integer"),
        ("generate.events='many'", "generate.events = 'many' must be an integer"),
        ("generate.seed=-1", "generate.seed = -1"),
        ("fit.rows=0", "fit.rows = 0"),
        ("fit=3", "fit = 3 must be a table"),
        ("analyze.seeds=0", "analyze.seeds = 0"),
        ("generate.process.x=1", "'process' is a value, not a table"),
        ("epochs", "not of the form key=value"),
    ],
)
def test_a_wrong_card_is_refused(override: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        load_study("ee2mumu", [override])
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("fit.epoch=5", "did you mean 'epochs'?"),
        ("fit.epochs=0", "epochs = 0"),
        ("fit.beta=-1.0", "beta = -1"),
        ("fit.model='vea'", "did you mean 'vae'?"),
        ("analyze.betas=[0.1, 0.01]", "positive and increasing"),
        ("analyze.betas=[]", "positive and increasing"),
        ("generate.process='ee2mumi'", "did you mean 'ee2mumu'?"),
        ("generate.set.sqrt_z=5", "did you mean 'sqrt_s'?"),
        ("generate.set.sqrt_s=0.1", "sqrt_s = 0.1"),
        ("generate.toy='circle'", "needs either a process or a toy"),
        ("generate.process=''", "needs either a process or a toy"),
    ],
)
def test_what_a_later_stage_would_refuse_is_refused_first(override: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        load_study("ee2mumu", [override]).check()
    assert words in str(caught.value)


def test_missing_table(tmp_path: Path) -> None:
    card = tmp_path / "card.toml"
    card.write_text("[fit]\nrows = 5\n")
    with pytest.raises(InputError, match="key 'generate' is missing"):
        load_study(card)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("ee2mumi", "did you mean 'ee2mumu'?"),
        ("absent.toml", "no study card at 'absent.toml'"),
    ],
)
def test_unknown_card(source: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        load_study(source)
    assert words in str(caught.value)


def test_not_toml(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(b"\xff")
    with pytest.raises(InputError, match="cannot be read"):
        load_study(path)
    path.write_text("a = ")
    with pytest.raises(InputError, match="is not TOML"):
        load_study(path)


def test_a_study_is_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_study("ee2mumu").title = "x"  # type: ignore[misc]
    assert isinstance(load_study("ee2mumu"), Study)


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        (["generate.toy='circel'"], "did you mean 'circle'?"),
        (["generate.set={sqrt_s = 10.0}"], "a toy has none"),
        (["generate.noise=-1.0"], "generate.noise = -1.0"),
        (["symmetries.alpha=0.7"], "symmetries.alpha = 0.7"),
        (["truth.dimensions=1"], "did you mean 'dimension'?"),
        (["truth.dimension=-1"], "truth.dimension = -1"),
    ],
)
def test_a_wrong_toy_is_refused(overrides: list[str], words: str) -> None:
    with pytest.raises(InputError) as caught:
        load_study("circle", overrides).check()
    assert words in str(caught.value)


def test_a_folder_may_be_left_out_of_a_name() -> None:
    assert load_study("circle") == load_study("learning-symmetries/circle")


@pytest.mark.parametrize("name", [n for n in study_names() if n.startswith("learning-symmetries/")])
def test_the_truth_of_a_card_is_that_of_its_toy(name: str) -> None:
    """The dimension as the toy declares it; a code needs at least as many latents, at most all columns."""
    from hepsym.generators.toys import TOYS

    study = load_study(name)
    assert study.truth is not None
    assert study.truth.dimension <= study.truth.latents <= study.truth.dimension + 1
    if study.generate.toy:
        toy = TOYS[study.generate.toy]
        assert study.truth.dimension == toy.dimension
        assert study.truth.latents <= len(toy.columns) - toy.linear
