"""How do files of jets become something to learn from? Padded momenta, classes, and a split that no jet
can leak."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hepsym.errors import InputError
from hepsym.events.jets.jetnet import is_jetnet, read_jetnet
from hepsym.models.lorentz import rest_frame
from hepsym.models.settings import did_you_mean

__all__ = ["CLASSES", "JetSet", "hash_split", "load_jets", "momenta_of_file"]

CLASSES = ("g", "q", "t", "w", "z")
"""JetNet's names: gluon, light quark, top, W, Z."""

Paths = str | Path | Sequence[str | Path]


@dataclass(frozen=True, slots=True, eq=False)
class JetSet:
    """n jets of up to P particles with their classes."""

    momenta: Tensor
    """(n, P, 4), float64, GeV, massless; hardest first, zeros in empty slots."""
    classes: NDArray[np.int64]
    """(n,): places in CLASSES."""
    left_out: int
    """Jets of fewer than two particles, or of parallel ones: they have no rest frame."""

    def __len__(self) -> int:
        return len(self.momenta)

    @property
    def mask(self) -> Tensor:
        """(n, P): which slots hold a particle."""
        return (self.momenta != 0).any(-1)

    def of(self, *names: str) -> JetSet:
        """The jets of these classes. Raises InputError for a name that is none."""
        wanted = np.isin(self.classes, [_place(name) for name in names])
        return self.take(np.flatnonzero(wanted))

    def take(self, rows: NDArray[np.int64]) -> JetSet:
        """These jets."""
        return JetSet(self.momenta[torch.from_numpy(rows)], self.classes[rows], 0)

    def split(self, validation: float = 0.1, test: float = 0.2) -> tuple[JetSet, JetSet, JetSet]:
        """Training, validation and test jets, by `hash_split`: a jet falls where its own numbers say."""
        parts = hash_split(self.momenta.numpy(), validation, test)
        return self.take(parts[0]), self.take(parts[1]), self.take(parts[2])


def _place(name: str) -> int:
    if name not in CLASSES:
        raise InputError(
            f"class {name!r} is not one of {', '.join(CLASSES)}{did_you_mean(name, list(CLASSES))}"
        )
    return CLASSES.index(name)


def hash_split(
    rows: NDArray[np.float64], validation: float, test: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Training, validation and test rows, by the first 8 bytes of BLAKE2b of each row's float64 numbers.

    The same jet falls on the same side in every file, order and program; two copies of a jet are never
    divided. Shares are binomial.
    """
    found = [hashlib.blake2b(np.ascontiguousarray(r).data, digest_size=8).digest() for r in rows]
    u = np.frombuffer(b"".join(found), dtype=">u8").astype(np.float64) / 2.0**64
    in_test, in_validation = u < test, (u >= test) & (u < test + validation)
    return np.flatnonzero(~in_test & ~in_validation), np.flatnonzero(in_validation), np.flatnonzero(in_test)


def momenta_of_file(path: str | Path, particles: int) -> tuple[Tensor, int]:
    """Momenta (n, particles, 4) of a file in JetNet's layout, the hardest of each jet; and how many were
    left out.

    Raises InputError: no such file or layout, damage, no jet with a rest frame.
    """
    if not is_jetnet(path):
        raise InputError(
            f"{path} is no file of jets: it lacks particle_features and jet_features; `hepsym generate "
            f"jets` makes one"
        )
    jets = read_jetnet(path)
    momenta = jets.momenta()
    pt = np.where(jets.mask, momenta[..., 1] ** 2 + momenta[..., 2] ** 2, -1.0)
    order = np.argsort(-pt, axis=1, kind="stable")[:, :particles]
    momenta = np.take_along_axis(momenta, order[..., None], axis=1)
    momenta = np.pad(momenta, [(0, 0), (0, particles - momenta.shape[1]), (0, 0)])
    found = torch.from_numpy(np.ascontiguousarray(momenta))
    good = ((found != 0).any(-1).sum(1) > 1) & (rest_frame(found)[1].mass > 0)
    if not good.any():
        raise InputError(f"{path} has no jet of two particles that are not parallel: nothing to learn")
    return found[good], int((~good).sum())


def load_jets(files: Mapping[str, Paths], *, particles: int = 30) -> JetSet:
    """Jets of files in JetNet's layout by class: {"g": "gluon.h5", "t": ["top-1.h5", "top-2.h5"]}.

    The hardest `particles` of each jet, in GeV, the axis at phi = 0. Jets without a rest frame are left out
    and counted. Raises InputError: a class that is none, no files, `momenta_of_file`'s.
    """
    if not files:
        raise InputError("no files of jets: name at least one class and its file")
    if particles < 2:
        raise InputError(f"particles = {particles} must be at least 2")
    momenta, classes, left_out = [], [], 0
    for name, paths in files.items():
        place = _place(name)
        for path in [paths] if isinstance(paths, (str, Path)) else paths:
            found, lost = momenta_of_file(path, particles)
            momenta.append(found)
            classes.append(np.full(len(found), place))
            left_out += lost
    return JetSet(torch.cat(momenta), np.concatenate(classes), left_out)
