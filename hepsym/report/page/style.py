"""How every figure looks: one font, one palette, colours that the page decides.

A figure is drawn in sentinel colours. On the page each is a CSS variable, so one drawing serves
light and dark; where a file is wanted (a slide), each is replaced by its light value.
"""

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["COLOURS", "GRID", "INK", "MUTED", "PAPER", "SERIES", "SOFT", "look", "new_figure"]

INK, MUTED, GRID, PAPER, SOFT = "#0a0b01", "#0a0b02", "#0a0b03", "#0a0b04", "#0a0b05"
SERIES = ("#0a0b11", "#0a0b12", "#0a0b13", "#0a0b14", "#0a0b15", "#0a0b16")
"""Told apart by readers with any colour vision, and in grey by their order."""

COLOURS: dict[str, tuple[str, str, str]] = {
    INK: ("ink", "#16202c", "#e7edf3"),
    MUTED: ("muted", "#5b6775", "#9aa8b8"),
    GRID: ("grid", "#dde3ea", "#2c3744"),
    PAPER: ("paper", "#ffffff", "#141b24"),
    SOFT: ("soft", "#a9b4c1", "#51606f"),
    SERIES[0]: ("c0", "#1b5fae", "#6cb1ff"),
    SERIES[1]: ("c1", "#c8501b", "#ff9a5c"),
    SERIES[2]: ("c2", "#16806a", "#4fd1b0"),
    SERIES[3]: ("c3", "#8a3ffc", "#c49bff"),
    SERIES[4]: ("c4", "#b8860b", "#f0c64a"),
    SERIES[5]: ("c5", "#b3246a", "#ff86b8"),
}
"""Sentinel: (CSS variable, its light value, its dark value)."""


@contextmanager
def look() -> Iterator[None]:
    """Matplotlib in hepsym's style while the body draws and saves; nothing global stays changed."""
    from matplotlib import rc_context

    family = _font()
    with rc_context(
        {
            "font.family": [family, "DejaVu Sans"],
            "font.size": 10.0,
            "mathtext.fontset": "custom" if family != "DejaVu Sans" else "dejavusans",
            "mathtext.rm": family,
            "mathtext.it": f"{family}:italic",
            "mathtext.bf": f"{family}:bold",
            "mathtext.bfit": f"{family}:italic:bold",
            "mathtext.cal": family,
            "mathtext.sf": family,
            "mathtext.tt": family,
            "mathtext.default": "it",
            "svg.fonttype": "path",
            "svg.hashsalt": "hepsym",
            "figure.facecolor": "none",
            "savefig.facecolor": "none",
            "axes.facecolor": "none",
            "axes.edgecolor": MUTED,
            "axes.labelcolor": INK,
            "axes.labelsize": 11.0,
            "axes.titlesize": 10.5,
            "axes.titlecolor": INK,
            "axes.titlelocation": "left",
            "axes.linewidth": 0.8,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.axisbelow": True,
            "axes.unicode_minus": True,
            "grid.color": GRID,
            "grid.linewidth": 0.7,
            "text.color": INK,
            "xtick.color": MUTED,
            "ytick.color": MUTED,
            "xtick.labelcolor": INK,
            "ytick.labelcolor": INK,
            "xtick.labelsize": 9.5,
            "ytick.labelsize": 9.5,
            "legend.frameon": False,
            "legend.fontsize": 9.5,
            "lines.linewidth": 1.6,
            "axes.prop_cycle": _cycle(),
        }
    ):
        yield


def _cycle() -> object:
    from cycler import cycler

    return cycler(color=list(SERIES))


@cache
def _font() -> str:
    """Fira Sans where mplhep's fonts are installed, else the font that matplotlib carries."""
    from matplotlib import font_manager

    found = importlib.util.find_spec("mplhep_data")
    if found is None or found.origin is None:
        return "DejaVu Sans"
    folder = Path(found.origin).parent / "fonts" / "firasans"
    faces = [folder / f"FiraSans-{face}.ttf" for face in ("Regular", "Italic", "Bold", "BoldItalic")]
    if not all(face.is_file() for face in faces):
        return "DejaVu Sans"
    for face in faces:
        font_manager.fontManager.addfont(face)
    return "Fira Sans"


def new_figure(width: float = 4.0, height: float = 3.2) -> "Figure":
    """An empty figure, in inches. Narrow on purpose: at 4 in, text stays readable on a phone."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")
