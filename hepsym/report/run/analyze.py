"""What did a run learn? Its latents' relevance, their number, and the observables that they follow.

Brings a trained run, its test events and `hepsym.analysis` together. Only the test split is used.
"""

import json
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hepsym import analysis
from hepsym.errors import InputError
from hepsym.events.disk.atomic import replace_text
from hepsym.report.run.subject import Subject, read_subject

if TYPE_CHECKING:
    from hepsym.models import FitSettings, Sweep, Trained

__all__ = ["BETAS", "RULE", "analyze"]

Floats = NDArray[np.float64]
Progress = Callable[[int, int], None] | None

BETAS = (1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1)
"""The default sweep, six betas in about equal steps of log beta."""

RULE = "kl"
"""The counting rule of the headline number; the others are given beside it."""

TEST_CAP, SWEEP_CAP, SWEEP_TEST_CAP, JACOBIAN_POINTS, ALIGN_CAP = 50_000, 20_000, 5_000, 500, 10_000
"""At most so many events: for relevance, to train a sweep, to count in it, for Jacobians, for links."""

SWEEP_STEPS = 3_000
"""At most so many steps of the optimiser for each member of a sweep."""

SWEEP_BATCH = 256

SWEEP_SHARE = 60
"""Of 100 steps of progress, so many belong to the sweep."""


def analyze(
    run: str | Path,
    *,
    betas: Sequence[float] | None = None,
    seeds: int = 5,
    alpha: float = 0.05,
    progress: Progress = None,
) -> dict[str, Any]:
    """Analyse RUN and write RUN/analysis.json; returns what is in it.

    betas, seeds: the ensemble that the count is taken over; a sweep stored in the run is used again
    when it has the same betas, seeds and rows. alpha: family-wise level at which a latent "follows" an
    observable. Everything random is seeded by the run's own seed, so a second call gives the same file,
    times aside. Raises InputError: no run at that place, its data gone or changed, betas not positive
    and increasing, seeds < 1, alpha not in (0, 1), fewer than 100 test events.
    """
    from hepsym import models
    from hepsym.models.registry import family

    chosen = _checked(betas, seeds, alpha)
    run = Path(run)
    trained = models.load(run)
    family(trained.settings.model).need_ensembles(run)
    subject = read_subject(run, trained, TEST_CAP)
    seed = int(trained.settings.seed)
    sweep = _sweep(run, trained, subject, chosen, seeds, _part(progress, 0, SWEEP_SHARE))
    mu, log_var = trained.encode(subject.test)
    found = analysis.relevances(mu, log_var, _ablation_rise(trained, subject.test, mu.shape[1]))
    counted = analysis.count(found, RULE)
    links, recovered = _follow(mu, subject, counted.indices, alpha, seed, _part(progress, SWEEP_SHARE, 98))
    result = {
        "run": str(run),
        "relevant": _relevant(trained, sweep, subject, counted, mu, log_var),
        "latents": _latents(found, links),
        "recovered": [r.to_json() for r in recovered],
        "jacobian": _jacobian(trained, mu, seed),
        "traversals": [_traversal(trained, subject, mu, i, seed) for i in counted.indices],
        "caveat": analysis.TOPOLOGY_CAVEAT,
        "definitions": dict(analysis.DEFINITIONS),
        "observables": [o.to_json() for o in subject.described],
        "left_out": list(subject.left_out),
        "alpha": alpha,
        "n_test": len(subject.test),
        "n_test_total": subject.test_total,
        "n_alignment": min(ALIGN_CAP, len(subject.test)),
        "n_mutual_information": min(analysis.MUTUAL_INFORMATION_CAP, len(subject.test)),
        "n_sweep_rows": min(SWEEP_CAP, len(subject.values)),
        "seed": seed,
        "versions": _versions(),
    }
    _save(run / "analysis.json", result)
    if progress is not None:
        progress(100, 100)
    return result


