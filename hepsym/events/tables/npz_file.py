"""How is a table read from an .npz file? One (n, D) array or one (n,) a column, unpacked side by side."""

import zipfile
from collections.abc import Generator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.events.disk.npy import NUMPY_FAULTS, check_whole, load_npz
from hepsym.events.tables.columns import Pieces, check_kind, places, rows_at_once
from hepsym.events.tables.npy_file import of_array
from hepsym.events.tables.words import Words

__all__ = ["pieces"]

Floats = NDArray[np.float64]


def pieces(path: Path, columns: Sequence[str] | None, words: Words | None) -> Pieces:
    """Names of the arrays, or x0, x1, ... of one that is (n, D). Never unpickled. Raises InputError."""
    try:
        with zipfile.ZipFile(path) as archive:
            check_whole(archive)
            members = [_Member(archive, name) for name in archive.namelist()]
    except NUMPY_FAULTS:
        raise InputError(f"{path} is damaged, or is not an .npz file of numbers") from None
    if len(members) == 1 and len(members[0].shape) == 2:
        if members[0].fortran:  # by columns: no row is there before the last column is
            return of_array(path, next(iter(load_npz(path).values())), columns, words)
        names = tuple(f"x{i}" for i in range(members[0].shape[1]))
        picked = places(path, names, columns)
        check_kind(path, "x0", members[0].dtype)
        return Pieces(tuple(names[i] for i in picked), _matrix(path, members[0], names, picked, words))
    names = tuple(member.name for member in members)
    chosen = [members[i] for i in places(path, names, columns)]
    for member in chosen:
        if len(member.shape) != 1:
            raise InputError(
                f"{path}: column {member.name!r} has shape {member.shape}, a column has one number a row"
            )
        check_kind(path, member.name, member.dtype, words=words is not None and member.name == words.column)
    if len({m.shape[0] for m in chosen}) > 1:
        lengths = ", ".join(f"{m.name}: {m.shape[0]}" for m in chosen)
        raise InputError(f"{path}: columns have different lengths ({lengths[:200]})")
    return Pieces(tuple(m.name for m in chosen), _columns(path, chosen, words))


class _Member:
    """One array of an .npz file, read in order without being there as a whole."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self.member, self.name = name, name.removesuffix(".npy")
        with archive.open(name) as file:
            self._read_header(file)

    def _read_header(self, file: IO[bytes]) -> None:
        version = np.lib.format.read_magic(file)
        read = (
            np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        )
        self.shape, self.fortran, self.dtype = read(file)

    def open(self, archive: zipfile.ZipFile) -> IO[bytes]:
        """The member, at its first number."""
        file = archive.open(self.member)
        self._read_header(file)
        return file

    def rows(self, file: IO[bytes], count: int, width: int) -> NDArray[Any]:
        """The next `count` rows of so many numbers. Raises EOFError where the file is cut off."""
        wanted = count * width * self.dtype.itemsize
        raw = file.read(wanted)
        if len(raw) < wanted:
            raise EOFError
        return np.frombuffer(raw, dtype=self.dtype).reshape(count, width)

    def end(self, file: IO[bytes]) -> None:
        """Raise EOFError where the file goes on, and whatever zipfile does where its checksum is wrong."""
        if file.read(1):
            raise EOFError


def _matrix(
    path: Path, member: _Member, names: Sequence[str], picked: list[int], words: Words | None
) -> Generator[Floats]:
    n, step = member.shape[0], rows_at_once(len(names))
    try:
        with zipfile.ZipFile(path) as archive, member.open(archive) as file:
            for first in range(0, n, step):
                part = member.rows(file, min(step, n - first), len(names))
                block = part[:, picked].astype(np.float64)
                for i, column in enumerate(picked):
                    if words is not None and names[column] == words.column:
                        block[:, i] = words.number(part[:, column])
                yield block
            member.end(file)
    except NUMPY_FAULTS:
        raise InputError(f"{path} is damaged, or is not an .npz file of numbers") from None


def _columns(path: Path, members: Sequence[_Member], words: Words | None) -> Generator[Floats]:
    n, step = members[0].shape[0], rows_at_once(len(members))
    try:
        with ExitStack() as opened:
            archive = opened.enter_context(zipfile.ZipFile(path))
            files = [opened.enter_context(member.open(archive)) for member in members]
            for first in range(0, n, step):
                count = min(step, n - first)
                block = np.empty((count, len(members)))
                for i, (member, file) in enumerate(zip(members, files, strict=True)):
                    values = member.rows(file, count, 1)[:, 0]
                    spoken = words is not None and member.name == words.column
                    block[:, i] = words.number(values) if words is not None and spoken else values
                yield block
            for member, file in zip(members, files, strict=True):
                member.end(file)
    except NUMPY_FAULTS:
        raise InputError(f"{path} is damaged, or is not an .npz file of numbers") from None
