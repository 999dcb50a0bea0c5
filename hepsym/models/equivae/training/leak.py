"""How much of the class is in v? Differentiable measures, to be pressed down in training.

v is independent of y exactly when each is 0 in the limit of many rows (an adversary of enough width).
"""

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional

from hepsym.models.equivae.networks.bodies import perceptron

__all__ = ["Adversary", "class_mmd", "hsic", "spread"]

BANDWIDTHS = (0.5, 1.0, 2.0, 4.0)
"""Of the kernels' squared distance, in units of twice the dimension of v: v has variance near 1."""


def kernel(a: Tensor, b: Tensor) -> Tensor:
    """k(a, b) (n, m): mean over w of 1 / (1 + |a - b|^2 / (2 d w)), a characteristic kernel."""
    squared = (a[:, None] - b[None]).square().sum(-1) / (2 * a.shape[-1])
    return torch.stack([1 / (1 + squared / w) for w in BANDWIDTHS]).mean(0)


def spread(v: Tensor) -> Tensor:
    """(d,) standard deviations of v (n, d), 1e-3 at least.

    Measures are taken of v in these units: in others they fall by v shrinking, which hides nothing from a
    probe (measured with MMD, weight 2500: KL of 0.03 nats, and the class still read at 0.58).
    """
    return v.std(0).clamp(min=1e-3)


def class_mmd(v: Tensor, codes: Tensor, classes: int) -> Tensor:
    """sum_k p_k MMD^2(v of class k, v of other classes), unbiased (U-statistics), of v (n, d), codes (n,).

    Gretton et al., J. Mach. Learn. Res. 13 (2012) 723, eq. (3). Classes with fewer than two rows in the
    batch are left out.
    """
    gram = kernel(v, v)
    same = functional.one_hot(codes, classes).to(v.dtype)
    counts = same.sum(0)
    off = gram - torch.diag(torch.diagonal(gram))
    pairs = same.T @ off @ same  # (K, K) sums over pairs of different rows
    total = pairs.sum()
    inside = pairs.diagonal()
    across = pairs.sum(1) - inside
    rest = total - 2 * across - inside
    n = counts.sum()
    others = n - counts
    usable = (counts > 1) & (others > 1)
    squared = (
        inside / (counts * (counts - 1)).clamp(min=1)
        - 2 * across / (counts * others).clamp(min=1)
        + rest / (others * (others - 1)).clamp(min=1)
    )
    return (squared * counts / n)[usable].sum()


def hsic(v: Tensor, codes: Tensor, classes: int) -> Tensor:
    """Hilbert-Schmidt independence criterion of v (n, d) and class numbers (n,), unbiased.

    Delta kernel on classes. Song et al., J. Mach. Learn. Res. 13 (2012) 1393, eq. (5).
    """
    n = len(v)
    labels = functional.one_hot(codes, classes).to(v.dtype)
    k, lab = kernel(v, v), labels @ labels.T
    k = k - torch.diag(torch.diagonal(k))
    lab = lab - torch.diag(torch.diagonal(lab))
    whole = k.sum() * lab.sum() / ((n - 1) * (n - 2))
    mixed = 2 / (n - 2) * (k.sum(0) @ lab.sum(0))
    return ((k * lab).sum() + whole - mixed) / (n * (n - 3))


class Adversary(nn.Module):
    """A classifier of y from v that is trained beside the model; the model is paid for misleading it."""

    def __init__(self, dimensions: int, classes: int, width: int = 128) -> None:
        super().__init__()
        self.net = perceptron([dimensions, width, width, classes])
        self.optimiser = torch.optim.Adam(self.parameters(), 2e-3, betas=(0.5, 0.99))

    def step(self, v: Tensor, codes: Tensor) -> None:
        """One step of the classifier, on v as it is."""
        self.optimiser.zero_grad()
        functional.cross_entropy(self.net(v.detach()), codes).backward()  # type: ignore[no-untyped-call]
        self.optimiser.step()

    def penalty(self, v: Tensor) -> Tensor:
        """KL(uniform || adversary(y|v)) in nats, averaged: 0 where the adversary sees nothing in v."""
        # Its weights as they are now, as constants: it goes on learning before the model's step is made.
        own = {name: p.detach().clone() for name, p in self.net.named_parameters()}
        log_p = functional.log_softmax(functional_call(self.net, own, (v,)), -1)
        return -log_p.mean() - torch.log(torch.tensor(float(log_p.shape[-1])))
