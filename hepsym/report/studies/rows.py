"""Which rows does a study learn from? Events of a process or rows of a toy, smeared where it is asked."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hepsym.random import normals

if TYPE_CHECKING:
    from hepsym.report.studies.card import GenerateStage, Study

__all__ = ["make_rows", "rows_path", "smeared"]

Floats = NDArray[np.float64]
Progress = Callable[[int, int], None] | None

NOISE_STREAM = 100
"""Column j takes the stream NOISE_STREAM + j, as `hepsym.generators.toys.Toy.draw` does."""


def rows_path(stage: "GenerateStage", out: Path) -> Path:
    """The file that the fit reads: OUT/events of a process, OUT/rows.npz where it is a plain table."""
    return out / ("rows.npz" if stage.toy or stage.noise else "events")


def make_rows(study: "Study", out: Path, threads: int | None, progress: Progress) -> dict[str, Any]:
    """Write the study's rows under OUT; what there is to say of them. Whole files only, resumable."""
    made = study.generate
    said: dict[str, Any] = {}
    if made.toy:
        from hepsym.generators.toys import TOYS

        toy = TOYS[made.toy]
        names, rows = toy.columns, toy.draw(made.events, made.seed, noise=made.noise)
        said = {"toy": made.toy, "events": made.events, "seed": made.seed, "noise": made.noise}
    else:
        from hepsym import events, generators

        path = out / "events"
        said = generators.generate_to(
            study.process_card(), made.events, path, seed=made.seed, threads=threads,
            resume=path.exists(), progress=progress,
        ).to_json()  # fmt: skip
        if not made.noise:
            return said
        table = events.read_table([path], study.fit.columns)
        names, rows = table.names, smeared(table.values, made.noise, made.seed)
        said |= {"noise": made.noise}
    _save(rows_path(made, out), names, rows)
    return said


def smeared(rows: Floats, noise: float, seed: int) -> Floats:
    """rows (n, D) plus Gaussian noise of `noise` standard deviations of each column.

    Row i's noise is a function of (seed, i) alone; a constant column stays as it is.
    """
    out = rows.copy()
    for j, width in enumerate(rows.std(axis=0)):
        out[:, j] += noise * width * normals(seed, len(rows), stream=NOISE_STREAM + j)
    return out


def _save(path: Path, names: tuple[str, ...], rows: Floats) -> None:
    from hepsym.events.disk.atomic import atomic_file

    with atomic_file(path, overwrite=True) as file:
        np.savez(file, **{name: rows[:, j] for j, name in enumerate(names)})  # type: ignore[arg-type]
