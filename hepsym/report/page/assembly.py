"""A run's report: one static HTML file that shows what was made, learned and found, offline."""

import base64
import hashlib
import os
from collections.abc import Iterable, Sequence
from importlib import resources
from pathlib import Path

from hepsym.report.page.html import Markup, embedded_json, tag
from hepsym.report.page.section import Section
from hepsym.report.page.style import COLOURS

__all__ = ["assembled", "saved"]

_FOOT = (
    "One file, offline: no request leaves this page. Figures can be saved as SVG and PDF, their numbers as "
    "CSV, histograms as UHI JSON too."
)


def assembled(
    *,
    title: str,
    kicker: str,
    found: str | Markup,
    caveat: str | None,
    tiles: Iterable[tuple[str, str | Markup]],
    missing: Sequence[str],
    sections: Sequence[Section],
    beside: str = "",
) -> str:
    """The page. All words are escaped; nothing in it points outside of it.

    beside: what else was written next to the page, a sentence for its foot.

    A content security policy forbids every request and every script but the page's own, by its
    SHA-256: what got past the escaping still could not run or call home.
    """
    assets = resources.files("hepsym.report.page") / "assets"
    css = (assets / "page.css").read_text(encoding="utf-8")
    script = "".join((assets / name).read_text(encoding="utf-8") for name in ("figure-pdf.js", "page.js"))
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="generator", content="hepsym"),
        tag("title", title),
        tag("style", Markup(css)),
    )
    body = tag(
        "body",
        tag("a", "Skip to the results", href="#main", class_="skip"),
        tag(
            "div",
            tag(
                "header",
                tag("p", kicker, class_="kicker"),
                tag("h1", title),
                tag("p", found, class_="found"),
                tag("p", caveat, class_="caveat") if caveat else None,
            ),
            tag("div", *(_tile(value, name) for value, name in tiles), class_="tiles"),
            _contents(sections),
            tag("main", _missing(missing), *(section.html() for section in sections), id="main"),
            tag("footer", *(f"{line} " for line in (_FOOT, beside) if line)),
            class_="layout",
        ),
        embedded_json("light-colours", {name: light for name, light, _ in COLOURS.values()}),
        tag("script", Markup(script)),
    )
    return f"<!doctype html>\n{tag('html', head, body, lang='en')}\n"


def _tile(value: str, name: str | Markup) -> Markup:
    return tag("div", tag("b", value), tag("span", name), class_="tile")


def _contents(sections: Sequence[Section]) -> Markup:
    links = (tag("li", tag("a", section.title, href=f"#{section.anchor}")) for section in sections)
    return tag("nav", tag("ol", *links), aria_label="Contents")


def _missing(missing: Sequence[str]) -> Markup | None:
    if not missing:
        return None
    items = (tag("li", sentence) for sentence in missing)
    return tag("div", tag("strong", "What is missing here"), tag("ul", *items), class_="missing", role="note")


def saved(path: Path, text: str) -> Path:
    """Write the page as a whole or not at all: beside, to the disk, then in place."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with beside.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return path
