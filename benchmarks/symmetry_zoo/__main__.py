"""How does hepsym fare on 72 sets of known dimension, equations and symmetries, and beside others?

    python benchmarks/symmetry_zoo                        # 10,000 rows, exact and 1 %, one seed: minutes
    python benchmarks/symmetry_zoo --peers PYTHON --vae   # beside others (see peers.py) and a VAE
    python benchmarks/symmetry_zoo --sizes 1e3,1e4,1e5,1e6 --noises 0,0.003,0.01,0.03 --seeds 5  # hours
    python benchmarks/symmetry_zoo --reprint              # tables of docs/symmetry-zoo.md, from results.json

With --json PATH (default results.json beside this file) every score is kept and the page's tables reprinted.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
PAGE = HERE.parents[1] / "docs" / "symmetry-zoo.md"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default="1e4", help="rows, comma-separated")
    parser.add_argument("--noises", default="0,0.01", help="in standard deviations of each column")
    parser.add_argument("--one-unit", action="store_true", help="noise of one size in all columns")
    parser.add_argument("--seeds", type=int, default=1, help="how many, from --first-seed on")
    parser.add_argument("--first-seed", type=int, default=1000)
    parser.add_argument("--sets", default="", help="names, comma-separated; all if absent")
    parser.add_argument("--max-degree", type=int, default=2)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--peers", default="", help="a Python with scikit-dimension and dadapy")
    parser.add_argument("--peer-rows", type=int, default=1000)
    parser.add_argument("--vae", action="store_true", help="count a VAE's latents too")
    parser.add_argument(
        "--trajectories", action="store_true", help="conserved quantities of trajectories too"
    )
    parser.add_argument("--skip-hepsym", action="store_true", help="keep hepsym's scores of --json")
    parser.add_argument("--json", type=Path, default=HERE / "results.json")
    parser.add_argument("--reprint", action="store_true")
    return parser.parse_args()


def machine() -> dict[str, Any]:
    return {
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "when": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    }


def one(job: tuple[str, int, float, int, bool, int]) -> dict[str, Any]:
    from scoring import scored

    from hepsym.generators.toys import TOYS

    name, n, noise, seed, one_unit, max_degree = job
    return scored(TOYS[name], n, noise, seed, one_unit=one_unit, max_degree=max_degree).to_json()


def hepsym_scores(args: argparse.Namespace, names: list[str]) -> list[dict[str, Any]]:
    jobs = [
        (name, int(float(n)), float(noise), seed, args.one_unit, args.max_degree)
        for n in args.sizes.split(",")
        for noise in args.noises.split(",")
        for seed in range(args.first_seed, args.first_seed + args.seeds)
        for name in names
    ]
    out = []
    with ProcessPoolExecutor(args.workers) as pool:
        for score in pool.map(one, jobs):
            out.append(score)
            mark = "  " if score["dimension"] == score["true_dimension"] and not score["false"] else "! "
            print(
                f"{mark}{score['toy']:22s} n {score['n']:<8d} noise {score['noise']:<6g} dimension "
                f"{score['dimension']} of {score['true_dimension']}, equations {score['found']} of "
                f"{score['declared']}, false {score['false']}, {score['seconds']:.1f} s {score['error']}",
                file=sys.stderr, flush=True,
            )  # fmt: skip
    return out


def peer_scores(args: argparse.Namespace, names: list[str]) -> dict[str, Any]:
    """Each noise apart, on the first rows of the same tables."""
    from hepsym.generators.toys import TOYS

    out: dict[str, Any] = {"rows": args.peer_rows, "truth": {}}
    with tempfile.TemporaryDirectory() as folder:
        tables = {}
        for noise in args.noises.split(","):
            for name in names:
                toy = TOYS[name]
                tables[f"{name}@{noise}"] = toy.draw(args.peer_rows, args.first_seed, noise=float(noise))
                out["truth"][f"{name}@{noise}"] = toy.dimension_at(3 * float(noise), float(noise))
        path, answer = Path(folder) / "tables.npz", Path(folder) / "out.json"
        np.savez(path, **tables)
        subprocess.run([args.peers, HERE / "peers.py", path, answer], check=True)
        return {**out, **json.loads(answer.read_text())}


def vae_counts(args: argparse.Namespace, names: list[str]) -> list[dict[str, Any]]:
    from counting import counted

    from hepsym.generators.toys import TOYS

    out = []
    for noise in args.noises.split(","):
        for name in names:
            toy = TOYS[name]
            row = counted(toy, 4000, float(noise), args.first_seed)
            out.append(
                {**row, "noise": float(noise), "truth": toy.dimension_at(3 * float(noise), float(noise))}
            )
            print(
                f"   VAE {name}: {row['count']} of {toy.dimension}, {row['seconds']:.1f} s", file=sys.stderr
            )
    return out


def main() -> None:
    from tables import reprint, tables

    args = arguments()
    kept = json.loads(args.json.read_text()) if args.json.exists() else {}
    if not args.reprint:
        from hepsym.generators.toys import TOYS

        names = args.sets.split(",") if args.sets else list(TOYS)
        if not args.skip_hepsym:
            kept["hepsym"] = hepsym_scores(args, names)
            kept["machine"] = machine()
        if args.peers:
            kept["peers"] = peer_scores(args, names)
        if args.vae:
            kept["vae"] = vae_counts(args, names)
        if args.trajectories:
            from trajectories import recovered

            kept["trajectories"] = recovered(range(args.first_seed, args.first_seed + max(5, args.seeds)))
        args.json.write_text(json.dumps(kept, indent=1) + "\n")
    for title, text in tables(kept).items():
        print(f"\n{title}\n{text}")
    if args.json == HERE / "results.json":
        reprint(kept, PAGE)


if __name__ == "__main__":
    main()
