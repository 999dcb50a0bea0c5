"""Can a law of v be made normal where quantiles of coordinates are not enough? Invertible layers, by class.

    v_b' = v_b e^s(v_a, y) + t(v_a, y),   v_a' = v_a,

with halves a, b that change from layer to layer; s and t are perceptrons that know the class y, |s| < 1.
Fitted by maximum likelihood: the mean of |v'|^2 / 2 - log|det dv'/dv| is least where v' is N(0, 1) in every
class. Last, each class is centred and whitened: rows that are moved during the fit have another mean.
Dinh, Sohl-Dickstein, Bengio, https://arxiv.org/abs/1605.08803
"""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

__all__ = ["Couplings", "fit_couplings"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

LAYERS = 8
WIDTH = 96
BATCH = 512


class Coupling(nn.Module):
    """One layer; starts as the identity. kept (d,) is 1 where v stays."""

    kept: Tensor

    def __init__(self, kept: Tensor, classes: int) -> None:
        super().__init__()
        self.register_buffer("kept", kept)
        d = len(kept)
        self.first = nn.Linear(d + classes, WIDTH)
        self.second = nn.Linear(WIDTH + classes, WIDTH)
        self.last = nn.Linear(WIDTH, 2 * d)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def change(self, v: Tensor, name: Tensor) -> tuple[Tensor, Tensor]:
        """s and t, (n, d), of what is kept of v (n, d) and the class' name (n, K)."""
        hidden = functional.silu(self.first(torch.cat([v * self.kept, name], 1)))
        hidden = functional.silu(self.second(torch.cat([hidden, name], 1)))
        s, t = self.last(hidden).chunk(2, 1)
        return torch.tanh(s) * (1 - self.kept), t * (1 - self.kept)


class Couplings(nn.Module):
    """LAYERS of them, one map of v (n, d) for each of `classes`; the first `still` of v always stay."""

    def __init__(self, dimensions: int, classes: int, still: int = 0) -> None:
        super().__init__()
        self.dimensions, self.classes, self.still = dimensions, classes, still
        order = np.random.default_rng(dimensions)
        layers: list[nn.Module] = []
        for _ in range(LAYERS // 2):
            kept = torch.zeros(dimensions)
            kept[still + order.permutation(dimensions - still)[: (dimensions - still) // 2]] = 1
            for half in (kept, 1 - kept):
                half[:still] = 1
                layers.append(Coupling(half, classes))
        self.layers = nn.ModuleList(layers)
        self.middle: Tensor
        self.whitening: Tensor
        self.register_buffer("middle", torch.zeros(classes, dimensions))
        self.register_buffer("whitening", torch.eye(dimensions).repeat(classes, 1, 1))

    def centre(self, v: Floats, codes: Codes) -> None:
        """Let v (n, d), as they come from the layers, be centred and whitened, class by class."""
        first = self.still
        for k in range(self.classes):
            rows = v[codes == k, first:]
            self.middle[k, first:] = torch.from_numpy(rows.mean(0))
            if len(rows) > 4 * self.dimensions:
                values, vectors = np.linalg.eigh(np.cov(rows.T).reshape(rows.shape[1], -1))
                self.whitening[k, first:, first:] = torch.from_numpy(
                    (vectors / np.sqrt(np.maximum(values, 1e-2))) @ vectors.T
                )

    def forward(self, v: Tensor, codes: Tensor) -> tuple[Tensor, Tensor]:
        """v' (n, d) and log|det dv'/dv| (n,)."""
        name, volume = self._names(codes, v), v.new_zeros(len(v))
        for layer in self.layers:
            assert isinstance(layer, Coupling)
            s, t = layer.change(v, name)
            v, volume = v * s.exp() + t, volume + s.sum(1)
        return v, volume

    def apply_to(self, v: Floats, codes: Codes, *, backward: bool = False) -> Floats:
        """v' of v, or v of v', in float64: there and back to 1e-9. Classes not fitted stay as they are."""
        known = codes < self.classes
        out = np.array(v, dtype=np.float64)
        if not known.any():
            return out
        with torch.no_grad():
            now, numbers = torch.from_numpy(out[known]), torch.from_numpy(codes[known])
            if backward:
                name = self._names(numbers, now)
                now = torch.linalg.solve(self.whitening[numbers].mT, now[..., None])[..., 0]
                now = now + self.middle[numbers]
                for layer in reversed(self.layers):
                    assert isinstance(layer, Coupling)
                    s, t = layer.change(now, name)
                    now = torch.where(layer.kept > 0, now, (now - t) * (-s).exp())
            else:
                now, _ = self(now, numbers)
                now = now - self.middle[numbers]
                now = torch.einsum("ni,nij->nj", now, self.whitening[numbers])
            out[known] = now.numpy()
        return out

    def _names(self, codes: Tensor, v: Tensor) -> Tensor:
        return functional.one_hot(codes, self.classes).to(v)


def fit_couplings(
    shown: Sequence[Floats], codes: Codes, classes: int, *, epochs: int, seed: int, kept: int = 0,
    weight_decay: float = 1e-3,
) -> Couplings:  # fmt: skip
    """Couplings of v (n, d) with class numbers codes (n,), in float64.

    shown: the same rows as often as they were seen, each time moved a little, as (n, d) arrays, the first
    as they are; an epoch goes through one of them, in turn. kept: so many of v lead that stay as they are,
    before two others at least.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        made = Couplings(shown[0].shape[1], classes, kept)
        optimiser = torch.optim.AdamW(made.parameters(), 2e-3, weight_decay=weight_decay)
        numbers, sets = torch.from_numpy(codes), [torch.from_numpy(v).float() for v in shown]
        batch = min(BATCH, max(1, len(codes) // 7))
        steps = len(codes) // batch
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimiser, 2e-3, total_steps=epochs * steps + 1, pct_start=0.1
        )
        for epoch in range(epochs):
            order = torch.randperm(len(codes))
            for step in range(steps):
                rows = order[step * batch : (step + 1) * batch]
                v, volume = made(sets[epoch % len(sets)][rows], numbers[rows])
                optimiser.zero_grad()
                (0.5 * v.square().sum(1) - volume).mean().backward()
                nn.utils.clip_grad_norm_(made.parameters(), 5.0)
                optimiser.step()
                schedule.step()
    made = made.double().eval()
    made.centre(made.apply_to(shown[0], codes), codes)
    return made
