"""How is a TOML card read, changed, checked and written? What process and study cards share."""

import difflib
import json
import math
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from hepsym.errors import InputError

__all__ = ["Table", "first_fault", "override", "parse", "read", "unknown", "value_text", "written"]

_TYPES = {
    "float_type": "a number, without a unit (energies and masses are in GeV)",
    "int_type": "an integer",
    "string_type": "a string",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a table",
    "bool_type": "true or false",
    "finite_number": "a finite number",
}


class Table(BaseModel):
    """A table of a card: its keys are known, its values keep their types, NaN and infinity are none."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


def parse(text: str, what: str) -> dict[str, Any]:
    """The values of a TOML text; `what` names it in the InputError of one that is not TOML."""
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # TOMLDecodeError is a ValueError; so is a number too long
        raise InputError(f"{what} is not TOML: {error}") from None


def read(path: Path, what: str) -> dict[str, Any]:
    """The values of a TOML file. InputError for one that cannot be read; FileNotFoundError for none."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{what} cannot be read: {error}") from None
    return parse(text, what)


def override(values: dict[str, Any], text: str, example: str) -> None:
    """Set one dotted key of `values`, from "key=value" with a TOML value (or a bare string).

    Raises InputError, with `example`, for a text of another form or a key inside a value.
    """
    key, equals, said = text.partition("=")
    if not equals or not key.strip():
        raise InputError(f"--set {text!r} is not of the form key=value, e.g. --set {example}")
    try:
        value = tomllib.loads(f"x = {said.strip()}")["x"]
    except (ValueError, RecursionError):
        value = said.strip()
    *tables, last = _parts(key.strip())
    for table in tables:
        inner = values.setdefault(table, {})
        if not isinstance(inner, dict):
            raise InputError(f"--set {text!r}: {table!r} is a value, not a table")
        values = inner
    values[last] = value


def _parts(key: str) -> list[str]:
    """A dotted key's parts, quoted as in TOML, or bare where TOML would have quotes: cuts.pt(mu-).min."""
    parts = []
    try:
        inner: Any = tomllib.loads(f"{key} = 0")
        while isinstance(inner, dict):
            ((part, inner),) = inner.items()
            parts.append(part)
    except (ValueError, RecursionError):
        return key.split(".")
    return parts


def first_fault(error: ValidationError, keys: Callable[[list[str]], Iterable[str]]) -> str:
    """The first fault that a table's check found, in one line; keys(where) are those known at a place."""
    fault = error.errors()[0]
    where = [str(part) for part in fault["loc"]]
    key, value, kind = ".".join(where), fault["input"], fault["type"]
    if kind == "extra_forbidden":
        return unknown("key", key, list(keys(where)))
    if kind == "missing":
        return f"key {key!r} is missing"
    if kind == "value_error":
        return (f"{key}: " if key else "") + str(fault["ctx"]["error"])
    if kind in _TYPES:
        return f"{key} = {value!r} must be {_TYPES[kind]}"
    if kind == "model_type":
        return f"{key} = {value!r} must be a table, [{key}]"
    if kind == "literal_error":
        return f"{key} = {value!r} must be one of {fault['ctx']['expected']}"
    return f"{key} = {value!r}: {fault['msg'].lower()}"


def unknown(what: str, name: str, known: list[str], remedy: str = "") -> str:
    """That a name is not known, with the nearest that is, or all of them."""
    near = difflib.get_close_matches(name.rsplit(".", maxsplit=1)[-1], known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
    return f"unknown {what} {name!r}; {hint}" + (f" ({remedy})" if remedy else "")


def written(values: Mapping[str, Any]) -> str:
    """TOML of plain values first and tables after them; empty tables and infinite bounds are left out."""
    lines = [f"{_key(k)} = {value_text(v)}" for k, v in values.items() if not isinstance(v, Mapping)]
    for name, table in values.items():
        if isinstance(table, Mapping) and table:
            lines.append(f"\n[{_key(name)}]")
            lines += [f"{_key(k)} = {value_text(v)}" for k, v in table.items() if v != {}]
    return "\n".join(lines) + "\n"


def _key(key: str) -> str:
    bare = key.replace("_", "a").replace("-", "a")
    return key if bare.isascii() and bare.isalnum() else value_text(key)


def value_text(value: Any) -> str:
    """A value as TOML. JSON's strings, with DEL escaped, are TOML's basic strings."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Mapping):
        kept = {k: v for k, v in value.items() if not (isinstance(v, float) and math.isinf(v))}
        return "{" + ", ".join(f"{_key(k)} = {value_text(v)}" for k, v in kept.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(value_text(v) for v in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value)
