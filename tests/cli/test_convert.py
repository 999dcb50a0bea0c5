"""`hepsym convert` keeps every bit, says what is lost, and overwrites nothing."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hepsym import events as ev
from hepsym.cli import main
from tests.events.conftest import muon_pairs


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as caught:
        main([str(a) for a in arguments])
    return int(caught.value.code or 0)


def test_converts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    events = replace(muon_pairs(20, weighted=True), columns={"mine": np.arange(20)})
    ev.write(tmp_path / "a", events)
    assert run("convert", tmp_path / "a", tmp_path / "b.lhe.gz", "--json") == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["dropped"] == ["column 'mine'"] and "dropped: column 'mine'" in told.err
    assert run("convert", tmp_path / "b.lhe.gz", tmp_path / "c.parquet") == 0
    found = ev.read(tmp_path / "c.parquet")
    assert found.momenta.tobytes() == events.momenta.tobytes()
    assert found.weights is not None and found.weights.tobytes() == events.weights.tobytes()
    assert found.provenance.history == ("converted from native to lhe", "converted from lhe to parquet")


def test_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ev.write(tmp_path / "a", muon_pairs(5))
    (tmp_path / "taken.lhe").write_text("mine")
    (tmp_path / "t.csv").write_text("a\n1\n")
    (tmp_path / "broken.lhe").write_text("<LesHouchesEvents>\n")
    before = sorted(p.name for p in tmp_path.iterdir())
    for source, out in (
        ("a", "taken.lhe"),
        ("a", "a.foo"),
        ("a", "no/where.lhe"),
        ("absent", "x.lhe"),
        ("t.csv", "x.lhe"),
        ("broken.lhe", "x.npz"),
    ):
        assert run("convert", tmp_path / source, tmp_path / out) == 2
        told = capsys.readouterr()
        assert told.out == "" and told.err.count("\n") == 1 and told.err.startswith("hepsym: error: ")
    assert sorted(p.name for p in tmp_path.iterdir()) == before
    assert (tmp_path / "taken.lhe").read_text() == "mine"
