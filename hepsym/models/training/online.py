"""How does a model train on events that are made while it trains? None is seen twice, no file lies between.

Step t of the training sees events t B .. (t + 1) B - 1 of the stream, in order; an event is a function of
(seed, number) alone, so a run that was killed goes on with the very events that it would have seen: the
number of finished steps, which a training's state holds, is all there is to keep.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hepsym.models.rows.scaling import Scaling
from hepsym.models.training.feed import Feed

__all__ = ["Online", "RowStream"]

CHUNK_ROWS = 1 << 16
"""About so many events are made ahead, by a thread of its own, while the model trains on those before."""


class RowStream(Protocol):
    """An endless table: row i is a function of i alone."""

    def rows(self, first: int, n: int) -> NDArray[np.float64]:
        """Rows first .. first + n - 1, (n, columns) float64."""


class Online(Feed):
    """Batches of a stream in its order; an epoch ends where validation comes. All seeds see the same rows."""

    def __init__(
        self,
        stream: RowStream,
        scaling: Scaling,
        batch: int,
        steps: int,
        seeds: Sequence[int],
        device: torch.device,
        dtype: Any,
    ) -> None:
        super().__init__(batch, seeds, steps)
        self._stream, self._scaling, self._device, self._dtype = stream, scaling, device, dtype
        self._chunk_steps = max(1, CHUNK_ROWS // batch)

    def epoch(self, number: int, first_step: int = 0) -> Iterator[Tensor]:
        """Batches first_step, first_step + 1, ... of the `steps` of epoch `number`."""
        begin, end = number * self.steps + first_step, (number + 1) * self.steps
        starts = range(begin, end, self._chunk_steps)
        with ThreadPoolExecutor(1) as ahead:
            waiting = ahead.submit(self._made, begin, end) if starts else None
            for start in starts:
                assert waiting is not None
                held = waiting.result().to(self._device, non_blocking=True)
                waiting = ahead.submit(self._made, start + self._chunk_steps, end)
                for b in range(len(held) // self.batch):
                    rows = held.narrow(0, b * self.batch, self.batch)
                    yield rows.expand(len(self.seeds), -1, -1)

    def _made(self, start: int, end: int) -> Tensor:
        """The scaled rows of a chunk of steps from `start` on, before `end`; torch shares numpy's memory."""
        steps = max(0, min(self._chunk_steps, end - start))
        if not steps:
            return torch.empty(0)
        values = self._stream.rows(start * self.batch, steps * self.batch)
        made = torch.from_numpy(self._scaling.apply(values).astype(self._dtype, copy=False))
        return made.pin_memory() if self._device.type == "cuda" else made
