"""Is a file of events what it claims to be? One line for every fault, with the event's number."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hepsym.constants import name_of
from hepsym.errors import InputError
from hepsym.events.event import INCOMING, OUTGOING, Events
from hepsym.events.files import format_of, iterate
from hepsym.events.native import Dataset

__all__ = ["TEXT_TOLERANCE", "Balance", "Validation", "balance", "faults_in", "off_shell", "validate"]

EPS = float(np.finfo(np.float64).eps)
TOLERANCE, TEXT_TOLERANCE = 1e-9, 1e-6
"""Of the energy (balance) or of its square (mass): far above rounding in 17 digits, 1e-15; and for
the text of other programs, which has 7 to 11 digits."""


@dataclass(frozen=True, slots=True)
class Validation:
    """What was found."""

    events: int
    faults: list[str]
    """The first ones, a line each."""
    count: int
    """How many faults there are in all."""

    @property
    def good(self) -> bool:
        """Whether there is none."""
        return self.count == 0


@dataclass(frozen=True, slots=True)
class Balance:
    """How well four-momentum is conserved."""

    worst: NDArray[np.float64]
    """(n,): the largest |component| of sum(out) - sum(in), over the energy that comes in."""
    energy: NDArray[np.float64]
    """(n,): the energy that comes in, or goes out where nothing comes in; GeV."""


def balance(events: Events) -> Balance | None:
    """Four-momentum balance of every event; None where nothing comes in."""
    status = np.broadcast_to(events.status, events.momenta.shape[:2])
    incoming, outgoing = status == INCOMING, status == OUTGOING
    if not incoming.any(axis=1).all():
        return None
    energy = (events.momenta[..., 0] * incoming).sum(axis=1)
    sign = outgoing.astype(np.float64) - incoming
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        total = np.einsum("nlk,nl->nk", events.momenta, sign)
        return Balance(np.abs(total).max(axis=1) / np.abs(energy), energy)


def off_shell(events: Events) -> NDArray[np.float64]:
    """(n, legs): |E^2 - p^2 - m^2| / E^2 of every particle, by (E - p)(E + p); 0 in empty slots."""
    p = events.momenta
    # hypot and ratios, not hepsym.lorentz: a damaged file may hold numbers whose squares overflow
    size = np.hypot(np.hypot(p[..., 1], p[..., 2]), p[..., 3])
    energy = p[..., 0]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        ratio = size / energy
        apart = np.abs(
            (1.0 - ratio) * (1.0 + ratio) - np.sign(events.masses) * np.square(events.masses / energy)
        )
    filled = np.broadcast_to(events.status != 0, energy.shape)
    return np.where(filled & ((energy != 0.0) | (size != 0.0)), apart, 0.0)


def validate(path: str | os.PathLike[str], *, tolerance: float | None = None, most: int = 20) -> Validation:
    """Check a file of events: complete, finite, on shell, balanced, as many as announced.

    `tolerance` is relative to the incoming energy (balance) and to E^2 (E^2 - p^2 = m^2, m as carried);
    by default 1e-9, and 1e-6 for Les Houches files of other programs, which have fewer digits.
    At most `most` faults are listed, all are counted. Never raises for a damaged file: that is a fault.
    Raises InputError for a file that does not exist or has no known format.
    """
    if not Path(path).exists():
        raise InputError(f"{path} does not exist")
    kind = format_of(path)
    faults: list[str] = []
    count, events = 0, 0
    if kind == "native":
        try:
            faults = Dataset(path, partial=True).verify()
        except InputError as error:
            faults = [str(error)]
        count = len(faults)
    try:
        for piece in _pieces(path, kind):
            near = _tolerance(piece) if tolerance is None else tolerance
            for fault in faults_in(piece, events, near):
                count += 1
                if len(faults) < most:
                    faults.append(fault)
            events += len(piece)
    except InputError as error:
        if str(error).split(";")[0] not in {f.split(";")[0] for f in faults}:
            faults.append(str(error))
            count += 1
    if not events and not faults:
        faults, count = [f"{path} holds no events"], 1
    return Validation(events, faults[:most], count)


def _tolerance(events: Events) -> float:
    """Events that came from another program's text keep its digits in whatever format they are now."""
    return TOLERANCE if events.provenance.versions else TEXT_TOLERANCE


def _pieces(path: str | os.PathLike[str], kind: str) -> Iterator[Events]:
    if kind == "native":  # checksums have been compared already
        return iter(Dataset(path, check=False, partial=True))
    return iterate(path)


def faults_in(events: Events, first: int, tolerance: float) -> Iterator[str]:
    """A line for each fault of these events, whose numbers begin at `first`; tolerance as in `validate`."""
    shape = events.momenta.shape[:2]
    ids = np.broadcast_to(events.pdg_ids, shape)
    masses = np.broadcast_to(events.masses, shape)
    finite = np.isfinite(events.momenta).all(axis=2) & np.isfinite(masses)
    for n, leg in np.argwhere(~finite).tolist():
        yield f"event {first + n}: leg {leg + 1} ({name_of(int(ids[n, leg]))}) is not finite"
    if events.weights is not None:
        for n in np.flatnonzero(~np.isfinite(events.weights)).tolist():
            yield f"event {first + n}: its weight is {events.weights[n]}"
    whole = np.asarray(finite.all(axis=1))
    negative = (events.momenta[..., 0] < 0.0) & finite
    for n, leg in np.argwhere(negative).tolist():
        yield f"event {first + n}: leg {leg + 1} ({name_of(int(ids[n, leg]))}) has negative energy"
    apart = off_shell(events)
    for n, leg in np.argwhere((apart > tolerance) & whole[:, None] & ~negative).tolist():
        yield (
            f"event {first + n}: leg {leg + 1} ({name_of(int(ids[n, leg]))}) is off its mass shell: "
            f"|E^2 - p^2 - m^2|/E^2 = {apart[n, leg]:.2g}, m = {masses[n, leg]:g} GeV"
        )
    found = balance(events)
    if found is not None:
        for n in np.flatnonzero((found.worst > tolerance) & whole).tolist():
            off = f"off by {found.worst[n]:.2g} of the energy"
            yield f"event {first + n}: four-momentum is not conserved, {off}"
