"""A run directory made by hand: what `fit` and `analyze` leave behind, with names as hostile as asked for."""

import json
from pathlib import Path
from typing import Any

import numpy as np

LATENTS, RELEVANT = 8, (1, 4, 6)
OBSERVABLES = ("cos_theta(mu-)", "phi(mu-)", "pt(mu-)", "eta(mu-)", "E(mu-)")
FEATURES = tuple(f"{leg}.{c}" for leg in ("mu-", "mu+") for c in ("E", "px", "py", "pz"))


def made_run(run: Path, *, files: tuple[str, ...] = (), analysed: bool = True, evil: str = "") -> Path:
    """Write a run; `evil` is put into every name and text that a file could bring along."""
    run.mkdir(parents=True)
    settings = {
        "model": "vae" + evil,
        "latent": LATENTS,
        "beta": 0.05,
        "epochs": 12,
        "seed": 1,
        "hidden": [64, 64],
    }
    config = {
        "settings": settings,
        "names": [name + evil for name in FEATURES],
        "kept": [name + evil for name in FEATURES if not name.endswith(".E")],
        "dropped_columns": ["mu-.E" + evil],
        "source": {"files": [{"path": path} for path in files]},
        "versions": {"torch" + evil: "2.13" + evil},
    }
    (run / "config.json").write_text(json.dumps(config))
    (run / "metrics.jsonl").write_text("".join(json.dumps(epoch(k)) + "\n" for k in range(12)))
    if analysed:
        (run / "analysis.json").write_text(json.dumps(analysis(evil)))
    return run


def epoch(k: int) -> dict[str, Any]:
    per_latent = [
        2.2 * (1 - np.exp(-k / 3)) if i in RELEVANT else 0.3 * np.exp(-k / 2) for i in range(LATENTS)
    ]
    reconstruction = 2.0 * np.exp(-k / 3) + 0.1
    terms = {
        "loss": reconstruction + 0.05 * sum(per_latent),
        "reconstruction": reconstruction,
        "squared_error": reconstruction,
        "kl": sum(per_latent),
        "kl_per_latent": per_latent,
    }
    return {
        "epoch": k,
        "steps": 10 * k,
        "learning_rate": 1e-3,
        "kl_weight": 1.0,
        "train": terms,
        "validation": terms,
    }


def estimate(value: float, error: float = 0.01) -> dict[str, float]:
    return {"value": value, "error": error}


def analysis(evil: str = "") -> dict[str, Any]:
    betas = [0.001, 0.01, 0.03, 0.1]
    counts = [[8, 8, 8, 8, 7], [4, 5, 4, 4, 4], [3] * 5, [3] * 5]
    return {
        "relevant": {
            "value": 3,
            "low": 3,
            "high": 3,
            "rule": "mean KL above 0.1 nat" + evil,
            "betas": betas,
            "counts": counts,
            "plateau_betas": [0.03, 0.1],
            "words": "3 relevant latents" + evil,
            "caveat": "A sphere is no plane." + evil,
            "indices": list(RELEVANT),
            "by_rule": {"kl" + evil: {"value": 3, "low": 3, "high": 3}},
        },
        "latents": [latent(i, evil) for i in range(LATENTS)],
        "recovered": [
            {"observable": name + evil, "of": name, "r2": r2, "error": 0.0004}
            for name, r2 in (
                ("cos_theta(mu-)", 0.998),
                ("sin phi(mu-)", 0.9965),
                ("cos phi(mu-)", 0.9971),
                ("E(mu-)", -0.02),
            )
        ],
        "jacobian": {
            "ratio": [estimate(v) for v in (1.0, 0.8, 0.3, 0.004)],
            "ratio_lower": [1.0, 0.6, 0.2, 0.002],
            "ratio_upper": [1.0, 0.9, 0.4, 0.006],
            "count": 3,
            "low": 2,
            "high": 3,
            "points": 200,
        },
        "traversals": [traversal(i, evil) for i in RELEVANT],
        "observables": [{"name": n + evil, "latex": r"\cos\theta" + evil, "unit": ""} for n in OBSERVABLES],
        "versions": {"hepsym" + evil: "0.1.0"},
        "n_test": 20_000,
        "seed": 1,
    }


def latent(i: int, evil: str) -> dict[str, Any]:
    on = i in RELEVANT
    values = {
        "variance": 0.98,
        "variance_over_noise": 80.0,
        "kl": 2.2,
        "one_minus_noise": 0.98,
        "ablation": 0.3,
    }
    links = [
        {
            "name": name + evil,
            "mutual_information": estimate(1.0 / (1 + k + i)),
            "p_holm": 0.001,
            "follows": k < 3,
            "spearman": estimate(0.7),
            "circular_linear": None,
            "r2": estimate(0.5),
            "monotone_r2": None,
        }
        for k, name in enumerate(OBSERVABLES)
    ]
    relevance = {key: estimate(value if on else 1e-3 * value) for key, value in values.items()}
    return {"index": i, "relevance": relevance, "observables": links if on else []}


def traversal(i: int, evil: str) -> dict[str, Any]:
    z = np.linspace(-2, 2, 7)
    cosines = np.tanh(np.stack([0.1 * z, z, z + 0.3]))
    phi = np.array([0.0, 0.5, 2.0])[:, None]
    momenta = 45.6 * np.stack(
        [np.sqrt(1 - cosines**2) * np.cos(phi), np.sqrt(1 - cosines**2) * np.sin(phi), cosines]
    )
    features = {f"mu-{evil}.{c}": momenta[k].tolist() for k, c in enumerate(("px", "py", "pz"))}
    features |= {f"mu+{evil}.{c}": (-momenta[k]).tolist() for k, c in enumerate(("px", "py", "pz"))}
    return {
        "latent": i,
        "values": z.tolist(),
        "points": ["median of every latent" + evil, "a test event", "a test event"],
        "features": features,
        "observables": {f"cos_theta(mu-){evil}": cosines.tolist()},
    }
