"""How are autoencoders of jets trained by `hepsym fit`? A jet is a row of its particles' momenta."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.func import functional_call

from hepsym.errors import InputError
from hepsym.events.table import Table
from hepsym.models.family import Family
from hepsym.models.hardware.device import choose_device
from hepsym.models.jets.baselines.cnnae import CNNAE, CNNAEOptions
from hepsym.models.jets.baselines.gnnae import GNNAE, GNNAEOptions
from hepsym.models.jets.baselines.lgatr_ae import LGATrAutoencoder, LGATrOptions
from hepsym.models.jets.baselines.mlp_vae import JetMLP, JetMLPOptions
from hepsym.models.jets.compiled import Loss, check_compiled, compiled_loss
from hepsym.models.jets.jet_set import hash_split, momenta_of_file
from hepsym.models.jets.lgae import LGAE
from hepsym.models.jets.lgae_parts import LGAEOptions
from hepsym.models.jets.model import JetAutoencoder
from hepsym.models.lorentz import check_momenta
from hepsym.models.model import Model, Terms
from hepsym.models.noise import Noise
from hepsym.models.rows.dataset import Dataset
from hepsym.models.rows.digest import data_digest
from hepsym.models.rows.scaling import Scaling
from hepsym.models.settings import FitSettings

__all__ = [
    "CNNAEFamily",
    "GNNAEFamily",
    "JetFamily",
    "JetMLPFamily",
    "JetRows",
    "LGAEFamily",
    "LGATrFamily",
    "load_run",
]


class JetRows(Model):
    """A `JetAutoencoder` as the training loop wants it: rows of momenta, parameters with a members' axis
    of one."""

    def __init__(self, network: JetAutoencoder) -> None:
        super().__init__()
        self.network = [network]  # in a list, so that its parameters are not registered twice
        self.members = 1
        self.compiling = "no"
        """See `compiled.COMPILED`; in training alone, as validation has batches of other sizes."""
        self._compiled: Loss | None = None
        self.names = [name for name, _ in network.named_parameters()]
        for name, parameter in network.named_parameters():
            self.register_parameter(
                name.replace(".", "__"), torch.nn.Parameter(parameter.detach()[None].clone())
            )

    def autoencoder(self) -> JetAutoencoder:
        """The network with these weights, as they are now."""
        network = self.network[0].to(self.get_parameter(self.names[0].replace(".", "__")).dtype)
        own = {name: self.get_parameter(name.replace(".", "__")) for name in self.names}
        with torch.no_grad():
            for name, parameter in network.named_parameters():
                parameter.data = own[name].detach()[0].clone()
        return network.eval()

    def _call(self, *arguments: Any, **options: Any) -> Any:
        weights = {name: self.get_parameter(name.replace(".", "__"))[0] for name in self.names}
        return functional_call(_Calling(self.network[0]), {f"network.{n}": w for n, w in weights.items()},
                               arguments, options)  # fmt: skip

    def _jets(self, rows: Tensor) -> Tensor:
        return rows[0].view(rows.shape[1], -1, 4)

    def loss_terms(self, batch: Tensor, noise: Noise, warmth: float = 1.0) -> Terms:  # noqa: ARG002
        """The mean loss of (1, batch, 4 P) momenta."""
        if self.compiling != "no" and torch.is_grad_enabled():
            self._compiled = self._compiled or compiled_loss(self.network[0], self.compiling)
            weights = {n: self.get_parameter(n.replace(".", "__")) for n in self.names}
            return {"loss": self._compiled(weights, self._jets(batch))[None]}
        drawn = noise.normal_(torch.empty(1, 1, dtype=torch.float64, device=batch.device))
        bits = int(drawn.view(torch.int64)) + self.crowd.rank
        generator = torch.Generator(batch.device).manual_seed(bits & 0xFFFFFFFF)
        loss: Tensor = self._call("loss", self._jets(batch), generator=generator)
        return {"loss": loss.mean()[None]}

    def accumulate(self, batch: Tensor, noise: Noise, warmth: float = 1.0) -> Terms:
        """As every model; of several processes each takes its rows, and losses and gradients are added."""
        if self.crowd.size == 1:
            return super().accumulate(batch, noise, warmth)
        own = self.crowd.part(batch)
        gradients = [p.grad for p in self.parameters() if p.grad is not None]
        loss = batch.new_zeros(1)
        if own.shape[1]:
            loss = super().accumulate(own, noise, warmth)["loss"]
        flat = torch.cat([loss, *(g.flatten() for g in gradients)])
        flat = self.crowd.total(flat * own.shape[1] / batch.shape[1])
        for gradient, piece in zip(
            gradients, torch.split(flat[1:], [g.numel() for g in gradients]), strict=True
        ):
            gradient.copy_(piece.view(gradient.shape))
        return {"loss": flat[:1]}

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Latents as float64 numbers; they are no distribution, their log variance is -inf."""
        z: Tensor = self._call("encode", self._jets(x))[None]
        return z, torch.full_like(z, -torch.inf)

    def decode(self, z: Tensor) -> Tensor:
        """Momenta, (1, n, 4 P)."""
        p: Tensor = self._call("decode", z[0])
        return p.flatten(1)[None]

    @property
    def decoder_variance(self) -> Tensor:
        """Of no meaning here: 1."""
        return torch.ones(1, dtype=torch.float64)


