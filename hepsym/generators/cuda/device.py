"""Is there a CUDA device that numba can use? Its module, or one clear line."""

import warnings
from typing import Any

from hepsym.errors import InputError

__all__ = ["need_cuda"]


def need_cuda() -> Any:
    """numba.cuda. Raises InputError where it is not installed or finds no device."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of numba's own CUDA target, where numba-cuda is not installed
            import numba.cuda

            cuda: Any = numba.cuda
    except ModuleNotFoundError:
        raise InputError("--device cuda needs numba-cuda: pip install 'hepsym[gpu]'") from None
    if not cuda.is_available():
        raise InputError(
            "device = 'cuda', but numba finds no CUDA device here (an NVIDIA driver and `pip install "
            "'hepsym[gpu]'` are needed): leave --device out"
        )
    return cuda
