"""A small sample of every campaign of torture; in full: `make torture`."""

import os
import signal
from pathlib import Path

import pytest

from tests.torture.__main__ import END, START, reprint, table
from tests.torture.campaign import WRONG, in_children
from tests.torture.campaigns import ALL

pytest.importorskip("h5py")
pytest.importorskip("uproot")
pytest.importorskip("pyhepmc")

SAMPLE = {
    "files/npz": 60, "files/parquet": 48, "files/native": 48, "files/hepmc": 48, "files/hdf5": 36,
    "files/parquet table": 48, "files/csv table": 36, "files/hdf5 table": 36, "files/npz table": 36,
    "texts/process cards": 14, "texts/momenta (JSON)": 28, "texts/pictures (IDX)": 28, "texts/PDF grids": 7,
    "json/npz": 24, "json/native": 24, "json/hepmc": 12,
    "runs/damaged": 6,
    "kill/fit": 3,
    "outputs/paths that are traps": 7, "outputs/disk full (files cannot grow)": 9,
    "guards/vae": 3, "guards/equivae": 2,
}  # fmt: skip
"""Trials of each; those that are not here take longer, or are in other tests of the suite."""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="trials are forked children")
@pytest.mark.compiled
@pytest.mark.parametrize("name", SAMPLE)
def test_a_sample(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.torture.campaign.SECONDS", 120.0)  # machines may be slow, kernels not compiled
    row = ALL[name][0](SAMPLE[name], 11, tmp_path / "work")
    assert row.sound, row.wrong
    assert row.trials >= SAMPLE[name]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="trials are forked children")
def test_defects_are_seen() -> None:
    """A wrong outcome, an exception, a crash, memory without end: each is counted, and the rest goes on."""

    def trial(i: int) -> str:
        if i == 1:
            return f"{WRONG}: as planted"
        if i == 2:
            raise ValueError("planted")
        if i == 3:
            signal.raise_signal(signal.SIGKILL)
        if i == 4:
            bytearray(1 << 31)
        return "fine"

    row = in_children("planted", trial, 7, 1, memory=1 << 28, share=3)
    assert row.outcomes == {WRONG: 4, "fine": 3} and not row.sound
    assert [
        what in row.wrong[k] for k, what in enumerate(("as planted", "ValueError", "SIGKILL", "MemoryError"))
    ]
    assert "trial 3" in row.wrong[2]


def test_the_table_is_reprinted_between_its_markers(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{START}\nold\n{END}\nafter\n")
    row = {
        "what": "kill -9",
        "trials": 1200,
        "outcomes": {"whole": 1199, WRONG: 1},
        "seed": 3,
        "when": "2026-11-21",
    }
    for _ in range(2):
        reprint({"kill": row}, page)
    text = page.read_text()
    assert text.startswith("before\n") and text.endswith("\nafter\n") and "old" not in text
    assert "| kill -9 | 1,200 | 1,199 whole | 1 | 3 | 2026-11-21 |" in text
    assert "In all 1,200 trials, 1 of them wrong." in table({"kill": row})
