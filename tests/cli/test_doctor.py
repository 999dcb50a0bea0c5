"""`hepsym doctor` finds a fault where one is planted, and none where there is none."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hepsym.cli import doctor, main

PLACES = "kernel cache"


def findings(capfd: pytest.CaptureFixture[str], code: int) -> dict[str, dict[str, str]]:
    with pytest.raises(SystemExit) as caught:
        main(["doctor", "--json"])
    assert caught.value.code == code
    told = json.loads(capfd.readouterr().out)
    assert told["ok"] is (code == 0)
    return {f["name"]: f for f in told["findings"]}


def test_this_installation_is_whole(capfd: pytest.CaptureFixture[str]) -> None:
    found = findings(capfd, 0)
    assert {"hepsym", "python", "numpy", "numba", "processor", "threads", PLACES, "gpu"} <= set(found)
    assert not [f for f in found.values() if f["state"] == "fault"]


def test_lines_name_state_thing_and_value(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["doctor"])
    lines = capfd.readouterr().out.splitlines()
    assert all(line.split()[0] in {"ok", "absent", "fault"} for line in lines)


def test_a_cache_that_cannot_be_written_is_a_fault(tmp_path: Path) -> None:
    """A file where the directory should be, because root may write anywhere."""
    (tmp_path / "cache").write_text("in the way")
    done = subprocess.run(
        [sys.executable, "-m", "hepsym", "doctor", "--json"], capture_output=True, text=True, check=False,
        env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "cache"), "NUMBA_DISABLE_JIT": "0"},
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    (cache,) = (f for f in json.loads(done.stdout)["findings"] if f["name"] == PLACES)
    assert cache["state"] == "fault"
    assert "NUMBA_CACHE_DIR" in cache["remedy"]


def test_a_missing_extra_is_absent_and_a_missing_core_package_a_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wanted = ["numpy>=2", "no-such-core>=1", "no-such-extra; extra == 'io'", "no-such-tool; extra == 'dev'"]
    monkeypatch.setattr("hepsym.cli.doctor.metadata.requires", lambda _: wanted)
    states = {f.name: f.state for f in doctor.packages()}
    assert states == {"numpy": "ok", "no-such-core": "fault", "io: no-such-extra": "absent"}


@pytest.mark.parametrize("count", [0, 2])
def test_no_card_at_all_is_a_fault(count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for i in range(count):
        (tmp_path / f"{i}.toml").touch()
    monkeypatch.setattr("hepsym._cards.cards_directory", lambda _: tmp_path)
    assert {f.state for f in doctor.cards()} == {"ok" if count else "fault"}


@pytest.mark.parametrize(
    ("version", "asked", "kept"),
    [
        ("2.1.0", ">=2.1,<3", True), ("2.0.9", ">=2.1,<3", False), ("3.0", ">=2.1,<3", False),
        ("2.13.0+cpu", ">=2.11", True), ("2.9", ">=2.11", False), ("8.317.2", "==8.317.2", True),
        ("8.318.0", "==8.317.2", False), ("2", ">=2.0.0", True), ("1.5rc1", "", True),
    ],
)  # fmt: skip
def test_bounds_are_compared_number_by_number(version: str, asked: str, kept: bool) -> None:
    assert doctor.within(version, asked) is kept


def test_a_version_outside_its_bounds_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = ["numpy>=99", "dask[distributed]>=1; extra == 'dask'"]
    monkeypatch.setattr("hepsym.cli.doctor.metadata.requires", lambda _: wanted)
    first, second = doctor.packages()
    assert (first.state, first.remedy) == ("fault", "pip install 'numpy>=99'")
    assert second.state == "ok"


def test_what_is_installed_here_keeps_the_bounds() -> None:
    assert not [f.name for f in doctor.packages() if f.state == "fault"]


def test_completion_is_looked_for_where_it_is_put(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SHELL", "/bin/bash")
    assert doctor.completion().remedy == "hepsym --install-completion"
    monkeypatch.setenv("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION", "1")  # the shell is named, not guessed
    subprocess.run(
        [sys.executable, "-m", "hepsym", "--install-completion", "bash"], check=True, capture_output=True
    )
    assert doctor.completion().state == "ok"
    monkeypatch.setenv("SHELL", "/bin/unheard-of")
    assert doctor.completion().state == "absent"
