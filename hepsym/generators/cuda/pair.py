"""How are back-to-back pairs drawn on a CUDA device? A thread an event, by the very kernels of the CPU.

Numba compiles a CPU kernel that a CUDA kernel calls for the device, so there is one source: Philox, the
inversion of the angle, the azimuth and what is stored are those of hepsym.generators.phasespace.pair. The
device may contract a product and a sum to one rounding where the CPU rounds twice.

Error: 4 ulp of each component from the CPU's (tests/generators/cuda).
"""

from typing import Any

import numba.cuda
import numpy as np

from hepsym.generators.phasespace.pair import draw_even, draw_window, put

__all__ = ["fill_even", "fill_windows"]

cuda: Any = numba.cuda  # a global that is the module: numba's simulator puts itself in its place


def even_body(
    out: Any, first: Any, k0: Any, k1: Any, even: Any, odd: float, ratio: float, frame: Any
) -> None:
    """Event first + i of thread i, as phasespace.pair.fill_even."""
    i = cuda.grid(1)
    if i < out.shape[0]:
        x, y, z = draw_even(np.uint64(first + i), k0, k1, even, odd, ratio)
        put(out[i], x, y, z, frame)


def windows_body(
    out: Any, first: Any, k0: Any, k1: Any, stream: Any, edges: Any, law: Any, frame: Any
) -> None:
    """Event first + i of thread i, as phasespace.pair.fill_windows."""
    i = cuda.grid(1)
    if i < out.shape[0]:
        x, y, z = draw_window(np.uint64(first + i), k0, k1, stream, edges, law)
        put(out[i], x, y, z, frame)


fill_even: Any = cuda.jit(even_body)
fill_windows: Any = cuda.jit(windows_body)
