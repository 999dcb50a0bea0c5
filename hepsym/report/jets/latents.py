"""Which latent follows the jet's momentum, its mass, its shape, and which knows a strange jet?"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import rankdata

from hepsym.analysis.jets import detection, jet_quantities, relative_to, tau21
from hepsym.errors import InputError
from hepsym.models.jets import LGAE, JetSet
from hepsym.report.jets.contenders import WORDS, Field
from hepsym.report.page.drawing import Drawing, drawn
from hepsym.report.page.html import join, tag
from hepsym.report.page.section import Section, figures, table
from hepsym.report.page.style import PAPER, SERIES, new_figure

__all__ = ["answer", "observables", "quantities", "sections", "sentence"]

Floats = NDArray[np.float64]
COMPONENTS = ("E", "x", "y", "z")
TURNS = ("larger", "smaller", "further")


def observables(jets: JetSet) -> dict[str, Floats]:
    """What a latent may follow, of each jet, (n,)."""
    p = jets.momenta.numpy()
    mass, pt = jet_quantities(p)
    seen = relative_to(p, p)
    width = (seen[..., 2] * np.hypot(seen[..., 0], seen[..., 1])).sum(1)
    return {
        "mass": mass, "p_T": pt, "particles": (p[..., 0] > 0).sum(1).astype(np.float64), "tau21": tau21(seen),
        "width": width, "p_T dispersion": np.sqrt((seen[..., 2] ** 2).sum(1)), "hardest p_T share":
        seen[..., 2].max(1),
    }  # fmt: skip


@torch.no_grad()
def quantities(model: LGAE, jets: JetSet) -> tuple[dict[str, Floats], Floats]:
    """Invariants of the latents by name, (n,): scalars, energies and lengths of vectors at rest; and the
    latent vectors in the lab, (n, K, 4)."""
    latents = [model.latent(piece) for piece in torch.split(jets.momenta, 256)]
    vectors = torch.cat([z.vectors for z in latents]).double()
    scalars = torch.cat([z.scalars for z in latents]).double()
    found = {f"scalar {i + 1}": scalars[:, i].numpy() for i in range(scalars.shape[1])}
    for k in range(vectors.shape[1]):
        found[f"vector {k + 2}: energy"] = vectors[:, k, 0].numpy()
        found[f"vector {k + 2}: length"] = vectors[:, k, 1:].norm(dim=1).numpy()
    found["vector 1: mass"] = torch.cat([z.frame.mass for z in latents]).numpy()
    return found, torch.cat([z.four_vectors() for z in latents]).numpy()


def answer(field: Field) -> dict[str, Any]:
    """Correlations on test jets of g and q; detection by each invariant, its sign chosen on validation."""
    names = [n for n in field.card.train.models if n == "lgae"]
    if not names:
        raise InputError("the latent analysis is of LGAE: train.models = ['lgae']")
    _, quiet, test = field.parts("g", "q")
    _, loud, strange = field.jets.of("t", "w", "z").split(validation=0.3, test=0.7)
    each = [_of_model(field.model("lgae", seed), quiet, test, loud, strange) for seed in field.seeds("lgae")]
    return {"each": each, "seeds": list(field.seeds("lgae")), "test": len(test), "strange": len(strange)}


def _of_model(model: Any, quiet: JetSet, test: JetSet, loud: JetSet, strange: JetSet) -> dict[str, Any]:
    if not isinstance(model, LGAE):
        raise InputError("the latent analysis is of LGAE")
    known, vectors = quantities(model, test)
    seen = observables(test)
    total = test.momenta.sum(1).numpy()
    ranks = {n: rankdata(v) for n, v in seen.items()}
    spearman = {n: {o: pearson(rankdata(v), r) for o, r in ranks.items()} for n, v in known.items()}
    momentum = [[pearson(vectors[:, k, c], total[:, c]) for c in range(4)] for k in range(vectors.shape[1])]
    summed = vectors[:, 1:].sum(1)
    together = [pearson(summed[:, c], total[:, c]) for c in range(4)]
    on = {"quiet": quantities(model, quiet)[0], "loud": quantities(model, loud)[0],
          "strange": quantities(model, strange)[0]}  # fmt: skip
    found = {}
    for n, values in known.items():
        middle = float(np.median(on["quiet"][n]))
        best = max(
            TURNS,
            key=lambda t: (
                detection(turned(t, on["quiet"][n], middle), turned(t, on["loud"][n], middle), (0.1,)).auc
            ),
        )
        told = detection(turned(best, values, middle), turned(best, on["strange"][n], middle))
        found[n] = {
            "auc": told.auc,
            "error": told.auc_error,
            "strange is": best,
            "at 0.01": told.efficiency[0.01],
        }
    return {"spearman": spearman, "momentum": momentum, "sum": together, "detection": found}


def pearson(x: Floats, y: Floats) -> float:
    """Pearson's correlation; 0 where one of the two is constant."""
    spread = x.std() * y.std()
    return float(((x - x.mean()) * (y - y.mean())).mean() / spread) if spread > 0 else 0.0


