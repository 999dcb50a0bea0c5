"""The history of benchmarks: appended once, drawn with its aims, whatever the names in it."""

import json
import runpy
from pathlib import Path

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
TRENDS = runpy.run_path(str(BENCHMARKS / "trends.py"))


def results(when: str, ratio: float) -> dict[str, object]:
    machine = {"processor": "P<1>", "when": when}
    rows = [{"what": "write <b>", "hepsym": 2.0, "peer": 1.0, "ratio": ratio, "unit": "events/s",
             "target": 2.0,
             "peer_name": "pylhe 2.1, plain"}, {"what": "--help", "seconds": 0.2, "target": 0.3}]  # fmt: skip
    return {"lhe": {"machine": machine, "rows": rows}, "pythia": {"machine": machine}}


def test_what_is_measured_is_appended_once(tmp_path: Path) -> None:
    history = tmp_path / "history.jsonl"
    assert TRENDS["keep"](results("2026-11-22", 1.5), history) == 2
    assert TRENDS["keep"](results("2026-11-22", 1.5), history) == 0
    assert TRENDS["keep"](results("2026-11-21", 3.0), history) == 2
    assert [e["ratio"] for e in TRENDS["read"](history)] == [3.0, None, 1.5, None]
    text = TRENDS["page"](
        TRENDS["read"](history), {"counts": {"events <x>": 114.36}, "versions": {"numba": "1"}}
    )
    assert "<b>" not in text and "<x>" not in text and "write &lt;b&gt;" in text and "http" not in text
    assert "lhe: 1.5 times pylhe 2.1, aim ≥ 2; 2 measured" in text and "lhe: 0.2 s, aim ≤ 0.3" in text
    assert text.count('<polyline points="') == 2 and text.count("<circle") == 4
    assert text.count('fill="var(--bg)"') == 1  # the one that misses its aim is hollow
    assert "114.36" in text


def test_the_history_holds_the_kept_results() -> None:
    """`benchmarks/run` appends what it keeps."""
    kept = json.loads((BENCHMARKS / "results.json").read_text())
    there = {(e["script"], e["when"], e["what"]) for e in TRENDS["read"]()}
    for script, found in kept.items():
        for row in found.get("rows", []):
            assert (script, found["machine"]["when"], row["what"]) in there


def test_counts_are_of_tasks_that_there_are() -> None:
    tasks = runpy.run_path(str(BENCHMARKS / "instructions.py"))["TASKS"]
    kept = json.loads((BENCHMARKS / "instructions.json").read_text())
    assert set(kept["counts"]) <= set(tasks) and {"numba", "llvmlite", "numpy"} == set(kept["versions"])
    for _, code in tasks.values():
        compile(code, "task", "exec")
