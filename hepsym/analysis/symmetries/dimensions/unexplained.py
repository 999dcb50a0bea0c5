"""Which thin directions does no equation account for? Said in words: they are open, and no claim."""

from hepsym.analysis.symmetries.dimensions.estimate import Dimension
from hepsym.analysis.symmetries.equations.constraints import Constraints

__all__ = ["seen_beside"]

THIN = 0.1
"""Scale, in standard deviations of a column, up to which a change of the dimension is told"""


def seen_beside(exact: Constraints, noisy: Constraints | None, dim: Dimension) -> list[str]:
    """A note where the rows fill fewer directions above some scale than the equations that are told leave.

    Beside exact curved equations others hold but for something; without any equation both noise about a
    surface and a density that is thin are open, since the rows do not tell these apart.
    """
    thin = [a for a in dim.scales if a.value < dim.value and a.scale <= THIN]
    if not thin:
        return []
    scale = f"{thin[0].scale:.2g}"
    if len(exact.quadrics):
        return [
            f"beside equations that hold exactly, others hold from scale {scale} on, by neighbours; "
            "they are not told as formulas"
        ]
    if noisy is not None:
        return []
    flat = int((exact.frame.thickness[len(exact.frame.relations) :] < thin[0].scale).sum())
    thinly = f" ({flat} of the others are flat)" if flat else ""
    fewer = f"above scale {scale} the rows fill {thin[0].value} directions{thinly}, below {dim.value}"
    return [
        f"open: {fewer}; noise about a surface and a density that is thin are not told apart here; "
        f"--scale {2 * thin[0].scale:.2g}, or --noise with its size, tells the equations that hold but for it"
    ]
