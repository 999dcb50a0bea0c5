"""What is optimised? q(v|x, r), p(x|r, v) and q(y|x), and the bound that ties them.

    log p(x | class set without x)  >=  E_q(v|x,r)[log p(x|r, v)] - KL(q(v|x, r) || N(0, 1)),
    r = r(class set without x)

It is the leave-one-out *predictive* likelihood of x given other members of its class that is bounded,
not log p(x|y): each x enters the conditions of others. With a stochastic r (ML-VAE) the set holds x, the
bound is that of the whole group, and every member pays its share of KL(q(r|set) || N(0, 1)).

Feige, https://arxiv.org/abs/1902.03251; Bouchacourt, Tomioka, Nowozin, https://arxiv.org/abs/1705.08841;
Kingma et al., https://arxiv.org/abs/1406.5298
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from hepsym.models.equivae.networks.bodies import Front, body, perceptron
from hepsym.models.equivae.networks.codes import code
from hepsym.models.equivae.networks.likelihood import likelihood
from hepsym.models.equivae.networks.momenta import VectorDecoder, VectorPosterior
from hepsym.models.equivae.settings import Settings

__all__ = ["Network", "Pieces", "divergence"]


def divergence(mean: Tensor, log_var: Tensor) -> Tensor:
    """KL(N(mean, exp log_var) || N(0, 1)) of every dimension, in nats; not summed."""
    return 0.5 * (mean.square() + log_var.exp() - 1 - log_var)


@dataclass(frozen=True, slots=True)
class Pieces:
    """The bound of b rows under c candidate classes each, and what it is made of; nats."""

    log_likelihood: Tensor
    """(b, c): log p(x|r, v), averaged over the draws of v."""
    kl: Tensor
    """(b, c, dimensions of v)"""
    code_kl: Tensor
    """(b, c): a row's share of the KL term of r; 0 where r is deterministic."""
    mean: Tensor
    """(b, c, dimensions of v) of q(v|x, r)"""
    log_var: Tensor
    v: Tensor
    """(b, c, dimensions of v): the last draw."""

    @property
    def bound(self) -> Tensor:
        """(b, c): log p(x | class set without x) is at least this, on average over draws."""
        return self.log_likelihood - self.kl.sum(-1) - self.code_kl


class Posterior(nn.Module):
    """q(v|x, r) = N(mean, diag exp log_var) of features (b, width) and codes (b, c, size)."""

    def __init__(self, width: int, size: int, hidden: int, dimensions: int) -> None:
        super().__init__()
        wide = hidden or 2 * dimensions
        # The first layer is a sum, so that features are read once, however many classes are tried.
        self.of_features = nn.Linear(width, wide)
        self.of_code = nn.Linear(size, wide, bias=False)
        self.last = nn.Sequential(nn.ReLU(), nn.Linear(hidden, 2 * dimensions)) if hidden else nn.Identity()

    def forward(self, features: Tensor, r: Tensor) -> tuple[Tensor, Tensor]:
        mean, log_var = self.last(self.of_features(features)[:, None] + self.of_code(r)).chunk(2, -1)
        return mean, log_var.clamp(-12, 6)


class Network(nn.Module):
    """All weights of a model of the family, for K classes and x of `shape`."""

    def __init__(
        self, settings: Settings, kind: str, shape: tuple[int, ...], classes: int, levels: int
    ) -> None:
        super().__init__()
        width, depth = settings.width, settings.depth
        hidden = width if depth or kind != "vector" else 0
        self.body, wide = body(kind, shape, width, depth)
        self.code = code(settings.code, classes, settings.invariant, wide)
        size, self.dimensions = self.code.size, settings.equivariant
        self.likelihood = likelihood(settings.likelihood, levels)
        self.posterior: nn.Module
        self.decoder: nn.Module
        if kind == "momenta":
            self.posterior = VectorPosterior(wide, size, self.dimensions)
            self.decoder = VectorDecoder(size, self.dimensions, shape[0], width)
        else:
            self.posterior = Posterior(wide, size, hidden, self.dimensions)
            out = math.prod(shape) * self.likelihood.per_feature
            inner = [width] * max(depth - (kind == "image"), int(hidden > 0))
            self.decoder = perceptron([size + self.dimensions, *inner, out])
        self.classifier = Front(wide, classes)

    def decode(self, r: Tensor, v: Tensor) -> Tensor:
        """The likelihood's parameters (..., D * per_feature) of r (..., size) and v (..., dimensions)."""
        parameters: Tensor = self.decoder(torch.cat([r, v], -1))
        return parameters

    def pieces(self, features: Tensor, target: Tensor, r: Tensor, code_kl: Tensor, noise: Tensor) -> Pieces:
        """The bound's parts: features (b, width), target (b, D), r (b, c, size), noise (draws, b, 1 or c, v).

        The noise of a row may be shared by its candidate classes: their differences are then less noisy.
        """
        mean, log_var = self.posterior(features, r)
        spread = (0.5 * log_var).exp()
        total = torch.zeros(())
        for drawn in noise:
            v = mean + spread * drawn
            total = total + self.likelihood.log_prob(self.decode(r, v), target[:, None])
        return Pieces(total / len(noise), divergence(mean, log_var), code_kl, mean, log_var, v)

    def importance_bound(self, features: Tensor, target: Tensor, r: Tensor, noise: Tensor) -> Tensor:
        """log (1/S) sum_s p(x|r, v_s) p(v_s) / q(v_s|x, r), (b, c), v_s from noise (S, b, 1 or c, v).

        A bound in expectation that rises to log p(x | class set) with S; exact for any S where q is
        the exact posterior. Burda, Grosse, Salakhutdinov, https://arxiv.org/abs/1509.00519
        """
        mean, log_var = self.posterior(features, r)
        terms = []
        for drawn in noise:
            v = mean + (0.5 * log_var).exp() * drawn
            log_p = self.likelihood.log_prob(self.decode(r, v), target[:, None])
            # log N(v; 0, 1) - log N(v; mean, var): the constants cancel.
            log_p = log_p + 0.5 * (drawn.square() - v.square() + log_var).sum(-1)
            terms.append(log_p)
        return torch.stack(terms).logsumexp(0) - math.log(len(noise))