def turned(how: str, values: Floats, middle: float) -> Floats:
    """A score that is large where values are larger, smaller, or further from the middle."""
    return {"larger": values, "smaller": -values, "further": np.abs(values - middle)}[how]


def sections(told: Mapping[str, Any]) -> list[Section]:
    """Momentum, shape, strangeness; of the first seed, others beside it in numbers."""
    first = told["each"][0]
    words = tag(
        "p",
        f"Of {told['test']} test jets of g and q, and {told['strange']} of t, W and Z. Vectors are latent "
        "four-vectors in the lab; the first is the jet's momentum by construction, which its correlation "
        "of 1 only confirms.",
    )
    rows = [(f"vector {k + 1}", *(f"{r:.3f}" for r in row)) for k, row in enumerate(first["momentum"])]
    rows.append(("sum of vectors 2 …", *(f"{r:.3f}" for r in first["sum"])))
    momentum = table("Pearson correlation with the jet's own component, first seed", ("", *COMPONENTS), rows)
    by_auc = sorted(first["detection"].items(), key=lambda item: -item[1]["auc"])
    knows = table(
        "Strange jets by one latent, first seed", ("latent", "strange is", "AUC", "ε_S at ε_B = 0.01"),
        [(n, d["strange is"], f"{d['auc']:.3f} ± {d['error']:.3f}", f"{d['at 0.01']:.3g}")
         for n, d in by_auc[:10]],
    )  # fmt: skip
    best = [max(e["detection"].items(), key=lambda item: item[1]["auc"]) for e in told["each"]]
    follows = [strongest(e["spearman"]) for e in told["each"]]
    seeds = table(
        "Seed by seed", ("seed", *follows[0], "best alone against strange jets"),
        [(str(s), *(f"{n} ({r:+.2f})" for n, r in f.values()), f"{b[0]} ({b[1]['auc']:.3f})")
         for s, f, b in zip(told["seeds"], follows, best, strict=True)],
    )  # fmt: skip
    return [
        Section("momentum", "Which vector follows the jet's momentum", join(words, momentum)),
        Section("shape", "Which invariant follows mass and shape", figures([_map(first["spearman"])])),
        Section("strange", "Which invariant knows a strange jet", knows),
        Section(
            "seeds",
            "Over seeds",
            join(tag("p", "For each observable the latent of largest |Spearman|."), seeds),
        ),
    ]


def strongest(spearman: Mapping[str, Mapping[str, float]]) -> dict[str, tuple[str, float]]:
    """For each observable the learned latent of the largest |rank correlation|."""
    learned = {n: row for n, row in spearman.items() if n != "vector 1: mass"}
    names = next(iter(learned.values()))
    return {o: max(((n, row[o]) for n, row in learned.items()), key=lambda pair: abs(pair[1])) for o in names}


def _map(spearman: Mapping[str, Mapping[str, float]]) -> Drawing:
    latents, seen = list(spearman), list(next(iter(spearman.values())))
    values = np.array([[spearman[n][o] for o in seen] for n in latents])
    figure = new_figure(6.4, 0.24 * len(latents) + 1.3)
    axes = figure.subplots()
    for i in range(len(latents)):
        for j in range(len(seen)):
            r = values[i, j]
            axes.scatter(j, i, s=230 * abs(r) + 4, color=SERIES[0] if r > 0 else SERIES[1], lw=0)
            if abs(r) > 0.6:
                axes.text(
                    j, i, f"{abs(r):.1f}".lstrip("0"), color=PAPER, ha="center", va="center", fontsize=6
                )
    axes.set_xticks(range(len(seen)), [o.replace("p_T", "$p_T$") for o in seen], rotation=30, ha="right")
    axes.set_yticks(range(len(latents)), latents, fontsize=8)
    axes.set_ylim(len(latents) - 0.4, -0.6)
    axes.set_xlim(-0.6, len(seen) - 0.4)
    return drawn(
        figure, "spearman", alt="Rank correlations of latent invariants with observables.",
        caption=join(
            tag("strong", "Spearman's rank correlation"),
            " of latent invariants with the jet's observables: area |r|, blue positive, orange negative.",
        ),
        header=("latent", *seen),
        rows=[(n, *(float(v) for v in row)) for n, row in zip(latents, values, strict=True)],
        wide=True,
    )  # fmt: skip


def sentence(told: Mapping[str, Any]) -> str:
    """What follows the mass, and what finds strange jets best."""
    first = told["each"][0]
    name, r = strongest(first["spearman"])["mass"]
    best = max(first["detection"].items(), key=lambda item: item[1]["auc"])
    return (
        f"{WORDS['lgae']}: vector 1 is the jet's momentum; beside it {name} follows the mass best "
        f"(Spearman {r:+.2f}), and {best[0]} alone tells strange jets with AUC {best[1]['auc']:.3f}."
    )
