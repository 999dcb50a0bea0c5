"""Which other weights does an event carry? Scales halved and doubled, and the PDF's other members."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hepsym.errors import InputError

__all__ = ["Variation", "variations_of"]


@dataclass(frozen=True, slots=True)
class Variation:
    """A name, factors on the renormalisation and factorisation scale, and the PDF meant."""

    name: str
    factors: tuple[float, float]
    pdf: Callable[[], Any]


def variations_of(scales: bool, members: bool, pdf: Any, load: Callable[[int], Any]) -> list[Variation]:
    """The seven-point scale variation (without its centre), and members 1, 2, ... of the PDF set.

    Names are MUR=0.5_MUF=1 and PDF=NAME/7. Raises InputError where a set of one member is to be varied.
    """
    found = []
    if scales:
        for mur in (0.5, 1.0, 2.0):
            for muf in (0.5, 1.0, 2.0):
                if 0.4 < mur / muf < 2.5 and (mur, muf) != (1.0, 1.0):
                    found.append(Variation(f"MUR={mur:g}_MUF={muf:g}", (mur, muf), lambda: pdf))
    if members:
        count = 1 if pdf is None else pdf.member_count
        if count < 2:
            raise InputError("variations.members: the PDF set has one member; name another set")
        for member in range(1, count):

            def other(member: int = member) -> Any:
                return load(member)

            found.append(Variation(f"PDF={pdf.name}/{member}", (1.0, 1.0), other))
    return found
