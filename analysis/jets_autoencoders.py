"""How well do autoencoders of jets reconstruct, and find what they have not seen? A table a question.

    python analysis/jets_autoencoders.py reconstruct --files g=gluon.h5 q=quark.h5 --seeds 3
    python analysis/jets_autoencoders.py detect --files g=gluon.h5 q=quark.h5 t=top.h5 w=w.h5 z=z.h5
    python analysis/jets_autoencoders.py equivariance --files g=gluon.h5 q=quark.h5
    python analysis/jets_autoencoders.py efficiency --files g=gluon.h5 q=quark.h5 --fractions 1 0.1 0.01

Models are trained on g and q by `hepsym.models.fit` (split by a hash of each jet, best validation epoch),
with latents of equal size, counted in real numbers (36 of 90). What is printed is of test jets, means over
seeds with their standard errors. In `detect` each model's score is the one with the largest signal
efficiency at a background of 1e-1 on *validation* jets; the signal is t + w + z.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from hepsym.analysis.jets import (
    detection,
    energy_flow_polynomials,
    frechet_distance,
    jet_quantities,
    jet_residuals,
    jets_mover_distance,
    relative_to,
    tau21,
    wasserstein,
)
from hepsym.models import FitSettings, fit
from hepsym.models.jets import (
    LGAE,
    HardestParticles,
    JetAutoencoder,
    JetSet,
    LGAEOptions,
    LinearAutoencoder,
    jet_loss,
    load_jets,
    load_run,
)
from hepsym.models.lorentz import check_equivariance, rest_frame

LEARNED = {
    "lgae": ("lgae", {"latent_vectors": 8, "latent_scalars": 4}),
    "lgatr": ("lgatr", {"latent_vectors": 8, "latent_scalars": 4, "blocks": 1, "vectors": 24, "scalars": 48}),
    "gnnae-jl": ("gnnae", {"latent": 33, "level": "jet", "width": 32, "messages": 32}),
    "gnnae-pl": ("gnnae", {"latent": 1, "level": "particle", "width": 32, "messages": 32}),
    "cnnae": ("cnnae", {"latent": 33}),
    "mlp": ("jetvae", {"latent": 33, "beta": 0.0, "hidden": 128}),
}
CLOSED = {
    "linear (rest frame)": lambda: LinearAutoencoder(30, 9),
    "linear (p_T order)": lambda: LinearAutoencoder(30, 9, order="pt", metric="given"),
    "hardest 10 + rest": lambda: HardestParticles(30, 11),
}


def trained(
    name: str, jets: Tensor, seed: int, options: argparse.Namespace, part: str = "all"
) -> JetAutoencoder:
    """A model of these g + q jets; its own hash split makes training and validation. Kept in --runs."""
    if name in CLOSED:
        model = CLOSED[name]()
        model.learn(jets)
        return model
    kind, own = LEARNED[name]
    settings = FitSettings(
        model=kind, epochs=options.epochs, batch=64, learning_rate=3e-3, patience=0, seed=seed, options=own
    )
    names = [f"p{i}.{c}" for i in range(30) for c in ("E", "px", "py", "pz")]
    with tempfile.TemporaryDirectory() as folder:
        run = (options.runs or Path(folder)) / f"{name}-{part}-{seed}"
        fit(jets.flatten(1).numpy(), names, settings, run, source={}, resume=True)
        return load_run(run)


@torch.no_grad()
def decoded(model: JetAutoencoder, jets: Tensor) -> np.ndarray:
    """Reconstructed momenta (n, slots, 4)."""
    return torch.cat([model(piece) for piece in jets.split(256)]).double().numpy()


def reconstruction(found: np.ndarray, true: np.ndarray, flows: int) -> dict[str, float]:
    """Numbers of one model: residuals, EMD of the first `flows` jets, W1 of mass and tau21, FPD of EFPs."""
    spreads = jet_residuals(found, true).spreads()
    told = {f"{n} median": s.median for n, s in spreads.items()} | {
        f"{n} IQR": s.iqr for n, s in spreads.items()
    }
    told["EMD"] = float(jets_mover_distance(found[:flows], true[:flows]).mean())
    a, b = relative_to(found, true), relative_to(true, true)
    told["W1 tau21"] = wasserstein(tau21(a), tau21(b)).value
    told["W1 mass"] = wasserstein(jet_quantities(found)[0], jet_quantities(true)[0]).value
    n = len(true)
    polynomials = [energy_flow_polynomials(x, 3)[:, 1:] for x in (b, a)]
    told["FPD"] = frechet_distance(*polynomials, smallest=n // 4, largest=n, batches=20).value
    return told


def rest_frame_error(found: np.ndarray, true: Tensor, loss: str) -> np.ndarray:
    """A loss of the reconstructed jets in the true jets' rest frames, (n,)."""
    x, frame = rest_frame(true)
    p = torch.from_numpy(found)
    # The pure boost to the true jet's rest frame is the one from it with the axis turned round.
    back = type(frame)(-frame.axis, frame.stretch, torch.ones_like(frame.mass))
    return jet_loss(loss, back.leave(p) / frame.mass[:, None, None], x, (true != 0).any(-1)).numpy()


