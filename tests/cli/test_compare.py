"""`hepsym compare`: one JSON object, exit status 0 either way, one line for bad input."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from hepsym import events as ev
from hepsym.cli import main
from hepsym.cli._names import split_names
from hepsym.errors import InputError
from hepsym.generators import generate, load_card


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as caught:
        main([str(a) for a in arguments])
    return int(caught.value.code or 0)


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """Two of one law and one with the beams exchanged."""
    folder = tmp_path_factory.mktemp("samples")
    card = load_card("ee2mumu", ["sqrt_s=200"])
    paths = folder / "a.lhe", folder / "b", folder / "turned.parquet"
    for seed, path in enumerate(paths, 1):
        events = generate(card, 4000, seed=seed)
        if path.stem == "turned":
            momenta = events.momenta.copy()
            momenta[:, 2:, 3] *= -1.0
            events = replace(events, momenta=momenta)
        ev.write(path, events)
    return paths


def test_json_and_directory(
    samples: tuple[Path, Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("compare", samples[0], samples[1], "-o", tmp_path / "out", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["compatible"] is True and 0.01 <= told["p_value"] <= 1.0
    assert {"chi2", "ndf", "p_chi2", "p_ks"} <= told["observables"]["pt(mu-)"].keys()
    assert Path(told["page"]).is_file()
    kept = json.loads((tmp_path / "out" / "compare.json").read_text())
    assert kept["p_value"] == told["p_value"]


def test_a_difference_is_no_failure(
    samples: tuple[Path, Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("compare", samples[0], samples[2]) == 0
    out = capsys.readouterr().out
    assert "DIFFERENT" in out and "cos_theta(mu-)" in out and "classifier: AUC" in out


def test_the_same_question_has_the_same_answer(
    samples: tuple[Path, Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    answers = []
    for _ in range(2):
        assert (
            run("compare", *samples, "--observables", "pt(mu-),m(mu-, mu+),phi(mu-)", "--json", "--bins", 20)
            == 2
        )
        assert "one and the same" in capsys.readouterr().err
        assert run("compare", *samples, "--observables", "pt(mu-),phi(mu-)", "--json", "--bins", 20) == 0
        told = json.loads(capsys.readouterr().out)
        del told["seconds"]
        answers.append(told)
    assert answers[0] == answers[1]
    assert list(answers[0]["observables"]) == ["pt(mu-)", "phi(mu-)"]
    assert [one["file"] for one in answers[0]["comparisons"]] == [str(path) for path in samples[1:]]


def test_names_are_divided_outside_parentheses() -> None:
    assert split_names(["m(mu-, mu+),pt(mu-)", " phi(mu-) "], "--observables") == [
        "m(mu-, mu+)",
        "pt(mu-)",
        "phi(mu-)",
    ]
    assert split_names(["a, m(b, c),d"], "--columns") == ["a", "m(b, c)", "d"]
    for text in ("pt(mu-),", ""):
        with pytest.raises(InputError, match="empty name"):
            split_names([text], "--observables")


def test_bad_input(
    samples: tuple[Path, Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a, b, _ = samples
    (tmp_path / "there").mkdir()
    (tmp_path / "bad.lhe").write_text("no event file")
    (tmp_path / "t.csv").write_text("x\n1\n2\n")
    for arguments, words in (
        ((a,), "two or more"),
        ((a, tmp_path / "absent"), "does not exist"),
        ((a, tmp_path / "bad.lhe"), "bad.lhe"),
        ((a, b, "-o", tmp_path / "there"), "exists already"),
        ((a, b, "--bins", 0), "bins = 0"),
        ((a, b, "--alpha", 2), "alpha = 2"),
        ((a, b, "--observables", "pt(tau-)"), "tau-"),
        ((a, tmp_path / "t.csv"), "nothing in common"),
    ):
        assert run("compare", *arguments) == 2, arguments
        told = capsys.readouterr()
        assert told.out == "" and told.err.count("\n") == 1 and words in told.err, told.err
