"""What do class codes say of jets? Rejections from r, beside the mass, and v under boosts and rotations."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hepsym.analysis.representation import equivariance_error, probe
from hepsym.errors import InputError
from hepsym.generators.images import LabelledSet
from hepsym.random import uniforms

if TYPE_CHECKING:
    from hepsym.models.equivae import ClassModel
    from hepsym.report.representation.divided import Divided

__all__ = ["jet_answers", "jet_rows_of", "rejections", "transformed"]

Floats = NDArray[np.float64]
BACKGROUND = ("g", "q")
EFFICIENCIES = (0.5, 0.3)
RAPIDITIES = (1.0, 3.0)
STREAM = 0x1E75
MASS = "log_mass"


def jet_rows_of(
    files: Mapping[str, str], events: int, particles: int = 30, *, gev: bool = False
) -> LabelledSet:
    """At most `events` jets of each class: x of `rest_rows` (n, particles, 3), y, log of the mass in GeV."""
    from hepsym.models.equivae import rest_rows
    from hepsym.models.jets import CLASSES, load_jets
    from hepsym.models.lorentz import rest_frame

    jets = load_jets(files, particles=particles)
    y = np.asarray(CLASSES)[jets.classes]
    kept = np.sort(np.concatenate([np.flatnonzero(y == k)[:events] for k in np.unique(y)]))
    momenta = jets.momenta.numpy()[kept]
    mass = rest_frame(jets.momenta[kept])[1].mass.numpy()
    return LabelledSet(rest_rows(momenta, gev=gev), y[kept], {MASS: np.log(mass)})


def jet_answers(model: "ClassModel", rows: "Divided") -> dict[str, Any]:
    """Rejection from r, by q(y|x), from the mass, from r and mass; r, v and the bound under boosts.

    confusion_r counts by true class (rows) and class read from r by an MLP (columns). Bounds are means over
    16 draws of v, which do not turn with the jet: equal in expectation.
    """
    r, r_test = model.fitted.own_code(rows.x), model.fitted.own_code(rows.x_test)
    mass, mass_test = (part[:, None] for part in rows.factors[MASS])
    classes = list(model.classes_)
    found: dict[str, Any] = {
        f"{key}, q(y|x)": value
        for key, value in rejections(
            model.predict_proba(rows.x_test, by="classifier"), classes, rows.y_test
        ).items()
    }
    known = {
        "r": (r, r_test), "mass": (mass, mass_test),
        "r and mass": (np.hstack([r, mass]), np.hstack([r_test, mass_test])),
    }  # fmt: skip
    for name, (learn, ask) in known.items():
        reader = probe("mlp", learn, rows.y)
        told = rejections(reader.predict_proba(ask), list(reader.classes_), rows.y_test)
        found |= {f"{key}, {name}": value for key, value in told.items()}
        found[f"class from {name}"] = float(reader.score(ask, rows.y_test))
        if name == "r":
            found["confusion_r"] = confusion(reader.predict(ask), rows.y_test, classes)
    r0, v0 = model.fitted.own_code(rows.x_test), model.posterior(rows.x_test, rows.y_test)[0]
    bound = model.predictive_bound(rows.x_test, rows.y_test)
    for rapidity in RAPIDITIES:
        moved, turn = transformed(rows.x_test, rapidity, seed=1)
        turned = np.einsum("nij,nvj->nvi", turn, v0.reshape(len(v0), -1, 3)).reshape(v0.shape)
        v = model.posterior(moved, rows.y_test)[0]
        at = f"at rapidity {rapidity:g}"
        found[f"equivariance error of v {at}"] = equivariance_error(v, turned).value
        found[f"change of r {at}"] = float(
            np.sqrt(((model.fitted.own_code(moved) - r0) ** 2).sum() / ((r0 - r0.mean(0)) ** 2).sum())
        )
        found[f"change of the bound {at}, nats"] = abs(
            float((model.predictive_bound(moved, rows.y_test) - bound).mean())
        )
    return found


def confusion(told: NDArray[Any], y: NDArray[Any], classes: Sequence[Any]) -> list[list[int]]:
    """How many rows of each true class y (rows) were told for each class (columns)."""
    return [[int(((y == a) & (told == b)).sum()) for b in classes] for a in classes]


def rejections(p: Floats, classes: Sequence[Any], y: NDArray[Any]) -> dict[str, float]:
    """1 / background efficiency of g + q where a share of t + w + z passes, by p (n, K) summed over t, w, z.

    Where no background passes, the count of background jets: a lower bound. Raises InputError without
    jets of both kinds.
    """
    signal = [i for i, k in enumerate(classes) if str(k) not in BACKGROUND]
    score, is_signal = p[:, signal].sum(1), ~np.isin(y.astype(str), BACKGROUND)
    if not signal or is_signal.all() or not is_signal.any():
        raise InputError("rejections need jets of g or q and of t, w or z: name files of both kinds")
    found = {}
    for efficiency in EFFICIENCIES:
        cut = np.quantile(score[is_signal], 1 - efficiency)
        passed = int((score[~is_signal] >= cut).sum())
        found[f"rejection at {efficiency:g}"] = float((~is_signal).sum() / max(passed, 1))
    return found


def transformed(x: Floats, rapidity: float, seed: int) -> tuple[Floats, Floats]:
    """Jets x (n, P, 3) at rest, set moving, then boosted by `rapidity` each its own way; at rest again.

    And the rotation (n, 3, 3) that should come of it: L(q)^-1 B L(p), with L(p) the pure boost that gives a
    jet at rest the momentum p (rapidity 2, along z), B the boost, q = B p.
    """
    from hepsym.models.equivae import rest_rows

    n = len(x)
    cos, phi = 2 * uniforms(seed, n, stream=STREAM) - 1, 2 * np.pi * uniforms(seed, n, stream=STREAM + 1)
    sin = np.sqrt(1 - cos**2)
    axis = np.column_stack([sin * np.cos(phi), sin * np.sin(phi), cos])
    first, second = _boosts(np.tile([0.0, 0.0, 1.0], (n, 1)), 2.0), _boosts(axis, rapidity)
    energy = np.linalg.norm(x, axis=2, keepdims=True)
    momenta = np.concatenate([energy, x], axis=2)
    there = (x != 0).any(-1)
    # The sum of a jet of x is at rest to rounding.
    moved = np.einsum("nab,nbc,npc->npa", second, first, momenta)
    final = np.einsum("nab,nb->na", second, first[:, :, 0])
    length = np.linalg.norm(final[:, 1:], axis=1)
    back = _boosts(final[:, 1:] / length[:, None], -np.arcsinh(length))
    rotation = np.einsum("nab,nbc,ncd->nad", back, second, first)[:, 1:, 1:]
    return rest_rows(moved * there[..., None], gev=True), rotation


def _boosts(axis: Floats, rapidity: float | Floats) -> Floats:
    """Pure boosts (n, 4, 4) along unit vectors axis (n, 3)."""
    eta = np.broadcast_to(rapidity, len(axis))
    out = np.tile(np.eye(4), (len(axis), 1, 1))
    out[:, 0, 0] = np.cosh(eta)
    out[:, 0, 1:] = out[:, 1:, 0] = np.sinh(eta)[:, None] * axis
    out[:, 1:, 1:] += (np.cosh(eta) - 1)[:, None, None] * axis[:, :, None] * axis[:, None]
    return out
