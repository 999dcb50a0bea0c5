"""`hepsym study`: end to end in one command; bad input in one line, before anything is written."""

import json
from pathlib import Path

import pytest

from hepsym.cli import main


def status(*args: str) -> int | str | None:
    with pytest.raises(SystemExit) as caught:
        main(args)
    return caught.value.code


def test_a_small_study_end_to_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sets = (
        "generate.events=3000", "fit.rows=2000", "fit.epochs=2", "fit.hidden=[8]", "fit.latent=4",
        "analyze.betas=[0.03, 0.1]", "analyze.seeds=1",
    )  # fmt: skip
    words = [word for key in sets for word in ("--set", key)]
    assert status("study", "ee2mumu", "-o", str(tmp_path / "s"), *words, "--json") == 0
    out, err = capsys.readouterr()
    told = json.loads(out)
    assert set(told) == {"study", "out", "report", "found", "stages", "seconds"}
    assert list(told["stages"]) == ["generate", "fit", "analyze", "report"]
    assert told["stages"]["generate"]["events"] == 3000
    assert told["stages"]["fit"]["rows"] == 2000
    assert Path(told["report"]).is_file()
    assert "hepsym study: generate ..." in err
    assert status("study", "ee2mumu", "-o", str(tmp_path / "s"), *words, "--resume") == 0
    assert "report -> " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("ee2mumi",), "did you mean 'ee2mumu'?"),
        (("ee2mumu", "--set", "fit.epoch=3"), "did you mean 'epochs'?"),
        (("ee2mumu", "--set", "generate.set.sqrt_s=0.1"), "sqrt_s = 0.1"),
        (("ee2mumu", "--set", "generate"), "key=value"),
        (("absent.toml",), "no study card at"),
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(
    words: tuple[str, ...], part: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status("study", *words, "-o", str(tmp_path / "s")) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("hepsym: error: ")
    assert err.count("\n") == 1
    assert part in err
    assert list(tmp_path.iterdir()) == []


def test_out_exists(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert status("study", "ee2mumu", "-o", str(tmp_path)) == 2
    assert "exists already" in capsys.readouterr().err
