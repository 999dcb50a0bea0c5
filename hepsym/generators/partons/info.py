"""What does a PDF set say of itself: the `.info` file beside its members, as a plain dictionary.

The file is written in a small part of YAML, `Key: value` lines with lists in brackets, which may run
over several lines. That part is read here; nothing in a file can do more than be a string.
"""

import math
import re
from pathlib import Path

from hepsym.errors import InputError
from hepsym.generators.partons.lhagrid import read_text

KEY = re.compile(r"^([A-Za-z_]\w*)[ \t]*:(?:[ \t]+(.*)|)$")


def read_info(path: Path) -> dict[str, str]:
    """The keys of an `.info` file with their values as text, lists still in their brackets.

    Raises InputError where a line is neither a key, nor the rest of a value, nor a comment.
    """
    found: dict[str, str] = {}
    last = ""
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        if not line.strip() or line.startswith(("#", "---", "%")):
            continue
        match = KEY.match(line)
        if match:
            last = match[1]
            found[last] = (match[2] or "").strip()
        elif last and (line[0] in " \t-]" or _is_open(found[last])):
            found[last] = f"{found[last]} {line.strip()}".strip()
        else:
            raise InputError(f"{path}, line {number}: 'Key: value' expected, not {line.strip()[:40]!r}")
    return {key: value.strip("\"'") for key, value in found.items()}


def _is_open(value: str) -> bool:
    return value.startswith("[") and "]" not in value


def numbers(info: dict[str, str], key: str) -> list[float]:
    """A list of numbers in brackets. Raises InputError where it is none."""
    try:
        return [float(word) for word in info[key].strip("[] ").split(",") if word.strip()]
    except ValueError:
        raise InputError(f"{key} in the PDF set's .info must be a list of numbers") from None


def number(info: dict[str, str], key: str, otherwise: float) -> float:
    """One number, or `otherwise` where the key is missing. Raises InputError where it is none."""
    try:
        value = float(info.get(key, otherwise))
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError(f"{key} in the PDF set's .info must be a number, not {info[key][:40]!r}")
    return value
