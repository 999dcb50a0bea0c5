"""Does a trained VAE do what theory says? The linear phase transition, and the ring on a circle.

    python analysis/theory_against_training.py [linear] [circle] [--seeds 3] [--steps 2000] [--first-seed 1]

linear: VAEs without hidden layers on rows of known covariance, sum and mean convention, over beta:
alive latents, Var[mu], posterior variance, decoder columns, KL, reconstruction at the mean code, loss,
each beside the closed form (docs/theory.md, hepsym.analysis.linear_vae_optimum).
circle: VAEs with two latents on a circle beside the ring (hepsym.analysis.circle).
Prints Markdown tables. All seeds are arguments, none is chosen by its result.
"""

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hepsym.analysis import linear_vae_optimum
from hepsym.analysis.circle import cut_loss, ring_optimum
from hepsym.generators.toys import TOYS
from hepsym.models import FitSettings, Sweep, sweep
from hepsym.models.rows.splitting import split_rows

Floats = NDArray[np.float64]

EIGENVALUES = np.array([2.0, 1.0, 0.5, 0.2, 0.08, 0.02])
LINEAR_BETAS = {
    "sum": (0.02, 0.1, 0.3, 0.6, 1.4, 3.0, 5.0),
    "mean": (0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 0.8),
}
CIRCLE_BETAS = (0.003, 0.01, 0.03, 0.1, 0.2, 0.4, 0.8, 1.2, 1.6, 1.9, 2.1)
"""Rows are scaled to R^2 = 2, so that a ring exists below beta = 2."""
QUANTITIES = ("var_mu", "posterior", "column", "kl")


