"""What do found symmetries leave on the disk? A page and its numbers, all or nothing."""

import json
import os
from pathlib import Path

from hepsym.events.disk.atomic import new_directory, new_path
from hepsym.report.symmetries.find import Found
from hepsym.report.symmetries.page import page

__all__ = ["write_symmetries"]


def write_symmetries(found: Found, out: str | os.PathLike[str]) -> Path:
    """Make the directory `out`: symmetries.html and symmetries.json. Returns the page's path.

    Raises InputError where out exists (nothing is overwritten) or cannot be made, RunError when the
    disk fails; then nothing is left.
    """
    path = new_path(out)
    shown = page(found)
    numbers = json.dumps(found.told, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    with new_directory(path) as beside:
        (beside / "symmetries.html").write_text(shown, encoding="utf-8")
        (beside / "symmetries.json").write_text(numbers, encoding="utf-8")
    return path / "symmetries.html"
