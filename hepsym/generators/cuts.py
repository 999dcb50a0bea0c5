"""Which scattering angles a card's cuts leave: bounds on observables become windows of cos theta."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from hepsym import constants
from hepsym.errors import InputError
from hepsym.generators.cards.card import Cut
from hepsym.generators.phasespace.quadratic_angle import Window

__all__ = ["PairKinematics", "windows"]

_KNOWN = "cos_theta, abs_cos_theta, theta, pt, eta, abs_eta, y, E, each bare or of a leg as in cos_theta(mu-)"


@dataclass(frozen=True, slots=True)
class PairKinematics:
    """Two equal masses back to back: what a cut needs to know of them. GeV."""

    energy: float
    momentum: float
    signs: dict[int, float]
    """Per outgoing PDG id, cos(theta of that leg from +z) over cos theta of the scattering angle."""


def windows(cuts: dict[str, Cut], pair: PairKinematics) -> tuple[Window, ...]:
    """Windows of the scattering angle's cosine that pass every cut, in increasing order.

    A bare `cos_theta` or `theta` is the angle between incoming and outgoing fermion (e- and mu-);
    any other bare name must hold for both legs. Raises InputError for a cut that is not known here
    or that leaves nothing.
    """
    left: tuple[Window, ...] = ((-1.0, 1.0),)
    for name, cut in cuts.items():
        left = _intersect(left, _windows_of(name, cut, pair))
        if not left:
            bounds = ", ".join(
                f"{k} = {v:g}" for k, v in (("min", cut.min), ("max", cut.max)) if math.isfinite(v)
            )
            raise InputError(
                f"cuts.{name} ({bounds}) leaves no events: the legs have E = {pair.energy:g} GeV and "
                f"|p| = {pair.momentum:g} GeV; widen it"
            )
    return left


def _windows_of(name: str, cut: Cut, pair: PairKinematics) -> tuple[Window, ...]:
    observable, _, particle = name.partition("(")
    if observable not in _CUTS or (particle and not particle.endswith(")")):
        raise InputError(f"unknown cut {name!r}; known for a pair: {_KNOWN}")
    if particle:
        leg = constants.pdg_id(particle[:-1])
        if leg not in pair.signs:
            legs = ", ".join(constants.name_of(i) for i in pair.signs)
            raise InputError(f"cut {name!r}: the process has no outgoing {particle[:-1]!r} ({legs})")
        signs = [pair.signs[leg]]
    elif observable in {"cos_theta", "theta"}:
        signs = [1.0]
    else:
        signs = list(pair.signs.values())
    left: tuple[Window, ...] = ((-1.0, 1.0),)
    for sign in signs:
        passed = _CUTS[observable](cut, pair)
        if sign < 0:
            passed = tuple((-high, -low) for low, high in reversed(passed))
        left = _intersect(left, passed)
    return left


def _intersect(a: tuple[Window, ...], b: tuple[Window, ...]) -> tuple[Window, ...]:
    both = ((max(p[0], q[0]), min(p[1], q[1])) for p in a for q in b)
    return tuple(sorted((low, high) for low, high in both if low < high))


def _mirrored(low: float, high: float) -> tuple[Window, ...]:
    """low <= |c| <= high."""
    if high < 0.0 or low > 1.0 or low > high:
        return ()
    return ((-high, high),) if low <= 0.0 else ((-high, -low), (low, high))


def _cos_theta(cut: Cut, _: PairKinematics) -> tuple[Window, ...]:
    return ((cut.min, cut.max),)


def _abs_cos_theta(cut: Cut, _: PairKinematics) -> tuple[Window, ...]:
    return _mirrored(cut.min, cut.max)


def _theta(cut: Cut, _: PairKinematics) -> tuple[Window, ...]:
    low, high = (math.cos(min(max(angle, 0.0), math.pi)) for angle in (cut.max, cut.min))
    return ((low, high),)


def _pt(cut: Cut, pair: PairKinematics) -> tuple[Window, ...]:
    if cut.min > pair.momentum or cut.max < 0.0:
        return ()
    high = _cosine_of_pt(max(cut.min, 0.0), pair)
    low = _cosine_of_pt(cut.max, pair) if cut.max < pair.momentum else 0.0
    return _mirrored(low, high)


def _cosine_of_pt(pt: float, pair: PairKinematics) -> float:
    sine = pt / pair.momentum
    return math.sqrt((1.0 - sine) * (1.0 + sine))


def _eta(cut: Cut, _: PairKinematics) -> tuple[Window, ...]:
    return ((math.tanh(cut.min), math.tanh(cut.max)),)


def _abs_eta(cut: Cut, _: PairKinematics) -> tuple[Window, ...]:
    return _mirrored(math.tanh(cut.min), math.tanh(cut.max))


def _rapidity(cut: Cut, pair: PairKinematics) -> tuple[Window, ...]:
    scale = pair.energy / pair.momentum
    return ((scale * math.tanh(cut.min), scale * math.tanh(cut.max)),)


def _energy(cut: Cut, pair: PairKinematics) -> tuple[Window, ...]:
    return ((-1.0, 1.0),) if cut.min <= pair.energy <= cut.max else ()


_CUTS: dict[str, Callable[[Cut, PairKinematics], tuple[Window, ...]]] = {
    "cos_theta": _cos_theta,
    "abs_cos_theta": _abs_cos_theta,
    "theta": _theta,
    "pt": _pt,
    "eta": _eta,
    "abs_eta": _abs_eta,
    "y": _rapidity,
    "E": _energy,
}
