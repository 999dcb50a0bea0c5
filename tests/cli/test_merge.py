"""`hepsym merge`: parts of a run become the run; what is missing, foreign or damaged is said."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hepsym import events
from hepsym.cli import main


def status(*arguments: str) -> Any:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    return caught.value.code


@pytest.fixture
def parts(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> list[Path]:
    """A run of 999 events in three parts."""
    made = [tmp_path / f"part{i}" for i in range(3)]
    for i, part in enumerate(made):
        assert status("generate", "ee2mumu", "-n", "999", "-o", str(part), "--shards", f"{i}:{i + 1}/3") == 0
    capfd.readouterr()
    return made


def test_merged_parts_are_the_run(
    parts: list[Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert status("merge", *map(str, parts[::-1]), "-o", str(tmp_path / "all"), "--json") == 0
    values = json.loads(capfd.readouterr().out)
    assert (values["events"], values["parts"], values["complete"]) == (999, 3, True)
    assert status("generate", "ee2mumu", "-n", "999", "-o", str(tmp_path / "whole")) == 0
    whole, merged = events.read(tmp_path / "whole"), events.read(tmp_path / "all")
    assert np.array_equal(whole.momenta, merged.momenta)
    assert merged.provenance == whole.provenance


def test_what_is_missing_is_said(
    parts: list[Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert status("merge", str(parts[0]), str(parts[2]), "-o", str(tmp_path / "all")) == 0
    assert "1 shards are missing, from 1 on" in capfd.readouterr().out


def test_bad_parts_are_one_line(parts: list[Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert status("generate", "ee2mumu", "-n", "999", "--seed", "2", "-o", str(tmp_path / "other")) == 0
    shard = next(parts[0].glob("events-*.npy"))
    shard.write_bytes(shard.read_bytes()[:-8] + b"damaged!")
    capfd.readouterr()
    for sources, words in (
        ([parts[1], tmp_path / "other"], "not of one run"),
        ([parts[0], parts[1]], "is damaged"),
        ([parts[1], tmp_path / "nowhere"], "not a hepsym dataset"),
    ):
        assert status("merge", *map(str, sources), "-o", str(tmp_path / "all")) == 2
        err = capfd.readouterr().err
        assert words in err
        assert len(err.splitlines()) == 1
        assert not (tmp_path / "all").exists()
