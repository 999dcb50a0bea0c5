"""How is a CSV file read? In blocks of lines by numpy's parser; a fault is told with its line."""

import csv
import itertools
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.events.tables.columns import Pieces, places, rows_at_once
from hepsym.events.tables.words import Words

__all__ = ["pieces"]

Floats = NDArray[np.float64]


def pieces(path: Path, columns: Sequence[str] | None, words: Words | None) -> Pieces:
    """Names from the first line that is not empty, and the rows below. Raises InputError."""
    with _opened(path) as file:
        before, head = _first_line(file)
    if head is None:
        raise InputError(f"{path} is empty")
    try:
        names = tuple(name.strip() for name in next(csv.reader([head])))
    except (csv.Error, StopIteration) as error:
        raise InputError(f"{path} is not a CSV file: {error}") from None
    if all(_is_number(name) for name in names):
        raise InputError(f"{path}: the first line must hold the columns' names, not numbers")
    picked = places(path, names, columns)
    return Pieces(tuple(names[i] for i in picked), _blocks(path, names, picked, before, words))


def _opened(path: Path) -> IO[str]:
    return path.open(newline="", encoding="utf-8-sig", errors="replace")


def _first_line(file: IO[str]) -> tuple[int, str | None]:
    """The number of lines up to and with the first that is not empty, and that line."""
    for number, line in enumerate(file, 1):
        if line.strip():
            return number, line
    return 0, None


def _blocks(
    path: Path, names: Sequence[str], picked: list[int], before: int, words: Words | None
) -> Generator[Floats]:
    """before: lines read already, the names' among them."""
    step, spoken = rows_at_once(len(names)), words is not None and words.column in names
    with _opened(path) as file:
        for _ in range(before):
            next(file)
        for number in itertools.count():
            lines = list(itertools.islice(file, step))
            if not lines:
                return
            filled = [line for line in lines if line.strip()]
            if not filled:
                continue
            block = None if spoken else _fast(filled)
            # A line that numpy refuses is read again slowly, to say which and why, or to skip a text.
            if block is None or block.shape != (len(filled), len(names)):
                yield _slow(path, lines, names, picked, 1 + before + number * step, words)
            else:
                yield np.ascontiguousarray(block[:, picked])


def _fast(lines: list[str]) -> Floats | None:
    try:
        return np.loadtxt(lines, delimiter=",", comments=None, quotechar='"', ndmin=2, dtype=np.float64)
    except ValueError:
        return None


def _slow(
    path: Path, lines: list[str], names: Sequence[str], picked: list[int], first: int, words: Words | None
) -> Floats:
    try:
        parsed = [(line, row) for line, row in enumerate(csv.reader(lines), first) if "".join(row).strip()]
    except csv.Error as error:
        raise InputError(f"{path} is not a CSV file: {error}") from None
    ragged = next(((line, row) for line, row in parsed if len(row) != len(names)), None)
    if ragged is not None:
        raise InputError(f"{path}, line {ragged[0]}: {len(ragged[1])} values for {len(names)} columns")
    block = np.empty((len(parsed), len(picked)))
    for i, column in enumerate(picked):
        if words is not None and names[column] == words.column:
            block[:, i] = words.number([row[column] for _, row in parsed])
            continue
        try:
            block[:, i] = [float(row[column]) for _, row in parsed]
        except ValueError:
            line, row = next((line, row) for line, row in parsed if not _is_number(row[column]))
            shown = row[column][:40].encode("unicode_escape").decode()
            raise InputError(
                f"{path}, line {line}: column {names[column]!r} is {shown!r}, not a number"
            ) from None
    return block


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
