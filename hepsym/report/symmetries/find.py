"""What are the symmetries of a file or a run? Rows read, `discover` asked, the answer as plain values."""

import inspect
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.report.symmetries.source import open_source

__all__ = ["Found", "find_symmetries"]

Floats = NDArray[np.float64]

DRAWN = 20_000
"""Rows kept for figures."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What `hepsym symmetries` came to."""

    path: Path
    told: Mapping[str, Any]
    """JSON values: the contract of `hepsym symmetries --json`."""
    names: tuple[str, ...]
    rows: Floats
    """(n, D), some of the rows, for figures"""
    spectrum: Floats | None
    seconds: float


def find_symmetries(
    path: str | Path,
    columns: Sequence[str] | None = None,
    *,
    alpha: float = 0.01,
    scale: float | None = None,
    max_degree: int = 2,
    noise: float | None = None,
    seed: int = 1,
) -> Found:
    """Dimension, equations, generators of a table, an event file, or a run with its data.

    columns as in `hepsym.report.symmetries.rows.read_rows`; the other options are those of
    `hepsym.analysis.symmetries.discover`. Of a run the spectrum of the decoder's Jacobian counts as
    evidence too. `n` in the result is the number of rows in the file; notes say where fewer were used.
    Raises InputError as those.
    """
    from hepsym.analysis.symmetries import discover

    _check_columns(columns)
    source = open_source(Path(path), columns, seed)
    rows = source.rows
    start = time.perf_counter()
    known = inspect.signature(discover).parameters
    asked: dict[str, Any] = {"alpha": alpha, "scale": scale, "max_degree": max_degree, "seed": seed}
    for name, value in (("spectrum", source.spectrum), ("noise", noise)):
        if value is not None and name in known:
            asked[name] = value
    found = plain(discover(rows.values, rows.names, **asked).to_json())
    notes = list(source.notes)
    if rows.total > len(rows.values):
        notes.append(f"{len(rows.values)} of the {rows.total} rows were used, drawn at random by the seed")
    told = found | {"n": rows.total, "notes": [*found.get("notes", []), *notes]}
    if source.spectrum is not None:
        told["jacobian"] = {"median": plain(source.spectrum)}
    return Found(
        path=source.path,
        told=told,
        names=rows.names,
        rows=rows.values[:DRAWN].copy(),
        spectrum=source.spectrum,
        seconds=time.perf_counter() - start,
    )


def _check_columns(columns: Sequence[str] | None) -> None:
    if columns is not None and ("" in columns or len(set(columns)) < len(columns) or not columns):
        raise InputError(f"--columns {','.join(columns)}: name each column once, commas between them")


def plain(value: Any) -> Any:
    """The value made of what JSON knows: arrays as lists, what is not finite as None."""
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value
