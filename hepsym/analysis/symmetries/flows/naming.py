"""What does a vector field do to the columns? "rotation about z of a.px, a.py", "boost along z of E, pz".

The kind is read off the spectrum. An axis is told where the columns' names end in x, y and z, for a
reader: what is found, and how it is tested, does not depend on it.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["describe", "name_field"]

Floats = NDArray[np.float64]

SHOWN = 8
SMALL = 1e-3
"""Rates below this part of the fastest are told as 0."""
AXES = "xyz"


def name_field(matrix: Floats, shift: Floats, names: Sequence[str], scale: Floats, blur: float = 1e-6) -> str:
    """Kind of the field, its axis, and the columns that it moves, by `blur` of the fastest at least."""
    scaled = matrix * scale / scale[:, None]
    size = np.abs(scaled).max(initial=0.0)
    shifted = np.abs(shift / scale)
    moved = np.flatnonzero(
        (np.abs(scaled).max(axis=1) > blur * size) | (shifted > blur * max(size, shifted.max()))
    )
    kind = describe(scaled, shift / scale)
    told = ", ".join(names[i] for i in moved[:SHOWN])
    more = f" and {len(moved) - SHOWN} more" if len(moved) > SHOWN else ""
    return f"{kind}{_axis(kind, [names[i] for i in moved.tolist()])} of {told}{more}"


def describe(a: Floats, b: Floats | None = None) -> str:
    """What dx/dt = a x + b does, by its spectrum.

    rotation (imaginary rates), boost (real ones in pairs +-), dilation (one real rate), scaling (several),
    spiral (both), translation, shear (no rate), screw (a rotation that also shifts what it does not turn).
    """
    shift = 0.0 if b is None else float(np.abs(b).max(initial=0.0))
    if np.abs(a).max(initial=0.0) <= 1e-4 * shift or not a.any():
        return "translation"
    values = np.linalg.eigvals(a) / np.linalg.norm(a)
    if np.abs(values).max() < 0.03:
        return "shear"
    real = np.sort(values.real)
    if np.abs(values.imag).max() < SMALL:
        if np.abs(real + real[::-1]).max() < SMALL:
            return "boost"
        moving = real[np.abs(real) > SMALL]
        return "dilation" if np.ptp(moving) < SMALL else "scaling"
    if np.abs(values.real).max() >= SMALL:
        return "spiral"
    return "screw" if b is not None and _leaves(a, b) else "rotation"


def _leaves(a: Floats, b: Floats) -> bool:
    """Whether a x + b = 0 has no solution: no point stays where it is."""
    left = b - a @ np.linalg.lstsq(a, b, rcond=1e-3)[0]
    return bool(np.linalg.norm(left) > 1e-3 * np.linalg.norm(a))


def _axis(kind: str, moved: Sequence[str]) -> str:
    ends = [name[-1:] if name[-1:] in AXES else "" for name in moved]
    seen = sorted(set(ends))
    if (
        kind == "rotation"
        and len(seen) == 2
        and "" not in seen
        and ends.count(seen[0]) == ends.count(seen[1])
    ):
        return f" about {next(axis for axis in AXES if axis not in seen)}"
    if kind == "boost" and len(seen) == 2 and seen[0] == "" and ends.count("") == ends.count(seen[1]):
        return f" along {seen[1]}"
    if kind == "translation" and len(seen) == 1 and seen[0]:
        return f" along {seen[0]}"
    return ""
