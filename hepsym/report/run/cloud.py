"""Where do test events stand in latent space? Their mean codes, and their observables beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError

__all__ = ["Cloud", "read_cloud"]

Array = NDArray[np.float64]
POINTS = 700
"""Test events shown: enough to see a surface, few enough for a small page."""


@dataclass(frozen=True, slots=True, eq=False)
class Cloud:
    """Test events in latent space."""

    codes: Array
    """(n, L) mean codes"""
    observables: Mapping[str, Array]
    """(n,) each"""


def read_cloud(run: Path, names: Sequence[str]) -> Cloud | None:
    """Encode at most 700 test events of a run, with the observables of these names.

    The events are those of `hepsym analyze`, drawn by the run's seed. None where the model or its
    data can no longer be read, or torch is not installed: the page then does without.
    """
    try:
        from hepsym import models
    except ModuleNotFoundError:
        return None
    from hepsym.report.run.subject import read_subject

    try:
        trained = models.load(run)
        subject = read_subject(run, trained, POINTS)
        codes, _ = trained.encode(subject.test)
    except (InputError, OSError):
        return None
    known = {o.name: np.asarray(o.values, dtype=np.float64) for o in subject.observables}
    return Cloud(np.asarray(codes, dtype=np.float64), {name: known[name] for name in names if name in known})
