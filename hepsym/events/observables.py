"""What can be asked of an event by name? `pt(mu-)`, `m(mu- mu+)`, `cos_theta_star`, `mu-.E`."""

import difflib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.events import kinematics as k
from hepsym.events.event import Events
from hepsym.events.legs import leg_latex, leg_names, outgoing_legs, resolve_leg

__all__ = ["Observable", "default_observables", "observable", "observable_names"]

Array = NDArray[np.float64]
TWO_PI = 2.0 * np.pi
CONSTANT = 1e-9
"""Spread, relative to the largest value, below which a default observable is rounding and not physics."""


@dataclass(frozen=True, slots=True, eq=False)
class Observable:
    """One number an event."""

    name: str
    latex: str
    r"""Without dollar signs: `p_T(\mu^{-})`."""
    unit: str
    """"GeV", "rad" or nothing."""
    values: Array
    """(n,)"""
    period: float | None = None
    """2 pi for an azimuth, None for what does not come round."""

    @property
    def constant(self) -> bool:
        """Whether the values differ by no more than rounding (1e-9 of the largest) or not at all."""
        size = np.abs(self.values)
        if not len(size) or not np.isfinite(size).all():
            return not len(size) or bool((self.values == self.values[:1]).all())
        return bool(np.ptp(self.values) <= CONSTANT * max(1.0, float(size.max())))


@dataclass(frozen=True, slots=True)
class _Kind:
    """How an observable is computed of the sum of some particles, or of a pair."""

    latex: str
    unit: str
    compute: Callable[[list[Array], list[Array | float]], Array]
    pair: bool = False
    period: float | None = None


def _of_sum(function: Callable[[Array], Array]) -> Callable[[list[Array], list[Array | float]], Array]:
    return lambda p, _: function(_sum(p))


def _of_pair(
    function: Callable[[Array, Array], Array],
) -> Callable[[list[Array], list[Array | float]], Array]:
    return lambda p, _: function(p[0], p[1])


def _sum(momenta: Sequence[Array]) -> Array:
    total = momenta[0]
    for p in momenta[1:]:
        total = total + p
    return np.asarray(total)


def _delta_r(p: list[Array], _: list[Array | float]) -> Array:
    return np.hypot(k.pseudorapidity(p[0]) - k.pseudorapidity(p[1]), k.delta_phi(p[0], p[1]))


_KINDS: dict[str, _Kind] = {
    "E": _Kind("E", "GeV", _of_sum(lambda p: p[:, 0])),
    "px": _Kind("p_x", "GeV", _of_sum(lambda p: p[:, 1])),
    "py": _Kind("p_y", "GeV", _of_sum(lambda p: p[:, 2])),
    "pz": _Kind("p_z", "GeV", _of_sum(lambda p: p[:, 3])),
    "p": _Kind("|p|", "GeV", _of_sum(k.magnitude)),
    "pt": _Kind("p_T", "GeV", _of_sum(k.transverse)),
    "eta": _Kind(r"\eta", "", _of_sum(k.pseudorapidity)),
    "y": _Kind("y", "", lambda p, m: k.rapidity(_sum(p), k.invariant_mass(p, m))),
    "phi": _Kind(r"\phi", "rad", _of_sum(k.azimuth), period=TWO_PI),
    "theta": _Kind(r"\theta", "rad", _of_sum(k.polar_angle)),
    "cos_theta": _Kind(r"\cos\theta", "", _of_sum(k.cos_theta)),
    "m": _Kind("m", "GeV", k.invariant_mass),
    "delta_r": _Kind(r"\Delta R", "", _delta_r, pair=True),
    "delta_phi": _Kind(r"\Delta\phi", "rad", _of_pair(k.delta_phi), pair=True, period=TWO_PI),
    "delta_eta": _Kind(
        r"\Delta\eta", "", _of_pair(lambda a, b: k.pseudorapidity(a) - k.pseudorapidity(b)), pair=True
    ),
    "delta_y": _Kind(
        r"\Delta y", "", lambda p, m: k.rapidity(p[0], m[0]) - k.rapidity(p[1], m[1]), pair=True
    ),
    "opening_angle": _Kind(r"\angle", "rad", _of_pair(k.opening_angle), pair=True),
    "cos_theta_star": _Kind(
        r"\cos\theta^{*}", "", lambda p, m: k.cos_theta_star(p[0], m[0], p[1], m[1]), pair=True
    ),
    "cos_theta_cs": _Kind(
        r"\cos\theta_{CS}", "", lambda p, m: k.cos_theta_collins_soper(p[0], m[0], p[1], m[1]), pair=True
    ),
}
_CALL = re.compile(r"\s*([A-Za-z_]+)\s*\((.*)\)\s*", re.DOTALL)
_COMPONENTS = ("E", "px", "py", "pz")


