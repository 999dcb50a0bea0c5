"""How far is what hepsym tells of a table from what is true of it? One score a table."""

import time
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from formulas import FormulaError, distance, independent
from masses import masses
from numpy.typing import NDArray
from scipy.linalg import subspace_angles

from hepsym.analysis.symmetries import discover
from hepsym.generators.toys import Toy

Floats = NDArray[np.float64]

ABOVE = 3.0
"""The dimension is judged at the first scale told from this many noises on"""
FRESH = 1_000_000
"""Added to the seed for the clean rows on which equations are tried"""


@dataclass(frozen=True)
class Score:
    """One table."""

    toy: str
    n: int
    noise: float
    seed: int
    dimension: int
    true_dimension: int
    covered: bool
    """Whether low <= truth <= high"""
    equations: int
    right: int
    """Told equations that hold on fresh rows without noise, as printed"""
    found: int
    """Independent right ones, of each degree no more than declared"""
    declared: int
    fields: int | None
    """Declared generators of the manifold that were told, None where none are declared"""
    declared_fields: int | None
    angle: float | None
    """Largest angle of a declared field that was told to the fields told, in radians"""
    kept: int | None
    declared_kept: int
    false: int
    """Claims that are not true: equations that do not hold, flows said to keep a density that they move"""
    seconds: float
    masses: list[dict[str, Any]] = field(default_factory=list)
    """Told masses and energies beside the truth: kind, told, error, truth"""
    error: str = ""

    @property
    def exact(self) -> bool:
        return self.dimension == self.true_dimension

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def scored(
    toy: Toy, n: int, noise: float, seed: int, *, one_unit: bool = False, max_degree: int = 2
) -> Score:
    rows = toy.draw(n, seed, noise=noise, one_unit=one_unit)
    clean = toy.draw(2000, seed + FRESH)
    started = time.process_time()
    try:
        told = discover(rows, toy.columns, seed=seed, max_degree=max_degree)
    except Exception as error:  # a crash is a score too
        return Score(
            toy=toy.name, n=n, noise=noise, seed=seed, dimension=-1, covered=False, equations=0, right=0,
            found=0, true_dimension=toy.dimension, declared=_declared(toy, max_degree), fields=None,
            angle=None, kept=None,
            declared_fields=None if toy.fields is None else len(toy.fields), false=0,
            declared_kept=0 if toy.kept is None else len(toy.kept), seconds=time.process_time() - started,
            error=f"{type(error).__name__}: {error}",
        )  # fmt: skip
    seconds = time.process_time() - started
    scale, value, low, high = dimension_at(told, ABOVE * noise)
    truth = toy.dimension_at(scale, noise)
    right, found = _equations(toy, told, clean, noise, max_degree)
    fields, angle = (
        (None, None) if toy.fields is None else _fields(told.generators, toy.fields, toy, told, noise)
    )
    count = int(told.density["count"])
    true_count = 0 if toy.kept is None else len(toy.kept)
    # Noise that fills new directions brings symmetries of its own: there is a truth only where it was seen
    # as noise, so that the one value told is the dimension without it.
    judged = noise == 0 or told.dimension.value == truth
    false = len(told.constraints) - right + (max(0, count - true_count) if judged else 0)
    return Score(
        toy=toy.name, n=n, noise=noise, seed=seed,
        dimension=value, true_dimension=truth, covered=low <= truth <= high,
        equations=len(told.constraints), right=right, found=found, declared=_declared(toy, max_degree),
        fields=fields, declared_fields=None if toy.fields is None else len(toy.fields), angle=angle,
        kept=min(count, true_count) if judged else 0, declared_kept=true_count, false=false, seconds=seconds,
        masses=masses(toy.name, told.constraints),
    )  # fmt: skip


def dimension_at(told: Any, scale: float) -> tuple[float, int, int, int]:
    """The first scale told from `scale` on, and value, low, high there; `scale`, the one value if none."""
    d = told.dimension
    if scale > 0:
        for row in sorted(getattr(d, "scales", ()), key=lambda s: _of(s, "scale")):
            if _of(row, "scale") >= 0.999 * scale:
                at = max(float(_of(row, "scale")), scale)
                return at, int(_of(row, "value")), int(_of(row, "low")), int(_of(row, "high"))
    return scale, d.value, d.low, d.high


def _of(row: Any, key: str) -> float:
    return row[key] if isinstance(row, dict) else getattr(row, key)


def _declared(toy: Toy, max_degree: int) -> int:
    return toy.linear + toy.quadratic + (toy.cubic if max_degree >= 3 else 0)


def _equations(toy: Toy, told: Any, clean: Floats, noise: float, max_degree: int) -> tuple[int, int]:
    """Numbers of right ones, and of independent right ones up to what is declared, by degree."""
    bound = max(1e-4, noise / 3)
    true: dict[int, list[str]] = {1: [], 2: [], 3: []}
    for c in told.constraints:
        try:
            if distance(c.formula, toy.columns, clean) < bound:
                true[c.degree].append(c.formula)
        except FormulaError:
            continue
    declared = {1: toy.linear, 2: toy.quadratic, 3: toy.cubic if max_degree >= 3 else 0}
    found = sum(min(declared[k], independent(true[k], toy.columns, clean)) for k in true)
    return sum(len(v) for v in true.values()), found


def _fields(generators: Any, truth: Floats, toy: Toy, told: Any, noise: float) -> tuple[int, float | None]:
    """How many directions of the declared algebra were told, and the largest angle of those."""
    if told.of != "manifold" or not generators:
        return 0, None
    rows = toy.draw(300, 9)
    unit = np.maximum(toy.draw(2000, 9).std(axis=0), 1e-9)
    mine = [((rows @ g.matrix.T + g.shift - g.matrix @ told.centre) / unit).ravel() for g in generators]
    other = [((rows @ f[:, :-1].T + f[:, -1]) / unit).ravel() for f in truth]
    angles = subspace_angles(np.array(mine).T, np.array(other).T)
    close = angles[angles < max(1e-3, 5 * noise)]
    return len(close), float(close.max()) if len(close) else None
