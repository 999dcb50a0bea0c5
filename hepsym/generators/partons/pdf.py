"""What does a proton hold: `load_pdf` a set by name or path, ask it for x f and for alpha_s."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.generators.partons import alpha_s as couplings
from hepsym.generators.partons.alpha_s import AlphaS
from hepsym.generators.partons.grid import Grid, build
from hepsym.generators.partons.info import number, numbers, read_info
from hepsym.generators.partons.interpolation import fill_xf
from hepsym.generators.partons.lhagrid import COLUMNS, read_member
from hepsym.generators.partons.sets import DEFAULT_PDF, HOW_TO_GET_ONE, pdf_sets

Values = NDArray[np.float64]

_MEMBER_FILE = re.compile(r"^(.+)_(\d{4})\.dat$")
PUBLISHED = {"CT14qed_proton": (0.118, 2)}
"""alpha_s(M_Z) and loops of a set that Pythia carries without its .info: https://arxiv.org/abs/1509.02905"""

_FLOORS = {"0": -np.inf, "1": 0.0, "2": 1e-10}


@dataclass(frozen=True, slots=True, eq=False)
class PDF:
    """One member of a set of parton densities, frozen; any number of threads may ask it."""

    name: str
    member: int
    path: Path
    flavours: tuple[int, ...]
    """PDG codes in the file"""
    x_min: float
    x_max: float
    q2_min: float
    """GeV^2"""
    q2_max: float
    grid: Grid
    """what the kernels of `interpolation` read"""
    coupling: AlphaS | None
    """alpha_s that the set was made with; None where nothing says it"""
    error_type: str
    """of the whole set, as its .info says: "hessian", "replicas", ...; empty without one"""
    member_count: int

    def xf(self, x: Values | float, q2: Values | float, out: Values | None = None) -> Values:
        """x f_i(x, Q^2), (n, 14): partons i = -6..6 at i + 6 with the gluon at 6, the photon at 13.

        x (n,), q2 (n,) in GeV^2 or one number for all; out, where given, (n, 14) float64 and contiguous.
        For x >= 1 all are 0; below x_min and outside [q2_min, q2_max] the value at the edge is taken
        (`require_range` refuses a process that lies outside altogether). Raises InputError where x or q2
        is not positive and finite. Error: `interpolation`.
        """
        momentum, scale = _column(x), _column(q2)
        n = max(momentum.size, scale.size) if min(momentum.size, scale.size) else 0
        for name, values in (("x", momentum), ("q2", scale)):
            if values.size not in (1, n):
                raise InputError(f"x and q2 of a PDF have {momentum.size} and {scale.size} values")
            if n and not (values.min() > 0.0 and values.max() < np.inf):
                raise InputError(f"{name} of a PDF must be above 0 and finite")
        if out is None:
            out = np.empty((n, 14))
        elif out.shape != (n, 14) or out.dtype != np.float64 or not out.flags.c_contiguous:
            raise InputError(f"out must be contiguous float64 of shape ({n}, 14)")
        momentum = momentum if momentum.size == n else np.full(n, momentum[0])
        fill_xf(self.grid, momentum, scale if scale.size == n else np.full(n, scale[0]), out)
        return out

    def alpha_s(self, q2: Values | float) -> Values:
        """The set's own alpha_s at Q^2 in GeV^2, of q2's shape. Raises InputError where it has none."""
        if self.coupling is None:
            raise InputError(
                f"PDF set {self.name} does not say its alpha_s: set qcd.alpha_s and qcd.order in the card"
            )
        return self.coupling(q2)

    @property
    def members(self) -> Sequence["PDF"]:
        """All members of the set, each read when it is first asked for; [0] is the central one."""
        return Members(self)

    def require_range(self, x_min: float, q2_min: float, q2_max: float) -> None:
        """Raise InputError where a process with x >= x_min and these scales lies wholly outside."""
        inside = f"PDF set {self.name} covers"
        if q2_max < self.q2_min or q2_min > self.q2_max:
            raise InputError(
                f"the scales Q = {q2_min**0.5:g} .. {q2_max**0.5:g} GeV lie outside the grid: {inside} "
                f"Q = {self.q2_min**0.5:g} .. {self.q2_max**0.5:g} GeV; change the cuts or qcd.scale"
            )
        if x_min >= self.x_max:
            raise InputError(f"x >= {x_min:g} lies outside the grid: {inside} x up to {self.x_max:g}")


def _column(values: Values | float) -> Values:
    """As the kernels are compiled for: (n,) float64, contiguous and writable."""
    column = np.require(values, np.float64, ["C", "W"])
    if column.ndim > 1:
        raise InputError(f"x and q2 of a PDF are (n,) or numbers, not of shape {column.shape}")
    return column.reshape(-1)


