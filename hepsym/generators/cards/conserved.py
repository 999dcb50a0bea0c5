"""Which numbers does every tree diagram conserve? Charge, and the fermions of each family (unit CKM)."""

from collections.abc import Callable, Sequence

from hepsym import constants

__all__ = ["broken", "charge_thirds", "conserved"]

_NEUTRAL = frozenset({32, 39, 9900025})
"""hepsym's own resonances, which no listing knows."""


def charge_thirds(pdg: int) -> int:
    """Electric charge in thirds of the positron's."""
    return 0 if pdg in _NEUTRAL else round(3.0 * constants.charge(pdg))


def _family(*ids: int) -> Callable[[int], int]:
    return lambda pdg: (pdg in ids) - (-pdg in ids)


_NUMBERS: tuple[tuple[str, Callable[[int], int]], ...] = (
    ("electric charge (in thirds)", charge_thirds),
    ("electron number", _family(11, 12)),
    ("muon number", _family(13, 14)),
    ("tau number", _family(15, 16)),
    ("quark number", _family(1, 2, 3, 4, 5, 6)),
    ("the number of d and u quarks (the CKM matrix is taken as 1)", _family(1, 2)),
    ("the number of s and c quarks (the CKM matrix is taken as 1)", _family(3, 4)),
    ("the number of b and t quarks (the CKM matrix is taken as 1)", _family(5, 6)),
)


def broken(incoming: Sequence[int], outgoing: Sequence[int]) -> tuple[str, int, int] | None:
    """The first number that the two sides do not share, with its values; None where all agree."""
    for name, number in _NUMBERS:
        before, after = (sum(map(number, side)) for side in (incoming, outgoing))
        if before != after:
            return name, before, after
    return None


def conserved(incoming: Sequence[int], outgoing: Sequence[int]) -> bool:
    """Whether charge and every family's number agree."""
    return broken(incoming, outgoing) is None
