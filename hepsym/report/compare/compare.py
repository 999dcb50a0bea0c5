"""How are samples compared? The first is the reference; two passes over the files."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hepsym.errors import InputError
from hepsym.report.compare.asked import EVERYWHERE
from hepsym.report.compare.filled import Binning, Filled, binning, fill
from hepsym.report.compare.sources import Block, Source, open_source
from hepsym.report.compare.verdict import Verdict, judged

__all__ = ["ALPHA", "Comparison", "compare"]

ALPHA = 0.01
BINS = 50
BEGINNING = 131_072
"""Events of each sample from which ranges and bins are taken."""
MOST = 30
"""Observables at most, unless they are named: a page with more is not read."""

Path_ = str | os.PathLike[str]


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Samples beside a reference."""

    reference: Source
    filled: tuple[Filled, ...]
    """Of the reference, then of the others."""
    binnings: tuple[Binning, ...]
    verdicts: tuple[Verdict, ...]
    alpha: float
    seed: int
    notes: tuple[str, ...]

    @property
    def worst(self) -> Verdict:
        """The sample with the smallest p-value."""
        return min(self.verdicts, key=lambda v: v.p_value)

    @property
    def p_value(self) -> float:
        """Over all samples: Bonferroni's, their number times the smallest."""
        return min(1.0, len(self.verdicts) * self.worst.p_value)

    @property
    def compatible(self) -> bool:
        """Whether no difference is seen at the level alpha."""
        return self.p_value >= self.alpha

    def to_json(self) -> dict[str, Any]:
        """`observables`, `classifier` and `rate` are those of the sample with the smallest p-value."""
        worst = self.worst.to_json(self.alpha)
        return {
            "reference": str(self.reference.path),
            "events": {
                str(s.path): f.events
                for s, f in zip(
                    (self.reference, *(v.source for v in self.verdicts)), self.filled, strict=True
                )
            },
            "observables": worst["observables"],
            "histograms": worst["histograms"],
            "classifier": worst["classifier"],
            "rate": worst["rate"],
            "p_value": self.p_value,
            "compatible": self.compatible,
            "alpha": self.alpha,
            "seed": self.seed,
            "comparisons": [v.to_json(self.alpha) for v in self.verdicts],
            "notes": list(self.notes),
        }


def compare(
    paths: Sequence[Path_],
    *,
    observables: Sequence[str] | None = None,
    bins: int = BINS,
    alpha: float = ALPHA,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Comparison:
    """Compare samples with the first one: event files of any format, tables, runs.

    observables by name (docs/compare.md); without them, what one looks at first in any of the samples
    (`default_observables` of like events) and all can be asked for, at most 30. The tests look at
    shapes; rates are compared where the files know them. Memory does not grow with the files (but for
    .npz and tables). Raises InputError for fewer than two paths, bins outside 2 .. 1000, alpha
    outside ]0, 1[, unknown or constant observables, damaged files.
    """
    if len(paths) < 2:
        raise InputError(f"{len(paths)} sample to compare: give two or more, the reference first")
    if not 2 <= bins <= 1000:
        raise InputError(f"bins = {bins} must be from 2 to 1000")
    if not 0.0 < alpha < 1.0:
        raise InputError(f"alpha = {alpha:g} must lie between 0 and 1, such as 0.01")
    sources = [open_source(Path(path)) for path in paths]
    beginnings = [source.beginning(BEGINNING) for source in sources]
    notes: list[str] = []
    binnings = _binnings(sources, beginnings, observables, bins, notes)
    done = 0

    def told(events: int) -> None:
        nonlocal done
        done += events
        if progress is not None:
            progress(done, 0)

    filled = [fill(source, binnings, seed + i, told) for i, source in enumerate(sources)]
    verdicts = [
        judged(sources[0], source, filled[0], f, binnings, seed)
        for source, f in zip(sources[1:], filled[1:], strict=True)
    ]
    notes += [note for verdict in verdicts for note in verdict.notes]
    return Comparison(
        sources[0], tuple(filled), tuple(binnings), tuple(verdicts), alpha, seed, tuple(dict.fromkeys(notes))
    )


def _binnings(
    sources: Sequence[Source],
    beginnings: Sequence[Sequence[Block]],
    wanted: Sequence[str] | None,
    bins: int,
    notes: list[str],
) -> list[Binning]:
    named = wanted is not None
    names = list(dict.fromkeys(wanted if wanted is not None else _usual(beginnings)))
    found: list[Binning] = []
    for name in names:
        try:
            made = binning(name, beginnings, bins)
        except InputError as error:
            if named:
                raise
            notes.append(f"{name} is left out: {error}")
            continue
        if made is not None:
            found.append(made)
        elif named:
            raise InputError(f"{name!r} is one and the same in all events of all samples: name another")
    if not found and not named and not any(source.table for source in sources):
        # Other particles in each: what can be asked of any events is left.
        notes.clear()
        notes.append("the samples hold different particles: only what all have is compared")
        found = [made for name in EVERYWHERE if (made := binning(name, beginnings, bins)) is not None]
    if not found:
        told = " and ".join(str(source.path) for source in sources)
        raise InputError(f"{told} have nothing in common that varies: name it with --observables")
    if not named and len(found) > MOST:
        notes.append(f"{len(found) - MOST} observables are left out: name them with --observables")
        found = found[:MOST]
    return found


def _usual(beginnings: Sequence[Sequence[Block]]) -> list[str]:
    """In the order of the reference, then what varies in another sample only (an azimuth that the
    reference lacks); `n(...)` and the like for all, where one sample has unlike events."""
    alike = [getattr(blocks[0].content, "uniform", True) for blocks in beginnings]
    if len(set(alike)) > 1:
        unlike = beginnings[alike.index(False)][0]
        return unlike.usual()
    return [name for blocks in beginnings for name in blocks[0].usual()]
