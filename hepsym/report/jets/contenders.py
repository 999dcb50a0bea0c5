"""Who is compared with whom? Autoencoders of jets with latents of equal size, trained alike."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hepsym import _toml
from hepsym.errors import InputError
from hepsym.models import FitSettings, fit
from hepsym.models.jets import HardestParticles, JetAutoencoder, JetSet, LinearAutoencoder, load_run
from hepsym.models.registry import family
from hepsym.report.page.assembly import saved

if TYPE_CHECKING:
    from hepsym.report.jets.card import StudyCard, TrainTable

__all__ = ["CLOSED", "LEARNED", "Field", "check_models", "decoded", "evenly", "over_seeds", "size_of"]

Floats = NDArray[np.float64]

PIECE = 64
"""Jets at a time: pairs of particles of so many stay in the processor's caches."""

LEARNED: dict[str, tuple[str, dict[str, Any]]] = {
    "lgae": ("lgae", {"latent_vectors": 8, "latent_scalars": 4}),
    "lgatr": ("lgatr", {"latent_vectors": 8, "latent_scalars": 4, "blocks": 1, "vectors": 24, "scalars": 48}),
    "gnnae-jl": ("gnnae", {"latent": 33, "level": "jet", "width": 32, "messages": 32}),
    "gnnae-pl": ("gnnae", {"latent": 1, "level": "particle", "width": 32, "messages": 32}),
    "cnnae": ("cnnae", {"latent": 33}),
    "mlp": ("jetvae", {"latent": 33, "beta": 0.0, "hidden": 128}),
}
"""By name: the family of `hepsym fit` and its options; 36 latent numbers each, the jet's own among them."""
LEARNED["lgae-mix"] = ("lgae", LEARNED["lgae"][1] | {"aggregation": "mix", "loss": "mse-in-lab"})
"""The paper's Mix: slots in the order given, by falling p_T, and errors as the lab sees them. The network
commutes with the group; the order and the loss know the beam, as `linear-pt` does."""
LOSSES = ("mse", "distance", "hungarian", "energy-mover")
LEARNED |= {f"lgae-{loss}": ("lgae", LEARNED["lgae"][1] | {"loss": loss}) for loss in LOSSES}
CLOSED: dict[str, Callable[[int], JetAutoencoder]] = {
    "linear": lambda particles: LinearAutoencoder(particles, 9),
    "linear-pt": lambda particles: LinearAutoencoder(particles, 9, order="pt", metric="given"),
    "hardest": lambda particles: HardestParticles(particles, 11),
}
"""In closed form: the equivariant linear map, the one over slots by p_T, the 10 hardest and the remainder."""

WORDS = {
    "lgae": "LGAE",
    "lgae-mix": "LGAE, p_T order",
    "lgatr": "LGATr halves",
    "gnnae-jl": "GNNAE, jet level",
    "gnnae-pl": "GNNAE, particle level",
    "cnnae": "CNNAE",
    "mlp": "MLP",
    "linear": "linear, equivariant",
    "linear-pt": "linear, p_T order",
    "hardest": "hardest 10 + rest",
    "jet mass": "jet mass alone",
} | {f"lgae-{loss}": f"LGAE, {loss.replace('-', ' ')}" for loss in LOSSES}


def check_models(train: "TrainTable") -> None:
    """Raises InputError: a name that is no model, settings that its family refuses."""
    known = [*CLOSED, *LEARNED]
    for name in [*train.models, *train.options, *train.of]:
        if name not in known:
            raise InputError(_toml.unknown("model", name, known))
    for name in train.options:
        if name in CLOSED:
            raise InputError(f"model {name!r} is in closed form and has no options")
    for name in train.models:
        if name in LEARNED:
            settings = settings_of(name, train, train.first_seed, train.own(name).epochs)
            family(settings.model).check(settings)


