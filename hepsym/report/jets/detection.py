"""Which model finds jets it was never shown? Tops, W and Z against quarks and gluons; the score chosen on
validation jets."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hepsym.analysis.jets import detection, jet_quantities
from hepsym.models.jets import LGAE, JetAutoencoder, JetSet, LGATrAutoencoder, LinearAutoencoder, jet_loss
from hepsym.models.jets.relative import AXIS_NUMBERS
from hepsym.models.lorentz import gram, product, rest_frame
from hepsym.report.html import join, tag
from hepsym.report.jets.contenders import WORDS, Field, decoded, over_seeds
from hepsym.report.jets.figures import curves
from hepsym.report.jets.reconstruction import shown
from hepsym.report.sections import Section, figures, table

__all__ = ["answer", "invariants", "scores", "sections", "sentence"]

Floats = NDArray[np.float64]

RATES = (1e-1, 1e-2, 1e-3)
GRID = np.geomspace(1e-3, 1.0, 31)
"""Background efficiencies of the ROC curve."""
SIGNALS = ("t", "w", "z")


def rest_frame_error(found: Floats, true: Tensor, loss: str) -> Floats:
    """A loss of the reconstructed jets in the true jets' rest frames, (n,)."""
    x, frame = rest_frame(true)
    # The pure boost to the true jet's rest frame is the one from it with the axis turned round.
    back = type(frame)(-frame.axis, frame.stretch, torch.ones_like(frame.mass))
    moved = back.leave(torch.from_numpy(found)) / frame.mass[:, None, None]
    error: Floats = jet_loss(loss, moved, x, (true != 0).any(-1)).numpy()
    return error


@torch.no_grad()
def invariants(model: JetAutoencoder, jets: Tensor) -> Floats:
    """What a model's latents say of a jet that does not move with it, (n, F).

    LGAE and LGATr: log m, scalars, products of vectors in units of m. Linear: log m and the products of
    vectors. Others: latents, without the axis.
    """
    pieces = []
    upper = torch.triu_indices(64, 64)
    for piece in torch.split(jets, 256):
        if isinstance(model, (LGAE, LGATrAutoencoder)):
            latent = model.latent(piece)
            v = latent.vectors.double()
            pairs = upper[:, (upper < v.shape[1]).all(0)]
            squares = torch.asinh(gram(v)[:, pairs[0], pairs[1]])
            known = [latent.frame.mass.log()[:, None], latent.scalars.double(), v[..., 0], squares]
        elif isinstance(model, LinearAutoencoder):
            v = model.encode(piece).view(len(piece), -1, 4)
            total = piece.sum(1)[:, None]
            mass = rest_frame(piece)[1].mass[:, None]
            pairs = upper[:, (upper < v.shape[1]).all(0)]
            known = [mass.log(), product(v, total) / mass**2,
                     torch.asinh(gram(v)[:, pairs[0], pairs[1]] / mass**2)]  # fmt: skip
        else:
            known = [model.encode(piece)[:, AXIS_NUMBERS:].double()]
        pieces.append(torch.cat(known, 1))
    found: Floats = torch.cat(pieces).numpy()
    return found


def typicality(model: JetAutoencoder, training: Tensor) -> tuple[Floats, Floats]:
    """Mean and inverse covariance of the training jets' invariants, directions of no width left out."""
    known = invariants(model, training)
    inverse = np.linalg.pinv(np.cov(known, rowvar=False), rcond=1e-8, hermitian=True)
    return known.mean(0), np.asarray(inverse, dtype=np.float64)


def scores(model: JetAutoencoder, jets: Tensor, usual: tuple[Floats, Floats]) -> dict[str, Floats]:
    """What may tell a strange jet from a known one, each (n,), larger is stranger."""
    found = decoded(model, jets)
    mass, pt = jet_quantities(jets.numpy())
    chamfer, squared = (rest_frame_error(found, jets, loss) for loss in ("chamfer", "mse"))
    away = invariants(model, jets) - usual[0]
    return {
        "chamfer, rest frame": chamfer,
        "squared error, rest frame": squared,
        "chamfer, over p_T": chamfer**0.5 * mass / pt,
        "squared error, over p_T": squared**0.5 * mass / pt,
        "latents, Mahalanobis": np.einsum("nf,fg,ng->n", away, usual[1], away),
    }


