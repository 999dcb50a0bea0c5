"""`hepsym info` tells what a file holds, the same whatever the format."""

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


@pytest.mark.parametrize("name", ["e", "e.lhe.gz", "e.npz", "e.parquet"])
def test_json(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    ev.write(tmp_path / name, muon_pairs(50))
    assert run("info", tmp_path / name, "--digest", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["events"] == 50 and told["sqrt_s"] == 91.2 and told["provenance"]["seed"] == 7
    assert [leg["mass"] for leg in told["legs"]] == [0.000511, 0.000511, 0.10566, 0.10566]
    assert told["balance"] < 1e-15 and len(told["digest"]) == 64


def test_prose(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ev.write(tmp_path / "e", muon_pairs(50, weighted=True))
    assert run("info", tmp_path / "e") == 0
    out = capsys.readouterr().out
    for said in (
        "50 events (native)",
        "mu-      outgoing     mass 0.10566 GeV",
        "cross section       2005.9387",
        "seed",
    ):
        assert said in out


def test_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "t.csv").write_text("a,b\n1,2\n3,2\n")
    assert run("info", tmp_path / "t.csv", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["rows"], told["columns"], told["constant_columns"]) == (2, ["a", "b"], {"b": 2.0})
    assert run("info", tmp_path / "t.csv") == 0
    assert "a: 1 to 3, mean 2" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["absent.lhe", "x.root", "x.foo", "plain"])
def test_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    if name != "absent.lhe":
        (tmp_path / name).write_text("?")
    assert run("info", tmp_path / name) == 2
    told = capsys.readouterr()
    assert told.out == "" and told.err.count("\n") == 1 and name in told.err