def load_run(run: str | Path) -> JetAutoencoder:
    """The autoencoder of RUN with its best weights, in float64. Raises InputError as `hepsym.models.load`."""
    from hepsym.models.runs.trained import load

    model = load(run).model
    if not isinstance(model, JetRows):
        raise InputError(f"{run} is a run of model {model.name}, none of jets: use hepsym.models.load")
    return model.autoencoder()


class _Calling(torch.nn.Module):
    """So that functional_call can reach any method."""

    def __init__(self, network: JetAutoencoder) -> None:
        super().__init__()
        self.network = network

    def forward(self, method: str, *arguments: Any, **options: Any) -> Any:
        return getattr(self.network, method)(*arguments, **options)


class JetFamily(Family):
    """Abstract: jets from files in JetNet's layout, split by a hash of each jet."""

    uses = frozenset()
    parallel = True
    model: ClassVar[type[JetAutoencoder]]

    def check(self, settings: FitSettings) -> None:
        """As every family; and whether what is to be compiled can be."""
        super().check(settings)
        check_compiled(getattr(self.own(settings), "compiled", "no"), choose_device(settings.device))

    def read(self, files: Sequence[Path], settings: FitSettings, *, columns: Sequence[str] | None) -> Table:
        """(n, 4 P) momenta in GeV. Raises InputError: --columns, no file of jets."""
        if columns is not None:
            raise InputError(f"model {self.name} takes whole jets: leave --columns out")
        particles = self.own(settings).particles
        found = [momenta_of_file(path, particles) for path in files]
        names = tuple(f"p{i}.{c}" for i in range(particles) for c in ("E", "px", "py", "pz"))
        values = torch.cat([momenta for momenta, _ in found]).flatten(1).numpy()
        return Table(names, values, {"kind": "jets", "left_out": sum(lost for _, lost in found)})

    def prepare(
        self, values: NDArray[np.float64], names: Sequence[str], settings: FitSettings, *, drop_constant: bool
    ) -> Dataset:
        """Check and split; momenta stay as they are. Raises InputError for what the model cannot take."""
        del drop_constant  # empty slots are constant, and a part of the jet
        momenta = torch.from_numpy(np.ascontiguousarray(values)).view(len(values), -1, 4)
        check_momenta(momenta, self.own(settings).particles)
        training, validation, test = hash_split(values, settings.validation, settings.test)
        if len(training) < settings.batch or not len(validation):
            raise InputError(
                f"{len(values)} jets leave {len(training)} for training and {len(validation)} for "
                f"validation: give "
                f"more jets, or a smaller batch than {settings.batch}"
            )
        width = values.shape[1]
        unscaled = Scaling(tuple(range(width)), np.zeros(width), np.ones(width), np.zeros(width))
        return Dataset(
            tuple(names), unscaled, values[training], values[validation],
            (len(training), len(validation), len(test)), data_digest(values, names),
            self.facts(momenta[torch.from_numpy(training)], settings),
        )  # fmt: skip

    def facts(self, training: Tensor, settings: FitSettings) -> Mapping[str, Any]:  # noqa: ARG002
        """What the untrained model takes from the training jets."""
        return {}

    def network(self, config: Mapping[str, Any], settings: FitSettings) -> JetAutoencoder:  # noqa: ARG002
        """The untrained model."""
        return self.model(self.own(settings), settings.seed)

    def build(
        self,
        config: Mapping[str, Any],
        settings: FitSettings,
        *,
        betas: Sequence[float] | None = None,  # noqa: ARG002
        seeds: Sequence[int] | None = None,  # noqa: ARG002
    ) -> Model:
        """The untrained model, for the loop."""
        rows = JetRows(self.network(config, settings))
        rows.compiling = getattr(self.own(settings), "compiled", "no")
        rows.name = self.name  # type: ignore[misc]
        return rows

    def next_step(self, run: Path) -> str:
        """From Python: its latents and reconstructions."""
        return f"hepsym.models.jets.load_run({str(run)!r})"

    def loss(self, settings: FitSettings) -> str:
        """In words."""
        return f"that of {self.model.__name__} with {self.own(settings)}"


class LGAEFamily(JetFamily):
    """The Lorentz group autoencoder."""

    name = "lgae"
    options = LGAEOptions
    model = LGAE

    def facts(self, training: Tensor, settings: FitSettings) -> Mapping[str, Any]:
        """Second moments of the slots, from which the linear path starts."""
        return {"slot_moments": LGAE(self.own(settings)).slot_moments(training).tolist()}

    def network(self, config: Mapping[str, Any], settings: FitSettings) -> JetAutoencoder:
        """Started at the closed form."""
        made = LGAE(self.own(settings), settings.seed)
        made.start_from(torch.tensor(config["facts"]["slot_moments"], dtype=torch.float64))
        return made


class GNNAEFamily(JetFamily):
    """Graph autoencoders."""

    name = "gnnae"
    options = GNNAEOptions
    model = GNNAE


class CNNAEFamily(JetFamily):
    """Convolutional autoencoders of images."""

    name = "cnnae"
    options = CNNAEOptions
    model = CNNAE


class JetMLPFamily(JetFamily):
    """Plain VAEs of jets."""

    name = "jetvae"
    options = JetMLPOptions
    model = JetMLP


class LGATrFamily(JetFamily):
    """Autoencoders of LGATrSlim halves."""

    name = "lgatr"
    options = LGATrOptions
    model = LGATrAutoencoder
