"""Which random numbers does a training step see? A function of (seed, step), not of what ran before."""

from collections.abc import Sequence

import torch
from torch import Tensor

from hepsym.random import key

__all__ = ["Noise", "order"]

_MASK = 0xFFFFFFFF
"""torch's CPU generator takes 32 bits of its seed."""


class Noise:
    """Normal numbers for one step at a time, one stream for every seed of an ensemble.

    Stream s at step t starts from the state seeded by key(seed_s, purpose) + t mod 2^32, so that a run
    which is resumed at step t continues with the very numbers it would have seen. Normals come from
    torch's own generator of the device: CPU and CUDA differ.
    """

    def __init__(self, seeds: Sequence[int], device: torch.device, purpose: str = "training noise") -> None:
        self._bases = [_base(seed, purpose) for seed in seeds]
        self._generators = [torch.Generator(device) for _ in seeds]
        self.at(0)

    def at(self, step: int) -> "Noise":
        """Move all streams to the beginning of a step; returns self."""
        for base, generator in zip(self._bases, self._generators, strict=True):
            generator.manual_seed((base + step) & _MASK)
        return self

    def normal_(self, out: Tensor) -> Tensor:
        """Fill out (seeds, ...) with the next standard normals of every stream; returns out."""
        for part, generator in zip(out, self._generators, strict=True):
            part.normal_(generator=generator)
        return out


def order(seed: int, epoch: int, n: int) -> Tensor:
    """The order in which an epoch visits n rows, (n,) int64 on the CPU; a function of its arguments alone."""
    generator = torch.Generator().manual_seed((_base(seed, "training order") + epoch) & _MASK)
    return torch.randperm(n, generator=generator)


def _base(seed: int, purpose: str) -> int:
    return int(key(seed, purpose)[0])