def scores(model: JetAutoencoder, jets: Tensor) -> dict[str, np.ndarray]:
    """What may tell a strange jet from a known one, each (n,), larger is stranger."""
    found = decoded(model, jets)
    mass, pt = jet_quantities(jets.numpy())
    absolute = (rest_frame_error(found, jets, "chamfer") ** 0.5) * mass / pt
    return {
        "chamfer, rest frame": rest_frame_error(found, jets, "chamfer"),
        "squared error, rest frame": rest_frame_error(found, jets, "mse"),
        "chamfer, over p_T": absolute,
        "jet mass": mass,
    }


def ask_reconstruct(jets: JetSet, options: argparse.Namespace) -> list[dict[str, object]]:
    """A row a model: residuals and substructure of test jets."""
    training = jets.of("g", "q")
    _, _, test = training.split()
    rows = []
    for name in options.models:
        seeds = range(1, 1 + (1 if name in CLOSED else options.seeds))
        told, start = [], time.perf_counter()
        for seed in seeds:
            model = trained(name, learnable(training, name), seed, options)
            told.append(reconstruction(decoded(model, test.momenta), test.momenta.numpy(), options.flows))
        rows.append(row(name, model, told) | {"test jets": len(test), "seconds": time.perf_counter() - start})
        print(json.dumps(rows[-1]), flush=True)
    return rows


def learnable(jets: JetSet, name: str) -> Tensor:
    """Closed forms learn from the training part alone; `fit` divides by the same hash itself."""
    return jets.split()[0].momenta if name in CLOSED else jets.momenta


def row(name: str, model: JetAutoencoder, told: Sequence[dict[str, float]]) -> dict[str, object]:
    """Means over seeds, with the standard error of the mean."""
    mean = {k: float(np.mean([t[k] for t in told])) for k in told[0]}
    error = (
        {k: float(np.std([t[k] for t in told], ddof=1) / len(told) ** 0.5) for k in told[0]}
        if len(told) > 1
        else {}
    )
    return {"model": name, "latent numbers": model.latent_numbers, "compression": model.compression,
            "parameters": model.parameter_count, "seeds": len(told), "mean": mean,
            "error": error}  # fmt: skip


