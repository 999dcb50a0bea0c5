"""How fast is the Lorentz group autoencoder, beside halves of lgatr's LGATrSlim of as many parameters?

Forward (encode and decode) and forward + backward (loss and gradient) of the same batches of random jets of
30 particles, float64 and float32, one thread by default; sides alternate, medians count. Each side is
given the batch size of `--batches` that suits it best. `pip install lgatr` for the peer. The published
LGAE (arXiv:2212.07347, code of its authors) reached 166 forward and 51 forward + backward jets/s with 63k
parameters in float64 on two cores of another machine: a number taken elsewhere, printed beside ours as such.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from hepsym.models.jets import LGAE, JetAutoencoder, LGAEOptions, LGATrAutoencoder, LGATrOptions

PUBLISHED = {"forward": 166.0, "forward + backward": 51.0}
TARGETS = {("float64", "forward"): 10.0, ("float64", "forward + backward"): 5.0,
           ("float32", "forward"): 20.0, ("float32", "forward + backward"): 15.0}  # fmt: skip
PEERS = (LGATrOptions(blocks=4, vectors=12, scalars=24), LGATrOptions(blocks=2, vectors=16, scalars=36),
         LGATrOptions(blocks=1, vectors=24, scalars=48))  # fmt: skip
"""Shapes of about as many parameters as LGAE's default, 65k: the fastest of them counts."""


CLOCK: list[Callable[[], float]] = [time.perf_counter]
"""--cpu-time makes it the process's own time: for a busy machine and one thread."""


def jets(n: int) -> Tensor:
    """(n, 30, 4), GeV: collimated, massless."""
    rng = np.random.default_rng(1)
    pt = 1000 * rng.dirichlet(np.full(30, 0.5), n)
    eta, phi = rng.normal(0, 0.1, (n, 30)), rng.normal(0, 0.1, (n, 30))
    return torch.from_numpy(
        np.stack([pt * np.cosh(eta), pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)], axis=2)
    )


def forward(model: JetAutoencoder, x: Tensor) -> None:
    with torch.no_grad():
        model(x)


def both(model: JetAutoencoder, x: Tensor) -> None:
    for parameter in model.parameters():
        parameter.grad = None
    model.loss(x).mean().backward()


def rate(
    task: Callable[[JetAutoencoder, Tensor], None], model: JetAutoencoder, x: Tensor, jets_each: int
) -> float:
    repeats = max(1, jets_each // len(x))
    start = CLOCK[0]()
    for _ in range(repeats):
        task(model, x)
    return repeats * len(x) / (CLOCK[0]() - start)


def measure(dtype: str, batches: list[int], jets_each: int, repeats: int) -> list[dict[str, object]]:
    models: dict[str, JetAutoencoder] = {"lgae": LGAE(LGAEOptions())}
    try:
        models |= {f"lgatr {o.blocks}x{o.vectors}/{o.scalars}": LGATrAutoencoder(o) for o in PEERS}
    except ValueError as error:
        print(error)
    rows: list[dict[str, object]] = []
    for model in models.values():
        model.to(getattr(torch, dtype))
    for name, task in (("forward", forward), ("forward + backward", both)):
        found: dict[tuple[str, int], list[float]] = {(m, b): [] for m in models for b in batches}
        for m, b in found:
            task(models[m], jets(b))
        for _ in range(repeats):
            for (m, b), rates in found.items():
                rates.append(rate(task, models[m], jets(b), jets_each))
        medians = {key: statistics.median(rates) for key, rates in found.items()}
        best = {m: max((medians[m, b], b) for b in batches) for m in models}
        ours = best["lgae"]
        for peer in sorted((m for m in best if m != "lgae"), key=lambda m: -best[m][0])[:1]:
            rows.append({
                "what": f"LGAE, {models['lgae'].parameter_count} parameters, {dtype}, {name}", "unit":
                "jets/s", "hepsym": ours[0], "peer": best[peer][0], "ratio": ours[0] / best[peer][0],
                "target": 1.0, "peer_name": f"{peer}, {models[peer].parameter_count} parameters",
                "batches": {m: b for m, (_, b) in best.items()},
            })  # fmt: skip
        rows.append({
            "what": f"LGAE, {dtype}, {name}, its authors' code (elsewhere)", "unit": "jets/s", "hepsym":
            ours[0], "peer": PUBLISHED[name], "peer_name": "arXiv:2212.07347, float64, two cores",
            "ratio": ours[0] / PUBLISHED[name], "target": TARGETS[dtype, name],
        })  # fmt: skip
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--batches", type=int, nargs="+", default=[64, 256])
    parser.add_argument("--jets", type=int, default=512, help="Jets of one timing.")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument(
        "--cpu-time", action="store_true", help="Count this process's CPU time, not the clock's."
    )
    options = parser.parse_args()
    if options.cpu_time:
        CLOCK[0] = time.process_time
    torch.set_num_threads(options.threads)
    rows = [r for dtype in ("float64", "float32")
            for r in measure(dtype, options.batches, options.jets, options.repeats)]  # fmt: skip
    for row in rows:
        print(
            f"{row['what']}: {row['hepsym']:,.0f}, {row['peer_name']}: {row['peer']:,.0f} jets/s: "
            f"{row['ratio']:.2f}x"
        )
    if options.json:
        options.json.write_text(json.dumps({"rows": rows}, indent=1))


if __name__ == "__main__":
    main()
