"""Is what is true of how rows were made in v, each in a latent of its own, and does v move as it should?"""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hepsym.analysis.representation import (
    dci,
    equivariance_error,
    factor_vae_score,
    importances,
    mig,
    probe,
    sap,
)
from hepsym.report.representation.divided import Divided

if TYPE_CHECKING:
    from hepsym.models.equivae import Action, ClassModel

__all__ = ["disentangled", "followed", "poses", "target_classes"]

Rows = NDArray[Any]
CELLS = 10
"""Of equal counts, into which a factor is put for the measures that take whole numbers."""

DEAD = 0.05
"""Standard deviation below which a coordinate of v, whose law is N(0, 1), holds nothing."""


def target_classes(model: "ClassModel", rows: int) -> Rows:
    """Classes to swap to: at random, the same for all models."""
    return model.classes_[np.random.default_rng(1).integers(len(model.classes_), size=rows)]


def poses(model: "ClassModel", rows: Divided) -> dict[str, float]:
    """R^2 of what is true of test rows by an MLP that read it from v of training rows; class from r.

    v is that of `transform`: what swaps keep. "of_swaps": read from v of the swapped rows, against the truth
    of those they were made of. "not_straightened": from v without the maps, by a reader of its own.
    """
    v, v_test = model.transform(rows.x, rows.y)[1], model.transform(rows.x_test, rows.y_test)[1]
    target = target_classes(model, len(rows.y_test))
    swapped = model.swap(rows.x_test, target, source=rows.y_test)
    v_swapped = model.transform(np.clip(swapped, rows.x.min(), rows.x.max()), target)[1]
    found = _read(rows, v, {"": v_test, "_of_swaps": v_swapped})
    if model.fitted.straight is not None:
        plain, plain_test = (
            model.posterior(*part)[0] for part in ((rows.x, rows.y), (rows.x_test, rows.y_test))
        )
        found |= _read(rows, plain, {"_not_straightened": plain_test})
    r = probe("mlp", model.fitted.own_code(rows.x), rows.y)
    return found | {"class_from_r": float(r.score(model.fitted.own_code(rows.x_test), rows.y_test))}


def disentangled(v: Rows, truth: Rows) -> dict[str, float]:
    """MIG, SAP, DCI and the FactorVAE score of v (n, L) for factors (n, K), K and L at least 2.

    For MIG and the FactorVAE score factors are in `CELLS` cells of equal counts; the latter is left out where
    no coordinate has a standard deviation of `DEAD`, as it has no vote then.
    """
    cells = (np.argsort(np.argsort(truth, axis=0), axis=0) * CELLS // len(truth)).astype(np.float64)
    scores = dci(importances(v, truth)[0])
    found = {
        "mig": mig(v, cells), "sap": sap(v, truth), "dci_disentanglement": scores.disentanglement,
        "dci_completeness": scores.completeness,
    }  # fmt: skip
    if (v.std(0) >= DEAD).any():
        found["factor_vae_score"] = factor_vae_score(v, cells, dead=DEAD)
    return found


def followed(model: "ClassModel", rows: Divided, action: "Action") -> dict[str, float]:
    """How far v(gx) is from rho(g) v(x), one g a test row, in units of its spread; how far r moves, likewise.

    Of all of v as it is without maps, and of the coordinates that the maps keep, as `transform` gives them.
    """
    import torch

    reading = model.fitted.reading
    features = torch.from_numpy(reading.apply(rows.x_test))
    g = action.draw(len(features), torch.Generator().manual_seed(1))
    moved = reading.invert(action.apply(features, g).numpy())

    def error(before: Rows, after: Rows, first: int) -> float:
        wanted = action.represent(torch.from_numpy(before), g.double()).numpy()
        return equivariance_error(after[:, :first], wanted[:, :first]).value

    parts = (rows.x_test, moved)
    plain, plain_moved = (model.posterior(x, rows.y_test)[0] for x in parts)
    r, r_moved = (model.fitted.own_code(x) for x in parts)
    found = {
        "equivariance_error_not_straightened": error(plain, plain_moved, plain.shape[1]),
        "change_of_r": equivariance_error(r_moved, r).value,
    }
    if kept := model.fitted.settings.kept:
        v, v_moved = (model.transform(x, rows.y_test)[1] for x in parts)
        found["equivariance_error_kept"] = error(v, v_moved, kept)
    return found


def _read(rows: Divided, v: Rows, asked: dict[str, Rows]) -> dict[str, float]:
    """R^2 of each factor of test rows by an MLP that learned on v of training rows, of each v asked."""
    from sklearn.neural_network import MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    truth, truth_test = (np.column_stack([f[i] for f in rows.factors.values()]) for i in (0, 1))
    scale = truth.std(0)
    reader = make_pipeline(
        StandardScaler(),
        MLPRegressor(
            hidden_layer_sizes=(128, 128),
            early_stopping=True,
            n_iter_no_change=20,
            max_iter=500,
            random_state=1,
        ),
    )
    wanted = truth / scale
    reader.fit(v, wanted if wanted.shape[1] > 1 else wanted[:, 0])
    found: dict[str, float] = {}
    for of, seen in asked.items():
        read = reader.predict(seen).reshape(truth_test.shape) * scale
        left = ((read - truth_test) ** 2).mean(0) / truth_test.var(0)
        found |= {f"r2_{name}{of}": float(1 - part) for name, part in zip(rows.factors, left, strict=True)}
    return found
