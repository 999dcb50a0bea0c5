"""What a run left behind is read as far as it goes; what is damaged is named."""

from pathlib import Path

import pytest
from made_run import made_run

from hepsym.errors import InputError
from hepsym.report.run.record import load_record


def test_whole_run(tmp_path: Path) -> None:
    record = load_record(made_run(tmp_path / "run"))
    assert len(record.epochs) == 12
    assert record.analysis is not None
    assert record.missing == ()


def test_missing_parts_are_said(tmp_path: Path) -> None:
    run = made_run(tmp_path / "run", analysed=False)
    (run / "metrics.jsonl").unlink()
    record = load_record(run)
    assert record.epochs == ()
    assert len(record.missing) == 2
    assert any("hepsym analyze" in sentence for sentence in record.missing)


def test_a_last_line_cut_by_a_kill_is_left_out(tmp_path: Path) -> None:
    run = made_run(tmp_path / "run")
    whole = (run / "metrics.jsonl").read_text()
    (run / "metrics.jsonl").write_text(whole[:-40])
    assert len(load_record(run).epochs) == 11


@pytest.mark.parametrize(
    ("file", "text", "words"),
    [
        ("config.json", "{", "damaged"),
        ("config.json", "[1]", "must hold a JSON object, not a list"),
        ("analysis.json", "\x00", "damaged"),
        ("metrics.jsonl", '{"a"\n{}\n', "line 1 is damaged"),
    ],
)
def test_damage_is_named(tmp_path: Path, file: str, text: str, words: str) -> None:
    run = made_run(tmp_path / "run")
    (run / file).write_text(text)
    with pytest.raises(InputError, match=words) as caught:
        load_record(run)
    assert file in str(caught.value)


def test_no_run(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no run at"):
        load_record(tmp_path / "absent")
    with pytest.raises(InputError, match=r"has no config\.json"):
        load_record(tmp_path)
