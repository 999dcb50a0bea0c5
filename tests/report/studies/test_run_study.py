"""A whole study, small: every stage is run, the same card gives the same numbers, a broken one goes on."""

import json
import re
from pathlib import Path

import pytest

from hepsym.errors import InputError
from hepsym.report.studies import run as study_module
from hepsym.report.studies.card import Study, load_study
from hepsym.report.studies.run import STAGES, run_study

SMALL = (
    "generate.events=6000", "fit.rows=2500", "fit.epochs=3", "fit.hidden=[16]", "fit.latent=4",
    "fit.device='cpu'", "analyze.betas=[0.03, 0.1]", "analyze.seeds=2",
)  # fmt: skip


@pytest.fixture(scope="module")
def small() -> Study:
    return load_study("ee2mumu", SMALL)


@pytest.fixture(scope="module")
def done(small: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("studies") / "study"
    result = run_study(small, out)
    assert list(result.stages) == list(STAGES)
    assert result.report == out / "run" / "report.html"
    json.dumps(result.to_json(), allow_nan=False)
    return out


def test_everything_is_there(done: Path) -> None:
    names = {path.name for path in done.iterdir()}
    assert names == {"study.toml", "study.json", "events", "run"}
    page = (done / "run" / "report.html").read_text(encoding="utf-8")
    for section in (
        "generated",
        "training",
        "relevance",
        "plateau",
        "alignment",
        "latents",
        "traversals",
        "rerun",
    ):
        assert f'id="{section}"' in page
    figures = re.findall(r'<figure id="([^"]+)"', page)
    assert len(figures) == len(set(figures)) > 20
    assert "The sample follows the exact law" in page
    assert "What is missing here" not in page
    assert f"hepsym study {done.resolve() / 'study.toml'}" in page


def test_the_kept_card_is_the_whole_card(done: Path, small: Study) -> None:
    assert load_study(done / "study.toml") == small.model_copy(update={"name": "study"})


def test_a_second_run_is_refused_and_changes_nothing(done: Path, small: Study) -> None:
    before = (done / "study.json").read_bytes()
    with pytest.raises(InputError, match="exists already; choose another -o OUT, or go on with --resume"):
        run_study(small, done)
    assert (done / "study.json").read_bytes() == before


def test_resume_keeps_complete_stages(done: Path, small: Study) -> None:
    said: list[str] = []
    result = run_study(small, done, resume=True, say=said.append)
    assert said == [f"{name}: complete already" for name in STAGES]
    assert result.found


def test_resume_of_another_card_is_refused(done: Path) -> None:
    other = load_study("ee2mumu", [*SMALL, "fit.epochs=4"])
    with pytest.raises(InputError, match=r"another card \(there 'epochs = 3', here 'epochs = 4'\)"):
        run_study(other, done, resume=True)


def test_resume_of_what_is_no_study_is_refused(tmp_path: Path, small: Study) -> None:
    with pytest.raises(InputError, match="not a study to resume"):
        run_study(small, tmp_path, resume=True)
    assert list(tmp_path.iterdir()) == []


def test_a_study_broken_between_stages_comes_to_the_same(
    done: Path, small: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "study"
    with monkeypatch.context() as patch:
        patch.setattr(study_module, "_analyze", _interrupted)
        with pytest.raises(KeyboardInterrupt):
            run_study(small, out)
    assert list(json.loads((out / "study.json").read_text())["stages"]) == ["generate", "fit"]
    run_study(small, out, resume=True)
    for name in ("checkpoint.safetensors", "metrics.jsonl"):
        assert (out / "run" / name).read_bytes() == (done / "run" / name).read_bytes()
    one, two = (json.loads((folder / "run" / "analysis.json").read_text()) for folder in (out, done))
    for key in ("relevant", "latents", "recovered"):
        assert one[key] == two[key]


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def test_nothing_is_written_for_a_wrong_card(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        run_study(load_study("ee2mumu", ["fit.epoch=3"]), tmp_path / "study")
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_made(tmp_path: Path, small: Study) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be made"):
        run_study(small, tmp_path / "file" / "study")
