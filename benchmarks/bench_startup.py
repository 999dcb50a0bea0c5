"""How long until hepsym answers: medians beside the bare interpreter, alternated in one run."""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TARGETS = {"import hepsym": 0.050, "hepsym --help": 0.300, "generate -n 1": 1.500}
"""Seconds. The import's is beyond the interpreter's own start, the commands' are from call to exit."""


def seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def measure(repeats: int) -> dict[str, list[float]]:
    """Seconds of each command, `repeats` times in turn, after one call that warms every cache."""
    python, hepsym = [sys.executable, "-c"], [sys.executable, "-m", "hepsym"]
    taken: dict[str, list[float]] = {"python -c pass": [], **{name: [] for name in TARGETS}}
    with tempfile.TemporaryDirectory() as folder:
        for i in range(repeats + 1):
            generate = [*hepsym, "generate", "ee2mumu", "-n", "1", "-o", f"{folder}/{i}"]
            commands = {
                "python -c pass": [*python, "pass"],
                "import hepsym": [*python, "import hepsym"],
                "hepsym --help": [*hepsym, "--help"],
                "generate -n 1": generate,
            }
            for name, command in commands.items():
                spent = seconds(command)
                if i > 0:
                    taken[name].append(spent)
    return taken


def rows_of(taken: dict[str, list[float]]) -> list[dict[str, float | str | bool]]:
    bare = statistics.median(taken["python -c pass"])
    rows: list[dict[str, float | str | bool]] = []
    for name, target in TARGETS.items():
        median = statistics.median(taken[name])
        value = median - bare if name == "import hepsym" else median
        rows.append({"what": name, "seconds": value, "target": target, "reached": value < target})
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=11)
    parser.add_argument("--json", type=Path, help="write the numbers here")
    options = parser.parse_args()
    if options.repeats < 9:
        parser.error(f"--repeats = {options.repeats}: a median needs at least 9")
    taken = measure(options.repeats)
    rows = rows_of(taken)
    print(f"{'python -c pass':16} {statistics.median(taken['python -c pass']) * 1e3:8.1f} ms")
    for row in rows:
        word = "reached" if row["reached"] else "MISSED"
        print(
            f"{row['what']:16} {row['seconds'] * 1e3:8.1f} ms   target {row['target'] * 1e3:6.0f} ms  {word}"
        )
    if options.json:
        options.json.write_text(json.dumps({"rows": rows, "all": taken}, indent=2) + "\n")


if __name__ == "__main__":
    main()
