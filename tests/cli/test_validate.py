"""`hepsym validate` exits 0 for a good file, 1 for faults, 2 for what is no file of events."""

import json
from pathlib import Path

import pytest

from hepsym import events as ev
from hepsym.cli import main
from tests.events.conftest import muon_pairs


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as caught:
        main([str(a) for a in arguments])
    return int(caught.value.code or 0)


def test_good(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ev.write(tmp_path / "e.lhe", muon_pairs(10))
    assert run("validate", tmp_path / "e.lhe") == 0
    assert "10 events, no fault found" in capsys.readouterr().out


def test_faults(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    events = muon_pairs(30)
    events.momenta[::3, 2, 1] += 1.0
    ev.write(tmp_path / "e", events)
    assert run("validate", tmp_path / "e", "--max", 3) == 1
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 5 and lines[0].startswith("event 0: leg 3 (mu-) is off its mass shell")
    assert lines[3:] == ["... and 17 more", f"{tmp_path / 'e'}: 30 events, 20 faults"]
    assert run("validate", tmp_path / "e", "--json") == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["good"], told["fault_count"], told["events"]) == (False, 20, 30)
    assert run("validate", tmp_path / "e", "--tolerance", "0.5") == 0


def test_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("validate", tmp_path / "absent.lhe") == 2
    assert run("validate", tmp_path / "e", "--tolerance", "-1") == 2
    assert capsys.readouterr().out == ""
