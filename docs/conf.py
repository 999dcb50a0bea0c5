"""How Sphinx builds these pages: `make docs` writes docs/_build/html."""

from importlib.metadata import version as installed
from typing import Any

project = "hepsym"
author = "The hepsym developers"
release = installed("hepsym")
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.viewcode"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"hepsym {release}"
myst_enable_extensions = ["dollarmath", "colon_fence"]
myst_heading_anchors = 3
autodoc_typehints = "signature"
suppress_warnings = ["myst.xref_missing"]  # links to files outside docs/; tests/test_house.py finds dead ones


def as_written(app: Any, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Docstrings are plain text with formulas such as |p|, not reStructuredText: print them so."""
    del app, what, name, thing, options
    if lines:
        lines[:] = ["::", "", *(f"   {line}" for line in lines), ""]


def setup(app: Any) -> None:
    """Called by Sphinx."""
    app.connect("autodoc-process-docstring", as_written)
