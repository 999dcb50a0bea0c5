"""What can be asked of an event by name? `pt(mu-)`, `m(mu- mu+)`, `cos_theta_star`, `mu-.E`."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.events.event import Events
from hepsym.events.legs import leg_latex, leg_names, outgoing_legs, resolve_leg

if TYPE_CHECKING:
    from hepsym.events.observables.kinematics import Kind

__all__ = ["Observable", "default_observables", "observable", "observable_names"]

Array = NDArray[np.float64]
CONSTANT = 1e-9
"""Spread, relative to the largest value, below which a default observable is rounding and not physics."""
MASSLESS = 1e-4
"""Mean |y - eta| below which a leg counts as massless: next to the axis alone do the two differ more."""


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


_CALL = re.compile(r"\s*([A-Za-z_]+)\s*\((.*)\)\s*", re.DOTALL)
_COMPONENTS = ("E", "px", "py", "pz")


def observable_names() -> list[str]:
    """The kinds of observables there are: E, px, ..., cos_theta_cs."""
    return list(_kinds())


def _kinds() -> "dict[str, Kind]":
    # Late: generating and reading events ask for no observable.
    from hepsym.events.observables.kinematics import KINDS

    return KINDS


def observable(events: Events, name: str) -> Observable:
    """The observable of this name, for every event.

    `E px py pz p pt eta y phi theta cos_theta m` take one particle, or several whose sum is meant;
    `delta_r delta_phi delta_eta delta_y opening_angle cos_theta_star cos_theta_cs` take two. Without
    particles all outgoing ones are meant (the first two, for a pair): `m()`, `cos_theta_star`. `mu-.px`
    is `px(mu-)`. Particles are named as in MadGraph or the particle package, `g#3` or `#3` is leg 3.

    delta_r is sqrt(delta_eta^2 + delta_phi^2); rapidities use the carried masses. Infinite values
    (eta along the beam) are returned as they are. Numerical errors are those of hepsym.lorentz, with
    the masses carried: m, y and cos_theta_star keep them at any E/m. A pair whose |p| < 1e-9 E is at
    rest: cos_theta_star is then measured from the z axis.

    Raises InputError for an unknown observable or particle, or a wrong number of particles.
    """
    kind_name, arguments = _parse(events, name)
    kind = _kinds()[kind_name]
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
    kinds = _kinds()
    match = _CALL.fullmatch(name)
    if match and match[1] in kinds:
        return match[1], match[2].replace(",", " ").split()
    particle, point, component = name.rpartition(".")
    if point and component in _COMPONENTS:
        return component, [particle]
    if name in kinds:
        return name, []
    kind = match[1] if match else name
    near = difflib.get_close_matches(kind, kinds, n=1, cutoff=0.5)
    legs = leg_names(events)
    example = f"pt({legs[-1]})" if legs else "pt(mu-)"
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise InputError(f"unknown observable {name!r}{hint} (there are {', '.join(kinds)}, as in {example})")


def default_observables(events: Events, notes: list[str] | None = None) -> list[Observable]:
    """What one looks at first, as far as it varies in this sample.

    cos_theta, phi, pt, eta, y and E of every outgoing leg; m, delta_r and opening_angle of every pair;
    cos_theta_star and cos_theta_cs of the first two; m, pt and y of all together. Left out, with a line
    each appended to `notes`: what is constant to 1e-9, not finite, or the same as one before it to 1e-9;
    and the y of a leg so light that it is within 1e-4 of eta on average.
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
        if found.name == other.name.replace("eta(", "y(", 1):
            apart = float(np.abs(other.values - found.values).mean())
            if apart <= MASSLESS:
                return f"it is the same as {other.name}, {apart:.1g} apart on average"
        if other.unit == found.unit and other.period == found.period:
            spread = float(np.abs(other.values - found.values).max())
            if spread <= CONSTANT * max(1.0, float(np.abs(found.values).max())):
                return f"it is the same as {other.name}"
    return None
