"""How do rows reach the model? From a copy on the device, or in chunks where it does not fit."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from hepsym.models.hardware.device import resident_bytes
from hepsym.models.noise import order

__all__ = ["Feed", "Resident", "Streamed", "feed"]


class Feed(ABC):
    """Batches of training rows; of a table every epoch in a new order, whose n mod batch last rows wait.

    A batch is (seeds, batch, features) on the device, to be read only until the next one is asked for.
    """

    def __init__(self, batch: int, seeds: Sequence[int], steps: int) -> None:
        self.batch, self.seeds = batch, tuple(seeds)
        self.steps = steps
        """Batches in an epoch."""

    @abstractmethod
    def epoch(self, number: int, first_step: int = 0) -> Iterator[Tensor]:
        """Batches first_step, first_step + 1, ... of epoch `number`."""


class Resident(Feed):
    """The data set stays on the device; an epoch is one gather, its batches are views of that."""

    def __init__(self, features: Tensor, batch: int, seeds: Sequence[int], device: torch.device) -> None:
        super().__init__(batch, seeds, len(features) // batch)
        self.features = features.to(device)
        rows = self.steps * batch
        self._shuffled = torch.empty(
            (len(self.seeds), rows, features.shape[1]), dtype=features.dtype, device=device
        )

    def epoch(self, number: int, first_step: int = 0) -> Iterator[Tensor]:
        """Batches of the epoch from first_step on: seed s has an order of its own."""
        rows = self._shuffled.shape[1]
        for seed, shuffled in zip(self.seeds, self._shuffled, strict=True):
            chosen = order(seed, number, len(self.features))[:rows].to(self.features.device)
            torch.index_select(self.features, 0, chosen, out=shuffled)
        for step in range(first_step, self.steps):
            yield self._shuffled.narrow(1, step * self.batch, self.batch)


class Streamed(Feed):
    """The data set stays in main memory; chunks of it visit the device.

    The order is that of the chunks, then that of the rows within each: not all orders can occur, but
    a chunk holds many batches. Seeds of an ensemble all see the order of the first.
    """

    def __init__(
        self,
        features: Tensor,
        batch: int,
        seeds: Sequence[int],
        device: torch.device,
        chunk_batches: int = 4096,
    ) -> None:
        super().__init__(batch, seeds, 0)
        self.features = features
        self._device, self._rows = device, chunk_batches * batch
        self._chunks = -(-len(features) // self._rows)
        self.steps = sum(self._size(c) // batch for c in range(self._chunks))

    def _size(self, chunk: int) -> int:
        return min(self._rows, len(self.features) - chunk * self._rows)

    def epoch(self, number: int, first_step: int = 0) -> Iterator[Tensor]:
        """Batches of the epoch from first_step on; chunks that lie before it are not read."""
        seed, step = self.seeds[0], 0
        for chunk in order(seed, number, self._chunks).tolist():
            batches = self._size(chunk) // self.batch
            if step + batches > first_step:
                begin = max(first_step - step, 0)
                held = self._fetch(seed, number, chunk)
                for b in range(begin, batches):
                    rows = held.narrow(0, b * self.batch, self.batch)
                    yield rows.expand(len(self.seeds), -1, -1)
            step += batches

    def _fetch(self, seed: int, number: int, chunk: int) -> Tensor:
        rows = self.features.narrow(0, chunk * self._rows, self._size(chunk))
        chosen = rows[order(seed, number * self._chunks + chunk, len(rows))]
        if self._device.type == "cuda":
            chosen = chosen.pin_memory()
        return chosen.to(self._device, non_blocking=True)


def feed(features: Tensor, batch: int, seeds: Sequence[int], device: torch.device) -> Feed:
    """Batches of features (n, D): resident where they and shuffled copies fit on the device, or streamed."""
    needed = features.nbytes * (1 + len(seeds))
    if needed <= resident_bytes(device):
        return Resident(features, batch, seeds, device)
    return Streamed(features, batch, seeds, device)
