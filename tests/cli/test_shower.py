"""`hepsym shower`: what it prints, what it writes, what it refuses."""

import json
from pathlib import Path
from typing import Any

import pytest

from hepsym import events
from hepsym.cli import main
from hepsym.generators import generate, load_card


def status(*arguments: str) -> Any:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    return caught.value.code


@pytest.fixture
def muons(tmp_path: Path) -> Path:
    path = tmp_path / "muons.lhe"
    events.write(path, generate(load_card("ee2mumu"), 30, seed=2))
    return path


def test_json(muons: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "muons.hepmc"
    assert status("shower", str(muons), "-o", str(out), "-n", "20", "--seed", "7", "--json") == 0
    captured = capfd.readouterr()
    values = json.loads(captured.out)
    assert (values["events"], values["given_up"], values["seed"]) == (20, 0, 7)
    assert values["cross_section_pb"] == pytest.approx(2005.94, abs=0.01)
    assert captured.err == ""
    assert out.read_text().startswith("HepMC::Version")


def test_words(muons: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert status("shower", str(muons), "-o", str(tmp_path / "out"), "--partons") == 0
    assert f"30 events of {muons} -> " in capfd.readouterr().out
    assert events.read(tmp_path / "out").provenance.history[-1].startswith("showered by Pythia")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere.lhe", "-o", "{tmp}/a.hepmc"], "nowhere.lhe does not exist"),
        (["{lhe}", "-o", "{lhe}"], "exists already"),
        (["{lhe}", "-o", "{tmp}/a.docx"], "unknown suffix"),
        (["{lhe}", "-o", "{tmp}/a.hepmc", "--set", "Nonsense:all=on"], "Nonsense:all=on"),
    ],
)
def test_bad_input_is_one_line(
    arguments: list[str], words: str, muons: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = sorted(tmp_path.iterdir())
    assert status("shower", *(a.format(tmp=tmp_path, lhe=muons) for a in arguments)) == 2
    captured = capfd.readouterr()
    assert captured.out == ""
    assert words in captured.err
    assert len(captured.err.splitlines()) == 1
    assert sorted(tmp_path.iterdir()) == before
