"""How a quantity is written: on an axis, in a sentence, in a table."""

import math
import re
import unicodedata
from dataclasses import dataclass

from hepsym.report.page.html import Markup, escaped

__all__ = [
    "MOMENTUM",
    "Written",
    "axis_label",
    "compact",
    "named",
    "p_equals",
    "p_text",
    "particle",
    "pretty",
    "process",
    "r_squared",
    "scientific",
    "value_error",
]

_GREEK = {"mu": "μ", "ta": "τ", "tau": "τ", "gamma": "γ", "a": "γ", "z": "Z", "w": "W", "h": "H", "g": "g"}
_SIGNS = {"+": "⁺", "-": "⁻", "~": "̄"}
_NEUTRINOS = {"ve": "νₑ", "vm": "ν_μ", "vt": "ν_τ"}
_FUNCTIONS = {
    "cos_theta": "cos θ", "cos_theta_star": "cos θ*", "cos_theta_cs": "cos θ_CS", "phi": "φ",
    "phi_cs": "φ_CS",
    "theta": "θ", "eta": "η", "pt": "p_T", "delta_r": "ΔR", "delta_phi": "Δφ", "delta_eta": "Δη", "px": "p_x",
    "py": "p_y", "pz": "p_z", "mt": "m_T",
}  # fmt: skip
_SUBSCRIPTS = re.compile(r"(p|m|ν|θ|φ)_(T|x|y|z|μ|τ|CS)\b")
MOMENTUM = re.compile(r"([A-Za-z]+[+\-~]?(?:#\d+)?)\.(E|px|py|pz)")
"""A column that holds a component of a particle's four-momentum."""
_LONGEST, _LONGEST_ON_AXIS = 48, 26


@dataclass(frozen=True, slots=True)
class Written:
    """How an observable is written, as far as that is known."""

    latex: str | None = None
    unit: str = ""
    period: float | None = None
    """Of an angle; None for what does not come round."""


def particle(name: str) -> str:
    """A particle's name as physicists write it: `mu-` is μ⁻, `ta+` τ⁺, `u~` ū."""
    match = re.fullmatch(r"([A-Za-z]+)([+\-~]?)(#\d+)?", name)
    if not match:
        return name
    stem, sign, leg = match.groups()
    stem = _NEUTRINOS.get(stem, _GREEK.get(stem, stem))
    return unicodedata.normalize("NFC", stem + _SIGNS.get(sign, sign)) + (leg or "")


def pretty(name: str) -> str:
    """An observable's or a column's name in plain Unicode: `cos_theta(mu-)` is cos θ(μ⁻).

    What is not understood stays as it is, shortened to 48 characters; the result is text, not
    HTML, and must still be escaped.
    """
    name = name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"
    outer = re.fullmatch(r"(sin|cos) (.+)", name)
    if outer:
        return f"{outer[1]} {pretty(outer[2])}"
    call = re.fullmatch(r"([A-Za-z_]+)\(([^()]*)\)", name)
    if call:
        inner = " ".join(particle(word) for word in call[2].split())
        return f"{_FUNCTIONS.get(call[1], call[1])}({inner})"
    component = MOMENTUM.fullmatch(name)
    if component:
        return f"{_FUNCTIONS.get(component[2], component[2])}({particle(component[1])})"
    return _FUNCTIONS.get(name, name)


def process(text: str) -> str:
    """A process string as physicists write it: `e- e+ > mu- mu+` is e⁻ e⁺ → μ⁻ μ⁺."""
    return " ".join("→" if word == ">" else particle(word) for word in text.split())


def named(name: str) -> Markup:
    """`pretty` as HTML, its subscripts lowered; what came with the name is escaped."""
    return Markup(_SUBSCRIPTS.sub(r"\1<sub>\2</sub>", escaped(pretty(name))))


def axis_label(name: str, latex: str | None = None, unit: str = "") -> str:
    """What matplotlib is given for an axis: LaTeX-like where it parses, else the text as it is.

    A `$` in a name from a file is escaped, so that it can never open mathematics. Call it inside
    `style.look()`: it asks matplotlib to parse.
    """
    suffix = f" [{unit[:12]}]" if unit else ""
    if latex and len(latex) <= _LONGEST:
        inner = latex.strip().strip("$")
        if "$" not in inner and _parses(f"${inner}$"):
            return f"${inner}${_plain(suffix)}"
    shown = pretty(name)
    shown = shown if len(shown) <= _LONGEST_ON_AXIS else shown[: _LONGEST_ON_AXIS - 1] + "…"
    return _SUBSCRIPTS.sub(r"$\1_{\\mathrm{\2}}$", _plain(shown + suffix))


def _plain(text: str) -> str:
    shown = "".join(c if c.isprintable() else "�" for c in text)
    return shown.replace("$", r"\$")


def _parses(text: str) -> bool:
    from matplotlib.mathtext import MathTextParser

    try:
        MathTextParser("path").parse(text)
    except (ValueError, RuntimeError):
        return False
    return True


def compact(value: float, digits: int = 4) -> str:
    """A number to `digits` significant digits: thin spaces in large integers, × 10ⁿ outside 1e-3 to 1e6."""
    if not math.isfinite(value):
        return "not finite"
    if float(value).is_integer() and abs(value) < 1e15:
        return f"{int(value):,}".replace(",", "\u202f")
    if 1e-3 <= abs(value) < 1e6:
        return f"{value:.{digits}g}" if abs(value) < 10**digits else f"{value:.0f}"
    return scientific(value, digits)


def r_squared(value: float) -> str:
    """To four places, towards zero: 0.99996 is shown as 0.9999, because only a perfect fit is 1."""
    return f"{math.trunc(value * 1e4) / 1e4:.4f}"


def scientific(value: float, digits: int = 3) -> str:
    """A number as 1.23 × 10⁻⁴."""
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    raised = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{mantissa} × 10{raised}"


def p_equals(p: float) -> str:
    """`p = 0.04` in a sentence; `p < 10⁻³⁰⁰` where it is zero in float64."""
    return f"p = {p_text(p)}" if p > 0.0 else "p < 10⁻³⁰⁰"


def p_text(p: float) -> str:
    """A p-value in a cell: two digits, as a power of ten below 0.001."""
    return f"{p:.2g}" if p >= 1e-3 else ("below 10⁻³⁰⁰" if p == 0.0 else scientific(p, 2))


def value_error(value: float, error: float | None, unit: str = "") -> str:
    """`2099.25 ± 0.12 pb`: the error to two significant digits, the value to the same place.

    Without an error, or with one that is zero or not finite, five significant digits; eight where the
    error is below 1e-8 of the value, as that of an integral in closed form is.
    """
    suffix = f" {unit}" if unit else ""
    if error is None or not math.isfinite(error) or error <= 0 or not math.isfinite(value):
        return f"{value:.5g}{suffix}"
    if error < 1e-8 * abs(value):
        return f"{value:.8g} ± {scientific(error, 1)}{suffix}"
    places = 1 - math.floor(math.log10(error))
    if places < 0 or places > 12:
        return f"{value:.5g} ± {error:.2g}{suffix}"
    return f"{value:.{places}f} ± {error:.{places}f}{suffix}"
