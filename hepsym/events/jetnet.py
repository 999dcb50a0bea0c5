"""What is a jet sample, and how is it kept in JetNet's HDF5 layout?"""

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.events.atomic import atomic_file, new_path
from hepsym.events.columnar.hdf5_file import (
    KEY,
    attributes_of,
    new_hdf5,
    opened_hdf5,
    plain_array,
    rows,
    store,
)
from hepsym.events.event import Provenance

__all__ = [
    "JET_FEATURES",
    "PARTICLE_FEATURES",
    "Jets",
    "is_jetnet",
    "iterate_jetnet",
    "read_jetnet",
    "write_jetnet",
]

PARTICLE_FEATURES = ("etarel", "phirel", "ptrel", "mask")
JET_FEATURES = ("pt", "eta", "mass", "num_particles")
PARTICLES, JETS = "particle_features", "jet_features"

BLOCK_JETS = 2**14
CHUNK_JETS = 1024
MOST_PARTICLES = 10_000
MOST_RAPIDITY = 100.0
"""|eta| above this is no direction that a detector or a generator has; cosh overflows at 710."""
NO_SOURCE = Provenance()


@dataclass(frozen=True, slots=True, eq=False)
class Jets:
    """n jets of up to P constituents each, in coordinates relative to the jet. Arrays are not copied."""

    particle_features: NDArray[np.float64]
    """(n, P, 4): eta - eta_jet, phi - phi_jet (rad), p_T / p_T_jet, mask: 1 a particle, 0 an empty slot."""
    jet_features: NDArray[np.float64]
    """(n, 4): p_T (GeV), eta, mass (GeV), number of particles."""
    source: Provenance = NO_SOURCE

    def __post_init__(self) -> None:
        particles, jets = self.particle_features, self.jet_features
        if particles.ndim != 3 or particles.shape[2] != 4:
            raise InputError(f"particle_features must have shape (jets, particles, 4), not {particles.shape}")
        if jets.shape != (len(particles), 4):
            raise InputError(f"jet_features must have shape ({len(particles)}, 4), not {jets.shape}")
        for name, values in ((PARTICLES, particles), (JETS, jets)):
            if values.dtype != np.float64:
                raise InputError(f"{name} must be float64, not {values.dtype}")
            finite = np.isfinite(values).reshape(len(values), -1).all(axis=1)
            if not finite.all():
                raise InputError(f"{name} of jet {int((~finite).argmax())} are not finite")
        self._refuse((jets[:, 0] < 0.0) | (jets[:, 2] < 0.0), "p_T and mass must not be negative")
        self._refuse(np.abs(jets[:, 1]) > MOST_RAPIDITY, f"|eta| is above {MOST_RAPIDITY:g}")
        mask = particles[:, :, 3]
        self._refuse(((mask != 0.0) & (mask != 1.0)).any(axis=1), "the mask must be 0 or 1")
        wrong = (particles[:, :, 2] < 0.0) | (np.abs(particles[:, :, 0]) > MOST_RAPIDITY)
        self._refuse(
            (wrong & (mask == 1.0)).any(axis=1),
            f"a particle has ptrel < 0 or |etarel| above {MOST_RAPIDITY:g}",
        )

    def _refuse(self, bad: NDArray[np.bool_], what: str) -> None:
        if bad.any():
            raise InputError(f"jet {int(bad.argmax())}: {what}")

    def __len__(self) -> int:
        return len(self.jet_features)

    @property
    def mask(self) -> NDArray[np.bool_]:
        """(n, P): which slots hold a particle."""
        return np.asarray(self.particle_features[:, :, 3] == 1.0)

    def select(self, which: slice | NDArray[np.integer] | NDArray[np.bool_]) -> "Jets":
        """The jets of a slice, a mask or an index array."""
        return Jets(self.particle_features[which], self.jet_features[which], self.source)

    def momenta(self, *, relative: bool = False) -> NDArray[np.float64]:
        """(n, P, 4): E, x, y, z of the constituents, massless; 0 in empty slots.

            p_T (cosh eta, cos phi, sin phi, sinh eta)

        In GeV with the jet's axis at its eta and phi = 0 (JetNet does not keep the jet's azimuth);
        `relative`: with p_T = ptrel, eta = etarel, phi = phirel, the axis along x and no unit.

        Error: 1e-15 relative, E^2 - p^2 = 0 to 4 eps E^2 (tests/events/test_jetnet.py).
        Source: Kansal et al., arXiv:2106.11535, section 3.
        """
        eta, phi, pt = (self.particle_features[:, :, i] for i in range(3))
        if not relative:
            pt = pt * self.jet_features[:, :1]
            eta = eta + self.jet_features[:, 1:2]
        there = self.mask
        pt, eta = np.where(there, pt, 0.0), np.where(there, eta, 0.0)
        out = np.empty((*pt.shape, 4))
        out[..., 1], out[..., 2] = pt * np.cos(phi), pt * np.sin(phi)
        out[..., 3] = pt * np.sinh(eta)
        out[..., 0] = pt * np.cosh(eta)
        return out

    @classmethod
    def of(
        cls,
        momenta: NDArray[np.float64],
        *,
        mask: NDArray[np.bool_] | None = None,
        particles: int = 30,
        source: Provenance = NO_SOURCE,
    ) -> "Jets":
        """Jets of constituents (n, P, 4) in GeV: the hardest `particles` of each, by falling p_T.

        The jet is the sum of *all* constituents given, its mass included. Slots of zeros, or outside
        `mask`, are empty. Constituents are taken as massless: their direction and p_T are kept.
        """
        p = np.asarray(momenta, dtype=np.float64)
        there = np.asarray((p != 0.0).any(axis=2)) if mask is None else np.asarray(mask)
        p = np.where(there[..., None], p, 0.0)
        total = p.sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            jet_pt = np.hypot(total[:, 1], total[:, 2])
            jet_eta = np.arcsinh(total[:, 3] / jet_pt)
            transverse = np.hypot(jet_pt, total[:, 3])
            mass = np.sqrt(np.maximum((total[:, 0] - transverse) * (total[:, 0] + transverse), 0.0))
            pt = np.hypot(p[..., 1], p[..., 2])
            eta = np.arcsinh(p[..., 3] / pt) - jet_eta[:, None]
            phi = np.arctan2(
                p[..., 2] * total[:, None, 1] - p[..., 1] * total[:, None, 2],
                p[..., 1] * total[:, None, 1] + p[..., 2] * total[:, None, 2],
            )
            features = np.stack([eta, phi, pt / jet_pt[:, None], np.ones_like(pt)], axis=2)
        features = np.where(there[..., None], features, 0.0)
        order = np.argsort(np.where(there, -pt, np.inf), axis=1, kind="stable")[:, :particles]
        features = np.take_along_axis(features, order[..., None], axis=1)
        features = np.pad(features, [(0, 0), (0, particles - features.shape[1]), (0, 0)])
        count = there.sum(axis=1).clip(max=particles)
        return cls(features, np.stack([jet_pt, jet_eta, mass, count], axis=1), source)


