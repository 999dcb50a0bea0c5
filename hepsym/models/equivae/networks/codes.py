"""What stands for a class? A mean over members (EquiVAE), a product of Gaussians (ML-VAE), a name (CVAE)."""

from abc import ABC, abstractmethod
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from hepsym.models.equivae.networks.bodies import Front
from hepsym.models.equivae.training.class_sets import Supports

__all__ = ["Code", "MeanCode", "NameCode", "ProductCode", "code"]


class Code(nn.Module, ABC):
    """r (..., size) of each class, from embeddings of members of it."""

    name: ClassVar[str]
    stochastic: ClassVar[bool] = False
    """Has a KL term of its own."""
    from_members: ClassVar[bool] = True
    """Whether members matter at all, so that a class can be added by showing some."""

    def __init__(self, classes: int, size: int) -> None:
        super().__init__()
        self.classes, self.size = classes, size

    @abstractmethod
    def embed(self, features: Tensor) -> Tensor:
        """What of each member is summed, (..., e), of features (..., width)."""

    @abstractmethod
    def of_sums(self, sums: Tensor, counts: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log variance of r (..., size) from sums (..., e) over counts (...,) members."""

    def divergence(self, mean: Tensor, log_var: Tensor) -> Tensor:
        """KL(q(r|set) || N(0, 1)) in nats, (...,); 0 where r is deterministic."""
        if not self.stochastic:
            return mean.new_zeros(mean.shape[:-1])
        return 0.5 * (mean.square() + log_var.exp() - 1 - log_var).sum(-1)


class MeanCode(Code):
    """r = (1/m) sum f(x_i), deterministic: Feige's class embedding."""

    name = "mean"

    def __init__(self, classes: int, size: int, width: int) -> None:
        super().__init__(classes, size)
        self.map = Front(width, size)

    def embed(self, features: Tensor) -> Tensor:
        """f(x), (..., size)."""
        mapped: Tensor = self.map(features)
        return mapped

    def of_sums(self, sums: Tensor, counts: Tensor) -> tuple[Tensor, Tensor]:
        """The mean; log variance -inf."""
        mean = sums / counts[..., None].clamp(min=1)  # a set of none is not asked for
        return mean, torch.full_like(mean, -torch.inf)


class ProductCode(Code):
    """q(r|set) ~ prod_i N(r; m_i, s_i^2): precisions add, means are weighted by them (ML-VAE)."""

    name = "product"
    stochastic = True

    def __init__(self, classes: int, size: int, width: int) -> None:
        super().__init__(classes, size)
        self.map = Front(width, 2 * size)

    def embed(self, features: Tensor) -> Tensor:
        """Precision times mean, and precision, (..., 2 size)."""
        mean, log_precision = self.map(features).chunk(2, -1)
        precision = log_precision.clamp(-8, 8).exp()
        return torch.cat([precision * mean, precision], -1)

    def of_sums(self, sums: Tensor, counts: Tensor) -> tuple[Tensor, Tensor]:  # noqa: ARG002 - in the sums
        """Those of the product."""
        weighted, precision = sums.chunk(2, -1)
        precision = precision.clamp(min=1e-6)  # a set of none is not asked for
        return weighted / precision, -precision.log()


class NameCode(Code):
    """r = one-hot of the class: the conditional VAE, M2. Members do not matter."""

    name = "one-hot"
    from_members = False

    def __init__(self, classes: int, size: int, width: int) -> None:  # noqa: ARG002 - one signature for all
        super().__init__(classes, classes)

    def embed(self, features: Tensor) -> Tensor:
        """Nothing: zeros."""
        return features.new_zeros((*features.shape[:-1], self.classes))

    def of_sums(self, sums: Tensor, counts: Tensor) -> tuple[Tensor, Tensor]:  # noqa: ARG002
        """One-hot names (..., classes, classes); log variance -inf."""
        names = torch.eye(self.classes, dtype=sums.dtype, device=sums.device)
        names = names.expand(*sums.shape[:-2], -1, -1)
        return names, torch.full_like(names, -torch.inf)


def code(name: str, classes: int, size: int, width: int) -> Code:
    """The code of that name."""
    kinds = {kind.name: kind for kind in (MeanCode, ProductCode, NameCode)}
    return kinds[name](classes, size, width)


def leave_one_out(embedded: Tensor, supports: Supports, rows: Tensor) -> tuple[Tensor, Tensor]:
    """Sums (b, classes, e) and counts (classes,) of every row's class sets, the row itself left out.

    embedded: (classes, s, e) of the supports' members. rows: (b,) row numbers, -1 for rows that are in
    no support.
    """
    embedded = embedded * supports.there.to(embedded.device)[..., None]
    total = embedded.sum(1)
    place = supports.left_out(rows).to(embedded.device)
    chosen = functional.one_hot(place, embedded.shape[1]).to(embedded.dtype)
    dropped = torch.einsum("bks,kse->bke", chosen, embedded)
    return total - dropped, (supports.sizes - 1).to(embedded)
