"""How likely is a picture, given what the decoder says? Gaussian, Bernoulli, categorical; all normalised."""

import math
from abc import ABC, abstractmethod
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from hepsym.errors import InputError

__all__ = ["LIKELIHOODS", "Bernoulli", "Categorical", "Gaussian", "Likelihood", "likelihood"]


class Likelihood(nn.Module, ABC):
    """log p(x | parameters) for x (..., D); the decoder gives D * `per_feature` parameters."""

    name: ClassVar[str]
    per_feature: int = 1

    @abstractmethod
    def target(self, x: Tensor) -> Tensor:
        """What is modelled of features x (n, D); raises InputError where x is outside the support."""

    @abstractmethod
    def log_prob(self, parameters: Tensor, target: Tensor) -> Tensor:
        """log p, (...): parameters (..., D * per_feature), target broadcastable to (..., D). Nats."""

    @abstractmethod
    def mean(self, parameters: Tensor) -> Tensor:
        """E[x], (..., D)."""

    @abstractmethod
    def draw(self, parameters: Tensor, generator: torch.Generator) -> Tensor:
        """One x, (..., D)."""


class Gaussian(Likelihood):
    """N(x; f, sigma^2) with one learned sigma, a density in the features' units.

    log p = -1/2 sum_j [(x_j - f_j)^2 / sigma^2 + log(2 pi sigma^2)]; sigma >= 1e-3 features' units.
    """

    name = "gaussian"

    def __init__(self) -> None:
        super().__init__()
        # Below the features' own spread: from 1 on, v would be given up before it is of any use.
        self.log_sigma = nn.Parameter(torch.tensor(math.log(0.3)))

    @property
    def sigma(self) -> Tensor:
        """The one standard deviation of all features."""
        return self.log_sigma.clamp(min=math.log(1e-3)).exp()

    def target(self, x: Tensor) -> Tensor:
        """As `Likelihood.target`."""
        return x

    def log_prob(self, parameters: Tensor, target: Tensor) -> Tensor:
        """As `Likelihood.log_prob`."""
        pull = (target - parameters) / self.sigma
        constant = self.sigma.log() + 0.5 * math.log(2 * math.pi)
        return -(0.5 * pull.square() + constant).sum(-1)

    def mean(self, parameters: Tensor) -> Tensor:
        """As `Likelihood.mean`."""
        return parameters

    def draw(self, parameters: Tensor, generator: torch.Generator) -> Tensor:
        """As `Likelihood.draw`."""
        noise = torch.randn(parameters.shape, generator=generator, dtype=parameters.dtype)
        return parameters + self.sigma * noise.to(parameters.device)


class Bernoulli(Likelihood):
    """Black or white: x in [0, 1] is binarised at 1/2, and log p = sum_j log sigmoid(+-f_j).

    A probability of binary pictures, not a density of grey ones: cross entropy with grey targets is
    no likelihood.
    """

    name = "bernoulli"

    def target(self, x: Tensor) -> Tensor:
        """As `Likelihood.target`."""
        low, high = float(x.min()), float(x.max())
        if low < 0 or high > 1:
            raise InputError(
                f"likelihood = 'bernoulli' takes values from 0 to 1, not {low:g} to {high:g}: "
                "divide by the largest value, or use 'gaussian'"
            )
        return (x > 0.5).to(x.dtype)

    def log_prob(self, parameters: Tensor, target: Tensor) -> Tensor:
        """As `Likelihood.log_prob`."""
        # log p = log sigmoid(f) where x = 1, log sigmoid(-f) where x = 0
        return functional.logsigmoid(parameters * (2 * target - 1)).sum(-1)

    def mean(self, parameters: Tensor) -> Tensor:
        """As `Likelihood.mean`."""
        return torch.sigmoid(parameters)

    def draw(self, parameters: Tensor, generator: torch.Generator) -> Tensor:
        """As `Likelihood.draw`."""
        p = torch.sigmoid(parameters)
        return (torch.rand(p.shape, generator=generator, dtype=p.dtype).to(p.device) < p).to(p.dtype)


class Categorical(Likelihood):
    """Whole numbers 0 .. levels - 1, each level with a probability of its own: softmax."""

    name = "categorical"

    def __init__(self, levels: int) -> None:
        super().__init__()
        self.levels = self.per_feature = levels

    def _logits(self, parameters: Tensor) -> Tensor:
        return parameters.reshape(*parameters.shape[:-1], -1, self.levels)

    def target(self, x: Tensor) -> Tensor:
        """x is level / (levels - 1), as `Reading` scales it."""
        levels = x * (self.levels - 1)
        if float((levels - levels.round()).abs().max()) > 1e-3 or float(x.min()) < 0 or float(x.max()) > 1:
            raise InputError(f"likelihood = 'categorical' takes whole numbers from 0 to {self.levels - 1}")
        return levels.round().long()

    def log_prob(self, parameters: Tensor, target: Tensor) -> Tensor:
        """As `Likelihood.log_prob`."""
        logits = self._logits(parameters)
        log_p = functional.log_softmax(logits, -1)
        shape = (log_p[..., 0] + target).shape
        found = log_p.expand(*shape, -1).gather(-1, target.expand(shape)[..., None])
        return found[..., 0].sum(-1)

    def mean(self, parameters: Tensor) -> Tensor:
        """As `Likelihood.mean`."""
        p = functional.softmax(self._logits(parameters), -1)
        level = torch.linspace(0, 1, self.levels, dtype=p.dtype, device=p.device)
        mean: Tensor = (p * level).sum(-1)
        return mean

    def draw(self, parameters: Tensor, generator: torch.Generator) -> Tensor:
        """As `Likelihood.draw`."""
        logits = self._logits(parameters)
        u = torch.rand(logits.shape, generator=generator, dtype=logits.dtype).to(logits.device)
        gumbel = -torch.log(-torch.log(u.clamp(1e-7, 1 - 1e-7)))
        drawn: Tensor = (logits + gumbel).argmax(-1).to(parameters.dtype) / (self.levels - 1)
        return drawn


LIKELIHOODS = ("gaussian", "bernoulli", "categorical")


def likelihood(name: str, levels: int) -> Likelihood:
    """The likelihood of that name. Raises InputError for another name."""
    if name == "categorical":
        return Categorical(levels)
    kinds: dict[str, type[Likelihood]] = {"gaussian": Gaussian, "bernoulli": Bernoulli}
    if name not in kinds:
        raise InputError(f"likelihood = {name!r} is not one of auto, {', '.join(LIKELIHOODS)}")
    return kinds[name]()