def answer(field: Field) -> dict[str, Any]:
    """A row a model: area and efficiencies of all signals together; ROC of the first seed; each signal."""
    learn, quiet, background = field.parts("g", "q")
    _, loud, signal = field.jets.of(*SIGNALS).split(validation=0.3, test=0.7)
    told: dict[str, Any] = {"rows": {}, "roc": {}, "chosen": {}, "by_signal": {}, "grid": GRID.tolist()}
    for name in field.card.train.models:
        each, told["chosen"][name] = [], []
        for seed in field.seeds(name):
            model = field.model(name, seed)
            usual = typicality(model, learn.momenta)
            on = [scores(model, part.momenta, usual) for part in (quiet, loud, background, signal)]
            rate = field.card.ask.choose_at
            best = max(on[0], key=lambda k: detection(on[0][k], on[1][k], (rate,)).efficiency[rate])
            each.append(numbers(on[2][best], on[3][best]))
            told["chosen"][name].append(best)
            if seed == field.card.train.first_seed:
                told["roc"][name] = curve(on[2][best], on[3][best])
                told["by_signal"][name] = _by_signal(on[2][best], on[3][best], signal)
        told["rows"][name] = over_seeds(model, each)
    masses = [jet_quantities(part.momenta.numpy())[0] for part in (background, signal)]
    plain = detection(masses[0], masses[1])
    told["rows"]["jet mass"] = {
        "latent_numbers": 1, "seeds": 1, "mean": numbers(masses[0], masses[1]), "error": {"AUC":
        plain.auc_error} | {f"at {r:g}": e for r, e in plain.efficiency_error.items()},
    }  # fmt: skip
    told["roc"]["jet mass"] = curve(masses[0], masses[1])
    told["by_signal"]["jet mass"] = _by_signal(masses[0], masses[1], signal)
    return told | {"background": len(background), "signal": len(signal)}


def numbers(background: Floats, signal: Floats) -> dict[str, float]:
    """Area under the ROC curve, efficiencies at 1e-1, 1e-2, 1e-3."""
    found = detection(background, signal, RATES)
    return {"AUC": found.auc} | {f"at {r:g}": e for r, e in found.efficiency.items()}


def curve(background: Floats, signal: Floats) -> list[float]:
    """Signal efficiencies on GRID; 0 where it is below one background jet."""
    found = detection(background, signal, tuple(GRID.tolist())).efficiency
    return [0.0 if np.isnan(v) else v for v in found.values()]


def _by_signal(background: Floats, signal: Floats, jets: JetSet) -> dict[str, dict[str, float]]:
    from hepsym.models.jets import CLASSES

    return {s: numbers(background, signal[jets.classes == CLASSES.index(s)]) for s in SIGNALS}


def sections(told: Mapping[str, Any]) -> list[Section]:
    """The table, the ROC curves, signal by signal."""
    columns = ("AUC", *(f"at {r:g}" for r in RATES))
    rows = [
        (WORDS.get(n, n), str(r["seeds"]), *(shown(r, c) for c in columns),
         ", ".join(sorted(set(told["chosen"].get(n, ["mass"])))))
        for n, r in told["rows"].items()
    ]  # fmt: skip
    words = tag(
        "p",
        f"{told['signal']} jets of t, W and Z against {told['background']} of g and q. A model's score is "
        "the one of five with the largest signal efficiency on validation jets; errors are those of the "
        "mean over seeds, of the jet mass those of the sample, which all rows share.",
    )
    head = ("model", "seeds", "AUC", *(f"ε_S at ε_B = {r:g}" for r in RATES), "score")
    signals = [
        (WORDS.get(n, n), *(f"{s[c][k]:.3g}" for c in SIGNALS for k in ("AUC", "at 0.01")))
        for n, s in told["by_signal"].items()
    ]
    heads = ("model", *(f"{c}: {k}" for c in ("t", "W", "Z") for k in ("AUC", "ε_S at 0.01")))
    roc = curves(
        "roc", told["grid"], {n: [(v, 0.0) for v in line] for n, line in told["roc"].items()},
        labels=("background efficiency", "signal efficiency"), caption="ROC curves, first seed.",
    )  # fmt: skip
    return [
        Section("numbers", "The numbers", join(words, table("Detection", head, rows))),
        Section("roc-curves", "Signal over background", figures([roc])),
        Section("signals", "Signal by signal", table("Each signal, first seed", heads, signals)),
    ]


def sentence(told: Mapping[str, Any]) -> str:
    """Who is best at 1e-2, and what the mass alone does."""
    alone = told["rows"]["jet mass"]
    key = "at 0.01" if np.isfinite(alone["mean"]["at 0.01"]) else "at 0.1"
    best = max((r for r in told["rows"].items() if r[0] != "jet mass"), key=lambda r: r[1]["mean"][key])
    return (
        f"At a background efficiency of {key.split()[1]} {WORDS[best[0]]} keeps {shown(best[1], key)} of the "
        f"signal, the jet mass alone {shown(alone, key)}."
    )
