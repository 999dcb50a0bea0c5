"""What was found, in one plain sentence that claims no more than the numbers say."""

from collections.abc import Mapping, Sequence
from typing import Any

from hepsym.report.page.html import Markup, join
from hepsym.report.page.labels import compact, named
from hepsym.report.run.sections.alignment import recovered

__all__ = ["followed", "found", "relevant_indices", "telling_observables"]

_WELL = 0.99
"""Held-out R² from which an observable counts as recovered."""


def found(analysis: Mapping[str, Any] | None, *, process: str, sqrt_s: float | None, features: int) -> Markup:
    """One sentence on the relevant latents and on what can be read off them.

    analysis is RUN/analysis.json, or None where the run was not analysed; process a name or "".
    """
    of = f"of {process}" if process else "of this table"
    at = f" at √s = {sqrt_s:g} GeV" if sqrt_s is not None else ""
    if analysis is None:
        return join(
            f"A model of {features} features {of}{at} was trained; "
            "what its latents mean has not been asked yet."
        )
    relevant = analysis.get("relevant") or {}
    n = relevant.get("value")
    if n is None:
        count = f"How many latent numbers describe the {features} features {of}{at} depends on β (no plateau)"
    else:
        interval = _interval(relevant)
        count = (
            f"{_number(n).capitalize()} latent number{'s' if n != 1 else ''}{interval} "
            f"describe{'s' if n == 1 else ''} the {features} recorded features {of}{at}"
        )
    good = [(name, r2) for name, r2, _ in recovered(analysis) if r2 >= _WELL]
    if not good:
        best = recovered(analysis)[:1]
        if not best:
            return join(count, ".")
        ((name, r2, _),) = best
        return join(count, "; best read off them is ", named(name), f", with R² = {r2:.2f}.")
    shown = _telling(good)[:4]
    others = len(good) - len(shown)
    names = _listed([named(name) for name, _ in shown] + ([join(f"{others} more")] if others else []))
    least = _floor(min(r2 for _, r2 in good))
    return join(
        count,
        "; " if n is None else ", and ",
        "from those of this run " if n is None else "from them ",
        names,
        f" can be read off with R² ≥ {least}.",
    )


def _interval(relevant: Mapping[str, Any]) -> str:
    low, high, n = relevant.get("low"), relevant.get("high"), relevant.get("value")
    if low is None or high is None:
        return ""
    if low == high == n:
        return " (the same in every training of the plateau)"
    return f" (between {low} and {high} over seeds and β)"


def _number(n: int) -> str:
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    return words[n] if 0 <= n < len(words) else compact(n)


def _floor(r2: float) -> str:
    """Rounded down, so that the sentence stays true."""
    return f"{int(r2 * 1000) / 1000:.3f}"


def telling_observables(analysis: Mapping[str, Any] | None, count: int) -> list[str]:
    """The observables that the relevant latents give best, one of a kind, an angle under its own name."""
    best = _telling([(name, r2) for name, r2, _ in recovered(analysis or {})])
    names = [name.partition(" ")[2] if name.startswith(("sin ", "cos ")) else name for name, _ in best]
    return list(dict.fromkeys(names))[:count]


def _telling(good: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    """Directions before masses before the rest, each kind of observable once, of the first particle named."""
    kinds: dict[str, tuple[str, float]] = {}
    for entry in good:
        kinds.setdefault(entry[0].partition("(")[0], entry)
    first = ("cos_theta", "sin phi", "cos phi", "m")
    order = {kind: place for place, kind in enumerate(first)}
    return sorted(kinds.values(), key=lambda e: (order.get(e[0].partition("(")[0], len(first)), -e[1]))


def _listed(names: Sequence[Markup]) -> Markup:
    return names[0] if len(names) == 1 else Markup(", ".join(names[:-1]) + " and " + names[-1])


def relevant_indices(analysis: Mapping[str, Any] | None) -> list[int]:
    """The latents that count as relevant in this run, most relevant first."""
    if analysis is None:
        return []
    relevant = analysis.get("relevant") or {}
    for key in ("indices", "latents"):
        listed = relevant.get(key)
        if isinstance(listed, list) and all(isinstance(i, int) for i in listed):
            return list(listed)
    return [int(entry["index"]) for entry in analysis.get("latents") or [] if entry.get("observables")]


def followed(analysis: Mapping[str, Any] | None) -> dict[int, list[str]]:
    """For each latent the observables that it follows, closest first."""
    return {
        int(entry["index"]): [
            str(link.get("name", "?")) for link in entry.get("observables") or [] if link.get("follows", True)
        ]
        for entry in (analysis or {}).get("latents") or []
    }