def is_jetnet(path: str | os.PathLike[str]) -> bool:
    """Whether an HDF5 file has JetNet's two arrays. Raises InputError for one that cannot be opened."""
    with opened_hdf5(Path(path)) as file:
        return PARTICLES in file and JETS in file


def iterate_jetnet(path: str | os.PathLike[str], *, block: int = BLOCK_JETS) -> Iterator[Jets]:
    """The jets of a JetNet file, at most `block` at a time. Raises InputError as `read_jetnet`."""
    path = Path(path)
    with opened_hdf5(path) as file:
        particles, jets = plain_array(file, PARTICLES, path), plain_array(file, JETS, path)
        if particles.ndim != 3 or particles.shape[2] != 4 or jets.ndim != 2 or jets.shape[1] != 4:
            raise InputError(
                f"{path} is not of JetNet's layout: {PARTICLES} {particles.shape} and {JETS} {jets.shape} "
                "should be (jets, particles, 4) and (jets, 4)"
            )
        if len(particles) != len(jets) or particles.shape[1] > MOST_PARTICLES:
            raise InputError(
                f"{path}: {len(particles)} jets of {particles.shape[1]} particles, features of {len(jets)}: "
                f"these must agree, with at most {MOST_PARTICLES} particles"
            )
        try:
            source = Provenance.from_json(attributes_of(file).get("provenance", {}))
        except (ValueError, TypeError, AttributeError) as error:
            raise InputError(f"{path} is damaged: {error}") from None
        rows_a_block = max(1, min(block, BLOCK_JETS * 150 // max(particles.shape[1], 1)))
        for first in range(0, len(jets), rows_a_block):
            last = min(first + rows_a_block, len(jets))
            pieces = [rows(a, first, last).astype(np.float64) for a in (particles, jets)]
            try:
                made = Jets(pieces[0], pieces[1], source)
            except InputError as error:
                raise InputError(f"{path}, from jet {first} on: {error}") from None
            yield made


def read_jetnet(path: str | os.PathLike[str]) -> Jets:
    """All jets of an HDF5 file in JetNet's layout, in memory, as float64.

    Arrays `particle_features` (n, P, 4) = etarel, phirel, ptrel, mask and `jet_features` (n, 4) =
    p_T, eta, mass, num_particles, of any floating or integer type. The provenance is there where
    hepsym wrote the file. Raises InputError for any other layout, values that are not finite, masks
    that are neither 0 nor 1, and damage.
    """
    pieces = list(iterate_jetnet(path))
    if not pieces:
        raise InputError(f"{path} holds no jets")
    if len(pieces) == 1:
        return pieces[0]
    return Jets(
        np.concatenate([p.particle_features for p in pieces]),
        np.concatenate([p.jet_features for p in pieces]),
        pieces[0].source,
    )


def write_jetnet(path: str | os.PathLike[str], jets: Jets | Iterable[Jets]) -> int:
    """Write jets, or pieces of jets, to a new HDF5 file in JetNet's layout; how many there were.

    The same jets give the same bytes. The provenance of the first piece goes into the attribute
    `hepsym`, the features' names into attributes of the arrays. Raises InputError for a path that is
    taken, no jets, or pieces of unlike width; RunError when the disk fails. Then nothing is left.
    """
    path = new_path(path)
    count = 0
    with atomic_file(path) as target, new_hdf5(target) as file:
        for piece in [jets] if isinstance(jets, Jets) else jets:
            for first in range(0, len(piece), BLOCK_JETS):
                part = piece.select(slice(first, first + BLOCK_JETS))
                arrays = {PARTICLES: part.particle_features, JETS: part.jet_features}
                if not count:
                    file.attrs[KEY] = json.dumps({"provenance": piece.source.to_json()})
                    for name, names in ((PARTICLES, PARTICLE_FEATURES), (JETS, JET_FEATURES)):
                        store(file, name, arrays[name], chunk_rows=CHUNK_JETS).attrs["features"] = names
                else:
                    for name, values in arrays.items():
                        if file[name].shape[1:] != values.shape[1:]:
                            raise InputError("all jets of a file must have as many slots for particles")
                        file[name].resize(count + len(part), axis=0)
                        file[name][count:] = values
                count += len(part)
        if not count:
            raise InputError(f"there are no jets to write to {path}")
    return count