def ask_detect(jets: JetSet, options: argparse.Namespace) -> list[dict[str, object]]:
    """A row a model: t + w + z against g + q."""
    known, strange = jets.of("g", "q"), jets.of("t", "w", "z")
    _, quiet, background = known.split()
    _, loud, signal = strange.split(validation=0.3, test=0.7)
    rows = []
    for name in options.models:
        told, chosen = [], []
        for seed in range(1, 1 + (1 if name in CLOSED else options.seeds)):
            model = trained(name, learnable(known, name), seed, options)
            on = [scores(model, part.momenta) for part in (quiet, loud, background, signal)]
            mass = {i: s.pop("jet mass") for i, s in enumerate(on)}
            best = max(on[0], key=lambda k: detection(on[0][k], on[1][k]).efficiency[0.1])
            found = detection(on[2][best], on[3][best])
            told.append({"auc": found.auc} | {f"efficiency at {r:g}": e for r, e in found.efficiency.items()})
            chosen.append(best)
        rows.append(row(name, model, told) | {"scores": chosen})
        print(json.dumps(rows[-1]), flush=True)
    found = detection(mass[2], mass[3])
    rows.append({"model": "jet mass alone", "mean": {"auc": found.auc, **{str(r): e for r, e in
    found.efficiency.items()}},
                 "error": {"auc": found.auc_error, **{str(r): e for r, e in found.efficiency_error.items()}},
                 "background": len(background), "signal": len(signal)})  # fmt: skip
    print(json.dumps(rows[-1]), flush=True)
    return rows


def ask_efficiency(jets: JetSet, options: argparse.Namespace) -> list[dict[str, object]]:
    """A row a model and a fraction of the training jets."""
    training = jets.of("g", "q")
    learn, watch, test = training.split()
    rows = []
    for fraction in options.fractions:
        for name in options.models:
            told = []
            for seed in range(1, 1 + options.seeds):
                rng = np.random.default_rng(seed)
                few = learn.take(
                    np.sort(rng.choice(len(learn), max(64, int(fraction * len(learn))), replace=False))
                )
                use = few.momenta if name in CLOSED else torch.cat([few.momenta, watch.momenta])
                model = trained(name, use, seed, options, f"{fraction:g}")
                told.append(reconstruction(decoded(model, test.momenta), test.momenta.numpy(), options.flows))
            rows.append(row(name, model, told) | {"fraction": fraction, "jets": len(few)})
            print(json.dumps(rows[-1]), flush=True)
    return rows


def ask_equivariance(jets: JetSet, options: argparse.Namespace) -> list[dict[str, object]]:
    """Largest and median deviation of test jets by rapidity, LGAE before and after training, two dtypes."""
    training = jets.of("g", "q")
    learn, _, test = training.split()
    first = LGAE(LGAEOptions(**LEARNED["lgae"][1])).double()
    first.learn(learn.momenta)
    rows = []
    for when, model in (
        ("untrained", first),
        ("trained", trained("lgae", training.momenta, 1, options)),
    ):
        for dtype in (torch.float64, torch.float32):
            model.to(dtype)
            report = check_equivariance(
                lambda p, m=model: (m(p), m.latent(p).four_vectors(), m.latent(p).scalars, m.loss(p)),
                test.momenta[:512],
                kinds=("vectors", "vectors", "scalars", "scalars"),
                rapidities=(1, 3, 5, 8, 10),
            )
            told = {n: getattr(report, n) for n in ("rotations", "permutation", "padding", "parity")}
            told |= {"largest": report.boosts, "median": report.median_boosts}
            rows.append({"model": when, "dtype": str(dtype)} | told)
            print(json.dumps(rows[-1]), flush=True)
    return rows


def main() -> None:
    """One question, its rows as JSON lines."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("question", choices=["reconstruct", "detect", "efficiency", "equivariance"])
    parser.add_argument("--files", nargs="+", required=True, metavar="CLASS=FILE")
    parser.add_argument("--models", nargs="+", default=[*CLOSED, *LEARNED])
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=25)
    parser.add_argument("--flows", type=int, default=200, help="Jets whose EMD is computed.")
    parser.add_argument("--fractions", type=float, nargs="+", default=[1.0, 0.1, 0.01])
    parser.add_argument("--runs", type=Path, help="Keep trained models here, and take those that are there.")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    jets = load_jets(dict(f.split("=", 1) for f in options.files))
    ask = {"reconstruct": ask_reconstruct, "detect": ask_detect, "efficiency": ask_efficiency,
           "equivariance": ask_equivariance}  # fmt: skip
    rows = ask[options.question](jets, options)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
