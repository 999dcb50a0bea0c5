"""How Sphinx builds these pages: `make docs` writes docs/_build/html."""

import re
from importlib.metadata import version as installed
from typing import Any

project = "hepsym"
author = "The hepsym developers"
release = installed("hepsym")
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.viewcode"]
exclude_patterns = ["_build", "notebooks"]
html_theme = "furo"
html_title = f"hepsym {release}"
myst_enable_extensions = ["dollarmath", "colon_fence"]
myst_heading_anchors = 3
autodoc_typehints = "signature"
suppress_warnings = ["myst.xref_missing"]  # links to files outside docs/; tests/test_house.py finds dead ones

ARRAY_LIKE = re.compile(r"~?numpy\._typing\._array_like\._Buffer \| .*?\[complex \| bytes \| str\]")


def as_written(app: Any, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Docstrings are plain text with formulas such as |p|, not reStructuredText: print them so."""
    del app, what, name, thing, options
    if lines:
        lines[:] = ["::", "", *(f"   {line}" for line in lines), ""]


def signature(
    app: Any, what: str, name: str, thing: Any, options: Any, signature: str | None, returned: str | None
) -> tuple[str | None, str | None]:
    """NumPy's ArrayLike is a name, not the union that it stands for."""
    del app, what, name, thing, options
    shown = [text and ARRAY_LIKE.sub("ArrayLike", text) for text in (signature, returned)]
    return shown[0], shown[1]


def setup(app: Any) -> None:
    """Called by Sphinx."""
    app.connect("autodoc-process-docstring", as_written)
    app.connect("autodoc-process-signature", signature)
