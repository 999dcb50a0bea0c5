"""How do arrays of any shape reach the loops, and results of the right shape come back?

Loops run over flat arrays, four numbers a momentum: only with flat indices does LLVM vectorise them.
They read float32 or float64 and compute in float64, so a float32 result is rounded once.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepsym._numba import kernel
from hepsym.errors import InputError
from hepsym.lorentz.kernels.products import Momentum

__all__ = ["Array", "Given", "check_out", "four", "number", "put_row", "row", "several", "single", "three"]

Array = NDArray[np.floating[Any]]
WORDS = {0: "a number or an array of them", 3: "(..., 3): x, y, z", 4: "(..., 4): E, x, y, z"}


class Given(NamedTuple):
    """An argument as the user gave it, its name, and how many numbers an item of it has (0: one)."""

    name: str
    value: ArrayLike
    width: int


def four(name: str, value: ArrayLike) -> Given:
    """A four-momentum argument, (..., 4)."""
    return Given(name, value, 4)


def three(name: str, value: ArrayLike) -> Given:
    """A three-vector argument, (..., 3)."""
    return Given(name, value, 3)


def number(name: str, value: ArrayLike) -> Given:
    """A scalar argument, (...)."""
    return Given(name, value, 0)


@kernel
def row(momenta: Array, i: int) -> Momentum:
    """Momentum i of a flat array, as float64."""
    j = 4 * i
    return (
        np.float64(momenta[j]),
        np.float64(momenta[j + 1]),
        np.float64(momenta[j + 2]),
        np.float64(momenta[j + 3]),
    )


@kernel
def put_row(out: Array, i: int, p: Momentum) -> None:
    """Store p as momentum i of a flat array."""
    j = 4 * i
    out[j] = p[0]
    out[j + 1] = p[1]
    out[j + 2] = p[2]
    out[j + 3] = p[3]


def _read(given: Given) -> Array:
    try:
        array = np.asarray(given.value)
    except ValueError as error:  # rows of different lengths
        raise InputError(f"{given.name} is no array of numbers: {error}") from None
    if array.dtype.kind not in "iuf":
        raise InputError(f"{given.name} must hold real numbers, not {array.dtype}: convert it to float64")
    if array.dtype not in (np.float32, np.float64):
        array = array.astype(np.float64)
    if given.width and (array.ndim == 0 or array.shape[-1] != given.width):
        raise InputError(f"{given.name} must have shape {WORDS[given.width]}; it has shape {array.shape}")
    return cast(Array, array)


def _is_weak(given: Given) -> bool:
    """A plain Python number takes the precision of the arrays beside it, as in numpy."""
    return isinstance(given.value, int | float) and not isinstance(given.value, np.generic)


def _flatten(given: tuple[Given, ...]) -> tuple[list[Array], tuple[int, ...], np.dtype[Any]]:
    arrays = [_read(g) for g in given]
    leads = [a.shape[:-1] if g.width else a.shape for a, g in zip(arrays, given, strict=True)]
    try:
        lead = np.broadcast_shapes(*leads)
    except ValueError:
        shapes = ", ".join(f"{g.name} {a.shape}" for a, g in zip(arrays, given, strict=True))
        raise InputError(f"these shapes do not broadcast together: {shapes}") from None
    strong = [a.dtype for a, g in zip(arrays, given, strict=True) if not _is_weak(g)]
    dtype = np.result_type(*strong) if strong else np.dtype(np.float64)
    flat = []
    for a, g in zip(arrays, given, strict=True):
        shape = (*lead, g.width) if g.width else lead
        if a.shape != shape:
            a = np.broadcast_to(a, shape)  # noqa: PLW2901 - the same argument, as many times as needed
        flat.append(np.ascontiguousarray(a, dtype).reshape(-1))
    return flat, lead, dtype


def check_out(out: Array, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
    """Raise InputError unless a result of this shape and precision can be written into out."""
    if not isinstance(out, np.ndarray) or out.shape != shape or out.dtype != dtype:
        found = f"{out.dtype} of shape {out.shape}" if isinstance(out, np.ndarray) else type(out).__name__
        raise InputError(f"out must be {dtype} of shape {shape}, not {found}")
    if not out.flags.writeable:
        raise InputError("out is read-only: give an array that may be written")


def _can_fill(out: Array, inputs: list[Array]) -> bool:
    """Whether a loop may write straight into out: contiguous, and no input lies across it."""
    if not out.flags.c_contiguous:
        return False
    for a in inputs:
        same = a.ctypes.data == out.ctypes.data and a.size == out.size
        if not same and np.may_share_memory(a, out):
            return False
    return True


def single(
    loop: Callable[..., Any], *given: Given, width: int = 0, out: Array | None = None
) -> tuple[Array, Any]:
    """Broadcast the arguments, run loop(*flat arguments, flat out), return (result, what loop said).

    The result has the broadcast shape, and `width` numbers an item. Raises InputError.
    """
    flat, lead, dtype = _flatten(given)
    shape = (*lead, width) if width else lead
    if out is not None:
        check_out(out, shape, dtype)
    direct = out is not None and _can_fill(out, flat)
    result = out if out is not None and direct else np.empty(shape, dtype)
    with np.errstate(all="ignore"):  # what a kernel run as plain Python warns of is in its result
        said = loop(*flat, result.reshape(-1))
    if out is not None:
        if not direct:
            out[...] = result
        return out, said
    return (result if shape else cast(Array, result[()])), said


def several(loop: Callable[..., Any], count: int, *given: Given) -> tuple[Any, ...]:
    """Broadcast the arguments and run loop(*flat arguments, *count flat outs): count results, (...)."""
    flat, lead, dtype = _flatten(given)
    results = [np.empty(lead, dtype) for _ in range(count)]
    with np.errstate(all="ignore"):
        loop(*flat, *(r.reshape(-1) for r in results))
    return tuple(r if lead else r[()] for r in results)
