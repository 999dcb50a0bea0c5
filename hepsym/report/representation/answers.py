"""What is asked of a trained model of classes? Bounds, errors, leaks, swaps, poses, as numbers."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hepsym.analysis.representation import (
    calibration,
    leak,
    mixed_leak,
    probe,
    steadiness,
    swap_accuracy,
    usage,
)
from hepsym.report.representation.divided import Divided
from hepsym.report.representation.poses import disentangled, followed, poses, target_classes

if TYPE_CHECKING:
    from hepsym.models.equivae import Action, ClassModel

__all__ = ["answers", "told"]

Rows = NDArray[Any]
WAYS = ("bound", "classifier", "prototype")


def answers(
    model: "ClassModel", rows: Divided, judge: Any, *, leaks: bool, action: "Action | None" = None
) -> dict[str, Any]:
    """Everything that is asked of a model that saw all labels; `judge`: a probe of y from flat rows.

    Numbers are of the test rows; kl_by_dimension and confusion (by the bound) are lists.
    """
    x_test, y_test = rows.x_test, rows.y_test
    mu, log_var = model.posterior(x_test, y_test)
    use = usage(mu, log_var)
    bound = model.predictive_bound(x_test, y_test)
    found: dict[str, Any] = {
        "bound": float(bound.mean()),
        "importance_bound_50": float(
            model.predictive_bound(x_test, y_test, importance=True, draws=50).mean()
        ),
        **told(model, x_test, y_test),
        "kl": use.total.value, "active": use.active,
        "kl_by_dimension": np.sort(use.kl)[::-1].round(3).tolist(),
        **_swaps(model, rows, judge),
    }  # fmt: skip
    if model.history_:
        found["train_bound"] = model.history_[-1].terms["bound"]
    if leaks:
        found |= _leaks(model, rows, mu)
    if model.fitted.network.code.from_members:
        rng = np.random.default_rng(1)
        codes = [
            [model.embed_set(rows.x[rng.permutation(np.flatnonzero(rows.y == k))[:8]]) for _ in range(20)]
            for k in model.classes_
        ]
        found["r_within_over_between"] = steadiness(codes)
    if rows.factors:
        found |= poses(model, rows)
    if len(rows.factors) > 1:
        truth = np.column_stack([test for _, test in rows.factors.values()])
        found |= disentangled(model.transform(x_test, y_test)[1], truth)
    if action is not None:
        found |= followed(model, rows, action)
    return found


def told(model: "ClassModel", x: Rows, y: Rows) -> dict[str, Any]:
    """Errors and calibration errors of the ways of telling a class; counts by true class (rows) and class by
    the bound (columns), in the order of `classes_`.
    """
    truth = model.fitted.labels.encode(y)
    found: dict[str, Any] = {}
    for by in WAYS:
        p = model.predict_proba(x, by=by)
        right = p.argmax(1) == truth
        found[f"error_{by}"] = 1 - float(right.mean())
        found[f"calibration_error_{by}"] = float(calibration(p, right).error.value)
        if by == "bound":
            counts = np.zeros((len(model.classes_), len(model.classes_)), dtype=int)
            np.add.at(counts, (truth, p.argmax(1)), 1)
            found["confusion"] = [[int(n) for n in row] for row in counts]
    return found


def _leaks(model: "ClassModel", rows: Divided, mu: Rows) -> dict[str, float]:
    v, v_test = model.transform(rows.x, rows.y)[1], model.transform(rows.x_test, rows.y_test)[1]
    seen = leak(v, rows.y, v_test=v_test, y_test=rows.y_test)
    found = {
        "chance": seen.chance, "leak_linear": seen.linear.value, "leak_mlp": seen.mlp.value,
        "leak_mlp_within_test": leak(v_test, rows.y_test).mlp.value,
        "leak_mlp_of_both": mixed_leak(v, rows.y, v_test, rows.y_test).value,
    }  # fmt: skip
    if model.fitted.straight is not None:
        before = probe("mlp", model.posterior(rows.x, rows.y)[0], rows.y)
        found["leak_mlp_not_straightened"] = float(before.score(mu, rows.y_test))
    return found


def x_flat(x: Rows) -> Rows:
    """(n, D) of rows (n, ...)."""
    return x.reshape(len(x), -1)


def _swaps(model: "ClassModel", rows: Divided, judge: Any) -> dict[str, float]:
    target = target_classes(model, len(rows.y_test))
    swapped = model.swap(rows.x_test, target, source=rows.y_test)
    seen = swap_accuracy(lambda made: judge.predict(x_flat(made)), swapped, target)
    inside = np.clip(swapped, rows.x.min(), rows.x.max())
    # In the coordinates that a swap keeps: straightened ones, where v is straightened.
    v, back = model.transform(rows.x_test, rows.y_test)[1], model.transform(inside, target)[1]
    kept = 1 - float(((back - v) ** 2).sum() / ((v - v.mean(0)) ** 2).sum())
    own = float((judge.predict(x_flat(rows.x_test)) == rows.y_test).mean())
    return {"swap_accuracy": seen.value, "judge_accuracy": own, "v_kept_by_swap": kept}
