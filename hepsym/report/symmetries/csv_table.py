"""How is a large CSV file read? In blocks of lines by numpy's parser; a fault is told with its line."""

import csv
import itertools
from collections.abc import Generator
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError

__all__ = ["csv_pieces"]

Floats = NDArray[np.float64]


def csv_pieces(path: Path, numbers: int) -> tuple[tuple[str, ...], Generator[Floats]]:
    """Names of the first line, and blocks of rows of about so many numbers. Raises InputError."""
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
    if len(set(names)) < len(names) or "" in names:
        raise InputError(
            f"{path}: column names must be there and differ, not {', '.join(map(repr, names[:12]))}"
        )
    return names, _blocks(path, names, before, max(1, numbers // len(names)))


def _opened(path: Path) -> IO[str]:
    return path.open(newline="", encoding="utf-8-sig", errors="replace")


def _first_line(file: IO[str]) -> tuple[int, str | None]:
    """The number of lines up to and with the first that is not empty, and that line."""
    for number, line in enumerate(file, 1):
        if line.strip():
            return number, line
    return 0, None


def _blocks(path: Path, names: tuple[str, ...], before: int, step: int) -> Generator[Floats]:
    """before: lines read already, the names' among them."""
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
            try:
                block = np.loadtxt(
                    filled, delimiter=",", comments=None, quotechar='"', ndmin=2, dtype=np.float64
                )
            except ValueError:
                block = None
            # A line that numpy refuses is read again slowly, to say which and why.
            if block is None or block.shape != (len(filled), len(names)):
                block = _slow(path, lines, names, 1 + before + number * step)
            yield block


def _slow(path: Path, lines: list[str], names: tuple[str, ...], first: int) -> Floats:
    rows = []
    try:
        parsed: list[list[Any]] = list(csv.reader(lines))
    except csv.Error as error:
        raise InputError(f"{path} is not a CSV file: {error}") from None
    for line, row in enumerate(parsed, first):
        if not row or not "".join(row).strip():
            continue
        if len(row) != len(names):
            raise InputError(f"{path}, line {line}: {len(row)} values for {len(names)} columns")
        for name, text in zip(names, row, strict=True):
            if not _is_number(text):
                shown = text[:40].encode("unicode_escape").decode()
                raise InputError(f"{path}, line {line}: column {name!r} is {shown!r}, not a number")
        rows.append([float(text) for text in row])
    return np.asarray(rows, dtype=np.float64).reshape(-1, len(names))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
