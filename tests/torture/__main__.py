"""Which campaigns of torture are run, and what came of them? Kept, and reprinted in docs/reliability.md.

python -m tests.torture                      # all, in full: about half an hour on a core
python -m tests.torture kill files/npz       # those whose names begin so
python -m tests.torture --scale 0.1 --seed 7
"""

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy and torch are loaded
os.environ.setdefault("MPLBACKEND", "Agg")

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results.json"
PAGE = HERE.parents[1] / "docs" / "reliability.md"
START, END = "<!-- torture:start -->", "<!-- torture:end -->"


def table(results: dict[str, dict[str, Any]]) -> str:
    """The rows as MyST."""
    lines = ["| campaign | trials | what became of them | wrong | seed | date |", "|---|---|---|---|---|---|"]
    for name in sorted(results):
        row = results[name]
        outcomes = ", ".join(
            f"{count:,} {what}" for what, count in row["outcomes"].items() if what != "WRONG"
        )
        lines.append(
            f"| {row['what']} | {row['trials']:,} | {outcomes} | {row['outcomes'].get('WRONG', 0)} "
            f"| {row['seed']} | {row['when']} |"
        )
    tried = sum(row["trials"] for row in results.values())
    wrong = sum(row["outcomes"].get("WRONG", 0) for row in results.values())
    return "\n".join([*lines, "", f"In all {tried:,} trials, {wrong} of them wrong."])


def reprint(results: dict[str, dict[str, Any]], page: Path = PAGE) -> None:
    """Replace what stands between the page's markers."""
    before, rest = page.read_text(encoding="utf-8").split(START, 1)
    page.write_text(f"{before}{START}\n\n{table(results)}\n\n{END}{rest.split(END, 1)[1]}", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("names", nargs="*", help="beginnings of names; default: all")
    parser.add_argument("--scale", type=float, default=1.0, help="share of the trials in full")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    import torch

    from tests.torture.campaigns import ALL

    torch.set_num_threads(1)
    chosen = [n for n in ALL if not options.names or n.startswith(tuple(options.names))]
    if options.list or not chosen:
        print(*(f"{name} ({full:,})" for name, (_, full) in ALL.items()), sep="\n")
        sys.exit(0 if options.list else 2)
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    faulty = []
    for name in chosen:
        campaign, full = ALL[name]
        with tempfile.TemporaryDirectory(prefix="hepsym-torture-") as folder:
            Path(folder).chmod(0o755)
            begun = time.process_time()
            row = campaign(max(1, round(full * options.scale)), options.seed, Path(folder) / "work")
        print(f"{name}: {row.outcomes} ({row.seconds:.0f} s)", *row.wrong, sep="\n    ", flush=True)
        if not row.trials:
            print("    nothing was tried here: it needs root, or room on the disk", flush=True)
            continue
        results[name] = row.to_json() | {
            "when": datetime.now(UTC).strftime("%Y-%m-%d"), "python": platform.python_version(),
            "own_seconds": time.process_time() - begun,
        }  # fmt: skip
        RESULTS.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")
        reprint(results)
        faulty += [name] * (not row.sound)
    if faulty:
        sys.exit("campaigns with defects: " + ", ".join(faulty))


if __name__ == "__main__":
    main()
