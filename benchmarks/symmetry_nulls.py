"""How often does hepsym claim what is not there, and how often do its intervals hold what is?

    python benchmarks/symmetry_nulls.py --tables 1100 --first-seed 10000 --coverage 300

Null tables (hepsym.generators.toys.nulls): eleven kinds, 2 to 20 columns, 300 to 30,000 rows, alpha = 0.01
each. A false claim is any equation, any flow said to keep the density (but of a Gaussian and a shell, which
carry so(D)), and any discrete symmetry certified of those kinds that have none. With --json PATH every
table's line is kept, and a run that was stopped goes on.
Coverage: radii, axes, masses and sums of momenta under noise, by one and two of the stated errors.
"""

import argparse
import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import beta

from hepsym.analysis.symmetries import discover
from hepsym.generators.toys import TOYS
from hepsym.generators.toys.nulls import KINDS, null


def interval(k: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Clopper and Pearson's for a rate."""
    low = 0.0 if k == 0 else float(beta.ppf((1 - level) / 2, k, n - k + 1))
    return low, 1.0 if k == n else float(beta.ppf((1 + level) / 2, k + 1, n - k))


def one(seed: int, alpha: float, max_degree: int) -> dict[str, Any]:
    table = null(seed)
    started = time.process_time()
    n, d = table.rows.shape
    line: dict[str, Any] = {
        "seed": seed,
        "kind": table.kind,
        "rows": n,
        "columns": d,
        "equations": 0,
        "flows": 0,
        "discrete": 0,
    }
    try:
        told = discover(table.rows, table.columns, alpha=alpha, seed=seed, max_degree=max_degree)
    except Exception as error:  # a crash is no claim, but it is a fault
        return {**line, "error": f"{type(error).__name__}: {error}", "seconds": time.process_time() - started}
    line["equations"] = len(told.constraints)
    line["formulas"] = [c.formula[:200] for c in told.constraints]
    line["flows"] = 0 if table.symmetric else int(told.density["count"])
    line["discrete"] = sum(d.certified for d in told.discrete) if table.irregular else 0
    line["covered"] = bool(told.dimension.low <= table.dimension <= told.dimension.high)
    line["exact"] = bool(told.dimension.value == table.dimension)
    line["seconds"] = time.process_time() - started
    return line


def wrong(line: dict[str, Any]) -> bool:
    return bool(line["equations"] or line["flows"] or line["discrete"])


def nulls(args: argparse.Namespace) -> list[dict[str, Any]]:
    """Each table's line goes to --json at once; those that are there already are not run again."""
    out = read_lines(args.json)
    done = {line["seed"] for line in out}
    for seed in range(args.first_seed, args.first_seed + args.tables):
        if seed in done:
            continue
        line = one(seed, args.alpha, args.max_degree)
        out.append(line)
        if args.json:
            with args.json.open("a") as file:
                file.write(json.dumps(line) + "\n")
        if wrong(line) or "error" in line:
            print(json.dumps(line), file=sys.stderr, flush=True)
    return out


def read_lines(path: Path | None) -> list[dict[str, Any]]:
    if path is None or not path.exists():
        return []
    return [json.loads(line) for line in path.read_text().splitlines()]


COVERED = {
    "circle": {"radius": 1.0},
    "sphere": {"radius": 1.0},
    "ellipse": {"axis 1": 3.0, "axis 2": 1.0},
    "ee-2-massive": {"m": 35.0, "value": 0.0},
    "pp-tops": {"m": 172.5, "value": 0.0},
    "pp-narrow-pt": {"m": 91.1876, "value": 0.0},
}
"""What an equation may state of a set, and the truth"""
EQUATIONS = {"m": {"mass shell", "resonance"}, "value": {"momentum conservation"}}


def coverage(args: argparse.Namespace) -> list[dict[str, Any]]:
    """Pulls of the first equation that states each of them with an error; None where none does."""
    out = []
    for name, truths in COVERED.items():
        toy = TOYS[name]
        for seed in range(args.first_seed, args.first_seed + args.coverage):
            told = discover(toy.draw(args.rows, seed, noise=args.noise), toy.columns, seed=seed)
            for key, truth in truths.items():
                pulls = [
                    (c.values[key][0] - truth) / c.values[key][1]
                    for c in told.constraints
                    if key in c.values and c.values[key][1] > 0 and c.values[key][0] != 0.0
                    and c.kind in EQUATIONS.get(key, {c.kind})
                ]  # fmt: skip
                if name == "pp-narrow-pt" and key == "m":
                    pulls = pulls[-1:]  # the resonance comes after the massless shells
                out.append(
                    {"what": f"{name}, {key}", "seed": seed, "pull": float(pulls[0]) if pulls else None}
                )
    return out


def report(lines: list[dict[str, Any]], pulls: list[dict[str, Any]]) -> str:
    out = ["| kind | tables | false equation | flow | discrete | dimension exact | interval holds |",
           "|---|---|---|---|---|---|---|"]  # fmt: skip
    done = [r for r in lines if "error" not in r]
    for kind in (*KINDS, "all"):
        rows = [r for r in done if kind in {r["kind"], "all"}]
        if rows:
            counts = [len(rows)]
            counts += [
                sum(r[key] > 0 for r in rows)
                for key in ("equations", "flows", "discrete", "exact", "covered")
            ]
            out.append(f"| {kind} | {' | '.join(map(str, counts))} |")
    false = sum(wrong(r) for r in done)
    if done:
        low, high = interval(false, len(done))
        rate = f"{false} of {len(done)} = {false / len(done):.4f}, 95 % {low:.4f} to {high:.4f}"
        out.append(f"\nAny false claim: {rate}")
        out.append(
            f"Crashes: {len(lines) - len(done)}. Seconds together: {sum(r['seconds'] for r in lines):.0f}."
        )
    if pulls:
        out += [
            "",
            "| interval of | tables | told | within 1 error | within 2 |",
            "|---|---|---|---|---|",
        ]
        for what, k in Counter(p["what"] for p in pulls).items():
            z = np.abs([p["pull"] for p in pulls if p["what"] == what and p["pull"] is not None])
            cells = [f"{(z < s).mean():.3f}" if len(z) else "" for s in (1, 2)]
            out.append(f"| {what} | {k} | {len(z)} | {cells[0]} (0.683) | {cells[1]} (0.954) |")
    return "\n".join(out)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tables", type=int, default=110)
    parser.add_argument("--first-seed", type=int, default=10_000)
    parser.add_argument("--alpha", type=float, default=0.01)
    parser.add_argument("--max-degree", type=int, default=2)
    parser.add_argument(
        "--coverage", type=int, default=0, help="tables of each set for the coverage of intervals"
    )
    parser.add_argument("--rows", type=int, default=5000, help="of the tables of --coverage")
    parser.add_argument("--noise", type=float, default=0.01, help="of the tables of --coverage")
    parser.add_argument("--json", type=Path, help="a line a table; a run that was stopped goes on from it")
    args = parser.parse_args()
    lines, pulls = nulls(args), coverage(args)
    print(report(lines, pulls))


if __name__ == "__main__":
    main()
