"""What must a model offer so that the one training loop can train it?"""

from abc import ABC, abstractmethod
from typing import ClassVar

import torch
from torch import Tensor, nn

from hepsym.models.hardware.parallel import ALONE, Crowd
from hepsym.models.noise import Noise

__all__ = ["Model", "Terms"]

Terms = dict[str, Tensor]
"""Loss terms by name, means over the batch, members' axis first: "loss" (members,) is minimised."""


class Model(nn.Module, ABC):
    """Abstract autoencoder of rows, or `members` of them that are trained side by side.

    members = 1 but in a sweep. Batches are (seeds, batch, features), where members is a multiple of
    seeds: member m sees the rows and the noise of seed m mod seeds.
    """

    name: ClassVar[str]
    """In the registry and in checkpoints."""
    members: int
    crowd: Crowd = ALONE
    """The processes that share each batch, for families that are `parallel`."""

    @abstractmethod
    def loss_terms(self, batch: Tensor, noise: Noise, warmth: float = 1.0) -> Terms:
        """Loss terms of a batch (seeds, batch, features), differentiable; beta is multiplied by warmth."""

    @abstractmethod
    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log variance of q(z|x), each (members, n, L), of x (members, n, features)."""

    @abstractmethod
    def decode(self, z: Tensor) -> Tensor:
        """Features (members, n, D) of latents z (members, n, L)."""

    @property
    @abstractmethod
    def decoder_variance(self) -> Tensor:
        """Variance of p(x|z), (members,)."""

    def prepare(self, batch: int) -> None:
        """Called once, when the parameters have their device, dtype and .grad: allocate buffers here."""

    def accumulate(self, batch: Tensor, noise: Noise, warmth: float = 1.0) -> Terms:
        """Loss terms, with the gradient in the parameters' .grad; override it where it can be faster.

        An override may return only what `complete` needs, in buffers that the next call fills again; a
        loss that is not finite must then show in one of them.
        """
        terms = self.loss_terms(batch, noise, warmth)
        parameters = [p for p in self.parameters() if p.grad is not None]
        # Not .backward(): it warns of gradients that are views between those of other members.
        gradients = torch.autograd.grad(terms["loss"].sum(), parameters, allow_unused=True)
        for parameter, gradient in zip(parameters, gradients, strict=True):
            assert parameter.grad is not None
            parameter.grad.zero_() if gradient is None else parameter.grad.copy_(gradient)
        return {name: term.detach() for name, term in terms.items()}

    def complete(self, terms: Terms, warmth: float = 1.0) -> Terms:  # noqa: ARG002 - for overrides
        """All loss terms, from means of what `accumulate` returned at this warmth."""
        return terms

    def jacobian(self, z: Tensor) -> Tensor:
        """d x_j / d z_i of the decoder at z (members, n, L): (members, n, D, L)."""
        rows = torch.func.vmap(torch.func.jacfwd(lambda row: self.decode(row[:, None, :])[:, 0]))
        by_row: Tensor = rows(z.transpose(0, 1))  # (n, members, D, members, L)
        own = torch.diagonal(by_row, dim1=1, dim2=3)  # (n, D, L, members)
        return own.permute(3, 0, 1, 2)