class Members(Sequence[PDF]):
    """The members of one set, read on demand and kept."""

    def __init__(self, pdf: PDF) -> None:
        self._pdf = pdf

    def __len__(self) -> int:
        return self._pdf.member_count

    def __getitem__(self, index: int) -> PDF:  # type: ignore[override]
        n = len(self)
        if not -n <= index < n:
            raise IndexError(f"PDF set {self._pdf.name} has members 0 to {n - 1}, not {index}")
        return _load(self._pdf.path.with_name(f"{self._pdf.name}_{index % n:04}.dat"))


def load_pdf(name_or_path: str | Path | None = None) -> PDF:
    """A member of a PDF set: "NAME", "NAME/3", a set's folder, or a member's .dat file.

    None is the default, DEFAULT_PDF. Read once a process and kept. Raises InputError, one line, where no
    set of the name is here (with the nearest name, and how to get one) or where its file is damaged.
    """
    given = str(DEFAULT_PDF if name_or_path is None else name_or_path)
    path = Path(given)
    if path.suffix == ".dat" and path.is_file():
        return _load(path.resolve())
    name, _, tail = given.rpartition("/") if re.fullmatch(r".+/\d+", given) else (given, "", "0")
    member = int(tail)
    if Path(name).is_dir() and (Path(name) / f"{Path(name).resolve().name}.info").is_file():
        central = Path(name).resolve() / f"{Path(name).resolve().name}_0000.dat"
    else:
        sets = pdf_sets()
        if name not in sets:
            raise InputError(_not_found(name, sets))
        central = sets[name]
    set_name = central.name.removesuffix("_0000.dat")
    wanted = central.with_name(f"{set_name}_{member:04}.dat")
    if not wanted.is_file():
        raise InputError(f"PDF set {set_name} has no member {member} at {wanted.parent}")
    return _load(wanted.resolve())


def _not_found(name: str, sets: dict[str, Path]) -> str:
    if not sets:
        return f"no PDF set is installed, and {name!r} is asked for: {HOW_TO_GET_ONE}"
    near = difflib.get_close_matches(name, sets, 1)
    hint = f"did you mean {near[0]}" if near else "`hepsym doctor` lists those found"
    return f"PDF set {name!r} is not among the {len(sets)} found: {hint}; to get more, {HOW_TO_GET_ONE}"


@lru_cache(maxsize=256)
def _load(path: Path) -> PDF:
    match = _MEMBER_FILE.match(path.name)
    name, member = (match[1], int(match[2])) if match else (path.stem, 0)
    beside = path.with_name(f"{name}.info")
    info = read_info(beside) if beside.is_file() else {}
    made = read_member(path)
    info |= made.head
    floor = info.get("ForcePositive", "0")
    if floor not in _FLOORS:
        raise InputError(f"{path}: ForcePositive must be 0, 1 or 2, not {floor[:20]!r}")
    grids = made.subgrids
    return PDF(
        name=name,
        member=member,
        path=path,
        flavours=tuple(f for f in made.flavours if f in COLUMNS),
        x_min=max(float(s.x[0]) for s in grids),
        x_max=min(float(s.x[-1]) for s in grids),
        q2_min=float(grids[0].q[0] ** 2),
        q2_max=float(grids[-1].q[-1] ** 2),
        grid=build(grids, _FLOORS[floor]),
        coupling=_coupling(name, info),
        error_type=info.get("ErrorType", ""),
        member_count=max(1, int(number(info, "NumMembers", 1))),
    )


def _coupling(name: str, info: dict[str, str]) -> AlphaS | None:
    """alpha_s by the table, by the values at M_Z, or by the value in a name such as ..._lo_as_0130."""
    if "AlphaS_Qs" in info and "AlphaS_Vals" in info:
        return couplings.table(numbers(info, "AlphaS_Qs"), numbers(info, "AlphaS_Vals"))
    if "AlphaS_MZ" in info:
        walls = [number(info, key, 0.0) for key in ("MCharm", "MBottom", "MTop")]
        return couplings.running(
            number(info, "AlphaS_MZ", 0.0),
            min(3, 1 + int(number(info, "AlphaS_OrderQCD", number(info, "OrderQCD", 0)))),
            m_z=number(info, "MZ", 91.1876),
            thresholds=walls if all(walls) else couplings.THRESHOLDS,
        )
    named = re.search(r"_(lo|nlo|nnlo)\w*?_as_0(\d{3})", name)
    if name in PUBLISHED:
        return couplings.running(*PUBLISHED[name])
    if named is None:
        return None
    return couplings.running(float(f"0.{named[2]}"), {"lo": 1, "nlo": 2, "nnlo": 3}[named[1]])
