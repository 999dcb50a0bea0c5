"""What does each training of a study's sweep say of its latents? Relevance by every definition, counts."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hepsym import analysis
from hepsym.analysis.spectrum import FLOOR
from hepsym.events.disk.atomic import replace_text

if TYPE_CHECKING:
    from hepsym.models import Sweep
    from hepsym.report.studies.card import Truth

__all__ = ["JACOBIAN", "count_latents", "latents_of"]

Floats = NDArray[np.float64]

TEST_ROWS, JACOBIAN_ROWS = 2000, 200
JACOBIAN = "jacobian"
"""The key of counts by the largest gap in the spectrum of the decoder's Jacobian."""


def count_latents(run: Path, out: Path, truth: "Truth | None") -> dict[str, Any]:
    """Look at RUN/sweep on test rows of RUN, write OUT/latents.json; returns what is in it.

    counts {rule: (betas, seeds)}, plateau {rule: value or None}; relevance {definition: (betas, seeds, L)}
    and ratio (betas, seeds, min(D, L)), both with the largest first in each training; truth as given.
    """
    from hepsym import models
    from hepsym.report.run.subject import read_subject

    subject = read_subject(run, models.load(run), TEST_ROWS)
    told = latents_of(models.load_sweep(run), subject.test)
    told["truth"] = None if truth is None else truth.model_dump()
    replace_text(out / "latents.json", json.dumps(told, indent=1, allow_nan=False) + "\n")
    return told


def latents_of(sweep: "Sweep", rows: Floats) -> dict[str, Any]:
    """The same of a trained ensemble and test rows (n, D), without truth."""
    mu, log_var = sweep.encode(rows)
    base = sweep.reconstruction_loss(rows)
    latents = range(mu.shape[-1])
    rise = np.stack([sweep.reconstruction_loss(rows, ablate=i) - base for i in latents], axis=-1)
    spectra = sweep.jacobian_spectrum(rows[:JACOBIAN_ROWS])
    betas, seeds = mu.shape[:2]
    relevance: dict[str, list[list[list[float]]]] = {name: [] for name in analysis.DEFINITIONS}
    counts: dict[str, list[list[int]]] = {name: [] for name in (*analysis.COUNTING_RULES, JACOBIAN)}
    ratios = []
    for b in range(betas):
        found = [analysis.relevances(mu[b, s], log_var[b, s], rise[b, s]) for s in range(seeds)]
        for name, values in relevance.items():
            values.append([sorted((e.value for e in f[name]), reverse=True) for f in found])
        for rule in analysis.COUNTING_RULES:
            counts[rule].append([analysis.count(f, rule).value for f in found])
        told = [_spectrum(spectra[b, s]) for s in range(seeds)]
        ratios.append([ratio for ratio, _ in told])
        counts[JACOBIAN].append([count for _, count in told])
    return {
        "betas": list(sweep.betas), "seeds": list(sweep.seeds), "latent": len(latents), "n_test": len(rows),
        "counts": counts, "plateau": _plateaus(sweep.betas, counts, len(latents)), "relevance": relevance,
        "ratio": ratios,
    }  # fmt: skip


def _plateaus(
    betas: tuple[float, ...], counts: Mapping[str, list[list[int]]], latent: int
) -> dict[str, int | None]:
    return {rule: analysis.plateau(betas, table, latent).value for rule, table in counts.items()}


def _spectrum(values: Floats) -> tuple[list[float], int]:
    """Median ratios s_k / s_1 over points (n, K), and the count at their largest gap; 0 where all is off."""
    moving = values[values[:, 0] > 0]
    if not len(moving):
        return [0.0] * values.shape[1], 0
    median = np.median(moving / moving[:, :1], axis=0)
    floored = np.log(np.maximum(np.append(median, 0.0), FLOOR))
    return [float(v) for v in median], int(np.argmax(-np.diff(floored)) + 1)
