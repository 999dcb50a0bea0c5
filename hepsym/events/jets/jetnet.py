"""How are jets kept in JetNet's HDF5 layout?"""

import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from hepsym.errors import InputError
from hepsym.events.columnar.hdf5_file import (
    Disk,
    attributes_of,
    describe,
    new_hdf5,
    opened_hdf5,
    plain_array,
    rows,
    store,
)
from hepsym.events.disk.atomic import atomic_file, new_path
from hepsym.events.event import Provenance
from hepsym.events.jets.sample import JET_FEATURES, JETS, PARTICLE_FEATURES, PARTICLES, Jets

__all__ = [
    "JET_FEATURES",
    "PARTICLE_FEATURES",
    "JetNetWriter",
    "Jets",
    "is_jetnet",
    "iterate_jetnet",
    "read_jetnet",
    "source_of_jetnet",
    "write_jetnet",
]

BLOCK_JETS = 2**14
CHUNK_JETS = 1024
MOST_PARTICLES = 10_000


def is_jetnet(path: str | os.PathLike[str]) -> bool:
    """Whether an HDF5 file has JetNet's two arrays. Raises InputError for one that cannot be opened."""
    with opened_hdf5(Path(path)) as file:
        return PARTICLES in file and JETS in file


def source_of_jetnet(path: str | os.PathLike[str]) -> Provenance:
    """Where the jets of a file came from, without reading them. Raises InputError as `is_jetnet`."""
    with opened_hdf5(Path(path)) as file:
        return _source(file, Path(path))


def _source(file: Any, path: Path) -> Provenance:
    try:
        return Provenance.from_json(attributes_of(file).get("provenance", {}))
    except (ValueError, TypeError, AttributeError) as error:
        raise InputError(f"{path} is damaged: {error}") from None


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
        source = _source(file, path)
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


class JetNetWriter:
    """Context manager: `write(jets)` any number of times; the file appears, whole, at the end.

    The same jets give the same bytes, whatever the pieces. The provenance of the first goes into the
    attribute `hepsym`, the features' names into attributes of the arrays. Raises InputError for a path
    that is taken, no jets, or pieces of unlike width; RunError when the disk fails. Then nothing is left.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = new_path(path)
        self.jets = 0
        """How many were written."""

    def __enter__(self) -> Self:
        self._stack = ExitStack()
        target = self._stack.enter_context(atomic_file(self.path))
        try:
            self._disk = Disk(target)
            self._file = self._stack.enter_context(new_hdf5(self._disk))
        except BaseException as error:
            self._stack.__exit__(type(error), error, error.__traceback__)
            raise
        return self

    def write(self, jets: Jets) -> None:
        """Append these jets."""
        for first in range(0, len(jets), BLOCK_JETS):
            self._block(jets.select(slice(first, first + BLOCK_JETS)))

    def _block(self, part: Jets) -> None:
        arrays = {PARTICLES: part.particle_features, JETS: part.jet_features}
        if not self.jets:
            describe(self._file, {"provenance": part.source.to_json()})
            for name, names in ((PARTICLES, PARTICLE_FEATURES), (JETS, JET_FEATURES)):
                store(self._file, name, arrays[name], chunk_rows=CHUNK_JETS).attrs["features"] = names
        else:
            for name, values in arrays.items():
                if self._file[name].shape[1:] != values.shape[1:]:
                    raise InputError("all jets of a file must have as many slots for particles")
                self._file[name].resize(self.jets + len(part), axis=0)
                self._file[name][self.jets :] = values
        self.jets += len(part)
        self._disk.check()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None and not self.jets:
            error = InputError(f"there are no jets to write to {self.path}")
            self._stack.__exit__(InputError, error, None)
            raise error
        self._stack.__exit__(kind, error, trace)


def write_jetnet(path: str | os.PathLike[str], jets: Jets | Iterable[Jets]) -> int:
    """Write jets, or pieces of jets, to a new HDF5 file in JetNet's layout; how many there were.

    Raises as JetNetWriter.
    """
    with JetNetWriter(path) as writer:
        for piece in [jets] if isinstance(jets, Jets) else jets:
            writer.write(piece)
    return writer.jets
