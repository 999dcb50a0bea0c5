"""A PDF set in LHAPDF 6's own form, small and made of known functions: what the reader is tested on."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Law = Callable[[int, Array, Array], Array]
"""x f of a PDG code at log x and log Q^2."""

CODES = (-5, -4, -3, -2, -1, 21, 1, 2, 3, 4, 5, 22)
X = np.geomspace(1e-6, 1.0, 30)
THRESHOLDS = (1.5, 4.75)
ALPHA_Q = (1.0, 1.2, 1.5, 1.5, 2.5, 4.75, 4.75, 10.0, 91.1876, 1000.0)
ALPHA = (0.48, 0.43, 0.37, 0.37, 0.29, 0.22, 0.22, 0.178, 0.118, 0.088)


def smooth(code: int, log_x: Array, log_q2: Array) -> Array:
    """Shaped like a parton: a power of x at small x, (1 - x)^3 at large, a slow rise with log Q^2."""
    x = np.exp(log_x)
    return (
        (1.0 + 0.1 * abs(code)) * x**0.2 * (1.0 - x) ** 3 * (1.0 + 0.2 * log_q2 - 0.3 * np.sin(0.5 * log_x))
    )


def grid_text(
    law: Law,
    x: Array = X,
    scales: Sequence[Array] = (
        np.array([1.0, 1.2, 1.5]),
        np.geomspace(1.5, 4.75, 6),
        np.geomspace(4.75, 1000.0, 15),
    ),
    codes: Sequence[int] = CODES,
    head: str = "PdfType: central\nFormat: lhagrid1\n",
) -> str:
    """A member file; three subgrids, the first of three knots in Q. 17 digits, so that bits survive."""
    text = head
    for q in scales:
        knots = [" ".join(f"{v:.17g}" for v in values) for values in (x, q)]
        text += "---\n" + "\n".join([*knots, " ".join(map(str, codes))]) + "\n"
        for log_x in np.log(x):
            for log_q2 in 2 * np.log(q):
                text += " ".join(f"{float(law(c, log_x, log_q2)):.17g}" for c in codes) + "\n"
    return text + "---\n"


INFO = f"""# made by a test
SetDesc: "Known functions: no physics" # mem=0 central
SetIndex: 1
Authors: nobody
Format: lhagrid1
NumMembers: 3
Flavors: [-5, -4, -3, -2, -1, 1, 2, 3, 4, 5, 21, 22]
OrderQCD: 1
ErrorType: hessian
XMin: 1e-6
QMin: 1
QMax: 1000
MZ: 91.1876
AlphaS_MZ: 0.118
AlphaS_OrderQCD: 1
AlphaS_Type: ipol
AlphaS_Qs: [{", ".join(map(str, ALPHA_Q[:6]))},
  {", ".join(map(str, ALPHA_Q[6:]))}]
AlphaS_Vals: [{", ".join(map(str, ALPHA))}]
"""


def write_set(folder: Path, name: str = "known", members: int = 3, info: str = INFO) -> Path:
    """FOLDER/name/name.info and members, each 1 + 0.1 m times the central one."""
    place = folder / name
    place.mkdir(parents=True)
    (place / f"{name}.info").write_text(info)
    for m in range(members):
        head = f"PdfType: {'error' if m else 'central'}\nFormat: lhagrid1\n"
        scaled = grid_text(lambda c, a, b, m=m: (1 + 0.1 * m) * smooth(c, a, b), head=head)  # type: ignore[misc]
        (place / f"{name}_{m:04}.dat").write_text(scaled)
    return place