def _checked(betas: Sequence[float] | None, seeds: int, alpha: float) -> tuple[float, ...]:
    chosen = BETAS if betas is None else tuple(float(b) for b in betas)
    if not chosen or not all(np.isfinite(b) and b > 0 for b in chosen) or (np.diff(chosen) <= 0).any():
        told = ", ".join(f"{b:g}" for b in chosen) or "none"
        raise InputError(f"betas = {told}: give positive numbers in increasing order, such as 0.01,0.03,0.1")
    if seeds < 1:
        raise InputError(f"seeds = {seeds} must be at least 1 (5 or more for an interval)")
    if not 0 < alpha < 1:
        raise InputError(f"alpha = {alpha} must lie between 0 and 1, such as 0.05")
    return chosen


def _part(progress: Progress, first: int, last: int) -> Progress:
    """A callback that fills steps first .. last of 100."""
    if progress is None:
        return None
    return lambda done, total: progress(first + (last - first) * done // max(total, 1), 100)


def _sweep(
    run: Path, trained: "Trained", subject: Subject, betas: Sequence[float], seeds: int, progress: Progress
) -> "Sweep":
    """Train the ensemble, go on with one that was interrupted, or take the one that is there.

    It sees the first SWEEP_CAP rows of the run's data. A row's part in the split depends on its number
    alone, so that its test rows are test rows of the run. One with other betas, seeds or settings is set
    aside, not removed.
    """
    from hepsym import models
    from hepsym.models.rows.digest import data_digest

    rows = subject.values[:SWEEP_CAP]
    settings = _sweep_settings(trained.settings, len(subject.values), len(rows))
    numbers = range(settings.seed, settings.seed + seeds)
    wanted = {
        "settings": settings.to_json(),
        "digest": data_digest(rows, subject.names),
        "betas": list(betas),
        "seeds": list(numbers),
    }
    _set_aside(run / "sweep", wanted)
    return models.sweep(
        rows, subject.names, settings, run, betas=betas, seeds=numbers, drop_constant=True, progress=progress
    )


def _sweep_settings(settings: "FitSettings", rows: int, used: int) -> "FitSettings":
    """The run's settings with as many steps on the `used` rows as the run had on all, at most SWEEP_STEPS.

    Batches are of SWEEP_BATCH rows at most, because 30 members see each. No early stopping: it would wait
    for the slowest member.
    """
    share = 1 - settings.test - settings.validation
    batch = min(settings.batch, SWEEP_BATCH)
    steps = settings.epochs * max(1, int(rows * share) // settings.batch)
    an_epoch = max(1, int(used * share) // batch)
    epochs = max(1, round(min(steps, SWEEP_STEPS) / an_epoch))
    return replace(settings, epochs=epochs, batch=batch, patience=0)


def _set_aside(directory: Path, wanted: Mapping[str, Any]) -> None:
    """Rename an ensemble that is not the wanted one to the first free of sweep-1, sweep-2, ..."""
    if not directory.exists():
        return
    try:
        there = json.loads((directory / "config.json").read_text(encoding="utf-8"))
        if all(there.get(key) == value for key, value in wanted.items()):
            return
    except (OSError, ValueError, AttributeError, RecursionError):
        pass  # damaged: it is set aside like any other that cannot be used
    free = (directory.with_name(f"{directory.name}-{k}") for k in count(1))
    directory.rename(next(path for path in free if not path.exists()))


def _ablation_rise(trained: "Trained", values: Floats, latents: int) -> Floats:
    base = trained.reconstruction_loss(values)
    return np.column_stack([trained.reconstruction_loss(values, ablate=i) - base for i in range(latents)])


def _follow(
    mu: Floats, subject: Subject, indices: Sequence[int], alpha: float, seed: int, progress: Progress
) -> tuple[list[analysis.Link], list[analysis.Recovery]]:
    """Links of each relevant latent, and what all of them recover, on at most ALIGN_CAP test events."""
    if not indices or not subject.observables:
        return [], []
    z = mu[:ALIGN_CAP]
    seen = [analysis.Observable(o.name, o.values[:ALIGN_CAP], o.period) for o in subject.observables]
    links = analysis.align(z, seen, indices=indices, alpha=alpha, seed=seed, progress=progress)
    return links, analysis.recover(z[:, list(indices)], seen, seed=seed)


def _relevant(
    trained: "Trained", sweep: "Sweep", subject: Subject, counted: analysis.Count, mu: Floats, log_var: Floats
) -> dict[str, Any]:
    """The headline number: the plateau of the sweep, with this run's own count beside it."""
    rows = subject.test[:SWEEP_TEST_CAP]
    codes, log_vars = sweep.encode(rows)
    tables = _counts(codes, log_vars)
    betas = [float(b) for b in sweep.betas]
    latents = codes.shape[-1]
    plateaus = {rule: analysis.plateau(betas, table, latents) for rule, table in tables.items()}
    chosen = plateaus[RULE]
    return {
        "value": chosen.value,
        "low": chosen.low,
        "high": chosen.high,
        "rule": analysis.COUNTING_RULES[RULE].words,
        "betas": betas,
        "seeds": [int(s) for s in sweep.seeds],
        "counts": tables[RULE].tolist(),
        "plateau_betas": list(chosen.betas),
        "agreement": chosen.agreement,
        "words": chosen.words,
        "caveat": analysis.TOPOLOGY_CAVEAT,
        "by_rule": {
            rule: {"value": p.value, "low": p.low, "high": p.high, "counts": tables[rule].tolist()}
            for rule, p in plateaus.items()
        },
        "indices": list(counted.indices),
        "this_run": {
            "beta": float(trained.settings.beta),
            "latents": int(mu.shape[1]),
            "value": counted.value,
            "low": counted.low,
            "high": counted.high,
            "by_rule": analysis.counts_by_rule(mu, log_var),
        },
    }


def _counts(codes: Floats, log_vars: Floats) -> dict[str, NDArray[np.int64]]:
    """By every rule: counts (betas, seeds) of codes (betas, seeds, n, L)."""
    found = [
        [analysis.counts_by_rule(m, v) for m, v in zip(row, rows, strict=True)]
        for row, rows in zip(codes, log_vars, strict=True)
    ]
    return {rule: np.asarray([[c[rule] for c in row] for row in found]) for rule in analysis.COUNTING_RULES}


def _latents(
    found: Mapping[str, list[analysis.Estimate]], links: Sequence[analysis.Link]
) -> list[dict[str, Any]]:
    return [
        {
            "index": i,
            "relevance": {name: estimates[i].to_json() for name, estimates in found.items()},
            "observables": [link.to_json() for link in links if link.latent == i],
        }
        for i in range(len(found[RULE]))
    ]


def _jacobian(trained: "Trained", mu: Floats, seed: int) -> dict[str, Any]:
    """The decoder's spectrum at random test codes; all null where every latent is switched off."""
    rows = np.random.default_rng([seed, len(mu)]).permutation(len(mu))[:JACOBIAN_POINTS]
    try:
        found = analysis.jacobian_spectrum(trained.jacobian(mu[rows]), seed=seed)
    except InputError as error:
        return {"ratio": [], "count": None, "points": len(rows), "words": str(error)}
    return found.to_json()


def _traversal(trained: "Trained", subject: Subject, mu: Floats, latent: int, seed: int) -> dict[str, Any]:
    """A walk along one latent: decoded features and the observables of the decoded momenta."""
    path = analysis.walk(mu, latent, seed=seed)
    points, steps, size = path.codes.shape
    features = trained.decode(path.codes.reshape(points * steps, size))
    observables = subject.decoded_observables(features)
    return {
        "latent": latent,
        "quantiles": path.quantiles.tolist(),
        "values": path.values.tolist(),
        "points": ["median of every latent", *("a test event" for _ in path.rows)],
        "features": {
            name: _numbers(features[:, j].reshape(points, steps)) for j, name in enumerate(subject.names)
        },
        "observables": {name: _numbers(v.reshape(points, steps)) for name, v in observables.items()},
    }


def _numbers(values: Floats) -> list[list[float | None]]:
    """Rows as JSON knows them: an observable that a decoded event does not have is None."""
    return [[float(v) if np.isfinite(v) else None for v in row] for row in values]


def _versions() -> dict[str, str]:
    from importlib.metadata import version

    return {
        "python": platform.python_version(),
        **{n: version(n) for n in ("hepsym", "numpy", "scipy", "torch")},
    }


def _save(path: Path, result: Mapping[str, Any]) -> None:
    """Write whole or not at all."""
    replace_text(path, json.dumps(result, indent=1, allow_nan=False, ensure_ascii=False) + "\n")
