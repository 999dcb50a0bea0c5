"""How does a network of classes learn from rows in any order? The batch is its own class sets."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call

from hepsym.models.equivae.networks.network import Network
from hepsym.models.equivae.settings import Settings
from hepsym.models.equivae.training.class_sets import Supports
from hepsym.models.equivae.training.leak import hsic, spread
from hepsym.models.equivae.training.objective import class_codes, labelled_loss, unlabelled_loss
from hepsym.models.model import Model, Terms
from hepsym.models.noise import Noise

__all__ = ["BatchSets", "ClassRows", "batch_supports"]


@dataclass(frozen=True, slots=True)
class BatchSets:
    """Class numbers of a batch, with the shares of the classes in the whole training set."""

    codes: Tensor
    classes: int
    shares: Tensor


def batch_supports(codes: Tensor, classes: int) -> Supports:
    """All rows of each class in a batch as its support; a class with one row has none."""
    groups = [torch.nonzero(codes == k).flatten() for k in range(classes)]
    size = max(2, *(len(g) for g in groups))
    out = torch.full((classes, size), -1, dtype=torch.int64)
    for k, rows in enumerate(groups):
        if len(rows) > 1:
            out[k, : len(rows)] = rows
    return Supports(out)


def distinct(x: Tensor, codes: Tensor) -> tuple[Tensor, Tensor]:
    """Rows (n, D) and class numbers (n,) without repetitions: a copy of x must not be in its class set."""
    both = torch.cat([x.detach().cpu(), codes[:, None].to(x.dtype)], 1)
    _, place = torch.unique(both, dim=0, return_inverse=True)
    first = torch.full((len(x),), len(x)).scatter_reduce(0, place, torch.arange(len(x)), "amin")
    first = first[first < len(x)].sort().values
    return x[first.to(x.device)], codes[first]


class ClassRows(Model):
    """A `Network` as the training loop wants it: rows (features, label), parameters with a members' axis."""

    def __init__(self, network: Network, settings: Settings, classes: Sequence[int], shares: Tensor) -> None:
        super().__init__()
        self.network = [network]  # in a list, so that its parameters are not registered twice
        self.settings, self.classes, self.shares = settings, torch.tensor(classes), shares
        self.members = 1
        self.names = [name for name, _ in network.named_parameters()]
        for name, parameter in network.named_parameters():
            self.register_parameter(name.replace(".", "__"), nn.Parameter(parameter.detach()[None].clone()))

    def finished(self) -> Network:
        """The network with these weights as they are now, float32, for questions."""
        network = self.network[0].float().cpu()
        with torch.no_grad():
            for name, parameter in network.named_parameters():
                parameter.copy_(self.get_parameter(name.replace(".", "__"))[0])
        return network.eval()

    def _call(self, what: str, *arguments: Any) -> Any:
        own = {f"network.{n}": self.get_parameter(n.replace(".", "__"))[0] for n in self.names}
        return functional_call(_Calling(self.network[0], self), own, (what, *arguments))

    def rows(self, batch: Tensor) -> tuple[Tensor, Tensor]:
        """Features (b, D) and class numbers (b,), on the CPU, -1 unlabelled, of one member's rows."""
        labels = batch[0, :, -1].round().long().cpu()
        codes = torch.searchsorted(self.classes, labels)
        return batch[0, :, :-1], torch.where(labels < 0, -1, codes)

    def loss_terms(self, batch: Tensor, noise: Noise, warmth: float = 1.0) -> Terms:
        """Of rows (1, b, D + 1), the last column the class; rows alone in their class are left out.

        The loss of the labelled rows, a mean over them, plus `unlabelled` times that of the others.
        """
        bits = int(noise.normal_(torch.empty(1, 1, dtype=torch.float64)).view(torch.int64))
        drawn = torch.Generator().manual_seed(bits & 0x7FFFFFFF)
        found: dict[str, Tensor] = self._call("loss", batch, drawn, warmth)
        return {name: term[None] for name, term in found.items()}

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(v, r) side by side, r of each row's class among these rows; log variance -inf for r."""
        mean, log_var = self._call("codes", x)
        return mean[None], log_var[None]

    def decode(self, z: Tensor) -> Tensor:
        """Features (1, n, D) of (v, r)."""
        found: Tensor = self._call("features", z[0])
        return found[None]

    @property
    def decoder_variance(self) -> Tensor:
        """sigma^2 where the likelihood is Gaussian, else 1: of no meaning."""
        if "likelihood.log_sigma" not in self.names:
            return torch.ones(1, dtype=torch.float64)
        return (2 * self.get_parameter("likelihood__log_sigma")).exp().detach()


class _Calling(nn.Module):
    """So that functional_call reaches the network from several sides."""

    def __init__(self, network: Network, rows: ClassRows) -> None:
        super().__init__()
        self.network = network
        self.asked = [rows]

    def forward(self, what: str, *arguments: Any) -> Any:
        return getattr(self, what)(*arguments)

    def loss(self, batch: Tensor, drawn: torch.Generator, warmth: float) -> dict[str, Tensor]:
        rows = self.asked[0]
        every, codes = rows.rows(batch)
        free = every[(codes < 0).to(every.device)]
        x, codes = distinct(every[(codes >= 0).to(every.device)], codes[codes >= 0])
        supports = batch_supports(codes, len(rows.classes))
        sets = BatchSets(codes, len(rows.classes), rows.shares)
        found = labelled_loss(self.network, x, supports, sets, rows.settings, drawn, warmth)
        terms = {"loss": found.loss, **found.terms}
        if rows.settings.leak_penalty > 0:
            terms["leak"] = hsic(found.v / spread(found.v), found.codes, sets.classes)
            terms["loss"] = terms["loss"] + rows.settings.leak_penalty * terms["leak"]
        if len(free):
            loss, told = unlabelled_loss(self.network, free, supports, found.embedded, drawn, warmth)
            terms |= told | {"loss": terms["loss"] + rows.settings.unlabelled * loss}
        return terms

    def codes(self, batch: Tensor) -> tuple[Tensor, Tensor]:
        rows, network = self.asked[0], self.network
        x, codes = rows.rows(batch)
        features = network.body(x)
        # A row without a label is taken for what q(y|x) says, in no class set.
        supports = batch_supports(codes, len(rows.classes))
        codes = torch.where(codes < 0, network.classifier(features).argmax(1).cpu(), codes)
        members = network.code.embed(features)
        embedded = members[supports.rows.clamp(min=0)]
        every = class_codes(
            network, supports, embedded, torch.arange(len(x)), torch.Generator(), mean_only=True
        )
        r = every.r[torch.arange(len(x)), codes]
        mean, log_var = network.posterior(features, r[:, None])
        return torch.cat([mean[:, 0], r], 1), torch.cat([log_var[:, 0], torch.full_like(r, -torch.inf)], 1)

    def features(self, z: Tensor) -> Tensor:
        network = self.network
        v, r = z[:, : network.dimensions], z[:, network.dimensions :]
        return network.likelihood.mean(network.decode(r, v))