def settings(hidden: tuple[int, ...], latent: int, steps: int, rows: int, **more: object) -> FitSettings:
    """As many epochs as make so many steps; the same for every member."""
    batch = 512 if not hidden else 256
    epochs = max(1, round(steps / max(1, int(rows * 0.6) // batch)))
    return FitSettings(
        latent=latent, hidden=hidden, epochs=epochs, batch=batch, patience=0,
        dtype="float64" if not hidden else "float32", scaling="none", validation=0.4, test=0.0, **more,
    )  # fmt: skip


def exact_rows(n: int, seed: int, split_seed: int) -> Floats:
    """(n, 6) rows, askew to the axes, whose training and validation rows have EIGENVALUES exactly."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(n, len(EIGENVALUES)))
    for part in split_rows(n, split_seed, 0.4, 0.0)[:2]:
        rows[part] -= rows[part].mean(0)
        rows[part] = np.linalg.solve(np.linalg.cholesky(np.cov(rows[part].T, bias=True)), rows[part].T).T
    turn, _ = np.linalg.qr(rng.normal(size=(len(EIGENVALUES),) * 2))
    turned: Floats = rows * np.sqrt(EIGENVALUES) @ turn.T
    return turned


def linear(
    reduction: str, betas: Sequence[float], seeds: int, steps: int, run: Path, first: int = 1
) -> list[dict[str, object]]:
    """For each beta: alive by theory and in every training, and the largest error of each quantity."""
    made = settings((), 5, steps, 8192, learning_rate=2e-2, seed=first, reduction=reduction)
    rows = exact_rows(8192, 1000 + first, made.seed)
    training, _, _ = split_rows(len(rows), made.seed, made.validation, made.test)
    trained = sweep(rows, [f"x{i}" for i in range(6)], made, run, betas=betas, seeds=seeds)
    told = []
    for b, beta in enumerate(betas):
        best = linear_vae_optimum(np.diag(EIGENVALUES), beta, 5, reduction=reduction)  # type: ignore[arg-type]
        found = [linear_member(trained, b, s, rows[training]) for s in range(seeds)]
        alive = [int((f["kl"] > ALIVE).sum()) for f in found]
        kept = best.eigenvalues[: best.alive]
        expected = {
            "var_mu": best.mean_variance, "posterior": best.posterior_variance,
            "column": best.decoder_norm_squared / kept, "kl": best.kl,
        }  # fmt: skip
        errors = {q: largest_error(found, q, kept, expected[q]) for q in QUANTITIES}
        c = best.threshold
        left = float(best.eigenvalues[best.alive :].sum() + (c**2 / kept).sum())
        errors["left"] = max(abs(float(f["left"]) / left - 1) for f in found)
        told.append({"beta": beta, "threshold": c, "theory": best.alive, "trained": alive, "left": left} | {
            f"error_{q}": e for q, e in errors.items()
        })  # fmt: skip
    return told


ALIVE = 0.1
"""Nats of mean KL: the rule that latents are counted by everywhere else."""


def largest_error(found: Sequence[dict[str, Floats]], quantity: str, kept: Floats, expected: Floats) -> float:
    """Over trainings and alive latents; 0 where none is alive."""
    if not len(kept):
        return 0.0
    return max(float(np.abs(scaled(f, quantity, kept)[: len(kept)] - expected).max()) for f in found)


def scaled(found: dict[str, Floats], quantity: str, eigenvalues: Floats) -> Floats:
    """Decoder columns over their eigenvalues, the others as they are; latents in the eigenvalues' order."""
    values = found[quantity][: len(eigenvalues)]
    return values / eigenvalues if quantity == "column" else values


def linear_member(trained: Sweep, b: int, s: int, rows: Floats) -> dict[str, Floats]:
    """What one member does: per latent, the longest decoder column first, and what its mean code leaves."""
    mu, log_var = (x[b, s] for x in trained.encode(rows))
    columns = member_jacobian(trained, b, s, mu[:1])[0]
    norm = (columns**2).sum(0)
    order = np.argsort(-norm)
    variance = np.exp(log_var).mean(0)
    kl = 0.5 * (mu**2 + np.exp(log_var) - 1 - log_var).mean(0)
    left = trained.reconstruction_loss(rows)[b, s].mean()
    return {
        "column": norm[order], "var_mu": mu.var(0)[order], "posterior": variance[order], "kl": kl[order],
        "left": left,
    }  # fmt: skip


def member_jacobian(trained: Sweep, b: int, s: int, z: Floats) -> Floats:
    """d x_hat / d z of one member at codes z (n, L): (n, D, L)."""
    import torch

    members = len(trained.betas) * len(trained.seeds)
    every = torch.from_numpy(np.broadcast_to(z, (members, *z.shape)).copy())
    found: Floats = trained.model.jacobian(every).detach().numpy()[b * len(trained.seeds) + s]
    return found


def circle(
    betas: Sequence[float], seeds: int, steps: int, run: Path, first: int = 1
) -> list[dict[str, float]]:
    """For each beta the ring's numbers and those of trained members: mean and range over seeds."""
    made = settings((32, 32), 2, steps, 12000, learning_rate=3e-3, seed=first)
    rows = np.sqrt(2.0) * TOYS["circle"].draw(12000, 1000 + first)
    _, held, _ = split_rows(len(rows), made.seed, made.validation, made.test)
    trained = sweep(rows, ("x", "y"), made, run, betas=betas, seeds=seeds)
    told = []
    for b, beta in enumerate(betas):
        best = ring_optimum(beta, np.sqrt(2.0))
        found = [circle_member(trained, b, s, rows[held], beta) for s in range(seeds)]
        entry: dict[str, float] = {
            "beta": beta, "ring_var_mu": best.radius_squared / 2, "ring_posterior": best.posterior_variance,
            "ring_kl": best.kl, "ring_loss": best.loss, "ring_ratio": best.jacobian_ratio,
            "cut_loss": cut_loss(beta, np.sqrt(2.0)),
        }  # fmt: skip
        for key in found[0]:
            values = [f[key] for f in found]
            entry |= {key: float(np.mean(values)), f"{key}_low": min(values), f"{key}_high": max(values)}
        told.append(entry)
    return told


def circle_member(trained: Sweep, b: int, s: int, rows: Floats, beta: float) -> dict[str, float]:
    """One member on held-out rows: means over both latents; the loss over 16 draws of its noise."""
    import torch

    mu, log_var = (x[b, s] for x in trained.encode(rows))
    sigma = np.exp(0.5 * log_var)
    kl = 0.5 * (mu**2 + sigma**2 - 1 - log_var).sum(1).mean()
    rng = np.random.default_rng([b, s])
    members = len(trained.betas) * len(trained.seeds)
    lost = 0.0
    for _ in range(16):
        z = torch.from_numpy(
            np.broadcast_to(mu + sigma * rng.normal(size=mu.shape), (members, *mu.shape)).copy()
        )
        with torch.no_grad():
            out = trained.model.decode(z)[b * len(trained.seeds) + s].numpy()
        lost += float(((out - rows) ** 2).sum(1).mean()) / 16
    singular = np.linalg.svd(member_jacobian(trained, b, s, mu[:400]), compute_uv=False)
    strongest = np.maximum(singular[:, 0], 1e-300)
    return {
        "var_mu": float(mu.var(0).mean()), "posterior": float((sigma**2).mean()), "kl": float(kl),
        "loss": lost + beta * float(kl), "ratio": float(np.median(singular[:, 1] / strongest)),
        "alive": float((0.5 * (mu**2 + sigma**2 - 1 - log_var).mean(0) > 0.01).sum()),
    }  # fmt: skip


def print_linear(reduction: str, told: Sequence[dict[str, object]]) -> None:
    """One line a beta."""
    print(f"\nlinear, {reduction}: eigenvalues {', '.join(f'{e:g}' for e in EIGENVALUES)}\n")
    head = ("beta", "threshold", "alive: theory", "trained", "left: theory", "error", "Var[mu]", "sigma^2")
    print("| " + " | ".join((*head, "column", "KL")) + " |")
    print("|" + "---|" * 10)
    for t in told:
        print(
            f"| {t['beta']:g} | {t['threshold']:g} | {t['theory']} | {' '.join(map(str, t['trained']))} "  # type: ignore[call-overload]
            f"| {t['left']:.4f} | {t['error_left']:.1%} | "
            + " | ".join(f"{t[f'error_{q}']:.3f}" for q in QUANTITIES) + " |"
        )  # fmt: skip


def print_circle(told: Sequence[dict[str, float]]) -> None:
    """One line a beta: the ring, then mean (lowest to highest seed) of trained members."""
    print("\ncircle, R^2 = 2\n")
    print("| beta | latents on | Var[mu]: ring | trained | sigma^2: ring | trained | KL: ring | trained "
          "| loss: ring | trained | cut | s2/s1: ring | trained |")  # fmt: skip
    print("|" + "---|" * 13)
    for t in told:
        cells = [f"{t['beta']:g}", f"{t['alive_low']:.0f} to {t['alive_high']:.0f}"]
        for key in ("var_mu", "posterior", "kl", "loss"):
            cells += [
                f"{t[f'ring_{key}']:.3f}",
                f"{t[key]:.3f} ({t[f'{key}_low']:.3f} to {t[f'{key}_high']:.3f})",
            ]
        cells += [f"{t['cut_loss']:.3f}", f"{t['ring_ratio']:.3f}", f"{t['ratio']:.3f}"]
        print("| " + " | ".join(cells) + " |")


def main() -> None:
    """Train, compare, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", choices=["linear", "circle", []], default=["linear", "circle"])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--first-seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        if "linear" in asked.parts:
            for reduction, betas in LINEAR_BETAS.items():
                run = Path(scratch) / reduction
                told = linear(reduction, betas, asked.seeds, asked.steps, run, asked.first_seed)
                print_linear(reduction, told)
        if "circle" in asked.parts:
            run = Path(scratch) / "circle"
            print_circle(circle(CIRCLE_BETAS, asked.seeds, asked.steps, run, asked.first_seed))


if __name__ == "__main__":
    main()
