"""What is asked of each event, whether all events hold the same particles or not?

One number an event, always: two particles of one event are not independent, so a histogram of the
transverse momenta of all pions would have no known null distribution.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.report.compare.expression import evaluated

if TYPE_CHECKING:
    from hepsym.events import Events

__all__ = ["EVERYWHERE", "Answer", "answer", "usual"]

Floats = NDArray[np.float64]
Content = Any
"""Events, or a mapping of columns."""

_KINDS = 4
"""Of so many kinds of particles, those that occur in most events, the leading one is looked at."""

EVERYWHERE = (
    "n()", "sum_pt()", "total_m()", "total_pt()", "leading_pt()", "leading_eta()", "leading_phi()",
)  # fmt: skip
"""What can be asked of any events."""

_INCLUSIVE_KINDS = ("n", "sum_pt", "leading_pt", "leading_eta", "leading_phi", "total_m", "total_pt")
_INCLUSIVE = re.compile(rf"({'|'.join(_INCLUSIVE_KINDS)})\(\s*([^\s()]*)\s*\)")


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """An observable's values, (n,); NaN where an event does not have it (no such particle)."""

    values: Floats
    latex: str | None = None
    unit: str = ""
    period: float | None = None
    whole: bool = False
    """Whether the values are counts."""


def answer(content: Content, name: str) -> Answer:
    """The values of what `name` says.

    A column of a table; an observable of like events (`hepsym.events.observable`); a column that the
    file carries; and of any events, with the outgoing particles of a kind, or all of them:
    `n(g)`, `sum_pt(g)`, `leading_pt(g)`, `leading_eta(g)`, `leading_phi(g)` (of the one with the largest
    pt), `n()`, `sum_pt()`, ..., `total_m()`, `total_pt()`; and
    arithmetic of all these (`expression.py`). Raises InputError for an unknown name.
    """
    if isinstance(content, Mapping):
        if name not in content:
            made = evaluated(name, lambda atom: answer(content, atom).values, set())
            if made is not None:
                return Answer(made)
            raise InputError(f"no column {name!r} in the table; there are {', '.join(list(content)[:12])}")
        return Answer(np.asarray(content[name], dtype=np.float64))
    from hepsym import events

    column = content.columns.get(name)
    if column is not None and column.ndim == 1 and np.issubdtype(column.dtype, np.number):
        return Answer(column.astype(np.float64), whole=np.issubdtype(column.dtype, np.integer))
    match = _INCLUSIVE.fullmatch(name.strip())
    if match:
        return _inclusive(content, match[1], match[2])
    kinds = {*events.observable_names(), *_INCLUSIVE_KINDS}
    made = evaluated(name, lambda atom: answer(content, atom).values, kinds)
    if made is not None:
        return Answer(made)
    if not events.have_names(content):
        raise InputError(
            f"{name!r} cannot be asked of events that differ in their particles; ask n(), sum_pt(), "
            "total_m(), n(g), leading_pt(g), leading_eta(g), leading_phi(g) and the like"
        )
    found = events.observable(content, name)
    return Answer(np.asarray(found.values), found.latex, found.unit, found.period)


def usual(content: Content) -> list[str]:
    """What one looks at first: all columns; `default_observables` of like events; of unlike ones the
    number of outgoing particles, their scalar sum of pt, the mass and pt of all together, and of the
    four kinds that most events have the number and the pt, eta and phi of the leading one.
    """
    if isinstance(content, Mapping):
        return [str(name) for name in content]
    from hepsym import events

    if events.have_names(content):
        return [o.name for o in events.default_observables(content)]
    from hepsym.constants import name_of

    out = _outgoing(content)
    ids = np.broadcast_to(content.pdg_ids, out.shape)
    kinds, counts = np.unique(ids[out], return_counts=True)
    often = [name_of(int(k)) for k in kinds[np.argsort(-counts, kind="stable")][:_KINDS]]
    names = ["n()", "sum_pt()", "total_m()", "total_pt()"]
    if len(kinds) > 1:
        names += [f"n({kind})" for kind in often]
    return names + [
        f"leading_{q}({kind})" for kind in (often if len(kinds) > 1 else [""]) for q in ("pt", "eta", "phi")
    ]


def _outgoing(content: "Events") -> NDArray[np.bool_]:
    from hepsym.events import OUTGOING

    return np.broadcast_to(content.status == OUTGOING, content.momenta.shape[:2])


def _inclusive(content: "Events", what: str, kind: str) -> Answer:
    from hepsym import lorentz
    from hepsym.constants import pdg_id

    chosen = _outgoing(content)
    if kind:
        chosen = chosen & (np.broadcast_to(content.pdg_ids, chosen.shape) == pdg_id(kind))
    shown = kind or "all"
    if what == "n":
        return Answer(chosen.sum(axis=1).astype(np.float64), whole=True)
    momenta = np.where(chosen[..., None], content.momenta, 0.0)
    if what.startswith("total"):
        total = momenta.sum(axis=1)
        function: Callable[..., NDArray[Any]] = lorentz.mass if what == "total_m" else lorentz.pt
        return Answer(np.asarray(function(total)), None, "GeV")
    pt = np.hypot(momenta[..., 1], momenta[..., 2])
    if what == "sum_pt":
        return Answer(pt.sum(axis=1), rf"\sum p_T(\mathrm{{{_safe(shown)}}})", "GeV")
    first = np.where(chosen, pt, -1.0).argmax(axis=1)
    leading = momenta[np.arange(len(momenta)), first]
    there = chosen.any(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        if what == "leading_pt":
            values, unit, period = lorentz.pt(leading), "GeV", None
        elif what == "leading_eta":
            values, unit, period = lorentz.pseudorapidity(leading), "", None
        else:
            values, unit, period = lorentz.phi(leading), "rad", 2.0 * np.pi
    return Answer(np.where(there, values, np.nan), None, unit, period)


def _safe(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9+\-]", "", text)
