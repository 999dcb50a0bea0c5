"""How is an array passed on at no cost? As a view that nobody counts.

Numba counts the holders of every array and of every row of it, atomically, where they are named, which shows
beside the work on a block of a hundred events.
"""

from typing import Any, TypeVar

import numpy as np
from numba.core import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from hepsym._numba import JIT_DISABLED, kernel

__all__ = ["borrowed"]

Kind = TypeVar("Kind", np.float64, np.int64)


@intrinsic
def _borrowed(_context: Any, array: Any) -> Any:
    def code(context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        source = context.make_array(array)(context, builder, values[0])
        target = context.make_array(array)(context, builder)
        context.populate_array(
            target,
            data=source.data,
            shape=source.shape,
            strides=source.strides,
            itemsize=source.itemsize,
            meminfo=None,
        )
        return target._getvalue()

    return types.Array(array.dtype, array.ndim, array.layout)(array), code


if JIT_DISABLED:

    def borrowed(array: NDArray[Kind]) -> NDArray[Kind]:
        """The array itself."""
        return array

else:

    @kernel
    def borrowed(array: NDArray[Kind]) -> NDArray[Kind]:
        """The same array, whose rows and slices are not counted either.

        Only of an argument: whoever passed that keeps it alive. An array made in the same function would
        be freed where it is last named itself.
        """
        made: NDArray[Kind] = _borrowed(array)  # type: ignore[call-arg]
        return made
