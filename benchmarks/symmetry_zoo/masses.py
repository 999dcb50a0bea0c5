"""Are masses and energies that hepsym tells where they were put, within their stated errors?"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from hepsym.analysis.symmetries import Constraint
from hepsym.generators.toys.collisions import M_TOP, M_Z, SQRT_S

SHELLS = {
    "ee-2-massive": (35.0, 35.0),
    "ee-3-massive": (20.0, 10.0, 5.0),
    "mass-shell": (1.0,),
    "pp-tops": (M_TOP, M_TOP),
}
"""Masses of the legs a, b, c, ...; of toys not named here all legs are massless"""


def masses(toy: str, told: Iterable[Constraint]) -> list[dict[str, Any]]:
    """What was told, its error and the truth, of mass shells, resonances and energy conservation."""
    out = []
    for equation in told:
        if equation.kind == "mass shell":
            legs = SHELLS.get(toy, (0.0,))
            leg = ord(equation.formula[0]) - ord("a") if equation.formula[1] == "." else 0
            mass = legs[leg % len(legs)]
            if mass == 0.0 and "m^2" in equation.values:
                out.append(_row("m^2 of a massless leg", equation.values["m^2"], 0.0))
            else:
                out.append(_row("mass shell", equation.values["m"], mass))
        elif equation.kind == "resonance":
            out.append(_row("resonance", equation.values["m"], M_Z))
        elif equation.kind == "energy conservation":
            out.append(_row("energy conservation", equation.values["value"], SQRT_S))
    return out


def _row(kind: str, told: tuple[float, float], truth: float) -> dict[str, Any]:
    value, error = told
    return {"kind": kind, "told": value, "error": error, "truth": truth}


def mass_table(scores: list[dict[str, Any]]) -> str:
    """Deviations in stated errors, by kind and truth; GeV, and GeV^2 of an m^2."""
    groups: dict[tuple[int, str, float], list[dict[str, Any]]] = defaultdict(list)
    for score in scores:
        if score["noise"] > 0:
            for row in (r for r in score.get("masses", ()) if r["error"] > 0):
                groups[score["n"], row["kind"], row["truth"]].append(row)
    lines = [
        "| rows | what | truth | told | within 1 error | within 3 errors | worst, in errors | median error |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for (n, kind, truth), rows in sorted(groups.items()):
        off = [abs(r["told"] - r["truth"]) / r["error"] for r in rows]
        error = sorted(r["error"] for r in rows)[len(rows) // 2]
        lines.append(
            f"| {n:,} | {kind} | {truth:g} | {len(rows)} | {sum(d <= 1 for d in off)} "
            f"| {sum(d <= 3 for d in off)} | {max(off):.2f} | {error:.2g} |"
        )
    return "\n".join(lines)
