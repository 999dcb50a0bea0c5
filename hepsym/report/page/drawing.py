"""How a figure becomes a part of the page: inline SVG, its words, and its numbers as CSV and UHI JSON."""

import base64
import csv
import hashlib
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hepsym.report.page.html import Markup, tag
from hepsym.report.page.style import COLOURS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Drawing", "anchor", "csv_text", "drawn"]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A figure of the page."""

    name: str
    """Letters, digits and hyphens: its anchor and its file name."""
    svg: Markup
    alt: str
    """What is seen, for those who do not see it."""
    caption: str | Markup
    table: str
    """CSV, a header line first."""
    wide: bool = False
    """Whether it takes the whole width of the page."""
    histograms: str | None = None
    """The same numbers as UHI JSON, where they are histograms."""

    def html(self) -> Markup:
        """A <figure> with its caption, and links to save it as SVG, PDF, CSV and UHI JSON."""
        about = {"type": "button", "class_": "download", "data_figure": self.name}
        links = [tag("button", kind, **about, data_kind=kind.lower()) for kind in ("SVG", "PDF")]
        links.append(_embedded("CSV", f"{self.name}.csv", "text/csv", self.table))
        if self.histograms is not None:
            links.append(_embedded("UHI", f"{self.name}.json", "application/json", self.histograms))
        return tag(
            "figure",
            tag("div", self.svg, class_="plot"),
            tag("figcaption", self.caption, " ", tag("span", *links, class_="links")),
            id=self.name,
            class_="wide" if self.wide else None,
        )


def _embedded(word: str, name: str, kind: str, text: str) -> Markup:
    """A link that saves what it carries."""
    encoded = base64.b64encode(text.encode()).decode()
    return tag("a", word, download=name, href=f"data:{kind};base64,{encoded}")


def drawn(
    figure: "Figure",
    name: str,
    *,
    alt: str,
    caption: str | Markup,
    header: Sequence[str],
    rows: Iterable[Sequence[object]],
    wide: bool = False,
    histograms: str | None = None,
) -> Drawing:
    """Save a matplotlib figure, made inside `style.look()`, as a Drawing."""
    name = anchor(name)
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata=dict.fromkeys(("Creator", "Date", "Format", "Type")))
    svg = inline(buffer.getvalue(), name, alt)
    return Drawing(name, svg, alt, caption, csv_text(header, rows), wide, histograms)


def anchor(name: str) -> str:
    """The name in letters, digits and hyphens; six digits of its hash keep `mu-` and `mu+` apart."""
    bare = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")[:80]
    return bare if bare == name else f"{bare}-{hashlib.sha256(name.encode(errors='replace')).hexdigest()[:6]}"


def inline(svg: str, name: str, alt: str) -> Markup:
    """Matplotlib's SVG made fit for a page.

    Comments go (matplotlib repeats every text in one, names from a file included), ids get the
    figure's name in front, sentinel colours become CSS variables, paths keep two decimals (of a
    point, 1/72 in), and the size follows the column that the figure stands in.
    """
    svg = re.sub(r"<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = svg[svg.index("<svg") :].strip()
    seen: set[str] = set()
    svg = re.sub(r'\s\bid="([^"]+)"', lambda m: _own_id(m[1], name, seen), svg)
    svg = re.sub(r'(?:xlink:)?href="#', f'href="#{name}-', svg)
    svg = svg.replace("url(#", f"url(#{name}-")
    for sentinel, (variable, *_) in COLOURS.items():
        svg = svg.replace(sentinel, f"var(--{variable})")
    svg = re.sub(r'\bd="([^"]*)"', lambda m: f'd="{_rounded(m[1])}"', svg)
    box = re.search(r'viewBox="([^"]+)"', svg)
    width = float(box[1].split()[2]) if box else 0.0
    inner = svg[svg.index(">") + 1 :]
    head = tag(
        "svg",
        xmlns="http://www.w3.org/2000/svg",
        viewBox=box[1] if box else None,
        role="img",
        aria_label=alt,
        style=f"max-width:{width * 1.55:.0f}px",
    )
    return Markup(head[: -len("</svg>")] + re.sub(r">\s+<", "><", inner))


def _own_id(identifier: str, name: str, seen: set[str]) -> str:
    """The id in the figure's own name; matplotlib repeats some, with one content, and the first will do."""
    if identifier in seen:
        return ""
    seen.add(identifier)
    return f' id="{name}-{identifier}"'


def _rounded(path: str) -> str:
    shorter = re.sub(r"-?\d+\.\d{3,}", lambda m: f"{float(m[0]):.2f}".rstrip("0").rstrip("."), path)
    return " ".join(shorter.split())


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Rows as CSV (RFC 4180); floats at full precision, None as an empty field.

    A text that a spreadsheet would run as a formula (it starts with = + - @) gets an apostrophe
    in front, because names come from files.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_harmless(cell) for cell in header])
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return out.getvalue()


def _harmless(cell: object) -> object:
    if cell is None:
        return ""
    if isinstance(cell, float):
        return repr(float(cell))
    if isinstance(cell, str) and cell[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        return "'" + cell
    return cell
