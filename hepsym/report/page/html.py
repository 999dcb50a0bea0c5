"""How text becomes HTML: everything is escaped unless it was built here."""

import html
import json
import re
from typing import Any

__all__ = ["Markup", "embedded_json", "escaped", "join", "plain", "tag"]


class Markup(str):
    """Text that is HTML already; only this module, the assets and a cleaned SVG make it."""

    __slots__ = ()


_SPACES = "\n\t\u00a0\u2009\u202f"
_VOID = {"meta", "input", "br", "hr"}


def escaped(value: object) -> Markup:
    """The value as HTML text: `<>&"'` as entities, control characters made visible."""
    if isinstance(value, Markup):
        return value
    shown = "".join(
        c if c.isprintable() or c in _SPACES else c.encode("unicode_escape", "replace").decode()
        for c in str(value)
    )
    return Markup(html.escape(shown, quote=True))


def join(*parts: object) -> Markup:
    """The parts one after the other; what is no Markup is escaped, None is left out."""
    return Markup("".join(escaped(part) for part in parts if part is not None))


def tag(name: str, /, *children: object, **attributes: object) -> Markup:
    """One element. Children and attribute values are escaped; `class_` is class, `data_x` data-x.

    An attribute that is True stands alone, one that is None or False is left out.
    """
    shown = ""
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        plain = key.rstrip("_").replace("_", "-")
        shown += f" {plain}" if value is True else f' {plain}="{escaped(value)}"'
    if name in _VOID:
        return Markup(f"<{name}{shown}>")
    return Markup(f"<{name}{shown}>{join(*children)}</{name}>")


def plain(markup: Markup) -> str:
    """The text without its tags, for a terminal."""
    return html.unescape(re.sub(r"<[^>]*>", "", markup))


def embedded_json(identifier: str, value: Any) -> Markup:
    """A data block for the page's script; `<`, `>` and `&` do not occur in it: nothing can end it early."""
    text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return tag("script", Markup(text), type="application/json", id=identifier)
