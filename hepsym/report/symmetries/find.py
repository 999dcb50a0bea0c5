"""What are the symmetries of a file or a run? Rows read, `discover` asked, the answer as plain values."""

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.report.symmetries.rows import Rows
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
    max_degree: int = 3,
    noise: float | None = None,
    trajectory: str | None = None,
    seed: int = 1,
) -> Found:
    """Dimension, equations, generators of a table, an event file, or a run with its data.

    columns as in `hepsym.report.symmetries.rows.read_rows`; the other options are those of
    `hepsym.analysis.symmetries.discover`. Of a run the spectrum of the decoder's Jacobian counts as
    evidence too. `n` in the result is the number of rows in the file; notes say where fewer were used.
    trajectory: a column that says to which trajectory a row belongs; it is taken out of the table, and
    functions of the others that each trajectory keeps are looked for too. Those and the flows of a run's
    latents (`hepsym.report.symmetries.latent_space`) have shares of alpha as large as the rest together.
    Raises InputError as those.
    """
    from hepsym.analysis.symmetries import discover

    _check_columns(columns, trajectory)
    with_label = columns if columns is None or trajectory is None else [*columns, trajectory]
    source = open_source(Path(path), with_label, seed)
    rows, labels = _parted(source.rows, trajectory)
    start = time.perf_counter()
    share = alpha if labels is None and source.trained is None else alpha / 2
    found = plain(
        discover(
            rows.values, rows.names, alpha=share, scale=scale, max_degree=max_degree, noise=noise,
            spectrum=source.spectrum, seed=seed,
        ).to_json()
    )  # fmt: skip
    notes = list(source.notes)
    if rows.total > len(rows.values):
        notes.append(f"{len(rows.values)} of the {rows.total} rows were used, drawn at random by the seed")
    told = found | {"n": rows.total, "alpha": alpha, "notes": [*found.get("notes", []), *notes]}
    if labels is not None:
        from hepsym.analysis.symmetries.conserved import conserved

        kept = conserved(rows.values, labels, rows.names, alpha=share, seed=seed)
        told["conserved"] = plain(kept.to_json())
    if source.trained is not None and labels is None:
        from hepsym.report.symmetries.latent_space import latent_space

        flows, note = latent_space(source.trained, rows.values, alpha=share, seed=seed)
        told["latent"] = plain(flows)
        told["notes"] += [note] if note else []
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


def _parted(rows: Rows, trajectory: str | None) -> tuple[Rows, Floats | None]:
    """The table without its label, and the label of each row."""
    if trajectory is None:
        return rows, None
    if trajectory not in rows.names or len(rows.names) < 2:
        raise InputError(
            f"there is no column {trajectory!r} to tell trajectories apart, beside others; there are "
            f"{', '.join(rows.names[:12])}"
        )
    at = rows.names.index(trajectory)
    names = tuple(name for name in rows.names if name != trajectory)
    return Rows(names, np.delete(rows.values, at, axis=1), rows.total), rows.values[:, at]


def _check_columns(columns: Sequence[str] | None, trajectory: str | None) -> None:
    if columns is not None and trajectory in columns:
        raise InputError(
            f"--trajectory {trajectory} is a label, no column to look at: leave it out of --columns"
        )
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
