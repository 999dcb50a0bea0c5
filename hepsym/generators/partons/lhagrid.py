"""What does a PDF member file say: LHAPDF 6's `lhagrid1` text becomes subgrids of x f at knots.

The file is a head of `Key: value` lines, then blocks closed by `---`. A block is a subgrid between two
quark thresholds: a line of x knots, a line of Q knots in GeV, a line of PDG codes, then a row of x f_i
for each (x, Q), Q running fastest. Format: Buckley et al., https://arxiv.org/abs/1412.7420, section 4.
"""

import math
import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError

LARGEST_FILE = 256 * 2**20
"""Bytes; a hundred times the largest member file in use."""

GLUON, PHOTON = 21, 22
COLUMNS = {**{i: i + 6 for i in range(-6, 7)}, GLUON: 6, PHOTON: 13}
"""Where a parton's x f stands among the fourteen: PDG code i = -6..6 at i + 6, gluon 6, photon 13."""

GLUED = re.compile(r"(?<=[eE][+-]\d\d)(?=\d)")
"""Fixed-width numbers that touch, as in the CT14qed file that Pythia 8 carries."""


@dataclass(frozen=True, slots=True, eq=False)
class Subgrid:
    """x f at the knots of one range of Q with a fixed number of flavours."""

    x: NDArray[np.float64]
    """(nx,), rising, at least four"""
    q: NDArray[np.float64]
    """(nq,) GeV, rising, at least two"""
    xf: NDArray[np.float64]
    """(nq, nx, 14), columns by COLUMNS; a parton that the file leaves out is zero"""


@dataclass(frozen=True, slots=True, eq=False)
class MemberFile:
    """One member of a set, as read."""

    head: dict[str, str]
    flavours: tuple[int, ...]
    """PDG codes in the file, also those (leptons, bosons) that have no column"""
    subgrids: tuple[Subgrid, ...]


def read_text(path: Path) -> str:
    """The text of a grid or info file. Raises InputError where there is none or far too much of it."""
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise InputError(f"{path} has {size} bytes, more than the {LARGEST_FILE} of any PDF file")
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InputError(f"{path} is not text: give an LHAPDF 6 grid (lhagrid1)") from None


def read_member(path: Path) -> MemberFile:
    """Read one `lhagrid1` file.

    Raises InputError, one line that names the file and the subgrid, for everything that is not such a
    file whole: no head, knots that do not rise, rows missing or too many, values that are no finite
    numbers, subgrids that do not join, no `---` at the end.
    """
    head, *blocks = re.split(r"^---[ \t]*$\n?", read_text(path), flags=re.MULTILINE)
    lines = (line.partition(":") for line in head.splitlines())
    keys = {key.strip(): value.strip() for key, colon, value in lines if colon}
    if keys.get("Format") != "lhagrid1":
        raise InputError(f"{path} is not an LHAPDF 6 grid: it does not start with 'Format: lhagrid1'")
    if len(blocks) < 2 or blocks.pop().strip():
        raise InputError(f"{path} is cut short: its last subgrid is not closed by '---'")
    subgrids: list[Subgrid] = []
    flavours: set[int] = set()
    for number, block in enumerate(blocks):
        try:
            subgrid, codes = _subgrid(block)
        except ValueError as error:
            raise InputError(f"{path}, subgrid {number}: {error}") from None
        subgrids.append(subgrid)
        flavours.update(codes)
    for below, above in pairwise(subgrids):
        if not math.isclose(below.q[-1], above.q[0], rel_tol=1e-6):
            raise InputError(
                f"{path}: a subgrid ends at Q = {below.q[-1]:g} GeV and the next starts at {above.q[0]:g} GeV"
            )
    return MemberFile(keys, tuple(sorted(flavours)), tuple(subgrids))


def _subgrid(block: str) -> tuple[Subgrid, tuple[int, ...]]:
    lines = block.strip("\n").split("\n", 3)
    if len(lines) < 4:
        raise ValueError("knots of x, knots of Q, PDG codes and rows are not all there")
    x, first = _knots(lines[0], "x", 4)
    q, kept = _knots(lines[1], "Q", 2)
    if x[-1] > 1.0:
        raise ValueError(f"x = {x[-1]:g} is above 1")
    try:
        codes = tuple(int(word) for word in lines[2].split())
    except ValueError:
        raise ValueError(f"PDG codes expected, not {lines[2].strip()[:40]!r}") from None
    if not codes or len({COLUMNS.get(c, c + 100) for c in codes}) != len(codes):
        raise ValueError("PDG codes are missing or occur twice")
    if not any(c in COLUMNS for c in codes):
        raise ValueError("no quark, gluon or photon among the PDG codes")
    values = _numbers(lines[3], "x f")
    if values.size != first.size * kept.size * len(codes):
        raise ValueError(
            f"{first.size} x {kept.size} knots and {len(codes)} partons need "
            f"{first.size * kept.size * len(codes)} values, not {values.size}"
        )
    rows = values.reshape(first.size, kept.size, len(codes))[first][:, kept]
    xf = np.zeros((q.size, x.size, 14))
    for j, code in enumerate(codes):
        if code in COLUMNS:
            xf[:, :, COLUMNS[code]] = rows[:, :, j].T
    return Subgrid(x, q, xf), codes


def _knots(line: str, name: str, least: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Knots and which of the line's to keep: one that is written twice counts once, the second time."""
    knots = _numbers(line, f"knots of {name}")
    if not ((knots > 1e-30) & (knots < 1e30)).all() or not (np.diff(knots) >= 0.0).all():
        raise ValueError(f"the knots of {name} do not rise from above zero")
    kept = np.append(np.diff(knots) > 1e-12 * knots[:-1], True) if knots.size else np.empty(0, bool)
    if kept.sum() < least:
        raise ValueError(f"{kept.sum()} knots of {name}, where at least {least} are needed")
    return knots[kept], kept


def _numbers(text: str, what: str) -> NDArray[np.float64]:
    try:
        numbers = np.array([float(word) for word in text.split()])
    except ValueError:
        try:
            numbers = np.array([float(word) for word in GLUED.sub(" ", text).split()])
        except ValueError as error:
            raise ValueError(f"{what}: {str(error)[:80]}") from None
    if not np.isfinite(numbers).all():
        raise ValueError(f"{what}: a value is not finite")
    return numbers