def observable_names() -> list[str]:
    """The kinds of observables there are: E, px, ..., cos_theta_cs."""
    return list(_KINDS)


def observable(events: Events, name: str) -> Observable:
    """The observable of this name, for every event.

    `E px py pz p pt eta y phi theta cos_theta m` take one particle, or several whose sum is meant;
    `delta_r delta_phi delta_eta delta_y opening_angle cos_theta_star cos_theta_cs` take two. Without
    particles all outgoing ones are meant (the first two, for a pair): `m()`, `cos_theta_star`. `mu-.px`
    is `px(mu-)`. Particles are named as in MadGraph or the particle package, `g#3` or `#3` is leg 3.

    delta_r is sqrt(delta_eta^2 + delta_phi^2); rapidities use the carried masses. Infinite values
    (eta along the beam) are returned as they are. Errors as in hepsym.events.kinematics.

    Raises InputError for an unknown observable or particle, or a wrong number of particles.
    """
    kind_name, arguments = _parse(events, name)
    kind = _KINDS[kind_name]
    legs = [resolve_leg(events, a) for a in arguments] if arguments else outgoing_legs(events)
    if kind.pair and not arguments:
        legs = legs[:2]
    if not legs or (kind.pair and len(legs) != 2):
        needed = "two particles" if kind.pair else "at least one particle"
        raise InputError(f"{name!r} needs {needed}, such as {kind_name}(mu-{' mu+' if kind.pair else ''})")
    if len(set(legs)) < len(legs):
        raise InputError(f"{name!r} names the same particle twice")
    momenta = [events.momenta[:, leg] for leg in legs]
    masses: list[Array | float] = [events.masses[..., leg] for leg in legs]
    latex = " ".join(leg_latex(events, leg) for leg in legs)
    shown = kind.latex if not arguments and kind.pair else f"{kind.latex}({latex})"
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        values = np.asarray(kind.compute(momenta, masses), dtype=np.float64)
    return Observable(name, shown, kind.unit, values, kind.period)


def _parse(events: Events, name: str) -> tuple[str, list[str]]:
    """(kind, particles)"""
    match = _CALL.fullmatch(name)
    if match and match[1] in _KINDS:
        return match[1], match[2].replace(",", " ").split()
    particle, point, component = name.rpartition(".")
    if point and component in _COMPONENTS:
        return component, [particle]
    if name in _KINDS:
        return name, []
    kind = match[1] if match else name
    near = difflib.get_close_matches(kind, _KINDS, n=1, cutoff=0.5)
    legs = leg_names(events)
    example = f"pt({legs[-1]})" if legs else "pt(mu-)"
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise InputError(f"unknown observable {name!r}{hint} (there are {', '.join(_KINDS)}, as in {example})")


def default_observables(events: Events, notes: list[str] | None = None) -> list[Observable]:
    """What one looks at first, as far as it varies in this sample.

    cos_theta, phi, pt, eta, y and E of every outgoing leg; m, delta_r and opening_angle of every pair;
    cos_theta_star and cos_theta_cs of the first two; m, pt and y of all together. Left out, with a line
    each appended to `notes`: what is constant to 1e-9, not finite, or the same as one before it to 1e-9.
    """
    kept: list[Observable] = []
    for name in _usual(events):
        found = observable(events, name)
        fault = _why_left_out(found, kept)
        if fault is None:
            kept.append(found)
        elif notes is not None:
            notes.append(f"{name} is left out: {fault}")
    return kept


def _usual(events: Events) -> list[str]:
    names = leg_names(events)
    legs = [names[leg] for leg in outgoing_legs(events)]
    wanted = [f"{kind}({leg})" for leg in legs for kind in ("cos_theta", "phi", "pt", "eta", "y", "E")]
    for i, a in enumerate(legs):
        for b in legs[i + 1 :]:
            wanted += [f"m({a} {b})", f"delta_r({a} {b})", f"opening_angle({a} {b})"]
    if len(legs) >= 2:
        wanted += ["cos_theta_star", "cos_theta_cs"]
    if len(legs) > 2:
        wanted += ["m()", "pt()"]
    return [*wanted, "y()"] if legs else wanted


def _why_left_out(found: Observable, kept: Sequence[Observable]) -> str | None:
    if not np.isfinite(found.values).all():
        return "it is not finite in every event"
    if found.constant:
        at = f"{found.values[0]:g} {found.unit}".rstrip() if len(found.values) else "empty"
        return f"it is {at} in every event"
    for other in kept:
        if other.unit == found.unit and other.period == found.period:
            spread = float(np.abs(other.values - found.values).max())
            if spread <= CONSTANT * max(1.0, float(np.abs(found.values).max())):
                return f"it is the same as {other.name}"
    return None