def settings_of(name: str, train: "TrainTable", seed: int, epochs: int) -> FitSettings:
    """What `hepsym.models.fit` is asked for."""
    kind, own = LEARNED[name]
    return FitSettings(
        model=kind, epochs=epochs, batch=train.batch, learning_rate=train.learning_rate, patience=0,
        seed=seed, dtype=train.dtype, device=train.device, options=own | train.options.get(name, {}),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """The jets of a study, divided by their hashes, and its trained models, each made once."""

    card: "StudyCard"
    jets: JetSet
    runs: Path
    told: Path
    """A folder of what was found of each model, so that a study that goes on does not ask again."""
    say: Callable[[str], None]

    def parts(self, *classes: str) -> tuple[JetSet, JetSet, JetSet]:
        """Training, validation and test jets of these classes."""
        return self.jets.of(*classes).split()

    def seeds(self, name: str) -> Sequence[int]:
        """Of a model's trainings: one for a closed form."""
        train = self.card.train
        many = 1 if name in CLOSED else train.own(name).seeds
        return range(train.first_seed, train.first_seed + many)

    def once(self, what: str, tell: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """What `tell` says, asked once in the life of the study's folder."""
        path = self.told / f"{what}.json"
        if not path.is_file():
            saved(path, json.dumps(tell()))
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found

    def model(self, name: str, seed: int, fraction: float = 1.0) -> JetAutoencoder:
        """Trained on this part of the g and q training jets, in float64; the test jets it never sees.

        Validation jets are as many fewer, so that they do not cost more than the training.
        """
        learn, watch, _ = self.parts("g", "q")
        train, own = self.card.train, self.card.train.own(name)
        few = self._drawn(learn, seed, fraction, train.jets if name in CLOSED else own.jets).momenta
        if name in CLOSED:
            closed = CLOSED[name](self.card.jets.particles)
            closed.learn(few)
            return closed
        steps = max(len(few) // train.batch, 1)
        epochs = own.epochs if fraction == 1 else max(own.epochs, ceil(self.card.ask.least_steps / steps))
        settings = settings_of(name, train, seed, epochs)
        run = self.runs / f"{name}-{seed}-{len(few)}-{epochs}"
        self.say(f"{name}, seed {seed}, {len(few)} jets, {epochs} epochs")
        each = max(1, min(len(learn) // len(few), len(watch) // 64))
        rows = torch.cat([few, watch.momenta[::each]])
        columns = [f"p{i}.{c}" for i in range(rows.shape[1]) for c in ("E", "px", "py", "pz")]
        fit(rows.flatten(1).numpy(), columns, settings, run, source={"jets": "study"}, resume=True)
        return load_run(run)

    def asked(self, name: str, seed: int) -> JetAutoencoder:
        """As `model`, in the dtype it was trained in: what is asked then costs a half, or an eighth."""
        model = self.model(name, seed)
        return model if name in CLOSED else model.to(getattr(torch, self.card.train.dtype))

    def trained_on(self, name: str) -> dict[str, int]:
        """How many jets, and how often they were seen: what a table's row says."""
        own, there = self.card.train.own(name), len(self.parts("g", "q")[0])
        if name in CLOSED:
            return {"jets": min(self.card.train.jets or there, there), "epochs": 0}
        return {"jets": min(own.jets or there, there), "epochs": own.epochs}

    def _drawn(self, learn: JetSet, seed: int, fraction: float, of: int) -> JetSet:
        many = of or len(learn)
        many = min(len(learn), max(self.card.train.batch, int(fraction * many)))
        if many == len(learn):
            return learn
        order = np.random.default_rng(seed if fraction < 1 else 0).permutation(len(learn))
        return learn.take(np.sort(order[:many]))


def evenly(jets: JetSet, many: int) -> JetSet:
    """So many of the jets, evenly from all of them, as classes lie behind one another; 0: all."""
    if not many or many >= len(jets):
        return jets
    return jets.take(np.linspace(0, len(jets) - 1, many).astype(np.int64))


@torch.no_grad()
def decoded(model: JetAutoencoder, jets: Tensor) -> Floats:
    """Reconstructed momenta (n, slots, 4)."""
    found: Floats = torch.cat([model(piece) for piece in torch.split(jets, PIECE)]).double().numpy()
    return found


def size_of(model: JetAutoencoder) -> dict[str, Any]:
    """What a model's row says of it."""
    return {"latent_numbers": model.latent_numbers, "compression": model.compression,
            "parameters": model.parameter_count}  # fmt: skip


def over_seeds(size: Mapping[str, Any], told: Sequence[Mapping[str, float]]) -> dict[str, Any]:
    """What seeds say of one model: means, standard errors of the means, its size."""
    values = {key: np.array([t[key] for t in told]) for key in told[0]}
    many = len(told)
    return dict(size) | {
        "seeds": many,
        "mean": {k: float(v.mean()) for k, v in values.items()},
        "error": {k: float(v.std(ddof=1) / many**0.5) if many > 1 else None for k, v in values.items()},
        "each": {k: v.tolist() for k, v in values.items()},
    }
