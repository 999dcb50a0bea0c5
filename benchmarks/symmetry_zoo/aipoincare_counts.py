"""How many conserved quantities does AI Poincare (PyPI: aipoincare 0.1.6) count? One trajectory each.

The settings are those its page starts with. It writes into its own folder, so install it in one of its own,
and run it by a Python that has torch, matplotlib, scikit-learn and hepsym:

    pip install --no-deps --target DIR aipoincare==0.1.6

    PYTHONPATH=DIR python benchmarks/symmetry_zoo/aipoincare_counts.py SEEDS OUT.json
"""

import contextlib
import io
import json
import sys
import time
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import numpy as np
import torch

from hepsym.generators.toys.trajectories import SYSTEMS

POINTS = 1000
SETTINGS = {
    "prepca": "yes", "noise_threshold": "0.001", "hidden_widths": "[256,256]", "slope": "0.0", "L": "[0.1]",
    "opt": "Adam", "learning_rate": "0.001", "batch_size": "128", "training_iteration": "2000", "a": "2",
    "n_walk": "2000",
}  # fmt: skip
"""What its page starts with"""


def main(seeds: int, out: Path) -> None:
    from aipoincare.backend import training

    torch.set_num_threads(1)
    home = Path(training.__file__).parent
    for folder in (home / "data", home / "models", home.parent / "static" / "images"):
        folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for system in SYSTEMS.values():
        for seed in range(1000, 1000 + seeds):
            rows, _ = system.draw(1, POINTS, seed)
            np.savetxt(home / "data" / "table.txt", rows)
            started = time.perf_counter()
            with contextlib.redirect_stdout(io.StringIO()):
                count, removed, _ = training.train({**SETTINGS, "model": "table.txt"})
            lines.append({
                "system": system.name, "seed": seed, "count": int(count), "true": system.conserved,
                "seconds": time.perf_counter() - started,
            })  # fmt: skip
            print(json.dumps({**lines[-1], "removed": int(removed)}), flush=True)
    out.write_text(json.dumps(lines))


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
