"""Does a training ever end with numbers that are not finite, unsaid? Over seeds, for every model.

Learning rates up to a thousand and columns of wild size: a fit either ends with finite losses and
weights, or stops with one line that names the step, and what it kept before is finite and loads.
"""

import json
import math
import shutil
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file

from hepsym.errors import InputError, RunError
from hepsym.generators.images import plane_orbits
from hepsym.models import FitSettings, fit
from hepsym.models.registry import FAMILIES
from tests.models.conftest import NAMES, back_to_back, made_jets
from tests.torture.campaign import WRONG, Row, tally

__all__ = ["MODELS", "guards"]

JETS = ("lgae", "gnnae", "cnnae", "jetvae", "lgatr")
CLASSES = ("equivae", "cvae", "mlvae")
SMALL = {
    "lgae": {"latent_vectors": 3, "layers": 1, "hidden": 8, "scalars": 4},
    "cnnae": {"channels": 4},
    "gnnae": {"width": 4, "messages": 4},
    "jetvae": {"hidden": 8},
}


def _available() -> tuple[str, ...]:
    try:
        import lgatr  # noqa: F401
    except ModuleNotFoundError:
        return tuple(m for m in FAMILIES if m != "lgatr")
    return tuple(FAMILIES)


MODELS = _available()


def _example(model: str, draw: np.random.Generator) -> tuple[np.ndarray, list[str], FitSettings]:
    """Rows, their names, and settings that ask for trouble."""
    rate = float(10.0 ** draw.uniform(-4, 3))
    seed = int(draw.integers(2**31))
    size = 10.0 ** draw.uniform(-12, 12) if draw.integers(2) else 1.0
    if model in JETS:
        values = made_jets(48, seed=seed % 1000, slots=6).flatten(1).numpy()
        names = [f"p{i}.{c}" for i in range(6) for c in ("E", "px", "py", "pz")]
        options = SMALL.get(model, {})
        return values * size, names, FitSettings(
            model=model, epochs=3, batch=8, learning_rate=rate, seed=seed, options=options
        )  # fmt: skip
    if model in CLASSES:
        orbit = plane_orbits(240, classes=3, seed=seed % 1000, noise=0.1)
        values = np.column_stack([orbit.x * size, orbit.y])
        return values, [*(f"x{i}" for i in range(6)), "kind"], FitSettings(
            model=model, latent=3, epochs=3, batch=40, learning_rate=rate, seed=seed, label="kind",
            options={"invariant": 5, "width": 16},
        )  # fmt: skip
    variance = str(draw.choice(["fixed", "learned"]))
    return (
        back_to_back(400, seed=seed % 1000) * size,
        list(NAMES),
        FitSettings(
            latent=3, hidden=(16,), epochs=4, batch=32, learning_rate=rate, seed=seed, variance=variance
        ),
    )


def _trained(model: str, trials: int, seed: int, folder: Path) -> Iterator[tuple[int, str]]:
    for i in range(trials):
        run = folder / "run"
        shutil.rmtree(run, ignore_errors=True)
        values, names, settings = _example(model, np.random.default_rng([seed, i]))
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                warnings.filterwarnings("ignore", module="torch")
                fit(values, names, settings, run, source={}, drop_constant=True)
            outcome = "ended"
        except (InputError, RunError) as error:
            outcome = "stopped in one line"
            if "\n" in str(error) or (isinstance(error, RunError) and "step" not in str(error)):
                outcome = f"{WRONG}: not one line that names the step: {error}"
        except Exception as error:
            outcome = f"{WRONG}: rate {settings.learning_rate:.3g}: {type(error).__name__}: {error}"
        yield i, outcome if outcome.startswith(WRONG) else _kept(run, outcome)


def _kept(run: Path, outcome: str) -> str:
    """What the run kept is finite."""
    weights = run / "checkpoint.safetensors"
    if weights.exists() and not all(torch.isfinite(t).all() for t in load_file(weights).values()):
        return f"{WRONG}: the checkpoint has weights that are not finite ({outcome})"
    metrics = run / "metrics.jsonl"
    for line in metrics.read_text().splitlines() if metrics.exists() else []:
        if not math.isfinite(json.loads(line)["validation"]["loss"]):
            return f"{WRONG}: a validation loss that is not finite was written ({outcome})"
    return outcome


def guards(model: str, trials: int, seed: int, folder: Path) -> Row:
    """Train this model so many times under wild settings."""
    folder.mkdir(parents=True, exist_ok=True)
    begun = time.time()
    return tally(f"NaN guards: {model}", seed, _trained(model, trials, seed, folder), begun)
