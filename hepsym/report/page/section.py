"""The page's sections, a question each: a heading, words, figures."""

from collections.abc import Iterable
from dataclasses import dataclass

from hepsym.report.page.drawing import Drawing
from hepsym.report.page.html import Markup, tag

__all__ = ["Section", "beside", "figures", "table"]

_WHOLE = 32
"""Letters of the longest number that is kept on one line."""


@dataclass(frozen=True, slots=True)
class Section:
    """One section of the page."""

    anchor: str
    title: str
    body: Markup

    def html(self) -> Markup:
        """The section as an element with a heading that the table of contents points at."""
        heading = f"{self.anchor}-title"
        return tag(
            "section", tag("h2", self.title, id=heading), self.body, id=self.anchor, aria_labelledby=heading
        )


def figures(drawings: Iterable[Drawing]) -> Markup:
    """Figures beside one another where the page is wide enough."""
    return tag("div", *(drawing.html() for drawing in drawings), class_="figures")


def beside(words: object, drawing: Drawing) -> Markup:
    """Words next to one figure, above it where the page is narrow."""
    return tag("div", tag("div", words), drawing.html(), class_="beside")


def table(caption: str, header: Iterable[str], rows: Iterable[Iterable[object]]) -> Markup:
    """A table that scrolls sideways on a narrow page; a number with its error or power stays on one line."""
    head = tag("tr", *(tag("th", name, scope="col") for name in header))
    body = [
        tag("tr", *(tag("th", cell, scope="row") if i == 0 else _cell(cell) for i, cell in enumerate(row)))
        for row in rows
    ]
    return tag(
        "div",
        tag("table", tag("caption", caption), tag("thead", head), tag("tbody", *body)),
        class_="scroll",
        tabindex="0",
        role="region",
        aria_label=caption,
    )


def _cell(cell: object) -> Markup:
    text = str(cell)
    number = len(text) <= _WHOLE and (text[:1].isdigit() or text.startswith(("-", "below 10")))
    return tag("td", cell, class_="whole" if number and not isinstance(cell, Markup) else None)
