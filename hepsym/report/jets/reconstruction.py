"""How well are jets reconstructed, particle by particle and as a whole? A row a model, and its figures."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from hepsym.analysis.jets import (
    energy_flow_polynomials,
    frechet_distance,
    jet_quantities,
    jet_residuals,
    jets_mover_distance,
    kernel_distance,
    relative_to,
    tau21,
    wasserstein,
)
from hepsym.report.jets.contenders import WORDS, Field, decoded, evenly, over_seeds, size_of
from hepsym.report.jets.figures import histograms, pictures
from hepsym.report.page.drawing import Drawing
from hepsym.report.page.html import join, tag
from hepsym.report.page.section import Section, figures, table

__all__ = ["answer", "compared", "sections", "sentence"]

Floats = NDArray[np.float64]

COLUMNS = {
    "p_T rel. IQR": "ptrel IQR", "eta rel. IQR": "etarel IQR", "phi rel. IQR": "phirel IQR",
    "mass IQR": "mass IQR", "p_T jet IQR": "pt IQR", "missed": "missed", "EMD": "EMD",
    "W1 mass [GeV]": "W1 mass", "W1 tau21": "W1 tau21", "W1 p_T rel.": "W1 ptrel", "FPD": "FPD", "KPD": "KPD",
}  # fmt: skip
"""Of the table: heading and key."""

BINS = {
    "ptrel": np.linspace(-2, 2, 81), "etarel": np.linspace(-4, 4, 81), "EMD": np.linspace(0, 0.2, 41),
    "mass": np.linspace(0, 200, 51), "tau21": np.linspace(0, 1, 41),
}  # fmt: skip
SHOWN = 3
"""Jets of the picture."""


def compared(found: Floats, true: Floats, flows: int, *, samples: bool = True) -> dict[str, float]:
    """Numbers of one model's reconstruction of test jets (n, P, 4).

    Median and IQR of the relative residuals of matched particles and of jets; EMD: mean over `flows` of the
    jets, units of p_T, R = 0.4; W1 of jets' masses, tau21 and of particles' p_T / p_T_jet; FPD and
    KPD of the energy-flow polynomials of up to three edges; the last three with `samples` alone.
    """
    residuals = jet_residuals(found, true)
    told: dict[str, float] = {}
    for name in ("ptrel", "etarel", "phirel", "mass", "pt"):
        lower, middle, upper = np.quantile(getattr(residuals, name), [0.25, 0.5, 0.75])
        told |= {f"{name} median": float(middle), f"{name} IQR": float(upper - lower)}
    told["missed"] = residuals.missed
    some = _rows(len(true), flows)
    told["EMD"] = float(jets_mover_distance(found[some], true[some]).mean())
    if not samples:
        return told
    a, b = relative_to(found, true), relative_to(true, true)
    told["W1 tau21"] = wasserstein(tau21(a), tau21(b)).value
    told["W1 mass"] = wasserstein(jet_quantities(found)[0], jet_quantities(true)[0]).value
    told["W1 ptrel"] = wasserstein(a[..., 2][a[..., 2] > 0], b[..., 2][b[..., 2] > 0]).value
    n = len(true)
    polynomials = [energy_flow_polynomials(x, 3)[:, 1:] for x in (b, a)]
    told["FPD"] = frechet_distance(*polynomials, smallest=n // 4, largest=n, batches=20).value
    told["KPD"] = kernel_distance(*polynomials, size=n // 2).value
    return told


def _rows(jets: int, flows: int) -> NDArray[np.int64]:
    """So many of the jets, evenly from all, as gluons lie before quarks."""
    return np.linspace(0, jets - 1, min(flows, jets)).astype(np.int64)


def shapes(found: Floats, true: Floats, flows: int) -> dict[str, list[int]]:
    """Histograms for the page, in BINS; what falls outside is in the last bins."""
    residuals, some = jet_residuals(found, true), _rows(len(true), flows)
    values = {
        "ptrel": residuals.ptrel, "etarel": residuals.etarel, "EMD": jets_mover_distance(found[some],
        true[some]), "mass": jet_quantities(found)[0], "tau21": tau21(relative_to(found, true)),
    }  # fmt: skip
    return {n: counted(v, BINS[n]) for n, v in values.items()}


def counted(values: Floats, bins: Floats) -> list[int]:
    """How many values a bin, those outside in the last ones."""
    counts: list[int] = np.histogram(np.clip(values, bins[0], bins[-1]), bins)[0].tolist()
    return counts


def answer(field: Field) -> dict[str, Any]:
    """A row a model, histograms of its first seed, and three jets."""
    test = evenly(field.parts("g", "q")[2], field.card.ask.tested).momenta
    true = test.numpy()
    told: dict[str, Any] = {"rows": {}, "shapes": {}, "pictures": {}}
    told["shapes"]["true"] = {
        "mass": counted(jet_quantities(true)[0], BINS["mass"]),
        "tau21": counted(tau21(relative_to(true, true)), BINS["tau21"]),
    }
    told["pictures"]["true"] = _pictured(true, true)
    for name in field.card.train.models:
        each = [
            field.once(f"reconstruction-{name}-{seed}", partial(_of_model, field, name, seed, test))
            for seed in field.seeds(name)
        ]
        told["shapes"][name], told["pictures"][name] = each[0]["shapes"], each[0]["picture"]
        told["rows"][name] = over_seeds(each[0]["size"], [e["numbers"] for e in each]) | field.trained_on(
            name
        )
    return told | {"test": len(test), "training": len(field.parts("g", "q")[0])}


def _of_model(field: Field, name: str, seed: int, test: Tensor) -> dict[str, Any]:
    model, true, flows = field.asked(name, seed), test.numpy(), field.card.ask.flows
    found = decoded(model, test)
    told: dict[str, Any] = {"size": size_of(model), "numbers": compared(found, true, flows)}
    if seed == field.card.train.first_seed:
        told |= {"shapes": shapes(found, true, flows), "picture": _pictured(found, true)}
    return told


def _pictured(found: Floats, true: Floats) -> list[Any]:
    some = _rows(len(true), SHOWN)
    pictured: list[Any] = relative_to(found[some], true[some]).tolist()
    return pictured


def shown(row: Mapping[str, Any], key: str) -> str:
    """A mean with its standard error over seeds, where there are several."""
    mean, error = row["mean"].get(key), row["error"].get(key)
    if mean is None or not np.isfinite(mean):  # an efficiency at less than one jet of background
        return "–"
    return f"{mean:.3g}" + (f" ± {error:.1g}" if error else "")


def sections(told: Mapping[str, Any]) -> list[Section]:
    """The table, residuals, substructure, jets."""
    rows = [
        (WORDS.get(n, n), str(r["latent_numbers"]), str(r["jets"]), str(r["epochs"] or "–"), str(r["seeds"]),
         *(shown(r, k) for k in COLUMNS.values()))
        for n, r in told["rows"].items()
    ]  # fmt: skip
    words = tag(
        "p",
        f"{told['test']} test jets, g and q, that no model has seen. Particles are matched one to one; "
        "residuals are relative, the widths interquartile. EMD in units of the jet's p_T. Models that pass "
        "the jet's momentum on have its mass and p_T exactly, which proves little: particles, EMD and FPD "
        "do. Errors are those of the mean over seeds.",
    )
    numbers = table(
        "Reconstruction", ("model", "latent numbers", "training jets", "epochs", "seeds", *COLUMNS), rows
    )
    particles = [
        _histogram(told, "ptrel", "relative residual of p_T", "particles"),
        _histogram(told, "etarel", "relative residual of η − η_jet", "particles"),
        _histogram(told, "EMD", "energy mover's distance / p_T", "jets"),
    ]
    jets = [
        _histogram(told, "mass", "jet mass [GeV]", "jets"),
        _histogram(told, "tau21", "τ₂₁", "jets"),
    ]
    return [
        Section("numbers", "The numbers", join(words, numbers)),
        Section("particles", "Particle by particle", figures(particles)),
        Section("substructure", "The jets as they come out", figures(jets)),
        Section("pictures", "Three jets", pictures(told["pictures"])),
    ]


def _histogram(told: Mapping[str, Any], what: str, label: str, of: str) -> Drawing:
    counts = {n: s[what] for n, s in told["shapes"].items() if what in s}
    return histograms(f"jets-{what}", counts, BINS[what].tolist(), label, of)


def sentence(told: Mapping[str, Any]) -> str:
    """Who has the smallest EMD."""
    rows: Sequence[tuple[str, Any]] = list(told["rows"].items())
    best = min(rows, key=lambda r: r[1]["mean"]["EMD"])
    return (
        f"Of {len(rows)} models {WORDS[best[0]]} reconstructs energy flow best: mean EMD "
        f"{shown(best[1], 'EMD')} of p_T, p_T residuals of particles {shown(best[1], 'ptrel IQR')} wide."
    )
