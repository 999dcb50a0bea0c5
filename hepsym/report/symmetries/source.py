"""What is asked about: a table, an event file, or a run with its data and its decoder's Jacobian?"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.report.run.record import load_record
from hepsym.report.symmetries.rows import Rows, read_rows

if TYPE_CHECKING:
    from hepsym.models.runs.trained import Trained

__all__ = ["Source", "open_source"]

Floats = NDArray[np.float64]

JACOBIAN_ROWS = 500


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """Rows, and what a trained model adds."""

    path: Path
    rows: Rows
    spectrum: Floats | None
    """Singular values of the decoder's Jacobian, medians over test points, the largest first."""
    notes: tuple[str, ...] = ()
    trained: "Trained | None" = None
    """The run's model, where it was trained on these columns"""


def open_source(path: Path, columns: Sequence[str] | None, seed: int) -> Source:
    """Read a file, or the data of a run (config.json in a directory).

    Raises InputError as `read_rows`, and for a run whose data are gone.
    """
    if not (path / "config.json").is_file():
        return Source(path, read_rows([path], columns, seed=seed), None)
    record = load_record(path)
    files = record.files
    if not files:
        raise InputError(f"{path}/config.json names no data files: give the data file itself")
    gone = next((file for file in files if not file.exists()), None)
    if gone is not None:
        raise InputError(f"the data of {path} are not at {gone} any more: give the data file itself")
    chosen = columns if columns is not None else record.config.get("names")
    rows = read_rows(files, chosen, seed=seed, first=record.config.get("rows"))
    from hepsym import models

    told = ((record.analysis or {}).get("jacobian") or {}).get("median")
    spectrum = np.asarray(told, dtype=np.float64) if told else None
    try:
        trained = models.load(path)
        if rows.names != trained.names:
            note = "the decoder was not looked at: --columns are not those of the run"
            return Source(path, rows, spectrum, (note,))
        return Source(path, rows, _spectrum(trained, rows) if spectrum is None else spectrum, (), trained)
    except (InputError, AttributeError, NotImplementedError) as error:
        return Source(path, rows, spectrum, (f"the decoder was not looked at: {error}",))


def _spectrum(trained: "Trained", rows: Rows) -> Floats:
    """From the weights at the codes of some rows, where `hepsym analyze` did not keep it."""
    from hepsym.analysis import jacobian_spectrum

    mu, _ = trained.encode(rows.values[:JACOBIAN_ROWS])
    return jacobian_spectrum(trained.jacobian(mu)).median
