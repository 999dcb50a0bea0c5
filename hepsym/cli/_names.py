"""Which names does an option list? Commas part them, but not those within parentheses: `m(a, b),pt(a)`."""

from collections.abc import Iterable

from hepsym.errors import InputError

__all__ = ["split_names"]


def split_names(texts: Iterable[str], option: str) -> list[str]:
    """The names in the texts of `option`, which may be repeated. Raises InputError for an empty name."""
    texts, names = list(texts), []
    for text in texts:
        depth, parts = 0, [""]
        for sign in text:
            depth += (sign == "(") - (sign == ")")
            if sign == "," and depth <= 0:
                parts.append("")
                depth = 0
            else:
                parts[-1] += sign
        names += [part.strip() for part in parts]
    if not all(names):
        raise InputError(f"{option} {' '.join(texts)!r} holds an empty name: write 'pt(mu-),phi(mu-)'")
    return names
