"""How exactly does a model commute with boosts and rotations? Deviations against rapidity and angle."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from hepsym.models.jets import LGAE, JetAutoencoder, LGATrAutoencoder
from hepsym.models.jets.losses import IN_LAB
from hepsym.models.lorentz import check_equivariance
from hepsym.report.jets.contenders import CLOSED, LEARNED, WORDS, Field, settings_of
from hepsym.report.jets.figures import curves
from hepsym.report.page.drawing import Drawing
from hepsym.report.page.html import join, tag
from hepsym.report.page.section import Section, figures, table

__all__ = ["answer", "sections", "sentence"]

BOUNDS = {1.0: 1e-13, 10.0: 1e-7}
"""Of float64, by rapidity."""
DTYPES = {"float64": torch.float64, "float32": torch.float32}


def answer(field: Field) -> dict[str, Any]:
    """A row a model, before and after training, in two dtypes: deviations of everything a user sees."""
    learn, _, test = field.parts("g", "q")
    jets = test.momenta[: field.card.ask.checked]
    rows = []
    for name in field.card.train.models:
        for when in ("untrained", "trained"):
            if when == "untrained" and name in CLOSED:
                continue
            for dtype, kind in DTYPES.items():
                if dtype == "float32" and name in CLOSED:  # which know float64 alone
                    continue
                seed = field.card.train.first_seed
                model = (
                    untrained(field, name, learn.momenta) if when == "untrained" else field.model(name, seed)
                )
                rows.append(
                    {"model": name, "when": when, "dtype": dtype} | deviations(field, model.to(kind), jets)
                )
    return {"rows": rows, "checked": len(jets)}


def untrained(field: Field, name: str, learn: Tensor) -> JetAutoencoder:
    """As training begins, in float64."""
    from hepsym.models.registry import family

    settings = settings_of(name, field.card.train, field.card.train.first_seed, 1)
    kind = family(LEARNED[name][0])
    facts = kind.facts(learn, settings)  # type: ignore[attr-defined]
    model: JetAutoencoder = kind.network({"facts": facts}, settings)  # type: ignore[attr-defined]
    return model.double()


def deviations(field: Field, model: JetAutoencoder, jets: Tensor) -> dict[str, Any]:
    """Max-norm relative deviations of momenta, latents and loss; the largest and that of the median jet."""

    def everything(p: Tensor) -> tuple[Tensor, ...]:
        if isinstance(model, (LGAE, LGATrAutoencoder)):
            latent = model.latent(p)
            told = model(p), latent.four_vectors(), latent.scalars
            return told if in_lab else (*told, model.loss(p))
        return (model(p),)

    in_lab = isinstance(model, LGAE) and model.options.loss == IN_LAB  # a loss that is no invariant
    kinds: str | tuple[str, ...] = "vectors"
    if isinstance(model, (LGAE, LGATrAutoencoder)):
        kinds = ("vectors", "vectors", "scalars") if in_lab else ("vectors", "vectors", "scalars", "scalars")
    asked = field.card.ask
    report = check_equivariance(
        everything, jets, kinds=kinds, rapidities=asked.rapidities, angles=asked.angles
    )
    told = {n: getattr(report, n) for n in ("rotations", "permutation", "padding", "parity")}
    return told | {
        "boosts": list(report.boosts.values()), "median_boosts": list(report.median_boosts.values()),
        "turns": list(report.turns.values()), "rapidities": list(report.boosts), "angles": list(report.turns),
    }  # fmt: skip


def sections(told: Mapping[str, Any]) -> list[Section]:
    """Curves over rapidity and angle; the numbers."""
    x, angles = told["rows"][0]["rapidities"], told["rows"][0]["angles"]
    lines = {_label(r): r for r in told["rows"]}

    def drawn(name: str, over: list[float], key: str, what: str, caption: str, **more: Any) -> Drawing:
        points = {n: [(max(v, 1e-17), 0.0) for v in r[key]] for n, r in lines.items()}
        labels = (what, "largest relative deviation" if "median" not in key else "the median jet's deviation")
        return curves(name, over, points, labels=labels, scales=("linear", "log"), caption=caption, **more)

    rapidity = "rapidity of the boost"
    over = drawn(
        "over-rapidity", x, "boosts", rapidity,
        "Largest deviation of all jets against the rapidity. Triangles: bounds of float64.", bound=BOUNDS,
    )  # fmt: skip
    median = drawn(
        "median-over-rapidity", x, "median_boosts", rapidity,
        "The median jet's deviation: it grows as the rounding of the boosted momenta, e^Y.",
    )  # fmt: skip
    turned = drawn(
        "over-angle", angles, "turns", "angle of the rotation [rad]",
        "Largest deviation against the angle of rotations about random axes.",
    )  # fmt: skip
    head = ("model", *(f"Y = {y:g}" for y in x), "rotations", "permutation", "padding", "parity")
    rows = [
        (n, *(f"{v:.1e}" for v in r["boosts"]),
         *(f"{r[k]:.1e}" for k in ("rotations", "permutation", "padding", "parity")))
        for n, r in lines.items()
    ]  # fmt: skip
    words = tag(
        "p",
        f"max |f(Λp) − Λf(p)| / max |Λf(p)| of each of {told['checked']} test jets, the worst of jets, "
        "directions and outputs: reconstructed momenta, latent vectors and scalars, and the loss where a "
        "model has them; normalisation included. Errors of opposite signs do not cancel.",
    )
    return [
        Section("numbers", "The numbers", join(words, table("Largest deviations", head, rows))),
        Section("rapidity", "Boosts", figures([over, median])),
        Section("angle", "Rotations", figures([turned])),
    ]


def _label(row: Mapping[str, Any]) -> str:
    return f"{WORDS[row['model']]}, {row['when']}, {row['dtype']}"


def sentence(told: Mapping[str, Any]) -> str:
    """The worst of the first trained model in float64."""
    row = next(r for r in told["rows"] if r["when"] == "trained" and r["dtype"] == "float64")
    worst = ", ".join(f"{v:.1e} at {y:g}" for y, v in zip(row["rapidities"], row["boosts"], strict=True))
    return f"{WORDS[row['model']]}, trained, float64: largest deviations by rapidity {worst}; rotations " \
           f"{row['rotations']:.1e}."  # fmt: skip
