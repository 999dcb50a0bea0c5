"""Events on a CUDA device: the CPU's own scalar kernels, compiled for it by numba-cuda."""

from hepsym.generators.cuda.device import need_cuda
from hepsym.generators.cuda.filler import CudaFiller, on_device

__all__ = ["CudaFiller", "need_cuda", "on_device"]
