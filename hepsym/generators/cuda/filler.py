"""From a generator to events in device memory, and from there to the CPU's buffers."""

from typing import Any

import numpy as np

from hepsym.errors import InputError
from hepsym.generators.cuda.device import need_cuda
from hepsym.generators.pair_production import PairProduction
from hepsym.generators.process import Columns, Generator
from hepsym.generators.production.generate import WEIGHTS, Array, Filler

__all__ = ["CudaFiller", "on_device"]

THREADS = 256
"""Of a block."""
CHUNK_ON_DEVICE = 1 << 22
"""Events that a launch makes: 512 MiB of four legs."""


class CudaFiller(Filler):
    """As Filler, on the device: the same events, to 4 ulp, whatever the chunk. So far pairs of leptons."""

    def __init__(
        self, generator: Generator, seed: int, *, weighted: bool = False, chunk: int = CHUNK_ON_DEVICE
    ) -> None:
        """Raises InputError where there is no device, and for a process that has no kernels for it."""
        if not isinstance(generator, PairProduction):
            raise InputError(
                f"process {generator.card.name or generator.card.process!r} has no kernels for CUDA yet, "
                "only pairs of charged leptons from another such pair (ee2mumu) have: leave --device out"
            )
        self._cuda = need_cuda()
        super().__init__(generator, seed, threads=1, weighted=weighted, chunk=min(chunk, CHUNK_ON_DEVICE))
        self._generator = generator
        self._room: Any = None

    def _fill(self, out: Array, columns: Columns, first: int, start: int) -> None:
        part = slice(start, min(start + self.chunk, len(out)))
        share = out[part]
        if self._room is None or len(self._room) < len(share) or self._room.shape[1] != share.shape[1]:
            self._room = self._cuda.device_array((min(self.chunk, len(out)), *share.shape[1:]))
        held = self._room[: len(share)]
        self.launch(held, first + start)
        held.copy_to_host(share)
        if self.weighted:
            columns[WEIGHTS][part] = self._generator.weights(share)

    def launch(self, out: Any, first: int) -> None:
        """Events first, first + 1, ... into a device array (n, 4, 4) or (n, 2, 4); not waited for."""
        from hepsym.generators.cuda.pair import fill_even, fill_windows

        k0, k1 = self.key
        grid = (-(-len(out) // THREADS), THREADS)
        law = self._generator.launch(weighted=self.weighted)
        number = np.int64(first)
        if law.even is not None:
            fill_even[grid](out, number, k0, k1, law.even, law.odd, law.ratio, law.frame)
        else:
            edges = self._cuda.to_device(law.edges)
            fill_windows[grid](out, number, k0, k1, law.stream, edges, law.coefficients, law.frame)


def on_device(generator: Generator, n: int, seed: int, *, first: int = 0, out: Any = None) -> Any:
    """Events first .. first + n - 1 in device memory, (n, legs, 4) float64, as numba's device array.

    It has `__cuda_array_interface__`: torch.as_tensor(it, device="cuda") copies nothing. out, such an array,
    is filled and returned. Raises InputError as CudaFiller.
    """
    filler = CudaFiller(generator, seed)
    cuda = need_cuda()
    if out is None:
        out = cuda.device_array((n, generator.legs, 4))
    filler.launch(out, first)
    cuda.synchronize()
    return out
