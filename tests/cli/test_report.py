"""`hepsym report`: where the page is and what was found; bad input in one line."""

import json
import shutil
from pathlib import Path

import pytest

from hepsym.cli import main


def status(*args: str) -> int | str | None:
    with pytest.raises(SystemExit) as caught:
        main(args)
    return caught.value.code


def a_run(folder: Path) -> Path:
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"kept": ["a", "b"], "source": {"files": []}}))
    return folder


def test_report_says_where_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = a_run(tmp_path / "run")
    assert status("report", str(run)) == 0
    out = capsys.readouterr().out
    assert str(run / "report.html") in out
    assert "A model of 2 features" in out
    assert (run / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_report_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = a_run(tmp_path / "run")
    assert status("report", str(run), "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert set(told) == {"run", "report", "bytes", "found"}
    assert told["bytes"] == (run / "report.html").stat().st_size


def test_open_asks_for_a_browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = a_run(tmp_path / "run")
    opened: list[str] = []
    monkeypatch.setattr("typer.launch", lambda address: opened.append(address) or 0)
    assert status("report", str(run), "--open") == 0
    assert opened == [(run / "report.html").resolve().as_uri()]


@pytest.mark.parametrize("kind", ["absent", "empty", "damaged"])
def test_bad_input_is_one_line(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = tmp_path / "run"
    if kind != "absent":
        run.mkdir()
    if kind == "damaged":
        (run / "config.json").write_text("{")
    assert status("report", str(run)) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("hepsym: error: ")
    assert err.count("\n") == 1
    assert not (run / "report.html").exists()
    shutil.rmtree(run, ignore_errors=True)
