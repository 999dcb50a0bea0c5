"""How often does `hepsym compare` call two samples of one law different? As often as it says. Fixed seeds.

HEPSYM_SLOW=1 pytest tests/report/compare/test_compare_null_pairs.py runs the 2,000 pairs (ten minutes); the
suite 30.
"""

import runpy
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "analysis" / "compare_null_pairs.py"


def fractions(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: object
) -> dict[float, float]:
    """Level: fraction of pairs below it."""
    monkeypatch.setattr("sys.argv", [str(SCRIPT), *map(str, arguments)])
    runpy.run_path(str(SCRIPT), run_name="__main__")
    lines = capsys.readouterr().out.splitlines()
    return {float(line.split()[2][:-1]): float(line.split()[3]) for line in lines}


@pytest.mark.slow
def test_of_2000_pairs_one_in_a_hundred_is_below_0_01(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = fractions(monkeypatch, capsys, "--pairs", 2000, "--events", 2000)
    assert abs(found[0.01] - 0.01) <= 0.007
    assert abs(found[0.05] - 0.05) <= 0.017
    assert abs(found[0.1] - 0.1) <= 0.025


@pytest.mark.compiled
def test_30_pairs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Bounds of 3.5 binomial standard deviations and more."""
    found = fractions(monkeypatch, capsys, "--pairs", 30, "--events", 800, "--weighted")
    assert found[0.01] <= 3 / 30
    assert found[0.1] <= 9 / 30


@pytest.mark.compiled
def test_a_planted_fault_is_found_every_time(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fractions(monkeypatch, capsys, "--pairs", 5, "--events", 800, "--planted", "azimuth")[0.01] == 1.0
    assert fractions(monkeypatch, capsys, "--pairs", 5, "--events", 20_000, "--planted", "sign")[0.01] == 1.0
